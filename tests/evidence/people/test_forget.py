# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Forgetting a person: nothing of theirs is left in any byte, and collecting brings nothing back."""

from __future__ import annotations

import re
import shutil
from typing import TYPE_CHECKING

import pytest

from tests.collect.git_repositories import by, init, raw_commit, say
from tests.collect.git_repositories import commit as git_commit
from tests.evidence.people.cast import commit, history, key
from umbel.app import Workspace
from umbel.evidence.ingest_history import Source, ingest
from umbel.evidence.people.forget import purge
from umbel.evidence.people.handles import digits
from umbel.evidence.upkeep import compact

if TYPE_CHECKING:
    from pathlib import Path

JANE = ("Jane Roe", "jane@acme.example")
JANE_TOO = ("J. Roe", "jane@acme.example")
SAM = ("Sam Poe", "sam@globex.example")
NAMES = re.compile(r"jane|roe|mary", re.IGNORECASE)
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


def collected(
    ws: Workspace, folder: Path, *authors: str, reviewer: str = "Kim Doe <kim@globex.example>"
) -> None:
    """Commit under these names and read the repository into the lake."""
    if not folder.exists():
        git_commit(init(folder), "start")
    for author in authors:
        message = f"work\n\nReviewed-by: {reviewer}\n".encode()
        raw_commit(folder, by(author), message, say(folder, "rev-parse", "HEAD"))
    ingest(ws.lake(create=True), [Source(folder, folder.name, f"git:{folder.name}")])


def test_another_spelling_of_the_name_does_not_bring_them_back(tmp_path: Path) -> None:
    ws, folder = Workspace(tmp_path), tmp_path / "shop"
    collected(ws, folder, "Jane Roe <jane@acme.example>", "Sam Poe <sam@globex.example>")
    pseudonym = ws.people_why("jane@acme.example")[0].person
    ws.people_forget("jane@acme.example")
    shutil.rmtree(tmp_path / ".umbel/cache", ignore_errors=True)

    new = "Jane M. Roe <Jane@Acme.example>"
    collected(ws, folder, new, "Sam Poe <sam@globex.example>", reviewer=new.replace("M.", "Mary"))
    shutil.rmtree(folder)

    assert not NAMES.search(everything(tmp_path))
    after = ws.people()
    assert sum(p["commits"] for p in after) == 5
    assert pseudonym in {p["person"] for p in after}
    with ws.attached() as (session, _):
        named = "SELECT DISTINCT unnest(trailers).identity AS identity FROM commits"
        assert session.ask(f"SELECT count(*) FROM ({named}) ANTI JOIN people USING (identity)").one() == (0,)
    assert "Sam Poe" in everything(tmp_path)


def test_a_mailmap_does_not_bring_them_back(tmp_path: Path) -> None:
    ws, folder = Workspace(tmp_path), tmp_path / "shop"
    collected(ws, folder, "Jane Roe <jane@acme.example>")
    ws.people_forget("jane@acme.example")
    raw_commit(folder, by("J. Roe <jane@acme.example>"), b"more\n", say(folder, "rev-parse", "HEAD"))
    git_commit(folder, files={".mailmap": "Jane Roe <roe@acme.example> <jane@acme.example>\n"})
    collected(ws, folder)
    shutil.rmtree(folder)
    assert not NAMES.search(everything(tmp_path))


SHARED = (
    "noreply@github.com",
    "root@localhost",
    "jane@laptop.local",
    "info@acme.example",
    "",
    "jane",
    "x@example.com",
)


def test_an_address_of_many_takes_nobody_else_along(ws: Workspace) -> None:
    history(ws.lake(), "many", [commit(("Jane Roe", address), 1) for address in SHARED])
    with ws.people_office() as office:
        office.merge([f"p-{digits(ws.lake().salt(), key(('Jane Roe', a)))}" for a in (*SHARED, JANE[1])])
    assert ws.people_forget(JANE[1]).identities == len(SHARED) + 2
    tombstones = ws.lake().table("forgotten", fresh=True).to_pyarrow_table()
    assert tombstones["forgotten_at"].null_count == 1

    history(ws.lake(), "later", [commit(("Kim Doe", address), 2) for address in (*SHARED, JANE[1])])
    purge(ws.lake())
    with ws.attached() as (_, attached):
        found = {i.email or "" for i in attached.people.identities.values() if i.name == "Kim Doe"}
    assert found == set(SHARED)


def test_an_address_that_another_person_uses_too_has_no_tombstone(ws: Workspace) -> None:
    pair = ("Pair Poe", "jane@acme.example")
    history(ws.lake(), "pair", [commit(pair, 3)])
    with ws.people_office() as office:
        jane, pairs = (f"i-{digits(ws.lake().salt(), key(who))}" for who in (JANE, pair))
        office.split(jane.replace("i-", "p-"), [pairs])
    ws.people_forget(jane)
    tombstones = ws.lake().table("forgotten", fresh=True).to_pyarrow_table()
    assert tombstones["forgotten_at"].null_count == 0
    assert "Pair Poe" in str(ws.people_why(pairs, reveal=True))


def test_who_comes_back_in_a_race_is_not_shown_and_goes(ws: Workspace, tmp_path: Path) -> None:
    from tests.evidence.people.cast import add

    ws.people_forget("jane@acme.example")
    new = ("Jane M. Roe", "JANE@acme.example")
    add(ws.lake(), "identities", [{"identity": key(new), "name": new[0], "email": new[1]}])
    before = ws.people()
    with ws.attached() as (_, attached):
        assert key(new) in attached.people.forgotten
        assert not WORDS.search(str(attached.people.identities))
    assert purge(ws.lake())[0] >= 1
    assert not WORDS.search(everything(tmp_path))
    assert ws.people() == before
    with ws.attached() as (session, _):
        rows = session.ask("SELECT count(*), count(DISTINCT identity) FROM people").rows()
        assert rows == [(4, 4)]  # an address is nobody
