# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""`umbel control`, on a real repository."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.strategy.control.estate import examined
from umbel.cli.root import run
from umbel.strategy.control import decisions

ROOT = Path(__file__).parent.parent.parent.parent
DAY = ("--as-of", "2026-03-01")


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return examined(tmp_path_factory.mktemp("estate"))


@pytest.fixture(autouse=True)
def here(office: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(office)


def said(capfd: pytest.CaptureFixture[str], *arguments: str, code: int = 0) -> str:
    capfd.readouterr()
    assert run(["control", *arguments]) == code
    out, err = capfd.readouterr()
    assert "dev0" not in out  # nobody is named, whatever is asked
    assert "jo@" not in out
    return out if code == 0 else err


def test_a_page_says_who_decides_and_what_if(capfd: pytest.CaptureFixture[str]) -> None:
    out = said(capfd, "shop", *DAY)
    assert "One vendor decides: acme.example has 78 % of the commits, unknown: 2 %." in out
    assert "Contributors sign an agreement (CLA)." in out
    assert "The exposure to a change of terms is high" in out
    assert (
        "If acme.example left, there would remain 20 % to 22 % of the commits, someone in 1 of 2 folders"
        in out
    )
    assert "Nobody else worked on: core/" in out
    assert "its licence's file was changed once, last on 2025-05-05" in out
    assert "no country" in out
    assert "@" not in out


def test_the_list_shows_the_unknown_beside_each_share(capfd: pytest.CaptureFixture[str]) -> None:
    out = said(capfd, *DAY)
    assert "git.example/acme/shop" in out
    assert "acme.example 78 %, 2 % unknown" in out
    told = said(capfd, *DAY, "--format", "json")
    assert "@" not in told
    (record,) = json.loads(told)
    assert record["exposure"]["level"] == "high"
    assert sum(part["share"] for part in record["commits"]["parts"]) == pytest.approx(1)


def test_control_over_time(capfd: pytest.CaptureFixture[str]) -> None:
    points = json.loads(said(capfd, "shop", *DAY, "--over", "quarter", "--format", "json"))
    assert next(p["since"][:10] for p in points if p["kind"] == "unknown") == "2025-04-01"
    assert points[-1]["partial"]
    assert "(not over)" in said(capfd, "shop", *DAY, "--over", "year")


def test_a_past_day_knows_less(capfd: pytest.CaptureFixture[str]) -> None:
    out = said(capfd, "shop", "--as-of", "2025-06-01")
    assert "Terms of contributions: its files were never looked at" in out
    assert "1 of 20 commits that it takes to tell" in out


def test_wrong_usage_is_told(capfd: pytest.CaptureFixture[str]) -> None:
    assert "There is no project" in said(capfd, "shopp", code=2)
    assert "of one project" in said(capfd, "--over", "year", code=2)


def test_a_decision_goes_before(office: Path, capfd: pytest.CaptureFixture[str]) -> None:
    (office / "decisions").mkdir(exist_ok=True)
    file = office / "decisions/control.toml"
    entry = '[[holder]]\nproject = "git.example/acme/*"\nkind = "foundation"\nname = "Acme Foundation"\n'
    entry += 'by = "ospo@acme.example"\ndecided = 2026-01-01\nreason = "its charter"\n'
    file.write_text(entry)
    try:
        assert "A foundation holds it: Acme Foundation" in said(capfd, "shop", *DAY)
        file.write_text(entry.replace('"foundation"', '"club"'))
        assert "must be one of foundation, vendor" in said(capfd, "shop", *DAY, code=2)
    finally:
        file.unlink()


def test_the_entry_of_the_how_to_can_be_used(tmp_path: Path) -> None:
    page = (ROOT / "docs/how-to/control.md").read_text("utf-8")
    file = tmp_path / "control.toml"
    file.write_text("[[holder]]" + page.partition("```text\n[[holder]]")[2].partition("```")[0])
    (entry,) = decisions.load(file).holder
    assert (entry.kind, entry.name) == ("foundation", "Acme Foundation")
