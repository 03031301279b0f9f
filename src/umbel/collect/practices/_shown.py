# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""A project's files as the rules ask for them: by folder and name, whatever their case; their texts, once."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from umbel.collect._tree import printable
from umbel.collect.interface import Practice

if TYPE_CHECKING:
    from umbel.collect._tree import Entry, Tree

MOST_OF_TEXT = 1 << 20
_MOST_OF_BLANK = 4096
_MOST_KEPT = 16 << 20


class Shown:
    """What can be seen of a project. Read by one rule after the other."""

    def __init__(self, tree: Tree) -> None:
        """List the files; their contents are read when asked for."""
        self.tree = tree
        self.files: list[Entry] = list(tree.files())
        self.links: list[Entry] = list(tree.links())
        self._texts: dict[str, str | None] = {}
        self._kept = 0

    @cached_property
    def _folders(self) -> dict[str, list[tuple[str, Entry]]]:
        folders: dict[str, list[tuple[str, Entry]]] = {}
        for entry in (*self.files, *self.links):
            folder, _, name = entry.path.lower().rpartition("/")
            folders.setdefault(folder, []).append((name, entry))
        return folders

    def folder(self, path: str) -> list[tuple[str, Entry]]:
        """Names in lower case, and entries, of a folder whose path is in lower case; links last."""
        return self._folders.get(path, [])

    def is_empty(self, entry: Entry) -> bool:
        """Whether nothing but blanks stands in a file. One whose content isn't here is not empty.

        (The empty file is known by its hash, even where contents are missing.)
        """
        if entry.size == 0:
            return True
        if entry.size is None or entry.size > _MOST_OF_BLANK:
            return False
        data = self.tree.read(entry.path, _MOST_OF_BLANK)
        return data is not None and not data.strip(b" \t\r\n\f\v\0\xef\xbb\xbf")

    def text(self, entry: Entry) -> str | None:
        """The first MiB of a file as text, None if it can't be had. Kept, since several rules ask."""
        if entry.path in self._texts:
            return self._texts[entry.path]
        data = self.tree.read(entry.path, MOST_OF_TEXT)
        text = None if data is None else data.decode("utf-8", "replace").removeprefix("\ufeff")
        self._kept += len(text or "")
        if self._kept <= _MOST_KEPT:
            self._texts[entry.path] = text
        return text

    def met(self, practice: str, entry: Entry | None, detail: str | None = None) -> Practice:
        """The files show it: this one does."""
        path = None if entry is None else printable(entry.path)
        return Practice(practice=practice, outcome="met", path=path, detail=detail or None)

    def unmet(self, practice: str, entry: Entry | None = None, detail: str | None = None) -> Practice:
        """No file shows it: unknown where not all could be looked at."""
        if self.tree.truncated:
            said = f"only the first {len(self.files):,} files were looked at"
            return Practice(practice=practice, outcome="unknown", detail=said)
        path = None if entry is None else printable(entry.path)
        return Practice(practice=practice, outcome="unmet", path=path, detail=detail or None)
