# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""What the portfolio breaks: a section of the portfolio page.

First how much and of what, then what was not asked, then by rule, by the upgrade that would mend most, and the gravest
findings one by one. What isn't known stands beside what is.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from umbel.model import purl
from umbel.policy.registry import every_rule
from umbel.policy.verdict import told_together
from umbel.reports.figures import count
from umbel.reports.listing import Column, left_out, table
from umbel.reports.markup import Html, element, join
from umbel.reports.why import command

if TYPE_CHECKING:
    from umbel.model.finding import Finding
    from umbel.policy.risks import Group
    from umbel.reports.facts import Facts, Risks

TITLE = "What it breaks"
MOST_FINDINGS = 200
MOST_UPGRADES = 25


def section(facts: Facts) -> Html:
    """The section; nothing where nobody judged."""
    risks = facts.risks
    if risks is None:
        return Html()
    title = element("h2", TITLE, id="risks-title")
    body = [element("p", _lead(risks), class_="note"), *_not_asked(risks)]
    if risks.verdict.findings:
        body += [*_rules(risks), *_upgrades(facts, risks), *_findings(facts, risks)]
    return element("section", title, *body, id="risks", aria_labelledby="risks-title")


def _lead(risks: Risks) -> str:
    verdict = risks.verdict
    of = f"{count(verdict.judged, 'component version')} in {count(verdict.projects, 'project')}"
    counts = verdict.counted()
    failing = len(verdict.failing)
    warning = sum(finding.level == "warn" and not finding.excused for finding in verdict.findings)
    if not verdict.findings:
        return f"Nothing was found against the policy in {of}."
    told = [f"{count(failing, 'finding')} that the policy doesn't accept"]
    told += [f"{warning:,} to look at"] if warning else []
    told += [f"{counts['excused']:,} accepted for a time"] if counts["excused"] else []
    return f"{', '.join(told)}, in {of}. Notes are left out."


def _not_asked(risks: Risks) -> list[Html]:
    lines = told_together(risks.verdict.gaps)
    if not lines:
        return []
    items = [element("li", line) for line in lines]
    return [element("p", "Not asked, so nobody knows:", class_="note"), element("ul", *items, class_="note")]


def _rules(risks: Risks) -> list[Html]:
    columns = [
        Column("Rule"), Column("What it finds", "wide"), Column("Not accepted", "number"), Column("Open", "number"),
        Column("With a fix", "number"), Column("Overdue", "number"), Column("Projects", "number"),
    ]  # fmt: skip
    rows = [
        (
            rule.title,
            rule.what,
            group.failing,
            group.open,
            group.fixable if group.fixable or group.name == "vulnerability" else Html("–"),
            group.overdue if group.overdue or group.name == "vulnerability" else Html("–"),
            group.projects,
        )
        for group in risks.rules
        if (rule := every_rule()[group.name or ""])
    ]
    return [element("h3", "By rule", id="rules-title"), table("rules", columns, rows)]


def _upgrades(facts: Facts, risks: Risks) -> list[Html]:
    known: list[Group] = [group for group in risks.upgrades if group.name is not None]
    if not known:
        return []
    columns = [
        Column("Move"), Column("To at least"), Column("Findings", "number"), Column("Not accepted", "number"),
        Column("Gravest"), Column("Projects", "number"),
    ]  # fmt: skip
    rows = [
        (group.name, group.target, group.open, group.failing, group.worst, group.projects)
        for group in known[:MOST_UPGRADES]
    ]
    note = element(
        "p",
        "The dependencies that projects ask for themselves and through which most comes in that a release mends. Where "
        "it comes in through others, nobody has tried yet which of their releases brings the fix.",
        class_="note",
    )
    call = command(facts, "risks", "--by", "upgrade", "--limit", "0")
    rest = left_out(len(rows), len(known), "upgrades", call)
    return [
        element("h3", "What one upgrade may mend", id="upgrades-title"),
        note,
        table("upgrades", columns, rows),
        rest,
    ]


def _findings(facts: Facts, risks: Risks) -> list[Html]:
    shown = [f for f in risks.verdict.findings if not f.excused and f.level != "note"]
    columns = [
        Column("Component"), Column("Project"), Column("Severity"), Column("What", "wide"),
        Column("What to do", "wide"),
    ]  # fmt: skip
    rows = [
        (_name(finding), finding.project, _severity(finding), finding.reason, finding.remedy)
        for finding in shown[:MOST_FINDINGS]
    ]
    call = command(facts, "risks", "--limit", "0")
    title = element("h3", "The gravest first", id="findings-title")
    return [title, table("findings", columns, rows), left_out(len(rows), len(shown), "findings", call)]


def _name(finding: Finding) -> Html:
    if finding.package is None:
        return element("bdi", finding.project)
    version = f" {finding.version}" if finding.version else ""
    name = element("bdi", purl.display(finding.package) + version)
    if len(finding.path) < 2:
        return name
    return join([name, element("span", f" through {' → '.join(finding.path[:-1])}", class_="aside")])


def _severity(finding: Finding) -> str:
    return finding.severity if finding.outcome == "unmet" else f"{finding.severity}, if at all"
