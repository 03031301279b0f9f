# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""What our people do upstream: commits, people, maintainers, where, and whether it was planned.

Ours are those known to be: every count of them is a lower bound, and the share of unknown affiliation stands beside it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from umbel.frameworks.indicators._asked import (
    NOBODY_TELLS,
    NOT_STRATEGIC,
    UNEXAMINED,
    UNMAPPED,
    YEAR,
    examined_strategic,
    histories,
    listed,
    once,
    since,
    strategic,
    tells_ours,
    today,
    with_people,
)
from umbel.frameworks.indicators.found import Found, unknown

if TYPE_CHECKING:
    from umbel.evidence.session import Session
    from umbel.frameworks.interface import Known
    from umbel.strategy.contributions import Standing

QUARTERS = 4
SUSTAINED = 3
"""Of the last four quarters, so many in which somebody must be active."""
LEAST = 5
"""Commits of the year before from which on growth is told."""
_DONE = """
SELECT project, count(DISTINCT sha) FILTER (ours), count(DISTINCT sha), count(DISTINCT sha) FILTER (ours IS NULL),
       max(committed_at) FILTER (ours)
FROM indicator_work WHERE committed_at > $since::TIMESTAMPTZ AND list_contains($projects::VARCHAR[], project)
GROUP BY project
"""
_PEOPLE = """
SELECT DISTINCT person FROM indicator_work
WHERE ours AND committed_at > $since::TIMESTAMPTZ AND list_contains($projects::VARCHAR[], project)
"""
_EMPLOYED = """
WITH active AS (
  SELECT person, bool_or(organisation IS NOT NULL) AS employed FROM indicator_work
  WHERE committed_at > $since::TIMESTAMPTZ AND list_contains($projects::VARCHAR[], project)
  GROUP BY person
)
SELECT count(*) FILTER (employed), count(*) FROM active
"""
_SUSTAINED = """
WITH active AS (
  SELECT project, person,
         count(DISTINCT floor(epoch($as_of::TIMESTAMPTZ - committed_at) / $quarter)::INTEGER) AS quarters
  FROM indicator_work
  WHERE ours AND committed_at > $since::TIMESTAMPTZ AND list_contains($projects::VARCHAR[], project)
  GROUP BY project, person
)
SELECT count(DISTINCT person) FILTER (quarters >= $sustained), count(DISTINCT person) FROM active
"""
_GROWTH = """
SELECT count(DISTINCT (project, sha)) FILTER (committed_at > $middle::TIMESTAMPTZ),
       count(DISTINCT (project, sha)) FILTER (committed_at <= $middle::TIMESTAMPTZ)
FROM indicator_work
WHERE ours AND committed_at <= $as_of::TIMESTAMPTZ AND list_contains($projects::VARCHAR[], project)
"""
# The acts are those of the metric `maintainers`: so are its limits. Only the year's trailers are looked at.
_MAINTAINERS = """
WITH recent AS MATERIALIZED (
  SELECT project, sha, parents, author, committer, trailers FROM commits
  WHERE committed_at > $since::TIMESTAMPTZ AND committed_at <= $as_of::TIMESTAMPTZ
    AND list_contains($projects::VARCHAR[], project)
), named AS (
  SELECT project, sha, author, unnest(trailers) AS trailer FROM recent WHERE len(trailers) > 0
), vouched AS (
  SELECT project, sha, author, trailer.identity AS identity, trailer.kind AS kind FROM named
  WHERE trailer.kind IN ('reviewed-by', 'acked-by')
  UNION ALL
  SELECT project, sha, author, committer, 'committer' FROM recent WHERE committer <> author
), acts AS (
  SELECT c.project, p.person, 1 AS weight
  FROM recent AS c JOIN people AS p ON p.identity = c.author
  WHERE c.parents > 1 AND NOT p.bot
  UNION ALL
  SELECT project, person, 1 FROM (
    SELECT DISTINCT v.project, v.sha, p.person, v.kind
    FROM vouched AS v
    JOIN people AS p ON p.identity = v.identity
    JOIN people AS a ON a.identity = v.author
    WHERE NOT p.bot AND p.person <> a.person
  )
  UNION ALL
  SELECT r.project, p.person, 2
  FROM releases AS r JOIN people AS p ON p.identity = r.tagger
  WHERE r.version IS NOT NULL AND NOT p.bot AND r.released_at > $since::TIMESTAMPTZ
    AND r.released_at <= $as_of::TIMESTAMPTZ AND list_contains($projects::VARCHAR[], r.project)
), chosen AS (
  SELECT project, person FROM acts GROUP BY project, person HAVING sum(weight) >= 2
), employed AS (
  SELECT person, bool_or(ours) AS ours FROM affiliations
  WHERE coalesce(since, '-infinity'::TIMESTAMPTZ) <= $as_of::TIMESTAMPTZ
    AND coalesce(until, 'infinity'::TIMESTAMPTZ) > $as_of::TIMESTAMPTZ
  GROUP BY person
)
SELECT count(DISTINCT c.person) FILTER (e.ours), count(DISTINCT c.person), count(DISTINCT c.project) FILTER (e.ours),
       count(DISTINCT c.person) FILTER (e.person IS NULL)
FROM chosen AS c LEFT JOIN employed AS e ON e.person = c.person
"""


