# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Which files of a workspace are records; how they are read, laid out in a folder of their own, and put back.

A folder of their own has the records as files and all else of the workspace as links, so that the core works in it
as it does in the workspace.
"""

from __future__ import annotations

import os
import secrets
import shutil
import stat
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

import msgspec

from umbel.app.workspace import Workspace
from umbel.frameworks.indicators.cache import READ
from umbel.model.errors import UmbelError, UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

ROOTS = frozenset({"umbel.toml", "policy.toml", "value.toml", ".mailmap", ".gitignore"})
FOLDERS = frozenset(READ)
LARGEST = 16 << 20
"""Bytes of one file beyond which it is no record."""
MOST_FILES = 20_000
LONGEST_PATH = 400
_MOST_LINKS = 5_000


class Text(msgspec.Struct, frozen=True):
    """A file of records; `private`: only its owner may read it."""

    content: bytes
    private: bool
    at: datetime

    def says(self, other: Text | None) -> bool:
        """Whether another holds the same, whenever it was written."""
        return other is not None and (self.content, self.private) == (other.content, other.private)


Changes = dict[str, Text | None]
"""By path: what it holds now; None: it is gone."""


def is_record(path: str) -> bool:
    """Whether a path in the workspace is one of a record."""
    parts = PurePosixPath(path).parts
    if not parts or path.startswith("/") or ".." in parts or "\0" in path or len(path) > LONGEST_PATH:
        return False
    return path in ROOTS if len(parts) == 1 else parts[0] in FOLDERS


def read(folder: Path) -> dict[str, Text]:
    """The records of a folder. Raises `UsageError` for what can't be read."""
    found: dict[str, Text] = {}
    for path in _regular(folder):
        name = path.relative_to(folder).as_posix()
        try:
            told = path.stat()
            if told.st_size > LARGEST or not is_record(name):
                continue
            name.encode()
            private = bool(told.st_mode & 0o077 == 0)
            found[name] = Text(path.read_bytes(), private, datetime.fromtimestamp(told.st_mtime, UTC))
        except FileNotFoundError:
            continue
        except UnicodeEncodeError as error:
            raise UsageError(f"{name!a} has a name that is no text.", "Give it another.") from error
        except OSError as error:
            raise UsageError(f"{name} can't be read: {error.strerror}.") from error
        if len(found) > MOST_FILES:
            raise UsageError(f"There are more than {MOST_FILES} files of records.")
    return found


def too_large(folder: Path) -> list[str]:
    """Files that lie where records do, and are too large to be any."""
    found = (path for path in _regular(folder) if path.stat().st_size > LARGEST)
    return sorted(path.relative_to(folder).as_posix() for path in found)


def lay_out(target: Path, files: Mapping[str, Text], workspace: Path) -> None:
    """Make a folder that holds these records, and all else of a workspace as links. Its owner alone may read it."""
    target.mkdir(mode=0o700, parents=True)
    (workspace / ".umbel").mkdir(exist_ok=True)
    for name, text in files.items():
        if not is_record(name):
            raise UsageError(f"{name[:80]!r} is no place of a record.")
        put(target / name, text)
    with os.scandir(workspace) as entries:
        for place, entry in enumerate(entries):
            if place >= _MOST_LINKS:
                break
            if entry.name not in ROOTS and entry.name not in FOLDERS:
                (target / entry.name).symlink_to(workspace / entry.name)
    _link_written(target, workspace)
    for path in _regular(workspace):  # what is too large to be a record stands where the core looks for it
        name = path.relative_to(workspace).as_posix()
        if name not in files and path.stat().st_size > LARGEST:
            (target / name).parent.mkdir(parents=True, exist_ok=True)
            (target / name).symlink_to(path)


def _link_written(target: Path, workspace: Path) -> None:
    """Link what the settings let the core write elsewhere in the workspace, also where it doesn't exist yet."""
    said = Workspace(target)
    try:
        alerts, lake = said.settings.alerts, said.settings.lake.url
    except UmbelError:
        return  # told when it is asked for
    named = [alerts.journal, *(name for each in alerts.targets for name in (each.path, each.folder) if name)]
    for name in (*named, "" if "://" in lake else lake):
        first, *rest = PurePosixPath(name).parts or ("/",)
        if first in {"/", ".."} | ROOTS | FOLDERS or (target / first).is_symlink():
            continue
        if rest:
            (workspace / first).mkdir(exist_ok=True)
        (target / first).symlink_to(workspace / first)


def put(path: Path, text: Text) -> None:
    """Write a file whole or not at all, as old as it was said to be. Raises `OSError`."""
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_name(f".{secrets.token_hex(6)}.new")
    try:
        mode = 0o600 if text.private else 0o644
        with os.fdopen(os.open(fresh, os.O_CREAT | os.O_EXCL | os.O_WRONLY, mode), "wb") as file:
            file.write(text.content)
        os.utime(fresh, (text.at.timestamp(), text.at.timestamp()))
        fresh.replace(path)
    except BaseException:
        fresh.unlink(missing_ok=True)
        raise


def changes(before: Mapping[str, Text], after: Mapping[str, Text]) -> Changes:
    """What differs, in the order of paths."""
    found: Changes = {}
    for name in sorted(before.keys() | after.keys()):
        old, new = before.get(name), after.get(name)
        if new is None:
            found[name] = None
        elif not new.says(old):
            found[name] = new
    return found


def strays(folder: Path) -> list[str]:
    """What was written into a folder of its own at its top and is no record: nobody would keep it."""
    known = ROOTS | FOLDERS
    with os.scandir(folder) as entries:
        return sorted(each.name for each in entries if each.name not in known and not each.is_symlink())


def removed(folder: Path) -> None:
    """Remove a folder of its own; where its links lead nothing is touched."""
    shutil.rmtree(folder, ignore_errors=True)


def _regular(folder: Path) -> Iterator[Path]:
    """Files that lie where records do; no links (an editor's lock leads nowhere), nothing that a killed writer left."""
    for name in sorted(ROOTS):
        yield from (path for path in (folder / name,) if _is_regular(path))
    for root in sorted(FOLDERS):
        for place, folders, names in os.walk(folder / root):
            folders[:] = sorted(name for name in folders if not _is_draft(name))
            for name in sorted(names):
                path = Path(place) / name
                if not _is_draft(name) and _is_regular(path):
                    yield path


def _is_draft(name: str) -> bool:
    return name.startswith(".") and name.endswith(".new")


def _is_regular(path: Path) -> bool:
    with suppress(OSError):
        return stat.S_ISREG(path.lstat().st_mode)
    return False
