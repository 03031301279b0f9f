# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""What the quarterly review and the executive page are made of: typed facts, and gaps where there are none."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, TypeAlias, TypeVar

import msgspec

from umbel.frameworks.interface import Assessment, Kpi, Recommendation  # noqa: TC001 - msgspec reads them
from umbel.policy.exceptions import Entry  # noqa: TC001 - msgspec reads it
from umbel.policy.verdict import Verdict  # noqa: TC001 - msgspec reads it
from umbel.reports.quadrant import Lines  # noqa: TC001 - msgspec reads it
from umbel.strategy.actions import Action  # noqa: TC001 - msgspec reads it
from umbel.strategy.control.records import Control  # noqa: TC001 - msgspec reads it
from umbel.strategy.interface import Ranked  # noqa: TC001 - msgspec reads it
from umbel.strategy.value.answer import Valued  # noqa: TC001 - msgspec reads it

if TYPE_CHECKING:
    from collections.abc import Sequence

T = TypeVar("T")


class Gap(msgspec.Struct, frozen=True):
    """A part that isn't known: one sentence that says why, the command that would make it known, and what that does."""

    sentence: str
    ask: str | None = None
    to: str = "To find out"


Known: TypeAlias = T | Gap


class Quarter(msgspec.Struct, frozen=True):
    """A quarter as of a day in it: its first and last day, the last day of the one before, and the day asked for."""

    first: date
    last: date
    before: date
    day: date

    @classmethod
    def of(cls, day: date) -> Quarter:
        """The quarter in which a day lies.

        >>> Quarter.of(date(2026, 11, 21)).title, Quarter.of(date(2026, 3, 31)).title
        ('Q4 2026, up to 2026-11-21', 'Q1 2026')
        """
        first = date(day.year, (day.month - 1) // 3 * 3 + 1, 1)
        after = date(day.year + first.month // 10, (first.month + 2) % 12 + 1, 1)
        return cls(first, after - timedelta(days=1), first - timedelta(days=1), day)

    @property
    def name(self) -> str:
        """Q4 2026."""
        return f"Q{(self.first.month + 2) // 3} {self.first.year}"

    @property
    def title(self) -> str:
        """Its name; while it runs, up to which day."""
        return self.name if self.day == self.last else f"{self.name}, up to {self.day}"

    def holds(self, day: date) -> bool:
        """Whether a day lies in it, up to the day asked for."""
        return self.first <= day <= self.day


class Taken(msgspec.Struct, frozen=True, kw_only=True):
    """A decision that a person recorded: what kind, about what, what was decided, by whom, and why."""

    day: date
    kind: str
    about: str
    what: str
    by: str
    reason: str = ""


class Contributed(msgspec.Struct, frozen=True, kw_only=True):
    """A contribution that somebody planned: where, why, how it stands, and a sentence of planned against done.

    `late` says that the day on which it should be looked at has passed; `met` whether its figure is reached.
    """

    project: str
    goal: str
    state: str
    due: date | None
    late: bool
    met: bool | None
    sentence: str


class Aim(msgspec.Struct, frozen=True, kw_only=True):
    """A goal as it stands: its statement, who answers for it, and when it is looked at next."""

    statement: str
    owner: str
    review: date
    kpis: tuple[str, ...] = ()


class Facts(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that a review tells, as of a moment.

    Each part is known or a `Gap`. `kpis` have at least the last quarter's end and the day in their series;
    `taken` are the decisions of the quarter, `ending` the exceptions that run out in the next 92 days.
    """

    organisation: str
    product: str | None
    as_of: datetime
    quarter: Quarter
    kpis: Known[tuple[Kpi, ...]]
    goals: Known[tuple[Aim, ...]]
    ranked: Known[tuple[Ranked, ...]]
    lines: Lines
    verdict: Known[Verdict]
    control: Known[tuple[Control, ...]]
    contributions: Known[tuple[Contributed, ...]]
    value: Known[Valued]
    maturity: Known[tuple[Assessment, ...]]
    recommended: tuple[Recommendation, ...]
    taken: Known[tuple[Taken, ...]]
    granted: tuple[Entry, ...]
    ending: tuple[Entry, ...]
    actions: Known[tuple[Action, ...]]

    def kpi(self, name: str) -> Kpi | None:
        """A KPI by its name, where there is one."""
        if isinstance(self.kpis, Gap):
            return None
        return next((each for each in self.kpis if each.indicator.name == name), None)

    @property
    def strategic(self) -> Sequence[Ranked]:
        """The projects above the strategic line of which enough is known, in their order."""
        if isinstance(self.ranked, Gap):
            return ()
        return [each for each in self.told if (each.strategic or 0.0) >= self.lines.strategic]

    @property
    def told(self) -> Sequence[Ranked]:
        """The projects of which enough is known for a verdict, in their order."""
        if isinstance(self.ranked, Gap):
            return ()
        return [each for each in self.ranked if each.verdict and each.strategic is not None]
