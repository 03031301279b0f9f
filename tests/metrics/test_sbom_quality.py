# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Ratings of SBOMs: outcomes with their numbers, reasons and advice."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests import acme
from umbel.collect.interface import About, Completeness
from umbel.evidence.lake import Lake
from umbel.evidence.session import Session
from umbel.metrics.sbom_quality import answers, rating, standards
from umbel.model.errors import Fault, UsageError

if TYPE_CHECKING:
    from pathlib import Path

    from umbel.collect.interface import Reading

ABOUT = About(
    identity="urn:uuid:1/1",
    created="2026-02-01T10:00:00Z",
    authors=("Acme <sbom@acme.example>",),
    tools=("syft 1.9",),
    lifecycles=("build",),
    completeness=(Completeness("dependencies", None, "complete"),),
    signed=False,
    root=acme.component("shop", "2.0", supplier="Acme", hashes=(("sha512", "ab" * 64),), declared=("MIT",)),
)
GOOD: dict[str, Any] = {"supplier": "Acme", "hashes": (("sha512", "cd" * 64),), "declared": ("MIT",)}


def sbom(
    names: list[str], about: About | None = ABOUT, *, format_: str = "CycloneDX 1.6 JSON", **more: Any
) -> Reading:
    """An SBOM of direct npm packages that all say the same of themselves."""
    read = acme.reading(names, about=about)
    read.format = format_
    read.components = [acme.component(*name.split("@"), **(GOOD | more)) for name in names]
    return read


def header(name: str, *, format_: str = "CycloneDX 1.6 JSON", **more: Any) -> Any:
    """A snapshot's header with a format and a producer."""
    return acme.stamp(name, **{"format": format_, "producer": "syft 1.9.0", **more})


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    return Lake(tmp_path / "lake")


def rate(lake: Lake, name: str | None = None, **more: Any) -> list[dict[str, Any]]:
    """Each document's record."""
    with Session(lake, tables=rating.TABLES) as session:
        return answers.documents(session, standards.chosen(name), **more)


def outcomes(record: dict[str, Any]) -> dict[str, str]:
    """Outcome by element."""
    return {element["element"]: element["outcome"] for element in record["elements"]}


def element(record: dict[str, Any], name: str) -> dict[str, Any]:
    """One element of a document."""
    (found,) = [each for each in record["elements"] if each["element"] == name]
    return dict(found)


# -- standards as data


def test_standards_are_found_by_their_files() -> None:
    assert standards.names() == ["bsi", "cisa", "ntia"]
    with pytest.raises(UsageError, match="no standard 'iso'"):
        standards.standard("iso")


@pytest.mark.parametrize("name", standards.names())
def test_a_standard_reads_well(name: str) -> None:
    found = standards.standard(name)
    assert found.source.startswith("https://")
    for each in found.elements:
        assert each.question.endswith("?"), each.id
        assert not each.advice.endswith("."), each.id
        assert "`" not in each.met, each.id
        assert all(tool == tool.casefold() for tool in each.tools), each.id


def test_ntia_has_the_seven_data_fields() -> None:
    ids = [each.id for each in standards.standard("ntia").elements]
    assert ids[:7] == ["author", "timestamp", "supplier", "name", "version", "identifiers", "dependencies"]


def test_an_empty_lake_has_nothing_to_rate(lake: Lake) -> None:
    Lake(lake.url, create=True)
    assert rate(lake) == []


# -- outcomes


def test_a_document_that_says_everything_meets_everything(lake: Lake) -> None:
    acme.publish(lake, (header("shop"), sbom(["a@1", "b@2"])))
    ntia, cisa = rate(lake, "ntia")[0], rate(lake, "cisa")[0]
    assert set(outcomes(ntia).values()) | set(outcomes(cisa).values()) == {"met"}
    assert (ntia["share"], ntia["unmet"], ntia["lacks"]) == (1.0, 0, [])
    assert element(ntia, "supplier")["reason"] == "all 3 components have a supplier"  # with the project
    assert element(ntia, "supplier")["advice"] is None


def test_components_without_it_are_counted_and_named(lake: Lake) -> None:
    reading = sbom(["a@1", "b@2"])
    reading.components[1] = acme.component("b", "2")
    acme.publish(lake, (header("shop"), reading))
    found = element(rate(lake, "ntia")[0], "supplier")
    assert (found["outcome"], found["found"], found["total"]) == ("unmet", 2, 3)
    assert found["lacking"] == ["pkg:npm/b@2"]
    assert found["reason"] == "1 of 3 components lacks a supplier"
    assert found["advice"] == (
        "Name the supplier of each component (Syft sets that of the product with --source-supplier, and knows "
        "few others): 1 of 3 lack it, for example pkg:npm/b@2."
    )


