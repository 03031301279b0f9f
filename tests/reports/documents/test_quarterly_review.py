# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""The quarterly review and the executive page: what they say of facts, of none, and of too many."""

from __future__ import annotations

import json
import re
from datetime import date
from typing import TYPE_CHECKING, Any

import msgspec
import pytest
import typst
from hypothesis import given
from hypothesis import strategies as st

from tests.reports.documents.papers import (
    DAY,
    HOSTILE,
    NOT_KNOWN,
    NOW,
    facts,
    finding,
    known_facts,
    kpi,
    ranked,
)
from umbel.policy.exceptions import Entry
from umbel.policy.verdict import Gap as Ungoverned
from umbel.policy.verdict import Verdict
from umbel.reports.documents import blocks as b
from umbel.reports.documents import (
    executive_page,
    html,
    markdown,
    quarterly_review,
    review_change,
    review_next,
)
from umbel.reports.documents import review_words as words
from umbel.reports.documents import typst as pdf
from umbel.reports.documents.review_facts import Contributed, Facts, Quarter, Taken
from umbel.strategy.actions import Action
from umbel.strategy.value.answer import ProjectValue, Range, Valued

if TYPE_CHECKING:
    from collections.abc import Iterator

    from umbel.frameworks.interface import Kpi

SECTIONS = [
    "What changed", "Strategic projects", "Fragility warnings", "Exposure", "Contributions", "Value", "Maturity",
    "Decisions taken and exceptions granted", "What is proposed next",
]  # fmt: skip


def _sections(paper: b.Document) -> list[str]:
    return [each.title for each in paper.blocks if isinstance(each, b.Section)]


def _action(number: int, about: str = "shop") -> Action:
    return Action(
        kind="ask", title="Ask an owner", about=f"{about}{number}", reason="nobody said", weight=9.0 - number, effort="small",
        hours=1.0, command="umbel ask strategic",
    )  # fmt: skip


def _entry(number: int, until: date) -> Entry:
    return Entry(
        rule="license-denied", reason="It is a tool.", by="ospo@acme.example", decided=date(2026, 8, 1), until=until,
        package=f"pkg:npm/tool-{number}",
    )  # fmt: skip


def _valued() -> Valued:
    spent = Range(p10=1_000, p50=2_000, p90=3_000)
    saved = Range(p10=2_000, p50=6_000, p90=9_000, bound="lower")
    whole = ProjectValue(
        project="lodash", investment=spent, benefit=saved, net=Range(p10=500, p50=4_000, p90=7_000), returned=None,
        why="nobody said", rewrite=None, parts=(), unknown=(), evidence={}, sentence="Given 2,000, saved 6,000.",
    )  # fmt: skip
    return Valued(
        since=NOW.replace(year=2025), as_of=NOW, currency="EUR", seed=1, draws=100, projects=(whole,), total=whole,
        drivers=(), assumptions=(), own=(), left_out=0,
    )  # fmt: skip


def _full() -> Facts:
    planned = Contributed(
        project="lodash", goal="two maintainers", state="active", due=date(2026, 9, 1), late=True, met=False,
        sentence="12 hours planned, 3 commits done.",
    )  # fmt: skip
    decided = Taken(
        day=date(2026, 7, 2),
        kind="stance",
        about="lodash",
        what="contribute",
        by="ospo@acme.example",
        reason="needed",
    )
    return known_facts(
        contributions=(planned,),
        value=_valued(),
        taken=(decided,),
        granted=(_entry(1, date(2027, 1, 1)),),
        ending=(_entry(2, date(2026, 10, 5)),),
        actions=tuple(_action(n) for n in range(12)),
    )


@pytest.mark.parametrize("known", [facts(), known_facts(), _full()], ids=["nothing", "some", "all"])
@pytest.mark.parametrize("build", [quarterly_review.build, executive_page.build])
def test_no_part_is_empty_and_nothing_unsaid_shows(known: Facts, build: Any) -> None:
    paper = build(known)
    for made in (markdown.render(paper), html.render(paper)):
        said = re.sub(r"<(style|script)>.*?</\1>", "", made, flags=re.DOTALL)
        assert not re.search(r"\bNone\b|\bnan\b|\binf\b|Gap\(|\{\w*\}", said)
        assert ".." not in said.replace("../", "")
    assert pdf.render(paper).startswith(b"%PDF")


@pytest.mark.parametrize("known", [facts(), known_facts(), _full()], ids=["nothing", "some", "all"])
def test_every_part_is_there_whatever_is_known(known: Facts) -> None:
    assert _sections(quarterly_review.build(known)) == SECTIONS


def test_what_isnt_known_says_why_and_how_to_find_out() -> None:
    made = markdown.render(quarterly_review.build(facts()))
    assert made.count("Nothing was collected yet. To find out: `umbel collect`.") >= 8
    assert "Little is known yet" in made


