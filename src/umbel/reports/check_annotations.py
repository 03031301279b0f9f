# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""A verdict as annotations: lines for GitHub's runner, and GitLab's code quality report.

Source: GitHub, workflow commands; GitLab, code quality report format.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

import msgspec

from umbel.policy.registry import every_rule
from umbel.reports.check_lines import line_in

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from umbel.model.finding import Finding
    from umbel.policy.verdict import Verdict

_COMMANDS = {"fail": "error", "warn": "warning", "note": "notice"}
_GITLAB = {"info": "info", "low": "minor", "medium": "major", "high": "critical", "critical": "blocker"}


def github(verdict: Verdict, files: Mapping[str, Path]) -> str:
    """A line a finding that isn't excused, then one for what could not be read or asked."""
    lines = [_command(finding, files) for finding in verdict.findings if not finding.excused]
    lines += [
        f"::warning title={_property(gap.rule)}::{_data(f'{gap.reason} {gap.remedy}')}"
        for gap in verdict.gaps
    ]
    lines += [
        f"::{'error' if t.fault.level == 'error' else 'warning'} file={_property(t.place)}::{_data(str(t.fault))}"
        for t in verdict.trouble
    ]
    return "".join(line + "\n" for line in lines)


def _command(finding: Finding, files: Mapping[str, Path]) -> str:
    place = ""
    if finding.place:
        line = line_in(finding, files)
        place = f"file={_property(finding.place)},line={line},"
    title = _property(every_rule()[finding.rule].title)
    text = f"{finding.subject}: {finding.reason} {finding.remedy or ''}".rstrip()
    return f"::{_COMMANDS[finding.level]} {place}title={title}::{_data(text)}"


def _data(text: str) -> str:
    escaped = text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")
    return "".join(character if character.isprintable() else "\ufffd" for character in escaped)


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")


def gitlab(verdict: Verdict, files: Mapping[str, Path]) -> str:
    """The report as JSON text; what is excused isn't in it."""
    issues = [
        {
            "description": f"{finding.subject}: {finding.reason} {finding.remedy or ''}".rstrip(),
            "check_name": finding.rule,
            "fingerprint": hashlib.sha256(finding.key.encode()).hexdigest()[:40],
            "severity": _GITLAB[finding.severity] if finding.outcome == "unmet" else "info",
            "location": {
                "path": finding.place or ".",
                "lines": {"begin": line_in(finding, files)},
            },
        }
        for finding in verdict.findings
        if not finding.excused
    ]
    return msgspec.json.format(msgspec.json.encode(issues), indent=2).decode() + "\n"
