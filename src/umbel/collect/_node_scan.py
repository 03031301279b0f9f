# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""The folders of installed Node.js packages, and what each package says of itself.

Every `node_modules` below the first one is looked at, in the virtual stores of pnpm and Bun, too.
Links are noted, never walked through: where one leads to a package that lies elsewhere in the
project, that place is looked at by its own path. What lies out of the project isn't looked at.
"""

from __future__ import annotations

import errno
import hashlib
import os
import posixpath
import stat
from typing import TYPE_CHECKING

from umbel.collect._inside import read_inside, read_plain, resolved
from umbel.collect._node_manifest import Manifest, open_manifest
from umbel.collect.faults import Faults
from umbel.collect.interface import UnreadableError

if TYPE_CHECKING:
    from umbel.collect.interface import Document

MODULES = "node_modules"
_INSIDE = f"/{MODULES}/"
_STORES = frozenset({".pnpm", ".bun"})
"""Folders in which a package manager keeps each package once, with links to what it needs."""
MOST_PACKAGES = 300_000
_MOST_ENTRIES = 3_000_000
_MOST_BYTES = 4 << 20
_MOST_LOCK = 256 << 20


class Scan:
    """What lies in one `node_modules`. Paths are those from the project's root, with slashes.

    `packages` are the installed ones, `own` the project's folders with a manifest (that beside the
    first `node_modules`, and linked workspaces), `links` lead from a path to another.
    """

    def __init__(self, document: Document) -> None:
        """Look at everything. Raises `UnreadableError` if the first folder can't be listed."""
        self.faults = Faults()
        self.packages: dict[str, Manifest] = {}
        self.own: dict[str, Manifest] = {}
        self.links: dict[str, str] = {}
        self._root = os.path.realpath(document.root)
        self._digest = hashlib.sha256()
        self._entries = 0
        self._seen: set[str] = set()
        path = os.path.realpath(document.path)
        start = os.path.relpath(path, self._root).replace(os.sep, "/")
        if start.startswith("../"):
            self._root, start = path.rpartition(os.sep)[0] or os.sep, MODULES
        self.start = start
        try:
            with os.scandir(path):
                pass
        except OSError as error:
            raise UnreadableError("unreadable", error.strerror or str(error)) from error
        self._own(posixpath.dirname(start))
        self._all([start])
        self.hidden_lock = self._read(f"{start}/.package-lock.json", _MOST_LOCK)

    def digest(self) -> str:
        """Changes whenever a manifest does, or a link, or a package comes or goes."""
        return self._digest.hexdigest()

    # -- folders

    def _all(self, todo: list[str]) -> None:
        while todo:
            folder = todo.pop()
            if folder in self._seen:
                continue
            self._seen.add(folder)
            for name, entry in self._listed(folder):
                if len(self.packages) >= MOST_PACKAGES or self._entries > _MOST_ENTRIES:
                    message = f"holds more than {len(self.packages):,} packages; the others are not read"
                    self.faults.once("too-many", message, "", "error")
                    return
                todo += self._entry(folder, name, entry)

    def _entry(self, folder: str, name: str, entry: os.DirEntry[str]) -> list[str]:
        """Take one entry of a folder, and give the folders that have to be looked at because of it."""
        path, parent = f"{folder}/{name}", posixpath.basename(folder)
        if entry.is_symlink():
            return [] if parent in _STORES else self._link(path, folder)
        if not entry.is_dir(follow_symlinks=False):
            return []
        if parent in _STORES:
            return [path if name == MODULES else f"{path}/{MODULES}"]
        if name in _STORES or (name.startswith("@") and not parent.startswith("@")):
            return [path]
        if name.startswith("."):
            return []
        self._package(path, name)
        return [f"{path}/{MODULES}"]

    def _listed(self, folder: str) -> list[tuple[str, os.DirEntry[str]]]:
        """The entries of a folder in order of their names; none if it isn't there, or is a link."""
        try:
            if stat.S_ISLNK(os.lstat(f"{self._root}/{folder}").st_mode):
                return []
            with os.scandir(f"{self._root}/{folder}") as entries:
                found = sorted([(entry.name, entry) for entry in entries], key=lambda pair: pair[0])
        except OSError as error:
            if error.errno not in {errno.ENOENT, errno.ENOTDIR, errno.ELOOP}:
                self._unreadable(folder, error)
            return []
        self._entries += len(found)
        return found

    def _link(self, path: str, folder: str) -> list[str]:
        """Note a link, and give the folders that have to be looked at because of it."""
        if posixpath.basename(path).startswith("."):
            return []
        try:
            said = os.readlink(f"{self._root}/{path}").replace(os.sep, "/")  # noqa: PTH115 - quicker, as there are many
        except OSError as error:
            self._unreadable(path, error)
            return []
        self._hash("link", path, said.encode("utf-8", "surrogateescape"))
        target = posixpath.normpath(f"{folder}/{said}")
        if not said.startswith("/") and target in self.packages:
            self.links[path] = target
            return []
        real = resolved(f"{self._root}/{path}", self._root)
        if real is None:
            message = "holds a link that leads out of the project, which is not followed"
            self.faults.add("link", message, path[:200], "note")
            return []
        target = os.path.relpath(real, self._root).replace(os.sep, "/")
        target = "" if target == "." else target
        self.links[path] = target
        return self._around(target)

    def _around(self, target: str) -> list[str]:
        """Where to look for a package that a link leads to."""
        head, mark, _ = f"/{target}".rpartition(_INSIDE)
        if mark:
            return [f"{head}{_INSIDE}".strip("/")]
        if not target or target in self.own:
            return []
        self._own(target)
        return [f"{target}/{MODULES}"]

    # -- manifests

    def _own(self, folder: str) -> None:
        manifest = self._manifest(folder)
        if manifest is not None:
            self.own[folder] = manifest

    def _package(self, path: str, name: str) -> None:
        manifest = self._manifest(path)
        if manifest is not None:
            parent = posixpath.basename(posixpath.dirname(path))
            manifest.folder = f"{parent}/{name}" if parent.startswith("@") else name
            self.packages[path] = manifest

    def _manifest(self, folder: str) -> Manifest | None:
        place = f"{folder}/package.json" if folder else "package.json"
        data = self._read(place, _MOST_BYTES)
        return None if data is None else open_manifest(data, place[:300], self.faults)

    def _read(self, place: str, most: int) -> bytes | None:
        path = f"{self._root}/{place}"
        try:
            data: bytes | None = read_plain(path, most + 1)
        except OSError as error:
            if error.errno in {errno.ENOENT, errno.ENOTDIR}:
                return None
            if error.errno != errno.ELOOP:
                self._unreadable(place, error)
                return None
            data = read_inside(path, self._root, most + 1)
        except ValueError as error:
            self._unreadable(place, error)
            return None
        if data is not None and len(data) > most:
            self.faults.add("too-large", f"holds a file of more than {most:,} bytes", place[:300], "error")
            return None
        if data is not None:
            self._hash("file", place, data)
        return data

    def _hash(self, kind: str, path: str, data: bytes) -> None:
        head = f"{kind}\0{path}\0{len(data)}\0".encode("utf-8", "surrogateescape")
        self._digest.update(head + data)

    def _unreadable(self, place: str, error: Exception) -> None:
        reason = getattr(error, "strerror", None) or str(error)
        self.faults.add("unreadable", f"holds what can't be read: {reason}"[:300], place[:200], "error")
