# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Documents that are handed in: what becomes evidence, what it takes the place of, and what is refused."""

from __future__ import annotations

import json
import threading
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest

from umbel.app import Workspace
from umbel.collect import reading_apart
from umbel.evidence.ingest_upload import MOST_BYTES, Handed
from umbel.model.errors import UsageError

if TYPE_CHECKING:
    from pathlib import Path

NOW = datetime(2026, 11, 1, tzinfo=UTC)


def bill(*names: str, at: str | None = "2026-10-01T00:00:00Z", subject: str = "checkout") -> bytes:
    """A CycloneDX document of npm packages."""
    parts = [
        {"type": "library", "name": name, "version": "1.0", "bom-ref": name, "purl": f"pkg:npm/{name}@1.0"}
        for name in names
    ]
    about: dict[str, Any] = {"component": {"type": "application", "name": subject, "version": "3"}}
    if at:
        about["timestamp"] = at
    return json.dumps(
        {"bomFormat": "CycloneDX", "specVersion": "1.5", "metadata": about, "components": parts}
    ).encode()


XML = b"""<?xml version="1.0"?><bom xmlns="http://cyclonedx.org/schema/bom/1.4" version="1"><components>
<component type="library"><name>c</name><version>1.0</version><purl>pkg:npm/c@1.0</purl></component></components></bom>"""


def shown(ws: Workspace, project: str = "checkout", as_of: datetime | None = None) -> set[str]:
    """The packages that the evidence has of a project."""
    with ws.session(as_of) as session:
        asked = session.ask("SELECT package FROM inventory WHERE project = $p", {"p": project})
        return {row[0].removeprefix("pkg:npm/") for row in asked.rows()}


def test_a_document_is_kept_under_the_name_that_is_said(tmp_path: Path) -> None:
    ws = Workspace(tmp_path)
    found = ws.hand_in(Handed(data=bill("a", "b"), project="shop", version="main"), now=NOW)
    assert found.kept is not None
    assert (found.kept.outcome, found.kept.components, found.document.project) == ("complete", 2, "shop")
    assert shown(ws, "shop") == {"a", "b"}
    assert found.verdict.judged == 2
    told = ws.hand_in(Handed(data=bill("a")), now=NOW)
    assert (told.document.project, told.document.version) == ("checkout", "3")


def test_the_workspaces_naming_has_the_last_word(tmp_path: Path) -> None:
    (tmp_path / "umbel.toml").write_text('[[projects]]\nname = "Shop"\nmatch = ["shop-*"]\n')
    ws = Workspace(tmp_path)
    assert ws.hand_in(Handed(data=bill("a"), project="shop-web"), now=NOW).document.project == "Shop"
    assert shown(ws, "Shop") == {"a"}


def test_what_is_looked_at_alone_leaves_no_lake(tmp_path: Path) -> None:
    found = Workspace(tmp_path).hand_in(Handed(data=bill("a")), keep=False)
    assert found.kept is None
    assert found.verdict.judged == 1
    assert not (tmp_path / ".umbel" / "lake").exists()


def test_the_last_one_stands_whatever_its_format_and_date(tmp_path: Path) -> None:
    ws = Workspace(tmp_path)
    days = (2, 3, 4)
    ws.hand_in(Handed(data=bill("a"), project="checkout"), now=NOW.replace(day=days[0]))
    ws.hand_in(Handed(data=XML, name="bom.xml", project="checkout"), now=NOW.replace(day=days[1]))
    assert shown(ws) == {"c"}
    older = ws.hand_in(
        Handed(data=bill("old", at="2020-01-01T00:00:00Z"), project="checkout"), now=NOW.replace(day=days[2])
    )
    assert older.kept is not None
    assert [fault.code for fault in older.kept.faults] == ["older"]
    assert shown(ws) == {"old"}
    assert shown(ws, as_of=NOW.replace(day=days[1], hour=1)) == {"c"}


def test_parts_stand_side_by_side_until_they_are_withdrawn(tmp_path: Path) -> None:
    ws = Workspace(tmp_path)
    for part in ("web", "api"):
        found = ws.hand_in(Handed(data=bill(part), project="checkout", part=part), now=NOW)
    assert shown(ws) == {"web", "api"}
    assert ws.withdraw_handed([found.document.origin]) == 1
    assert shown(ws) == {"web"}


