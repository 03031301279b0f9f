# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""`umbel goals` and `umbel kpis`: the whole way on a small estate, as people and programs use it."""

from __future__ import annotations

import csv
import io
import json
from datetime import datetime
from shutil import copytree
from typing import TYPE_CHECKING, Any

import pytest

from tests.acme import publish, reading, stamp
from umbel.app import Workspace
from umbel.cli.root import run

if TYPE_CHECKING:
    from pathlib import Path

    Umbel = Any

GOAL = (
    "--statement", "We know what we run on", "--serves", "Audits pass", "--owner", "ospo@acme.example",
    "--review", "2090-01-31", "--by", "ospo@acme.example",
)  # fmt: skip
SERIES = (
    "--title", "Support cost", "--unit", "amount", "--currency", "EUR", "--better", "lower", "--owner",
    "finance@acme.example", "--source", "the ledger", "--question", "What does it cost?", "--definition", "Invoices.",
    "--by", "ospo@acme.example", "--lasts", "3660",
)  # fmt: skip


@pytest.fixture(scope="module")
def estate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace with three inventories, one a quarter; copied before it is written to."""
    made = Workspace(tmp_path_factory.mktemp("estate"))
    lake = made.lake(create=True)
    for number, day in enumerate(("2025-02-10", "2025-05-20", "2025-08-01")):
        seen = datetime.fromisoformat(f"{day}T12:00:00+00:00")
        publish(lake, (stamp(f"shop{number}", observed_at=seen, collected_at=seen), reading(["a@1", "b@2"])))
    return made.folder


@pytest.fixture
def umbel(
    estate: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> Umbel:
    """Runs a command line in a copy of the estate; gives code, stdout and stderr."""
    copytree(estate, tmp_path, dirs_exist_ok=True)
    monkeypatch.chdir(tmp_path)

    def ask(*arguments: str) -> tuple[int, str, str]:
        capfd.readouterr()
        code = run(list(arguments))
        out, err = capfd.readouterr()
        return code, out, err

    return ask


def test_a_goal_is_written_listed_told_amended_and_ended(umbel: Umbel, tmp_path: Path) -> None:
    add = ("goals", "add", "known", *GOAL, "--until", "2090-12-31")
    code, out, _ = umbel(*add, "--kpi", "inventory_coverage=120%")
    assert code == 2
    code, out, _ = umbel(
        *add, "--kpi", "inventory-coverage=95%", "--kpi", "adoption=1", "--baseline", "adoption=0.2"
    )
    assert code == 0
    assert "inventory_coverage: from 1 on" in out
    assert "adoption: from 0.2 on" in out
    code, out, _ = umbel("goals")
    assert code in {0, 1}
    assert "known" in out
    assert "3 of 3 projects (100 %)" in out
    assert "reached" in out
    code, out, _ = umbel("goals", "why", "known")
    assert "reached. 3 of 3 projects (100 %); the target of 95 % by 2090-12-31 is reached." in out
    before = (tmp_path / "decisions/goals.toml").read_text("utf-8")
    umbel(*add, "--kpi", "inventory_coverage=0.99")
    assert (tmp_path / "decisions/goals.toml").read_text("utf-8").startswith(before)
    code, _, err = umbel("goals", "end", "known", "--reason", " ", "--by", "ospo@acme.example")
    assert (code, "needs a reason" in err) == (2, True)
    code, out, _ = umbel(
        "goals", "end", "known", "--reason", "another way", "--by", "ospo@acme.example", "--dropped"
    )
    assert (code, "known: dropped; its last day is" in out) == (0, True)
    _, out, _ = umbel("goals", "why", "known", "--as-of", "2090-01-01", "--format", "json")
    (told,) = json.loads(out)
    assert (told["records"], told["reason"], told["targets"]) == (3, "another way", [])


def test_without_a_goal_it_says_how_to_set_one(umbel: Umbel) -> None:
    assert umbel("goals") == (0, "No goal is set: umbel goals add.\n", "")
    code, _, err = umbel("goals", "why", "none")
    assert (code, "umbel goals add writes the first" in err) == (2, True)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--kpi", "inventory_coverage"), "is no name and number"),
        (("--kpi", "inventory_coverage=many"), "is no name and number"),
        (("--kpi", "inventory_coverage=nan"), "is no name and number"),
        (("--kpi", "inventory_coverage=0.5"), "needs a day"),
        (("--kpi", "inventry_coverage=0.5", "--until", "2090-01-01"), "Did you mean inventory_coverage"),
        (("--kpi", "adoption=0.5", "--until", "soon"), "is no day"),
        (("--baseline", "adoption=0.5"), "There is no --kpi adoption"),
    ],
)
def test_wrong_goals_are_refused_in_one_line(
    umbel: Umbel, tmp_path: Path, arguments: tuple[str, ...], said: str
) -> None:
    code, _, err = umbel("goals", "add", "known", *GOAL, *arguments)
    assert code == 2
    assert said in err
    assert not (tmp_path / "decisions/goals.toml").exists()


def test_a_missed_target_and_a_due_review_end_with_1(umbel: Umbel, tmp_path: Path) -> None:
    (tmp_path / "decisions").mkdir()
    (tmp_path / "decisions/goals.toml").write_text(
        '[[goals]]\nid = "g"\nstatement = "s\\u001b[31m"\nserves = "b"\nowner = "o"\nreview = 2090-06-30\nby = "b"\n'
        'decided = 2025-01-01\n[[goals.kpis]]\nkpi = "inventory_fresh"\ntarget = 0.9\nuntil = 2025-06-30\n'
    )
    code, out, _ = umbel("goals", "--as-of", "2026-06-30", "--format", "json")
    assert (code, json.loads(out)[0]["targets"][0]["state"]) == (1, "missed")
    _, out, _ = umbel("goals", "why", "g", "--as-of", "2026-06-30")
    assert "\x1b" not in out
    code, out, _ = umbel("kpis", "inventory_fresh", "--as-of", "2026-06-30")
    assert code == 1
    assert "missed" in out


def test_kpis_tell_the_past_that_evidence_allows(umbel: Umbel) -> None:
    code, out, _ = umbel("kpis", "inventory_coverage", "--as-of", "2025-09-30", "--over", "quarter")
    assert code == 0
    (row,) = [line.split() for line in out.splitlines() if "inventory_coverage" in line]
    assert "·███" in row
    assert "2024-12-31, 2025-03-31, 2025-06-30, 2025-09-30" in out
    code, out, _ = umbel("kpis", "inventory_coverage", "--as-of", "2025-09-30", "--format", "json")
    (told,) = json.loads(out)
    assert [each["reading"]["denominator"] for each in told["series"]] == [0, 1, 2, 3]
    assert [each["reading"]["value"] for each in told["series"]] == [None, 1, 1, 1]
    code, out, _ = umbel("kpis", "inventory_coverage", "--as-of", "2024-12-31")
    assert code == 3
    assert "Unknown:\n- inventory_coverage: " in out


def test_a_budget_is_told_beside_what_was_spent(umbel: Umbel, tmp_path: Path) -> None:
    (tmp_path / "cost.csv").write_text("day,value\n2025-06-30,900\n")
    (tmp_path / "plan.csv").write_text("day,value\n2025-06-30,1000\n2025-09-30,1200\n")
    umbel("kpis", "import", "cost", *SERIES, "--file", "cost.csv")
    code, _, err = umbel("kpis", "import", "plan", *SERIES, "--file", "plan.csv", "--budget-of", "cost")
    assert code == 0, err
    for name in ("cost", "plan"):
        _, out, _ = umbel("kpis", "why", name, "--as-of", "2025-12-31")
        assert "Budget plan: 900 EUR of 1,000 EUR are spent (2025-06-30, 90 %), as stated; what was" in out
    assert "of 2025-09-30 nobody has stated." in out


def test_only_the_figures_asked_for_are_read(umbel: Umbel, tmp_path: Path) -> None:
    (tmp_path / "decisions").mkdir()
    (tmp_path / "decisions/goals.toml").write_text(
        '[[goals]]\nid = "g"\nstatement = "s"\nserves = "b"\nowner = "o"\nreview = 2090-06-30\nby = "b"\n'
        'decided = 2025-01-01\n[[goals.kpis]]\nkpi = "sbom_quality"\ntarget = 0.9\nuntil = 2025-06-30\n'
    )
    umbel("kpis", "inventory_coverage", "--as-of", "2025-09-30", "--number", "1")
    kept = [path.read_text("utf-8") for path in (tmp_path / ".umbel/cache").rglob("*.json")]
    assert any("inventory_coverage" in text for text in kept)
    assert not any("sbom_quality" in text for text in kept)


def test_a_program_is_told_whether_enough_is_known(umbel: Umbel) -> None:
    _, out, _ = umbel("kpis", "inventory_coverage", "--as-of", "2025-09-30", "--format", "json")
    (told,) = json.loads(out)
    assert (told["now"]["enough"], [each["reading"]["enough"] for each in told["series"]]) == (
        True,
        [False, True, True, True],
    )


def test_why_tells_definition_points_and_why_there_is_no_forecast(umbel: Umbel) -> None:
    code, out, _ = umbel("kpis", "why", "inventory-coverage", "--as-of", "2025-09-30", "--number", "4")
    assert code == 0
    for part in ("definition:", "limits:", "2 of 2 projects", "No forecast: not enough past: 3 known points"):
        assert part in out
    code, _, err = umbel("kpis", "why", "inventory_coverag")
    assert (code, "Did you mean inventory_coverage" in err) == (2, True)


def test_a_series_is_imported_shown_as_stated_and_its_faults_named(umbel: Umbel, tmp_path: Path) -> None:
    (tmp_path / "cost.csv").write_text("day;value\n2025-06-30;9.000,50\nx;1\n2025-09-30;8.000,00\n")
    code, out, err = umbel("kpis", "import", "support_cost", *SERIES, "--file", "cost.csv")
    assert code == 1
    assert out.startswith("support_cost: 2 days from 2025-06-30 to 2025-09-30.")
    assert "line 3: 'x' is no day" in err
    code, out, _ = umbel("kpis", "support_cost", "inventory_coverage", "--as-of", "2025-12-31")
    assert code == 0
    assert "support_cost*" in out
    assert "8,000 EUR" in out
    assert "* stated by people" in out
    code, out, _ = umbel("kpis", "why", "support_cost", "--as-of", "2025-12-31")
    assert "(support_cost), stated" in out
    assert "- line 3: 'x' is no day" in out
    code, _, err = umbel("kpis", "import", "other", *SERIES, "--file", "../cost.csv")
    assert (code, "outside of the workspace" in err) == (2, True)
    code, _, err = umbel("kpis", "import", "other", *SERIES[:3], "money", *SERIES[4:], "--file", "cost.csv")
    assert (code, "'money' is none of share, count" in err) == (2, True)


def test_files_for_people_and_programs(umbel: Umbel, tmp_path: Path) -> None:
    asked = ("kpis", "inventory_coverage", "--as-of", "2025-09-30")
    for name in ("k.svg", "k.html"):
        code, out, _ = umbel(*asked, "--chart", name)
        assert (code, out) == (0, f"Wrote {name}.\n")
        assert "2024-12-31" in (tmp_path / name).read_text("utf-8")
    code, out, _ = umbel(*asked, "-o", "k.csv")
    rows = list(csv.DictReader(io.StringIO((tmp_path / "k.csv").read_text("utf-8"))))
    assert [(row["day"], row["value"]) for row in rows][-1] == ("2025-09-30", "1.0")
    assert rows[0]["value"] == ""
    assert rows[0]["why"] != ""
    code, _, err = umbel(*asked, "--chart", "k.png")
    assert (code, "neither .svg nor .html" in err) == (2, True)
    code, _, err = umbel(*asked, "-o", "k.xlsx")
    assert (code, "ends in none of .parquet, .csv, .ods" in err) == (2, True)
    code, out, _ = umbel(*asked, "--format", "csv")
    assert len(list(csv.DictReader(io.StringIO(out)))) == 4
