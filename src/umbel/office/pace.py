# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""How often programs may ask: each token so many times a minute, so that none of them takes the office from all others.

Counted by each process in memory: with three processes a token may ask up to three times as often. That a count is kept
exactly is worth no write to the database with every request.
"""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable

A_MINUTE = 1200
"""Requests a minute of a token, unless the deployment says otherwise."""
MOST_KNOWN = 10_000


class Pace:
    """Lets each of many ask so many times a minute, all at once or one after another (a token bucket)."""

    def __init__(self, a_minute: int, clock: Callable[[], float] = time.monotonic) -> None:
        """`a_minute` of 0: any number."""
        self._most = float(a_minute)
        self._clock = clock
        self._left: dict[Hashable, tuple[float, float]] = {}
        self._lock = threading.Lock()

    def wait(self, who: Hashable) -> float:
        """Seconds until they may ask again; 0: they may now, and have."""
        if not self._most:
            return 0.0
        now, each = self._clock(), 60 / self._most
        with self._lock:
            left, before = self._left.pop(who, (self._most, now))
            left = min(self._most, left + max(0.0, now - before) / each)
            free = left >= 1
            self._left[who] = (left - 1 if free else left, now)
            while (
                len(self._left) > MOST_KNOWN
            ):  # those that asked longest ago have all of theirs again, or soon
                self._left.pop(next(iter(self._left)))
        return 0.0 if free else (1 - left) * each
