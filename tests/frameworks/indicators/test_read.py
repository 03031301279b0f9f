# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Every built-in indicator, on nothing, on some evidence, and as of a day before it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests import acme
from umbel.app import Workspace
from umbel.frameworks.indicators import catalog
from umbel.frameworks.indicators.read import read

if TYPE_CHECKING:
    from umbel.frameworks.interface import Reading

NAMES = catalog().names
SETTINGS = """\
[[products]]
name = "Shop"
owner = "shop@acme.example"
criticality = "high"
distribution = ["distributed-binary"]
projects = ["shop"]
"""


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Reading]:
    """Of a folder in which nothing was ever done."""
    return Workspace(tmp_path_factory.mktemp("empty")).readings(cached=False)


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """Three projects with SBOMs, read as Umbel reads them."""
    folder = tmp_path_factory.mktemp("house")
    (folder / "umbel.toml").write_text(SETTINGS)
    (folder / "sboms").mkdir()
    for name, packages, license_ in (
        ("shop", ["lodash@4.17.20", "express@4.18.0"], "MIT"),
        ("till", ["lodash@4.17.21"], "GPL-3.0-only"),
        ("stock", ["left-pad@1.3.0"], "LicenseRef-ours"),
    ):
        (folder / f"sboms/{name}.cdx.json").write_bytes(acme.sbom(name, packages, license_=license_))
    here = Workspace(folder)
    here.collect([folder / "sboms"])
    return here


def test_on_nothing_no_share_has_a_value(empty: dict[str, Reading]) -> None:
    assert set(empty) == set(NAMES)
    for name, each in empty.items():
        assert not each.error, f"{name}: {each.why}"
        assert each.unit != "share" or each.value is None, f"{name} has a share of nothing"
        assert each.value is not None or each.why, f"{name} doesn't say why it is unknown"
        assert each.sentence.endswith("."), name


def test_on_nothing_no_count_of_harm_is_nought(empty: dict[str, Reading]) -> None:
    """Nobody looked: that there are no findings would be a pass."""
    better = {name: catalog().get(name).body.better for name in NAMES}
    told = [name for name, each in empty.items() if better[name] == "lower" and each.value is not None]
    assert told == []


def test_on_evidence_none_fails(house: Workspace) -> None:
    found = house.readings(cached=False)
    assert {name: each.why for name, each in found.items() if each.error} == {}
    assert found["inventory_coverage"].value == 1.0
    assert found["sbom_coverage"].numerator == 3
    for name, each in found.items():
        assert "None" not in each.sentence, name
        if each.unit == "share" and each.value is not None:
            assert 0 <= each.value <= 1, name
            assert each.denominator, name
        assert each.coverage is None or 0 <= each.coverage <= 1, name


def test_before_the_evidence_it_is_as_if_there_were_none(house: Workspace) -> None:
    found = house.readings(as_of=acme.day(-4000), cached=False)
    for name, each in found.items():
        assert not each.error, f"{name}: {each.why}"
        stated = each.stated or catalog().get(name).body.stated
        assert each.unit != "share" or each.value is None or stated, f"{name} knows the future"


def test_each_is_computed_once(house: Workspace) -> None:
    with house.known() as known:
        first = read(known, ["inventory_coverage"])["inventory_coverage"]
        assert read(known, ["inventory_coverage"])["inventory_coverage"] is first


def test_a_product_narrows_what_is_asked(house: Workspace) -> None:
    told = house.readings(
        ["inventory_coverage", "direct_known", "unknown_licenses"], product="shop", cached=False
    )
    assert told["inventory_coverage"].denominator == 1
    assert told["direct_known"].denominator == 2
    assert told["unknown_licenses"].denominator == 2


def test_one_that_fails_costs_only_itself(house: Workspace) -> None:
    (house.folder / "policy.toml").write_text("[rules.no-such-rule]\n")
    try:
        found = house.readings(["policy_in_force", "policy_violations", "inventory_coverage"], cached=False)
    finally:
        (house.folder / "policy.toml").unlink()
    assert found["policy_in_force"].value == 0.0
    assert found["policy_violations"].error
    assert "no-such-rule" in str(found["policy_violations"].why)
    assert found["inventory_coverage"].value == 1.0


def test_series_ends_with_the_day_and_begins_before_the_evidence(house: Workspace) -> None:
    told = house.readings_over(["inventory_coverage"], "year", 3, acme.day(0), cached=False)
    assert [day.year for day, _ in told] == [2024, 2025, 2026]
    assert [each["inventory_coverage"].value for _, each in told] == [None, None, 1.0]