def test_the_change_is_told_with_what_it_is_of() -> None:
    made = markdown.render(quarterly_review.build(_full()))
    assert (
        "| Inventory coverage | **80 %** | 8 of 10 projects | 60 % | +20 points, better | 90 % by 2026-12-31, behind |"
        in made
    )
    assert "| Unknown licenses | **30 %** | 3 of 10 projects | 10 % | +20 points, worse | – |" in made
    assert "| Policy violations | **4** | – | 4 | unchanged | – |" in made
    assert "| Patch coverage | Nobody looked (umbel collect). | `umbel metrics patch_coverage` |" in made
    assert (
        "Of 4 figures, 3 can be compared with the end of the last quarter: 1 went to the better, 1 to the worse, 1 stayed."
        in made
    )


def test_fragile_strategic_projects_are_warned_of_and_others_not() -> None:
    made = markdown.render(quarterly_review.build(_full()))
    warnings = made[made.index("## Fragility warnings") : made.index("## Exposure")]
    assert "1 strategic project of 2 whose fragility is known stands above the line" in warnings
    assert (
        "| lodash | 8.2 | One person wrote 94 % of it. | none decided; contribute is proposed |" in warnings
    )
    assert "left-pad" not in warnings
    decided = known_facts(ranked=(ranked("lodash", 9.0, 0.8, "ospo@acme.example"),))
    assert "For each somebody decided what to do." in markdown.render(quarterly_review.build(decided))


def test_what_couldnt_be_asked_is_no_pass() -> None:
    gap = Ungoverned(
        rule="vulnerability", reason="No advisories are known here.", remedy="umbel sync advisories"
    )
    unasked = known_facts(verdict=Verdict(findings=[], gaps=[gap], judged=3, projects=1))
    for build in (quarterly_review.build, executive_page.build):
        made = markdown.render(build(unasked))
        assert "Nothing that could be asked stops a gate; 1 rule couldn't be asked." in made
    asked = known_facts(verdict=Verdict(findings=[], judged=3, projects=1))
    assert "Nothing stops a gate." in markdown.render(quarterly_review.build(asked))


def test_decisions_and_exceptions_of_the_quarter_are_listed() -> None:
    made = markdown.render(quarterly_review.build(_full()))
    assert "| 2026-07-02 | stance | lodash | contribute | ospo@acme.example | needed |" in made
    assert "Exceptions granted in Q3 2026" in made
    assert "pkg:npm/tool-2 | license-denied | 2026-10-05" in made
    nothing = markdown.render(quarterly_review.build(known_facts()))
    assert "No decision was recorded in Q3 2026" in nothing
    assert "No exception runs out in the 92 days after 2026-09-30." in nothing


def test_what_can_wait_least_is_decided_first() -> None:
    found = review_next.choices(_full())
    assert [each.what.split("?")[0] for each in found] == [
        "Who mends 1 finding that is exploited in the wild, and by when",
        "What do we do about lodash",
        "Renew, or mend",
    ]
    assert found[1].command == "umbel strategy decide lodash contribute"
    assert review_next.choices(facts()) == []
    many = review_next.choices(facts(actions=tuple(_action(n) for n in range(5))))
    assert [each.what for each in many] == [f"Who takes this on? Ask an owner: shop{n}." for n in range(3)]


def test_the_executive_page_has_five_figures_three_decisions_and_one_page() -> None:
    names = (
        "inventory_coverage",
        "patch_coverage",
        "policy_violations",
        "unknown_licenses",
        "sbom_quality",
        "time_to_remediate",
    )
    long = "github.com/" + "a-very-long-name/" * 30
    crowded = known_facts(
        kpis=tuple(kpi(name, 0.1, 0.2, title=f"{name} {HOSTILE}"[:120]) for name in names),
        ranked=tuple(ranked(f"{long}{n}", 9.0, 0.9) for n in range(20)),
        verdict=Verdict(
            findings=[finding(project=f"{long}{n}") for n in range(20)], judged=4_000_000, projects=9_000
        ),
        value=msgspec.structs.replace(
            _valued(), total=msgspec.structs.replace(_valued().total, sentence="Much. " * 300)
        ),
        actions=tuple(_action(n, HOSTILE) for n in range(9)),
        organisation=HOSTILE,
    )
    for known in (facts(), _full(), crowded):
        paper = executive_page.build(known)
        assert _pages(paper) == 1
        figures = [each for each in paper.blocks if isinstance(each, b.Figures)]
        assert [len(each.items) for each in figures] in ([], [4], [5])
        decide = paper.blocks[-1]
        assert isinstance(decide, b.Section)
        steps = [each for each in decide.blocks if isinstance(each, b.Steps)]
        assert not steps or len(steps[0].items) <= 3


