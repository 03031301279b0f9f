# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""The plan of the office, the map of stakeholders and the strategy: whole with nothing, with much, with odd names."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from itertools import combinations
from typing import Any

import msgspec
import pytest

from tests.frameworks.test_office import BY, person, who
from umbel.frameworks import kept
from umbel.frameworks.interface import Target
from umbel.frameworks.office import Budget, Channel, Mandate, Office, Pilot, Technology
from umbel.frameworks.targets import Pursued
from umbel.model.settings import Product, Settings
from umbel.policy.file import Policy
from umbel.reports.documents import office_plan, stakeholder_map, strategy_document
from umbel.reports.documents.kept_text import sections
from umbel.reports.documents.office_plan import Spent, Step
from umbel.reports.documents.policy_terms import terms
from umbel.reports.documents.write import write

AS_OF = datetime(2026, 3, 1, tzinfo=UTC)
DAY = date(2026, 1, 1)
PETALS = {"office": "The office", "legal": "Legal", "management": "Management"}
ODD = "Zoë <script>alert('x')</script> & [link](http://x) | Ω" + "long" * 40


def full(name: str = "Tools") -> Office:
    return Office(
        mandate=(Mandate(statement="We look after open source.", sponsor="CTO", by=BY, decided=DAY, scope="all", review=DAY),),
        people=(person(), person("Lawyer", 0.25, filled=False, petal="legal", does="licences")),
        technology=(Technology(name=name, purpose="to see", by=BY, decided=DAY),),
        budget=(
            Budget(line=name, year=2026, amount=1000, currency="EUR", by=BY, decided=DAY, actual=250),
            Budget(line="Travel", year=2026, amount=500.5, currency="EUR", by=BY, decided=DAY),
        ),
        channels=(Channel(name="#oss", petal="legal", purpose="questions", by=BY, decided=DAY),),
        pilots=(
            Pilot(name=name, scope="one team", start=DAY, until=date(2026, 2, 1), measures=("a", "b"), gate="both", by=BY, decided=DAY),
        ),
    )  # fmt: skip


def plan(office: Office, steps: tuple[Step, ...] = (), number: int = 0) -> Any:
    spent = tuple(
        Spent(amount=one.actual, source=BY if one.actual is not None else "nobody said")
        for one in office.budget
    )
    facts = office_plan.Facts(
        organisation="Acme", day=AS_OF.date(), office=office, petals=PETALS, spent=spent, steps=steps, recommendations=(),
        stakeholders=number,
    )  # fmt: skip
    return office_plan.document(facts, AS_OF)


def text(document: Any) -> str:
    return write(document, "md").decode()


def step(n: int, effort: str, *, open_: bool = False) -> Step:
    return Step(
        practice=f"flower/p{n}", action=f"Do {n}", effort=effort, moves=f"m{n}", open=open_, template=None
    )


def test_a_plan_of_nothing_says_what_belongs_where() -> None:
    told = text(plan(Office()))
    for table in ("mandate", "people", "technology", "budget", "channels", "pilots"):
        assert table in told
    assert "None" not in told


def test_a_budget_sums_only_what_is_known() -> None:
    told = text(plan(full()))
    assert "| Tools | 2026 | 1,000 EUR | 250 EUR | 25% |" in told
    assert "| Travel | 2026 | 500.50 EUR | *unknown* | *unknown* | nobody said |" in told
    assert "2026: 1,500.50 EUR are planned; 250 EUR are said to be spent, on 1 of 2 lines." in told
    assert "1 of 1.25 full-time posts are filled." in told
    assert "No channel yet reaches: Management." in told
    assert "Its time is over, and nobody has said what came of it." in told


def test_the_first_ninety_days_are_sorted_by_effort_and_bounded() -> None:
    steps = tuple(step(n, effort) for n, effort in enumerate(["small"] * 9 + ["large"]))
    told = text(plan(full(), (*steps, step(99, "medium", open_=True))))
    first, second, third = (told.index(each) for each in ("Days 1 to 30", "Days 31 to 60", "Days 61 to 90"))
    assert first < told.index("Do 5.") < second < told.index("Do 99.") < third < told.index("Do 9.")
    assert "Do 6." not in told
    assert "umbel maturity why flower/p99" in told


def test_a_step_has_somebody_and_a_way_to_tell_that_it_is_done() -> None:
    legal = msgspec.structs.replace(step(1, "small"), petal="legal")
    told = text(plan(full(), (legal,)))
    assert "Who: Lead." in told  # the lawyer's post isn't filled
    assert "flower/p1" in told
    assert "Who: not named yet, for Legal." in text(plan(Office(), (legal,)))


def test_the_plan_tells_how_many_stakeholders_and_nobodys_name() -> None:
    assert "3 stakeholders are on the map" in text(plan(full(), number=3))


