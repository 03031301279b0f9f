# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""What a function behind an indicator gives: its figures, which `read` makes a reading of."""

from __future__ import annotations

from datetime import datetime  # noqa: TC003 - msgspec reads it
from typing import Any

import msgspec


class Found(msgspec.Struct, frozen=True, kw_only=True):
    """The figures of one indicator. What isn't given isn't known.

    A share is made of `numerator` and `denominator`; anything else gives its `value`. `known` of `whole` is how
    much of what it should speak of was looked at. With a `why` and no figure it is unknown. `sentence` takes the
    place of the one that the definition makes.
    """

    value: float | None = None
    numerator: float | None = None
    denominator: float | None = None
    known: float | None = None
    whole: float | None = None
    observed_at: datetime | None = None
    oldest_at: datetime | None = None
    stated: bool = False
    evidence: dict[str, Any] = {}
    sentence: str = ""
    why: str | None = None


def unknown(why: str, **evidence: Any) -> Found:
    """Nothing can be said, and why."""
    return Found(why=why, evidence=evidence)


def yes(is_so: bool, sentence: str = "", **evidence: Any) -> Found:  # noqa: FBT001 - it is the answer
    """A plain yes or no."""
    return Found(value=float(is_so), sentence=sentence, evidence=evidence)
