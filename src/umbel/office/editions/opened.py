# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""The files of lists, opened: each thread keeps the latest few, read only."""

from __future__ import annotations

import os
import sqlite3
import threading
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from umbel.office.editions.listing import Listing

_local = threading.local()
_Stamp = tuple[int, int]


def connection(path: Path) -> sqlite3.Connection:
    """This thread's connection to a file, read only; the latest few are kept open. Raises `sqlite3.Error`."""
    kept: dict[str, tuple[_Stamp, sqlite3.Connection]] = _local.__dict__.setdefault("kept", {})
    name, stamp = str(path), _stamp(path)
    if name in kept:
        found = kept.pop(name)
        if found[0] == stamp:
            kept[name] = found
            return found[1]
        found[1].close()  # it was made again since
    made = sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro&immutable=1", uri=True)
    made.row_factory = sqlite3.Row
    made.execute("PRAGMA mmap_size=1073741824")
    for other in [each for each in kept if not os.path.exists(each)]:  # noqa: PTH110 - names are what is kept
        kept.pop(other)[1].close()  # open, it would keep its room on the disk
    kept[name] = (stamp, made)
    while len(kept) > 16:
        kept.pop(next(iter(kept)))[1].close()
    return made


def _stamp(path: Path) -> _Stamp:
    try:
        told = path.stat()
    except OSError:
        return (0, 0)
    return (told.st_ino, told.st_mtime_ns)


def fits(listing: Listing, path: Path) -> bool:
    """Whether a file has the columns that are declared: it may be of Umbel as it was before an update.

    Raises `sqlite3.Error` for a file that is no list at all.
    """
    names = {row[1] for row in connection(path).execute("PRAGMA table_info(rows)")}
    if not names:
        raise sqlite3.DatabaseError("it is empty")
    return names >= {"key", *(column.name for column in listing.columns)}