@pytest.mark.parametrize("form", ["pdf", "html", "md"])
def test_odd_names_break_nothing(form: Any) -> None:
    made = plan(full(ODD))
    more = stakeholder_map.document([who(ODD, wants=ODD, next=DAY, about=ODD)], PETALS, AS_OF, ODD, [])
    content = write(msgspec.structs.replace(more, blocks=(*made.blocks, *more.blocks)), form)
    assert content
    if form == "html":
        assert b"<script>alert" not in content


def test_the_map_is_private_and_says_where_it_can_be_seen() -> None:
    made = stakeholder_map.document(
        [who(last=DAY, next=date(2026, 2, 1), about="licences")], PETALS, AS_OF, "Acme", ["others can"]
    )
    assert made.private
    told = text(made)
    assert "For the office only" in told
    assert "others can" in told
    assert "Overdue: the talk with Head of Legal." in told
    assert "| Head of Legal | Legal | 4 | 5 | sceptic | work closely together | 2026-01-01 |" in told
    assert "Nobody is on the map yet" in text(stakeholder_map.document([], PETALS, AS_OF, "", []))


def test_labels_do_not_cover_each_other() -> None:
    """A real crowd: five at one place, twenty over the map."""
    there = [who(f"Role number {n}", interest=5, influence=5) for n in range(5)]
    there += [who(f"Head of department {n}", interest=1 + n % 5, influence=1 + n // 5 % 5) for n in range(15)]
    spots = [(x, x + len(label) * 6.4, y) for x, y, label in stakeholder_map.labels(there)]
    for (a, b_, y), (c, d, z) in combinations(spots, 2):
        assert b_ < c or d < a or abs(y - z) >= 14
    for left, right, y in spots:
        assert left >= 34
        assert right <= stakeholder_map.WIDTH
        assert 20 < y < stakeholder_map.HEIGHT - 34


def test_the_chart_draws_everybody_and_is_said_in_numbers() -> None:
    made = stakeholder_map.document([who(f"R{n}") for n in range(60)], PETALS, AS_OF, "", [])
    figure: Any = made.blocks[0]
    assert len(figure.numbers.rows) == 60
    assert "20 more stand in the table" in figure.caption


# ---- the strategy


def test_only_pilots_that_run_are_said_to_run() -> None:
    office = msgspec.structs.replace(full(), channels=())
    assert "Of 1 pilot 0 run now" in strategy(office=office)
    running = msgspec.structs.replace(office.pilots[0], state="running")
    assert "Of 1 pilot 1 runs now" in strategy(office=msgspec.structs.replace(office, pilots=(running,)))


def facts(**more: Any) -> strategy_document.Facts:
    given: dict[str, Any] = {
        "terms": terms(Policy(), Settings()), "products": (), "projects": None, "packages": None, "goals": (),
        "titles": {}, "ranked": (), "contributions": (), "office": Office(), "line": 5.0, **more,
    }  # fmt: skip
    return strategy_document.Facts(**given)


def strategy(**more: Any) -> str:
    return kept.merge(None, sections("Open source strategy", strategy_document.parts(facts(**more)))).text


def goal() -> Pursued:
    from umbel.frameworks.goals import Goal, Told

    made = Goal(
        id="known",
        statement="Know what we use",
        serves="fewer surprises",
        owner="ospo",
        review=DAY,
        by=BY,
        decided=DAY,
    )
    target = Target(
        goal="known",
        kpi="sbom_coverage",
        target=0.9,
        until=DAY,
        state="behind",
        sentence="50 % of 4 projects.",
    )
    return Pursued(Told(goal=made, records=(made,)), (target,), due=False)


def test_a_strategy_of_nothing_has_every_part_and_says_what_is_missing() -> None:
    told = strategy()
    for heading in ("Purpose", "Scope", "Goals", "Who answers", "What comes in", "What goes out", "mend", "matter most",
                    "communities", "Governance", "Questions"):  # fmt: skip
        assert re.search(rf"^#+ .*{heading}", told, re.MULTILINE), heading
    assert "None" not in told
    assert "&lt;" not in told
    assert len(kept.blanks(told)) >= 15


def test_a_strategy_is_drafted_from_the_records() -> None:
    product = Product(name="Shop", owner="shop-team", criticality="high", distribution=("hosted",))
    told = strategy(
        products=(product,),
        projects=1,
        packages=7,
        goals=(goal(),),
        titles={"sbom_coverage": "SBOM coverage"},
        office=full(),
    )
    assert "1 project of ours, with 7 packages in use" in told
    assert "| SBOM coverage | 50 % of 4 projects. | behind |" in told
    assert "| Product: Shop | shop-team |" in told
    assert "We look after open source." in told
    assert "| critical | 7 days |" in told


def test_new_records_reach_a_kept_strategy_and_words_stay() -> None:
    text_ = strategy().replace(
        "> **To be written:** in three sentences", "We want to choose freely. In three sentences"
    )
    merged = kept.merge(
        text_, sections("Open source strategy", strategy_document.parts(facts(goals=(goal(),))))
    )
    assert "Know what we use" in merged.text
    assert "We want to choose freely." in merged.text
    assert merged.notes == ()