class _Work(NamedTuple):
    """What was done in the last year: by project (ours, all, unknown, our last), and of how many projects."""

    by_project: dict[str, tuple[int, int, int, Any]]
    read: list[str]
    asked: int

    @property
    def ours(self) -> int:
        return sum(row[0] for row in self.by_project.values())

    @property
    def evidence(self) -> dict[str, Any]:
        every = sum(row[1] for row in self.by_project.values())
        blind = sum(row[2] for row in self.by_project.values())
        return {
            "projects_with_ours": sum(row[0] > 0 for row in self.by_project.values()),
            "commits_of_ours": self.ours,
            "commits_by_people": every,
            "unknown_affiliation_share": blind / every if every else None,
        }

    @property
    def newest(self) -> Any:
        return max((row[3] for row in self.by_project.values() if row[3]), default=None)


def _upstream(known: Known, *, ours: bool = True) -> tuple[Session, _Work] | Found:
    """The upstream session with the year's work, or why there is none; `ours`: it must be known who we are."""
    session = known.upstream
    if session is None:
        return unknown(UNEXAMINED)
    told = histories(known, session)
    read = sorted(name for name, tells in told.items() if tells)
    if not read:
        return unknown("no history of an upstream project tells of the last year (umbel collect upstream)")
    if ours and not tells_ours(known, session):
        return unknown(NOBODY_TELLS)

    def made() -> dict[str, tuple[int, int, int, Any]]:
        asked = {"projects": read, "since": since(known)}
        rows = with_people(known, session).ask(_DONE, asked).rows()
        return {row[0]: (row[1], row[2], row[3], row[4]) for row in rows}

    return session, _Work(once(known, "upstream work", made), read, len(told))


def _our_people(known: Known, session: Session, projects: list[str]) -> set[str]:
    asked = {"projects": projects, "since": since(known)}
    return {person for (person,) in with_people(known, session).ask(_PEOPLE, asked).rows()}


def contributors_upstream(known: Known) -> Found:
    """Our people who committed to an examined upstream project within the year."""
    found = _upstream(known)
    if isinstance(found, Found):
        return found
    session, work = found
    people = _our_people(known, session, work.read)
    return Found(
        value=len(people),
        known=len(work.read),
        whole=work.asked,
        observed_at=work.newest,
        evidence=work.evidence,
    )


def contributors_upstream_share(known: Known) -> Found:
    """Of our people who were active anywhere, those who were so upstream."""
    found = _upstream(known)
    if isinstance(found, Found):
        return found
    upstream, work = found
    own = histories(known, known.session)
    read = sorted(name for name, tells in own.items() if tells)
    if not read:
        return unknown("no history of our own projects tells of the last year (umbel collect)")
    there, here = _our_people(known, upstream, work.read), _our_people(known, known.session, read)
    return Found(
        numerator=len(there),
        denominator=len(there | here),
        known=len(work.read) + len(read),
        whole=work.asked + len(own),
        observed_at=work.newest,
        evidence={"in_our_projects": len(here), **work.evidence},
        why=None if there or here else "nobody of ours is known to have been active in the last year",
    )


def contributions_upstream(known: Known) -> Found:
    """Commits of our people in examined upstream projects within the year."""
    found = _upstream(known)
    if isinstance(found, Found):
        return found
    _, work = found
    return Found(
        value=work.ours,
        known=len(work.read),
        whole=work.asked,
        observed_at=work.newest,
        evidence=work.evidence,
    )


def contributions_growth(known: Known) -> Found:
    """Our commits of the year over those of the year before, in projects whose history tells of both."""
    found = _upstream(known)
    if isinstance(found, Found):
        return found
    session, work = found
    both = sorted(name for name, tells in histories(known, session, 2 * YEAR).items() if tells)
    if not both:
        return unknown(
            "no history of an upstream project tells of the last two years (umbel collect upstream)"
        )
    asked = {"projects": both, "middle": since(known), "as_of": known.as_of}
    now, before = with_people(known, session).ask(_GROWTH, asked).one()
    if before < LEAST:
        why = f"fewer than {LEAST} commits of ours are known in the year before, too few to compare"
        return unknown(why, commits=now, commits_before=before)
    return Found(
        value=now / before,
        known=len(both),
        whole=work.asked,
        observed_at=work.newest,
        evidence={"commits": now, "commits_before": before},
    )


