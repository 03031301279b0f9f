# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Records go into the database and come out as the files that they were."""

from __future__ import annotations

import tempfile
from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.office.records.modes import WHO, grant, reasons
from umbel.model.errors import UsageError
from umbel.office.records import database, decisions, folders
from umbel.office.records.models import Entry, File
from umbel.office.records.moving import export_records, import_records

pytestmark = pytest.mark.django_db

_NAMES = st.text("abcxyzÄß漢 .-_", min_size=1, max_size=12).filter(
    lambda name: name.strip(" .") == name and not name.startswith(".")
)
_FIRST, _LAST = datetime(1990, 1, 1), datetime(2030, 1, 1)  # noqa: DTZ001 - hypothesis wants them so
_PATHS = st.one_of(
    st.sampled_from(sorted(folders.ROOTS - {"umbel.toml"})),
    st.tuples(st.sampled_from(sorted(folders.FOLDERS)), st.lists(_NAMES, min_size=1, max_size=2)).map(
        lambda parts: "/".join([parts[0], *parts[1]])
    ),
)
_TEXTS = st.builds(
    folders.Text,
    st.binary(max_size=200),
    st.booleans(),
    st.datetimes(_FIRST, _LAST, timezones=st.just(UTC)),
)
_RECORDS = st.dictionaries(_PATHS, _TEXTS, max_size=6).filter(
    lambda files: not any(other != name and other.startswith(f"{name}/") for name in files for other in files)
)


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(before=_RECORDS, after=_RECORDS)
def test_what_comes_in_goes_out_the_same(
    before: dict[str, folders.Text], after: dict[str, folders.Text], in_database: Path
) -> None:
    with tempfile.TemporaryDirectory() as base, transaction.atomic():
        for number, files in enumerate((before, after)):
            source, target = Path(base) / f"from-{number}", Path(base) / f"to-{number}"
            source.mkdir()
            for name, text in files.items():
                folders.put(source / name, text)
            import_records(source, WHO, replace=True)
            export_records(target, WHO)
            _same(folders.read(target), files)
            _same(folders.read(decisions.current_folder()), files)
        transaction.set_rollback(True)
    assert in_database


def _same(found: dict[str, folders.Text], wanted: dict[str, folders.Text]) -> None:
    assert found.keys() == wanted.keys()
    for name, text in wanted.items():
        assert text.says(found[name])
        assert abs((found[name].at - text.at).total_seconds()) < 0.01


def test_others_are_not_overwritten_unless_told(in_database: Path, tmp_path: Path) -> None:
    grant("first")
    other = tmp_path / "other"
    other.mkdir()
    (other / "umbel.toml").write_text('[organisation]\nname = "Other"\n')
    with pytest.raises(UsageError, match="holds 2 files"):
        import_records(other, WHO)
    target = tmp_path / "out"
    assert export_records(target, WHO).changed == ("decisions/exceptions.toml", "umbel.toml")
    assert export_records(target, WHO).changed == ()
    (target / "umbel.toml").write_text("# mine")
    (target / "decisions/own.toml").write_text("# mine")
    with pytest.raises(UsageError, match=r"umbel\.toml says something else"):
        export_records(target, WHO)
    assert export_records(target, WHO, replace=True).changed == ("umbel.toml",)
    assert (target / "decisions/own.toml").exists()
    moved = import_records(other, WHO, replace=True)
    assert (moved.files, moved.changed) == (1, ("decisions/exceptions.toml", "umbel.toml"))
    assert reasons() == []
    assert in_database


def test_bringing_the_same_twice_changes_nothing(in_database: Path) -> None:
    import_records(in_database, WHO)
    version, lines = database.head(), Entry.objects.count()
    import_records(in_database, WHO)
    assert (database.head(), Entry.objects.count()) == (version, lines)


def test_what_is_no_record_stays_where_it_is(in_database: Path) -> None:
    (in_database / "decisions/.#lock").symlink_to("nobody@nowhere")
    (in_database / "decisions/.half.toml.new").write_text("x")
    (in_database / "decisions/linked.toml").symlink_to("/etc/hostname")
    import_records(in_database, WHO)
    assert set(File.objects.values_list("path", flat=True)) == {"umbel.toml"}


def test_what_is_too_large_is_said(in_database: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (in_database / "documents").mkdir()
    (in_database / "documents/film.bin").write_bytes(b"x" * 2_000)
    monkeypatch.setattr(folders, "LARGEST", 1_000)
    with pytest.raises(UsageError, match="film"):
        import_records(in_database, WHO)
    assert database.head() == (0, "")


@pytest.mark.parametrize(
    "path",
    ["../umbel.toml", "/etc/passwd", "decisions/../../x", "code/main.py", "decisions", "x\0", "a" * 500],
)
def test_only_places_of_records_are_written(path: str, tmp_path: Path) -> None:
    assert not folders.is_record(path)
    text = folders.Text(b"x", private=False, at=datetime.now(UTC))
    with pytest.raises(UsageError):
        folders.lay_out(tmp_path / "new", {path: text}, tmp_path)
