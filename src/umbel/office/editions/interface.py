# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""What an edition is, what figures are made from, and how a figure is found."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from functools import cached_property
from typing import TYPE_CHECKING, Any, Generic, Self, TypeVar

import msgspec

if TYPE_CHECKING:
    from collections.abc import Callable

    from umbel.app.indicators import Known
    from umbel.app.workspace import Workspace

T = TypeVar("T")


class Edition(msgspec.Struct, frozen=True, kw_only=True):
    """All figures and lists of one version of evidence and records, for one day."""

    key: str
    """A digest of everything that it stands on."""
    day: date
    as_of: datetime | None
    """None: everything that was known when it was made."""
    made_at: datetime


class State(StrEnum):
    """How a figure was found."""

    READY = "ready"
    """Of the newest evidence and records."""
    OLDER = "older"
    """Of the edition before; the newer one is being made."""
    COMING = "coming"
    """Not made yet for that day; it is being made."""
    FAILED = "failed"
    """Couldn't be made: `why` says so, in a sentence."""


class Found(msgspec.Struct, Generic[T], frozen=True, kw_only=True):
    """A figure as it was found; `value` is None while it is coming or where it failed."""

    value: T | None
    state: State
    edition: Edition | None = None
    why: str | None = None


class Shared:
    """What all figures of one edition share, so that the verdict, the ranking and the like are computed once.

    `known` has the policy, verdict, ranking, mapping, sessions of both lakes (see `umbel.app.indicators.Known`).
    """

    def __init__(self, workspace: Workspace, as_of: datetime | None, day: date) -> None:
        """Of a workspace as of a moment (None: now) on a day."""
        self._bare, self.as_of, self.day = workspace, as_of, day
        self.workspace = workspace.over(lambda: self.known, as_of)
        self._kept: dict[str, Any] = {}

    def __enter__(self) -> Self:
        """Itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close what was opened."""
        known = self.__dict__.pop("known", None)
        if known is not None:
            known.close()

    @cached_property
    def known(self) -> Known:
        """What indicators stand on as of the day."""
        return self._bare.known(self.as_of)

    def once(self, name: str, make: Callable[[], T]) -> T:
        """Something that several figures need, made by the first of them."""
        if name not in self._kept:
            self._kept[name] = make()
        kept: T = self._kept[name]
        return kept
