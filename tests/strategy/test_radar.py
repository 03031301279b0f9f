# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""The radar over a real lake: where what was decided is in use, and what nobody decided; and its command."""

from __future__ import annotations

import json
from datetime import date
from typing import TYPE_CHECKING, Any

import pytest

from tests import acme
from umbel.app import Workspace, moment
from umbel.cli.root import run
from umbel.evidence.lake import Lake
from umbel.policy.evaluations import Evaluation

if TYPE_CHECKING:
    from pathlib import Path

DAY = moment("2026-03-15")
PRODUCTS = '[[products]]\nname = "Shop"\nprojects = ["p0", "p1"]\n'


def decided(package: str, ring: str, day: date = date(2026, 3, 1), **more: Any) -> Evaluation:
    return Evaluation(package=package, ring=ring, reason="r", by="b@acme.example", decided=day, **more)  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def here(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """Ten projects: all use wide, five moment (two of them an old one), two narrow; one is decided by a pattern."""
    folder = tmp_path_factory.mktemp("radar")
    (folder / "umbel.toml").write_text(PRODUCTS)
    (folder / "decisions").mkdir()
    lake = Lake(folder / ".umbel/lake")
    for number in range(10):
        names = ["wide@1.0.0", "acme-own@1.0.0"]
        names += [f"moment@{1 if number < 2 else 2}.0.0"] if number < 5 else []
        names += ["narrow@1.0.0"] if number in {3, 4} else []
        acme.publish(lake, (acme.stamp(f"p{number}"), acme.reading(names)))
    workspace = Workspace(folder)
    for one in (
        decided("pkg:npm/moment", "hold", date(2025, 1, 1)),
        decided("pkg:npm/moment@<2", "remove"),
        decided("pkg:npm/moment", "adopt", product="Shop"),
        decided("pkg:npm/acme-*", "adopt"),
        decided("pkg:npm/later", "adopt", date(2026, 4, 1)),
    ):
        workspace.decide_evaluation(one)
    return workspace


def test_use_is_counted_by_what_a_decision_speaks_of(here: Workspace) -> None:
    found = here.radar(as_of=DAY)
    told = {blip.title: (blip.ring, blip.projects, blip.products) for blip in found.blips}
    assert told == {
        "moment": ("hold", 5, ("Shop",)),
        "moment@<2": ("remove", 2, ("Shop",)),
        "moment (Shop)": ("adopt", 2, ("Shop",)),
        "acme-*": ("adopt", 10, ("Shop",)),
    }
    assert [blip.number for blip in found.blips] == [1, 2, 3, 4]


def test_only_wide_use_without_a_decision_is_undecided(here: Workspace) -> None:
    found = here.radar(as_of=DAY)
    assert [(each.package, each.projects, each.of) for each in found.undecided] == [("pkg:npm/wide", 10, 10)]
    assert found.more_undecided == 0


def test_for_a_product_its_own_word_stands_and_its_projects_count(here: Workspace) -> None:
    found = here.radar(product="shop", as_of=DAY)
    told = {blip.title: (blip.ring, blip.projects) for blip in found.blips}
    assert told == {"moment (Shop)": ("adopt", 2), "moment@<2": ("remove", 2), "acme-*": ("adopt", 2)}
    assert found.of == 2


def test_on_an_earlier_day_it_is_as_it_was(here: Workspace) -> None:
    assert [blip.title for blip in here.radar(as_of=moment("2026-01-01")).blips] == ["moment"]


def test_without_evidence_use_is_unknown_and_not_nought(tmp_path: Path) -> None:
    (tmp_path / "decisions").mkdir()
    here = Workspace(tmp_path)
    here.decide_evaluation(decided("pkg:npm/pad", "trial"))
    (blip,) = here.radar(as_of=DAY).blips
    assert blip.projects is None
    assert here.radar(as_of=DAY).of is None


def test_the_command_tells_draws_and_ends_with_1_where_a_review_is_overdue(
    here: Workspace, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["radar", "-C", str(here.folder), "--as-of", "2026-03-15"]
    assert run(words) == 0
    said = capsys.readouterr().out
    assert "4 decisions stand: 2 adopt, 1 hold, 1 remove." in said
    assert "In wide use, undecided:" in said
    assert run([*words, "--format", "json"]) == 0
    (told,) = json.loads(capsys.readouterr().out)
    assert len(told["blips"]) == 4
    for name in ("radar.svg", "radar.html"):
        assert run([*words, "--out", str(tmp_path / name)]) == 0
        assert (tmp_path / name).stat().st_size > 2000
    assert run([*words, "--out", str(tmp_path / "radar.png")]) == 2
    (tmp_path / "decisions").mkdir()
    Workspace(tmp_path).decide_evaluation(decided("pkg:npm/pad", "hold", review=date(2026, 3, 10)))
    assert run(["radar", "-C", str(tmp_path), "--as-of", "2026-03-15"]) == 1
    assert "(overdue)" in capsys.readouterr().out
