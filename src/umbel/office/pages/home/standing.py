# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""How each part of the flower stands, in the words that the drawing and its table share."""

from __future__ import annotations

from collections import Counter
from datetime import date
from typing import TYPE_CHECKING

import msgspec

from umbel.frameworks.interface import PetalId

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from umbel.frameworks.interface import Assessment, Move, Standing

CENTRE = "office"
FLOWERING = 3
"""The level from which a part is as it should be."""


class Part(msgspec.Struct, frozen=True, kw_only=True):
    """One part of the flower. `tone` is good, warn, bad or unknown; `counted` are its practices that apply here."""

    id: PetalId
    title: str
    url: str | None
    tone: str
    word: str
    met: int
    unmet: int
    unknown: int
    counted: int
    share: float
    at_most: float
    trend: str
    trend_tone: str
    since: date | None
    actions: int

    @property
    def said(self) -> str:
        """Everything about it in one line: the accessible name of its petal."""
        if not self.counted:
            return f"{self.title}: none of its practices applies here."
        unknown = f", {self.unknown} unknown" if self.unknown else ""
        since = f" since {self.since}" if self.since else ""
        return (
            f"{self.title}: {self.word}. {self.met} of {self.counted} practices met{unknown}. "
            f"{self.trend}{since}. {self.actions_said}."
        )

    @property
    def actions_said(self) -> str:
        """How many actions are open."""
        return (
            f"{self.actions} open action{'' if self.actions == 1 else 's'}"
            if self.actions
            else "No open action"
        )


def parts(
    assessed: Assessment,
    moves: Iterable[Move],
    before: Mapping[PetalId, Standing] | None,
    since: date | None,
    url: Callable[[str], str | None],
) -> list[Part]:
    """Every part, the centre first. `before` are the standings of `since`; None while nobody has worked them out."""
    outcomes = {each.practice.id: each.outcome for each in assessed.answers}
    actions = Counter(petal for move in moves for petal in move.petals)
    order = sorted(assessed.petals, key=lambda each: each.id != CENTRE)
    return [
        _part(
            each,
            _state(each, outcomes),
            _trend(each, before),
            since if before is not None else None,
            url,
            actions,
        )
        for each in order
    ]


def _part(
    now: Standing,
    state: tuple[str, str],
    trend: tuple[str, str],
    since: date | None,
    url: Callable[[str], str | None],
    actions: Mapping[PetalId, int],
) -> Part:
    return Part(
        id=now.id,
        title=now.title,
        url=url(now.id),
        tone=state[0],
        word=state[1],
        met=now.met,
        unmet=now.unmet,
        unknown=now.unknown,
        counted=now.met + now.unmet + now.unknown,
        share=now.share or 0.0,
        at_most=now.at_most or 0.0,
        trend=trend[0],
        trend_tone=trend[1],
        since=since,
        actions=actions.get(now.id, 0),
    )


def _state(now: Standing, outcomes: Mapping[str, str]) -> tuple[str, str]:
    """A tone and a word. Where only what nobody knows holds a part back, its state is unknown, not bad."""
    if not now.met + now.unmet + now.unknown:
        return "none", "doesn't apply"
    if now.level is not None:
        return ("good" if now.level.number >= FLOWERING else "warn"), now.level.title.lower()
    held = [outcomes.get(name) for name in now.held_by]
    if not now.unmet or (held and all(each in {"unknown", "error"} for each in held)):
        return "unknown", "unknown"
    return "bad", "not rooted yet"


def _trend(now: Standing, earlier: Mapping[PetalId, Standing] | None) -> tuple[str, str]:
    if earlier is None:
        return "trend is being worked out", "unknown"
    before = earlier.get(now.id)
    if before is None or not before.met + before.unmet:
        return "nothing was known a quarter before", "unknown"
    if (levels := _number(now) - _number(before)) != 0:
        noun = "stage" if abs(levels) == 1 else "stages"
        return (f"▲ {levels} {noun} up", "good") if levels > 0 else (f"▼ {-levels} {noun} down", "bad")
    if (more := now.met - before.met) != 0:
        return (f"▲ {more} more met", "good") if more > 0 else (f"▼ {-more} fewer met", "bad")
    return "as before", "none"


def _number(standing: Standing) -> int:
    return 0 if standing.level is None else standing.level.number
