# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""What to do next: of everything that is open one line, with a reason and a command, in a declared order."""

from __future__ import annotations

import shlex
from datetime import date, timedelta
from typing import Any

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from tests.strategy.strategic import DAY, FLASK, SHOP, TILL, fragility, ranked
from tests.strategy.test_contributions import planned
from umbel.cli.root import _Commands
from umbel.policy.plans import Plan
from umbel.policy.risks import Group
from umbel.strategy.actions import Action, Known, actions, hours, model
from umbel.strategy.contributions import Standing
from umbel.strategy.interface import Ranked, Stance
from umbel.strategy.opinions import Decided, Opinions
from umbel.strategy.owners import Answer, Answers
from umbel.strategy.stance import with_stances


def known(*listed: Ranked, **more: Any) -> Known:
    opinions: Opinions = more.get("opinions", Opinions())
    given: dict[str, Any] = {
        "ranked": with_stances(listed, decided=opinions.stances), "opinions": opinions, "answers": Answers(),
    }  # fmt: skip
    return Known(**(given | more))


def told(what: Known) -> dict[str, list[Action]]:
    found: dict[str, list[Action]] = {}
    for each in actions(what, DAY):
        found.setdefault(each.kind, []).append(each)
    return found


def decided(**more: Any) -> Decided:
    given: dict[str, Any] = {
        "project": FLASK, "stance": "contribute", "by": "ospo@acme.example", "decided": date(2026, 1, 1),
        "reason": "we know it",
    }  # fmt: skip
    return Decided(**(given | more))


def standing(due: date, **more: Any) -> Standing:
    return Standing(contribution=planned(**more), state="active", due=due, late=due < DAY)


def test_a_fragile_strategic_project_asks_for_a_decision_then_for_a_plan_then_for_nothing() -> None:
    (one,) = told(known(ranked()))["fragile"]
    assert one.reason == (
        "strategic 8.0 of 10, risk 70 %, and nobody decided; the rules say sponsor. One person wrote all."
    )
    assert one.command == f"umbel contributions draft {FLASK}"
    opinions = Opinions(stances=[decided()])
    after = told(known(ranked(), opinions=opinions))
    assert list(after) == ["no-contribution"]
    assert after["no-contribution"][0].who == "ospo@acme.example"
    going = [standing(date(2027, 1, 1))]
    assert told(known(ranked(), opinions=opinions, contributions=going)) == {}
    assert told(known(ranked(), contributions=going)) == {}
    watched = Opinions(stances=[decided(stance="watch")])
    assert told(known(ranked(), opinions=watched)) == {}


def test_what_is_healthy_or_matters_little_asks_for_nothing() -> None:
    assert told(known(ranked(risk=0.2), ranked("github.com/b/b", strategic=2, risk=0.9))) == {}


def test_late_reviews_rise_with_their_days_and_soon_ones_are_told() -> None:
    late, less, soon, far = (
        standing(DAY - timedelta(days=d), project=f"github.com/a/{d + 40}") for d in (89, 1, -20, -40)
    )
    found = told(known(contributions=[soon, late, far, less]))["contribution-late"]
    assert [each.due for each in found] == [late.due, less.due, soon.due]
    assert "was due on 2026-02-28" in found[1].reason
    assert "is due on 2026-03-21" in found[2].reason
    assert found[0].who == "shop@acme.example"
    again = told(known(opinions=Opinions(stances=[decided(review=date(2026, 2, 1))])))["stance-late"]
    assert again[0].about == FLASK


def test_owners_are_asked_until_they_answer_and_again_after_a_year() -> None:
    listed = known(ranked(risk=0.1), products=[SHOP, TILL])
    assert [(each.about, each.who) for each in told(listed)["owner-silent"]] == [
        ("Shop", "shop@acme.example"), ("Till", "till@acme.example"),
    ]  # fmt: skip

    def answered(day: date) -> list[str]:
        said = Answer(project=FLASK, product="Shop", by="x@acme.example", decided=day, without="no")
        what = known(ranked(risk=0.1), products=[SHOP, TILL], answers=Answers((said,)))
        return [each.about for each in told(what)["owner-silent"]]

    assert answered(DAY) == ["Till"]
    assert answered(DAY - timedelta(days=365)) == ["Shop", "Till"]


