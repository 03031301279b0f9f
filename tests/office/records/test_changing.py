# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Changes of records: kept whole or not at all, with a line of who did what."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.db import transaction

from tests.office.records.modes import TODAY, WHO, entry, grant, reasons
from umbel.frameworks.stakeholders import Stakeholder
from umbel.model.errors import UsageError
from umbel.model.settings import SettingsError
from umbel.office import core
from umbel.office.records import change, changing, decisions
from umbel.office.records.models import Entry

if TYPE_CHECKING:
    from pathlib import Path

    from umbel.app.workspace import Workspace

pytestmark = pytest.mark.django_db


def _newest() -> Entry:
    found = Entry.objects.first()
    assert found is not None
    return found


@pytest.mark.usefixtures("there")
def test_a_change_is_read_at_once_and_told_to_the_log_with_its_difference() -> None:
    assert grant("first") == "first"
    assert grant("second", detail="because") == "second"
    assert reasons() == ["first", "second"]
    line = _newest()
    assert (line.actor, line.user, line.action, line.subject, line.detail) == (
        "office@acme.example", 7, "exception.grant", "flask", "because",
    )  # fmt: skip
    assert "+++ decisions/exceptions.toml" in line.difference
    assert '+reason = "second"' in line.difference
    assert "first" not in line.difference


@pytest.mark.usefixtures("there")
def test_of_an_error_nothing_is_kept() -> None:
    grant("kept")
    before = _newest().pk

    def half(ws: Workspace) -> None:
        ws.except_(entry("half"))
        raise UsageError("No.")

    with pytest.raises(UsageError, match="No"):
        change(WHO, action="a", subject="b", act=half)
    assert reasons() == ["kept"]
    assert _newest().pk == before


def test_a_fault_of_the_core_names_no_place_of_this_machine(there: Path) -> None:
    with pytest.raises(SettingsError) as told:
        change(WHO, action="a", subject="b", act=lambda ws: ws.except_(entry("x", rule="nonsense")))
    assert "is no rule" in str(told.value)
    with pytest.raises(UsageError) as named:
        change(WHO, action="a", subject="b", act=_complain)
    assert str(there) not in str(named.value) + named.value.hint
    assert "decisions/x.toml" in str(named.value)


def _complain(ws: Workspace) -> None:
    raise UsageError(f"{ws.folder / 'decisions/x.toml'} is bad.", f"Look into {ws.folder}.")


@pytest.mark.usefixtures("there")
def test_what_belongs_to_a_change_is_done_with_it_or_neither() -> None:
    def refuse(given: str) -> None:
        raise UsageError(f"not {given}")

    with transaction.atomic(), pytest.raises(UsageError, match="not late"):
        grant("late", also=refuse)
    assert reasons() == []
    given: list[str] = []
    grant("good", also=given.append)
    assert given == ["good"]
    assert reasons() == ["good"]


def test_what_would_be_refused_is_found_out_without_keeping_anything(there: Path) -> None:
    changing.tried(lambda ws: ws.except_(entry("x")))
    with pytest.raises(SettingsError):
        changing.tried(lambda ws: ws.except_(entry("x", rule="nonsense")))
    assert reasons() == []
    assert not list((there / ".umbel/office/work").iterdir())


@pytest.mark.usefixtures("there")
def test_a_file_that_is_no_record_is_not_lost_silently() -> None:
    with pytest.raises(UsageError, match=r"stray\.txt is no record"):
        change(WHO, action="a", subject="b", act=lambda ws: (ws.folder / "stray.txt").write_text("x"))


@pytest.mark.usefixtures("there")
def test_what_the_workspace_has_beside_records_is_there_for_a_use_case() -> None:
    def look(ws: Workspace) -> str:
        return (ws.folder / "code/main.py").read_text()

    assert change(WHO, action="a", subject="b", act=look) == "print()\n"
    assert not _newest().difference


@pytest.mark.usefixtures("there")
def test_a_file_about_persons_stays_its_owners_and_out_of_the_log() -> None:
    one = Stakeholder(
        who="Head of everything",
        petal="management",
        interest=5,
        influence=5,
        attitude="neutral",
        by="office",
        decided=TODAY,
    )
    change(WHO, action="a", subject="b", act=lambda ws: ws.record_stakeholder(one))
    assert "Head of everything" not in _newest().difference
    path = decisions.current_folder() / "decisions/stakeholders.toml"
    assert path.stat().st_mode & 0o077 == 0
    assert "stakeholders.toml" in (path.parent / ".gitignore").read_text()


@pytest.mark.usefixtures("there")
def test_secrets_of_settings_stay_out_of_the_log() -> None:
    said = '[lake]\nurl = "s3://me:hunter2@bucket/lake"\n[lake.options]\nAWS_SECRET_ACCESS_KEY = "hunter2"\n'
    change(WHO, action="a", subject="b", act=lambda ws: ws.settings_file.write_text(said) and None)
    told = _newest().difference
    assert "AWS_SECRET_ACCESS_KEY" in told
    assert "hunter2" not in told


@pytest.mark.usefixtures("there")
def test_settings_that_nobody_could_read_any_more_are_refused() -> None:
    with pytest.raises(SettingsError):
        change(WHO, action="a", subject="b", act=lambda ws: ws.settings_file.write_text("[lake") and None)
    assert core.workspace().settings.organisation.name == "Acme"


def test_hand_edits_made_meanwhile_stand_beside_the_change(in_files: Path) -> None:
    grant("before")
    path, calls = in_files / "decisions/exceptions.toml", []

    def act(ws: Workspace) -> None:
        calls.append(1)
        if len(calls) == 1:  # somebody's editor writes while the use case runs
            path.write_text(path.read_text().replace("before", "before, edited by hand"))
        ws.except_(entry("mine"))

    change(WHO, action="a", subject="b", act=act)
    assert len(calls) == 2
    assert reasons() == ["before, edited by hand", "mine"]
    assert "by hand" not in _newest().difference


def test_who_edits_without_end_is_not_overwritten(in_files: Path) -> None:
    path = in_files / "decisions/exceptions.toml"
    grant("before")

    def act(ws: Workspace) -> None:
        path.write_text(path.read_text() + "# once more\n")
        ws.except_(entry("mine"))

    with pytest.raises(UsageError, match="by hand"):
        change(WHO, action="a", subject="b", act=act)
    assert reasons() == ["before"]


def test_of_two_files_of_which_one_cannot_be_written_neither_is(in_files: Path) -> None:
    (in_files / "goals").symlink_to(in_files / "nowhere/at-all")
    grant("before")
    count = _newest().pk

    def act(ws: Workspace) -> None:
        ws.except_(entry("mine"))
        (ws.folder / "goals").mkdir()
        (ws.folder / "goals/new.toml").write_text("x = 1\n")

    with pytest.raises((UsageError, OSError)):
        change(WHO, action="a", subject="b", act=act)
    assert reasons() == ["before"]
    assert _newest().pk == count


def test_files_mode_leaves_the_modes_of_files(in_files: Path) -> None:
    grant("before")
    path = in_files / "decisions/exceptions.toml"
    path.chmod(0o640)
    grant("after")
    assert path.stat().st_mode & 0o777 == 0o640
