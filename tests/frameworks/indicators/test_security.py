# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Vulnerabilities, lifecycles, incidents and products as figures, from files read as people read them."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from tests import acme
from tests.policy.lockfiles import advisory, export
from umbel.app import Workspace
from umbel.frameworks.indicators.sentences import number, one, percent

if TYPE_CHECKING:
    from umbel.frameworks.interface import Reading

SETTINGS = """\
[[products]]
name = "Shop"
owner = "shop@acme.example"
distribution = ["distributed-binary"]
projects = ["shop"]
releases = [{ version = "1", end_of_support = 2027-01-01 }, { version = "2" }]

[[products]]
name = "Till"
criticality = "high"
projects = ["till"]
releases = [{ version = "1", end_of_support = 2027-01-01 }]
"""
LATER = datetime(2027, 1, 1, tzinfo=UTC)


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """Two projects, one with a vulnerable package, and advisories about it."""
    folder = tmp_path_factory.mktemp("house")
    (folder / "umbel.toml").write_text(SETTINGS)
    (folder / "sboms").mkdir()
    (folder / "sboms/shop.cdx.json").write_bytes(acme.sbom("shop", ["inner@2.0.0", "fine@1.0.0"]))
    (folder / "sboms/till.cdx.json").write_bytes(acme.sbom("till", ["odd@1.0.0"], license_="LicenseRef-odd"))
    here = Workspace(folder)
    here.collect([folder / "sboms"])
    here.sync_advisories(["npm"], source=export(folder, advisory(1, "inner", "2.1.0")), whole=True)
    return here


@pytest.fixture(scope="module")
def told(house: Workspace) -> dict[str, Reading]:
    """Everything that is asked of it here, of one moment."""
    return house.readings(
        [
            "advisories_known", "advisories_fresh", "scanning_coverage", "open_vulnerability_age", "patch_coverage",
            "overdue_share", "time_to_remediate", "end_of_life_share", "incident_process", "incident_clock",
            "products_declared", "products_with_owner", "products_with_criticality", "products_with_support_period",
            "obligations_known", "sbom_quality", "sbom_supplier", "sbom_component_version", "sbom_tool", "sbom_formats",
            "vex_said",
        ],
        cached=False,
    )  # fmt: skip


def test_advisories_are_known_since_they_were_read(told: dict[str, Reading], house: Workspace) -> None:
    assert told["advisories_known"].value == 1.0
    assert told["advisories_fresh"].value == 0
    assert told["scanning_coverage"].value == 1.0
    before = house.readings(["advisories_known", "advisories_fresh"], acme.day(-900), cached=False)
    assert before["advisories_known"].value == 0.0
    assert before["advisories_fresh"].value is None


def test_open_vulnerabilities_are_counted_and_none_is_mended(told: dict[str, Reading]) -> None:
    assert told["open_vulnerability_age"].denominator == 1
    assert (told["patch_coverage"].numerator, told["patch_coverage"].denominator) == (0, 1)
    assert told["overdue_share"].denominator == 1
    for name in ("overdue_share", "patch_coverage", "open_vulnerability_age"):
        assert told[name].coverage == 1.0, f"{name}: the till was looked at, too, and has none"
    assert told["time_to_remediate"].value is None
    assert told["vex_said"].denominator == 1
    assert told["vex_said"].numerator == 0


def test_without_lists_no_life_has_ended_or_not(told: dict[str, Reading]) -> None:
    assert told["end_of_life_share"].value is None
    assert "umbel sync lifecycles" in str(told["end_of_life_share"].why)


def test_products_say_what_is_declared_of_them(told: dict[str, Reading]) -> None:
    assert told["products_declared"].value == 2
    assert told["products_declared"].stated
    assert told["products_with_owner"].evidence == {"missing": ["Till"]}
    assert told["products_with_criticality"].value == 0.5
    assert told["products_with_support_period"].value == 0.5


def test_obligations_are_asked_of_what_reaches_users(told: dict[str, Reading]) -> None:
    assert told["obligations_known"].value == 1.0
    assert told["obligations_known"].denominator == 2, "the till isn't distributed"


def test_sboms_are_rated_over_all_of_their_components(told: dict[str, Reading]) -> None:
    assert told["sbom_formats"].value == 1.0
    assert told["sbom_supplier"].value == 0.0
    assert told["sbom_component_version"].value == 1.0
    assert told["sbom_component_version"].denominator == 5, "three components, and the two that are described"
    assert told["sbom_tool"].denominator == 2
    assert told["sbom_quality"].evidence["documents"] == 2


def test_incidents_are_held_against_their_clock(told: dict[str, Reading], house: Workspace) -> None:
    assert told["incident_process"].value == 0.0
    assert told["incident_clock"].value is None
    opened = house.open_incident("GHSA-aaaa-bbbb-0001", package="pkg:npm/inner@<2.1.0", severity="critical")
    names = ["incident_process", "incident_clock", "incidents_ended"]
    now = house.readings(names, cached=False)
    assert now["incident_process"].value == 1.0
    assert now["incident_clock"].value is None, "its day has not passed"
    assert now["incidents_ended"].value == 0
    assert house.readings(names, acme.day(-900), cached=False)["incident_process"].value == 0.0
    house.close_incident(opened.incident.id, by="sec@acme.example")
    ended = house.readings(names, cached=False)
    assert (ended["incident_clock"].value, ended["incidents_ended"].value) == (1.0, 1)


@pytest.mark.parametrize(
    ("share", "words"),
    [(0.0, "0 %"), (1.0, "100 %"), (0.0001, "0.1 %"), (0.9999, "99.9 %"), (0.005, "0.5 %"), (0.333, "33 %")],
)
def test_what_is_not_none_never_reads_as_none(share: float, words: str) -> None:
    assert percent(share) == words


def test_nouns_and_numbers_read_as_people_write_them() -> None:
    assert one("libraries in use") == "library in use"
    assert one("uses of components") == "use of components"
    assert number(1234567.0) == "1,234,567"
    assert number(0.04) == "0.04"
