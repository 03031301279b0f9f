# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""What of ours depends on a project: by product, in the code, through others; and what isn't known of that."""

from __future__ import annotations

import random

import pytest

from tests.strategy.score.estate import App, Products, Uses, ranked, used
from umbel.strategy.use import SCOPES

SHOP: Products = {"Shop": ("critical", ["shop"])}
DEEP = Uses("pypi/django", files=50, names=40, sites=120, tests=10)


def test_use_is_counted_in_the_code_and_tests_apart() -> None:
    app = App("shop", (DEEP, Uses("pypi/asgiref", by=("pypi/django",))), code_files=160)
    found = used([app], SHOP)
    django = found["pkg:pypi/django"]
    assert (django.files, django.test_files, django.names, django.sites, django.modules) == (
        50,
        10,
        40,
        120,
        7,
    )
    assert django.file_share == pytest.approx((40 + 10 / 4) / 160)
    assert (django.direct, django.scope, django.read_share, django.wired) == (True, 1, 1.0, 1)
    inner = found["pkg:pypi/asgiref"]
    assert (inner.direct, inner.needed, inner.stand, inner.sole) == (False, 1, 1, 0)
    assert (django.needed, django.sole) == (0, 1)


def test_unread_code_is_unknown_and_lies_between_nothing_and_all() -> None:
    library = Uses("pypi/some-library")
    unread = used([App("shop", (library,), read=False)], SHOP)["pkg:pypi/some-library"]
    nothing = used([App("shop", (library,))], SHOP)["pkg:pypi/some-library"]
    assert (unread.read, unread.read_share, nothing.read_share) == (0, 0.0, 1.0)
    assert unread.use_low == pytest.approx(nothing.use)
    assert unread.use_low < unread.use < unread.use_high
    assert nothing.use_low == nothing.use == nothing.use_high


def test_what_is_neither_direct_nor_indirect_by_any_document_lies_between_the_two() -> None:
    def figure(*, edges: bool, by: tuple[str, ...] = ()) -> float:
        apps = [App("shop", (Uses("pypi/one"), Uses("pypi/two", by=by)), edges=edges)]
        return used(apps, SHOP)["pkg:pypi/two"].use

    assert figure(edges=True) > figure(edges=False) > 0
    assert used([App("shop", (Uses("pypi/one"),), edges=False)], SHOP)["pkg:pypi/one"].direct is None


def test_a_module_of_unknown_package_leaves_open_whether_a_package_is_imported() -> None:
    app = App("shop", (Uses("pypi/django-allauth"), Uses("pypi/humanize")), unknown_modules=("allauth",))
    found = used([app], SHOP)
    assert (found["pkg:pypi/django-allauth"].maybe, found["pkg:pypi/django-allauth"].read) == (1, 0)
    assert (found["pkg:pypi/humanize"].maybe, found["pkg:pypi/humanize"].read) == (0, 1)


def test_plug_ins_are_known_by_name_and_need_no_edge() -> None:
    uses = (Uses("npm/eslint"), Uses("npm/eslint-plugin-vue"), Uses("npm/jest"), Uses("npm/types-eslint"))
    found = used([App("shop", (*uses, Uses("npm/%40babel/core"), Uses("npm/core-js")))], SHOP)
    assert (found["pkg:npm/eslint"].plugs, found["pkg:npm/eslint"].plug) == (1, "eslint-plugin-vue")
    assert found["pkg:npm/jest"].plugs == 0
    assert found["pkg:npm/%40babel/core"].plugs == 0, "core-js is none of its plug-ins"


def test_projects_of_no_product_are_one_product_of_the_least_weight() -> None:
    apps = [App("shop", (DEEP,)), App("toy", (DEEP,)), App("game", (DEEP,))]
    one = used(apps, SHOP)["pkg:pypi/django"]
    assert one.products == 2
    assert one.reach == 1.0
    assert one.declared == pytest.approx(8 / 9)


def test_where_nobody_judged_a_product_all_count_alike_and_that_is_not_known() -> None:
    apps = [App("shop", (DEEP,))]
    critical = used(apps, SHOP)["pkg:pypi/django"]
    unsaid = used(apps, {"Shop": (None, ["shop"])})["pkg:pypi/django"]
    none = used(apps, {})["pkg:pypi/django"]
    assert critical.use == unsaid.use == none.use
    assert (critical.declared, unsaid.declared, none.declared) == (1.0, 0.0, 0.0)


def test_a_shared_project_is_in_each_of_its_products() -> None:
    products: Products = {"Shop": ("low", ["shop"]), "Bank": ("critical", ["shop"])}
    assert used([App("shop", (DEEP,))], products)["pkg:pypi/django"].products == 2


def test_nothing_in_use_is_an_empty_list() -> None:
    assert used([App("shop", ())], SHOP) == {}


LEVELS = (0, 1, 4, 30, 90)


