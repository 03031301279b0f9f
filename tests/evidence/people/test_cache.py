# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Who is who is worked out once, and again as soon as anything changes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.evidence.people.cast import commit, history
from umbel.app import Workspace
from umbel.evidence.people import attach as attach_module
from umbel.evidence.people.rules import CACHE

if TYPE_CHECKING:
    from pathlib import Path

JANE = ("Jane Roe", "jane@acme.example")
HOME = ("Jane Roe", "jane@home.example")


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
    from pyarrow import parquet

    ws.people()
    kept = [str(parquet.read_table(path).to_pylist()) for path in (tmp_path / CACHE).rglob("*.parquet")]
    assert len(kept) == 3
    assert not any(word in "".join(kept).casefold() for word in ("jane", "roe", "@"))
    ws.people_forget(JANE[1])
    assert not (tmp_path / CACHE).exists()


def test_a_broken_cache_is_made_anew(ws: Workspace, tmp_path: Path) -> None:
    first = ws.people()
    for path in (tmp_path / CACHE).rglob("*.parquet"):
        path.write_bytes(b"PAR1 broken")
    assert ws.people() == first
    assert ws.people() == first
