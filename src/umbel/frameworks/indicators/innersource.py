# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""How much our own people work on each other's code, and whether they could.

A project's side is the department of its products, else the product; a person's home is the side with most of their
commits of two years. Both come from umbel.toml and from commits: nobody's team is looked up anywhere.
"""

from __future__ import annotations

from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, NamedTuple

from umbel.frameworks.indicators._asked import histories, once, since, with_people
from umbel.frameworks.indicators.found import Found, unknown
from umbel.frameworks.indicators.practices import UNKNOWN_FILES, projects, shown

if TYPE_CHECKING:
    from umbel.frameworks.interface import Known

NO_SIDES = (
    "the projects with a history belong to fewer than two departments or products (products in umbel.toml)"
)
NO_HISTORY = "no history of our projects tells of the last year (umbel collect)"
READY = ("readme", "contributing", "maintainers")
"""What a stranger needs to take part: what it is, how to take part, whom to ask."""
# People known to work for others are guests, not colleagues. Who has two homes of the same size is at home in both.
_HELD = """
WITH work AS (
  SELECT w.project, w.sha, w.person, w.committed_at, s.side
  FROM indicator_work AS w JOIN indicator_sides AS s ON s.project = w.project
  WHERE w.role = 'author' AND (w.ours OR w.organisation IS NULL)
), counted AS (
  SELECT person, side, count(DISTINCT (project, sha)) AS commits FROM work GROUP BY person, side
), homes AS (
  SELECT person, side FROM counted
  QUALIFY rank() OVER (PARTITION BY person ORDER BY commits DESC) = 1
), commits AS (
  SELECT w.project, w.sha, w.person, bool_or(h.side IS NOT NULL) AS home
  FROM work AS w LEFT JOIN homes AS h ON h.person = w.person AND h.side = w.side
  WHERE w.committed_at > $since::TIMESTAMPTZ
  GROUP BY w.project, w.sha, w.person
)
"""
_CROSS = "SELECT project, count(*) FILTER (NOT home), count(*) FROM commits GROUP BY project"
_VISITORS = """
SELECT count(DISTINCT c.person) FILTER (NOT home), count(DISTINCT c.person) FILTER (NOT home AND k.person IS NULL),
       count(DISTINCT c.person)
FROM commits AS c LEFT JOIN (SELECT DISTINCT person FROM indicator_work WHERE ours) AS k ON k.person = c.person
"""
_REUSED = """
WITH published AS (
  SELECT DISTINCT d.project, c.package FROM documents AS d JOIN components AS c ON c.component = d.root
  WHERE starts_with(c.package, 'pkg:') AND list_contains($projects::VARCHAR[], d.project)
)
SELECT count(DISTINCT p.package),
       count(DISTINCT p.package) FILTER (EXISTS (
         SELECT 1 FROM usage AS u WHERE u.package = p.package AND u.project <> p.project)),
       count(DISTINCT p.project)
FROM published AS p
"""


def _sides(known: Known) -> dict[str, set[str]]:
    """The departments, else products, that our projects belong to; without those of none."""
    found: dict[str, set[str]] = {}
    for project in projects(known):
        sides = {
            product.department or product.name
            for product in known.settings.products
            if any(_belongs(pattern, project) for pattern in product.projects)
        }
        if sides:
            found[project] = sides
    return found


def _belongs(pattern: str, project: str) -> bool:
    """As products name their projects: the whole name, or its end after a slash."""
    return fnmatchcase(project, pattern) or fnmatchcase(project, f"*/{pattern}")


class _Work(NamedTuple):
    """By project commits from elsewhere and all; people from elsewhere, those of them not known to be ours, all."""

    by_project: list[tuple[str, int, int]]
    visitors: int
    unsure: int
    people: int
    read: int
    asked: int


def _work(known: Known) -> _Work | Found:
    told = histories(known, known.session)
    read = [name for name, tells in told.items() if tells]
    if not read:
        return unknown(NO_HISTORY)
    sides = {name: each for name, each in _sides(known).items() if told.get(name)}
    if len({side for each in sides.values() for side in each}) < 2:
        return unknown(NO_SIDES)

    def made() -> _Work:
        import pyarrow as pa

        session = with_people(known, known.session)
        pairs = [(name, side) for name, each in sorted(sides.items()) for side in sorted(each)]
        table = {"project": [name for name, _ in pairs], "side": [side for _, side in pairs]}
        session.register("indicator_sides", pa.table(table))
        asked = {"since": since(known)}
        visitors, unsure, people = session.ask(_HELD + _VISITORS, asked).one()
        rows = session.ask(_HELD + _CROSS, asked).rows()
        return _Work(rows, visitors, unsure, people, len(sides), len(told))

    return once(known, "innersource", made)


def innersource_share(known: Known) -> Found:
    """Of the commits to our projects within the year, those made by people at home elsewhere in the house."""
    found = _work(known)
    if isinstance(found, Found):
        return found
    return Found(
        numerator=sum(row[1] for row in found.by_project),
        denominator=sum(row[2] for row in found.by_project),
        known=found.read,
        whole=found.asked,
        evidence={
            "people_from_elsewhere": found.visitors,
            "of_these_not_known_to_be_ours": found.unsure,
            "people": found.people,
        },
    )


def innersource_projects(known: Known) -> Found:
    """Of our projects with commits within the year, those with one of somebody at home elsewhere in the house."""
    found = _work(known)
    if isinstance(found, Found):
        return found
    return Found(
        numerator=sum(row[1] > 0 for row in found.by_project),
        denominator=len(found.by_project),
        known=found.read,
        whole=found.asked,
        why=None if found.by_project else "nobody committed to our projects in the last year",
    )


def innersource_ready(known: Known) -> Found:
    """Of our projects, those that say what they are, how to take part, and whom to ask."""
    every = projects(known)
    if not every:
        return unknown("no project is known (umbel collect)")
    answers = [shown(known, practice) for practice in READY]
    ready = lacking = 0
    days = []
    for name in every:
        told = [each[name].outcome for each in answers if name in each]
        if any(outcome == "unmet" for outcome in told):
            lacking += 1
        elif len(told) == len(READY) and all(outcome == "met" for outcome in told):
            ready += 1
        else:
            continue
        days += [each[name].observed_at for each in answers if name in each]
    return Found(
        numerator=ready,
        denominator=ready + lacking,
        known=ready + lacking,
        whole=len(every),
        observed_at=max(days, default=None),
        oldest_at=min(days, default=None),
        evidence={"files_not_seen": len(every) - ready - lacking},
        why=None if days else UNKNOWN_FILES,
    )


def innersource_reuse(known: Known) -> Found:
    """Of the packages that our projects are described as, those that another project of ours uses."""
    every = projects(known)
    packages, reused, telling = known.session.ask(_REUSED, {"projects": every}).one()
    return Found(
        numerator=reused,
        denominator=packages,
        known=telling,
        whole=len(every),
        evidence={"packages": packages},
        why=None if packages else "no SBOM says as which package a project of ours is published",
    )
