# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""`umbel alerts`, `umbel plans` as people run them: collected, told once, over, back."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from datetime import UTC, date, datetime, timedelta
from itertools import count
from typing import TYPE_CHECKING, Any

import pytest

from tests import acme
from tests.policy.alerting.servers import mail_server
from tests.policy.lockfiles import advisory, export
from umbel.app import Workspace
from umbel.cli.root import run
from umbel.collect.interface import Edge, Reading
from umbel.evidence.lake import Lake
from umbel.policy.exceptions import Entry

if TYPE_CHECKING:
    from pathlib import Path

_SETTINGS = """
[[products]]
name = "Shop"
owner = "shop@acme.example"
projects = ["shop-*"]
[alerts]
[[alerts.targets]]
kind = "file"
path = "out.jsonl"
name = "out"
"""


def _shot(lake: Lake, name: str, inner: str, license_: str, number: int) -> None:
    """A bill of a project that needs inner through outer."""
    known = [
        acme.component("outer", "1.0.0", declared=(license_,)),
        acme.component("inner", inner, declared=(license_,)),
    ]
    edges = [
        Edge(source=None, target="outer@1.0.0"),
        Edge(source="outer@1.0.0", target=f"inner@{inner}"),
    ]
    when = acme.day(number)
    header = acme.stamp(name, content_sha256=f"{number}", observed_at=when, collected_at=when)
    acme.publish(lake, (header, Reading(format="test", components=known, edges=edges)))


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace with two projects of a product and one of none, and an advisory that affects them."""
    folder = tmp_path_factory.mktemp("estate")
    (folder / "umbel.toml").write_text(_SETTINGS)
    lake = Lake(folder / ".umbel/lake")
    for name in ("shop-web", "shop-api", "tool"):
        _shot(lake, name, "2.0.0", "MIT", -9)
    told = export(folder, advisory(1, "inner", "2.1.0", "CRITICAL"))
    Workspace(folder).sync_advisories(source=told, exploits=False)
    return folder


@pytest.fixture
def estate(made: Path, tmp_path: Path) -> Path:
    """A copy of it, for one test."""
    return shutil.copytree(made, tmp_path / "estate")


_MOVES = count()


def _moved(estate: Path, *names: str, inner: str = "2.1.0", license_: str = "MIT") -> None:
    lake = Lake(estate / ".umbel/lake")
    for name in names:
        _shot(lake, name, inner, license_, next(_MOVES) - 8)


def _out(estate: Path) -> list[tuple[str, str, str]]:
    path = estate / "out.jsonl"
    lines = path.read_text().splitlines() if path.exists() else []
    told = [json.loads(line) for line in lines]
    return [(t["type"].partition(".")[2], t["alert"]["what"], t["alert"].get("product") or "–") for t in told]


def _told(capsys: pytest.CaptureFixture[str], *arguments: str) -> Any:
    assert run(["alerts", *arguments, "--format", "json"]) == 0
    return json.loads(capsys.readouterr().out)


def test_once_each_over_and_back(estate: Path, capsys: pytest.CaptureFixture[str]) -> None:
    here = ["-C", str(estate)]
    assert run(["alerts", "update", *here]) == 0
    assert "2 new, 0 graver, 0 over; 2 alerts open." in capsys.readouterr().out
    raised = [("raised", "CVE-2026-0001", "Shop"), ("raised", "CVE-2026-0001", "–")]
    assert sorted(_out(estate)) == raised
    assert run(["alerts", "update", *here]) == 0
    assert "Nothing changed since the last look: 2 alerts open." in capsys.readouterr().out
    assert run(["alerts", "update", "--again", *here]) == 0
    _moved(estate, "shop-web")
    assert run(["alerts", "update", *here]) == 0
    assert len(_out(estate)) == 2  # one project less is no news
    capsys.readouterr()
    (shop,) = [a for a in _told(capsys, *here) if a["product"] == "Shop"]
    assert (shop["projects"], shop["owner"], shop["told_to"]) == (["shop-api"], "shop@acme.example", ["out"])
    assert shop["ways"] == ["shop-api → outer@1.0.0 → inner@2.0.0"]
    _moved(estate, "shop-api")
    assert run(["alerts", "update", *here]) == 0
    assert _out(estate)[2:] == [("resolved", "CVE-2026-0001", "Shop")]
    _moved(estate, "shop-api", inner="2.0.0")
    assert run(["alerts", "update", *here]) == 0
    assert _out(estate)[3:] == [("raised", "CVE-2026-0001", "Shop")]
    capsys.readouterr()
    assert {a["episode"] for a in _told(capsys, *here, "--product", "shop")} == {2}


def test_somebody_takes_care_of_it(estate: Path, capsys: pytest.CaptureFixture[str]) -> None:
    here = ["-C", str(estate)]
    assert run(["alerts", "update", "--no-send", *here]) == 0
    assert _out(estate) == []
    capsys.readouterr()
    (shop,) = _told(capsys, *here, "--product", "Shop")
    note = 'in review"\n[[acknowledged]]'
    assert run(["alerts", "ack", shop["alert"][:8], "--by", "dev@acme.example", "--note", note, *here]) == 0
    assert run(["alerts", "send", *here]) == 0
    assert _out(estate) == [("raised", "CVE-2026-0001", "–")]
    assert "acknowledged" in (estate / "decisions/alerts.toml").read_text()
    capsys.readouterr()
    assert [a["acknowledged_by"] for a in _told(capsys, *here, "--product", "Shop")] == ["dev@acme.example"]
    assert run(["alerts", "show", shop["alert"], *here]) == 0
    shown = capsys.readouterr().out
    assert "shop-web → outer@1.0.0 → inner@2.0.0" in shown
    assert "Taken care of by dev@acme.example" in shown
    assert run(["alerts", "ack", "a-nothing", "--by", "dev", *here]) == 2
    assert run(["alerts", *here]) == 0
    assert "acknowledged" in capsys.readouterr().out


def test_whatever_is_lost_nobody_is_told_twice(estate: Path) -> None:
    Workspace(estate).update_alerts()
    before = _out(estate)
    state = estate / ".umbel/alerts"
    (state / "last.json").unlink()  # as after a kill between the journal and it
    (state / "licenses.parquet").write_bytes(b"PAR1")
    Workspace(estate).update_alerts()
    journal = (state / "journal.jsonl").read_bytes().splitlines(keepends=True)
    kept = [line for line in journal if b'"delivered"' in line]
    (state / "journal.jsonl").write_bytes(b"".join(kept))  # what was raised is lost
    done = Workspace(estate).update_alerts()
    assert not done.unchanged
    assert _out(estate) == before
    (state / "journal.jsonl").unlink()  # all is lost: the file itself knows its messages
    Workspace(estate).update_alerts()
    assert _out(estate) == before


_UPDATE = "import sys; from umbel.app import Workspace; print(Workspace(sys.argv[1]).update_alerts(again=True).raised)"


def test_two_who_look_at_once_raise_and_tell_once(estate: Path) -> None:
    command = [sys.executable, "-c", _UPDATE, str(estate)]
    with (
        subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as one,
        subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as two,
    ):
        said = [one.communicate(timeout=60)[0], two.communicate(timeout=60)[0]]
    assert sorted(said) == ["0\n", "2\n"]
    assert len(_out(estate)) == 2


def test_without_advisories_nothing_is_over(estate: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    Workspace(estate).update_alerts()
    monkeypatch.setattr(Workspace, "advisories", lambda *_: None)
    done = Workspace(estate).update_alerts(again=True)
    assert (done.held, done.resolved, done.open) == (2, 0, 2)


def test_an_exception_is_told_before_it_ends(estate: Path) -> None:
    today = datetime.now(UTC).date()
    entry = Entry(
        rule="vulnerability", reason="not reachable", by="dev", decided=today, until=today + timedelta(days=5),
        project="shop-*",
    )  # fmt: skip
    Workspace(estate).except_(entry)
    Workspace(estate).update_alerts()
    assert sorted(_out(estate)) == [("raised", "CVE-2026-0001", "–"), ("raised", entry.name, "Shop")]


def test_a_new_version_under_another_licence(estate: Path) -> None:
    Workspace(estate).update_alerts()
    _moved(estate, "shop-web", inner="3.0.0", license_="MPL-2.0")
    Workspace(estate).update_alerts()
    changed = ("raised", "pkg:npm/inner MPL-2.0", "Shop")
    assert _out(estate)[2:] == [changed]  # outer's licence was corrected, its version is the same
    Workspace(estate).update_alerts(again=True)  # it stands though the next look sees no change
    here = Workspace(estate)
    (standing,) = [s for s in here.alerts() if s.told and s.told.cause == "license-change"]
    assert standing.told is not None
    assert standing.state == "open"
    assert standing.told.was == "MIT"
    here.acknowledge(standing.id, "dev@acme.example")
    here.update_alerts()
    assert _out(estate)[3:] == [("resolved", "pkg:npm/inner MPL-2.0", "Shop")]


def test_a_plan_that_is_late(estate: Path, capsys: pytest.CaptureFixture[str]) -> None:
    here = ["-C", str(estate)]
    plan = ["plans", "add", "--package", "pkg:npm/outer@<2", "--owner", "shop@acme.example", "--by", "ospo"]
    assert run([*plan, "--until", "soon", *here]) == 2
    assert run([*plan, "--until", "2999-01-01", "--product", "Shop", "--replacement", "inner", *here]) == 0
    assert run([*plan, "--until", "2999-01-01", "--product", "Shop", *here]) == 2
    assert run(["plans", "list", *here]) == 0
    assert "2999-01-01" in capsys.readouterr().out
    Workspace(estate).update_alerts()
    assert len(_out(estate)) == 2
    path = estate / "decisions/end-of-life.toml"
    decided = f"{date.today():%Y-%m-%d}"  # noqa: DTZ011 - as it was written
    path.write_text(path.read_text().replace("2999-01-01", "2026-01-02").replace(decided, "2026-01-01"))
    assert run(["plans", "list", *here]) == 1
    Workspace(estate).update_alerts()
    ((kind, name, product),) = _out(estate)[2:]
    assert (kind, name[:2], product) == ("raised", "l-", "Shop")


def test_mail_and_a_target_that_is_gone(estate: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with mail_server() as inbox:
        (estate / "umbel.toml").write_text(
            _SETTINGS.replace("[alerts]", '[alerts]\nto = ["security@acme.example"]')
            + f"""
