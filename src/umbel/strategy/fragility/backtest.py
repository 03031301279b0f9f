# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""How well the model would have warned: scored on days before known events, against ordinary projects and simple signs.

Nothing is fitted here, so nothing need be held out: the weights are declared. Each event is compared with the projects
without one, on the same day, since all projects look otherwise in another year. A project with an event is
never an ordinary one, on no day.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING

import msgspec

from umbel.metrics.words import agree
from umbel.strategy.fragility import model as models
from umbel.strategy.fragility import proof
from umbel.strategy.fragility.features import Pair, Seen, seen
from umbel.strategy.fragility.judge import Judged, fragility_of
from umbel.strategy.interface import Level, Reason  # noqa: TC001 - msgspec reads them

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from umbel.evidence.people.rules import Rules
    from umbel.evidence.session import Session
    from umbel.strategy.fragility.events import Event
    from umbel.strategy.fragility.model import Model

    Score = Callable[[Judged, Seen], float | None]

LEADS = (1, 30, 90, 180, 365)
"""Days before an event on which the projects are scored."""
FALSE_ALARMS = 0.1
TOP = 10
DRAWS = 1000
SEED = 20181120
MODEL = "fragility"
ENOUGH = 10
"""Ordinary projects a day below which a share of false alarms, or a place among the first, says nothing."""
FEW = 30
"""Events below which a figure is called an anecdote."""


class Case(msgspec.Struct, frozen=True, kw_only=True):
    """One event on one day before it: what the model said, and its project's place among those of that day.

    `place` counts from 1 among `of` projects, the event's own included; None without a verdict. `warned` says that the
    level was high, or the place among the first tenth.
    """

    project: str
    kind: str
    day: date
    lead: int
    as_of: datetime
    risk: float | None
    level: Level | None
    confidence: float
    place: int | None
    of: int
    warned: bool
    reasons: tuple[Reason, ...] = ()
    why: str | None = None


class Figure(msgspec.Struct, frozen=True, kw_only=True):
    """How well one score told events from ordinary projects, so many days before.

    `area` is the area under the ROC curve within days (0.5 is chance), `low` and `high` its 95 % interval by
    bootstrap; `recall` the share of events found at a tenth of false alarms, `top` that among a day's first ten;
    None where too few ordinary projects were there for that. `ahead_low`, `ahead_high` is the interval of the
    model's lead over this score.
    """

    score: str
    lead: int
    events: int
    unknown: int
    ordinary: float
    area: float | None
    low: float | None
    high: float | None
    recall: float | None
    top: float | None
    ahead_low: float | None = None
    ahead_high: float | None = None


class Backtest(msgspec.Struct, frozen=True, kw_only=True):
    """The result: figures by score and lead, each case, what could not be asked, and what to think of it."""

    model: str
    figures: tuple[Figure, ...]
    cases: tuple[Case, ...]
    missing: tuple[str, ...]
    high_alarms: dict[int, float | None]
    notes: tuple[str, ...]


def backtest(
    session: Session,
    who: Rules | None,
    events: Sequence[Event],
    *,
    leads: Sequence[int] = LEADS,
    model: Model | None = None,
    draws: int = DRAWS,
) -> Backtest:
    """Score all projects of a session on days before events. The session is opened with `fragility.TABLES`.

    Events after the session's day are left out: what they would be judged by isn't all known.
    """
    from umbel.metrics.engine import Engine

    chosen = model or models.built_in()
    engine = Engine(session, who, wide=False)
    found = {event: name for event in events if (name := event.among(engine.histories))}
    asked = {e: n for e, n in found.items() if _before(e, 0) <= session.as_of}
    missing = tuple(f"{e.project} ({e.day})" for e in events if e not in asked)
    ordinary = [name for name in engine.histories if name not in set(found.values())]
    days = sorted({_before(event, lead) for event in asked for lead in leads})
    pairs = [
        Pair(name, day)
        for day in days
        for name in (*ordinary, *dict.fromkeys(asked.values()))
        if engine.histories[name].gap(day, whole=True) is None
    ]
    told = {(s.project, s.day): (fragility_of(s, chosen), s) for s in seen(session, pairs, chosen)}
    trial = _Trial(told, ordinary, asked, chosen)
    figures = tuple(f for lead in leads for f in trial.figures(lead, draws))
    cases = tuple(trial.case(event, lead) for event in asked for lead in leads)
    return Backtest(
        model=chosen.version,
        figures=figures,
        cases=cases,
        missing=missing,
        high_alarms={lead: trial.alarms(lead) for lead in leads},
        notes=_notes(figures, cases, len(asked), len(ordinary)),
    )


def _before(event: Event, lead: int) -> datetime:
    """The beginning of an event's day, so many days before: what happened on the day itself is not seen."""
    return datetime.combine(event.day, datetime.min.time(), UTC) - timedelta(days=lead, microseconds=1)


