# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""The minimum elements of an SBOM: the NTIA's of 2021, and what CISA's draft adds."""

from __future__ import annotations

from collections import Counter

from tests.frameworks.content import readings
from umbel.metrics.sbom_quality.standards import standard

SBOM = readings.read("sbom-minimum")
PRACTICES = {
    "frequency", "depth", "known-unknowns", "distribution", "access-control", "mistakes",
}  # fmt: skip


def of(level: int, dimension: str) -> set[str]:
    return {each.id for each in SBOM.practices if each.level == level and each.dimension == dimension}


def test_every_element_of_2021_is_there() -> None:
    assert of(1, "data-fields") == {
        "supplier", "component-name", "component-version", "identifiers", "dependencies", "author", "timestamp",
    }  # fmt: skip
    assert of(1, "automation") == {"formats", "generated"}
    assert of(1, "practices") == PRACTICES


def test_what_cisa_adds_is_marked_as_such() -> None:
    assert of(2, "data-fields") == {"component-hash", "license", "tool-name", "generation-context"}
    assert of(2, "practices") == {"coverage", "unknowns-told"}
    added = [each for each in SBOM.practices if each.level == 2]
    assert all(each.ref.startswith("CISA 2025 draft, ") for each in added)


def test_it_asks_no_less_than_the_standards_by_which_documents_are_rated() -> None:
    """Each element that Umbel rates in documents has its practice here."""
    rated = {each.source.split(": ")[-1].casefold() for each in standard("ntia").elements if each.required}
    told = " ".join(each.ref for each in SBOM.practices).casefold()
    assert {name for name in rated if name not in told} == set()


def test_documents_answer_all_data_fields() -> None:
    kinds = Counter((each.dimension, each.kind) for each in SBOM.practices)
    assert kinds["data-fields", "evidence"] == 11
    assert {each.id for each in SBOM.practices if each.kind == "attestation"} == {
        "distribution", "access-control", "mistakes",
    }  # fmt: skip


def test_its_words_are_plain() -> None:
    assert readings.faults_of_style(SBOM) == []


def test_all_met_is_the_top_and_nothing_is_none() -> None:
    found = readings.confirmed(SBOM)
    assert found.overall.level is not None
    assert found.overall.level.number == 2
    empty = readings.assessed(SBOM, readings.unknown(SBOM))
    assert (empty.overall.level, empty.overall.met) == (None, 0)


def test_ntia_is_reached_without_what_cisa_adds() -> None:
    said = [readings.word(each, SBOM.id, "met" if each.level == 1 else "unmet") for each in SBOM.practices]
    found = readings.assessed(SBOM, readings.unknown(SBOM), said)
    assert found.overall.level is not None
    assert found.overall.level.title == "NTIA 2021"
