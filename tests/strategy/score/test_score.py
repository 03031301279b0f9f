# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""The arithmetic of the score: published examples, what raises it, what isn't known, and what people say."""

from __future__ import annotations

from datetime import date

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests import acme
from tests.strategy.score.estate import App, Products, Uses, ranked, used
from umbel.strategy.interface import MIN_CONFIDENCE, Fragility, Opinion
from umbel.strategy.score.dependency import dependency
from umbel.strategy.score.model import kinds, model
from umbel.strategy.score.ours import Home, There, opportunity, supportability
from umbel.strategy.score.ranking import Known, criticality, placed, priority
from umbel.strategy.use import Used

SHOP: Products = {"Shop": ("critical", ["shop"])}
DJANGO = Uses("pypi/django", files=120, names=90, sites=400, tests=40)


@pytest.mark.parametrize(("parts", "risk", "told"), [((10, 7, 8), 6, 50), ((6, 9, 6), 3, 21)])
def test_the_examples_of_the_practitioner_guide(
    parts: tuple[float, float, float], risk: float, told: float
) -> None:
    assert priority(criticality(*parts), risk) == pytest.approx(told)


def test_what_is_not_known_leaves_no_mean() -> None:
    assert criticality(10, None, 8) is None
    assert priority(None, 6) is None
    assert priority(5.0, None) is None


AMOUNT = st.integers(0, 400)
SHARE = st.floats(0, 1)


@st.composite
def uses(draw: st.DrawFn) -> Used:
    """A project as it may be used, its code read."""
    low, middle, high = sorted(draw(st.tuples(SHARE, SHARE, SHARE)))
    kind = draw(st.sampled_from(sorted(kinds().kinds)))
    role = draw(st.sampled_from([None, "web framework", "HTTP client", "database driver"]))
    return Used(
        upstream="git.example/acme/it", sure=draw(SHARE), direct_packages=1, frequency=1, frequency_place=1, kind=kind,
        role=role, listed=draw(st.booleans()), kind_hardness=kinds().kinds[kind].hardness, type="pypi",
        alternatives_here=draw(st.sampled_from([None, 0, 2])), use=middle, use_low=low, use_high=high, products=1,
        reach=1.0, declared=draw(SHARE), direct=True, scope=1, direct_open=False, scope_open=False, uses=2, read=2, maybe=0,
        wired=2, read_share=1.0, files=draw(st.integers(1, 400)), test_files=0, sites=draw(AMOUNT), file_share=draw(SHARE),
        names=draw(AMOUNT), modules=1, needed=draw(AMOUNT), stand=draw(AMOUNT), sole=draw(AMOUNT), plugs=draw(AMOUNT),
        plug="it-plugin",
    )  # fmt: skip


SIZE = st.one_of(st.none(), st.integers(0, 5_000_000))


@given(uses(), SIZE)
def test_the_figure_lies_in_its_range_and_on_the_scale(one: Used, size: int | None) -> None:
    found = dependency(one, size)
    assert 1 <= found.low <= found.value + 1e-9
    assert found.value <= found.high + 1e-9 <= 10 + 1e-9
    assert 0 <= found.confidence <= 1 + 1e-9


@given(uses(), SIZE, st.sampled_from(["sites", "names", "stand", "sole", "plugs"]), st.integers(1, 300))
def test_more_of_what_binds_us_never_makes_it_easier_to_replace(
    one: Used, size: int | None, what: str, more: int
) -> None:
    other = msgspec.structs.replace(one, **{what: getattr(one, what) + more})
    assert dependency(other, size).value >= dependency(one, size).value - 1e-9


@given(uses(), SIZE, SHARE)
def test_more_use_and_more_files_never_make_it_matter_less(one: Used, size: int | None, share: float) -> None:
    deeper = msgspec.structs.replace(one, use=max(one.use, share), file_share=max(one.file_share, share))
    assert dependency(deeper, size).value >= dependency(one, size).value - 1e-9


@given(uses())
def test_what_is_not_known_counts_as_usual_and_not_as_nothing(one: Used) -> None:
    """Of the same project with nothing found, and with nothing looked at, the second can't be told to be easy."""
    nothing = {"files": 0, "sites": 0, "names": 0, "plugs": 0, "stand": 0, "sole": 0, "file_share": 0.0}
    looked = msgspec.structs.replace(one, use=max(one.use, 0.1), **nothing)
    unseen = msgspec.structs.replace(looked, read=0, wired=0, read_share=0.0)
    assert dependency(unseen).value > dependency(looked).value or not kinds().kinds[one.kind].imported
    assert dependency(unseen).confidence < dependency(looked).confidence
    assert dependency(unseen).hardness.effort is None
    assert dependency(looked, 300).hardness.signals["size"].value == 0.0
    assert dependency(looked).value > dependency(looked, 300).value


