# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Ranges of investment, benefit, net and return."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from umbel.strategy.value import reckoning
from umbel.strategy.value.answer import ProjectValue, Range, Valued
from umbel.strategy.value.assumptions import Assumptions, built_in
from umbel.strategy.value.facts import Facts
from umbel.strategy.value.ledger import PROGRAM, Avoided, Failure, Hours, Ledger, Money, Patch, Upgrade

SINCE, UNTIL = datetime(2025, 3, 1, tzinfo=UTC), datetime(2026, 3, 1, 23, tzinfo=UTC)
FLASK = "github.com/acme/flask"
WHO: dict[str, Any] = {"owner": "dev@acme.example", "source": "time sheet"}
DAY = date(2025, 6, 1)


def known(**more: Any) -> Facts:
    """A project of which everything is known."""
    given: dict[str, Any] = {
        "project": FLASK,
        "examined": True,
        "days": 40,
        "people": 2,
        "commits": 200,
        "ours": 50,
        "unaffiliated": 30,
        "lines": {"Python": 12_000, "Markdown": 90_000},
        "releases": 6,
        "risk": 0.5,
    }
    return Facts(**(given | more))


def fixed(**values: float) -> Assumptions:
    """The built-in assumptions, each at its median, or at the value given."""
    base = built_in()
    made = {}
    for name, each in base.by_name.items():
        value = values.get(name, each.middle)
        made[name] = msgspec.structs.replace(each, shape="fixed", low=value, likely=value, high=value)
    return Assumptions(base.currency, base.not_code, made)


def value(
    *facts: Facts,
    ledger: Ledger | None = None,
    assumptions: Assumptions | None = None,
    seed: int = 1,
    draws: int = 400,
) -> Valued:
    asked = reckoning.Asked(
        since=SINCE,
        as_of=UNTIL,
        assumptions=assumptions or built_in(),
        ledger=ledger or Ledger(),
        seed=seed,
        draws=draws,
    )
    return reckoning.value(facts, asked)


def one(*facts: Facts, **more: Any) -> ProjectValue:
    (found,) = value(*facts, **more).projects
    return found


def told(*kept: Avoided) -> Ledger:
    """Records by which nothing is left unknown."""
    none = Avoided(project=FLASK, amount=0, date=DAY, what="nothing else", **WHO)
    return Ledger(avoided=(none, *kept))


def part(found: ProjectValue, name: str) -> Range:
    (share,) = (each for each in found.parts if each.name == name)
    return share.range


def test_the_same_seed_gives_the_same_answer_and_another_hardly_moves_it() -> None:
    first, again, other = (value(known(), seed=seed, draws=10_000) for seed in (7, 7, 8))
    assert msgspec.json.encode(first) == msgspec.json.encode(again)
    assert first.total.net is not None
    assert other.total.net is not None
    assert first.total.net != other.total.net
    assert other.total.net.p50 == pytest.approx(first.total.net.p50, rel=0.05)


def test_the_arithmetic_by_hand() -> None:
    found = one(known(), assumptions=fixed(hour=100, hours_a_day=2, counted_share=0.5, cocomo_error=1))
    assert found.investment == Range(p10=8000, p50=8000, p90=8000)
    # 6,000 logical lines by COCOMO II, in person-months of 152 hours at 100.
    assert found.rewrite is not None
    assert found.rewrite.p50 == pytest.approx(2.94 * 6**1.0997 * 152 * 100)
    assumed = {name: each.likely for name, each in fixed().by_name.items()}
    way_out = assumed["without_heirs"] * assumed["cheapest_way"]
    anew = 2.94 * (6 * assumed["share_used"]) ** 1.0997 * 152
    cost = (assumed["failure_hours"] + way_out * anew) * 100
    likely = 0.5 * assumed["failures_a_year"] * 365 / 365.25 * 50 / 200
    assert part(found, "failures").p50 == pytest.approx(likely * assumed["additional"] * cost)
    assert found.returned is not None
    assert found.benefit is not None
    assert found.returned.p50 == pytest.approx((found.benefit.p50 - 8000) / 8000)


