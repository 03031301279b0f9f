# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""`umbel value` over a real upstream lake, as people and programs use it."""

from __future__ import annotations

import csv
import io
import json
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from tests.evidence.people.cast import START, add, commit, history, key
from umbel.app import Workspace
from umbel.cli.root import run
from umbel.model.errors import UsageError

if TYPE_CHECKING:
    from pathlib import Path

    from umbel.evidence.lake import Lake

FLASK, CLICK, FAR = "github.com/acme/flask", "github.com/acme/click", "github.com/acme/far"
OURS = [("Ann Doe", "ann@acme.example"), ("Bob Roe", "bob@acme.example")]
THEIRS = [(f"Person {number}", f"p{number}@globex.example") for number in range(4)]
BOT = ("dependabot[bot]", "1+dependabot[bot]@users.noreply.github.com")
DAY = ("--as-of", "2022-01-01")
RECORDS = """
[[money]]
project = "github.com/acme/click"
amount = 2500
date = 2021-05-01
owner = "ospo@acme.example"
source = "invoice 12"

[[hours]]
project = "github.com/acme/flask"
hours = 30
since = 2021-01-01
until = 2021-01-31
owner = "ann@acme.example"
source = "time sheet"
"""


def sized(lake: Lake, project: str, **lines: int) -> None:
    """The files of a project, as a checkout shows them early on."""
    write = key((project, "checkout"))
    add(lake, "languages", [{"write_id": write, "language": n, "code": c} for n, c in lines.items()])
    snapshot = {"write_id": write, "facts": write, "collector": "checkout", "collector_version": 1}
    times = {"observed_at": START, "collected_at": START, "outcome": "complete", "faults": []}
    add(lake, "snapshots", [{**snapshot, **times, "subject": project, "lineage": f"checkout {project}"}])


def uses(lake: Lake, package: str, *, sites: int, names: list[str]) -> None:
    """Our project that depends on a package and imports it."""
    for collector, table, row in (
        ("requirements_txt", "usage", {"version": "3.0", "component": 1, "direct": True, "lead": True}),
        ("checkout", "imports", {"kind": "package", "files": 6, "sites": sites, "names": names}),
    ):
        write = key(("shop", collector))
        add(lake, table, [{"write_id": write, "package": package, "language": "Python", **row}])
        snapshot = {"write_id": write, "facts": write, "collector": collector, "collector_version": 1}
        times = {"observed_at": START, "collected_at": START, "outcome": "complete", "faults": []}
        add(lake, "snapshots", [{**snapshot, **times, "subject": "shop", "lineage": f"{collector} shop"}])


def grown(seed: int, whose: list[tuple[str, str]]) -> list[dict[str, Any]]:
    """Two years of commits by theirs, every ninth day, and some by others."""
    rows = [commit(THEIRS[(number + seed) % 4], number) for number in range(0, 730, 9)]
    return [*rows, *(commit(who, 366 + 5 * n) for n, who in enumerate(whose * 10)), commit(BOT, 700)]


