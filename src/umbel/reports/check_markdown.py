# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""A verdict as Markdown: a comment on a pull request, short enough to be read."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from umbel.model import purl

if TYPE_CHECKING:
    from umbel.model.finding import Finding
    from umbel.policy.verdict import Verdict

MOST = 50
"""Rows; the rest are counted."""
LONGEST = 60_000
"""Characters that a code host takes in one comment."""
_SPECIAL = re.compile(r"([\\`*_{}\[\]<>#|!~])")


def render(verdict: Verdict, *, compared: bool = False) -> str:
    """The whole text. `compared`: the verdict is of what a change brings."""
    lines = [f"### {_headline(verdict, compared=compared)}", ""]
    shown = [finding for finding in verdict.findings if not finding.excused and finding.level != "note"]
    if shown:
        lines += ["| | component | what | what to do |", "|---|---|---|---|", *map(_row, shown[:MOST])]
        if len(shown) > MOST:
            lines.append(f"\n… and {len(shown) - MOST:,} more.")
        lines.append("")
    lines += _rest(verdict, compared=compared)
    text = "\n".join(lines).rstrip() + "\n"
    return text if len(text) <= LONGEST else text[:LONGEST].rsplit("\n", 1)[0] + "\n\n… the rest was cut.\n"


def _headline(verdict: Verdict, *, compared: bool) -> str:
    failing = len(verdict.failing)
    what = "this change adds" if compared else "there"
    if failing:
        verb = "" if compared else (" is" if failing == 1 else " are")
        number = "1 finding" if failing == 1 else f"{failing:,} findings"
        return f"❌ Umbel: {what}{verb} {number} that must be mended"
    if verdict.incomplete:
        return "⚠️ Umbel: nobody can say, the evidence is incomplete"
    return "✅ Umbel: nothing stands against it"


def _row(finding: Finding) -> str:
    mark = {"fail": "❌", "warn": "⚠️", "note": "·"}[finding.level]
    if finding.outcome != "unmet":
        mark += " ❔"
    name = finding.project if finding.package is None else purl.display(finding.package)
    version = f" {finding.version}" if finding.version else ""
    through = f"<br>through {_safe(' → '.join(finding.path[:-1]))}" if len(finding.path) > 1 else ""
    expired = " (its exception has expired)" if finding.exception else ""
    said = f"{_safe(finding.rule)}: {_safe(finding.reason)}{expired}"
    return f"| {mark} | **{_safe(name)}**{_safe(version)}{through} | {said} | {_safe(finding.remedy or '')} |"


def _rest(verdict: Verdict, *, compared: bool) -> list[str]:
    counted = verdict.counted()
    lines = []
    if compared and verdict.resolved:
        gone = len(verdict.resolved)
        lines.append(f"✅ It mends {gone:,} {'finding' if gone == 1 else 'findings'}.")
    if counted["excused"]:
        lines.append(f"{counted['excused']:,} excused by an exception.")
    if counted["covered"]:
        lines.append(f"{counted['covered']:,} said to do no harm (VEX).")
    if counted["note"]:
        lines.append(f"{counted['note']:,} {'note' if counted['note'] == 1 else 'notes'} not shown.")
    lines += [
        f"❔ **{_safe(gap.rule)}** was not asked: {_safe(gap.reason)} `{gap.remedy}`" for gap in verdict.gaps
    ]
    lines += [f"⚠️ {_safe(each.place)}: {_safe(str(each.fault))}" for each in verdict.trouble[:MOST]]
    lines.append(f"<sub>{verdict.extent} judged by {_safe(verdict.policy.rpartition('/')[2])}.</sub>")
    return [part for line in lines for part in (line, "")]


def _safe(text: str) -> str:
    """Text that can't format, link or break out of a table."""
    plain = "".join(character if character.isprintable() else " " for character in text)
    parted = plain.replace("@", "@\u200b").replace("://", ":\u200b//").replace("www.", "www\u200b.")
    return _SPECIAL.sub(r"\\\1", parted)