def test_prose_and_data_are_no_code_and_the_way_out_is_by_our_imports() -> None:
    assert one(known()).rewrite == one(known(lines={"Python": 12_000})).rewrite
    small, large = (one(known(moving=hours, lines=None), ledger=told()).benefit for hours in (8.0, 4000.0))
    assert small is not None
    assert large is not None
    assert small.p50 < large.p50
    assert small.bound is None, "nobody needs its size then"


def test_nothing_invested_has_no_return_not_an_endless_one() -> None:
    found = one(known(days=0, people=0, ours=0, unaffiliated=0))
    assert found.investment == Range(p10=0, p50=0, p90=0)
    assert found.returned is None
    assert found.why == "nothing was invested"
    assert "no return: nothing was invested" in found.sentence


def test_commits_of_nobody_knows_whom_are_no_proof_that_nothing_was_spent() -> None:
    found = one(known(days=0, people=0, ours=0, unaffiliated=30))
    assert found.investment == Range(p10=0, p50=0, p90=0, bound="lower")
    assert found.benefit is None
    assert found.why == "nothing is known to have been invested"
    assert "30 commits by people of unknown affiliation" in found.unknown[0].what
    whole = Hours(project=FLASK, hours=0, since=SINCE.date(), until=UNTIL.date(), **WHO)
    assert one(known(days=0, people=0, ours=0), ledger=Ledger(hours=(whole,))).why == "nothing was invested"


def test_a_record_of_later_does_not_hide_that_savings_are_unknown_now() -> None:
    later = Patch(project=FLASK, hours=2, dropped=date(2026, 6, 1), **WHO)
    gaps = [gap.what for gap in one(known(), ledger=Ledger(patch=(later,))).unknown]
    assert any("what our commits save us" in gap for gap in gaps)


def test_a_project_that_nobody_examined_is_unknown_not_free() -> None:
    found = one(Facts(project=FLASK))
    assert found.investment is None
    assert found.benefit is None
    assert found.net is None
    assert found.why == "what was invested is unknown"
    assert {gap.of for gap in found.unknown} == {"investment", "benefit"}
    assert all(gap.find_out for gap in found.unknown)


def test_what_is_left_out_makes_a_bound_on_the_side_it_is_of() -> None:
    whole = one(known(), ledger=told())
    assert not whole.unknown
    assert whole.net is not None
    assert whole.net.bound is None
    no_size = one(known(lines=None), ledger=told())
    assert no_size.benefit is not None
    assert no_size.net is not None
    assert no_size.returned is not None
    assert no_size.investment is not None
    bounds = (no_size.investment.bound, no_size.benefit.bound, no_size.net.bound, no_size.returned.bound)
    assert bounds == (None, "lower", "lower", "lower")
    assert no_size.rewrite is None
    assert any("size was not counted" in gap.what for gap in no_size.unknown)
    no_days = one(
        known(days=None, people=None, ours=None),
        ledger=Ledger(money=(Money(project=FLASK, amount=10, date=DAY, **WHO),)),
    )
    assert no_days.investment is not None
    assert no_days.investment.bound == "lower"
    assert no_days.benefit is None
    no_risk = one(known(risk=None, risk_why="it has too few commits"))
    assert any("too few commits" in gap.what for gap in no_risk.unknown)


def test_what_our_work_saves_is_a_gap_until_somebody_states_it() -> None:
    silent = one(known())
    assert silent.benefit is not None
    assert silent.benefit.bound == "lower"
    assert [gap.what.partition(":")[0] for gap in silent.unknown] == ["what our commits save us"]
    money = Money(project=FLASK, amount=1, date=DAY, **WHO)
    assert "what our commits and our money save us" in one(known(), ledger=Ledger((money,))).unknown[0].what
    assert one(known(), ledger=told()).unknown == ()


