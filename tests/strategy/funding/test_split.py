# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""A budget split: it sums exactly, it is fair, and nobody loses by gaining weight."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from umbel.model.errors import UsageError
from umbel.strategy.funding.model import model
from umbel.strategy.funding.proposal import propose
from umbel.strategy.funding.records import Asks, Candidate, Link, Need, NeedPart
from umbel.strategy.funding.split import split, worth_giving

LINK = Link(url="https://opencollective.com/acme", channel=None, takes=None, source="FUNDING.yml")


def candidate(
    name: str, priority: float | None, need: float = 0.5, *, known: float = 1.0, links: bool = True, **more: object
) -> Candidate:  # fmt: skip
    parts = (NeedPart(name="one-person", weight=1.0, value=need, reason="told"),)
    return Candidate(
        project=name,
        priority=priority,
        need=Need(value=need, confidence=known, parts=parts),
        asks=Asks(project=name, links=(LINK,) if links else (), looked=True),
        **more,  # type: ignore[arg-type]
    )


weights = st.lists(st.integers(0, 1000).map(Fraction), min_size=1, max_size=12)


@given(st.integers(0, 10**9), weights)
def test_a_split_sums_exactly_and_keeps_the_order(units: int, of: list[Fraction]) -> None:
    given_ = split(units, of)
    assert sum(given_) == (units if sum(of) else 0)
    total = sum(of)
    for one, part in zip(of, given_, strict=True):
        if total:
            assert abs(part - one * units / total) < 1
    for a, x in zip(of, given_, strict=True):
        for b, y in zip(of, given_, strict=True):
            assert a <= b or x >= y


@given(st.integers(1, 10**6), weights, st.data(), st.integers(1, 500), st.integers(0, 2000))
def test_who_gains_weight_never_loses_by_it(
    units: int, of: list[Fraction], data: st.DataObject, more: int, least: int
) -> None:
    place = data.draw(st.integers(0, len(of) - 1))

    def get(each: list[Fraction]) -> int:
        order = sorted(range(len(each)), key=lambda n: (-each[n], n))
        chosen = order[: worth_giving(units, [each[n] for n in order], max(least, 1))]
        parts = dict(zip(chosen, split(units, [each[n] for n in chosen]), strict=True))
        assert all(part >= least for part in parts.values())
        return parts.get(place, 0)

    grown = [weight + more if n == place else weight for n, weight in enumerate(of)]
    assert get(grown) >= get(of)


money = st.decimals(Decimal("0.01"), Decimal(10**7), places=2)
people = st.lists(st.tuples(st.floats(1, 100), st.floats(0, 1)), min_size=1, max_size=10)


@given(money, people, st.integers(1, 12), st.decimals(0, 1000, places=2))
def test_a_proposal_sums_to_the_budget_exactly(
    budget: Decimal, told: list[tuple[float, float]], most: int, least: Decimal
) -> None:
    listed = [candidate(f"p{n}", priority, need) for n, (priority, need) in enumerate(told)]
    found = propose(listed, budget, most=most, least=min(least, budget))
    assert sum((a.amount for a in found.awards), Decimal(0)) + found.left == budget
    assert found.left == 0 or not found.awards
    assert len(found.awards) <= most
    assert {a.project for a in found.awards} | {a.project for a in found.apart} == {c.project for c in listed}
    assert all(a.amount >= max(min(least, budget), Decimal("0.01")) for a in found.awards)


@given(money, people, st.data(), st.integers(1, 12))
def test_a_higher_priority_never_gets_less(
    budget: Decimal, told: list[tuple[float, float]], data: st.DataObject, most: int
) -> None:
    place = data.draw(st.integers(0, len(told) - 1))
    higher = data.draw(st.floats(told[place][0], 100))

    def get(priority: float) -> Decimal:
        listed = [candidate(f"p{n}", priority if n == place else p, need) for n, (p, need) in enumerate(told)]
        awards = propose(listed, budget, most=most, least=min(budget, Decimal(5))).awards
        return next((a.amount for a in awards if a.project == f"p{place}"), Decimal(0))

    assert get(higher) >= get(told[place][0])


def test_the_arithmetic_is_told() -> None:
    found = propose([candidate("shop", 40, 0.5), candidate("till", 10, 0.5)], Decimal(50000))
    shop, till = found.awards
    assert (shop.amount, till.amount) == (Decimal("40000.00"), Decimal("10000.00"))
    assert shop.arithmetic == ("40.0 × 0.500 = 20.00; 20.00 ÷ 25.00 = 80.00% of 50,000.00 = 40,000.00 EUR")
    assert any("0.3 × one-person" in line for line in found.assumptions)


def test_who_can_not_take_money_stands_apart() -> None:
    listed = [
        candidate("shop", 40),
        candidate("held", 30, links=False, foundation="Acme Foundation"),
        candidate("sold", 30, links=False, vendor="acme.example"),
        candidate("alone", 30, links=False, one_person=True),
        candidate("mute", 30, links=False),
        candidate("unranked", None),
        candidate("dark", 30, known=0.2),
        candidate("small", 1, 0.01),
        candidate("nan", float("nan")),
    ]
    found = propose(listed, Decimal(1000), least=Decimal(10))
    assert [a.project for a in found.awards] == ["shop"]
    assert {a.project: a.why for a in found.apart} == {
        "held": "foundation", "sold": "vendor", "alone": "person", "mute": "no-address",
        "unranked": "no-priority", "dark": "too-little-known", "small": "least", "nan": "no-priority",
    }  # fmt: skip
    assert all(a.reason for a in found.apart)


def test_nobody_to_give_to_leaves_all_of_it() -> None:
    found = propose([candidate("shop", None)], Decimal(1000))
    assert found.awards == ()
    assert found.left == Decimal(1000)


def test_currencies_have_their_places() -> None:
    listed = [candidate(name, 10) for name in ("a", "b", "c")]
    assert [a.amount for a in propose(listed, Decimal(100), currency="jpy").awards] == [34, 33, 33]
    with pytest.raises(UsageError, match="more than 0 decimal places"):
        propose(listed, Decimal("100.5"), currency="JPY")


@pytest.mark.parametrize(
    ("budget", "more"),
    [
        (Decimal(0), {}),
        (Decimal(-1), {}),
        (Decimal("nan"), {}),
        (Decimal("inf"), {}),
        (Decimal(10), {"least": Decimal(11)}),
        (Decimal(10), {"most": 0}),
        (Decimal(10), {"currency": "€"}),
    ],
)
def test_amounts_that_are_none_are_refused(budget: Decimal, more: dict[str, object]) -> None:
    with pytest.raises(UsageError):
        propose([candidate("shop", 40)], budget, **more)  # type: ignore[arg-type]


def test_the_weights_of_need_sum_to_one() -> None:
    assert sum(part.weight for part in model().parts) == pytest.approx(1)
