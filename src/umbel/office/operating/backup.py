# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Backups: the database as rows that any database takes, the records as files, the lake as it lies on this disk.

Figures are left out: they are computed again. A lake in object storage is left to the storage's own backups, and said.
"""

from __future__ import annotations

import io
import json
import os
import secrets
import shutil
import tarfile
import tempfile
import zlib
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from django.apps import apps
from django.core import serializers
from django.core.serializers.json import DjangoJSONEncoder
from django.db import connection, transaction

from umbel._version import __version__
from umbel.model.errors import UsageError
from umbel.office.config import config

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from django.db.models import Model

_LEFT = frozenset(
    {
        "sessions.session",
        "accounts.session",
        "accounts.signinlink",
        "contenttypes.contenttype",
        "auth.permission",
    }
)
"""What is made anew, or must not outlive its moment."""
_NOTE = "umbel-backup.json"
BY = "umbel office backup"
_DAMAGED = (
    tarfile.TarError, EOFError, zlib.error, UnicodeDecodeError, json.JSONDecodeError,
    serializers.base.DeserializationError,
)  # fmt: skip


class _Exact(DjangoJSONEncoder):
    """Django's, with moments to the microsecond: the audit log's digests are of these."""

    def default(self, o: object) -> object:
        """What JSON has no word for."""
        return o.isoformat() if isinstance(o, datetime) else super().default(o)


def write(file: Path) -> str:
    """Write an archive, whole or not at all; a sentence on it. Raises `OSError`."""
    from umbel.office.records.decisions import current_folder

    fresh = file.with_name(f".{file.name}.{secrets.token_hex(4)}")
    counted = 0
    lakes = list(_lakes())
    try:
        with tarfile.open(fresh, "x:gz", compresslevel=6) as archive:
            fresh.chmod(0o600)  # it holds what signs people in, if only its digests
            _add(archive, _NOTE, json.dumps({"version": __version__, "database": connection.vendor}).encode())
            with _at_one_moment():
                for model in _models():
                    counted += 1
                    _add_rows(archive, model)
            for path, name in _files(current_folder()):
                archive.add(path, f"workspace/{name}", recursive=False)
            for lake in lakes:
                for path in _in_order(lake):
                    archive.add(
                        path, f"workspace/{path.relative_to(config().workspace).as_posix()}", recursive=False
                    )
        with fresh.open("rb") as written:
            os.fsync(written.fileno())
        fresh.replace(file)
    finally:
        fresh.unlink(missing_ok=True)
    size = file.stat().st_size / 1e6
    said = (
        f"Wrote {file}: {counted} tables, {len(lakes)} lakes, {size:.1f} MB. Keep it as you keep passwords."
    )
    return said if lakes else f"{said}\nThe lake doesn't lie in this folder: back it up where it lies."


def restore(file: Path) -> str:
    """Bring an archive into an empty office; a sentence on it. Raises `UsageError`, `OSError`."""
    from umbel.office.accounts.models import User

    if User.objects.exists():
        raise UsageError("This office has accounts already.", "Restore into an empty database.")
    root = config().workspace
    if any(_lakes()):
        raise UsageError("This folder has a lake already.", "Restore into a folder without one.")
    done: list[Path] = []
    try:
        with tarfile.open(file, "r:gz") as archive, transaction.atomic():
            members = _members(archive, file)
            tables = [member for member in members if member.name.startswith("database/")]
            rows = _load(archive, tables)
            _unpack(archive, members, root, done)
    except BaseException as error:
        _taken_back(done, root)
        if isinstance(error, _DAMAGED):
            raise UsageError(f"{file} is damaged, or no backup of the office.") from error
        raise
    written = len(done)
    from umbel.office.records import audit

    audit(BY, "office.restore", file.name, f"{rows} rows, {written} files")
    return f"Restored {rows} rows and {written} files. Start the office: umbel serve"


def _taken_back(done: list[Path], root: Path) -> None:
    """Remove what was written, and the folders that are empty then: what was refused mustn't be in the way later."""
    for path in reversed(done):
        path.unlink(missing_ok=True)
        for folder in path.parents:
            if folder == root or not folder.is_relative_to(root):
                break
            try:
                folder.rmdir()
            except OSError:
                break