def test_a_document_lacks_what_it_does_not_say_of_itself(lake: Lake) -> None:
    acme.publish(lake, (header("shop"), sbom(["a@1"], About(created="some day", signed=False))))
    ntia, cisa = rate(lake, "ntia")[0], rate(lake, "cisa")[0]
    assert ntia["lacks"] == ["author", "timestamp"]
    assert {"author", "tool", "timestamp", "context"} <= set(cisa["lacks"])
    assert element(ntia, "author")["reason"] == "lacks the people or organisation that made it"


def test_what_was_not_kept_is_unknown_and_never_lacking(lake: Lake) -> None:
    acme.publish(lake, (header("shop"), sbom(["a@1"], None)))
    ntia = rate(lake, "ntia")[0]
    assert outcomes(ntia)["author"] == outcomes(ntia)["timestamp"] == "unknown"
    assert outcomes(ntia)["supplier"] == outcomes(ntia)["format"] == "met"
    assert "collect it again" in element(ntia, "author")["reason"]
    assert ntia["lacks"] == []


def test_saying_that_the_licence_is_not_known_is_neither_met_nor_unmet(lake: Lake) -> None:
    acme.publish(lake, (header("shop"), sbom(["a@1"], About(), declared=("NOASSERTION",))))
    found = element(rate(lake, "cisa")[0], "license")
    assert found["outcome"] == "unknown"
    assert found["reason"] == "its one component may or may not have a license"


def test_a_document_without_components_is_not_asked_of_them(lake: Lake) -> None:
    acme.publish(lake, (header("shop"), sbom([], About())))
    found = rate(lake, "ntia")[0]
    assert {name for name, outcome in outcomes(found).items() if outcome == "not-applicable"} == {
        "supplier", "name", "version", "identifiers", "dependencies",
    }  # fmt: skip


def test_a_lockfile_is_no_sbom_and_is_not_rated(lake: Lake) -> None:
    stamp = acme.stamp("shop", collector="uv_lock", format="uv.lock", producer=None)
    acme.publish(lake, (stamp, acme.reading(["a@1"])))
    (found,) = rate(lake, "ntia")
    assert found["rated"] is False
    assert set(outcomes(found).values()) == {"not-applicable"}
    assert "is no SBOM" in element(found, "name")["reason"]
    assert found["share"] is None


def test_components_that_nothing_names_were_lost_and_still_count(lake: Lake) -> None:
    faults = [Fault("nameless", "has a component without name", "$.components[1]")]
    acme.publish(lake, (header("shop", faults=faults), sbom(["a@1"])))
    found = element(rate(lake, "ntia")[0], "name")
    assert (found["outcome"], found["found"], found["total"]) == ("unmet", 2, 3)


def test_components_that_no_edge_names_have_no_place(lake: Lake) -> None:
    reading = sbom(["a@1", "b@2"])
    reading.edges.pop()
    acme.publish(lake, (header("shop"), reading))
    found = element(rate(lake, "ntia")[0], "dependencies")
    assert (found["outcome"], found["found"], found["total"], found["lacking"]) == (
        "unmet",
        1,
        2,
        ["pkg:npm/b@2"],
    )


def test_parts_of_others_have_a_place(lake: Lake) -> None:
    reading = sbom(["a@1"], properties=(("part_of", "shop@2.0"),))
    reading.edges.clear()
    acme.publish(lake, (header("shop"), reading))
    assert outcomes(rate(lake, "ntia")[0])["dependencies"] == "met"


def test_what_is_not_kept_of_a_format_is_unknown_there(lake: Lake) -> None:
    reading = sbom(["a@1", "b@2"], format_="SPDX 2.3 JSON")
    reading.edges.pop()
    acme.publish(lake, (header("shop", format_="SPDX 2.3 JSON"), reading))
    found = element(rate(lake, "ntia")[0], "dependencies")
    assert (found["outcome"], found["lacking"]) == ("unknown", [])


@pytest.mark.parametrize(
    ("format_", "outcome"),
    [
        ("CycloneDX 1.5 JSON", "unmet"), ("CycloneDX 1.6 XML", "met"), ("CycloneDX 1.10 JSON", "met"),
        ("SPDX 2.3 JSON", "unmet"), ("SPDX 3.0.0 JSON", "unmet"), ("SPDX 3.0.1 JSON", "met"),
    ],
)  # fmt: skip
def test_bsi_asks_for_a_recent_format(lake: Lake, format_: str, outcome: str) -> None:
    acme.publish(lake, (header("shop", format_=format_), sbom(["a@1"], format_=format_)))
    assert outcomes(rate(lake, "bsi")[0])["format"] == outcome


