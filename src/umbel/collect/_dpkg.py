# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""All files of a tree that tell of its Debian packages: what is installed, how it came there, its licences."""

from __future__ import annotations

import hashlib
import os
from typing import TYPE_CHECKING

from umbel.collect._debian import Paragraph, licences, paragraphs
from umbel.collect._inside import read_inside, read_plain
from umbel.collect._os_release import release_beside
from umbel.collect.interface import UnreadableError
from umbel.collect.text import to_utf8

if TYPE_CHECKING:
    from umbel.collect.faults import Faults
    from umbel.collect.interface import Document

_MOST_PARTS = 20_000
_LONGEST_PART = 1 << 20
_LONGEST_COPYRIGHT = 1 << 20
_MOST_COPYRIGHT = 256 << 20
_HERE = frozenset({"installed", "triggers-pending", "triggers-awaited", "half-configured", "unpacked"})
"""States in which a package's files are there."""


class Dpkg:
    """The packages of one tree, each once, in the order of their list."""

    def __init__(self, document: Document, faults: Faults) -> None:
        """Read everything. Raises `UnreadableError` if the list can't be."""
        self._faults = faults
        self._root = os.path.realpath(document.root)
        self._tree = str(document.path.parents[min(3, len(document.path.parents) - 1)])
        self._left = _MOST_COPYRIGHT
        self._digest = hashlib.sha256()
        self.release = release_beside(document)
        self._digest.update(self.release.digest.encode())
        self.packages: dict[str, Paragraph] = {}
        self.licences: dict[str, tuple[str, ...]] = {}
        for place, data in _lists(document, faults):
            self._digest.update(f"\0{place}\0{len(data)}\0".encode() + data)
            self._add(place, data)
        self.automatic = self._automatic(document)
        self._copyrights()

    def digest(self) -> str:
        """Changes whenever one of the files does."""
        return self._digest.hexdigest()

    def _add(self, place: str, data: bytes) -> None:
        sound, faults = to_utf8(data)
        for fault in faults:
            self._faults.add(fault.code, fault.message, place or fault.place, fault.level)
        for paragraph in paragraphs(sound.decode().replace("\r\n", "\n")):
            fields = paragraph.fields
            where = place or f"line {paragraph.line}"
            name = fields.get("package")
            if not name or "\n" in name:
                self._faults.add("nameless", "holds a paragraph without a package", where, "error")
                continue
            # Images without dpkg list what they are made of without a state.
            state = fields.get("status", "install ok installed").split()
            if not state or state[-1] not in _HERE:
                continue
            key = f"{name}:{fields.get('architecture') or 'none'}"
            if key in self.packages:
                self._faults.add("duplicate", f"holds {key[:120]!r} again; the first counts", where)
                continue
            self.packages[key] = paragraph

    def _automatic(self, document: Document) -> frozenset[str] | None:
        """Packages that only others asked for; None where apt doesn't tell."""
        data = document.companion("../apt/extended_states")
        if data is None:
            return None
        self._digest.update(b"\0extended_states\0" + data)
        text = to_utf8(data)[0].decode()
        return frozenset(
            f"{fields.get('package')}:{fields.get('architecture') or 'none'}"
            for fields, _ in paragraphs(text)
            if fields.get("auto-installed") == "1"
        )

    def _copyrights(self) -> None:
        free = 0
        for key in self.packages:
            name = key.partition(":")[0]
            if name in self.licences or "/" in name or name.startswith("."):
                continue
            path = f"{self._tree}/usr/share/doc/{name}/copyright"
            data = (
                read_inside(path, self._root, min(_LONGEST_COPYRIGHT, self._left)) if self._left > 0 else None
            )
            if data is None:
                continue
            self._left -= len(data)
            self._digest.update(f"\0{name}\0{len(data)}\0".encode() + data)
            found = licences(data.decode("utf-8", "replace").replace("\r\n", "\n").lstrip("\ufeff"))
            self.licences[name] = found or ()
            free += found is None
        if free:
            message = f"has {free:,} packages whose licences stand in free text only, which is not read"
            self._faults.add("free-text", message, "usr/share/doc", "note")


def _lists(document: Document, faults: Faults) -> list[tuple[str, bytes]]:
    """The list of packages, or the list's parts, with their names."""
    if not document.path.is_dir():
        return [("", document.data)]
    folder = str(document.path)
    try:
        with os.scandir(folder) as entries:
            names = sorted(e.name for e in entries if e.is_file(follow_symlinks=False))
    except OSError as error:
        raise UnreadableError("unreadable", error.strerror or str(error)) from error
    names = [name for name in names if not name.endswith(".md5sums")]
    if len(names) > _MOST_PARTS:
        message = f"holds {len(names):,} files; the first {_MOST_PARTS:,} are read"
        faults.add("too-many", message, "", "error")
    found = []
    for name in names[:_MOST_PARTS]:
        try:
            found.append((name, read_plain(f"{folder}/{name}", _LONGEST_PART)))
        except OSError as error:
            message = f"holds a file that can't be read: {error.strerror or error}"
            faults.add("unreadable", message[:300], name[:200], "error")
    return found