def test_whose_affiliation_is_unknown_is_told() -> None:
    (time,) = (each.how for each in one(known(days=1, people=1)).parts if each.name == "time")
    assert time.startswith("1 day with commits by 1 person of ours")
    assert time.endswith("of 200 commits 30 are by people of unknown affiliation")


def test_all_is_the_sum_and_carries_every_gap() -> None:
    found = value(known(), known(project="github.com/acme/click", lines=None), ledger=told())
    assert found.total.investment is not None
    assert found.total.investment.p50 == pytest.approx(
        sum(each.investment.p50 for each in found.projects if each.investment)
    ), "days are worth the same in every draw"
    assert found.total.benefit is not None
    assert found.total.benefit.bound == "lower"
    assert [gap.what.partition(":")[0] for gap in found.total.unknown] == ["github.com/acme/click"] * 2
    assert found.total.sentence.startswith("Contributing to 2 projects cost")


def test_money_is_counted_by_the_days_it_is_for() -> None:
    money = (
        Money(amount=3650, date=date(2025, 1, 1), until=date(2025, 12, 31), kind="membership", **WHO),
        Money(project=FLASK, amount=500, date=DAY, **WHO),
        Money(project=FLASK, amount=900, date=date(2026, 4, 1), **WHO),
    )
    found = {
        each.project: each for each in value(known(), Facts(project=PROGRAM), ledger=Ledger(money)).projects
    }
    assert part(found[FLASK], "money") == Range(p10=500, p50=500, p90=500)
    assert part(found[PROGRAM], "money").p50 == pytest.approx(3650 * 305 / 365), "since 1 March is gone"
    assert [gap.of for gap in found[PROGRAM].unknown] == ["benefit"]


def test_stated_hours_are_believed_within_a_range() -> None:
    hours = Hours(project=FLASK, hours=100, since=date(2025, 3, 2), until=date(2026, 3, 1), **WHO)
    found = one(known(days=0, people=0), ledger=Ledger(hours=(hours,)), assumptions=fixed(hour=50))
    assert part(found, "stated time").p50 == pytest.approx(5000 * fixed().by_name["stated_hours"].likely)
    unexamined = one(Facts(project=FLASK), ledger=Ledger(hours=(hours,)))
    assert unexamined.investment is not None
    assert unexamined.investment.bound is None, "the record speaks of the whole window"


@pytest.mark.parametrize(
    ("dropped", "life", "years"),
    [
        (date(2025, 3, 2), 5, 365 / 365.25),
        (date(2024, 3, 2), 5, 365 / 365.25),
        (date(2024, 3, 2), 1.5, 1.5 - 365 / 365.25),
        (date(2020, 1, 1), 2, 0),
        (date(2025, 9, 1), 5, 182 / 365.25),
        (date(2026, 5, 1), 5, None),
    ],
)
def test_a_patch_saves_only_while_it_would_have_been_carried(
    dropped: date, life: float, years: float | None
) -> None:
    patch = Patch(project=FLASK, hours=3, releases=4, patches=2, dropped=dropped, **WHO)
    assumed = fixed(hour=100, patch_life=life, stated_hours=1)
    found = one(known(ours=0), ledger=Ledger(patch=(patch,)), assumptions=assumed)
    if years is None:
        assert not [each for each in found.parts if each.name == "patches"]
    else:
        assert part(found, "patches").p50 == pytest.approx(2 * 3 * 4 * 100 * years)


def test_a_patchs_releases_are_those_that_were_made_or_unknown() -> None:
    patch = Patch(project=FLASK, hours=3, dropped=DAY, what="cookies", **WHO)
    by_history = one(known(ours=0, releases=6), ledger=Ledger(patch=(patch,)))
    assert "6 releases a year" in next(p.how for p in by_history.parts if p.name == "patches")
    unknown = one(known(releases=None), ledger=Ledger(patch=(patch,)))
    assert any("private patch (cookies)" in gap.what for gap in unknown.unknown)