def contributions_strategic_share(known: Known) -> Found:
    """Of our commits upstream, those to strategic projects."""
    found = _upstream(known)
    if isinstance(found, Found):
        return found
    _, work = found
    if not work.ours:
        return unknown("no commit of ours upstream is known in the last year", **work.evidence)
    if not listed(known):
        return unknown(UNMAPPED)
    names = {each.project for each in strategic(known)}
    there = sum(row[0] for name, row in work.by_project.items() if name in names)
    return Found(
        numerator=there,
        denominator=work.ours,
        known=len(work.read),
        whole=work.asked,
        observed_at=work.newest,
        evidence={"strategic_projects": len(names), **work.evidence},
    )


def strategic_with_ours(known: Known) -> Found:
    """Of the strategic projects that were examined, those with a commit of ours within the year."""
    found = _upstream(known)
    if isinstance(found, Found):
        return found
    _, work = found
    chosen, read = examined_strategic(known)
    if not chosen:
        return unknown(NOT_STRATEGIC if listed(known) else UNMAPPED)
    ours = [name for name in read if work.by_project.get(name, (0,))[0]]
    return Found(
        numerator=len(ours),
        denominator=len(read),
        known=len(read),
        whole=len(chosen),
        observed_at=work.newest,
        evidence={"strategic_projects": len(chosen), "unexamined": len(chosen) - len(read)},
        why=None if read else "no strategic project was examined (umbel collect upstream)",
    )


def sustained_contributors(known: Known) -> Found:
    """Our people who were active in three of the last four quarters in one strategic project."""
    found = _upstream(known)
    if isinstance(found, Found):
        return found
    session, _ = found
    chosen, read = examined_strategic(known)
    if not read:
        return unknown(
            "no strategic project was examined (umbel collect upstream)" if chosen else NOT_STRATEGIC
        )
    asked = {
        "projects": read,
        "since": since(known),
        "as_of": known.as_of,
        "quarter": YEAR * 86_400 / QUARTERS,
        "sustained": SUSTAINED,
    }
    many, active = with_people(known, session).ask(_SUSTAINED, asked).one()
    return Found(
        value=many,
        known=len(read),
        whole=len(chosen),
        evidence={"ours_in_strategic_projects": active, "strategic_projects": len(chosen)},
    )


def maintainers_ours(known: Known) -> Found:
    """Our people among the maintainers of examined upstream projects."""
    found = _upstream(known)
    if isinstance(found, Found):
        return found
    session, work = found
    asked = {"projects": work.read, "since": since(known), "as_of": known.as_of}
    ours, every, projects, blind = with_people(known, session).ask(_MAINTAINERS, asked).one()
    return Found(
        value=ours,
        known=len(work.read),
        whole=work.asked,
        evidence={"maintainers": every, "projects_with_ours": projects, "of_unknown_affiliation": blind},
    )


def affiliations_known(known: Known) -> Found:
    """Of the people who committed upstream within the year, those whose employer is known."""
    found = _upstream(known, ours=False)
    if isinstance(found, Found):
        return found
    session, work = found
    asked = {"projects": work.read, "since": since(known)}
    employed, every = with_people(known, session).ask(_EMPLOYED, asked).one()
    return Found(numerator=employed, denominator=every, known=len(work.read), whole=work.asked)


# ---- plans


def _plans(known: Known) -> list[Standing]:
    from umbel.strategy.contributions import load

    return once(known, "contribution plans", lambda: load(known.folder, today(known)))


def contribution_plans(known: Known) -> Found:
    """Of the strategic projects that we mean to lead or contribute to, those with a plan that goes on."""
    if not listed(known):
        return unknown(UNMAPPED)
    wanted = [each for each in strategic(known) if each.stance and each.stance.name in {"lead", "contribute"}]
    every = len(strategic(known))
    undecided = sum(each.stance is None or each.stance.name is None for each in strategic(known))
    if not wanted:
        return unknown(
            "no strategic project has the stance lead or contribute (umbel strategy)",
            without_stance=undecided,
        )
    planned = {each.contribution.project for each in _plans(known) if each.due is not None}
    done = {each.contribution.project for each in _plans(known) if each.state == "done"}
    return Found(
        numerator=sum(each.project in planned for each in wanted),
        denominator=len(wanted),
        known=every - undecided,
        whole=every,
        evidence={
            "decided_by_people": sum(each.stance.decided_by is not None for each in wanted if each.stance),
            "plans_done": sum(each.project in done for each in wanted),
        },
    )


def contribution_on_track(known: Known) -> Found:
    """Of the plans that go on, those whose day of review hasn't passed."""
    going = [each for each in _plans(known) if each.due is not None]
    if not going:
        return unknown("no plan of a contribution goes on (umbel contributions)")
    return Found(
        numerator=sum(not each.late for each in going),
        denominator=len(going),
        known=len(going),
        whole=len(going),
        stated=True,
        evidence={"overdue": sum(each.late for each in going)},
    )
