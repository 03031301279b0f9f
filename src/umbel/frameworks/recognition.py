# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Who works on what, and what people are thanked for: of those who agreed to be named, of all others counts.

A badge is a rule over histories, with the commit or day that it stands on. Nothing is ranked: a badge is had or not.
"""

from __future__ import annotations

from datetime import date, datetime  # noqa: TC003 - msgspec reads them
from typing import TYPE_CHECKING

import msgspec

from umbel.frameworks.indicators._asked import since, strategic, with_people

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

    from umbel.evidence.session import Session
    from umbel.frameworks.interface import Known

WEEKS = 26
"""Weeks of the year with a commit from which on somebody's work is steady: every other one."""
VOUCHED = 5
WIDE = 3
_WORKING = """
SELECT project, count(DISTINCT person) FILTER (ours), count(DISTINCT person) FILTER (ours IS NULL),
       count(DISTINCT person), count(DISTINCT sha),
       list(DISTINCT person ORDER BY person) FILTER (list_contains($named::VARCHAR[], person)), max(committed_at)
FROM indicator_work WHERE committed_at > $since::TIMESTAMPTZ GROUP BY project ORDER BY project
"""
_FIRST = """
SELECT person, arg_min(project, (committed_at, sha)), arg_min(sha, (committed_at, sha)), min(committed_at)
FROM contributions
WHERE list_contains($named::VARCHAR[], person) AND NOT bot AND committed_at <= $as_of::TIMESTAMPTZ
GROUP BY person ORDER BY person
"""
_REVIEWED = """
SELECT r.person, count(DISTINCT r.sha), arg_max(r.project, c.committed_at), max(c.committed_at)
FROM reviews AS r JOIN commits AS c ON c.project = r.project AND c.sha = r.sha
WHERE list_contains($named::VARCHAR[], r.person) AND r.kind IN ('reviewed-by', 'acked-by', 'tested-by', 'committer')
GROUP BY r.person ORDER BY r.person
"""
_STEADY = """
SELECT person, count(DISTINCT date_trunc('week', committed_at)), arg_max(project, (committed_at, sha)),
       max(committed_at)
FROM indicator_work
WHERE list_contains($named::VARCHAR[], person) AND committed_at > $since::TIMESTAMPTZ
GROUP BY person ORDER BY person
"""
_WIDE = """
SELECT person, count(DISTINCT project), arg_max(project, (committed_at, sha)), max(committed_at)
FROM indicator_work
WHERE list_contains($named::VARCHAR[], person) AND committed_at > $since::TIMESTAMPTZ
  AND ($projects::VARCHAR[] IS NULL OR list_contains($projects::VARCHAR[], project))
GROUP BY person ORDER BY person
"""


class Badge(msgspec.Struct, frozen=True, kw_only=True):
    """What people are thanked for, and how it is told."""

    id: str
    title: str
    rule: str


BADGES = (
    Badge(
        id="first-upstream",
        title="First contribution upstream",
        rule="A commit of theirs stands in the history of an upstream project that was examined.",
    ),
    Badge(
        id="strategic",
        title="Helps a strategic project",
        rule="Within the last year a commit of theirs went into a project with a verdict above the strategic line.",
    ),
    Badge(
        id="steady",
        title="Steady upstream",
        rule=f"In at least {WEEKS} weeks of the last year a commit of theirs went into an upstream project.",
    ),
    Badge(
        id="reviewer",
        title="Reviewer",
        rule=(
            f"They vouched for at least {VOUCHED} commits of others: "
            "reviewed, acknowledged, tested, or put them in place."
        ),
    ),
    Badge(
        id="across",
        title="Works across projects",
        rule=f"Within the last year they committed to at least {WIDE} projects of ours.",
    ),
)


class Earned(msgspec.Struct, frozen=True, kw_only=True):
    """A badge that somebody has, and what shows it. `projects` are all that the sentence names."""

    badge: str
    person: str
    name: str
    evidence: str
    day: date
    projects: tuple[str, ...] = ()