def test_more_of_anything_never_makes_less_of_it() -> None:
    """Many packages in many products, at all levels: what is used no less in every way matters no less."""
    chance = random.Random(7)
    products = ["low", "medium", "high", "critical", None]
    drawn: dict[str, list[tuple[int, int, int] | None]] = {}
    for number in range(160):
        drawn[f"pypi/p{number:03}"] = [
            None
            if chance.random() < 0.4
            else (chance.choice(LEVELS), chance.choice(LEVELS), chance.choice(LEVELS))
            for _ in products
        ]
    apps = [App(f"app-{n}", tuple(_uses(drawn, n)), code_files=300) for n in range(len(products))]
    declared: Products = {f"P{n}": (how, [f"app-{n}"]) for n, how in enumerate(products)}
    found = used(apps, declared)
    pairs = 0
    for one, low in drawn.items():
        for other, high in drawn.items():
            if one == other or not _no_less(low, high) or not any(low):
                continue
            pairs += 1
            assert found[f"pkg:{other}"].use >= found[f"pkg:{one}"].use - 1e-12, (low, high)
    assert pairs > 100
    backwards = used(apps[::-1], dict(reversed(declared.items())))
    assert {name: each.use for name, each in backwards.items()} == pytest.approx(
        {n: e.use for n, e in found.items()}
    )


def _uses(drawn: dict[str, list[tuple[int, int, int] | None]], app: int) -> list[Uses]:
    return [
        Uses(name, files=levels[app][0], names=max(1, levels[app][1]), sites=levels[app][2])  # type: ignore[index]
        for name, levels in drawn.items()
        if levels[app] is not None
    ]


def _no_less(low: list[tuple[int, int, int] | None], high: list[tuple[int, int, int] | None]) -> bool:
    """Whether the second is used in every product where the first is, and everywhere at least as much.

    Where no file imports it, names and sites mean nothing; so they are compared only where one does.
    """
    for a, b in zip(low, high, strict=True):
        if a is None:
            continue
        if b is None or (a[0] and any(x > y for x, y in zip(a, b, strict=True))):
            return False
    return True


@pytest.mark.parametrize("step", [("low", "medium"), ("medium", "high"), ("high", "critical")])
def test_a_more_critical_product_makes_all_that_it_uses_matter_more(step: tuple[str, str]) -> None:
    apps = [App("shop", (DEEP, Uses("pypi/humanize", files=1))), App("toy", (DEEP,))]
    before, after = (used(apps, {"Shop": (how, ["shop"]), "Toy": ("low", ["toy"])}) for how in step)
    assert all(after[name].use > each.use for name, each in before.items())


def test_a_shared_project_has_no_more_files_for_its_second_product() -> None:
    apps = [App("shop", (DEEP,)), App("bank", (DEEP,))]
    one = used(apps, {"Shop": ("critical", ["shop", "bank"])})["pkg:pypi/django"]
    two = used(apps, {"Shop": ("critical", ["shop", "bank"]), "Bank": ("critical", ["bank"])})
    both = two["pkg:pypi/django"]
    assert (
        (both.files, both.test_files, both.sites) == (one.files, one.test_files, one.sites) == (100, 20, 240)
    )


def test_code_of_one_project_says_nothing_of_another_in_its_product() -> None:
    library = Uses("pypi/some-library")
    apps = [App("read", (library,)), *(App(f"unread-{n}", (library,), read=False) for n in range(9))]
    product: Products = {"Shop": ("critical", [app.name for app in apps])}
    mostly = used(apps, product)["pkg:pypi/some-library"]
    never = used(apps[1:], product)["pkg:pypi/some-library"]
    assert (mostly.read, mostly.uses) == (1, 10)
    assert mostly.use_low < mostly.use < mostly.use_high
    assert mostly.use < never.use
    assert mostly.use_high < never.use_high
    part = ranked(apps, product)["pypi/some-library"].parts["dependency"]
    assert part.evidence["effort_days"] is None
    assert any("the code that was read never imports it" in each.text for each in part.reasons)


def test_shipped_to_some_counts_before_only_tested() -> None:
    apps = [
        App("shop", (Uses("pypi/psycopg", scope="optional"),)),
        App("bank", (Uses("pypi/psycopg", scope="test"),)),
    ]
    product: Products = {"Shop": ("critical", ["shop", "bank"])}
    both = used(apps, product)["pkg:pypi/psycopg"]
    assert SCOPES[both.scope or 0] == "optional"
    assert both.use == pytest.approx(used(apps[:1], product)["pkg:pypi/psycopg"].use)


def test_what_one_document_leaves_open_no_other_denies() -> None:
    told = App("shop", (Uses("pypi/one"), Uses("pypi/two", by=("pypi/one",), scope="development")))
    silent = App("bank", (Uses("pypi/two", scope=None),), edges=False)
    product: Products = {"Shop": ("critical", ["shop", "bank"])}
    two = used([told, silent], product)["pkg:pypi/two"]
    assert (two.direct, two.direct_open, two.scope_open) == (None, True, True)
    part = ranked([told, silent], product)["pypi/two"].parts["dependency"]
    (said,) = (each.text for each in part.reasons if each.of == "use")
    assert "has it, directly or not; " in said
    assert "only" not in said
