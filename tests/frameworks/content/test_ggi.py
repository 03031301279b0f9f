# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Good Governance Initiative: the 25 activities of the handbook under their five goals."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

from tests.frameworks.content import readings, worded

if TYPE_CHECKING:
    from pathlib import Path

GOALS = {
    "usage": (17, 18, 19, 20, 42),
    "trust": (21, 22, 23, 24, 44),
    "culture": (25, 26, 27, 28, 39),
    "engagement": (29, 30, 31, 33, 43),
    "strategy": (16, 34, 35, 36, 37),
}
GGI = worded.framework("ggi")


def test_the_twenty_five_activities_stand_under_their_goals() -> None:
    found = {
        part.id: tuple(
            int(each.ref.removeprefix("GGI-A-")) for each in GGI.practices if each.dimension == part.id
        )
        for part in GGI.dimensions
    }
    assert found == GOALS
    assert all(each.id == each.ref.lower() for each in GGI.practices)


def test_they_are_those_of_the_handbook(shared_data: Path) -> None:
    handbook = json.loads((shared_data / "frameworks/ggi_activities_full.json").read_bytes())
    there = {(each["id"], each["goal"].removesuffix(" Goal").lower()) for each in handbook["activities"]}
    assert {(each.ref, each.dimension) for each in GGI.practices} == there
    assert GGI.version == handbook["handbook_version"]


def test_no_sentence_of_the_handbook_was_copied(shared_data: Path) -> None:
    handbook = json.loads((shared_data / "frameworks/ggi_activities_full.json").read_bytes())
    theirs = {run for each in handbook["activities"] for run in _runs(each["content"])}
    ours = {run for each in GGI.practices for run in _runs(f"{each.question} {each.next}")}
    assert not ours & theirs


def test_what_can_be_seen_is_not_asked() -> None:
    def numbers(kind: str) -> set[int]:
        return {int(name.removeprefix("ggi-a-")) for name in worded.of_kind(GGI, kind)}

    assert numbers("evidence") == {21, 22, 23, 24, 25, 26}
    assert numbers("proxy") == {17, 42, 44, 29, 30, 39, 16, 35, 36, 37}
    assert numbers("attestation") == {18, 19, 20, 27, 28, 31, 33, 43, 34}
    assert (GGI.overall, GGI.levels) == ("none", ())


def test_it_is_whole_only_when_all_is_met_and_nothing_known_meets_nothing() -> None:
    assert readings.confirmed(GGI).overall.share == 1
    empty = readings.assessed(GGI, readings.unknown(GGI)).overall
    assert (empty.met, empty.unknown, empty.level) == (0, 25, None)


def test_its_words_are_questions_and_steps() -> None:
    assert worded.faults(GGI) == []


def _runs(text: str, length: int = 8) -> set[tuple[str, ...]]:
    """Every run of eight words: what is longer isn't the same by chance."""
    words = re.findall(r"[a-z]+", text.lower())
    return {tuple(words[at : at + length]) for at in range(len(words) - length + 1)}