class Working(msgspec.Struct, frozen=True, kw_only=True):
    """Who works on a project within the year: how many of ours, of whom that isn't known, of all; those who agreed.

    `ours` None: nobody can tell whose commits are ours.
    """

    project: str
    upstream: bool
    ours: int | None
    unknown: int
    people: int
    commits: int
    named: tuple[str, ...]
    last: datetime


def working(known: Known, names: Mapping[str, str]) -> list[Working]:
    """Every project with a commit within the year, ours and upstream; `names` are those of who agreed, by pseudonym."""
    from umbel.frameworks.indicators._asked import tells_ours

    found = []
    for session, upstream in _sessions(known):
        telling = tells_ours(known, session)
        asked = {"named": sorted(names), "since": since(known)}
        for project, ours, unknown, people, commits, named, last in (
            with_people(known, session).ask(_WORKING, asked).rows()
        ):
            found.append(
                Working(
                    project=project,
                    upstream=upstream,
                    ours=ours if telling else None,
                    unknown=unknown,
                    people=people,
                    commits=commits,
                    named=tuple(names[each] for each in named or ()),
                    last=last,
                )
            )
    return found


def earned(known: Known, names: Mapping[str, str]) -> list[Earned]:
    """Every badge of those who agreed to be named, newest evidence first."""
    if not names:
        return []
    found: list[Earned] = []
    for session, upstream in _sessions(known):
        ask = _Asking(with_people(known, session), known, names)
        found += ask.reviewer()
        if upstream:
            found += [
                *ask.first(),
                *ask.steady(),
                *ask.strategic({each.project for each in strategic(known)}),
            ]
        else:
            found += ask.across()
    newest: dict[tuple[str, str], Earned] = {}
    for each in sorted(found, key=lambda one: one.day):
        newest[each.badge, each.person] = each
    return sorted(newest.values(), key=lambda each: (-each.day.toordinal(), each.name.casefold(), each.badge))


def _sessions(known: Known) -> Iterable[tuple[Session, bool]]:
    yield known.session, False
    if known.upstream is not None:
        yield known.upstream, True


class _Asking:
    """The rules of badges, asked in one session."""

    def __init__(self, session: Session, known: Known, names: Mapping[str, str]) -> None:
        self._session, self._names = session, names
        self._asked = {"named": sorted(names), "since": since(known)}
        self._as_of = known.as_of

    def first(self) -> list[Earned]:
        rows = self._session.ask(_FIRST, {"named": self._asked["named"], "as_of": self._as_of}).rows()
        return [
            self._earned("first-upstream", person, f"Commit {sha[:12]} in {project}", at, (project,))
            for person, project, sha, at in rows
        ]

    def reviewer(self) -> list[Earned]:
        rows = self._session.ask(_REVIEWED, {"named": self._asked["named"]}).rows()
        return [
            self._earned(
                "reviewer", person, f"{number:,} commits of others, last in {project}", at, (project,)
            )
            for person, number, project, at in rows
            if number >= VOUCHED
        ]

    def steady(self) -> list[Earned]:
        rows = self._session.ask(_STEADY, self._asked).rows()
        return [
            self._earned(
                "steady",
                person,
                f"Commits in {number} weeks of the last year, last in {project}",
                at,
                (project,),
            )
            for person, number, project, at in rows
            if number >= WEEKS
        ]

    def strategic(self, projects: Collection[str]) -> list[Earned]:
        rows = self._session.ask(_WIDE, {**self._asked, "projects": sorted(projects)}).rows()
        return [
            self._earned("strategic", person, f"Commits within the year, last in {project}", at, (project,))
            for person, _, project, at in rows
        ]

    def across(self) -> list[Earned]:
        rows = self._session.ask(_WIDE, {**self._asked, "projects": None}).rows()
        return [
            self._earned("across", person, f"Commits to {number} of our projects within the year", at, ())
            for person, number, _, at in rows
            if number >= WIDE
        ]

    def _earned(
        self, badge: str, person: str, evidence: str, at: datetime, projects: tuple[str, ...]
    ) -> Earned:
        return Earned(
            badge=badge,
            person=person,
            name=self._names[person],
            evidence=f"{evidence}.",
            day=at.date(),
            projects=projects,
        )
