# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Goals and key figures in the order and the words in which pages tell them."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, NamedTuple

from umbel.frameworks import kpi_words

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date

    from umbel.frameworks.goals import Goal, Told
    from umbel.frameworks.interface import Indicator, Kpi, Target
    from umbel.office.figures import Shown
    from umbel.office.pages.management.figures import Course, Followed, Group
    from umbel.reports.markup import Html


class Aimed(NamedTuple):
    """A goal, whether it stands, and in which words its end is told."""

    pursued: Followed
    state: str | None
    """None: it stands and nobody can tell how."""
    ended: bool
    fresh: bool = False
    """Whether it was written since the edition was made: nobody has looked at its figures yet."""


class Aim(NamedTuple):
    """A target, its figure now, and where it began in words."""

    target: Target
    shown: Shown | None
    began: str


class Past(NamedTuple):
    """A record of a goal, and what it asked for in words."""

    goal: Goal
    asked: str


class Drawn(NamedTuple):
    """A key figure with its course."""

    shown: Shown
    course: Course | None
    picture: Html | None
    tone: str | None


class Section(NamedTuple):
    """The key figures of a petal."""

    petal: str
    title: str
    kpis: list[Drawn]


class Point(NamedTuple):
    """A point of a series in words."""

    end: date
    value: str
    of: str
    coverage: float | None
    why: str | None
    stated: bool


class Ahead(NamedTuple):
    """Where a series goes if nothing changes."""

    end: date
    low: str
    high: str
    how: str


def standing(written: Sequence[Told], found: Sequence[Followed] | None, day: date | None) -> list[Aimed]:
    """Goals as they are written down, with how their targets stand by the edition; those that ended stand last.

    What was written since the edition was made is there at once, and how it stands isn't known yet. `day` is a past day
    that is looked at; what ends today is over today.
    """
    from umbel.office.pages.management.figures import Followed as Made

    today = day or datetime.now(UTC).date()
    by_id = {each.goal.id: each for each in found or ()}
    told = []
    for each in written:
        goal, made = each.goal, by_id.get(each.goal.id)
        fresh = made is None or made.records != each.records
        if made is None or fresh:
            made = Made(
                goal=goal, since=each.since, records=each.records, targets=(), due=goal.due(today), state=None
            )
        ended = goal.end is not None and (goal.end <= today if day is None else goal.end < day)
        state = ("dropped" if goal.dropped else "ended") if ended else made.state
        told.append(Aimed(made, state, ended, fresh and not ended))
    return sorted(told, key=lambda each: each.ended)


def with_courses(
    groups: Sequence[Group], courses: Mapping[str, Course], drawn: Mapping[str, Html]
) -> list[Section]:
    """Each figure with its course and picture; those that nobody knows at all stand last."""
    sections = []
    for group in groups:
        kpis = [
            Drawn(each, courses.get(each.name), drawn.get(each.name), _tone(courses.get(each.name)))
            for each in group.kpis
        ]
        sections.append(
            Section(group.petal, group.title, sorted(kpis, key=lambda each: not each.shown.known))
        )
    return sections


def points(kpi: Kpi) -> list[Point]:
    """A series in words, newest first."""
    return [
        Point(
            each.end,
            kpi_words.told(each.reading, kpi.indicator),
            kpi_words.of(each.reading, kpi.indicator),
            each.reading.coverage,
            each.reading.why,
            each.reading.stated,
        )
        for each in reversed(kpi.series)
    ]


def ahead(kpi: Kpi) -> Ahead | None:
    """A forecast in words, never without its interval."""
    if kpi.forecast is None:
        return None
    said, later = kpi.indicator, kpi.forecast
    low, high = (kpi_words.figure(value, said.unit, said.currency) for value in (later.low, later.high))
    return Ahead(later.end, low, high, later.how)


def targets(found: Followed, shown: Mapping[str, Shown], defined: Mapping[str, Indicator]) -> list[Aim]:
    """A goal's targets, each with its figure as it stands now and where it began."""
    return [
        Aim(each, shown.get(each.kpi), _figure(each.baseline, defined.get(each.kpi)))
        for each in found.targets
    ]


def history(found: Followed, defined: Mapping[str, Indicator]) -> list[Past]:
    """A goal's records, the newest first, with what each asked for in words."""
    return [
        Past(
            each,
            "; ".join(
                f"{defined[aim.kpi].title if aim.kpi in defined else aim.kpi}: "
                f"{_figure(aim.target, defined.get(aim.kpi))} by {aim.until}"
                for aim in each.kpis
            ),
        )
        for each in reversed(found.records)
    ]


def _figure(value: float | None, said: Indicator | None) -> str:
    if value is None or said is None:
        return "?" if value is None else f"{value:g}"
    return kpi_words.figure(value, said.unit, said.currency)


def _tone(course: Course | None) -> str | None:
    if course is None or course.better is None:
        return None
    return "good" if course.better else "bad"
