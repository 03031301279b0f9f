# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""What must stand above what, however often it is used."""

from __future__ import annotations

import pytest

from tests.strategy.score.estate import App, Uses, each_critical, ranked, services, strategic

DJANGO = Uses("pypi/django", files=120, names=90, sites=400, tests=40)


HELPERS = (
    Uses("npm/left-pad", files=1, named=("default",)),
    Uses("npm/lodash", files=2, named=("debounce",)),
    Uses("pypi/python-slugify", files=1, named=("slugify",)),
    Uses("pypi/six", files=3, named=("text_type",)),
    Uses("npm/some-helper-that-no-table-lists", files=2, named=("help",)),
)
FRAMEWORKS = ("pypi/django", "npm/react", "pypi/sqlalchemy", "pypi/framework-of-our-own")


@pytest.mark.parametrize("criticality", ["critical", "high"])
@pytest.mark.parametrize("framework", FRAMEWORKS)
def test_one_helper_function_in_every_product_ranks_below_what_an_important_product_is_built_on(
    framework: str, criticality: str
) -> None:
    apps = services(50, *HELPERS)
    shop = App("shop", (*HELPERS, DJANGO._replace(package=framework)))
    found = ranked([*apps, shop], each_critical(apps) | {"shop": (criticality, ["shop"])})
    assert next(iter(found)) == framework
    assert found[framework].place == 1
    frequency = {name: each.parts["dependency"].evidence["frequency_place"] for name, each in found.items()}
    assert frequency == {framework: 6} | {each.package: 1 for each in HELPERS}


def test_a_tool_of_every_developer_ranks_below_the_driver_of_one_database() -> None:
    tools = [
        Uses(name, scope="development")
        for name in ("npm/eslint", "pypi/black", "pypi/pytest", "npm/prettier")
    ]
    drivers = [Uses(name) for name in ("pypi/psycopg", "npm/pg", "pypi/pymongo")]
    apps = services(40, *tools)
    products = each_critical(apps) | {"shop": ("critical", ["shop"])}
    found = strategic([*apps, App("shop", tuple(drivers))], products)
    assert min(found[each.package] for each in drivers) > max(found[each.package] for each in tools)


def test_a_test_framework_that_all_tests_know_ranks_below_what_one_product_runs_on() -> None:
    pytest_ = Uses("pypi/pytest", scope="runtime", files=90, tests=90, names=12, sites=90)
    apps = services(30, pytest_)
    shop = App("shop", (pytest_, DJANGO))
    found = strategic([*apps, shop], each_critical([*apps, shop]))
    assert found["pypi/django"] > found["pypi/pytest"]


@pytest.mark.parametrize(("everywhere", "parent"), [("pypi/idna", "pypi/requests"), ("npm/ms", "npm/debug")])
def test_what_is_everywhere_only_through_others_ranks_below_a_framework(everywhere: str, parent: str) -> None:
    apps = services(60, Uses(parent, files=4, names=3), Uses(everywhere, by=(parent,)))
    shop = App("shop", (DJANGO,))
    found = strategic([*apps, shop], each_critical([*apps, shop]))
    assert found["pypi/django"] > found[parent] > found[everywhere]


def test_of_equal_frameworks_that_of_the_critical_product_comes_first() -> None:
    apps = [
        App("shop", (DJANGO._replace(package="pypi/flask"),)),
        App("fair", (DJANGO._replace(package="pypi/pyramid"),)),
    ]
    found = ranked(apps, {"Shop": ("critical", ["shop"]), "Fair": ("low", ["fair"])})
    assert list(found) == ["pypi/flask", "pypi/pyramid"]
    assert (found["pypi/flask"].strategic or 0) > (found["pypi/pyramid"].strategic or 0) + 2


def test_frequency_alone_decides_nothing_even_where_no_code_was_read() -> None:
    apps = services(50, Uses("npm/lodash"), read=False)
    shop = App("shop", (Uses("pypi/django"),), read=False)
    found = ranked([*apps, shop], each_critical([*apps, shop]))
    assert next(iter(found)) == "pypi/django"
    assert not found["npm/lodash"].verdict
    assert "how does our code use it?" in found["npm/lodash"].find_out[0]


def test_a_project_of_many_packages_is_one_project() -> None:
    uses = tuple(Uses(f"npm/%40babel/part-{n}", by=("npm/%40babel/core",)) for n in range(30))
    shop = App("shop", (Uses("npm/%40babel/core", scope="development"), *uses, DJANGO))
    projects = {each.package: "github.com/babel/babel" for each in shop.uses if "babel" in each.package}
    found = ranked([shop], {"Shop": ("high", ["shop"])}, projects=projects)
    assert list(found) == ["pypi/django", "github.com/babel/babel"]
    babel = found["github.com/babel/babel"]
    assert len(babel.packages) == 31
    assert babel.parts["dependency"].evidence["sole"] == 0, "its own parts are no lock-in"


def test_a_package_of_unknown_project_stands_for_itself_and_says_so() -> None:
    found = ranked([App("shop", (DJANGO,))], {"Shop": ("high", ["shop"])})
    django = found["pypi/django"]
    assert django.project == "pkg:pypi/django"
    assert django.url is None
    assert any("which repository" in gap for gap in django.parts["dependency"].missing)


def test_a_runtime_and_a_database_matter_though_no_code_imports_them() -> None:
    helper = Uses("pypi/humanize", files=3, names=2)
    shop = App("shop", (Uses("docker/python"), Uses("docker/postgres"), helper))
    found = strategic([shop], {"Shop": ("critical", ["shop"])})
    assert found["docker/python"] > found["docker/postgres"] > found["pypi/humanize"]
