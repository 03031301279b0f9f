# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Where the core reads: always the newest, cheaply, and without tearing it away from who still reads."""

from __future__ import annotations

import os
import shutil
import time
from typing import TYPE_CHECKING

import pytest

from tests.office.records.modes import grant, reasons, records_in
from umbel.app.workspace import Workspace
from umbel.model.errors import UsageError
from umbel.office.records import Actor, change, database, decisions, folders
from umbel.office.records.models import Head
from umbel.office.records.moving import differing

if TYPE_CHECKING:
    from pathlib import Path

    from pytest_django import DjangoAssertNumQueries

pytestmark = pytest.mark.django_db


def test_files_are_read_where_they_are(
    in_files: Path, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_num_queries(0):
        assert decisions.current_folder() == in_files


def test_until_anything_was_brought_to_the_database_the_files_are_read(in_database: Path) -> None:
    assert decisions.current_folder() == in_database
    assert not decisions.in_database()
    grant("first")
    assert decisions.in_database()
    assert decisions.current_folder() != in_database
    assert not (in_database / "decisions/exceptions.toml").exists()
    assert Workspace(decisions.current_folder()).settings.organisation.name == "Acme"


def test_each_version_has_a_folder_of_its_own_and_the_one_before_stays(in_database: Path) -> None:
    grant("first")
    before = decisions.current_folder()
    grant("second")
    assert decisions.current_folder() != before
    ws = Workspace(before)
    assert [each.reason for each in ws.exceptions(ws.policy()).exceptions] == ["first"]
    assert (before / "code/main.py").read_text() == "print()\n"
    assert (before / ".umbel").resolve() == (in_database / ".umbel").resolve()
    assert (before / "umbel.toml").stat().st_mtime == pytest.approx(
        (in_database / "umbel.toml").stat().st_mtime, abs=0.01
    )


def test_asking_often_asks_the_database_once_a_second(
    folder: Path, monkeypatch: pytest.MonkeyPatch, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    with records_in(folder, "database", monkeypatch, inline=False):
        grant("first")
        first = decisions.current_folder()
        with django_assert_num_queries(0):
            assert {decisions.current_folder() for _ in range(100)} == {first}
        monkeypatch.setattr(decisions, "_FRESH", 0.0)
        with django_assert_num_queries(1):
            assert decisions.current_folder() == first


def test_changes_of_another_process_are_followed(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with records_in(folder, "database", monkeypatch, inline=False):
        grant("mine")
        decisions.current_folder()
        text = database.texts()["decisions/exceptions.toml"]
        theirs = text.content.replace(b"mine", b"theirs")
        database.keep({"decisions/exceptions.toml": folders.Text(theirs, text.private, text.at)})
        assert reasons() == ["mine"]  # for a second
        monkeypatch.setattr(decisions, "_FRESH", 0.0)
        assert reasons() == ["theirs"]


@pytest.mark.usefixtures("in_database")
def test_a_restored_database_is_not_taken_for_what_had_its_number() -> None:
    grant("first")
    old = decisions.current_folder()
    Head.objects.update(mark="restored")
    assert decisions.current_folder() not in {old, None}
    assert reasons() == ["first"]


@pytest.mark.usefixtures("in_database")
def test_a_folder_that_somebody_removed_is_made_again() -> None:
    grant("first")
    shutil.rmtree(decisions.current_folder())
    assert reasons() == ["first"]


@pytest.mark.usefixtures("in_database")
def test_folders_that_were_superseded_long_ago_go() -> None:
    grant("first")
    first = decisions.current_folder()
    grant("second")
    second = decisions.current_folder()
    marker = first.with_name(f"{first.name}.old")
    long_ago = time.time() - 3_600
    os.utime(marker, (long_ago, long_ago))
    grant("third")
    third = decisions.current_folder()
    assert (first.exists(), second.exists(), third.exists()) == (False, True, True)
    assert not marker.exists()


def test_what_the_workspace_says_otherwise_is_told(in_database: Path) -> None:
    assert differing() == []
    grant("first")
    assert differing() == []
    (in_database / "umbel.toml").write_text('[organisation]\nname = "Other"\n')
    (in_database / "policy.toml").write_text("")
    assert differing() == ["policy.toml", "umbel.toml"]
    assert Workspace(decisions.current_folder()).settings.organisation.name == "Acme"


@pytest.mark.parametrize("url", ["lake", "../lake", "data/../../lake"])
@pytest.mark.usefixtures("in_database")
def test_a_lake_that_records_in_a_database_cannot_lead_to_is_refused(url: str) -> None:
    with pytest.raises(UsageError, match="whole path"):
        change(
            Actor("x"),
            action="a",
            subject="b",
            act=lambda ws: ws.settings_file.write_text(f'[lake]\nurl = "{url}"\n'),
        )


@pytest.mark.parametrize("url", [".umbel/lake", "data/lake", "/somewhere/lake", "s3://bucket/lake"])
def test_others_lead_to_where_they_did(in_database: Path, url: str) -> None:
    change(
        Actor("x"),
        action="a",
        subject="b",
        act=lambda ws: ws.settings_file.write_text(f'[lake]\nurl = "{url}"\n') and None,
    )
    ws = Workspace(decisions.current_folder())
    told = ws.settings.lake.url
    if "://" not in url:
        assert (ws.folder / told).resolve() == (in_database / url).resolve()


def test_a_file_that_is_no_record_for_its_size_stands_where_it_stood(
    in_database: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    grant("first")
    (in_database / "series").mkdir()
    (in_database / "series/huge.csv").write_bytes(b"x" * 2_000)
    monkeypatch.setattr(folders, "LARGEST", 1_000)
    grant("second")
    assert (decisions.current_folder() / "series/huge.csv").stat().st_size == 2_000
    assert "series/huge.csv" not in database.texts()