def test_what_is_unknown_asks_to_be_found_out() -> None:
    package = ranked("pkg:pypi/x", 7, fragility=None)
    found = told(
        known(
            ranked("github.com/a/a", None),
            ranked("github.com/b/b", risk=None),
            package,
            unmapped={"pkg:pypi/x": "its registry was not asked"},
        )
    )
    assert [(each.about, each.command) for each in found["find-out"]] == [
        ("github.com/b/b", "umbel collect upstream --only github.com/b/b"),
        ("github.com/a/a", "umbel strategy why github.com/a/a"),
    ]
    assert [each.reason for each in found["unmapped"]] == [
        "strategic 7.0 of 10, but nobody knows from which repository it comes: its registry was not asked"
    ]


def test_late_plans_and_upgrades_that_clear_the_most() -> None:
    plan = Plan(
        owner="a@acme.example", until=date(2026, 2, 1), decided=DAY, by="x", software="python", cycle="3.8"
    )

    def group(name: str | None, fixable: int) -> Group:
        return Group(
            name=name, open=9, failing=1, excused=0, overdue=2, fixable=fixable, oldest_days=5, worst="high",
            projects=3, components=1, target="2.0",
        )  # fmt: skip

    found = told(
        known(plans=[plan], upgrades=[group("pypi/a", 2), group(None, 9), group("pypi/b", 8), group("c", 0)])
    )
    assert [each.about for each in found["plan-late"]] == ["python 3.8"]
    closed = msgspec.structs.replace(plan, done=DAY)
    assert "plan-late" not in {each.kind for each in actions(known(plans=[closed]), DAY)}
    before = DAY - timedelta(days=1)
    assert "plan-late" in {each.kind for each in actions(known(plans=[closed]), before)}, "closed only later"
    assert [each.about for each in found["upgrade"]] == ["pypi/b", "pypi/a"]
    assert found["upgrade"][0].reason == (
        "pypi/b to 2.0 clears 8 of 9 findings, 2 of them overdue, in 3 projects, the gravest high"
    )


def test_of_one_kind_only_so_many_are_told_and_their_effort_is_summed() -> None:
    every = [ranked(f"github.com/a/{number}") for number in range(40)]
    found = actions(known(*every), DAY)
    assert len(found) == model().shown_each
    assert hours(found) == model().shown_each * model().kinds["fragile"].hours


def test_commands_are_ones_that_there_are_and_hostile_names_stay_words() -> None:
    commands = set(_Commands(name="umbel").list_commands(None))
    evil = "github.com/a/b;rm -rf ~"
    what = known(
        ranked(evil),
        ranked("github.com/c/c", risk=None),
        ranked("github.com/d/d", None),
        products=[SHOP],
        contributions=[standing(DAY)],
        opinions=Opinions(stances=[decided(project="github.com/e/e", review=DAY)]),
        unmapped={"pkg:x/y": ""},
    )
    found = actions(what, DAY)
    assert {shlex.split(each.command)[1] for each in found} <= commands
    assert any(shlex.split(each.command)[-1] == evil for each in found)


@given(st.lists(st.tuples(st.floats(1, 10), st.floats(0, 1)), max_size=12))
def test_the_order_is_by_weight_and_weights_stay_on_the_scale(figures: list[tuple[float, float]]) -> None:
    listed = [ranked(f"github.com/a/{n}", s, r) for n, (s, r) in enumerate(figures)]
    weights = [each.weight for each in actions(known(*listed, products=[SHOP, TILL]), DAY)]
    assert weights == sorted(weights, reverse=True)
    assert all(0 <= weight <= 100 for weight in weights)


def test_the_model_names_every_kind_with_its_reason() -> None:
    assert all(kind.by and kind.effort and 0 < kind.weight <= 100 for kind in model().kinds.values())


def test_a_stance_without_fragility_asks_for_no_decision() -> None:
    bare = ranked(fragility=None, stance=Stance(name="watch", reason="r", change="c"))
    assert "fragile" not in told(Known(ranked=[bare], opinions=Opinions(), answers=Answers()))
    assert fragility(None).health_risk is None
