# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""What an audit asks of every component: yes, no, or None where nobody can say."""

from __future__ import annotations

from datetime import timedelta
from functools import cache
from typing import TYPE_CHECKING, Any, NamedTuple

from umbel.policy.registry import rules

if TYPE_CHECKING:
    from collections.abc import Callable

    from umbel.model.vulnerability import Vulnerability
    from umbel.policy.engine import Group
    from umbel.policy.facts import Facts
    from umbel.policy.interface import Use

QUIET = timedelta(days=730)
OLD = timedelta(days=4 * 365)
BEHIND = 10
"""Versions."""
_GRAVE = frozenset({"high", "critical"})
_UNSAID = frozenset({None, "NOASSERTION", "NONE"})


class Asked(NamedTuple):
    """What questions are answered from; `exploits`: whether a list of exploited ones was ever read.

    `told` keeps what was looked up of a version.
    """

    facts: Facts
    exploits: bool
    told: dict[tuple[str, str | None], list[Vulnerability] | None]


class Question(NamedTuple):
    """One question: its name, what a figure is called, how it is asked, what it leaves out, what it needs."""

    name: str
    title: str
    ask: Callable[[Asked, Group], bool | None]
    limits: str
    missing: str | None = None


def _open_source(asked: Asked, group: Group) -> bool | None:  # noqa: ARG001 - as the others
    return True if group.use.package.startswith("pkg:") else None


def _told(asked: Asked, use: Use) -> list[Vulnerability] | None:
    """What affects it, or may; None where nobody could be asked."""
    key = (use.package, use.version)
    if key not in asked.told:
        asked.told[key] = _looked_up(asked.facts, use)
    return asked.told[key]


def _looked_up(facts: Facts, use: Use) -> list[Vulnerability] | None:
    found = facts.vulnerabilities(use.package, use.version)
    if found is None:
        return None
    return [
        one
        for one in found
        if one.active and one.affected is not False and one.kind in {"vulnerability", "malicious"}
    ]


def _any(answers: list[bool | None]) -> bool | None:
    """Yes if one is, no if all are."""
    if any(answers):
        return True
    return None if any(one is None for one in answers) else False


def _of_any(asked: Asked, group: Group, answer: Callable[[Vulnerability], bool | None]) -> bool | None:
    """Whether an answer is yes of anything that affects it, or may; no only where all advisories could be asked."""
    found = _told(asked, group.use)
    if found is None:
        return None
    told = _any([answer(one) for one in found])
    return None if told is False and asked.facts.is_uncovered(group.use.package) else told


def _vulnerable(asked: Asked, group: Group) -> bool | None:
    return _of_any(asked, group, lambda one: one.affected)


def _grave(asked: Asked, group: Group) -> bool | None:
    return _of_any(
        asked, group, lambda one: _and(one.affected, None if one.severity is None else one.severity in _GRAVE)
    )


def _exploited(asked: Asked, group: Group) -> bool | None:
    told = _of_any(asked, group, lambda one: _and(one.affected, bool(one.exploited)))
    return told if told or asked.exploits else None


def _and(one: bool | None, other: bool | None) -> bool | None:  # noqa: FBT001 - answers
    if one is False or other is False:
        return False
    return None if one is None or other is None else True


def _license_conflict(asked: Asked, group: Group) -> bool | None:
    settings = group.resolved.rules.get("license-denied")
    if settings is None or group.use.license in _UNSAID:
        return None
    if group.use.reach not in settings.scopes:
        return False
    judged = list(_rule("license-denied").judge(group.use, asked.facts, settings))
    if not judged:
        return False
    return True if any(one.outcome == "unmet" for one in judged) else None


@cache
def _rule(name: str) -> Any:
    return rules()[name]


def _license_unknown(asked: Asked, group: Group) -> bool | None:  # noqa: ARG001 - as the others
    return group.use.license in _UNSAID


def _quiet(asked: Asked, group: Group) -> bool | None:
    package = asked.facts.package(group.use.package)
    if package is None or package.latest_at is None:
        return None
    return asked.facts.as_of - package.latest_at >= QUIET


def _behind(asked: Asked, group: Group) -> bool | None:
    package = asked.facts.package(group.use.package)
    version = asked.facts.version(group.use.package, group.use.version)
    if package is None or version is None:
        return None
    if version.behind == 0:
        return False  # it is the newest, however old
    many = None if version.behind is None else version.behind >= BEHIND
    if version.released_at is None or package.latest_at is None:
        return _any([many, None])
    return _any([many, package.latest_at - version.released_at >= OLD])


def _ended(asked: Asked, group: Group) -> bool | None:
    cycle = asked.facts.lifecycle(group.use.package, group.use.version)
    if cycle is None or (cycle.eol is None and cycle.eol_on is None):
        return None
    return cycle.eol_on <= asked.facts.today if cycle.eol_on is not None else cycle.eol


_ADVISORIES = "umbel sync advisories"
_REGISTRIES = "umbel sync packages"
QUESTIONS = (
    Question(
        "open-source",
        "use open source",
        _open_source,
        "Components that are identified by a purl; a firm's own packages are among them.",
    ),
    Question(
        "vulnerable",
        "have a known vulnerability",
        _vulnerable,
        "Of any severity and in any use, tests and builds included; what an exception or VEX covers counts.",
        _ADVISORIES,
    ),
    Question(
        "high",
        "have a high or critical vulnerability",
        _grave,
        "Severity as the advisories rate it; of one that nobody rated it is unknown.",
        _ADVISORIES,
    ),
    Question(
        "exploited",
        "have a vulnerability that is exploited",
        _exploited,
        "By the list of known exploited vulnerabilities.",
        _ADVISORIES,
    ),
    Question(
        "license-conflict",
        "have a licence conflict",
        _license_conflict,
        "By the policy's rule license-denied, for the way in which the product reaches its users.",
        "the rule license-denied, and licences in the documents",
    ),
    Question(
        "license-unknown",
        "have a component of unknown licence",
        _license_unknown,
        "No document, registry or decision says under which licence it stands, or that it stands under none.",
    ),
    Question(
        "quiet",
        "have a component without a release for two years",
        _quiet,
        "By the newest stable release that its registry lists; commits that were never released aren't looked at.",
        _REGISTRIES,
    ),
    Question(
        "behind",
        "have a component four years or ten versions behind",
        _behind,
        "From the release in use to the newest stable one.",
        _REGISTRIES,
    ),
    Question(
        "end-of-life",
        "have a component past its end of life",
        _ended,
        "Most packages are in no list of lifecycles.",
        "umbel sync lifecycles",
    ),
)
"""In the order in which they are told."""