[[alerts.targets]]
kind = "mail"
host = "127.0.0.1"
port = {inbox.port}
tls = "none"
sender = "umbel@acme.example"
owners_too = true
[[alerts.targets]]
kind = "webhook"
url_env = "NOT_SET_HERE"
name = "hook"
"""
        )
        assert run(["alerts", "update", "-C", str(estate)]) == 3
    said = capsys.readouterr()
    assert "? hook: The variable NOT_SET_HERE is not set." in said.err
    assert "out: 2 of 2 messages delivered." in said.out
    assert sorted(map(sorted, inbox.to)) == [
        ["security@acme.example"],
        ["security@acme.example", "shop@acme.example"],
    ]
    assert len(_out(estate)) == 2


def test_where_nothing_was_collected(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["alerts", "-C", str(tmp_path)]) == 0
    assert "No alert is open." in capsys.readouterr().out
    assert run(["alerts", "update", "-C", str(tmp_path)]) == 3
    assert run(["alerts", "send", "-C", str(tmp_path)]) == 2


def test_an_editor_s_lock_among_the_decisions_stops_nothing(estate: Path) -> None:
    (estate / "decisions").mkdir(exist_ok=True)
    (estate / "decisions/.#exceptions.toml").symlink_to("dev@acme.example:1234")
    assert run(["alerts", "update", "-C", str(estate)]) == 0


def test_what_was_read_again_without_a_change_is_no_old_evidence(estate: Path) -> None:
    (estate / "umbel.toml").write_text(_SETTINGS.replace("[alerts]", "[alerts]\nstale_days = 30"))
    here = Workspace(estate)

    def old() -> list[tuple[str, ...]]:
        here.update_alerts(send=False)
        told = [one.told for one in here.alerts() if one.resolved_at is None and one.told is not None]
        return [one.projects for one in told if one.cause == "stale-evidence"]

    assert sorted(old()) == [("shop-api", "shop-web"), ("tool",)]
    stamp = acme.stamp("tool", content_sha256="-9", observed_at=acme.day(-9), collected_at=datetime.now(UTC))
    acme.publish(here.lake(), (stamp, acme.reading(["outer@1.0.0", "inner@2.0.0"])))
    assert old() == [("shop-api", "shop-web")]
