# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""The tables' logs stay short, and whoever holds an old version goes on."""

from __future__ import annotations

import os
import time
from typing import TYPE_CHECKING

import pytest

from tests import acme
from umbel.evidence import upkeep
from umbel.evidence.lake import Lake
from umbel.evidence.session import Session

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def place(tmp_path: Path) -> Path:
    return tmp_path / "lake"


def append(lake: Lake, number: int) -> None:
    for index in range(number):
        acme.publish(lake, (acme.stamp(f"app-{index}"), acme.reading([f"a@{index}"])))


def age(place: Path, seconds: int) -> None:
    """As if everything in the logs had been written so long ago."""
    moment = time.time() - seconds
    for file in place.glob("*/_delta_log/*"):
        os.utime(file, (moment, moment))


def log(place: Path) -> int:
    return len(list((place / "usage" / "_delta_log").glob("*.json")))


def test_compaction_leaves_a_short_log_behind(place: Path) -> None:
    lake = Lake(place)
    append(lake, 30)
    assert log(place) > 30
    age(place, 3600)
    upkeep.compact(lake)
    assert log(place) <= 2
    with Session(Lake(place, create=False)) as session:
        assert session.ask("SELECT count(DISTINCT project) FROM usage").one() == (30,)
    assert upkeep.verify(lake) == []


def test_whoever_idled_while_the_log_was_cut_reads_and_writes_on(place: Path) -> None:
    idle = Lake(place)
    append(idle, 1)
    busy = Lake(place)
    append(busy, 20)
    age(place, 3600)
    upkeep.compact(busy)
    assert log(place) <= 2
    with Session(idle) as session:
        assert session.ask("SELECT count(DISTINCT project) FROM usage").one() == (20,)
    another = Lake(place)
    another.table("usage")
    append(busy, 20)
    age(place, 3600)
    upkeep.compact(busy)
    acme.publish(another, (acme.stamp("late"), acme.reading(["z@1"])))
    with Session(busy) as session:
        assert session.ask("SELECT project FROM usage WHERE package = 'pkg:npm/z'").rows() == [("late",)]
    assert upkeep.verify(busy) == []
