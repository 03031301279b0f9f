# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""ISO/IEC 18974: each record that the standard asks for, by its section; 4.1.5.1 in its eight methods."""

from __future__ import annotations

from itertools import groupby

import pytest

from tests.frameworks.content import readings, worded
from umbel.frameworks.loading import library

RECORDS = {
    "4.1.1": 2, "4.1.2": 6, "4.1.3": 1, "4.1.4": 3, "4.1.5": 1, "4.2.1": 2, "4.2.2": 4, "4.3.1": 2, "4.3.2": 2,
    "4.4.1": 1, "4.4.2": 1,
}  # fmt: skip
"""Records (verification materials) in each section."""
SECTIONS = [f"{section}.{number}" for section, most in RECORDS.items() for number in range(1, most + 1)]
STANDARD = worded.framework("iso-18974")


def test_every_record_of_the_standard_is_there_in_its_order() -> None:
    found = [section for section, _ in groupby(each.ref.split(",")[0] for each in STANDARD.practices)]
    assert found == SECTIONS
    assert len(SECTIONS) == 25
    for each in STANDARD.practices:
        assert each.id.startswith(each.ref.split(",")[0].replace(".", "-")), each.id


def test_the_eight_methods_of_one_record_weigh_as_one() -> None:
    methods = [each for each in STANDARD.practices if each.ref.startswith("4.1.5.1")]
    assert len(methods) == 8
    assert sum(each.weight for each in methods) == pytest.approx(1)
    assert sum(each.weight for each in STANDARD.practices) == pytest.approx(len(SECTIONS))


def test_there_is_no_stage_between_conformant_and_not() -> None:
    assert STANDARD.overall == "none"
    assert not STANDARD.levels


def test_components_and_vulnerabilities_are_seen_and_the_rest_is_asked() -> None:
    assert worded.of_kind(STANDARD, "evidence") == {
        "4-1-4-2", "4-1-5-1-detection", "4-1-5-1-follow-up", "4-1-5-1-after-release", "4-3-1-2", "4-3-2-1",
        "4-3-2-2",
    }  # fmt: skip
    assert worded.of_kind(STANDARD, "proxy") == {
        "4-1-1-1", "4-1-5-1-verified", "4-1-5-1-export", "4-3-1-1",
    }  # fmt: skip


def test_what_both_standards_ask_is_said_once() -> None:
    every = library()
    said = [
        {each.claim for each in every.get(name).practices if each.claim} for name in ("iso-5230", "iso-18974")
    ]
    assert {
        "roles",
        "role-competence",
        "awareness",
        "program-scope",
        "program-resources",
        "sbom-process",
    } <= (said[0] & said[1])
    assert "conformance-5230" not in said[1]


def test_it_is_whole_only_when_all_is_met_and_nothing_known_meets_nothing() -> None:
    assert readings.confirmed(STANDARD).overall.share == 1
    empty = readings.assessed(STANDARD, readings.unknown(STANDARD)).overall
    assert (empty.met, empty.unknown, empty.level) == (0, 32, None)


def test_its_words_are_questions_and_steps() -> None:
    assert worded.faults(STANDARD) == []
