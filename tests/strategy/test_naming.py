# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Who speaks for projects, as somebody decided: the newest word counts, people are no coordinators."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from tests.strategy.strategic import DAY, FLASK
from umbel.app import Workspace
from umbel.model.errors import UsageError
from umbel.model.settings import SettingsError
from umbel.strategy import naming
from umbel.strategy.contributions import Contribution
from umbel.strategy.naming import Named
from umbel.strategy.owners import Answer

if TYPE_CHECKING:
    from pathlib import Path

TODAY = date(2026, 3, 1)


def named(coordinator: str = "Retail", **more: Any) -> Named:
    given: dict[str, Any] = {
        "project": FLASK,
        "by": "office@acme.example",
        "decided": DAY,
        "reason": "they use it",
    }
    return Named(coordinator=coordinator, **(given | more))


def test_the_newest_word_up_to_a_day_counts(tmp_path: Path) -> None:
    naming.add(tmp_path, named("Tills", decided=DAY + timedelta(days=1)))
    naming.add(tmp_path, named("Retail"))
    assert naming.load(tmp_path, DAY - timedelta(days=1)) == {}
    assert naming.load(tmp_path, DAY)[FLASK].coordinator == "Retail"
    assert naming.load(tmp_path, DAY + timedelta(days=1))[FLASK].coordinator == "Tills"


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"coordinator": "mate@acme.example"}, "a team or a role"),
        ({"coordinator": ""}, "is empty"),
        ({"coordinator": "x" * 121}, "120 are allowed"),
        ({"project": "a b"}, "project's name"),
        ({"reason": "a\u202eb"}, "can't be printed"),
    ],
)
def test_what_cannot_be_is_refused(tmp_path: Path, wrong: dict[str, Any], words: str) -> None:
    with pytest.raises(SettingsError, match=words):
        naming.add(tmp_path, named(**wrong))
    assert not (tmp_path / naming.FILE).exists()


def test_answers_are_kept_once_for_products_that_are_declared(tmp_path: Path) -> None:
    (tmp_path / "umbel.toml").write_text('[[products]]\nname = "Shop"\nprojects = ["shop"]\n')
    space = Workspace(tmp_path)
    said = Answer(project=FLASK, product="Shop", by="owner@acme.example", decided=TODAY, without="no")
    blank = Answer(project=FLASK, product="Nothing", by="owner@acme.example", decided=TODAY)
    assert space.answer([said, blank]) == 1, "what is blank is left out, whatever it names"
    assert space.answer([said]) == 0
    with pytest.raises(UsageError, match="There is no product"):
        space.answer([Answer(project=FLASK, product="Nothing", by="x", decided=TODAY, without="no")])
    assert space.answers().answers(FLASK) == [said]


def test_a_contribution_needs_a_measure_that_there_is(tmp_path: Path) -> None:
    def planned(measure: str) -> Contribution:
        return Contribution(
            project=FLASK, goal="g", serves="s", owner="o", hours=8, measure=measure, target=1, start=TODAY,
            review=TODAY + timedelta(days=90), decided=TODAY, by="mate@acme.example",
        )  # fmt: skip

    space = Workspace(tmp_path)
    space.add_contribution(planned("absence_factor"))
    with pytest.raises(UsageError, match="There is no metric"):
        space.add_contribution(planned("fame"))
    with pytest.raises(SettingsError, match="stands there already"):
        space.add_contribution(planned("absence_factor"))
    assert [each.contribution.measure for each in space.standing_contributions()] == ["absence_factor"]
