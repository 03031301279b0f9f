# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""The InnerSource catalogue: our own projects as a colleague who could take part would want to see them.

It stands on what checkouts and histories show. What nobody looked at is None, and no project is left out for it.
"""

from __future__ import annotations

from datetime import date, datetime  # noqa: TC003 - msgspec reads them
from typing import TYPE_CHECKING

import msgspec

from umbel.frameworks.indicators._asked import since, with_people
from umbel.frameworks.indicators.innersource import READY
from umbel.frameworks.indicators.practices import projects

if TYPE_CHECKING:
    from collections.abc import Sequence

    from umbel.evidence.session import Session
    from umbel.frameworks.interface import Known

SHOWN = (
    "readme", "contributing", "maintainers", "license", "code-of-conduct", "security-policy", "tests", "ci",
    "issue-template", "documentation", "support", "roadmap",
)  # fmt: skip
"""The practices that tell somebody whether and how to take part."""
MOST_LANGUAGES = 3
# As the indicators take it: of several checkouts of one project one that shows it is enough.
_PRACTICES = """
SELECT p.project, p.practice,
       CASE WHEN bool_or(p.outcome = 'met') THEN 'met' WHEN bool_or(p.outcome = 'unmet') THEN 'unmet'
            WHEN bool_and(p.outcome = 'not-applicable') THEN 'not-applicable' ELSE 'unknown' END AS outcome,
       arg_max(p.path, s.observed_at) FILTER (p.outcome = 'met') AS path,
       arg_max(p.detail, s.observed_at) FILTER (p.outcome = 'met') AS detail,
       max(s.observed_at) AS observed_at
FROM practices AS p JOIN present AS s ON s.write_id = p.snapshot
WHERE list_contains($practices::VARCHAR[], p.practice) GROUP BY p.project, p.practice
ORDER BY p.project, p.practice
"""
_LANGUAGES = """
SELECT project, list(language ORDER BY code DESC, language)[:$most] FROM (
  SELECT project, language, max(code) AS code FROM languages GROUP BY project, language
) GROUP BY project
"""
_LAST = "SELECT project, max(committed_at) FROM commits GROUP BY project"
_WORK = """
SELECT project, count(DISTINCT sha), count(DISTINCT person) FROM indicator_work
WHERE committed_at > $since::TIMESTAMPTZ GROUP BY project
"""
_ADDRESSES = "SELECT project, min(url) FROM histories WHERE url IS NOT NULL GROUP BY project"
_REUSED = """
WITH published AS (
  SELECT DISTINCT d.project, c.package FROM documents AS d JOIN components AS c ON c.component = d.root
  WHERE starts_with(c.package, 'pkg:') AND list_contains($projects::VARCHAR[], d.project)
)
SELECT p.project, count(DISTINCT u.project) FILTER (u.project <> p.project)
FROM published AS p LEFT JOIN usage AS u ON u.package = p.package GROUP BY p.project
"""


class Practice(msgspec.Struct, frozen=True, kw_only=True):
    """What a project's files show of one practice: met, unmet, unknown or not-applicable, and which file does."""

    practice: str
    outcome: str
    path: str | None = None
    detail: str | None = None


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """One project of ours.

    `ready`: it says what it is, how to take part and whom to ask; None where its files weren't looked at. `commits`
    and `people` are of the last year, None without a history. `reused_by` counts our other projects that use what it
    is published as, None where no SBOM says as what.
    """

    project: str
    ready: bool | None
    practices: tuple[Practice, ...] = ()
    seen_at: datetime | None = None
    languages: tuple[str, ...] = ()
    url: str | None = None
    last_commit: date | None = None
    commits: int | None = None
    people: int | None = None
    reused_by: int | None = None

    def practice(self, name: str) -> Practice | None:
        """One of them by its name; None: its files weren't looked at."""
        return next((each for each in self.practices if each.practice == name), None)


def catalogue(known: Known) -> list[Entry]:
    """Every project of ours by name, with what is known of it."""
    session = with_people(known, known.session)
    names = list(projects(known))
    seen = _seen(session, SHOWN)
    languages = dict(session.ask(_LANGUAGES, {"most": MOST_LANGUAGES}).rows())
    last = dict(session.ask(_LAST).rows())
    work = {
        name: (commits, people)
        for name, commits, people in session.ask(_WORK, {"since": since(known)}).rows()
    }
    addresses = dict(session.ask(_ADDRESSES).rows())
    reused = dict(session.ask(_REUSED, {"projects": names}).rows())
    found = []
    for name in names:
        commits, people = work.get(name, (0, 0)) if name in last else (None, None)
        mine, seen_at = seen.get(name, ((), None))
        found.append(
            Entry(
                project=name,
                ready=_ready(mine),
                practices=mine,
                seen_at=seen_at,
                languages=tuple(languages.get(name) or ()),
                url=addresses.get(name),
                last_commit=last[name].date() if last.get(name) else None,
                commits=commits,
                people=people,
                reused_by=reused.get(name),
            )
        )
    return found


def shown_by(session: Session, practices: Sequence[str]) -> dict[str, tuple[Practice, ...]]:
    """What the files of each project that was looked at show of some practices, in their order."""
    return {name: each for name, (each, _) in _seen(session, practices).items()}


def _seen(session: Session, practices: Sequence[str]) -> dict[str, tuple[tuple[Practice, ...], datetime]]:
    """The same with the day that the newest of these files are of."""
    found: dict[str, list[Practice]] = {}
    days: dict[str, datetime] = {}
    order = {name: place for place, name in enumerate(practices)}
    for project, practice, outcome, path, detail, observed_at in session.ask(
        _PRACTICES, {"practices": list(practices)}
    ).rows():
        made = Practice(practice=practice, outcome=outcome, path=path, detail=detail)
        found.setdefault(project, []).append(made)
        days[project] = max(days.get(project, observed_at), observed_at)
    return {
        name: (tuple(sorted(each, key=lambda one: order[one.practice])), days[name])
        for name, each in found.items()
    }


def _ready(practices: tuple[Practice, ...]) -> bool | None:
    told = {each.practice: each.outcome for each in practices}
    if any(told.get(name) == "unmet" for name in READY):
        return False
    return True if all(told.get(name) == "met" for name in READY) else None
