# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""FINOS Open Source Maturity Model: all 72 criteria of its checklist, in five levels and six grades."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import msgspec
import pytest

from tests.frameworks.content import readings, worded

if TYPE_CHECKING:
    from umbel.frameworks.interface import Practice

PAGES = {
    1: {"Using": 4, "Managing": 4},
    2: {
        "Consumption": 5, "Consumption Training": 2, "OSPO": 5, "Policy": 1, "License Management": 4,
        "Software Inventory": 6, "Supply Chain Security": 4,
    },
    3: {
        "Community Engagement": 5, "Contribution Compliance": 6, "Contribution Training": 1, "Culture": 3,
        "Public Development": 2, "Publication": 1, "Surveillance": 1, "Talent": 1,
    },
    4: {
        "Foundations": 3, "Incubation": 2, "Joining": 3, "Maintaining": 2, "Open-Sourcing": 2,
        "Outbound Security": 1,
    },
    5: {"Leveraging": 4},
}  # fmt: skip
"""Criteria on each page of the source's body of knowledge, by level."""
EVIDENCE = {
    "use", "monitoring", "office-measurement", "ip-compliance", "license-allow-list", "tracking",
    "component-updates", "component-ownership", "scanning", "aspiration", "hosting", "contribution-tracking",
    "culture-innersource", "public-contribution", "maintainers", "project-health", "outbound-vulnerabilities",
}  # fmt: skip
PROXY = {
    "controls", "training-program", "internal-training", "office-consultation", "consumption-policy",
    "runtime-awareness", "component-lifecycle", "production-support", "engagement-measurement",
    "contribution-policy", "ccla",
    "culture-efficiency", "publication", "review", "foundation-membership", "foundation-contribution",
    "open-sourcing", "membership-kpis", "project-lifecycle", "strategy-performance",
}  # fmt: skip
OSMM = worded.framework("finos-osmm")


def test_every_criterion_of_the_source_is_there_once_at_its_level() -> None:
    assert Counter(each.level for each in OSMM.practices) == {1: 8, 2: 27, 3: 20, 4: 13, 5: 4}
    for level, pages in PAGES.items():
        found = Counter(each.ref.split(":")[0] for each in OSMM.practices if each.level == level)
        assert found == pages, level
    assert len({each.ref for each in OSMM.practices}) == len({each.id for each in OSMM.practices}) == 72


def test_a_page_of_the_source_is_a_dimension() -> None:
    places = {(each.ref.split(":")[0], each.dimension) for each in OSMM.practices}
    assert len(places) == len({page for page, _ in places}) == len(OSMM.dimensions) == 24


def test_answers_are_graded_as_the_source_does() -> None:
    assert OSMM.grades == ("unaware", "initial", "managed", "defined", "quantitative", "optimised")
    assert (OSMM.met_at, OSMM.need, OSMM.overall) == (3, 1, "lowest")
    assert [level.number for level in OSMM.levels] == [1, 2, 3, 4, 5]


def test_what_can_be_seen_is_not_asked() -> None:
    assert worded.of_kind(OSMM, "evidence") == EVIDENCE
    assert worded.of_kind(OSMM, "proxy") == PROXY
    assert worded.kinds(OSMM) == {"evidence": 17, "proxy": 20, "attestation": 35}


@pytest.mark.parametrize("practice", OSMM.practices, ids=lambda each: each.id)
def test_a_figure_that_can_be_more_or_less_has_a_step_for_each_grade(practice: Practice) -> None:
    for check in practice.checks:
        limit = check.at_least if check.at_least is not None else check.at_most
        yes = check.indicator.endswith(("_gate", "_kept", "_in_force", "_list"))
        assert bool(check.steps) is not yes, check.indicator
        assert yes or check.steps[OSMM.met_at - 1] == limit


def test_all_that_is_met_leads_and_nothing_known_is_nothing_reached() -> None:
    best = readings.confirmed(OSMM)
    assert best.overall.level is not None
    assert best.overall.level.title == "Leadership"
    assert all(each.met and each.grade is not None and each.grade >= 3 for each in best.answers)
    empty = readings.assessed(OSMM, readings.unknown(OSMM))
    assert (empty.overall.level, empty.overall.met, empty.overall.unknown) == (None, 0, 72)


@pytest.mark.parametrize("grade", range(6))
def test_a_grade_that_a_person_gives_decides(grade: int) -> None:
    says = readings.word(next(each for each in OSMM.practices if each.id == "choice"), OSMM.id)
    said = msgspec.structs.replace(says, grade=grade)
    (answer,) = (
        each
        for each in readings.assessed(OSMM, readings.unknown(OSMM), [said]).answers
        if each.practice.id == "choice"
    )
    assert (answer.met, answer.grade) == (grade >= 3, grade)


def test_its_words_are_questions_and_steps() -> None:
    assert worded.faults(OSMM) == []