@pytest.mark.parametrize(
    ("said", "outcome"),
    [
        (("Acme <sbom@acme.example>",), "met"),
        (("Acme <https://acme.example>",), "met"),
        (("Acme",), "unmet"),
        ((), "unmet"),
    ],
)
def test_bsi_asks_for_an_address(lake: Lake, said: tuple[str, ...], outcome: str) -> None:
    acme.publish(lake, (header("shop"), sbom(["a@1"], About(authors=said))))
    assert outcomes(rate(lake, "bsi")[0])["creator"] == outcome


def test_bsi_asks_for_sha512_and_its_own_properties(lake: Lake) -> None:
    stated = (
        ("bsi:component:filename", "a.tgz"), ("bsi:component:executable", "non-executable"),
        ("bsi:component:archive", "archive"), ("bsi:component:structured", "neither"),
        ("manufacturer:email", "a@acme.example"),
    )  # fmt: skip
    about = About(created="2026-02-01T10:00:00Z")
    reading = sbom(["a@1"], about, hashes=(("sha256", "ab" * 32),), properties=stated)
    acme.publish(lake, (header("shop"), reading))
    found = outcomes(rate(lake, "bsi")[0])
    asked = ("filename", "executable", "archive", "structured", "component-creator", "hash")
    assert [found[name] for name in asked] == ["met", "met", "met", "unmet", "met", "unmet"]


def test_the_newest_of_each_document_counts_and_a_project_can_be_chosen(lake: Lake) -> None:
    old = header("shop", observed_at=acme.day(-9), collected_at=acme.day(-9), content_sha256="1" * 64)
    acme.publish(lake, (old, sbom(["a@1"], About())))
    acme.publish(lake, (header("shop"), sbom(["a@1"])), (header("till"), sbom(["b@1"], About())))
    found = {record["project"]: record["lacks"] for record in rate(lake, "ntia")}
    assert found == {"shop": [], "till": ["author", "timestamp"]}
    assert [record["project"] for record in rate(lake, "ntia", projects=["till"])] == ["till"]


# -- groups


def test_elements_are_counted_over_documents_and_components(lake: Lake) -> None:
    acme.publish(
        lake,
        (header("shop"), sbom(["a@1"])),
        (header("till", producer="trivy 0.50"), sbom(["b@1"], None, supplier=None)),
        (acme.stamp("lock", format="uv.lock", collector="uv_lock"), acme.reading(["c@1"])),
    )
    with Session(lake, tables=rating.TABLES) as session:
        found = {row["element"]: row for row in answers.elements(session, standards.chosen("ntia"))}
    supplier, author = found["supplier"], found["author"]
    assert (supplier["met"], supplier["unmet"], supplier["found"], supplier["total"]) == (1, 1, 2, 3)
    assert (supplier["producers"], supplier["lacking"]) == (["trivy"], ["pkg:npm/b@1"])
    assert (author["documents"], author["met"], author["unknown"], author["not_rated"]) == (2, 1, 1, 1)


def test_producers_are_tools_whatever_their_version(lake: Lake) -> None:
    acme.publish(
        lake,
        (header("shop"), sbom(["a@1"])),
        (header("till", producer="syft-0.9.1"), sbom(["b@1"], None)),
        (header("pos", producer=None), sbom(["c@1"], About())),
    )
    with Session(lake, tables=rating.TABLES) as session:
        found = answers.ask(session, "producer", standards.chosen("ntia"))
    assert [(row["tool"], row["documents"]) for row in found] == [("syft", 2), (None, 1)]
    assert found[0]["met"] + found[0]["unmet"] + found[0]["unknown"] == 17  # one is alone in its document
    assert found[1]["lacks"] == ["author", "timestamp"]
    assert found[1]["share"] == pytest.approx(found[1]["met"] / 8)


def test_a_project_counts_in_each_of_its_products(lake: Lake) -> None:
    acme.publish(lake, (header("shop"), sbom(["a@1"])), (header("till"), sbom(["b@1"])))
    members = [("Store", "shop"), ("Store", "till"), ("Web", "shop"), (None, "nothing")]
    with Session(lake, tables=rating.TABLES) as session:
        found = answers.ask(session, "product", standards.chosen("ntia"), None, members)
    assert [(row["product"], row["documents"]) for row in found] == [("Store", 2), ("Web", 1)]
