# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""How the targets of goals stand as of a day: reached (late, too), on track, behind, missed; or nobody can tell.

On track is who stands at least where the straight line from the baseline to the target stood a month earlier: evidence
moves in steps, and a goal that was set today isn't behind tomorrow.
"""

from __future__ import annotations

from datetime import UTC, date, timedelta
from typing import TYPE_CHECKING, Literal, NamedTuple

from umbel.frameworks.indicators.sentences import percent
from umbel.frameworks.interface import Target
from umbel.frameworks.kpi_words import figure, of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from umbel.frameworks.goals import Aim, Told
    from umbel.frameworks.interface import Indicator, Known, Reading
    from umbel.model.measurement import Better

State = Literal["reached", "late", "on-track", "behind", "missed"]
GRACE = timedelta(days=31)
"""How far behind the straight line still counts as on it."""
_NEAR = 1e-9
_WORST: tuple[State, ...] = ("on-track", "late", "reached")
_OF_GOALS = "goals_"
"""Figures about goals are no measure of a goal: they would stand on themselves."""


class Pursued(NamedTuple):
    """A goal as of a day: its records, how its targets stand, and whether it should have been looked at again."""

    told: Told
    targets: tuple[Target, ...]
    due: bool

    @property
    def state(self) -> State | None:
        """The worst that is known of its targets; None where nobody can tell of any that might be worse."""
        states = [each.state for each in self.targets]
        for worst in ("missed", "behind"):
            if worst in states:
                return worst
        if None in states or not states:
            return None
        return next(each for each in _WORST if each in states)


class Start(NamedTuple):
    """Where a target's line begins: what the figure was, on which day."""

    value: float
    day: date


def state(value: float, better: Better, aim: Aim, day: date, start: Start | None = None) -> State | None:
    """How a figure stands against its target on a day; None where nobody can tell.

    With no better way, the target's side of the start is the better one. A better value never gives a worse state.
    """
    way = _way(better, aim.target, start)
    if way is None:
        return "reached" if abs(value - aim.target) <= _NEAR else None
    if way * (value - aim.target) >= -_NEAR:
        return "reached"
    if day > aim.until:
        return "missed"
    asked = line(aim, start, day)
    return None if asked is None else "on-track" if way * (value - asked) >= -_NEAR else "behind"


def line(aim: Aim, start: Start | None, day: date) -> float | None:
    """What the straight line from the start to the target asks for on a day, a month's grace taken off.

    None without a start, or before it.
    """
    if start is None or day < start.day or aim.until <= start.day:
        return None
    gone = max((day - GRACE - start.day).days, 0) / (aim.until - start.day).days
    return start.value + (aim.target - start.value) * min(gone, 1.0)


def target(
    told: Told,
    aim: Aim,
    now: Reading | None,
    indicator: Indicator | None,
    start: Start | None,
    last: Reading | None = None,
) -> Target:
    """How one aim of a goal stands by its newest reading (None: there is no figure of that name).

    `last` is the reading of the last day that counts, once that has passed: who reaches a target later is late.
    """
    found: State | None = None
    if now is None or indicator is None:
        sentence = f"Unknown: there is no KPI {aim.kpi}."
    elif indicator.unit in {"share", "yes"} and not 0 <= aim.target <= 1:
        sentence = f"Unknown: {aim.target:g} is no target of a share, which lies between 0 and 1."
    elif now.value is None:
        sentence = f"Unknown: {now.why or 'nothing is known of it'}."
    elif now.coverage is not None and now.coverage < aim.coverage:
        known, needed = percent(now.coverage), percent(aim.coverage)
        sentence = f"Unknown: only {known} of what it should speak of is known ({needed} needed)."
    else:
        day = now.as_of.astimezone(UTC).date()
        found = state(now.value, indicator.better, aim, day, start)
        sentence = _sentence(aim, now, indicator, start, found)
        if found == "reached" and last is not None:
            found, sentence = _in_time(aim, last, indicator, start, sentence)
    return Target(
        goal=told.goal.id,
        kpi=aim.kpi,
        target=aim.target,
        until=aim.until,
        baseline=start.value if start else None,
        baseline_on=start.day if start else None,
        state=found,
        sentence=sentence,
    )


