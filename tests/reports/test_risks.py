# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""What the portfolio breaks, in the words of its page."""

from __future__ import annotations

from datetime import date
from typing import Any

from umbel.model.finding import Excused, Finding
from umbel.policy.verdict import Verdict
from umbel.reports.facts import Risks
from umbel.reports.risks import _lead


def _finding(**other: Any) -> Finding:
    given: dict[str, Any] = {
        "rule": "vulnerability", "project": "shop", "package": "pkg:npm/pad", "version": "1", "what": "CVE-1",
        "outcome": "unmet", "severity": "high", "level": "fail", "reason": "it is affected.",
    }  # fmt: skip
    return Finding(**(given | other))


def test_an_exception_that_ended_makes_no_warning_a_failure() -> None:
    ended = Excused(id="x-1", reason="ours", author=None, until=date(2026, 1, 1), expired=True)
    found = [
        _finding(exception=ended),
        _finding(level="warn", exception=ended),
        _finding(level="note", exception=ended),
    ]
    said = _lead(Risks(Verdict(findings=found, judged=1, projects=1), [], []))
    assert said.startswith("1 finding that the policy doesn't accept, 1 to look at, in 1 component version")
