# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Forgetting a person: nothing of theirs is left in any byte, and collecting brings nothing back."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from tests.evidence.people.cast import commit, history, key
from umbel.app import Workspace
from umbel.evidence.upkeep import compact

if TYPE_CHECKING:
    from pathlib import Path

JANE = ("Jane Roe", "jane@acme.example")
JANE_TOO = ("J. Roe", "jane@acme.example")
SAM = ("Sam Poe", "sam@globex.example")
WORDS = re.compile(r"jane|roe|acme\.example", re.IGNORECASE)


@pytest.fixture
def ws(tmp_path: Path) -> Workspace:
    ws = Workspace(tmp_path)
    lake = ws.lake(create=True)
    for number, project in enumerate(("shop", "till")):
        history(lake, project, [commit(JANE, number), commit(SAM, 5), commit(JANE_TOO, 9)])
    return ws


def everything(folder: Path) -> str:
    """All that the files of a folder hold, taken out of Parquet's compression."""
    from pyarrow import parquet

    texts = []
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        texts.append(path.read_bytes().decode("latin-1"))
        if path.suffix == ".parquet":
            texts.append(str(parquet.read_table(path).to_pylist()))
    return "\n".join(texts)


def test_nothing_that_names_them_is_left(ws: Workspace, tmp_path: Path) -> None:
    compact(ws.lake())
    before = ws.people()
    pseudonym = ws.people_why("jane@acme.example")[0].person
    with ws.people_office() as office:
        office.consent(pseudonym, given=True)
        office.merge([pseudonym, "sam@globex.example"], "Jane Roe says so")
    with ws.attached() as (_, attached):
        sam = attached.people.handle(key(SAM))
    with ws.people_office() as office:
        office.split(pseudonym, [sam])
    assert WORDS.search(everything(tmp_path))

    done = ws.people_forget("jane@acme.example")

    assert done.identities == 2
    assert done.decisions == 3
    assert not WORDS.search(everything(tmp_path))
    assert "Sam Poe" in everything(tmp_path)
    after = ws.people()
    assert sum(p["commits"] for p in after) == sum(p["commits"] for p in before)
    assert not WORDS.search(str(after))


def test_collecting_again_does_not_bring_them_back(ws: Workspace, tmp_path: Path) -> None:
    ws.people_forget("jane@acme.example")
    history(ws.lake(), "new", [commit(JANE, 3), commit(SAM, 4)])
    assert not WORDS.search(everything(tmp_path))


def test_a_run_that_read_the_tombstones_too_early_is_set_right(ws: Workspace, tmp_path: Path) -> None:
    from tests.evidence.people.cast import add
    from umbel.evidence.people.forget import purge

    pseudonym = ws.people_why("jane@acme.example")[0].person
    ws.people_forget("jane@acme.example")
    add(ws.lake(), "identities", [{"identity": key(JANE), "name": JANE[0], "email": JANE[1]}])

    assert not WORDS.search(str([*ws.people(), *ws.people_why(pseudonym, reveal=True)]))
    files, waiting = purge(ws.lake())
    assert files >= 1
    assert waiting == 0
    assert not WORDS.search(everything(tmp_path))
    assert purge(ws.lake()) == (0, 0)


def test_files_of_a_running_command_are_left_alone(ws: Workspace, tmp_path: Path) -> None:
    stray = tmp_path / ".umbel/lake/identities/part-00000-just-written.parquet"
    stray.write_bytes(b"half a file")
    assert ws.people_forget("jane@acme.example").waiting == 1
    assert stray.exists()
    ws.verify()