def _members(archive: tarfile.TarFile, file: Path) -> list[tarfile.TarInfo]:
    members = archive.getmembers()
    if not members or members[0].name != _NOTE:
        raise UsageError(f"{file} is no backup of the office.")
    return members


@contextmanager
def _at_one_moment() -> Iterator[None]:
    """Every table is read as it stands at one moment, while others go on writing."""
    with transaction.atomic():
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        yield


def _add_rows(archive: tarfile.TarFile, model: type[Model]) -> None:
    """A table as JSON lines, through a file: documents that were handed in are among its rows."""
    with tempfile.TemporaryFile() as told:
        rows = model._default_manager.order_by("pk").iterator(chunk_size=200)  # noqa: SLF001 - Django's way to them
        text = io.TextIOWrapper(told, "utf-8", newline="\n", write_through=True)
        serializers.serialize("jsonl", rows, stream=text, cls=_Exact)
        text.detach()
        member = tarfile.TarInfo(f"database/{model._meta.label_lower}.jsonl")  # noqa: SLF001 - Django's name of it
        member.size = told.seek(0, os.SEEK_END)
        told.seek(0)
        archive.addfile(member, told)


def _models() -> list[type[Model]]:
    from django.core.serializers import sort_dependencies

    models = sort_dependencies([(app, None) for app in apps.get_app_configs()], allow_cycles=True)
    return [model for model in models if model._meta.label_lower not in _LEFT and not model._meta.proxy]  # noqa: SLF001


def _load(archive: tarfile.TarFile, tables: Iterable[tarfile.TarInfo]) -> int:
    number = 0
    with transaction.atomic():
        for member in tables:
            told = archive.extractfile(member)
            if told is None:
                continue
            for made in serializers.deserialize("jsonl", io.TextIOWrapper(told, "utf-8")):
                made.save()
                number += 1
        _count_on()
    return number


def _count_on() -> None:
    """Numbers go on after those that were brought."""
    from django.core.management.color import no_style

    statements = connection.ops.sequence_reset_sql(no_style(), _models())
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)


def _lakes() -> Iterator[Path]:
    """The lakes that lie in the workspace's folder."""
    from umbel.office.core import workspace

    url = workspace().settings.lake.url
    if "://" in url:
        return
    own = (config().workspace / url).resolve()
    if not own.is_relative_to(config().workspace.resolve()):
        return
    for path in (config().workspace / url, Path(f"{config().workspace / url}-upstream")):
        if path.is_dir():
            yield path


def _in_order(lake: Path) -> Iterator[Path]:
    """A lake's files: the logs first. What they name is there and stays, whoever goes on writing."""
    paths = [path for path in sorted(lake.rglob("*")) if path.is_file() and not path.is_symlink()]
    yield from (path for path in paths if "_delta_log" in path.parts)
    yield from (path for path in paths if "_delta_log" not in path.parts)


def _files(folder: Path) -> Iterator[tuple[Path, str]]:
    from umbel.office.records import folders

    for name in folders.read(folder):
        yield folder / name, name


def _add(archive: tarfile.TarFile, name: str, content: bytes) -> None:
    member = tarfile.TarInfo(name)
    member.size = len(content)
    archive.addfile(member, io.BytesIO(content))


def _unpack(
    archive: tarfile.TarFile, members: Iterable[tarfile.TarInfo], root: Path, done: list[Path]
) -> None:
    """Write the files of a backup; `done` gets each that was written. Raises `UsageError`, `OSError`."""
    for member in members:
        place = PurePosixPath(member.name)
        if place.parts[:1] != ("workspace",) or not member.isfile():
            continue
        target = root.joinpath(*place.parts[1:])
        if ".." in place.parts or not target.resolve().is_relative_to(root.resolve()):
            raise UsageError(
                f"The backup names a place outside the folder: {member.name}.", "It wasn't made by Umbel."
            )
        told = archive.extractfile(member)
        if told is None:
            continue
        if target.exists():
            if target.read_bytes() == told.read():
                continue
            name = target.relative_to(root).as_posix()
            raise UsageError(
                f"{name} is here already, and says something else.", "Restore into an empty folder."
            )
        target.parent.mkdir(parents=True, exist_ok=True)
        done.append(target)
        with target.open("wb") as written:
            shutil.copyfileobj(told, written, 1 << 20)
        if member.mode & 0o077 == 0:
            target.chmod(0o600)
