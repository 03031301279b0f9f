# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""`umbel fragility` and `umbel backtest`, over the lake of upstream projects and over our own."""

from __future__ import annotations

import json
import subprocess
from typing import TYPE_CHECKING

import pytest

from tests.metrics.histories import repository
from tests.strategy.fragility import told
from umbel.app import Workspace
from umbel.cli.root import run
from umbel.evidence.ingest import collect
from umbel.model.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from tests.metrics.histories import Commit

DAY = ("--as-of", "2026-03-01")


def made(folder: Path, name: str, commits: Sequence[Commit]) -> Path:
    """A repository that says where it comes from."""
    place = repository(folder / name, commits)
    address = f"https://git.example/acme/{name}"
    subprocess.run(["git", "-C", str(place), "remote", "add", "origin", address], check=True)
    return place


@pytest.fixture(scope="module")
def estate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("estate")
    workspace = Workspace(folder)
    workspace.collect([made(folder / "own", "till", told.lonely())])
    upstream = workspace.upstream_lake(create=True)
    places = [
        made(folder / "up", "steady", told.steady()),
        made(folder / "up", "handed", told.handed_over()),
    ]
    collect(upstream, places, naming=workspace.settings.naming(), history=workspace.settings.history)
    return folder


@pytest.fixture(autouse=True)
def here(estate: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(estate)


def said(capfd: pytest.CaptureFixture[str], *arguments: str, code: int = 0) -> str:
    capfd.readouterr()
    assert run(list(arguments)) == code
    out, err = capfd.readouterr()
    return out if code in {0, 3} else err


def test_the_most_fragile_come_first(capfd: pytest.CaptureFixture[str]) -> None:
    out = said(capfd, "fragility", *DAY)
    assert out.index("git.example/acme/handed") < out.index("git.example/acme/steady")
    assert "till" not in out


def test_ours_are_asked_apart(capfd: pytest.CaptureFixture[str]) -> None:
    (till,) = json.loads(said(capfd, "fragility", "--ours", *DAY, "--format", "json"))
    assert (till["project"], till["level"]) == ("git.example/acme/till", "medium")


def test_a_page_says_what_raises_and_what_relieves(capfd: pytest.CaptureFixture[str]) -> None:
    out = said(capfd, "fragility", "handed", *DAY)
    assert out.startswith("git.example/acme/handed, as of 2026-03-01\n\nFragility medium: risk 0.")
    assert "- Someone who began in the last half year made all of the commits of that time." in out
    assert "Unknown:\n- " in out
    assert "acme.example" not in out


def test_a_table_for_programs(capfd: pytest.CaptureFixture[str]) -> None:
    lines = said(capfd, "fragility", *DAY, "--format", "csv").splitlines()
    assert len(lines) == 3
    assert lines[0].startswith("project,as_of,risk,level,confidence,reasons")


def test_a_day_before_all_is_no_verdict(capfd: pytest.CaptureFixture[str]) -> None:
    out = said(capfd, "fragility", "steady", "--as-of", "2001-01-01")
    assert "No verdict: it had no commits yet" in out


def test_an_unknown_project_is_a_usage_error(capfd: pytest.CaptureFixture[str]) -> None:
    assert "no project 'nowhere'" in said(capfd, "fragility", "nowhere", code=2)


def test_a_backtest_on_events_of_ones_own(capfd: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    file = tmp_path / "events.toml"
    file.write_text(
        '[[event]]\nproject = "git.example/acme/handed"\nday = 2026-02-25\nkind = "hand-over"\n'
        'source = "https://acme.example/postmortem"\n'
    )
    out = said(capfd, "backtest", "--events", str(file), "--lead", "1", "--cases")
    assert "fragility" in out
    assert "equal weights" in out
    assert "- 1 event and 1 project without a known one. That is an anecdote" in out


def test_where_no_event_is_known_the_evidence_is_incomplete(capfd: pytest.CaptureFixture[str]) -> None:
    (found,) = json.loads(said(capfd, "backtest", "--format", "json", code=3))
    assert "nothing can be said" in found["notes"][0]
    assert any("event-stream" in each for each in found["missing"])


def test_without_any_upstream_project_that_is_said(tmp_path: Path) -> None:
    from umbel.model.errors import EvidenceError

    with pytest.raises((EvidenceError, UsageError)):
        Workspace(tmp_path).fragility()
