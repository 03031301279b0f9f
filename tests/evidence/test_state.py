# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""When figures of a day may be kept: as long as nothing came that speaks of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests import acme
from umbel.evidence.lake import Lake
from umbel.evidence.questions.state import state

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    made = Lake(tmp_path / "lake")
    acme.publish(made, (acme.stamp(observed_at=acme.day(-20)), acme.reading(["a@1"])))
    return made


def both(lake: Lake) -> tuple[str, str]:
    return state(lake, acme.day(-10)), state(lake, None)


def test_what_is_collected_later_changes_now_and_leaves_the_past(lake: Lake) -> None:
    then, now = both(lake)
    acme.publish(lake, (acme.stamp(observed_at=acme.day(-5)), acme.reading(["a@2"])))
    assert both(lake)[0] == then
    assert both(lake)[1] != now


@pytest.mark.parametrize(
    "stamp",
    [
        {"observed_at": acme.day(-15)},
        {"observed_at": acme.day(-5), "subject": "another", "origin": "another"},
        {"observed_at": acme.day(-5), "collector": "git_history", "origin": "git"},
        {"observed_at": acme.day(-5), "collector": "osv", "subject": None, "origin": "world"},
    ],
    ids=["of the day", "a project never seen", "a history tells of any day", "of the world"],
)
def test_what_speaks_of_the_day_changes_it(lake: Lake, stamp: dict[str, Any]) -> None:
    then = state(lake, acme.day(-10))
    acme.publish(lake, (acme.stamp(**stamp), acme.reading(["a@2"])))
    assert state(lake, acme.day(-10)) != then


def test_days_between_which_nothing_came_are_told_apart_by_who_asks(lake: Lake) -> None:
    assert state(lake, acme.day(-10)) == state(lake, acme.day(-9))
    assert state(lake, acme.day(-30)) != state(lake, acme.day(-10))
