# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""`umbel metrics`, as people and programs use it."""

from __future__ import annotations

import csv
import io
import json
from typing import TYPE_CHECKING

import pytest

from tests.metrics.histories import Commit, Release, repository
from umbel.app import Workspace
from umbel.cli.root import run

if TYPE_CHECKING:
    from pathlib import Path

OWN = """/*
title = "Commits ever"
question = "How many commits are there?"
unit = "commits"
definition = "All of them."
source = "Acme"
limits = "None."
windows = ["all"]
missing = 0
*/
select project as subject, cast(count(*) as double) as value from commits group by project
"""
TOML = """
[[products]]
name = "Shop"
projects = ["shop"]
"""


@pytest.fixture(scope="module")
def estate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two repositories: one alive, one silent for two years; collected once."""
    folder = tmp_path_factory.mktemp("estate")
    (folder / "umbel.toml").write_text(TOML)
    busy = [Commit("ann", -day) for day in range(1, 700, 7)] + [
        Commit("bob", -day) for day in range(2, 300, 30)
    ]
    repository(folder / "repos/shop", busy, [Release("v1.0.0", -30), Release("v1.1.0", -3)])
    repository(folder / "repos/till", [Commit("cyd", -800), Commit("cyd", -900)])
    Workspace(folder).collect([folder / "repos"])
    return folder


@pytest.fixture(autouse=True)
def here(estate: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(estate)


def said(capfd: pytest.CaptureFixture[str], *arguments: str, code: int = 0) -> str:
    """What the command prints."""
    capfd.readouterr()
    assert run(["metrics", *arguments]) == code
    out, err = capfd.readouterr()
    return out if code == 0 else err


def test_all_metrics_are_listed_with_unit_and_windows(capfd: pytest.CaptureFixture[str]) -> None:
    out = said(capfd)
    assert "absence_factor" in out
    assert "365, all" in out
    listed = json.loads(said(capfd, "--format", "json"))
    assert len(listed) >= 27
    assert {
        "name",
        "title",
        "question",
        "unit",
        "windows",
        "better",
        "definition",
        "source",
        "limits",
    } <= listed[0].keys()


def test_a_metric_is_defined_with_its_source_limits_and_sql(capfd: pytest.CaptureFixture[str]) -> None:
    out = said(capfd, "define", "absence-factor")
    assert "How few people make half of the changes?" in out
    assert "CHAOSS: Contributor Absence Factor" in out
    assert "limits:" in out
    assert "from contributions" in out


def test_a_metric_is_run_for_every_project(capfd: pytest.CaptureFixture[str]) -> None:
    out = said(capfd, "run", "absence_factor", "--as-of", "2026-03-01")
    assert "shop" in out
    assert "no commits by people in the window" in out
    records = json.loads(said(capfd, "run", "absence_factor", "--as-of", "2026-03-01", "--format", "json"))
    assert [(r["subject"], r["value"], r["denominator"]) for r in records] == [
        ("shop", 1.0, 62.0),
        ("till", None, None),
    ]
    assert records[0]["evidence"]["people"] == 2


def test_windows_days_projects_and_products(capfd: pytest.CaptureFixture[str]) -> None:
    def values(*more: str) -> list[float | None]:
        text = said(capfd, "run", "commit_activity", *more, "--as-of", "2026-03-01", "--format", "json")
        return [record["value"] for record in json.loads(text)]

    assert values("till", "--window", "all") == [2]
    assert values("till") == [0]
    assert values("--product", "shop", "--window", "10") == [3]
    assert values("--window", "1000") == [110, 2]


def test_a_series(capfd: pytest.CaptureFixture[str]) -> None:
    arguments = (
        "run",
        "commit_activity",
        "shop",
        "--over",
        "quarter",
        "--periods",
        "3",
        "--as-of",
        "2026-03-01",
    )
    records = list(csv.DictReader(io.StringIO(said(capfd, *arguments, "--format", "csv"))))
    assert [record["as_of"][:10] for record in records] == ["2025-09-30", "2025-12-31", "2026-03-01"]
    assert "2025-12-31" in said(capfd, *arguments)


def test_wrong_words_are_refused(capfd: pytest.CaptureFixture[str]) -> None:
    assert "There is no metric 'happiness'" in said(capfd, "run", "happiness", code=2)
    assert "is no window" in said(capfd, "run", "gini", "--window", "week", code=2)
    assert "There is no project 'nowhere'" in said(capfd, "run", "gini", "nowhere", code=2)


def test_ones_own_metric_stands_beside_the_others_and_a_broken_one_is_named(
    capfd: pytest.CaptureFixture[str], estate: Path
) -> None:
    folder = estate / "metrics"
    folder.mkdir()
    (folder / "commits_ever.sql").write_text(OWN)
    (folder / "bad.sql").write_text(OWN.replace("from commits", "from identities"))
    try:
        capfd.readouterr()
        assert run(["metrics"]) == 0
        out, err = capfd.readouterr()
        assert "commits_ever" in out
        assert err.strip() == (
            "not a metric: bad.sql:11: identities holds names of people: contributions has pseudonyms"
        )
        assert "select project" in said(capfd, "define", "commits_ever")
        records = json.loads(said(capfd, "run", "commits_ever", "--format", "json"))
        assert [(r["subject"], r["value"]) for r in records] == [("shop", 110.0), ("till", 2.0)]
        assert run(["health", "shop"]) == 0
        out, err = capfd.readouterr()
        assert "Commits ever" in out
        assert "bad.sql:11" in err
    finally:
        for file in folder.iterdir():
            file.unlink()
        folder.rmdir()
