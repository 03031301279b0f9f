# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""What the office writes down of itself: by role, dated, amended and never overwritten."""

from __future__ import annotations

import os
import stat
from datetime import date
from typing import TYPE_CHECKING

import pytest

from tests.collect.git_repositories import git, init
from umbel.frameworks import office, stakeholders
from umbel.frameworks.office import Budget, Mandate, Office, Person, Pilot
from umbel.frameworks.stakeholders import Stakeholder
from umbel.model.settings import SettingsError

if TYPE_CHECKING:
    from pathlib import Path

BY = "ospo@acme.example"


def person(role: str = "Lead", share: float = 1, **more: object) -> Person:
    given: dict[str, object] = {"role": role, "share": share, "by": BY, "decided": date(2026, 1, 1), **more}
    return Person(**given)  # type: ignore[arg-type]


def who(name: str = "Head of Legal", **more: object) -> Stakeholder:
    given: dict[str, object] = {
        "who": name, "petal": "legal", "interest": 4, "influence": 5, "attitude": "sceptic", "by": BY,
        "decided": date(2026, 1, 1), **more,
    }  # fmt: skip
    return Stakeholder(**given)  # type: ignore[arg-type]


def test_a_later_record_takes_an_earlier_ones_place_from_its_day_on(tmp_path: Path) -> None:
    path = tmp_path / "decisions" / "office.toml"
    office.add(path, person(share=0.5))
    office.add(path, person("lead", 1, decided=date(2026, 6, 1)))
    office.add(path, Mandate(statement="Look after it.", sponsor="CTO", by=BY, decided=date(2026, 2, 1)))
    there = office.load(path)
    assert len(there.people) == 2
    assert there.as_of(date(2025, 12, 31)).is_empty
    assert there.as_of(date(2026, 5, 31)).posts == 0.5
    assert [one.share for one in there.as_of(date(2026, 6, 1)).people] == [1]
    assert there.as_of(date(2026, 6, 1)).mandate[0].sponsor == "CTO"


def test_what_has_ended_counts_no_more(tmp_path: Path) -> None:
    path = tmp_path / "office.toml"
    office.add(path, person(ended=date(2026, 3, 1)))
    assert office.load(path).as_of(date(2026, 2, 28)).posts == 1
    assert office.load(path).as_of(date(2026, 3, 1)).posts is None
    assert Office().posts is None


def test_every_fault_is_told_with_its_line(tmp_path: Path) -> None:
    path = tmp_path / "office.toml"
    path.write_text(
        '[[people]]\nrole = " "\nshare = -1\nby = "x"\ndecided = 2026-01-01\n'
        '[[budget]]\nline = "a"\nyear = 20\namount = 1\ncurrency = "euro"\nactual = 1\nseries = '
        '"s"\nby = "x"\ndecided = 2026-01-01\n'
        '[[pilots]]\nname = "p"\nscope = "s"\nstart = 2026-02-01\nuntil = 2026-01-01\nmeasures = '
        '[]\ngate = ""\nby = "x"\n'
        'decided = 2026-01-01\nstate = "won"\n'
    )
    with pytest.raises(SettingsError) as raised:
        office.load(path)
    told = str(raised.value)
    for line in (2, 3, 8, 10, 12, 19, 20, 21, 24):
        assert f"line {line}," in told, told
    assert "state" in told


def test_a_pilot_whose_time_is_over_is_late_until_somebody_says_what_came_of_it() -> None:
    def pilot(state: str) -> Pilot:
        return Pilot(
            name="p", scope="one team", start=date(2026, 1, 1), until=date(2026, 3, 1), measures=("m",), gate="g",
            by=BY, decided=date(2026, 1, 1), state=state,  # type: ignore[arg-type]
        )  # fmt: skip

    assert pilot("running").is_late(date(2026, 3, 2))
    assert not pilot("running").is_late(date(2026, 3, 1))
    assert not pilot("stopped").is_late(date(2026, 3, 2))


def test_budget_lines_are_told_apart_by_year() -> None:
    lines = tuple(
        Budget(line="Tools", year=year, amount=1, currency="EUR", by=BY, decided=date(2026, 1, 1))
        for year in (2026, 2027)
    )
    assert len(Office(budget=lines).as_of(date(2026, 1, 1)).budget) == 2


# ---- stakeholders


def test_stakeholders_are_for_their_owner_alone_whatever_the_umask(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        path = tmp_path / "decisions" / "stakeholders.toml"
        stakeholders.add(path, who())
        stakeholders.add(path, who("CTO", influence=3, interest=2, attitude="champion"))
    finally:
        os.umask(before)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert (path.parent / ".gitignore").read_text() == "stakeholders.toml\n"
    assert [one.who for one in stakeholders.load(path).as_of(date(2026, 1, 1))] == ["Head of Legal", "CTO"]


def test_a_file_that_others_can_read_is_closed_at_the_next_record(tmp_path: Path) -> None:
    path = tmp_path / "decisions" / "stakeholders.toml"
    path.parent.mkdir()
    path.write_text("")
    path.chmod(0o644)
    assert any("chmod 600" in one for one in stakeholders.exposed(tmp_path))
    stakeholders.add(path, who())
    assert stakeholders.exposed(tmp_path) == []


def test_a_file_in_gits_index_is_told_also_from_a_folder_below(tmp_path: Path) -> None:
    root = init(tmp_path / "repository")
    folder = root / "office"
    path = folder / "decisions" / "stakeholders.toml"
    stakeholders.add(path, who())
    assert stakeholders.exposed(folder) == []
    git(root, "add", ".")
    assert stakeholders.exposed(folder) == []  # the .gitignore beside it kept it out
    git(root, "add", "-f", "office/decisions/stakeholders.toml")
    assert any("git rm --cached" in one for one in stakeholders.exposed(folder))


def test_an_existing_gitignore_keeps_its_lines(tmp_path: Path) -> None:
    ignore = tmp_path / "decisions" / ".gitignore"
    ignore.parent.mkdir()
    ignore.write_text("mine")
    path = ignore.with_name("stakeholders.toml")
    stakeholders.add(path, who())
    stakeholders.add(path, who("CTO"))
    assert ignore.read_text() == "mine\nstakeholders.toml\n"


def test_figures_lie_from_one_to_five(tmp_path: Path) -> None:
    path = tmp_path / "decisions" / "stakeholders.toml"
    for more in ({"interest": 0}, {"influence": 6}, {"who": " "}, {"last": date(2026, 2, 1)}):
        with pytest.raises(SettingsError):
            stakeholders.add(path, who(**more))
    assert not path.exists()


def test_what_their_place_asks_for() -> None:
    assert who().approach == "work closely together"
    assert who(interest=2).approach == "keep satisfied"
    assert who(influence=2).approach == "keep informed"
    assert who(interest=1, influence=1).approach == "keep an eye on"
    assert who(next=date(2026, 2, 1)).is_due(date(2026, 2, 2))
    assert not who().is_due(date(2026, 2, 2))
