# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""What the office writes down of itself: by role, dated, amended and never overwritten."""

from __future__ import annotations

import os
import stat
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

import pytest

from tests.collect.git_repositories import git, init
from umbel.app import Workspace
from umbel.frameworks import office, stakeholders
from umbel.frameworks.imported import Series
from umbel.frameworks.office import Budget, Mandate, Office, Person, Pilot
from umbel.frameworks.stakeholders import Stakeholder
from umbel.model.errors import UsageError
from umbel.model.settings import SettingsError
from umbel.reports.documents.write import write

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


def test_what_was_spent_later_stands_in_a_later_record(tmp_path: Path) -> None:
    path = tmp_path / "office.toml"
    line = Budget(
        line="Travel", year=2026, amount=9, currency="EUR", by=BY, decided=date(2026, 1, 1), actual=5,
        actual_on=date(2026, 6, 1),
    )  # fmt: skip
    with pytest.raises(SettingsError, match="actual_on"):
        office.add(path, line)


def test_a_fault_quotes_nothing_of_the_file_outside_of_the_office(tmp_path: Path) -> None:
    path = tmp_path / "decisions" / "stakeholders.toml"
    path.parent.mkdir()
    path.write_text('[[stakeholder]]\nwho = "Head of Legal"\nattitude = "hateful"\n')
    with pytest.raises(SettingsError, match="hateful"):
        stakeholders.load(path)
    with pytest.raises(UsageError) as found:
        stakeholders.load_unquoted(path)
    assert "hateful" not in f"{found.value} {found.value.hint} {found.value.__context__}"


def test_a_new_workspace_keeps_people_out_of_commits(tmp_path: Path) -> None:
    (tmp_path / ".gitignore").write_text("*.pyc")
    Workspace(tmp_path).init()
    assert (tmp_path / ".gitignore").read_text() == "*.pyc\n.umbel/\ndecisions/stakeholders.toml\n"


def test_a_map_made_by_hand_is_protected_when_it_is_drawn(tmp_path: Path) -> None:
    stakeholders.add(path := tmp_path / stakeholders.FILE, who())
    (tmp_path / "umbel.toml").write_text("")
    path.chmod(0o644)
    path.with_name(".gitignore").unlink()
    Workspace(tmp_path).document("stakeholder-map")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert path.with_name(".gitignore").read_text() == "stakeholders.toml\n"


def test_a_budget_line_takes_the_value_of_its_own_year_and_currency(tmp_path: Path) -> None:
    (tmp_path / "umbel.toml").write_text("")
    (tmp_path / "spent.csv").write_text("day,value\n2025-06-30,100\n2025-12-31,900\n2026-03-31,50\n")
    here = Workspace(tmp_path)
    here.import_series(
        Series(
            id="sponsoring", title="Sponsoring", unit="amount", better="neither", owner="finance", source="ledger",
            question="How much?", definition="Paid.", by=BY, decided=date(2025, 1, 1), file="spent.csv", currency="EUR",
        )
    )  # fmt: skip
    for year, currency in ((2025, "EUR"), (2026, "EUR"), (2027, "EUR"), (2026, "USD")):
        line = Budget(
            line=f"{year} {currency}", year=year, amount=1000, currency=currency, by=BY, decided=date(2025, 1, 1),
            series="sponsoring",
        )  # fmt: skip
        here.record_office(line)
    day = datetime(2026, 5, 1, tzinfo=UTC)
    table = write(here.document("office-plan", day), "md").decode()
    for row in (
        "| 2025 EUR | 2025 | 1,000 EUR | 900 EUR | 90% | series sponsoring, 2025-12-31 |",
        "| 2026 EUR | 2026 | 1,000 EUR | 50 EUR | 5% | series sponsoring, 2026-03-31 |",
        "| 2027 EUR | 2027 | 1,000 EUR | *unknown* | *unknown* | series sponsoring states nothing of 2027 |",
        "| 2026 USD | 2026 | 1,000 USD | *unknown* | *unknown* | series sponsoring states no USD |",
    ):
        assert row in table


def test_a_kept_document_is_of_the_day_of_its_words(tmp_path: Path) -> None:
    (tmp_path / "umbel.toml").write_text("")
    here = Workspace(tmp_path)
    here.keep_document("policy-ai")
    path = tmp_path / "documents" / "policy-ai.md"
    os.utime(path, (1_750_000_000, 1_750_000_000))
    made = here.document("policy-ai", datetime(2024, 1, 1, tzinfo=UTC))
    assert made.as_of.date() == date(2025, 6, 15)
    assert "How it stood on 2024-01-01 nobody knows." in made.foot
