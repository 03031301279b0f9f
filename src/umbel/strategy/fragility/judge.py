# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""How fragile projects are, as of the session's day: the risk, the strongest reasons, the relief, what is unknown."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from umbel.metrics.engine import TABLES_READ
from umbel.strategy.fragility import model as models
from umbel.strategy.fragility.features import Pair, Seen, seen
from umbel.strategy.fragility.words import sentence
from umbel.strategy.interface import MIN_CONFIDENCE, Fragility, Reason

if TYPE_CHECKING:
    from collections.abc import Sequence

    from umbel.evidence.people.rules import Rules
    from umbel.evidence.session import Session
    from umbel.strategy.fragility.model import Model, Score

TABLES = (*TABLES_READ, "practices")
"""Stored tables that a session must be opened with."""
STRONGEST = 3
_WORTH_SAYING = 0.05
"""Points below which a feature is as usual: neither a reason nor a relief."""


class Judged(Fragility, frozen=True, kw_only=True):
    """A `Fragility`, and why each feature that isn't known is not: its words by the feature's name."""

    unknown: dict[str, str] = msgspec.field(default_factory=dict)
    model: str = ""


def fragility(
    session: Session, who: Rules | None, projects: Sequence[str] | None = None, model: Model | None = None
) -> list[Judged]:
    """Every project with a history (or those named), by name, as of the session's day.

    The session is opened with `TABLES`; people are told apart by `who`, unless that was done in it before.
    """
    from umbel.metrics.engine import Engine

    chosen = model or models.built_in()
    engine = Engine(session, who, wide=False)
    names = sorted(engine.histories if projects is None else engine.histories.keys() & set(projects))
    gaps = {name: engine.histories[name].gap(session.as_of, whole=True) for name in names}
    told = seen(session, [Pair(name, session.as_of) for name in names if gaps[name] is None], chosen)
    by_name = {each.project: fragility_of(each, chosen) for each in told}
    return [by_name.get(name) or _untold(name, session, str(gaps[name]), chosen) for name in names]


def fragility_of(told: Seen, model: Model) -> Judged:
    """What the model says of one project on one day."""
    score = model.score(told.features, idle=told.idle)
    gap = None
    if not told.facts:
        gap = "people had contributed nothing by that day"
    elif score.confidence < MIN_CONFIDENCE:
        gap = f"too little is known: {_missing(told, model)}"
    return Judged(
        project=told.project,
        as_of=told.day,
        risk=None if gap else score.risk,
        level=None if gap else model.level(score.risk),
        confidence=score.confidence,
        reasons=() if gap else _strongest(told, score, model, raising=True),
        relief=() if gap else _strongest(told, score, model, raising=False),
        features=told.features,
        why=gap,
        unknown={f.name: f.unknown for f in model.feature if told.features.get(f.name) is None},
        model=model.version,
    )


def _strongest(told: Seen, score: Score, model: Model, *, raising: bool) -> tuple[Reason, ...]:
    sign = 1 if raising else -1
    themes = {each.name: each.theme or each.name for each in model.feature}
    ranked = sorted(score.points.items(), key=lambda item: (-sign * item[1], item[0]))
    found: dict[str, Reason] = {}
    for name, points in ranked:
        if sign * points >= _WORTH_SAYING and themes[name] not in found:
            found[themes[name]] = Reason(text=sentence(name, told.facts), of=name, weight=points)
    return tuple(found.values())[:STRONGEST]


def _missing(told: Seen, model: Model) -> str:
    """The weightiest features that aren't known, and why."""
    gone = sorted(
        (f for f in model.feature if told.features.get(f.name) is None), key=lambda f: (-f.weight, f.name)
    )
    return "; ".join(dict.fromkeys(f.unknown for f in gone[:STRONGEST]))


def _untold(project: str, session: Session, why: str, model: Model) -> Judged:
    nothing: dict[str, float | None] = {each.name: None for each in model.feature}
    return Judged(
        project=project,
        as_of=session.as_of,
        risk=None,
        level=None,
        confidence=0.0,
        features=nothing,
        why=why,
        unknown=dict.fromkeys(nothing, why),
        model=model.version,
    )
