# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Where the core reads records: the workspace itself, or a folder made from the newest version in the database."""

from __future__ import annotations

import secrets
import threading
import time
from contextlib import suppress
from pathlib import Path

import msgspec

from umbel.office.config import config
from umbel.office.records import folders

FOLDER = "records"
_FRESH = 1.0
"""Seconds for which nobody asks again whether there is a newer version."""
_KEPT = 1_800.0
"""Seconds for which a folder that isn't the newest any more is left to those who still read it."""
_MOST = 64
"""Such folders at most; beyond them the oldest that nobody can have opened just now go."""
_JUST_NOW = 120.0


class _Standing(msgspec.Struct, frozen=True):
    version: int
    mark: str
    folder: Path
    asked: float


_lock = threading.Lock()
_held: dict[str, _Standing] = {}


def current_folder() -> Path:
    """The folder from which the core reads. Follows the changes of other processes within a second."""
    here = config()
    if here.records == "files":
        return here.workspace
    held, now = _held.get(str(here.workspace)), time.monotonic()
    if held and not here.inline and now - held.asked < _FRESH and held.folder.is_dir():
        return held.folder
    with _lock:
        return _found(now).folder


def in_database() -> bool:
    """Whether the database has the records; False also where it is to have them, and nothing was ever brought there."""
    from umbel.office.records.database import head

    return config().records == "database" and head()[0] > 0


def forget() -> None:
    """Ask anew the next time: this process has just changed something."""
    _held.clear()


def _found(now: float) -> _Standing:
    from umbel.office.records.database import head, rows

    version, mark = head()
    held = _held.get(str(config().workspace))
    if held and (held.version, held.mark) == (version, mark) and held.folder.is_dir():
        folder = held.folder
    elif version == 0:
        folder = config().workspace
    else:
        folder = _place(version, mark)
        if not folder.is_dir():
            version, mark, files = rows()
            folder = _place(version, mark)
            made(folder, files)
            _sweep(folder)
    found = _Standing(version, mark, folder, now)
    _held[str(config().workspace)] = found
    return found


def _place(version: int, mark: str) -> Path:
    return config().folder / FOLDER / f"{version:09d}-{mark}"


def made(folder: Path, files: dict[str, folders.Text]) -> None:
    """Lay out a folder whole or not at all; of two processes that do so at once either's stands."""
    draft = folder.with_name(f".{secrets.token_hex(6)}.new")
    try:
        folders.lay_out(draft, files, config().workspace)
        with suppress(OSError):
            draft.rename(folder)
    finally:
        folders.removed(draft)


def _sweep(newest: Path) -> None:
    """Remove folders that were superseded long ago, and what killed processes left."""
    now, old = time.time(), []
    for path in newest.parent.iterdir():
        if path == newest or path.suffix == ".old":
            continue
        marker = path.with_name(f"{path.name}.old")
        with suppress(OSError):
            if not marker.exists():
                marker.touch()
            old.append((marker.stat().st_mtime, path, marker))
    old.sort(key=lambda each: each[0], reverse=True)
    for place, (since, path, marker) in enumerate(old):
        if now - since > _KEPT or (place >= _MOST and now - since > _JUST_NOW):
            folders.removed(path)
            marker.unlink(missing_ok=True)
