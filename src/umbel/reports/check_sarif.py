# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""A verdict as SARIF 2.1.0: what code hosts and editors show beside the code.

Source: OASIS, Static Analysis Results Interchange Format 2.1.0. An excused finding is a suppressed result; one whose
answer is unknown has the kind `review`, and a note's severity.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import msgspec

from umbel._version import __version__
from umbel.policy.registry import every_rule
from umbel.reports.check_lines import line_in

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from umbel.model.finding import Finding
    from umbel.policy.verdict import Verdict

SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
_LEVELS = {"fail": "error", "warn": "warning", "note": "note"}
_SCORES = {"info": "0.0", "low": "3.0", "medium": "5.5", "high": "8.0", "critical": "9.5"}
"""What a code host reads as severity where an advisory gives no score."""


def render(verdict: Verdict, files: Mapping[str, Path]) -> str:
    """The whole log as JSON text."""
    used = sorted({finding.rule for finding in verdict.findings})
    number = {name: index for index, name in enumerate(used)}
    run = {
        "tool": {
            "driver": {
                "name": "Umbel",
                "semanticVersion": __version__,
                "rules": [_rule(name) for name in used],
            }
        },
        "invocations": [
            {
                "executionSuccessful": not verdict.incomplete,
                "exitCode": verdict.exit_code,
                "toolExecutionNotifications": _notifications(verdict),
            }
        ],
        "columnKind": "unicodeCodePoints",
        "results": [_result(finding, number[finding.rule], files) for finding in verdict.findings],
    }
    log = {"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}
    return msgspec.json.format(msgspec.json.encode(log), indent=2).decode()


def _rule(name: str) -> dict[str, Any]:
    rule = every_rule()[name]
    return {
        "id": name,
        "name": "".join(word.capitalize() for word in name.split("-")),
        "shortDescription": {"text": rule.title},
        "fullDescription": {"text": rule.what},
        "help": {"text": f"{rule.why} {rule.remedy}"},
        "properties": {"tags": ["open source", "policy"]},
    }


def _result(finding: Finding, index: int, files: Mapping[str, Path]) -> dict[str, Any]:
    result: dict[str, Any] = {
        "ruleId": finding.rule,
        "ruleIndex": index,
        "kind": "fail" if finding.outcome == "unmet" else "review",
        "level": _LEVELS[finding.level] if finding.outcome == "unmet" else "none",
        "message": {"text": _message(finding)},
        "locations": [_location(finding, files)],
        "partialFingerprints": {"umbel/v1": finding.key},
        "properties": {
            "severity": finding.severity,
            "security-severity": str(finding.evidence.get("score") or _SCORES[finding.severity]),
            "package": finding.package,
            "version": finding.version,
            "path": list(finding.path),
        },
    }
    if finding.vex is not None:
        result["properties"]["vex"] = finding.vex.status
    if why := _suppressed(finding):
        result["suppressions"] = [{"kind": "external", "justification": one} for one in why]
    return result


def _suppressed(finding: Finding) -> list[str]:
    """Why it isn't counted: the exception that covers it, the VEX that says that it does no harm."""
    why = []
    if finding.excepted and finding.exception is not None:
        why.append(f"{finding.exception.reason} (until {finding.exception.until})")
    if finding.vex is not None and finding.vex.covers:
        why.append(str(finding.vex))
    return why


def _message(finding: Finding) -> str:
    through = f" It comes in through {' → '.join(finding.path)}." if finding.path else ""
    mend = f" {finding.remedy}" if finding.remedy else ""
    return f"{finding.subject}: {finding.reason}{through}{mend}"


def _location(finding: Finding, files: Mapping[str, Path]) -> dict[str, Any]:
    place = finding.place or "."
    line = line_in(finding, files)
    return {
        "physicalLocation": {
            "artifactLocation": {"uri": quote(place, safe="/:#"), "uriBaseId": "%SRCROOT%"},
            "region": {"startLine": line},
        },
        "logicalLocations": [{"name": finding.subject, "kind": "module"}],
    }


def _notifications(verdict: Verdict) -> list[dict[str, Any]]:
    told = [
        {
            "level": "warning" if gap.fails else "note",
            "message": {"text": f"{gap.rule}: {gap.reason} {gap.remedy}"},
        }
        for gap in verdict.gaps
    ]
    return told + [
        {
            "level": "error" if each.fault.level == "error" else "warning",
            "message": {"text": f"{each.place}: {each.fault}"},
        }
        for each in verdict.trouble
    ]
