# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Where documents lay, as people of a project say it: without the folders above all of them, which name a machine."""

from __future__ import annotations

import posixpath
from typing import TYPE_CHECKING, NamedTuple

from umbel.office.editions import path_of
from umbel.office.editions.opened import connection
from umbel.office.pages.portfolio.figures import DOCUMENTS
from umbel.reports.markup import printable, short

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from umbel.office.seen import Seen

FILE = "file:"
LONGEST = 160
_SQL = "SELECT key, coalesce(format, collector) AS format, origin FROM rows WHERE project = ?"


class Document(NamedTuple):
    """A document of a project: its format, and where it lay."""

    format: str
    place: str | None


def documents_of(looks: Seen, project: str) -> dict[str, Document]:
    """The documents of a project that were read, by the key of their reading."""

    def read(path: Path) -> dict[str, Document]:
        rows = connection(path).execute(_SQL, (project,)).fetchall()
        told = places(row["origin"] for row in rows)
        return {
            row["key"]: Document(row["format"] or "document", told.get(row["origin"] or "")) for row in rows
        }

    return path_of(DOCUMENTS, looks, read).value or {}


def places(origins: Iterable[str | None]) -> dict[str, str]:
    """Each origin as it is told: files by what is beneath the folder that all of them share, the rest as it is."""
    known = {origin for origin in origins if origin}
    files = {origin: posixpath.normpath(origin.removeprefix(FILE)) for origin in known if _is_file(origin)}
    folder = _shared(files.values())
    told = {}
    for origin in known:
        path = files.get(origin)
        text = origin if path is None else posixpath.relpath(path, folder) if folder else path
        told[origin] = short(printable(posixpath.basename(path or "") if text == "." else text), LONGEST)
    return told


def _is_file(origin: str) -> bool:
    return origin.startswith((f"{FILE}/", "/"))


def _shared(paths: Iterable[str]) -> str | None:
    """The deepest folder that all lie in; of one alone, the one that it lies in."""
    listed = list(paths)
    if not listed:
        return None
    folder = posixpath.commonpath(listed)
    return folder if len(set(listed)) > 1 else posixpath.dirname(folder)
