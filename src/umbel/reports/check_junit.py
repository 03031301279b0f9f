# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""A verdict as JUnit XML: what build servers show as tests.

A test case is a rule: it fails by what the policy has fail, else is skipped where it could not be asked of everything,
and passes otherwise with its warnings in its output.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from xml.sax.saxutils import escape, quoteattr

from umbel.policy.outbound.registry import outbound_rules
from umbel.policy.registry import rules

if TYPE_CHECKING:
    from umbel.model.finding import Finding
    from umbel.policy.verdict import Gap, Verdict

_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def render(verdict: Verdict) -> str:
    """The whole report as text."""
    gaps = {gap.rule: gap for gap in verdict.gaps}
    asked = rules() if verdict.commits is None else outbound_rules()
    found: dict[str, list[Finding]] = {name: [] for name in asked}
    for finding in verdict.findings:
        found[finding.rule].append(finding)
    cases = [_case(name, findings, gaps.get(name)) for name, findings in found.items()]
    errors = [
        f'  <testcase classname="umbel.documents" name={_attribute(each.place)}>\n'
        f"    <error message={_attribute(str(each.fault))}/>\n  </testcase>\n"
        for each in verdict.trouble
        if each.fault.level == "error"
    ]
    failing = {name for name, findings in found.items() if any(f.fails for f in findings)}
    head = (
        f'<testsuite name="umbel check" tests="{len(cases) + len(errors)}" failures="{len(failing)}" '
        f'errors="{len(errors)}" skipped="{len(gaps.keys() - failing)}">\n'
    )
    body = head + "".join(cases) + "".join(errors) + "</testsuite>\n"
    return f'<?xml version="1.0" encoding="UTF-8"?>\n<testsuites>\n{body}</testsuites>\n'


def _case(name: str, findings: list[Finding], gap: Gap | None) -> str:
    opened = f'  <testcase classname="umbel.policy" name="{name}">\n'
    unasked = f"{gap.reason} {gap.remedy}" if gap else None
    failing = [finding for finding in findings if finding.fails]
    rest = [finding for finding in findings if not finding.fails]
    body = ""
    if failing:
        number = "1 finding" if len(failing) == 1 else f"{len(failing)} findings"
        lines = "\n".join(map(_line, failing))
        body += f'    <failure message="{number}" type="{name}">{_text(lines)}</failure>\n'
    elif unasked:
        body += f"    <skipped message={_attribute(unasked)}/>\n"
    if rest or (failing and unasked):
        lines = "\n".join([*map(_line, rest), *([f"[not asked] {unasked}"] if failing and unasked else [])])
        body += f"    <system-out>{_text(lines)}</system-out>\n"
    return f"{opened}{body}  </testcase>\n"


def _line(finding: Finding) -> str:
    state = f"{finding.state}, " if finding.excused else ""
    return f"[{state}{finding.level}] {finding.subject}: {finding.reason} {finding.remedy or ''}".rstrip()


def _text(text: str) -> str:
    return escape(_NOT_XML.sub("\ufffd", text))


def _attribute(text: str) -> str:
    return quoteattr(_NOT_XML.sub("\ufffd", text))
