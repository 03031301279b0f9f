# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""`umbel health`, as people and programs use it."""

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

DAY = ("--as-of", "2026-03-01")


@pytest.fixture(scope="module")
def estate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project of two people of whom one went, one that is silent, one without a commit."""
    folder = tmp_path_factory.mktemp("estate")
    two = [Commit("ann", -day) for day in range(1, 360, 9)] + [
        Commit("bob", -day) for day in range(150, 360, 5)
    ]
    repository(folder / "repos/shop", [*two, Commit("bob", -900)], [Release("v1.0.0", -30)])
    repository(folder / "repos/till", [Commit("cyd", -800), Commit("cyd", -900)])
    repository(folder / "repos/void", [])
    Workspace(folder).collect([folder / "repos"])
    return folder


@pytest.fixture(autouse=True)
def here(estate: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(estate)


def said(capfd: pytest.CaptureFixture[str], *arguments: str, code: int = 0) -> str:
    """What the command prints."""
    capfd.readouterr()
    assert run(["health", *arguments]) == code
    out, err = capfd.readouterr()
    return out if code == 0 else err


def test_a_page_begins_with_sentences(capfd: pytest.CaptureFixture[str]) -> None:
    out = said(capfd, "shop", *DAY)
    lines = out.splitlines()
    assert lines[0] == "shop, as of 2026-03-01"
    assert lines[2].startswith(
        "One person makes 51 % of the changes. That person has been silent since October."
    )
    assert "Contributor absence factor" in out
    assert "Unknown:" in out
    assert "- Activity trend: no commits by people in the window before" in out


def test_no_name_and_no_address_is_printed(capfd: pytest.CaptureFixture[str]) -> None:
    for how in ("table", "json"):
        out = said(capfd, "shop", *DAY, "--format", how)
        assert "p-" in out
        assert "acme.example" not in out
        assert "ann" not in out.replace("annotated", "")
        assert "bob" not in out


def test_all_projects_in_a_table_by_name(capfd: pytest.CaptureFixture[str]) -> None:
    out = said(capfd, *DAY)
    places = [out.index(name) for name in ("shop", "till")]
    assert places == sorted(places)
    assert "?" in out
    only = said(capfd, "--match", "t*", *DAY)
    assert "till" in only
    assert "shop" not in only


def test_a_day_before_the_first_commit_is_unknown(capfd: pytest.CaptureFixture[str]) -> None:
    assert "Nothing can be said: it had no commits yet." in said(capfd, "shop", "--as-of", "2001-01-01")


def test_programs_get_everything(capfd: pytest.CaptureFixture[str]) -> None:
    (shop,) = json.loads(said(capfd, "shop", *DAY, "--format", "json"))
    assert shop["project"] == "shop"
    assert len(shop["figures"]) >= 27
    assert {"title", "sentence", "before", "measurement", "better"} <= shop["figures"][0].keys()
    assert len(shop["series"]["commit_activity"]) == 12
    rows = list(csv.DictReader(io.StringIO(said(capfd, *DAY, "--format", "csv"))))
    by_name = {row["project"]: row for row in rows}
    assert by_name["shop"]["absence_factor"] == "1.0"
    assert by_name["till"]["absence_factor"] == ""


def test_wrong_words_are_refused(capfd: pytest.CaptureFixture[str]) -> None:
    assert "There is no project 'nowhere'" in said(capfd, "nowhere", code=2)
