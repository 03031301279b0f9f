# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Components and facts for tests of rules, in few words."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from umbel.model.vulnerability import Attribution, Vulnerability
from umbel.policy.facts import Facts, PackageFact, VersionFact
from umbel.policy.interface import Fact, Judgement, Use
from umbel.policy.registry import rules

NOW = datetime(2026, 6, 1, tzinfo=UTC)
PACKAGE, VERSION = "pkg:npm/left-pad", "1.3.0"
EVERYTHING: frozenset[Fact] = frozenset(
    ["vulnerabilities", "packages", "versions", "lifecycles", "measurements"]
)


def use(**other: Any) -> Use:
    """A component; all but its name and version is unknown unless given."""
    return Use(**({"package": PACKAGE, "version": VERSION} | other))


def vulnerability(number: int = 1, **other: Any) -> Vulnerability:
    """A vulnerability of high severity with a fix, unless told otherwise."""
    name = f"CVE-2026-{number:04}"
    active = other.pop("active", True)
    given: dict[str, Any] = {
        "id": name,
        "ids": (name, f"GHSA-{number}"),
        "sources": (Attribution(f"GHSA-{number}", "GHSA", active),),
        "affected": True,
        "severity": "high",
        "summary": "Reads what it should not",
        "published_at": NOW - timedelta(days=10),
        "fixed": "1.3.1",
    }
    return Vulnerability(**(given | other))


def facts(
    *found: Vulnerability,
    package: PackageFact | None = None,
    version: VersionFact | None = None,
    known: frozenset[Fact] = EVERYTHING,
    **other: Any,
) -> Facts:
    """What is known of the one component that tests judge."""
    return Facts(
        as_of=NOW,
        known=known,
        vulnerabilities_of={(PACKAGE, VERSION): list(found)},
        packages={PACKAGE: package} if package else {},
        versions={(PACKAGE, VERSION): version} if version else {},
        **other,
    )


def judged(name: str, subject: Any, known: Facts, **settings: Any) -> list[Judgement]:
    """What a rule says with these settings."""
    rule = rules()[name]
    return list(rule.judge(subject, known, rule.settings(**settings)))
