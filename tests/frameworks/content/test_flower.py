# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""The flower: six parts, four levels each, most of it answered by evidence."""

from __future__ import annotations

from collections import Counter
from itertools import pairwise

import msgspec
import pytest

from tests.frameworks.content import readings

FLOWER = readings.read("flower")
MET = readings.confirmed(FLOWER)


def test_it_has_six_parts_that_are_petals_too() -> None:
    assert {part.id for part in FLOWER.dimensions} == readings.PETALS
    assert [part.id for part in FLOWER.petals] == [part.id for part in FLOWER.dimensions]
    assert 36 <= len(FLOWER.practices) <= 48


def test_each_part_has_something_at_each_level() -> None:
    at = Counter((each.dimension, each.level) for each in FLOWER.practices)
    assert all(at[part, level] >= 1 for part in readings.PETALS for level in (1, 2, 3, 4))


def test_each_practice_belongs_to_the_petal_of_its_part() -> None:
    assert [each.id for each in FLOWER.practices if each.dimension not in each.petals] == []
    assert [each.id for each in FLOWER.practices if not each.id.startswith(f"{each.dimension}-")] == []


def test_evidence_can_answer_most_of_every_petal() -> None:
    for part in readings.PETALS:
        kinds = Counter(each.kind for each in FLOWER.practices if each.dimension == part)
        assert kinds["evidence"] >= kinds.total() / 3, part
        assert kinds["evidence"] + kinds["proxy"] >= kinds.total() / 2, part


def test_its_words_are_plain() -> None:
    assert readings.faults_of_style(FLOWER) == []


def test_all_met_is_the_top_and_nothing_is_none() -> None:
    assert MET.overall.level is not None
    assert MET.overall.level.title == "Seeding"
    assert MET.overall.share == 1
    assert {part.level.number for part in MET.dimensions if part.level} == {4}
    empty = readings.assessed(FLOWER, readings.unknown(FLOWER))
    assert [each.practice.id for each in empty.answers if each.met] == []
    assert empty.overall.level is None
    assert all(part.level is None for part in empty.dimensions)


@pytest.mark.parametrize("part", sorted(readings.PETALS))
def test_each_part_rises_level_by_level(part: str) -> None:
    """With the people's words for what stands below, a part reaches each level in turn."""
    reached = []
    for level in (1, 2, 3, 4):
        said = [
            readings.word(each, FLOWER.id, "met" if each.level <= level else "unmet")
            for each in FLOWER.practices
        ]
        found = readings.assessed(FLOWER, readings.unknown(FLOWER), said)
        standing = next(each for each in found.dimensions if each.id == part)
        reached.append(standing.level.number if standing.level else 0)
    assert reached == [1, 2, 3, 4]


def test_a_higher_level_never_asks_less_of_the_same_indicator() -> None:
    asked: dict[tuple[str, str], list[tuple[int, float]]] = {}
    for each in FLOWER.practices:
        for check in each.checks:
            least = check.at_least if check.at_least is not None else -(check.at_most or 0.0)
            asked.setdefault((each.dimension, check.indicator), []).append((each.level, least))
    for steps in asked.values():
        assert all(low[1] <= high[1] for low, high in pairwise(sorted(steps)))


def test_one_open_exploited_vulnerability_is_one_too_many() -> None:
    given = readings.best(FLOWER)
    given["known_exploited"] = msgspec.structs.replace(given["known_exploited"], value=1.0)
    found = readings.assessed(FLOWER, given, [readings.word(each, FLOWER.id) for each in FLOWER.practices])
    outcomes = {each.practice.id: each.outcome for each in found.answers}
    assert outcomes["business-deadlines"] == "contradicted"
    assert found.overall.level is not None
    assert found.overall.level.number == 2


def test_who_publishes_nothing_isnt_asked_about_published_projects() -> None:
    given = readings.best(FLOWER)
    given["published_projects"] = msgspec.structs.replace(given["published_projects"], value=0.0)
    found = readings.assessed(FLOWER, given)
    outcomes = {each.practice.id: each.outcome for each in found.answers}
    assert outcomes["ecosystem-published"] == outcomes["business-model"] == "not-applicable"
