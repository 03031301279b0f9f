# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""`umbel incident` as people run it, from the opening to the review."""

from __future__ import annotations

import json
import shutil
import time
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from tests import acme
from tests.policy.lockfiles import advisory, export
from umbel.app import Workspace
from umbel.cli.root import run
from umbel.evidence.lake import Lake
from umbel.model.errors import UsageError
from umbel.policy import incidents
from umbel.reports.incident_text import message

if TYPE_CHECKING:
    from pathlib import Path

_SETTINGS = '[[products]]\nname = "Shop"\nowner = "shop@acme.example"\nprojects = ["shop-*"]\n'


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three projects that use what an advisory speaks of."""
    folder = tmp_path_factory.mktemp("estate")
    (folder / "umbel.toml").write_text(_SETTINGS)
    lake = Lake(folder / ".umbel/lake")
    read = acme.reading(["inner@2.0.0", "other@1.0"])
    acme.publish(lake, *((acme.stamp(name), read) for name in ("shop-web", "shop-api", "tool")))
    told = export(folder, advisory(1, "inner", "2.1.0", "CRITICAL"), advisory(2, "nowhere", "1.0"))
    Workspace(folder).sync_advisories(source=told, exploits=False)
    return folder


@pytest.fixture
def estate(made: Path, tmp_path: Path) -> Path:
    """A copy of it, for one test."""
    return shutil.copytree(made, tmp_path / "estate")


def test_from_the_opening_to_the_review(estate: Path, capsys: pytest.CaptureFixture[str]) -> None:
    here = ["-C", str(estate)]
    assert run(["incident", "open", "CVE-2026-0001", "--by", "dev@acme.example", *here]) == 0
    said = capsys.readouterr().out
    assert "3 uses in 3 projects affected" in said
    assert "Shop: shop@acme.example, 2 projects" in said
    assert run(["incident", "status", "cve-2026-0001", *here]) == 3
    assert "0 mended, 0 affected, 3 unknown" in capsys.readouterr().out
    lake = Lake(estate / ".umbel/lake")
    later = Workspace(estate).incident("cve-2026-0001").incident.opened_at
    for name, version in (("shop-api", "2.1.0"), ("shop-web", "2.0.1")):
        when = later + timedelta(seconds=1)
        header = acme.stamp(name, content_sha256=version, observed_at=when, collected_at=when)
        acme.publish(lake, (header, acme.reading([f"inner@{version}"])))
    time.sleep(1.1)
    assert run(["incident", "status", "cve-2026-0001", "--by", "project", "--format", "json", *here]) == 1
    states = {row["project"]: row["state"] for row in json.loads(capsys.readouterr().out)}
    assert states == {"shop-api": "mended", "shop-web": "affected", "tool": "unknown"}
    assert run(["incident", "note", "cve-2026-0001", "filtered | *now*\x1b[31m", "--by", "dev", *here]) == 0
    assert run(["incident", "close", "cve-2026-0001", "--by", "dev", *here]) == 0
    assert run(["incident", "close", "cve-2026-0001", "--by", "dev", *here]) == 2
    assert run(["incident", "list", *here]) == 0
    assert "closed" in capsys.readouterr().out
    assert run(["incident", "review", "cve-2026-0001", *here]) == 0
    review = capsys.readouterr().out
    assert "| Mended: shop-api |" in review
    assert "Note (dev): filtered \\| \\*now\\*" in review
    assert "\x1b" not in review
    assert "Nothing new was seen since the opening of: tool" in review
    assert run(["incident", "reopen", "cve-2026-0001", *here]) == 0


def test_on_the_day_itself_there_is_no_advisory(estate: Path, capsys: pytest.CaptureFixture[str]) -> None:
    here = ["-C", str(estate)]
    assert run(["incident", "open", "CVE-2099-9999", *here]) == 2
    assert "--package" in capsys.readouterr().err
    assert run(["incident", "open", *here]) == 2
    assert run(["incident", "open", "--package", "pkg:", *here]) == 2
    more = ["--severity", "critical", "--title", "The big one", "--due", "2099-01-01"]
    assert run(["incident", "open", "CVE-2099-9999", "--package", "pkg:npm/inner@<=2.0.0", *more, *here]) == 0
    kept = Workspace(estate).incident("cve-2099-9999")
    assert (kept.incident.title, kept.incident.severity, len(kept.affected)) == ("The big one", "critical", 3)
    assert str(kept.incident.due) == "2099-01-01"


def test_an_advisory_that_affects_nobody_is_an_answer(estate: Path) -> None:
    assert run(["incident", "open", "cve-2026-0002", "-C", str(estate)]) == 0
    assert run(["incident", "status", "cve-2026-0002", "-C", str(estate)]) == 0


def test_messages_are_drafts_and_own_templates_come_first(
    estate: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    here = ["-C", str(estate)]
    title = "{{owners}} <b>\x1b[31m"
    assert run(["incident", "open", "CVE-2026-0001", "--title", title, *here]) == 0
    capsys.readouterr()
    kept, progress = Workspace(estate).incident_progress("cve-2026-0001")
    for whom in ("owners", "management", "customers"):
        text = message(kept, progress, whom, estate)
        assert text.startswith("Subject: ")
        assert "SPDX" not in text
        assert "\x1b" not in text
        assert "CVE-2026-0001" in text
        assert text.count("{{") == text.count("{{owners}} <b>")  # a title is no template
    own = estate / "decisions/incidents/templates"
    own.mkdir()
    (own / "owners.md").write_text("{{ due }}: {{uses}}")
    (own / "board.md").write_text("{{nothing}}")
    assert run(["incident", "message", "cve-2026-0001", "--to", "owners", *here]) == 0
    assert capsys.readouterr().out.endswith(": 3 uses\n")
    with pytest.raises(UsageError, match="asks for nothing"):
        message(kept, progress, "board", estate)
    for wrong in ("nobody", "../owners"):
        with pytest.raises(UsageError, match="no template"):
            message(kept, progress, wrong, estate)


def test_an_incident_that_can_t_be_read_hides_no_other(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    for name in ("one", "two", "three"):
        incidents.write(
            tmp_path, incidents.Incident(id=f"2026-03-01-{name}", title=name, opened_at=acme.NOW), []
        )
    (tmp_path / incidents.FOLDER / "2026-03-01-two" / incidents.RECORD).write_text("title = 1\n")
    (tmp_path / incidents.FOLDER / "2026-03-01-three" / incidents.AFFECTED).unlink()
    assert run(["incident", "list", "-C", str(tmp_path)]) == 3
    out, err = capfd.readouterr()
    assert "2026-03-01-one" in out
    assert "? 2026-03-01-two: incident.toml has 3 faults:" in err
    assert "The incident 2026-03-01-three lacks a file." in err
