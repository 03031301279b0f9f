# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""The parts of a root file system that tell what is in it: which there are, and what each one says."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import msgspec
from msgspec.structs import replace

from umbel.collect import _image_files as files
from umbel.collect._image_owners import owners
from umbel.collect._image_singles import Singles
from umbel.collect.faults import Faults
from umbel.collect.interface import Component, Document, Edge, UnreadableError

if TYPE_CHECKING:
    from umbel.collect.interface import Collector, Reading

MOST_ENTRIES = 5_000_000
_DEEPEST = 200
_NO_FOLDERS = frozenset({".git", ".hg", ".svn", "__pycache__"})
_NOT_AT_TOP = frozenset({"proc", "sys", "dev"})


class _Whole(NamedTuple):
    """A part that a collector reads: its path in the image."""

    path: str
    collector: Collector


class Parts:
    """Everything in one root file system, with `location` in it for each component.

    References are unique in the whole: the part's path before that in the part.
    """

    def __init__(self, root: Path) -> None:
        """Read everything."""
        self.faults = Faults()
        self.components: list[Component] = []
        self.edges: list[Edge] = []
        self._root = os.path.realpath(root)
        self._digest = hashlib.sha256()
        self._roots: list[Edge] = []
        self._untold = False
        self._singles = Singles(self._root, self.faults)
        self._entries = 0
        self._stopped = False
        wholes, singles = self._found()
        for whole in wholes:
            self._whole(whole)
        for path in singles:
            self._single(path)
        self._owned()
        self._settle()

    def digest(self) -> str:
        """Changes whenever one of the parts does."""
        return self._digest.hexdigest()

    # -- which parts there are

    def _found(self) -> tuple[list[_Whole], list[str]]:
        wholes: list[_Whole] = []
        from umbel.collect.registry import collectors

        singles: list[str] = []
        todo: list[tuple[str, int]] = [("", 0)]
        while todo:
            folder, depth = todo.pop()
            entries = self._listed(folder)
            names = {entry.name for entry in entries}
            if any(name.endswith(".dist-info") for name in names):
                # Packages that were installed into a folder of any name (`pip install --target`).
                wholes.append(_Whole(folder, collectors()["site_packages"]))
            below = []
            for entry in entries:
                path = f"{folder}/{entry.name}" if folder else entry.name
                if entry.is_symlink():
                    continue
                if entry.is_dir(follow_symlinks=False):
                    collector = self._of_folder(path, entry.name)
                    if collector is not None:
                        wholes.append(_Whole(path, collector))
                    elif self._enters(folder, entry.name, path, depth):
                        below.append((path, depth + 1))
                    continue
                self._file(path, entry, names, wholes, singles)
            todo += reversed(below)
        return wholes, singles

    def _listed(self, folder: str) -> list[os.DirEntry[str]]:
        if self._stopped:
            return []
        try:
            with os.scandir(f"{self._root}/{folder}") as entries:
                found = sorted(entries, key=lambda entry: entry.name)
        except OSError as error:
            self._unreadable(folder, error)
            return []
        self._entries += len(found)
        if self._entries > MOST_ENTRIES:
            self._stopped = True
            message = f"holds more than {MOST_ENTRIES:,} files; the others are not looked at"
            self.faults.add("too-many", message, "", "error")
        return found

    def _enters(self, folder: str, name: str, path: str, depth: int) -> bool:
        if name in _NO_FOLDERS or name.endswith(".dist-info") or (not folder and name in _NOT_AT_TOP):
            return False
        if depth >= _DEEPEST:
            self.faults.add("path", f"holds folders more than {_DEEPEST} deep", path[:200], "error")
            return False
        return True

    def _of_folder(self, path: str, name: str) -> Collector | None:
        from umbel.collect.registry import collectors, folder_names

        if name == "status.d" and path == "var/lib/dpkg/status.d":
            return collectors()["dpkg_status"]
        found = folder_names().get(name)
        return None if found is None else collectors()[found]

    def _file(
        self, path: str, entry: os.DirEntry[str], beside: set[str], wholes: list[_Whole], singles: list[str]
    ) -> None:
        from umbel.collect.registry import collectors

        name = entry.name
        if path in files.DATABASES:
            wholes.append(_Whole(path, collectors()[files.DATABASES[path]]))
            return
        if files.is_archive(name) or files.is_gem(path):
            singles.append(path)
            return
        lock = files.lock_of(path, name)
        if lock is not None:
            # What is installed beside its lockfile says more surely what is there.
            if "node_modules" not in beside:
                wholes.append(_Whole(path, lock))
            return
        try:
            state = entry.stat(follow_symlinks=False)
        except OSError as error:
            self._unreadable(path, error)
            return
        if files.maybe_program(name, state.st_mode, state.st_size):
            singles.append(path)

    # -- what each part says

    def _whole(self, whole: _Whole) -> None:
        """Let another collector read its part."""
        document = Document(Path(self._root, whole.path), root=Path(self._root))
        collector = whole.collector
        try:
            sha256 = collector.fingerprint(document)
            reading = collector.read(document)
        except UnreadableError as error:
            fault = error.fault
            self.faults.add(fault.code, fault.message, f"{whole.path[:150]} {fault.place}".strip(), "error")
            return
        except (RecursionError, MemoryError, Exception) as error:  # noqa: BLE001 - one part never stops the others
            message = f"holds what could not be read: {type(error).__name__}: {str(error)[:200]}"
            self.faults.add("reader-failed", message, whole.path[:200], "error")
            return
        self._digest.update(
            f"{whole.path}\0{collector.id}{collector.version}\0{sha256}\0".encode("utf-8", "replace")
        )
        is_lock = ".lockfiles." in type(collector).__module__
        if is_lock and not reading.complete:
            return  # a wish list says nothing of what is there
        for fault in reading.faults:
            self.faults.add(
                fault.code, fault.message, f"{whole.path[:150]} {fault.place}".strip(), fault.level
            )
        self._take(whole, reading, is_lock=is_lock)

    def _take(self, whole: _Whole, reading: Reading, *, is_lock: bool) -> None:
        path = whole.path
        roots = {edge.target for edge in reading.edges if edge.source is None}
        kept = set()
        for c in reading.components:
            if is_lock and c.scope in {"development", "test"}:
                continue  # a lockfile names them, an image seldom holds them
            kept.add(c.ref)
            direct = c.ref in roots if c.direct is None and roots else c.direct
            self._untold |= direct is None
            place = self._place(whole, c)
            self.components.append(replace(c, ref=f"{path}#{c.ref}", location=place, direct=direct))
        for edge in reading.edges:
            if edge.source is not None and edge.source not in kept:
                continue
            source = None if edge.source is None else f"{path}#{edge.source}"
            target = None if edge.target is None or edge.target not in kept else f"{path}#{edge.target}"
            (self._roots if source is None else self.edges).append(
                replace(edge, source=source, target=target)
            )

    def _place(self, whole: _Whole, component: Component) -> str:
        """Where in the image a component is, as exactly as can be said."""
        if whole.collector.id == "site_packages":
            return f"{whole.path}/{component.ref}"
        if whole.collector.id == "node_modules":
            return component.location or whole.path
        return whole.path

    def _single(self, path: str) -> None:
        """Read a part that tells of itself."""
        found = self._singles.read(path)
        if found:
            self._untold = True
            self.components += found
            self._digest.update(msgspec.msgpack.encode(found))

    # -- how parts belong together

    def _owned(self) -> None:
        """Mark what a package of the system brought, so that one thing isn't taken for two."""
        places = {
            evidence: place for c in self.components if (place := _part_of(c)) for evidence in evidence_of(c)
        }
        brought: dict[str, str] = {}
        for evidence, package in sorted(owners(self._root, places).items()):
            brought.setdefault(places[evidence], package)
        for i, c in enumerate(self.components):
            owner = brought.get(_part_of(c) or "")
            if owner is not None:
                self.components[i] = replace(c, properties=(*c.properties, ("os:package", owner)))

    def _settle(self) -> None:
        """Keep what is asked for directly known where it is, and unknown where it isn't."""
        self.edges += self._singles.edges()
        if not self._untold:
            self.edges = self._roots + self.edges

    def _unreadable(self, place: str, error: Exception) -> None:
        reason = getattr(error, "strerror", None) or str(error)
        self.faults.add("unreadable", f"holds what can't be read: {reason}"[:300], place[:200], "error")


def _part_of(component: Component) -> str | None:
    """The file or folder of the image that a component is told by; None for packages of the system."""
    place = (component.location or "").partition("!")[0]
    if component.package.startswith(("pkg:deb", "pkg:apk", "pkg:rpm")) or place in files.DATABASES:
        return None
    return place or None


def evidence_of(component: Component) -> tuple[str, ...]:
    """The files that tell of a component, any of which may be there; none for packages of the system."""
    place = _part_of(component)
    if place is None:
        return ()
    return (place, f"{place}/METADATA", f"{place}/PKG-INFO", f"{place}/package.json")