def test_the_same_again_writes_nothing(tmp_path: Path) -> None:
    ws = Workspace(tmp_path)
    first = ws.hand_in(Handed(data=bill("a"), project="checkout"), now=NOW)
    before = ws.lake().pin(("snapshots",)).versions
    again = ws.hand_in(Handed(data=bill("a"), project="checkout"))
    assert first.kept is not None
    assert again.kept is not None
    assert (first.kept.outcome, again.kept.outcome) == ("complete", "unchanged")
    assert ws.lake().pin(("snapshots",)).versions == before


def test_collecting_a_folder_leaves_alone_what_was_handed_in(tmp_path: Path) -> None:
    ws = Workspace(tmp_path)
    ws.hand_in(Handed(data=bill("a"), project="checkout"), now=NOW)
    (tmp_path / "code").mkdir()
    (tmp_path / "code" / "requirements.txt").write_text("b==1.0\n")
    ws.collect([tmp_path])
    assert shown(ws) == {"a"}


def test_two_at_once_of_one_project_are_both_whole(tmp_path: Path) -> None:
    ws = Workspace(tmp_path)
    ws.lake(create=True)
    documents = [bill("a", "b"), bill("c", "d")]
    threads = [
        threading.Thread(
            target=lambda d=data: Workspace(tmp_path).hand_in(Handed(data=d, project="checkout"))
        )
        for data in documents
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert shown(ws) in ({"a", "b"}, {"c", "d"})


@pytest.mark.parametrize(
    ("data", "name", "words"),
    [
        (b"", "bom.json", "is empty"),
        (b"   \n", "bom.json", "is empty"),
        (b"hello", "notes.txt", "is no SBOM"),
        (b"hello", "../../etc/bom.json", "bom.json can't be read"),
        (b'{"bomFormat": "CycloneDX", "components": ' + b"[" * 100_000, "bom.json", "can't be read"),
        (b"\x00\xff" * 400, "bom.json", "can't be read"),
        (b" " * (MOST_BYTES + 1), "bom.json", "is empty"),
        (b"x" * (MOST_BYTES + 1), "bom.json", "at most"),
        (
            b'<!DOCTYPE a [<!ENTITY b "c">]><bom xmlns="http://cyclonedx.org/schema/bom/1.4">&b;',
            "bom.xml",
            "can't be read",
        ),
    ],
    ids=["nothing", "blank", "words", "named so", "deep", "bytes", "much of nothing", "much", "entities"],
)
def test_what_cant_be_understood_is_refused_in_a_line(
    data: bytes, name: str, words: str, tmp_path: Path
) -> None:
    with pytest.raises(UsageError) as refused:
        Workspace(tmp_path).hand_in(Handed(data=data, name=name))
    assert words in refused.value.message
    assert "\n" not in refused.value.message
    assert not (tmp_path / ".umbel").exists()


def test_names_of_strangers_are_kept_in_one_printable_line(tmp_path: Path) -> None:
    found = Workspace(tmp_path).hand_in(Handed(data=bill("a"), project="a\u202e\n b" + "c" * 900), keep=False)
    assert found.document.project.startswith("a b")
    assert len(found.document.project) == 255


def test_a_large_document_is_read_in_a_process_of_its_own(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(reading_apart, "LARGE", 10)
    ws = Workspace(tmp_path)
    ws.hand_in(Handed(data=bill("a", "b"), project="checkout"), now=NOW)
    assert shown(ws) == {"a", "b"}
    with pytest.raises(UsageError, match="can't be read"):
        ws.hand_in(Handed(data=b'{"bomFormat": "CycloneDX", "components": ' + b"[" * 100_000))


def test_one_that_takes_too_long_is_stopped(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(reading_apart, "LARGE", 10)
    monkeypatch.setattr(reading_apart.read, "__defaults__", (0.01,))
    with pytest.raises(UsageError, match="took longer"):
        Workspace(tmp_path).hand_in(Handed(data=bill("a")))