class _Trial:
    """All scores of all projects on all days asked."""

    def __init__(
        self,
        told: dict[tuple[str, datetime], tuple[Judged, Seen]],
        ordinary: Sequence[str],
        asked: dict[Event, str],
        model: Model,
    ) -> None:
        self._told = told
        self._ordinary = ordinary
        self._asked = asked
        self._scores = scores(model)

    def _score(self, name: str, project: str, day: datetime) -> float | None:
        found = self._told.get((project, day))
        return None if found is None else self._scores[name](*found)

    def _others(self, name: str, day: datetime) -> dict[str, float | None]:
        """The scores of the ordinary projects that were there."""
        return {p: self._score(name, p, day) for p in self._ordinary if (p, day) in self._told}

    def figures(self, lead: int, draws: int) -> list[Figure]:
        """One figure a score, the model's first."""
        events = [(p, day) for e, p in self._asked.items() if (p, day := _before(e, lead)) in self._told]
        own = {name: [self._score(name, *event) for event in events] for name in self._scores}
        others = {name: [self._others(name, day) for _, day in events] for name in self._scores}
        compared = {
            name: [proof.wins(s, o) for s, o in zip(own[name], others[name], strict=True)]
            for name in self._scores
        }
        sure, ahead = proof.intervals(compared, draws=draws, seed=SEED + lead)
        return [
            self._figure(
                name, lead, own[name], others[name], compared[name], (sure.get(name), ahead.get(name))
            )
            for name in self._scores
        ]

    @staticmethod
    def _figure(
        name: str,
        lead: int,
        own: Sequence[float | None],
        others: Sequence[dict[str, float | None]],
        compared: Sequence[proof.Wins],
        sure: tuple[proof.Interval | None, proof.Interval | None],
    ) -> Figure:
        ordinary = sum(map(len, others)) / len(others) if others else 0.0
        enough = ordinary >= ENOUGH
        tops = [proof.top(s, o, TOP) for s, o in zip(own, others, strict=True)]
        (low, high), (ahead_low, ahead_high) = (each or (None, None) for each in sure)
        return Figure(
            score=name,
            lead=lead,
            events=len(own),
            unknown=sum(score is None for score in own),
            ordinary=ordinary,
            area=proof.area(compared),
            low=low,
            high=high,
            recall=proof.recall(own, [list(o.values()) for o in others], FALSE_ALARMS) if enough else None,
            top=sum(tops) / len(tops) if ordinary >= 2 * TOP else None,
            ahead_low=ahead_low,
            ahead_high=ahead_high,
        )

    def case(self, event: Event, lead: int) -> Case:
        """What the model said of one event's project."""
        project, day = self._asked[event], _before(event, lead)
        others = [s for s in self._others(MODEL, day).values() if s is not None]
        judged = self._told[project, day][0] if (project, day) in self._told else None
        risk = judged.risk if judged else None
        place = None if risk is None else 1 + sum(other >= risk for other in others)
        first = place is not None and place <= FALSE_ALARMS * (len(others) + 1)
        return Case(
            project=project,
            kind=event.kind,
            day=event.day,
            lead=lead,
            as_of=day,
            risk=risk,
            level=judged.level if judged else None,
            confidence=judged.confidence if judged else 0.0,
            place=place,
            of=len(others) + 1,
            warned=first or (judged is not None and judged.level == "high"),
            reasons=judged.reasons if judged else (),
            why=judged.why if judged else "it had no commits yet, or its history can't be asked",
        )

    def alarms(self, lead: int) -> float | None:
        """Of the ordinary projects with a verdict, the share that was called high on the days of the events."""
        levels = [
            found[0].level
            for event in self._asked
            for project in self._ordinary
            if (found := self._told.get((project, _before(event, lead)))) and found[0].level
        ]
        return sum(level == "high" for level in levels) / len(levels) if levels else None


def scores(model: Model) -> dict[str, Score]:
    """What is compared: the model, the same features all alike, and three figures that anyone can look up."""
    equal = model.equal()

    def alike(judged: Judged, told: Seen) -> float | None:
        return None if judged.risk is None else equal.score(told.features).risk

    def fewest(_: Judged, told: Seen) -> float | None:
        people = told.features.get("absence_factor")
        return None if people is None else -people

    def quiet(_: Judged, told: Seen) -> float | None:
        return told.features.get("quiet_days")

    def idle(_: Judged, told: Seen) -> float | None:
        done = told.facts.get("last_90")
        return None if done is None else -float(done)

    return {
        MODEL: lambda judged, _: judged.risk,
        "equal weights": alike,
        "days since the last commit": quiet,
        "commits in 90 days": idle,
        "absence factor": fewest,
    }


def _notes(figures: Sequence[Figure], cases: Sequence[Case], events: int, ordinary: int) -> tuple[str, ...]:
    """What the reader must know before the figures are believed."""
    if not events:
        return ("No project of the events was examined: nothing can be said.",)
    notes = [
        f"{events} {agree(events, 'event', 'events')} and {ordinary} "
        f"{agree(ordinary, 'project', 'projects')} without a known one. "
        + ("That is an anecdote, not a proof: read the intervals." if events < FEW else ""),
        "The weights are declared, none is fitted: nothing is held out. Who declared them knew of the incidents.",
        "Ordinary means that nobody wrote of an incident; some of these projects may have failed unseen.",
    ]
    last = min((c.lead for c in cases), default=0)
    missed = [c for c in cases if c.lead == last and not c.warned]
    if missed:
        named = "; ".join(f"{c.project} ({c.kind}: {c.level or 'no verdict'})" for c in missed)
        notes.append(f"Not warned of {last} {'day' if last == 1 else 'days'} before: {named}.")
    beaten = sorted({
        f"{f.score} ({f.lead} {agree(f.lead, 'day', 'days')})"
        for f in figures
        if f.score != MODEL and f.area is not None and (m := _of(figures, f.lead)) is not None and f.area >= m
    })  # fmt: skip
    if beaten:
        notes.append(f"As good as the model or better: {', '.join(beaten)}.")
    return tuple(note.strip() for note in notes)


def _of(figures: Sequence[Figure], lead: int) -> float | None:
    """The model's own area so many days before."""
    return next((f.area for f in figures if f.lead == lead and f.score == MODEL), None)
