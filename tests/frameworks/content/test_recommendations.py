# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Scenarios and recommendations that come with Umbel: what they name is there, and each can be shown."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime

import pytest

from tests.frameworks.content import worded
from umbel.frameworks import recommend
from umbel.frameworks.interface import Answer, Assessment, Outcome, Standing
from umbel.frameworks.loading import library
from umbel.frameworks.recommend import Scenario

EVERY = recommend.shipped()
LIBRARY = library()
PETALS = {"office", "contributors", "management", "legal", "business", "ecosystem"}


@pytest.fixture(params=EVERY, ids=lambda each: each.id)
def scenario(request: pytest.FixtureRequest) -> Scenario:
    found = request.param
    assert isinstance(found, Scenario)
    return found


def test_there_are_some_for_every_petal() -> None:
    assert len(EVERY) >= 30
    found = Counter(each.petal for each in EVERY)
    assert set(found) == PETALS
    assert min(found.values()) >= 5


def test_what_they_name_is_there() -> None:
    names = {f"{each.id}/{one.id}" for each in LIBRARY.originals.values() for one in each.practices}
    assert recommend.unknown_names(EVERY, names) == {}


def test_what_shows_a_scenario_is_moved_by_its_step(scenario: Scenario) -> None:
    assert {*scenario.when.all, *scenario.when.any} <= set(scenario.moves)
    assert len(set(scenario.moves)) == len(scenario.moves)


def test_it_is_one_sentence_of_a_lead_a_reason_and_a_step(scenario: Scenario) -> None:
    for text in (scenario.scenario, scenario.because, scenario.step):
        assert text.endswith(".")
        assert len(text) <= 150
        assert worded.no_commands(text) == []
    assert scenario.scenario.count(".") == 1
    assert scenario.template is None or scenario.template in worded.DOCUMENTS


def test_its_pattern_of_outcomes_shows_it(scenario: Scenario) -> None:
    shown = recommend.recommended(EVERY, _assessed(set(scenario.when.all) | set(scenario.when.any), "unmet"))
    (found,) = (each for each in shown if each.id == scenario.id)
    assert found.because[0] == scenario.because
    assert len(found.because) > 1
    assert set(found.moves) == set(scenario.moves)


@pytest.mark.parametrize("outcome", ["met", "unknown", "not-applicable", "error"])
def test_what_is_met_or_not_known_shows_nothing(outcome: Outcome) -> None:
    named = {name for each in EVERY for name in each.named}
    assert recommend.recommended(EVERY, _assessed(named, outcome)) == []


def _assessed(names: set[str], outcome: Outcome) -> list[Assessment]:
    """Every framework, in which these practices have an outcome and no other has any answer."""
    standing = Standing(
        id="overall", title="", level=None, next_level=None, held_by=(), met=0, unmet=0, unknown=0,
        not_applicable=0, share=None, at_most=None, evidenced=None, attested=None, unanswered=None,
    )  # fmt: skip
    return [
        Assessment(
            framework=framework,
            as_of=datetime(2026, 3, 1, tzinfo=UTC),
            answers=tuple(
                Answer(
                    practice=each,
                    outcome=outcome if f"{framework.id}/{each.id}" in names else "unknown",
                    by=None,
                    sentence="So it is.",
                )
                for each in framework.practices
            ),
            overall=standing,
            dimensions=(),
            petals=(),
            moves=(),
        )
        for framework in LIBRARY.originals.values()
    ]
