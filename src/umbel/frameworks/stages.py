# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""What answers come to: the level that is reached, what holds the next one, the share met, and how sure that is.

Levels are cumulative: one is reached when enough of its practices are met and all levels below are reached. A level of
which nothing counts here (no practice, or none that applies) neither holds nor is reached by itself.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from umbel.frameworks.interface import Standing

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from umbel.frameworks.interface import Answer, Framework, Level, Part

_BIT = 1e-9
"""Weights are added in binary fractions."""
_NO = {"unmet", "contradicted", "decayed"}
_OPEN = {"unknown", "error"}


class _Reached(NamedTuple):
    level: Level | None
    next_level: Level | None
    held_by: tuple[str, ...]


_NOTHING = _Reached(None, None, ())


def overall(framework: Framework, answers: Sequence[Answer]) -> Standing:
    """The whole framework; its level is made of its staged dimensions as it says."""
    return _standing("overall", framework.title, answers, _whole(framework, answers))


def dimensions(framework: Framework, answers: Sequence[Answer]) -> tuple[Standing, ...]:
    """Each dimension, in the framework's order."""
    return tuple(
        _part(framework, part, [each for each in answers if each.practice.dimension == part.id])
        for part in framework.dimensions
    )


def petals(framework: Framework, parts: Iterable[Part], answers: Sequence[Answer]) -> tuple[Standing, ...]:
    """Each petal: a share, and a level where the framework has petals of its own with levels."""
    return tuple(
        _part(
            framework,
            part,
            [each for each in answers if part.id in each.practice.petals],
            own=bool(framework.petals),
        )
        for part in parts
    )


def _part(framework: Framework, part: Part, answers: Sequence[Answer], *, own: bool = True) -> Standing:
    levels = part.levels or framework.levels
    reached = _climb(levels, [answers], framework.need) if own and part.staged else _NOTHING
    return _standing(part.id, part.title, answers, reached)


def _whole(framework: Framework, answers: Sequence[Answer]) -> _Reached:
    if framework.overall == "none":
        return _NOTHING
    staged = [part for part in framework.dimensions if part.staged and (part.levels or framework.levels)]
    if not staged:
        return _climb(framework.levels, [answers], framework.need)
    if framework.overall == "first":
        staged = staged[:1]
    groups = [[each for each in answers if each.practice.dimension == part.id] for part in staged]
    levels = staged[0].levels if len(staged) == 1 and staged[0].levels else framework.levels
    return _climb(levels or staged[0].levels, groups, framework.need)


def _climb(levels: Sequence[Level], groups: Sequence[Sequence[Answer]], need: float) -> _Reached:
    """The highest level at which every group holds, with all below."""
    reached: Level | None = None
    for level in levels:
        at = [
            [each for each in group if each.practice.level == level.number and each.counts]
            for group in groups
        ]
        counted = [group for group in at if group]
        if not counted:
            continue
        held = [
            each.practice.id for group in counted if not _holds(group, need) for each in group if not each.met
        ]
        if held:
            return _Reached(reached, level, tuple(held))
        reached = level
    return _Reached(reached, None, ())


def _holds(group: Sequence[Answer], need: float) -> bool:
    return _weight(each for each in group if each.met) >= need * _weight(group) - _BIT


def _weight(answers: Iterable[Answer]) -> float:
    return sum(each.practice.weight for each in answers)


def _told(answer: Answer) -> bool:
    """Whether it stands on people's word alone: an attestation, or figures that somebody wrote down."""
    if answer.by in {"evidence", "proxy"}:
        return bool(answer.readings) and all(each.stated for each in answer.readings)
    return answer.by == "attestation"


def _standing(name: str, title: str, answers: Sequence[Answer], reached: _Reached) -> Standing:
    counted = [each for each in answers if each.counts]
    whole = _weight(counted)

    def share(some: Iterable[Answer]) -> float | None:
        return _weight(some) / whole if whole else None

    open_ = [each for each in counted if each.outcome in _OPEN]
    met = [each for each in counted if each.met]
    return Standing(
        id=name,
        title=title,
        level=reached.level,
        next_level=reached.next_level,
        held_by=reached.held_by,
        met=len(met),
        unmet=sum(each.outcome in _NO for each in counted),
        unknown=len(open_),
        not_applicable=len(answers) - len(counted),
        share=share(met),
        at_most=share([*met, *open_]),
        evidenced=share(each for each in counted if each.by is not None and not _told(each)),
        attested=share(each for each in counted if _told(each)),
        unanswered=share(each for each in counted if each.by is None),
    )
