# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""The files of a folder on disk. Hostile names, links, devices and depths are the normal case."""

from __future__ import annotations

import hashlib
import os
import stat
from itertools import islice
from typing import TYPE_CHECKING

from umbel.collect import _tree
from umbel.collect._inside import read_inside, read_plain, resolved
from umbel.collect._tree_git import listed_by_git
from umbel.collect.interface import UnreadableError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_DEEPEST = 200
_MOST_PASSED = 4 * _tree.MOST_FILES


class FolderTree(_tree.Tree):
    """See `_tree.folder_tree`."""

    def __init__(self, path: Path) -> None:
        """Look at nothing but whether it is a folder."""
        super().__init__()
        try:
            self.root = path.resolve()
        except (OSError, RuntimeError) as error:
            raise UnreadableError("unreadable", str(error)) from error
        if not self.root.is_dir():
            raise UnreadableError("not-a-folder", "is no folder")
        self._base = str(self.root)
        self._times: dict[str, int] = {}
        self._folders: dict[str, bool] = {}
        self._links: frozenset[str] = frozenset()

    def read(self, path: str, limit: int) -> bytes | None:
        """The first bytes of a file; None if they can't be had."""
        self._entries()
        place = f"{self._base}/{path}"
        if path in self._links:
            return read_inside(place, self._base, limit)
        if not self._is_inside(path.rpartition("/")[0]):
            return None
        try:
            return read_plain(place, limit)
        except (OSError, ValueError):
            return None

    def place(self, path: str) -> str:
        """Where a file lies on disk."""
        return f"{self._base}/{path}"

    def fingerprint(self) -> str:
        """SHA-256 over paths, sizes, modes and times of change."""
        files, links = self._entries()
        digest = hashlib.sha256()
        for entry in (*files, *links):
            line = f"{entry.path}\0{entry.size}\0{entry.executable:d}\0{self._times.get(entry.path)}\n"
            digest.update(line.encode("utf-8", "surrogateescape"))
        return digest.hexdigest()

    def _list(self) -> tuple[list[_tree.Entry], list[_tree.Entry]]:
        files: list[_tree.Entry] = []
        links: list[_tree.Entry] = []
        for path in self._paths():
            if len(files) + len(links) >= _tree.MOST_FILES:
                self.truncated = True
                break
            try:
                found = os.lstat(f"{self._base}/{path}")
                if stat.S_ISREG(found.st_mode):
                    files.append(self._entry(path, found))
                elif stat.S_ISLNK(found.st_mode) and (target := self._target(path)) is not None:
                    links.append(self._entry(path, target))
            except (OSError, ValueError):
                continue
        self._links = frozenset(entry.path for entry in links)
        return files, links

    def _entry(self, path: str, found: os.stat_result) -> _tree.Entry:
        self._times[path] = found.st_mtime_ns
        return _tree.Entry(path, found.st_size, bool(found.st_mode & 0o100))

    def _target(self, path: str) -> os.stat_result | None:
        """The regular file that a link leads to, if it lies inside and isn't git's own."""
        real = resolved(f"{self._base}/{path}", self._base)
        if real is None or "/.git/" in real[len(self._base) :]:
            return None
        found = os.lstat(real)
        return found if stat.S_ISREG(found.st_mode) else None

    def _is_inside(self, folder: str) -> bool:
        """Whether no link stands between the root and this folder; asked once for each."""
        known = self._folders.get(folder)
        if known is None:
            place = f"{self._base}/{folder}" if folder else self._base
            known = os.path.realpath(place) == place
            self._folders[folder] = known
        return known

    def _paths(self) -> Iterator[str]:
        listed = listed_by_git(self.root) if os.path.lexists(f"{self._base}/.git") else None
        if listed is None:
            yield from self._walk()
            return
        left_out = self._nested(listed)
        for path in listed:
            folder = path.rpartition("/")[0]
            if not _tree.is_vendored(path) and folder not in left_out and self._is_inside(folder):
                yield path

    def _nested(self, listed: list[str]) -> frozenset[str]:
        """Folders in or below an environment that git doesn't ignore."""
        homes = [path.rpartition("/")[0] for path in listed if path.endswith("/pyvenv.cfg")]
        folders = {path.rpartition("/")[0] for path in listed} if homes else set()
        return frozenset(f for f in folders if any(f == h or f.startswith(h + "/") for h in homes))

    def _walk(self) -> Iterator[str]:
        stack = [("", 0)]
        passed = 0
        while stack:
            folder, depth = stack.pop()
            try:
                with os.scandir(f"{self._base}/{folder}") as found:
                    entries = sorted(islice(found, _MOST_PASSED), key=lambda entry: entry.name)
            except OSError:
                continue
            passed += len(entries)
            names = {entry.name for entry in entries}
            if folder and (".git" in names or "pyvenv.cfg" in names):
                continue
            below = []
            for entry in entries:
                path = f"{folder}/{entry.name}" if folder else entry.name
                if not entry.is_dir(follow_symlinks=False):
                    if not _tree.is_vendored(path):
                        yield path
                elif depth >= _DEEPEST or passed > _MOST_PASSED:
                    self.truncated = True
                elif not _tree.is_left_out_folder(entry.name, plain=True):
                    below.append((path, depth + 1))
            stack.extend(reversed(below))
