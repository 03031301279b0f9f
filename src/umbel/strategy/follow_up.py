# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""What our people really do in upstream projects: their commits, in which areas, against what was planned.

All is counted in a session over the upstream lake, with people attached (`umbel.evidence.people.attach`). Ours are
those known to be: colleagues who write from private addresses are unknown until they claim them, so each count is a
lower bound, and the unknown stand beside it.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING

import msgspec

from umbel.evidence.people import attach
from umbel.metrics.words import percent
from umbel.strategy.contributions import OURS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from umbel.evidence.session import Session
    from umbel.metrics.definition import Catalog
    from umbel.metrics.engine import Engine
    from umbel.strategy.contributions import Contribution

TABLES = (*attach.TABLES, "releases", "changes")
"""Stored tables that a session must be opened with."""
YEAR = 365
# The engine of metrics renames the column `at`, so both names are asked for by whichever is there.
_PEOPLE = """
SELECT person, count(*) AS commits, max({at}) AS last
FROM contributions
WHERE project = $project AND ours AND NOT bot AND {at} > $since::TIMESTAMPTZ AND {at} <= $as_of::TIMESTAMPTZ
GROUP BY person ORDER BY commits DESC, person
"""
_DONE = """
WITH touched AS (
  SELECT DISTINCT c.sha FROM changes AS c
  JOIN (SELECT unnest($areas::VARCHAR[]) AS area) AS a ON c.path = a.area OR starts_with(c.path, a.area || '/')
  WHERE c.project = $project
)
SELECT count(DISTINCT sha) FILTER (ours), count(DISTINCT person) FILTER (ours),
       count(DISTINCT CAST({at} AS DATE)) FILTER (ours), count(DISTINCT sha),
       count(DISTINCT sha) FILTER (ours IS NULL), max({at}) FILTER (ours)
FROM contributions
WHERE project = $project AND NOT bot AND {at} >= $since::TIMESTAMPTZ AND {at} <= $as_of::TIMESTAMPTZ
  AND ($areas::VARCHAR[] IS NULL OR sha IN (SELECT sha FROM touched))
"""
_PATHS = """
SELECT count(*), bool_and(coalesce(paths, false)) FROM readings
WHERE project = $project AND commits > 0
"""
_NOBODY_TELLS = "nobody can tell whose commits are ours ([organisation] domains in umbel.toml are not named)"


class Done(msgspec.Struct, frozen=True, kw_only=True):
    """Planned against done since the start. Counts are None where the project's history isn't known (`why`).

    `share` is of ours among the commits by people in the areas; `unknown` of these are of unknown affiliation.
    `days` are those on which one of ours committed. `whole` says that areas couldn't be told apart, so that the whole
    project was counted. `then` and `now` are the measure's figure at the start and on the day, `met` whether it has
    reached its target.
    """

    planned_hours: float
    commits: int | None = None
    people: int | None = None
    days: int | None = None
    share: float | None = None
    unknown: int | None = None
    last: datetime | None = None
    whole: bool = False
    then: float | None = None
    now: float | None = None
    met: bool | None = None
    why: str | None = None


def our_people(session: Session, project: str) -> list[tuple[str, int, datetime]]:
    """(pseudonym, commits, last) of our people in a project in the year before the session's day."""
    asked = {"project": project, "since": session.as_of - timedelta(days=YEAR), "as_of": session.as_of}
    return [(p, n, last) for p, n, last in session.ask(_PEOPLE.format(at=_at(session)), asked).rows()]


def tells_ours(session: Session, *, named: bool) -> bool:
    """Whether anybody can tell whose commits are ours, with people attached in the session.

    By the organisation's domains, if the settings name any (`named`), or by somebody who is said to be ours.
    """
    return named or session.ask("SELECT count(*) FROM affiliations WHERE ours").one()[0] > 0


def follow(
    session: Session, metrics: Catalog, chosen: Sequence[Contribution], *, named: bool = True
) -> dict[str, Done]:
    """What was done of each contribution, by its name, as of the session's day. People are attached in the session.

    `named` is as for `tells_ours`: where nobody can tell, commits of ours are unknown and not none.
    """
    from umbel.metrics.engine import Engine

    day = session.as_of.date()
    known = {name for (name,) in session.ask("SELECT DISTINCT project FROM histories").rows()}
    telling = tells_ours(session, named=named)
    found: dict[str, Done] = {}
    counted: list[Contribution] = []
    for each in chosen:
        if each.project not in known:
            found[each.name] = unexamined(each, day)
        elif each.start > day:
            found[each.name] = Done(planned_hours=0.0, why="it has not begun")
        else:
            counted.append(each)
            planned = each.planned_hours(day)
            found[each.name] = (
                _done(session, each) if telling else Done(planned_hours=planned, why=_NOBODY_TELLS)
            )
    # Last, since the engine puts relations of its own in the place of those that were asked until here.
    if counted:
        engine = Engine(session, projects=sorted({each.project for each in counted}))
        found |= {each.name: _measured(engine, metrics, each, found[each.name]) for each in counted}
    return found