def test_the_effort_is_reckoned_as_declared() -> None:
    shop = ranked([App("shop", (DJANGO, Uses("pypi/django-filter")))], SHOP)
    low, high = shop["pypi/django"].parts["dependency"].evidence["effort_days"]
    said = model().effort
    days = (400 * 10 / 60 + 90 * 2) / 6 + 2
    assert (low, high) == pytest.approx((days * said["low"], days * said["high"]), abs=0.06)
    assert any("person-days" in each.text for each in shop["pypi/django"].parts["dependency"].reasons)


def test_the_weights_of_what_is_known_are_one_in_all() -> None:
    known = model().known
    inputs = ("criticality", "direct", "scope", "code", "kind", "edges", "alternatives", "size", "project")
    assert sum(known[name] for name in inputs) == pytest.approx(1.0)
    hard = model().hardness
    assert sum(hard[name] for name in ("kind", "effort", "lock_in", "size", "alternatives")) == pytest.approx(
        1.0
    )
    for part, names in (
        (model().opportunity, ("patches", "standing", "door", "use")),
        (model().supportability, ("skills", "people", "size", "work")),
        (model().depth, ("share", "files", "sites", "names", "modules")),
    ):
        assert sum(part[name] for name in names) == pytest.approx(1.0)


def test_every_listed_role_has_a_kind_and_no_package_stands_twice() -> None:
    table = kinds()
    assert {role.kind for role in table.roles} <= table.kinds.keys()
    listed = [package for role in table.roles for package in role.packages]
    assert len(set(listed)) == len(listed)
    assert all(package.startswith("pkg:") for package in listed)
    assert all(0 <= kind.floor <= kind.usual <= 1 for kind in table.kinds.values())


def _opinion(part: str, value: float, project: str = "pkg:pypi/django") -> Opinion:
    return Opinion(
        project=project,
        part=part,
        value=value,
        by="ospo@acme.example",
        decided=date(2026, 2, 1),
        reason="we know it",
    )


def _fragility(risk: float | None, project: str = "pkg:pypi/django") -> dict[str, Fragility]:
    return {project: Fragility(project=project, as_of=acme.NOW, risk=risk, level=None, confidence=0.9)}


THERE = There(
    project="pkg:pypi/django", commits=800, our_commits=12, our_people=3, newcomers=40, code=250_000
)
HOME = Home(code={"Python": 90_000}, patched={}, told=True)


def _known(**more: object) -> Known:
    told = {"there": {THERE.project: THERE}, "home": HOME, "fragility": _fragility(0.4)}
    return Known(**(told | more))  # type: ignore[arg-type]


def test_people_overrule_the_data_which_stays_beside_it() -> None:
    apps = [App("shop", (DJANGO,))]
    by_data = ranked(apps, SHOP, known=_known(), order="priority")["pypi/django"]
    said = {("pkg:pypi/django", "dependency"): _opinion("dependency", 2.0)}
    overruled = ranked(apps, SHOP, known=_known(opinions=said), order="priority")["pypi/django"]
    part = overruled.parts["dependency"]
    assert (part.effective, overruled.strategic) == (2.0, 2.0)
    assert part.value == by_data.strategic
    assert overruled.by_data == by_data.priority == by_data.by_data
    assert overruled.priority is not None
    assert overruled.priority < (by_data.priority or 0)
    assert part.sureness == 1.0


@pytest.mark.parametrize(
    ("value", "owners", "counts"),
    [(1.0, ("Shop",), False), (1.0, ("Desk", "Shop"), True), (9.9, ("Shop",), True)],
)
def test_owners_of_some_products_may_raise_the_data_and_never_lower_them(
    value: float, owners: tuple[str, ...], *, counts: bool
) -> None:
    apps, products = [App("shop", (DJANGO,)), App("desk", (DJANGO,))], {**SHOP, "Desk": ("high", ["desk"])}
    by_data = ranked(apps, products)["pypi/django"]
    said = msgspec.structs.replace(_opinion("dependency", value), products=owners)
    told = ranked(apps, products, known=Known(opinions={("pkg:pypi/django", "dependency"): said}))[
        "pypi/django"
    ]
    assert told.strategic == (value if counts else by_data.strategic)
    assert (told.parts["dependency"].opinion is said) is counts


