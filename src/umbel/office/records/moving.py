# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Records of a folder brought into the database, and taken out again as the files they were."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec
from django.db import transaction

from umbel.app.workspace import Workspace
from umbel.model.errors import UsageError
from umbel.office.config import config
from umbel.office.records import database, decisions, folders
from umbel.office.records.auditing import alone, audit
from umbel.office.records.difference import unified

if TYPE_CHECKING:
    from pathlib import Path


class Moved(msgspec.Struct, frozen=True, kw_only=True):
    """What was moved: how many files there are, and which of them are new, other than before, or gone."""

    files: int
    changed: tuple[str, ...]


def import_records(folder: Path, who: Any, *, replace: bool = False) -> Moved:
    """Bring the records of a folder into the database; then it holds these and no others.

    Raises `UsageError` where it holds others already, unless they are to be replaced.
    """
    with transaction.atomic():
        alone()
        before = database.texts()
        if before and not replace and folders.changes(before, folders.read(folder)):
            raise UsageError(
                f"The database holds {len(before)} files of records already.",
                "--replace takes those of the folder in their place; export them first.",
            )
        moved = brought(folder, who)
    decisions.forget()
    return moved


def brought(folder: Path, who: Any) -> Moved:
    """As `import_records`, in a transaction in which nobody else writes."""
    if large := folders.too_large(folder):
        raise UsageError(
            f"{large[0]} is too large for a record.", "Move it elsewhere; a record has at most 16 MiB."
        )
    files, before = folders.read(folder), database.texts()
    portable(Workspace(folder))
    changed = folders.changes(before, files)
    if changed or database.head()[0] == 0:
        database.keep(changed)
        audit(who, "records.import", f"{len(files)} files", "", unified(before, changed))
    return Moved(files=len(files), changed=tuple(changed))


def export_records(folder: Path, who: Any, *, replace: bool = False) -> Moved:
    """Write the records of the database into a folder. Files of it that aren't among them are left alone.

    Raises `UsageError` where a file says something else, unless it is to be replaced.
    """
    _, _, files = database.rows()
    folder.mkdir(parents=True, exist_ok=True)
    there = folders.read(folder)
    other = [name for name, text in files.items() if name in there and not text.says(there[name])]
    if other and not replace:
        raise UsageError(f"{other[0]} says something else there.", "Name another folder, or --replace.")
    fresh = [name for name in files if name not in there]
    for name in [*other, *fresh]:
        try:
            folders.put(folder / name, files[name])
        except OSError as error:
            raise UsageError(f"{folder / name} can't be written: {error.strerror}.") from error
    audit(who, "records.export", f"{len(files)} files")
    return Moved(files=len(files), changed=tuple(sorted([*other, *fresh])))


def differing() -> list[str]:
    """Files of the workspace that say something else than the database, which is what counts; nothing in files mode."""
    if not decisions.in_database():
        return []
    files, there = database.texts(), folders.read(config().workspace)
    return sorted(name for name, text in there.items() if not text.says(files.get(name)))


def portable(workspace: Workspace) -> None:
    """Raise `UsageError` for a lake that lies where records in a database can't lead to it."""
    from pathlib import PurePosixPath

    url = workspace.settings.lake.url
    if "://" not in url and (len(PurePosixPath(url).parts) == 1 or ".." in PurePosixPath(url).parts):
        raise UsageError(
            f"The lake at {url!r} can't be found from records in the database.", "Give its whole path."
        )