def start_of(told: Told, aim: Aim, then: Reading | None = None) -> Start | None:
    """Where an aim's line begins: as it was written down, else as the evidence of that day says (`then`)."""
    day = starts_on(told, aim)
    if aim.baseline is not None:
        return Start(aim.baseline, day)
    enough = then is not None and (then.coverage is None or then.coverage >= aim.coverage)
    return Start(then.value, day) if enough and then is not None and then.value is not None else None


def starts_on(told: Told, aim: Aim) -> date:
    """The day of an aim's baseline: as written, else that of the goal's first record."""
    return aim.baseline_on or told.since


def stand(known: Known) -> list[Target]:
    """How all targets of the goals in force stand, by what was written down of their baselines.

    Raises `SettingsError` with every fault of the file of goals.
    """
    from umbel.frameworks import goals
    from umbel.frameworks.indicators.catalog import catalog
    from umbel.frameworks.indicators.read import read

    standing = goals.load(known.folder, known.as_of.astimezone(UTC).date())
    there = catalog(known.folder)
    names = {aim.kpi for told in standing for aim in told.goal.kpis}
    asked = sorted(name for name in names if name in there and not name.startswith(_OF_GOALS))
    readings = read(known, asked)
    indicators = {name: there.get(name).indicator for name in asked}
    return stood(standing, readings, indicators)


def stood(
    standing: Sequence[Told],
    readings: Mapping[str, Reading],
    indicators: Mapping[str, Indicator],
    thens: Mapping[tuple[str, date], Reading] | None = None,
) -> list[Target]:
    """The same of given goals and readings; `thens` are readings of the days on which lines begin, or have ended."""
    before = thens or {}
    return [
        target(
            told,
            aim,
            readings.get(aim.kpi),
            indicators.get(aim.kpi),
            start_of(told, aim, before.get((aim.kpi, starts_on(told, aim)))),
            before.get((aim.kpi, aim.until)),
        )
        for told in standing
        for aim in told.goal.kpis
    ]


def _way(better: Better, aim: float, start: Start | None) -> int | None:
    """1 where more is better, -1 where less is; None where nobody can tell."""
    if better != "neither":
        return 1 if better == "higher" else -1
    return None if start is None or start.value == aim else 1 if aim > start.value else -1


def _sentence(aim: Aim, now: Reading, indicator: Indicator, start: Start | None, found: State | None) -> str:
    def shown(value: float) -> str:
        return figure(value, indicator.unit, indicator.currency)

    made = of(now, indicator)
    value = f"{made} ({shown(now.value or 0.0)})" if made else shown(now.value or 0.0)
    stated = ", as stated" if now.stated else ""
    if found in {"reached", "missed"}:
        return f"{value}{stated}; the target of {shown(aim.target)} by {aim.until} is {found}."
    asked = line(aim, start, now.as_of.astimezone(UTC).date())
    if start is None or asked is None:
        return f"{value}{stated}; without a known baseline nobody can tell how near {shown(aim.target)} is."
    if found is None:
        return f"{value}{stated}; nobody says which way is better."
    return (
        f"{value}{stated}; from {shown(start.value)} on {start.day} to {shown(aim.target)} by {aim.until} "
        f"the straight line asks for {shown(asked)} now."
    )


def _in_time(
    aim: Aim, last: Reading, indicator: Indicator, start: Start | None, sentence: str
) -> tuple[State, str]:
    """Whether what is reached by now was on the last day that counted; what nobody knows is held against nobody."""
    words = sentence.removesuffix(".")
    if last.value is None or (last.coverage is not None and last.coverage < aim.coverage):
        return "reached", f"{words} now; whether it was on {aim.until} nobody can tell."
    if state(last.value, indicator.better, aim, aim.until, start) == "reached":
        return "reached", sentence
    was = figure(last.value, indicator.unit, indicator.currency)
    return "late", f"{words} late: on {aim.until} it was {was}."