def test_an_opinion_gives_the_verdict_that_data_could_not() -> None:
    apps = [App("shop", (Uses("pypi/unknown-thing"),), read=False, edges=False)]
    open_ = ranked(apps, SHOP)["pypi/unknown-thing"]
    assert not open_.verdict
    assert open_.place is None
    assert open_.confidence < MIN_CONFIDENCE
    assert open_.find_out
    said = {("pkg:pypi/unknown-thing", "dependency"): _opinion("dependency", 9, "pkg:pypi/unknown-thing")}
    told = ranked(apps, SHOP, known=Known(opinions=said))["pypi/unknown-thing"]
    assert (told.verdict, told.place, told.strategic) == (True, 1, 9)


def test_all_parts_known_give_a_priority_and_its_arithmetic() -> None:
    found = ranked([App("shop", (DJANGO,))], SHOP, known=_known(), order="priority")["pypi/django"]
    three = [found.parts[name].value for name in ("dependency", "opportunity", "supportability")]
    assert found.criticality == pytest.approx(sum(each or 0 for each in three) / 3)
    assert found.health_risk == pytest.approx(1 + 9 * 0.4)
    assert found.priority == pytest.approx((found.criticality or 0) * (found.health_risk or 0))
    assert found.verdict


@pytest.mark.parametrize("less", [{"there": {}}, {"fragility": {}}, {"fragility": _fragility(None)}])
def test_without_a_history_there_is_no_priority_but_what_to_find_out(less: dict[str, object]) -> None:
    found = ranked([App("shop", (DJANGO,))], SHOP, known=_known(**less), order="priority")["pypi/django"]
    assert found.priority is None
    assert not found.verdict
    assert found.strategic is not None
    strategic = ranked([App("shop", (DJANGO,))], SHOP, known=_known(**less))["pypi/django"]
    assert strategic.verdict, "what business depends on is known without it"


def test_who_our_people_are_is_not_guessed() -> None:
    one = _django()
    assert opportunity(one, THERE, 0, told=True).signals["standing"].value is not None
    assert opportunity(one, THERE, 0, told=False).signals["standing"].value is None
    assert supportability(one, THERE, {"Python": 5000}, told=False).signals["people"].value is None


def test_patched_copies_and_people_there_raise_what_we_gain() -> None:
    one = _django()
    nobody = msgspec.structs.replace(THERE, our_commits=0, our_people=0)
    alone = opportunity(one, nobody, 0, told=True).value or 0
    assert (opportunity(one, nobody, 2, told=True).value or 0) > alone
    assert (opportunity(one, THERE, 0, told=True).value or 0) > alone
    carried = supportability(one, THERE, HOME.code, told=True).value or 0
    assert carried > (supportability(one, nobody, HOME.code, told=True).value or 0)
    assert carried > (supportability(one, THERE, {"Ruby": 90_000}, told=True).value or 0)


def test_equal_figures_share_a_place_and_the_next_counts_on() -> None:
    apps = [App("shop", (DJANGO, DJANGO._replace(package="pypi/pyramid"), Uses("pypi/humanize", files=1)))]
    found = list(ranked(apps, SHOP).values())
    assert [each.place for each in found] == [1, 1, 3]
    assert placed(reversed(found), "strategic") == found


def test_a_place_counts_those_that_stand_before_and_are_not_told(monkeypatch: pytest.MonkeyPatch) -> None:
    uses = [Uses(f"pypi/part{n}", files=100 - 15 * n, names=40) for n in range(6)]
    whole = ranked([App("shop", tuple(uses))], SHOP)
    assert [each.place for each in whole.values()] == [1, 2, 3, 4, 5, 6]
    monkeypatch.setitem(model().dependency, "shortlist", 2)
    last = whole["pypi/part5"].strategic or 0
    said = {("pkg:pypi/part5", "dependency"): _opinion("dependency", last, "pkg:pypi/part5")}
    short = ranked([App("shop", tuple(uses))], SHOP, known=Known(opinions=said))
    assert {name: each.place for name, each in short.items()} == {
        "pypi/part0": 1,
        "pypi/part1": 2,
        "pypi/part5": 6,
    }


def _django() -> Used:
    return used([App("shop", (DJANGO,))], SHOP)["pkg:pypi/django"]
