# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""ISO/IEC 5230: each record that the standard asks for, by its section."""

from __future__ import annotations

from tests.frameworks.content import readings, worded

RECORDS = {
    "3.1.1": 2, "3.1.2": 3, "3.1.3": 1, "3.1.4": 1, "3.1.5": 1, "3.2.1": 2, "3.2.2": 5, "3.3.1": 2, "3.3.2": 1,
    "3.4.1": 2, "3.5.1": 3, "3.6.1": 1, "3.6.2": 1,
}  # fmt: skip
"""Records (verification materials) in each section."""
SECTIONS = [f"{section}.{number}" for section, most in RECORDS.items() for number in range(1, most + 1)]
STANDARD = worded.framework("iso-5230")


def test_every_record_of_the_standard_is_there_in_its_order() -> None:
    assert [each.ref for each in STANDARD.practices] == SECTIONS
    assert [each.id for each in STANDARD.practices] == [section.replace(".", "-") for section in SECTIONS]
    assert len(SECTIONS) == 25


def test_a_record_stands_in_its_chapter() -> None:
    titles = {part.id: part.title for part in STANDARD.dimensions}
    for each in STANDARD.practices:
        assert titles[each.dimension].split(" ")[0] == each.ref[:3], each.id


def test_there_is_no_stage_between_conformant_and_not() -> None:
    assert STANDARD.overall == "none"
    assert not STANDARD.levels
    assert {each.weight for each in STANDARD.practices} == {1}


def test_components_licenses_and_artefacts_are_seen_and_the_rest_is_asked() -> None:
    assert worded.of_kind(STANDARD, "evidence") == {"3-3-1-2", "3-3-2-1", "3-4-1-1"}
    assert worded.of_kind(STANDARD, "proxy") == {"3-1-1-1", "3-1-5-1", "3-3-1-1", "3-5-1-1", "3-5-1-2"}


def test_a_declaration_lasts_eighteen_months() -> None:
    declared = [each for each in STANDARD.practices if each.ref.startswith("3.6")]
    assert [(each.kind, each.claim, each.expires) for each in declared] == 2 * [
        ("attestation", "conformance-5230", 18)
    ]


def test_contributions_are_asked_only_where_they_are_permitted() -> None:
    asked = [each for each in STANDARD.practices if each.ref.startswith("3.5")]
    assert all("not applicable" in each.note for each in asked)


def test_it_is_whole_only_when_all_is_met_and_nothing_known_meets_nothing() -> None:
    assert readings.confirmed(STANDARD).overall.share == 1
    empty = readings.assessed(STANDARD, readings.unknown(STANDARD)).overall
    assert (empty.met, empty.unknown, empty.level) == (0, 25, None)


def test_its_words_are_questions_and_steps() -> None:
    assert worded.faults(STANDARD) == []
