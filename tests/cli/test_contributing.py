# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""`umbel ask`, `strategy say`, `contributions` and `actions`: the whole way on a small estate with an upstream history."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from tests.metrics.histories import Commit, repository
from umbel.app import Workspace
from umbel.cli.root import run

if TYPE_CHECKING:
    from pathlib import Path

PROJECT = "git.example/acme/frame"
_SETTINGS = f"""
[organisation]
name = "Acme"
domains = ["acme.example"]

[[products]]
name = "Shop"
owner = "shop@acme.example"
department = "Retail"
criticality = "critical"
projects = ["shop"]

[[products]]
name = "Till"
owner = "till@acme.example"
department = "Tills"
criticality = "low"
projects = ["till"]

[[upstream]]
packages = ["pkg:pypi/frame"]
repository = "https://{PROJECT}"
"""
_CODE = "from frame import Application, Blueprint, json\n\napp = Application()\npage = Blueprint()\njson.dumps(app)\n"


@pytest.fixture(scope="module")
def estate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two products on one framework, whose history lies in the lake of upstream projects."""
    folder = tmp_path_factory.mktemp("estate")
    for name in ("shop", "till"):
        place = folder / "code" / name
        place.mkdir(parents=True)
        (place / "requirements.txt").write_text("frame==1.0\n")
        for number in range(6):
            (place / f"page{number}.py").write_text(_CODE)
    theirs = [Commit("ann", -day, files=("frame/json.py",)) for day in range(1, 700, 9)]
    repository(folder / "frame", theirs)
    told = (
        f'[lake]\nurl = ".umbel/lake-upstream"\n[history]\npaths = ["*"]\n'
        f'[[projects]]\nname = "{PROJECT}"\nmatch = ["frame"]\n'
    )
    (folder / "umbel.toml").write_text(told)
    Workspace(folder).collect([folder / "frame"])
    (folder / "umbel.toml").write_text(_SETTINGS)
    Workspace(folder).collect([folder / "code"])
    return folder


@pytest.fixture(autouse=True)
def here(estate: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(estate)


def said(capfd: pytest.CaptureFixture[str], *arguments: str, code: int = 0) -> str:
    capfd.readouterr()
    assert run(arguments) == code, capfd.readouterr().err
    out, err = capfd.readouterr()
    return out if code in {0, 1} else err


def records(capfd: pytest.CaptureFixture[str], *arguments: str, code: int = 0) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(said(capfd, *arguments, "--format", "json", code=code))
    return found


def test_owners_are_asked_and_their_word_counts(
    capfd: pytest.CaptureFixture[str], tmp_path: Path, estate: Path
) -> None:
    out = said(capfd, "ask", "strategic", "--product", "shop", "--out", str(tmp_path))
    assert "For shop@acme.example: 1 project" in out
    (page,) = tmp_path.glob("*.md")
    assert page.with_suffix(".html").read_text().startswith("<!doctype html>")
    text = (
        page.read_text().replace("unknown):", "unknown): no").replace("in the score):", "in the score): 10")
    )
    page.write_text(text.replace("**Why?**:", "**Why?**: all pages are made with it"))
    told = said(capfd, "ask", "read", str(page))
    assert "1 answer, 1 of them new" in told
    assert f"counts as an opinion: {PROJECT} dependency 10 by shop@acme.example for Shop" in told
    assert "1 answer, 0 of them new" in said(capfd, "ask", "read", str(page))
    again = said(capfd, "ask", "strategic", "--product", "shop", "--out", str(tmp_path), code=2)
    assert f"{page} is filled in" in again
    page.write_text(text.replace("): no", "): nope"))
    assert "must be one of yes, with effort, no, unknown" in said(capfd, "ask", "read", str(page), code=3)
    (answer,) = records(capfd, "ask", "answers", "frame")
    assert (answer["product"], answer["without"], answer["dependency"]) == ("Shop", "no", 10.0)
    (opinion,) = records(capfd, "strategy", "opinions")
    assert (opinion["part"], opinion["value"], opinion["by"]) == ("dependency", 10.0, "shop@acme.example")
    (estate / "decisions/owners.toml").unlink()


def test_an_opinion_overrules_and_ends(capfd: pytest.CaptureFixture[str], estate: Path) -> None:
    by = ("--by", "ospo@acme.example", "--reason", "it is only for tests")
    assert f"{PROJECT}: dependency is 2" in said(capfd, "strategy", "say", "frame", "dependency", "2", *by)
    (one,) = records(capfd, "strategy", "list")
    assert one["strategic"] == 2.0
    (opinion,) = records(capfd, "strategy", "opinions")
    assert (opinion["value"], opinion["ended"]) == (2.0, False)
    assert records(capfd, "ask", "coordinators") == []
    (coordinator,) = records(capfd, "ask", "coordinators", "--all")
    assert (coordinator["project"], coordinator["department"]) == (PROJECT, "Retail")
    assert "There is no project" in said(capfd, "strategy", "say", "nothing", "dependency", "2", *by, code=2)
    assert "must lie between 1 and 10" in said(
        capfd, "strategy", "say", "frame", "dependency", "12", *by, code=2
    )
    before = (datetime.now(UTC) - timedelta(days=1)).date().isoformat()
    assert records(capfd, "strategy", "opinions", "--as-of", before) == []
    (estate / "decisions/strategy.toml").unlink()


def test_from_a_decision_to_a_contribution_and_its_review(
    capfd: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    by = ("--by", "ospo@acme.example")
    said(capfd, "strategy", "decide", "frame", "contribute", "--reason", "ann knows it", *by)
    todo = records(capfd, "actions")
    assert [each["kind"] for each in todo if each["about"] == PROJECT] == ["no-contribution"]
    assert [each["about"] for each in todo if each["kind"] == "owner-silent"] == ["Shop", "Till"]
    draft = said(capfd, "contributions", "draft", "frame")
    assert "frame in 12 files of 2 projects: Application, Blueprint, json" in draft
    assert "frame/json.py: FEW SHOULDERS" in draft
    file = tmp_path / "frame.toml"
    file.write_text(draft)
    assert "owner: is empty" in said(capfd, "contributions", "add", str(file), code=2)
    today = datetime.now(UTC).date()
    start = (today - timedelta(days=30)).isoformat()
    filled = draft.replace('= ""', '= "ospo@acme.example"').replace("hours = 0", "hours = 10")
    filled = filled.replace(f"start = {today}", f"start = {start}")
    due = next(line for line in filled.splitlines() if line.startswith("review = "))
    file.write_text(filled.replace(due, f"review = {today - timedelta(days=3)}"))
    name = said(capfd, "contributions", "add", str(file)).partition(":")[0]
    (listed,) = records(capfd, "contributions", "list", code=1)
    assert (listed["id"], listed["late"]) == (name, True)
    assert listed["done"]["planned_hours"] == pytest.approx(10.2, abs=0.1)
    assert [e["kind"] for e in records(capfd, "actions") if e["about"] == PROJECT] == ["contribution-late"]
    later = (today + timedelta(days=200)).isoformat()
    review = ("contributions", "review", name, "--found", "it goes on", *by)
    assert "is needed while it goes on" in said(capfd, *review, code=2)
    said(capfd, *review, "--next", later)
    (listed,) = records(capfd, "contributions", "list")
    assert (listed["state"], listed["due"]) == ("active", later)
    said(capfd, *review, "--state", "done")
    assert records(capfd, "contributions", "list") == []
    assert len(records(capfd, "contributions", "list", "--all")) == 1


def test_nothing_collected_is_said(capfd: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    at = ("-C", str(tmp_path))
    assert said(capfd, "actions", *at) == "There is nothing to do.\n"
    assert said(capfd, "contributions", "list", *at) == "Nothing is planned.\n"
    assert said(capfd, "ask", "answers", *at) == "No owner has answered.\n"
    assert "No product is declared" in said(
        capfd, "ask", "strategic", "--out", str(tmp_path / "x"), *at, code=2
    )
    assert not (tmp_path / "x").exists()
