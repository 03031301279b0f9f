# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""The portfolio in the figures of the industry's yearly reports, each with its denominator and what is unknown.

A figure asks one question of every component. A project answers yes if one of its components does; it answers
nothing where no document tells what it uses, or where none of its components could be asked.

Source: the questions are those of the yearly reports on open source in audited codebases.
"""

from __future__ import annotations

from collections import defaultdict
from statistics import mean, median
from typing import TYPE_CHECKING, NamedTuple

import msgspec

from umbel.model import purl
from umbel.policy import quality, vex
from umbel.policy._audit_questions import QUESTIONS, Asked
from umbel.policy.lookup import TABLES as _LOOKED_UP
from umbel.policy.lookup import Subjects, facts_of, project_uses

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import datetime

    from umbel.evidence.session import Session
    from umbel.model.vulnerability import Vulnerability
    from umbel.policy._audit_questions import Question
    from umbel.policy.engine import Group
    from umbel.policy.facts import Facts
    from umbel.policy.judge import Case

TABLES = tuple(dict.fromkeys((*_LOOKED_UP, *quality.TABLES, *vex.TABLES, "histories", "commits")))
"""The stored tables that a session must hold."""
MOST_PACKAGES = 10


class Count(msgspec.Struct, frozen=True, kw_only=True):
    """How many of how many. Of `unknown` of them nothing is known; `partly` were found free as far as is known."""

    met: int
    of: int
    unknown: int
    partly: int = 0

    @property
    def known(self) -> int:
        """Those that have an answer."""
        return self.of - self.unknown

    @property
    def share(self) -> float | None:
        """The share of those that have an answer; None if none has."""
        return self.met / self.known if self.known else None


class Figure(msgspec.Struct, frozen=True, kw_only=True):
    """One question with its answers. `limits` says what it doesn't look at, `missing` what would have to be known."""

    name: str
    title: str
    limits: str
    projects: Count
    components: Count
    missing: str | None = None


class Package(msgspec.Struct, frozen=True, kw_only=True):
    """A package by its vulnerabilities: how many, how many of them high or critical, in which versions and projects."""

    package: str
    vulnerabilities: int
    high: int
    versions: int
    projects: int


class Audit(msgspec.Struct, frozen=True, kw_only=True):
    """The whole summary. `mean` and `median` are components of the projects with documents; None without any."""

    as_of: datetime
    policy: str
    projects: int
    with_documents: int
    components: int
    mean: float | None
    median: float | None
    figures: list[Figure]
    packages: list[Package]


class _Tally(NamedTuple):
    """Of one project or component: answers yes, no, and none."""

    yes: int
    no: int
    unknown: int


def audit(session: Session, case: Case, projects: Sequence[str]) -> Audit:
    """Ask every question of these projects. The session must hold `TABLES`."""
    subjects = Subjects(session, case.policy, case.belonging, projects, case.licenses)
    facts = facts_of(
        session, frozenset({"vulnerabilities", "lifecycles", "packages", "versions"}), case.index, {}
    )
    groups, _ = subjects.groups(facts)
    documented = sorted(use.project for use, _ in project_uses(subjects) if use.documents)
    used = _used(groups)
    numbers = [len(used.get(project, ())) for project in documented]
    asked = Asked(facts, _exploits_known(session), {})
    return Audit(
        as_of=session.as_of,
        policy=case.policy.said.source,
        projects=len(subjects.policies),
        with_documents=len(documented),
        components=len({one for components in used.values() for one in components}),
        mean=mean(numbers) if numbers else None,
        median=float(median(numbers)) if numbers else None,
        figures=[
            _figure(question, groups, asked, sorted(subjects.policies), documented) for question in QUESTIONS
        ],
        packages=_packages(groups, facts),
    )


_Component = tuple[str, str | None]


def _used(groups: Iterable[Group]) -> dict[str, set[_Component]]:
    used: dict[str, set[_Component]] = defaultdict(set)
    for group in groups:
        for project in group.projects:
            used[project].add((group.use.package, group.use.version))
    return used


def _exploits_known(session: Session) -> bool:
    sql = "SELECT EXISTS (SELECT 1 FROM syncs WHERE collector = 'kev' AND observed_at <= (SELECT as_of FROM moment))"
    return bool(session.ask(sql).one()[0])


def _figure(
    question: Question,
    groups: Iterable[Group],
    asked: Asked,
    projects: Sequence[str],
    documented: Iterable[str],
) -> Figure:
    by_project: dict[str, list[int]] = {name: [0, 0, 0] for name in documented}
    by_component: dict[_Component, list[int]] = defaultdict(lambda: [0, 0, 0])
    for group in groups:
        answer = question.ask(asked, group)
        place = 2 if answer is None else int(not answer)
        by_component[group.use.package, group.use.version][place] += 1
        for project in group.projects:
            if project in by_project:
                by_project[project][place] += 1
    missing = question.missing if not any(yes or no for yes, no, _ in by_component.values()) else None
    return Figure(
        name=question.name,
        title=question.title,
        limits=question.limits,
        projects=_counted({name: by_project.get(name) for name in projects}),
        components=_counted(by_component),
        missing=missing,
    )


def _counted(tallies: Mapping[str, list[int] | None] | Mapping[_Component, list[int]]) -> Count:
    told = [None if tally is None else _Tally(*tally) for tally in tallies.values()]
    silent = [one is None or (one.unknown > 0 and not one.yes and not one.no) for one in told]
    return Count(
        met=sum(one is not None and one.yes > 0 for one in told),
        of=len(told),
        unknown=sum(silent),
        partly=sum(one is not None and not one.yes and one.no > 0 and one.unknown > 0 for one in told),
    )


def _packages(groups: Iterable[Group], facts: Facts) -> list[Package]:
    """Those with the most vulnerabilities in use, first those that are in most projects."""
    found: dict[str, dict[str, Vulnerability]] = defaultdict(dict)
    versions: dict[str, set[str | None]] = defaultdict(set)
    projects: dict[str, set[str]] = defaultdict(set)
    for group in groups:
        use = group.use
        told = [
            one
            for one in facts.vulnerabilities(use.package, use.version) or ()
            if one.affected and one.active and one.kind == "vulnerability"
        ]
        if told:
            found[use.package] |= {one.id: one for one in told}
            versions[use.package].add(use.version)
            projects[use.package].update(group.projects)
    made = [
        Package(
            package=purl.display(package),
            vulnerabilities=len(told),
            high=sum(one.severity in {"high", "critical"} for one in told.values()),
            versions=len(versions[package]),
            projects=len(projects[package]),
        )
        for package, told in found.items()
    ]
    made.sort(key=lambda one: (-one.vulnerabilities, -one.high, -one.projects, one.package))
    return made[:MOST_PACKAGES]
