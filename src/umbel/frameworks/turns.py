# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""What changed in a framework between two days: practices that turned, and why."""

from __future__ import annotations

from datetime import datetime  # noqa: TC003 - msgspec reads it
from typing import TYPE_CHECKING

import msgspec

from umbel.frameworks.indicators.sentences import percent
from umbel.frameworks.interface import Outcome, Standing  # noqa: TC001 - msgspec reads them

if TYPE_CHECKING:
    from umbel.frameworks.interface import Answer, Assessment


class Turn(msgspec.Struct, frozen=True, kw_only=True):
    """A practice that stands otherwise on the later day: how it stood and stands, and why then and now."""

    practice: str
    title: str
    was: Outcome
    now: Outcome
    why_then: str
    why_now: str
    better: bool | None


class Difference(msgspec.Struct, frozen=True, kw_only=True):
    """A framework on two days; `turns` are its practices that turned, those that got worse first."""

    framework: str
    title: str
    first: datetime
    second: datetime
    then: Standing
    now: Standing
    turns: tuple[Turn, ...]

    @property
    def sentence(self) -> str:
        """The whole in one sentence."""
        if self.then.level != self.now.level:
            names = [
                each.title if each is not None else "no level" for each in (self.then.level, self.now.level)
            ]
            level = f"It went from {names[0]} to {names[1]}; "
        else:
            level = f"It stays at {self.now.level.title}; " if self.now.level is not None else ""
        worse = sum(each.better is False for each in self.turns)
        better = sum(each.better is True for each in self.turns)
        said = f"{_share(self.then)} of its weight was met, {_share(self.now)} is now; {better} better, {worse} worse."
        return f"{level}{said}"


def difference(first: Assessment, second: Assessment) -> Difference:
    """What changed from one assessment to another of the same framework."""
    then = {each.practice.id: each for each in first.answers}
    turns = [
        _turn(then[each.practice.id], each)
        for each in second.answers
        if each.practice.id in then and then[each.practice.id].outcome != each.outcome
    ]
    order = {False: 0, None: 1, True: 2}
    return Difference(
        framework=second.framework.id,
        title=second.framework.title,
        first=first.as_of,
        second=second.as_of,
        then=first.overall,
        now=second.overall,
        turns=tuple(sorted(turns, key=lambda each: (order[each.better], each.practice))),
    )


def _turn(then: Answer, now: Answer) -> Turn:
    better = None
    if "met" in {then.outcome, now.outcome}:
        better = now.outcome == "met" if "not-applicable" not in {then.outcome, now.outcome} else None
    return Turn(
        practice=now.practice.id,
        title=now.practice.title,
        was=then.outcome,
        now=now.outcome,
        why_then=then.sentence,
        why_now=now.sentence,
        better=better,
    )


def _share(standing: Standing) -> str:
    return "an unknown part" if standing.share is None else percent(standing.share)
