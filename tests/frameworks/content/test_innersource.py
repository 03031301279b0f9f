# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""InnerSource maturity: the pattern's sixteen dimensions, each with its three levels above nothing."""

from __future__ import annotations

from collections import Counter

from tests.frameworks.content import readings, worded

CODES = {
    "plans": "PP", "development": "DP", "decisions": "DC", "resources": "RS", "stories": "ST", "channels": "CF",
    "leadership": "LS", "structure": "OF", "contribution": "CB", "sharing": "SP", "belonging": "PA",
    "rewards": "RW", "monitoring": "MP", "support": "SM", "culture": "CL", "roles": "RO",
}  # fmt: skip
"""The pattern's code of each dimension."""
SEEN = {"development", "contribution", "monitoring", "roles"}
HALF_SEEN = {"plans", "decisions", "sharing", "support"}
INNERSOURCE = worded.framework("innersource")


def test_each_dimension_of_the_pattern_has_a_practice_for_each_level() -> None:
    assert [part.id for part in INNERSOURCE.dimensions] == list(CODES)
    assert [each.id for each in INNERSOURCE.practices] == [
        f"{name}-{level}" for name in CODES for level in (1, 2, 3)
    ]
    for each in INNERSOURCE.practices:
        assert each.ref == f"{CODES[each.dimension]}-{each.level}"


def test_the_dimensions_are_grouped_as_the_pattern_does() -> None:
    groups = Counter(part.about for part in INNERSOURCE.dimensions)
    assert groups == {"Transparency": 5, "Collaboration": 4, "Community": 2, "Governance": 5}


def test_what_repositories_show_is_not_asked() -> None:
    for each in INNERSOURCE.practices:
        kind = (
            "evidence"
            if each.dimension in SEEN
            else "proxy"
            if each.dimension in HALF_SEEN
            else "attestation"
        )
        assert each.kind == kind, each.id


def test_a_higher_level_never_asks_less_of_a_figure() -> None:
    asked: dict[tuple[str, str], float] = {}
    for each in INNERSOURCE.practices:
        for check in each.checks:
            key = each.dimension, check.indicator
            assert check.at_least is not None
            assert check.at_least >= asked.get(key, 0), each.id
            asked[key] = check.at_least


def test_the_source_is_cited_with_its_own_license() -> None:
    assert INNERSOURCE.license == "CC-BY-SA-4.0"
    assert "cited, not copied" in INNERSOURCE.source
    assert (INNERSOURCE.overall, INNERSOURCE.need) == ("lowest", 1)


def test_all_that_is_met_is_the_top_and_nothing_known_is_nothing_reached() -> None:
    best = readings.confirmed(INNERSOURCE).overall
    assert best.level is not None
    assert best.level.number == 3
    empty = readings.assessed(INNERSOURCE, readings.unknown(INNERSOURCE)).overall
    assert (empty.level, empty.met, empty.unknown) == (None, 0, 48)


def test_its_words_are_questions_and_steps() -> None:
    assert worded.faults(INNERSOURCE) == []
