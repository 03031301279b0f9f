# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Who is who is worked out once, and again as soon as anything changes."""

from __future__ import annotations

import errno
import io
import os
import shutil
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import pytest

from tests.evidence.people.cast import commit, history
from umbel.app import Workspace
from umbel.evidence.people import attach as attach_module
from umbel.evidence.people import cache
from umbel.evidence.people.rules import CACHE

if TYPE_CHECKING:
    from pathlib import Path

    from umbel.evidence.people.attach import People
    from umbel.evidence.people.facts import Facts
    from umbel.evidence.people.rules import Rules

JANE = ("Jane Roe", "jane@acme.example")
HOME = ("Jane Roe", "jane@home.example")
LAB = ("Jane Roe", "jane@lab.acme.example")


@pytest.fixture
def ws(tmp_path: Path) -> Workspace:
    ws = Workspace(tmp_path)
    history(ws.lake(create=True), "shop", [commit(JANE, 0), commit(HOME, 1)])
    return ws


def test_the_second_question_asks_nobody_s_name(ws: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    first = ws.people()
    monkeypatch.setattr(attach_module, "resolve", None)
    assert ws.people() == first


def test_a_decision_an_import_a_commit_or_a_setting_is_seen_at_once(ws: Workspace, tmp_path: Path) -> None:
    one, other = (record["person"] for record in ws.people())
    with ws.people_office() as office:
        office.merge([one, other])
    assert len(ws.people()) == 1
    (tmp_path / "map").write_text("home.example Acme\n", "utf-8")
    ws.people_import(tmp_path / "map")
    assert ws.people()[0]["organisation"] == "Acme"
    history(ws.lake(), "till", [commit(("Sam Poe", "sam@globex.example"), 3)])
    assert len(ws.people()) == 2
    (tmp_path / "umbel.toml").write_text('[organisation]\ndomains = ["home.example"]\n', "utf-8")
    assert {record["ours"] for record in Workspace(tmp_path).people()} == {True, None}


def test_what_is_kept_names_nobody_and_goes_with_them(ws: Workspace, tmp_path: Path) -> None:
    history(
        ws.lake(),
        "till",
        [commit(("", "zjroewick@acme.example"), 3), commit(("", "zjroewick@home.example"), 4)],
    )
    assert len(ws.people()) == 3
    kept = b"".join(path.read_bytes() for path in (tmp_path / CACHE).iterdir())
    assert len(kept) > 1000
    assert not any(word in kept.lower() for word in (b"jane", b"zjroe", b"home.example@", b"@home"))
    ws.people_forget(JANE[1])
    assert not (tmp_path / CACHE).exists()


def resolved(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """A list that grows whenever people are told apart anew."""
    times: list[int] = []
    resolve = attach_module.resolve

    def counted(facts: Facts, rules: Rules) -> People:
        times.append(1)
        return resolve(facts, rules)

    monkeypatch.setattr(attach_module, "resolve", counted)
    return times


def test_commits_of_those_who_are_known_cost_nothing(ws: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    times = resolved(monkeypatch)
    ws.people()
    history(ws.lake(), "till", [commit(JANE, 5), commit(HOME, 6, trailers=[("reviewed-by", JANE)])])
    assert sum(record["commits"] for record in ws.people()) == 4
    assert sum(record["commits"] for record in ws.people()) == 4
    assert len(times) == 1


LOGIN = [("", "zjroewick@acme.example"), ("", "zjroewick@globex.example")]


@pytest.mark.parametrize(
    ("more", "people"),
    [
        ([commit(("Sam Poe", "sam@globex.example"), 5)], 3),  # somebody new
        ([commit(LAB, -9)], 2),  # an older commit: another pseudonym
        ([commit(JANE, 5)], 2),
    ],
)
def test_what_is_kept_is_what_would_be_made_anew(
    ws: Workspace, tmp_path: Path, more: list[dict[str, Any]], people: int
) -> None:
    history(ws.lake(), "lab", [commit(LAB, 3)])
    ws.people()
    history(ws.lake(), "till", more)
    kept = ws.people(), ws.people_affiliations()
    shutil.rmtree(tmp_path / CACHE)
    assert (ws.people(), ws.people_affiliations()) == kept
    assert len(kept[0]) == people


def test_who_wrote_in_one_project_is_seen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ws = Workspace(tmp_path)
    history(ws.lake(create=True), "shop", [commit(LOGIN[0], 0)])
    history(ws.lake(), "till", [commit(LOGIN[1], 1)])
    times = resolved(monkeypatch)
    assert len(ws.people()) == 2
    history(ws.lake(), "both", [commit(LOGIN[0], 2), commit(LOGIN[1], 3)])
    assert len(ws.people()) == 1
    assert len(times) == 2


def test_a_mailmap_that_speaks_of_a_shared_address_is_seen(tmp_path: Path) -> None:
    ws, root = Workspace(tmp_path), ("", "root@localhost")
    history(ws.lake(create=True), "shop", [commit(root, 0), commit(JANE, 1)], mailmap=[(root, JANE)])
    assert len(ws.people()) == 1
    history(ws.lake(), "till", [commit(root, 2)])
    assert len(ws.people()) == 2


def relations(ws: Workspace) -> list[list[Any]]:
    """What is kept, as a session has it."""
    with ws.attached() as (session, _):
        # As text: who always worked for somebody did so since before all days.
        query = "SELECT COLUMNS(*)::VARCHAR FROM {} ORDER BY ALL"
        return [session.ask(query.format(name)).rows() for name in cache.RELATIONS]


def damage(data: bytes, how: str) -> bytes:
    """A file's bytes, as a fault of the disk would leave them."""
    middle = len(data) // 2
    return {
        "empty": b"",
        "short": data[:-1],
        "half": data[:middle],
        "longer": data + b"\0",
        "flipped": data[:middle] + bytes([data[middle] ^ 1]) + data[middle + 1 :],
        "other": b"PAR1 broken",
    }[how]


@pytest.mark.parametrize("how", ["empty", "short", "half", "longer", "flipped", "other"])
def test_damage_is_seen(tmp_path: Path, how: str) -> None:
    path = tmp_path / "some.people"
    assert cache.save(path, b"what is kept")
    assert cache.load(path) == b"what is kept"
    path.write_bytes(damage(path.read_bytes(), how))
    assert cache.load(path) is None


@pytest.mark.parametrize("kind", ["*.people", "*.state", "*"])
def test_a_damaged_file_is_made_anew(ws: Workspace, tmp_path: Path, kind: str) -> None:
    history(ws.lake(), "till", [commit(("Sam Poe", "sam@acme.example"), 2)])
    first = relations(ws)
    assert all(first)
    for path in (tmp_path / CACHE).glob(kind):
        path.write_bytes(damage(path.read_bytes(), "flipped"))
    assert relations(ws) == first
    assert relations(ws) == first


def test_a_file_under_another_s_name_is_not_believed(ws: Workspace, tmp_path: Path) -> None:
    ws.people()
    kept = {path.name for path in (tmp_path / CACHE).glob("*.people")}
    history(ws.lake(), "till", [commit(("Sam Poe", "sam@globex.example"), 3)])
    assert len(ws.people()) == 3
    (old,) = ((tmp_path / CACHE) / name for name in kept)
    for path in (tmp_path / CACHE).glob("*.people"):
        path.write_bytes(old.read_bytes())
    assert len(ws.people()) == 3


@pytest.mark.parametrize(("place", "number"), [("fdopen", errno.ENOSPC), ("mkdir", errno.EROFS)])
def test_a_full_disk_or_a_closed_folder_harms_nobody(
    ws: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int, place: str
) -> None:
    class Full(io.BytesIO):
        def write(self, _: object) -> int:
            raise OSError(number, "no")

    def refuse(*_: object, **__: object) -> None:
        raise OSError(number, "no")

    with monkeypatch.context() as patch:
        if place == "fdopen":
            patch.setattr("umbel.evidence.people.cache.os.fdopen", lambda *_: Full())
        else:
            patch.setattr("pathlib.Path.mkdir", refuse)
        first = relations(ws)
    assert [path for path in (tmp_path / CACHE).glob("*") if path.is_file()] == []
    assert relations(ws) == first


def test_a_file_where_the_folder_should_be_harms_nobody(ws: Workspace, tmp_path: Path) -> None:
    (tmp_path / CACHE).parent.mkdir(parents=True, exist_ok=True)
    (tmp_path / CACHE).write_text("no folder", "utf-8")
    assert relations(ws) == relations(ws)


def test_two_that_write_at_once_leave_something_whole(ws: Workspace, tmp_path: Path) -> None:
    expected = relations(ws)
    with ThreadPoolExecutor(4) as pool:
        for _ in range(3):
            shutil.rmtree(tmp_path / CACHE, ignore_errors=True)
            found = list(pool.map(lambda _: relations(Workspace(tmp_path)), range(4)))
            assert found == [expected] * 4
    names = [path.name for path in (tmp_path / CACHE).iterdir()]
    assert sorted(name.partition(".")[2] for name in names) == ["people", "state"]


def test_old_entries_and_strays_are_swept(ws: Workspace, tmp_path: Path) -> None:
    relations(ws)
    folder = tmp_path / CACHE
    (folder / "of an earlier program").mkdir()
    for name in ("new-old", "new-young"):
        (folder / name).write_bytes(b"half")
    os.utime(folder / "new-old", (0, 0))
    for number in range(4):
        history(ws.lake(), f"p{number}", [commit((f"Dev {number}", f"d{number}x@p{number}.example"), number)])
        relations(ws)
    names = sorted(path.name for path in folder.iterdir())
    assert "new-young" in names
    assert {"new-old", "of an earlier program"}.isdisjoint(names)
    assert sum(name.endswith(".people") for name in names) == 4
