# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Documents and facts that tests of documents share."""

from __future__ import annotations

from datetime import UTC, date, datetime
from functools import cache
from typing import Any

from umbel.frameworks.interface import Indicator, Kpi, Point, Reading, Target
from umbel.model.finding import Finding
from umbel.policy.verdict import Verdict
from umbel.reports.charts import Bar, specification
from umbel.reports.documents import blocks as b
from umbel.reports.documents.review_facts import Facts, Gap, Quarter
from umbel.reports.quadrant import Lines
from umbel.strategy.interface import Fragility, Part, Ranked, Reason, Stance

NOW = datetime(2026, 9, 30, 23, 59, tzinfo=UTC)
DAY = NOW.date()
HOSTILE = (
    '#panic("x") $x^2$ *b* _i_ `c` **d** ~~e~~ <script>alert(1)</script> [a](javascript:alert(1)) ![i](http://x.example/i) '
    "| \\ @ref <lbl> // /* #eval(1) {% raw %} &amp; &#60; --- === www.evil.example http://evil.example/ \u202e rtl \x1b[31m \x00 \n# h\n- l"
)


def document(*blocks: b.Block, **other: Any) -> b.Document:
    """A document of some blocks."""
    given: dict[str, Any] = {"name": "paper", "title": "A paper", "as_of": NOW, "organisation": "Acme"}
    return b.Document(blocks=blocks or (b.Paragraph("Text."),), **(given | other))


@cache
def figure() -> b.Figure:
    """Two bars."""
    bars = [Bar("npm", 3), Bar("nobody knows", 1, known=False)]
    numbers = b.Table(
        (b.Column("Where"), b.Column("How many", "right")), (("npm", "3"), ("nobody knows", "1"))
    )
    return b.Figure(
        specification(bars, 4), 360, 60, "Where packages come from", "Three of npm, one unknown.", numbers
    )


def every_block(text: str = "words") -> tuple[b.Block, ...]:
    """One of each kind of block, with a text in each place that takes one."""
    words: b.Words = (
        text,
        b.Strong(text),
        b.Code(text),
        b.Soft(text),
        b.Link(text, text),
        b.Link(text, "https://acme.example/"),
    )
    return (
        b.Paragraph(words, "lead"),
        b.Figures((b.Big(label=text, value="92 %", of=text, change=text, tone="good", target=text, ask=text),
                   b.Big(label=text, value=None, of=text, stated=True))),
        b.Section(text, (
            b.Paragraph(text),
            b.Bullets((text, words)),
            b.Steps((text, words)),
            b.Table((b.Column(text), b.Column(text, "right", 0)), ((words, text), (text, None)), text, 3, text),
            b.Section(text, (
                b.Figure(figure().specification, 360, 60, text, text, figure().numbers),
                b.Gallery((figure(), figure())),
                b.Callout(text, words, "warning"),
                b.Blank("who-decides", text),
                b.Blank("filled", text, text),
                b.Terms((b.Term(text, words),)),
            )),
        )),
    )  # fmt: skip


def indicator(name: str, **other: Any) -> Indicator:
    """An indicator that is a share of projects."""
    given: dict[str, Any] = {
        "title": name.replace("_", " ").capitalize(), "question": "?", "definition": "d", "unit": "share", "better": "higher",
        "source": "s", "limits": "l", "noun": "projects",
    }  # fmt: skip
    return Indicator(name=name, **(given | other))


def reading(name: str, value: float | None, **other: Any) -> Reading:
    """What it says: of ten projects."""
    given: dict[str, Any] = {"unit": "share", "sentence": f"{name} said so.", "ask": f"umbel metrics {name}"}
    if value is None:
        given |= {"why": "nobody looked (umbel collect)"}
    elif given["unit"] == other.get("unit", "share"):
        given |= {"numerator": value * 10, "denominator": 10.0}
    return Reading(indicator=name, as_of=NOW, value=value, **(given | other))


def kpi(name: str, before: float | None, now: float | None, *targets: Target, **other: Any) -> Kpi:
    """A KPI with the end of the last quarter and today."""
    defined = indicator(name, **other)
    points = tuple(
        Point(end=day, reading=reading(name, value, unit=defined.unit))
        for day, value in ((date(2026, 6, 30), before), (DAY, now))
    )
    return Kpi(indicator=defined, now=points[-1].reading, series=points, targets=targets)


def ranked(name: str, value: float, risk: float | None, decided: str | None = None) -> Ranked:
    """A project of the strategic list."""
    reason = Reason(text=f"Shop is built on {name}.", of="use")
    fragility = Fragility(
        project=name, as_of=NOW, risk=risk, level=None, confidence=0.8,
        reasons=(Reason(text="One person wrote 94 % of it.", of="top_share", weight=1.0),),
    )  # fmt: skip
    return Ranked(
        project=name, url=None, packages=(f"pkg:npm/{name}",), products=("Shop",),
        parts={"dependency": Part(name="dependency", value=value, confidence=0.9, reasons=(reason,))},
        strategic=value, criticality=5.0, health_risk=fragility.health_risk, priority=20.0, by_data=20.0,
        confidence=0.9, verdict=True, fragility=fragility,
        stance=Stance(name="contribute", reason="Much stands on it.", change="More risk.", decided_by=decided),
    )  # fmt: skip


def finding(**other: Any) -> Finding:
    """A finding that stops the gate."""
    given: dict[str, Any] = {
        "rule": "known-exploited", "project": "shop", "package": "pkg:npm/lodash", "version": "4.17.20", "what": "CVE-2026-1",
        "outcome": "unmet", "severity": "critical", "level": "fail", "reason": "It is exploited.", "remedy": "Upgrade.",
    }  # fmt: skip
    return Finding(**(given | other))


NOT_KNOWN = Gap("Nothing was collected yet.", "umbel collect")


def facts(**other: Any) -> Facts:
    """The facts of a review: nothing is known but what is given."""
    unknown = (
        "kpis",
        "goals",
        "ranked",
        "verdict",
        "control",
        "contributions",
        "value",
        "maturity",
        "taken",
        "actions",
    )
    given: dict[str, Any] = dict.fromkeys(unknown, NOT_KNOWN)
    given |= {
        "organisation": "Acme", "product": None, "as_of": NOW, "quarter": Quarter.of(DAY), "recommended": (),
        "granted": (), "ending": (), "lines": Lines(strategic=5.5, fragile=5.5),
    }  # fmt: skip
    return Facts(**(given | other))


def known_facts(**other: Any) -> Facts:
    """The facts of a review that knows KPIs, projects and findings."""
    behind = Target(
        goal="all", kpi="inventory_coverage", target=0.9, until=date(2026, 12, 31), state="behind"
    )
    given: dict[str, Any] = {
        "kpis": (
            kpi("inventory_coverage", 0.6, 0.8, behind),
            kpi("unknown_licenses", 0.1, 0.3, better="lower"),
            kpi("policy_violations", 4.0, 4.0, unit="count", better="lower"),
            kpi("patch_coverage", 0.5, None),
        ),
        "ranked": (ranked("lodash", 9.0, 0.8), ranked("express", 7.0, 0.2), ranked("left-pad", 2.0, 0.9)),
        "verdict": Verdict(
            findings=[finding(), finding(level="warn", rule="outdated", severity="low")],
            judged=40,
            projects=2,
        ),
        "taken": (),
        "control": (),
    }
    return facts(**(given | other))