def test_upgrades_other_costs_and_a_stated_failure() -> None:
    book = Ledger(
        upgrade=(Upgrade(project=FLASK, hours=10, upgrades=2, since=date(2020, 1, 1), **WHO),),
        avoided=(Avoided(project=FLASK, amount=700, date=DAY, what="support", **WHO),),
        failure=(
            Failure(project=FLASK, cost=1, date=date(2024, 1, 1), **WHO),
            Failure(project=FLASK, cost=1e6, date=date(2025, 5, 1), **WHO),
            Failure(project=FLASK, cost=9e9, date=date(2027, 1, 1), **WHO),
        ),
    )
    assumed = fixed(hour=100, stated_hours=1, additional=0.5, failures_a_year=0.1)
    found = one(known(lines=None), ledger=book, assumptions=assumed)
    assert part(found, "upgrades").p50 == pytest.approx(2000 * 365 / 365.25)
    assert part(found, "costs not paid").p50 == 700
    assert part(found, "failures").p50 == pytest.approx(1e6 * 0.5 * 0.1 * 0.5 * 0.25 * 365 / 365.25), (
        "the last that was stated by that day"
    )
    assert not found.unknown, "with a stated cost nobody asks for its size"


def test_the_strongest_assumptions_are_named_in_plain_words() -> None:
    found = value(known(), draws=2000)
    swings = [each.swing for each in found.drivers]
    assert swings == sorted(swings, reverse=True)
    assert len(found.drivers) >= 3
    assert found.drivers[0].assumption in {"hours_a_day", "hour"}
    assert "Hours of work behind a day" in " ".join(each.sentence for each in found.drivers[:2])
    for each in found.drivers[:2]:
        assert each.net_low > each.net_high, "dearer work leaves less"
        assert each.correlation is not None
        assert each.correlation < -0.2
    assert "patch_life" not in {each.assumption for each in found.drivers}, "no patch, no matter"
    assert value(known(), assumptions=fixed()).drivers == ()


@given(
    st.integers(0, 300),
    st.integers(0, 500),
    st.floats(0, 1) | st.none(),
    st.integers(0, 10**7) | st.none(),
    st.floats(0, 1e6),
    st.floats(1, 1e6),
)
@settings(max_examples=25)
def test_more_cost_never_raises_the_return(
    days: int, ours: int, risk: float | None, lines: int | None, money: float, more: float
) -> None:
    size = None if lines is None else {"Go": lines}
    facts = known(days=days, ours=min(ours, 500), commits=500, risk=risk, lines=size)

    def with_money(amount: float) -> ProjectValue:
        return one(facts, ledger=Ledger((Money(project=FLASK, amount=amount, date=DAY, **WHO),)), draws=60)

    before, after = with_money(money), with_money(money + more)
    for found in (before, after):
        for each in (found.investment, found.benefit, found.net, found.returned, found.rewrite):
            assert each is None or each.p10 <= each.p50 <= each.p90
        assert (found.returned is None) == (found.why is not None)
    if before.returned is not None and after.returned is not None and before.benefit == after.benefit:
        assert after.returned.p10 <= before.returned.p10 + 1e-9
        assert after.returned.p50 <= before.returned.p50 + 1e-9
        assert after.returned.p90 <= before.returned.p90 + 1e-9
        assert after.returned.p10 >= -1


@given(st.sampled_from(["additional", "failures_a_year", "without_heirs", "failure_hours", "cheapest_way"]))
def test_what_makes_losses_dearer_or_likelier_never_lowers_the_benefit(name: str) -> None:
    base = built_in()
    each = base.by_name[name]
    raised = msgspec.structs.replace(each, low=each.low * 1.2, likely=each.likely * 1.2, high=each.high * 1.2)
    higher = Assumptions(base.currency, base.not_code, {**base.by_name, name: raised})
    before, after = one(known()).benefit, one(known(), assumptions=higher).benefit
    assert before is not None
    assert after is not None
    assert after.p10 > before.p10
    assert after.p50 > before.p50
    assert after.p90 > before.p90