@pytest.fixture(scope="module")
def estate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two people of ours on one project, money for a second, a third without any trace of us."""
    folder = tmp_path_factory.mktemp("value")
    (folder / "umbel.toml").write_text(
        '[organisation]\nname = "Acme"\ndomains = ["acme.example"]\n'
        '[[upstream]]\npackages = ["pkg:pypi/flask"]\nrepository = "https://github.com/acme/flask"\n'
    )
    (folder / "decisions").mkdir()
    (folder / "decisions/value.toml").write_text(RECORDS)
    upstream = Workspace(folder).upstream_lake(create=True)
    for number, (name, whose) in enumerate({FLASK: OURS, CLICK: [], FAR: []}.items()):
        history(upstream, name, grown(number, whose))
    sized(upstream, FLASK, Python=10_000, Markdown=5_000)
    uses(Workspace(folder).lake(), "pkg:pypi/flask", sites=48, names=["Flask", "abort", "request"])
    return folder


@pytest.fixture(autouse=True)
def here(estate: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(estate)


def said(capfd: pytest.CaptureFixture[str], *arguments: str, code: int = 0) -> str:
    """What the command prints."""
    capfd.readouterr()
    assert run(["value", *arguments]) == code
    out, err = capfd.readouterr()
    return out + err


def test_our_days_are_counted_but_for_those_with_stated_hours(capfd: pytest.CaptureFixture[str]) -> None:
    (found,) = json.loads(said(capfd, *DAY, "--format", "json"))
    by_name = {each["project"]: each for each in found["projects"]}
    assert set(by_name) == {FLASK, CLICK}
    assert found["left_out"] == 1
    flask = by_name[FLASK]
    # 20 days with commits by ours; of these 7 in January, for which hours are stated.
    assert flask["evidence"]["days"] == 13
    assert flask["evidence"]["people"] == 2
    assert flask["evidence"]["ours"] == 19, "the first day of the year is the window before"
    assert flask["evidence"]["commits"] == 19 + 41, "bots are no people"
    assert flask["evidence"]["code_lines"] == 10_000
    # By the model of replaceability: 48 sites of 10 minutes and 3 names of 2 hours.
    assert flask["evidence"]["moving"] == pytest.approx(48 * 10 / 60 + 3 * 2)
    assert {part["name"] for part in flask["parts"]} >= {"time", "stated time"}
    assert by_name[CLICK]["evidence"]["days"] == 0
    assert by_name[CLICK]["investment"]["p50"] == 2500
    assert len(found["assumptions"]) > 15
    assert found["seed"] == 1


def test_people_are_told_ranges_reasons_and_gaps(capfd: pytest.CaptureFixture[str]) -> None:
    out = said(capfd, *DAY)
    assert "2021-01-01 to 2022-01-01, in EUR: 8 of 10 draws lie in each range." in out
    assert "- Contributing to github.com/acme/flask cost " in out
    assert "- Contributing to 2 projects cost " in out
    assert "The assumptions that matter most" in out
    assert "█" in out
    assert "github.com/acme/click: what our money saves us: " in out
    assert "No assumption is this workspace's own" in out
    assert "10,000 draws, seed 1. 1 examined project without work of ours or a record left out." in out
    assert "ann" not in out


def test_named_projects_show_their_parts(capfd: pytest.CaptureFixture[str]) -> None:
    out = said(capfd, "flask", "far", *DAY)
    assert "13 days with commits by 2 people of ours × hours a day × an hour" in out
    assert "moving our code away, 14 hours by its imports" in out
    assert "time sheet (ann@acme.example)" in out
    assert "click" not in out
    assert "Contributing to github.com/acme/far cost nothing" in out
    assert "There is no project 'nowhere'" in said(capfd, "nowhere", code=2)


def test_an_earlier_day_knows_less() -> None:
    found = Workspace().value([FLASK], over="quarter", as_of=START + timedelta(days=365))
    assert found.since == START.replace(month=9, day=30)
    evidence = found.projects[0].evidence
    assert evidence["days"] == 0
    assert evidence["ours"] == 0


@pytest.mark.parametrize("over", ["0 years", "fortnight", "999 years", "-1 year", ""])
def test_a_time_that_is_none_is_refused(over: str) -> None:
    with pytest.raises(UsageError, match="is no time to look back over"):
        Workspace().value(over=over)


def test_rows_for_spreadsheets(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "decisions").mkdir()
    (tmp_path / "decisions/value.toml").write_text(RECORDS)
    rows = list(csv.DictReader(io.StringIO(said(capfd, "-C", str(tmp_path), *DAY, "--format", "csv"))))
    assert [row["project"] for row in rows] == [CLICK, FLASK, "all"]
    assert float(rows[1]["investment_p10"]) < float(rows[1]["investment_p90"])
    assert rows[1]["benefit_p50"] == ""


def test_without_domains_nobody_can_tell_who_is_ours(estate: Path, tmp_path: Path) -> None:
    (tmp_path / "umbel.toml").write_text(f'[lake]\nurl = "{estate / ".umbel/lake"}"\n')
    found = Workspace(tmp_path).value([FLASK], as_of=START.replace(year=2022)).projects[0]
    assert found.investment is None
    assert found.evidence["days"] is None
    assert any(gap.what == "whose commits are ours" for gap in found.unknown)


def test_without_evidence_records_still_count(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    assert "umbel collect upstream" in said(capfd, "-C", str(tmp_path), code=3)
    (tmp_path / "decisions").mkdir()
    (tmp_path / "decisions/value.toml").write_text(RECORDS)
    out = said(capfd, "-C", str(tmp_path), *DAY)
    assert "github.com/acme/click" in out
    assert "nobody examined the history" in out


def test_assumptions_are_written_once_and_named_when_edited(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "decisions").mkdir()
    (tmp_path / "decisions/value.toml").write_text(RECORDS)
    assert "Wrote " in said(capfd, "-C", str(tmp_path), "--write-assumptions")
    path = tmp_path / "value.toml"
    assert "No assumption is this workspace's own" in said(capfd, "-C", str(tmp_path), *DAY)
    path.write_text(path.read_text().replace("low = 35", "low = 50"))
    assert "own assumptions (value.toml): hour." in said(capfd, "-C", str(tmp_path), *DAY)
    with pytest.raises(UsageError, match="is there already"):
        Workspace(tmp_path).write_assumptions()
    path.write_text(path.read_text().replace("low = 50", "low = 500"))
    assert "value.toml has 1 fault" in said(capfd, "-C", str(tmp_path), *DAY, code=2)