def unexamined(each: Contribution, day: date) -> Done:
    """What is known of a contribution where nothing is known of its project's history."""
    why = f"the history of {each.project} was not examined (umbel collect upstream)"
    return Done(planned_hours=each.planned_hours(day), why=why)


def start_of(day: date) -> datetime:
    """The first moment of a day."""
    return datetime.combine(day, time(), UTC)


def _done(session: Session, each: Contribution) -> Done:
    areas = list(each.areas) or None
    whole = areas is not None and not has_paths(session, each.project)
    asked = {
        "project": each.project,
        "areas": None if whole else areas,
        "since": start_of(each.start),
        "as_of": session.as_of,
    }
    row = session.ask(_DONE.format(at=_at(session)), asked).one()
    commits, people, days, total, unknown, last = row
    return Done(
        planned_hours=each.planned_hours(session.as_of.date()),
        commits=commits,
        people=people,
        days=days,
        share=commits / total if total else None,
        unknown=unknown,
        last=last,
        whole=whole,
    )


def _measured(engine: Engine, metrics: Catalog, each: Contribution, done: Done) -> Done:
    """With the measure's figure then and now, and whether it has reached its target."""
    if each.measure in OURS:
        now = done.commits if each.measure == "our_commits" else done.people
        met = None if now is None else now >= each.target
        return msgspec.structs.replace(done, then=0.0, now=None if now is None else float(now), met=met)
    definition = metrics.metrics.get(each.measure)
    if definition is None or not definition.of_history:
        return msgspec.structs.replace(
            done, why=f"there is no metric {each.measure!r} of a project's history"
        )
    figures = [
        next((m.value for m in engine.measure(definition, as_of=day) if m.subject == each.project), None)
        for day in (start_of(each.start), engine.session.as_of)
    ]
    then = figures[0] if each.baseline is None else each.baseline
    lower = definition.header.better == "lower" or (
        definition.header.better == "neither" and then is not None and each.target < then
    )
    met = None if figures[1] is None else figures[1] <= each.target if lower else figures[1] >= each.target
    return msgspec.structs.replace(done, then=then, now=figures[1], met=met)


def has_paths(session: Session, project: str) -> bool:
    """Whether the paths of all commits of a project are known."""
    many, paths = session.ask(_PATHS, {"project": project}).one()
    return bool(many and paths)


def figure_now(session: Session, metrics: Catalog, metric: str, project: str) -> float | None:
    """A metric's figure of a project on the session's day. Ask it last: it changes the session's relations."""
    from umbel.metrics.engine import Engine

    found = Engine(session, projects=[project]).measure(metrics.metrics[metric])
    return next((each.value for each in found if each.subject == project), None)


def sentence(each: Contribution, done: Done) -> str:
    """Planned against done, in words."""
    planned = f"{done.planned_hours:,.0f} hours were planned"
    measure = f"; {each.measure} was {_shown(done.then)} and is {_shown(done.now)}, the target is {_shown(each.target)}"
    if done.commits is None:
        return f"{planned}; {done.why}{'' if done.now is None else measure}."
    where = ", ".join(each.areas) if each.areas and not done.whole else "the project"
    if not done.commits:
        said = f"no commit of ours in {where} since {each.start}"
    else:
        share = f", {percent(done.share)} of all there" if done.share is not None else ""
        said = f"{done.commits:,} commits of {done.people:,} of ours in {where} since {each.start}{share}"
    blind = f"; {done.unknown:,} more are of unknown affiliation" if done.unknown else ""
    coarse = "; its areas can't be told apart, as paths were not collected" if done.whole else ""
    return f"{planned}; {said}{blind}{coarse}{measure if not done.why else f'; {done.why}'}."


def _shown(value: float | None) -> str:
    return "unknown" if value is None else f"{value:,.2f}".rstrip("0").rstrip(".")


def _at(session: Session) -> str:
    sql = "SELECT count(*) FROM duckdb_columns() WHERE table_name = 'contributions' AND column_name = 'at'"
    return '"at"' if session.ask(sql).one()[0] else "committed_at"
