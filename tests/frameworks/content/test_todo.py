# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""The TODO Group's checklist: every item of every stage, and two more scales."""

from __future__ import annotations

from collections import Counter

from tests.frameworks.content import readings

TODO = readings.read("todo")


def test_every_item_of_the_checklist_is_there() -> None:
    """The source has four items before the stages, then 4, 3, 4 and 4."""
    program = [each for each in TODO.practices if each.dimension == "program"]
    assert Counter(each.level for each in program) == {0: 4, 1: 4, 2: 3, 3: 4, 4: 4}
    for each in program:
        stage = "Before the stages" if each.level == 0 else f"Stage {each.level}"
        assert each.ref.startswith(f"{stage}: "), each.id


def test_items_are_answered_as_we_classified_them() -> None:
    """Only structure differs from the reference: the office's own record answers it, or a person."""
    assert readings.by_kind(TODO) == {
        "values": "H", "brand": "H", "structure": "A", "action-plan": "H",
        "risk-procedures": "P", "education": "P", "sbom-process": "A", "value-recognised": "H",
        "taking-part": "P", "contribution-promoted": "P", "critical-incentives": "A",
        "host-or-sponsor": "A", "own-projects": "A", "full-time": "P", "playbooks": "P",
        "technology-partner": "H", "adopt-or-remove": "P", "benchmark": "A", "governance": "H",
        "engagement-use": "A", "engagement-participate": "A", "engagement-contribute": "A", "engagement-lead": "P",
        "haddad-denial": "H", "haddad-consumption": "A", "haddad-participation": "P",
        "haddad-contribution": "A", "haddad-leadership": "P",
    }  # fmt: skip


def test_the_two_other_scales_have_their_steps() -> None:
    steps = {
        part.id: [level.title for level in part.levels] for part in TODO.dimensions if part.id != "program"
    }
    assert steps == {
        "engagement": ["Use", "Participate", "Contribute", "Lead"],
        "haddad": ["Past denial", "Consumption", "Participation", "Contribution", "Leadership"],
    }
    at = Counter((each.dimension, each.level) for each in TODO.practices if each.dimension != "program")
    assert set(at.values()) == {1}
    assert len(at) == 9


def test_the_stage_is_the_programs_alone() -> None:
    assert TODO.overall == "first"
    assert TODO.dimensions[0].id == "program"
    program = [readings.word(each, TODO.id) for each in TODO.practices if each.dimension == "program"]
    found = readings.assessed(TODO, readings.unknown(TODO), program)
    assert found.overall.level is not None
    assert found.overall.level.title == "Strategic partner"


def test_stages_are_cumulative() -> None:
    """Who does all of stage 4 and lacks a plan stands at no stage."""
    said = [readings.word(each, TODO.id) for each in TODO.practices if each.id != "action-plan"]
    found = readings.assessed(TODO, readings.best(TODO), said)
    assert found.overall.level is None
    assert found.overall.held_by == ("action-plan",)


def test_its_words_are_plain() -> None:
    assert readings.faults_of_style(TODO) == []


def test_all_met_is_the_top_and_nothing_is_none() -> None:
    found = readings.confirmed(TODO)
    assert [part.level.number for part in found.dimensions if part.level] == [4, 4, 4]
    empty = readings.assessed(TODO, readings.unknown(TODO))
    assert empty.overall.level is None
    assert empty.overall.met == 0