def test_known_figures_lead_and_no_kpi_is_shown_twice() -> None:
    found = review_change.leading(_full(), 6)
    assert [each.indicator.name for each in found] == [
        "inventory_coverage", "policy_violations", "unknown_licenses", "patch_coverage",
    ]  # fmt: skip


@given(st.dates(date(1990, 1, 1), date(2100, 1, 1)))
def test_a_quarter_holds_its_day_and_no_other_does(day: date) -> None:
    quarter = Quarter.of(day)
    assert quarter.first <= day <= quarter.last
    assert quarter.first.day == 1
    assert quarter.first.month in {1, 4, 7, 10}
    assert Quarter.of(quarter.before).last == quarter.before
    assert Quarter.of(quarter.last).title == quarter.name
    assert not quarter.holds(quarter.before)


def test_a_change_is_said_in_the_figures_own_unit() -> None:
    assert words.change(kpi("a", 0.5, 0.504)) == "+0.4 points"
    assert words.change(kpi("a", 0.5, 0.49)) == f"{words.MINUS}1 point"
    assert words.change(kpi("a", 10.0, 7.0, unit="days")) == f"{words.MINUS}3 days"
    assert words.change(kpi("a", 0.0, 1.0, unit="yes")) == "no → yes"
    assert words.change(kpi("a", None, 1.0)) is None
    assert words.direction(kpi("a", 0.5, 0.4, better="lower")) == "good"
    assert words.direction(kpi("a", None, 0.4)) is None


def test_hostile_facts_stay_text() -> None:
    known = known_facts(
        organisation=HOSTILE,
        product=HOSTILE,
        ranked=(ranked(HOSTILE, 9.0, 0.9),),
        verdict=Verdict(findings=[finding(project=HOSTILE, rule="x")], judged=1, projects=1),
        taken=(Taken(day=DAY, kind="stance", about=HOSTILE, what=HOSTILE, by=HOSTILE, reason=HOSTILE),),
    )
    paper = quarterly_review.build(known)
    assert "<script>alert" not in html.render(paper)
    assert pdf.render(paper).startswith(b"%PDF")
    assert NOT_KNOWN.sentence in markdown.render(paper)


def _pages(paper: b.Document) -> int:
    made: Any = typst.compile(
        pdf.template(), format="svg", sys_inputs={"document": json.dumps(pdf.data(paper))}
    )
    return len(made) if isinstance(made, list) else 1


def _walk(blocks: tuple[b.Block, ...]) -> Iterator[b.Block]:
    for each in blocks:
        yield each
        if isinstance(each, b.Section):
            yield from _walk(each.blocks)


def test_every_figure_has_words_for_those_who_cant_see_it() -> None:
    figures = [each for each in _walk(quarterly_review.build(_full()).blocks) if isinstance(each, b.Figure)]
    assert [each.caption for each in figures] == [
        "The ends of the last quarters and 2026-09-30",
        "Strategic against fragile; the numbers are places in the list",
    ]
    assert "Inventory coverage: 2026-06-30 60 %, 2026-09-30 80 %." in figures[0].alt
    assert "1 lodash: 9.0 and 8.2" in figures[1].alt


def test_a_count_of_what_little_was_looked_at_is_the_least_it_can_be_and_no_change() -> None:
    def looked(before: float | None, now: float | None) -> Kpi:
        made = kpi("contributions_upstream", 0.0, 0.0, unit="count")
        then = msgspec.structs.replace(made.series[-2].reading, coverage=before)
        told = msgspec.structs.replace(made.now, coverage=now)
        series = (
            msgspec.structs.replace(made.series[-2], reading=then),
            msgspec.structs.replace(made.series[-1], reading=told),
        )
        return msgspec.structs.replace(made, now=told, series=series)

    little = looked(0.02, 0.17)
    assert words.big(little).value == "none seen"
    assert words.change(little) is None
    assert words.direction(little) is None
    assert review_change.past(known_facts(kpis=(little,)), 6) == []
    assert words.change(looked(0.9, 0.92)) == "unchanged"
    assert words.big(looked(1.0, 1.0)).value == "0"


def test_a_decision_says_whose_it_is_what_it_costs_and_what_happens_otherwise() -> None:
    for each in review_next.choices(_full(), 20):
        assert min(map(len, (each.owner, each.cost, each.otherwise))) > 3
    made = markdown.render(executive_page.build(_full()))
    assert made.count(" Whose: ") == made.count(" Cost: ") == made.count(" Otherwise ") == 3


def test_nothing_is_proposed_twice() -> None:
    made = markdown.render(quarterly_review.build(facts(actions=tuple(_action(n) for n in range(7)))))
    for number in range(7):
        assert made.count(f"Ask an owner: shop{number}.") == 1
