# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Layers of an image, one over the other → the few files that tell what is in it, in a folder.

Nothing is unpacked by the names that an archive gives: files are kept under numbers, and the tree
that they make is only written out at the end. Links of the image never lead out of it.

Source: OCI image specification 1.1, "Image Layer Filesystem Changeset".
"""

from __future__ import annotations

import os
import posixpath
from typing import TYPE_CHECKING, NamedTuple

from umbel.collect._image_files import DATABASES, is_wanted, maybe_program
from umbel.collect._native import has_modules
from umbel.collect._streams import CHUNK
from umbel.collect._tar import Member, Tar
from umbel.collect.interface import MAX_BYTES

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from umbel.collect._streams import Stream
    from umbel.collect.faults import Faults

MOST_ENTRIES = 3_000_000
MOST_KEPT_BYTES = 16 << 30
_MOST_KEPT = 250_000
_MOST_VERSIONS = 64
_DEEPEST = 200
_LONGEST = 4096
_MOST_HOPS = 40
_GONE = ".wh."
_OPAQUE = ".wh..wh..opq"
_TELLING = (".dist-info/", ".egg-info/")
"""Folders whose mere name tells something."""


class Kept(NamedTuple):
    """A file that was kept: where its bytes lie now, and the number of the layer that brought it."""

    spool: str
    layer: int


class Link(NamedTuple):
    """A symbolic link, with its layer."""

    target: str
    layer: int


Folder = dict[str, "Node"]
Node = Folder | Kept | Link


class LimitError(ValueError):
    """The image is too large to be read; the message says in what."""


class Layers:
    """The files of an image, as far as they are wanted. `spool` is an empty folder to work in."""

    def __init__(self, spool: Path, faults: Faults) -> None:
        """Begin with nothing."""
        self._spool = str(spool)
        self._faults = faults
        self._tree: Folder = {}
        self._number = 0
        self._entries = 0
        self._bytes = 0
        self._layer = 0
        self._missing: dict[str, list[str]] = {}
        self.versions: dict[str, list[Kept]] = {}

    # -- applying

    def apply(self, stream: Stream, layer: int) -> dict[str, list[str]]:
        """Lay one layer over the others. Gives hard links to files of it that weren't kept, by the file."""
        self._layer = layer
        self._missing = {}
        tar = Tar(stream)
        for member in tar:
            self._entries += 1
            if self._entries > MOST_ENTRIES:
                raise LimitError(f"holds more than {MOST_ENTRIES:,} files")
            path = self._sound(member)
            if path is not None:
                self._take(path, member, tar)
        return self._missing

    def again(self, stream: Stream, layer: int, missing: dict[str, list[str]]) -> None:
        """Read a layer a second time for the files that hard links led to."""
        self._layer = layer
        tar = Tar(stream)
        for member in tar:
            names = (
                missing.get(posixpath.normpath(member.name.lstrip("/"))) if member.kind == "file" else None
            )
            kept = self._keep(tar, member) if names else None
            for name in names or ():
                place = self._place(name)
                if kept is not None and place is not None and place[1] not in place[0]:
                    place[0][place[1]] = kept

    def _sound(self, member: Member) -> str | None:
        """The path of an entry; None, with a fault, for one that can't be trusted."""
        name = member.name
        if len(name) > _LONGEST or name.count("/") > _DEEPEST:
            self._faults.add("path", "holds a path that is too long or too deep", name[:120], "error")
            return None
        if ".." in name.split("/"):
            message = "holds a path that leads out of the image, which is left out"
            self._faults.add("traversal", message, name[:200], "error")
            return None
        path = posixpath.normpath(name).strip("/")
        return None if path == "." else path

    def _take(self, path: str, member: Member, tar: Tar) -> None:
        name = path.rpartition("/")[2]
        if name.startswith(_GONE):
            self._remove(path, name)
            return
        if member.kind == "other":
            message = "holds devices, pipes or sparse files, which are left out"
            self._faults.once("special", message, path[:200], "note")
        wanted = member.kind in {"dir", "link"} or (
            member.kind in {"file", "hard"}
            and (is_wanted(path, name) or maybe_program(name, member.mode, member.size))
        )
        place = self._place(path, make=wanted)
        if place is None:
            return
        folder, name = place
        if member.kind == "dir":
            if not isinstance(folder.get(name), dict):
                folder[name] = {}
            return
        folder.pop(name, None)
        if not wanted:
            return
        node = self._node(path, member, tar)
        if node is not None:
            folder[name] = node
            if path in DATABASES and isinstance(node, Kept):
                self.versions.setdefault(path, []).append(node)
                del self.versions[path][:-_MOST_VERSIONS]

    def _node(self, path: str, member: Member, tar: Tar) -> Node | None:
        if member.kind == "link":
            return Link(member.target[:_LONGEST], self._layer)
        if member.kind == "hard":
            return self._hard(path, member)
        name = path.rpartition("/")[2]
        if is_wanted(path, name):
            return self._keep(tar, member)
        return self._program(tar, member)

    def _hard(self, path: str, member: Member) -> Kept | None:
        target = posixpath.normpath(member.target.lstrip("/"))
        if target.startswith("..") or len(target) > _LONGEST:
            message = "holds a link that leads out of the image, which is left out"
            self._faults.add("link", message, path[:200], "error")
            return None
        found = self._find(target)
        if isinstance(found, Kept):
            return Kept(found.spool, self._layer)
        if is_wanted(path, path.rpartition("/")[2]) and len(self._missing) < _MOST_KEPT:
            self._missing.setdefault(target, []).append(path)
        return None

    # -- the tree

    def _place(self, path: str, *, make: bool = True) -> tuple[Folder, str] | None:
        """The folder that holds a path when links in it are followed, and the name in it.

        None, if there is no such folder and none is to be made, or if links lead in circles.
        """
        parts = path.split("/")[::-1]
        trail: list[Folder] = [self._tree]
        hops = 0
        while len(parts) > 1:
            part = parts.pop()
            if part in {"", "."}:
                continue
            if part == "..":
                if len(trail) > 1:
                    trail.pop()
                continue
            node = trail[-1].get(part)
            if isinstance(node, Link):
                hops += 1
                if hops > _MOST_HOPS or len(parts) > 2 * _DEEPEST:
                    return None
                if node.target.startswith("/"):
                    trail = [self._tree]
                parts += node.target.split("/")[::-1]
            elif isinstance(node, dict):
                trail.append(node)
            elif make:
                new: Folder = {}
                trail[-1][part] = new
                trail.append(new)
            else:
                return None
        return trail[-1], parts[0]

    def _find(self, path: str) -> Node | None:
        place = self._place(path, make=False)
        return place[0].get(place[1]) if place else None

    def _remove(self, path: str, name: str) -> None:
        """Apply what says that something of the layers below is gone."""
        head = path.rpartition("/")[0]
        if name == _OPAQUE:
            folder = self._tree if not head else self._find(head)
            if isinstance(folder, dict):
                self._prune(folder)
            return
        gone = name[len(_GONE) :]
        if not gone or gone.startswith(_GONE):
            return
        place = self._place(f"{head}/{gone}" if head else gone, make=False)
        if place is None or place[1] not in place[0]:
            return
        node = place[0][place[1]]
        if isinstance(node, dict):
            self._prune(node)
            if not node:
                del place[0][place[1]]
        elif node.layer < self._layer:
            del place[0][place[1]]

    def _prune(self, top: Folder) -> None:
        """Take away whatever older layers brought into a folder."""
        order = [top]
        for folder in order:
            order += [node for node in folder.values() if isinstance(node, dict)]
        for folder in reversed(order):
            for name, node in list(folder.items()):
                if not node if isinstance(node, dict) else node.layer < self._layer:
                    del folder[name]

    # -- files

    def _keep(self, tar: Tar, member: Member, most: int = MAX_BYTES) -> Kept | None:
        if member.size > most:
            message = f"holds a file of {member.size:,} bytes, which is too large to be read"
            self._faults.add("too-large", message, member.name[:200], "error")
            return None
        self._bytes += member.size
        if self._bytes > MOST_KEPT_BYTES or self._number >= _MOST_KEPT:
            raise LimitError("holds too much that would have to be read")
        path = f"{self._spool}/{self._number}"
        self._number += 1
        with open(path, "xb") as file:  # noqa: PTH123 - quicker, as there are many
            while data := tar.read(CHUNK):
                file.write(data)
        return Kept(path, self._layer)

    def _program(self, tar: Tar, member: Member) -> Kept | None:
        """Keep a program only if it tells what it was built from."""
        head = tar.read(4)
        if head != b"\x7fELF" or member.size > MAX_BYTES:
            return None
        path = f"{self._spool}/program"
        with open(path, "wb") as file:  # noqa: PTH123
            file.write(head)
            while data := tar.read(CHUNK):
                file.write(data)
        if not has_modules(path):
            return None
        self._bytes += member.size
        if self._bytes > MOST_KEPT_BYTES:
            raise LimitError("holds too much that would have to be read")
        kept = f"{self._spool}/{self._number}"
        self._number += 1
        os.chmod(path, 0o700)  # noqa: PTH101
        os.replace(path, kept)  # noqa: PTH105
        return Kept(kept, self._layer)

    # -- giving

    def layer_of(self, path: str) -> int | None:
        """The number of the layer that brought a file."""
        found = self._find(path)
        return found.layer if isinstance(found, Kept) else None

    def write(self, root: Path) -> None:
        """Write the tree into an empty folder; links only where they lead to something in it."""
        links: list[tuple[str, str]] = []
        top = str(root)
        for path, node in self._walk():
            try:
                if isinstance(node, dict):
                    os.mkdir(f"{top}/{path}")  # noqa: PTH102
                elif isinstance(node, Link):
                    target = self._target(path)
                    if target is not None:
                        links.append((path, os.path.relpath(target, posixpath.dirname(path) or ".")))
                else:
                    os.link(node.spool, f"{top}/{path}")
            except (OSError, ValueError) as error:
                message = f"holds a file that can't be kept: {getattr(error, 'strerror', None) or error}"
                self._faults.add("unreadable", message[:200], path[:200], "error")
        # Links come last, so that nothing is ever written through one.
        for path, target in links:
            try:
                os.symlink(target, f"{top}/{path}")  # noqa: PTH211
            except (OSError, ValueError):
                continue

    def _walk(self) -> Iterator[tuple[str, Node]]:
        """Everything that leads to a kept file, folders before what is in them.

        Most folders of an image hold nothing of interest; to make and remove them all takes longer than to read it.
        """
        order: list[tuple[str, Node]] = [(name, node) for name, node in self._tree.items()]
        for path, node in order:
            if isinstance(node, dict):
                order += [(f"{path}/{name}", below) for name, below in node.items()]
        needed: set[str] = set()
        for path, node in reversed(order):
            if path in needed or self._is_worth(path, node):
                needed.add(path)
                needed.add(posixpath.dirname(path))
        for path, node in order:
            if path in needed:
                yield path, node

    def _is_worth(self, path: str, node: Node) -> bool:
        """Whether a file was kept, a link leads to something, or a folder tells something by its name."""
        if isinstance(node, dict):
            return any(mark in f"{path}/" for mark in _TELLING)
        return isinstance(node, Kept) or self._target(path) is not None

    def _target(self, path: str) -> str | None:
        """Where a link leads in the end; None if that is nothing, or out of the image."""
        seen = 0
        while seen < _MOST_HOPS:
            seen += 1
            place = self._real(path)
            if place is None:
                return None
            path, node = place
            if not isinstance(node, Link):
                return path
            if node.target.startswith("/"):
                path = node.target.strip("/")
            else:
                path = posixpath.normpath(f"{posixpath.dirname(path)}/{node.target}")
            if not path or path.startswith(("..", "/")) or path == ".":
                message = "holds links that lead out of the image, which are left out"
                self._faults.once("link", message, path[:200], "note")
                return None
        return None

    def _real(self, path: str) -> tuple[str, Node] | None:
        """A path without links in its folders, and what is there."""
        parts = path.split("/")[::-1]
        trail: list[tuple[str, Folder]] = [("", self._tree)]
        hops = 0
        while parts:
            part = parts.pop()
            if part in {"", "."}:
                continue
            if part == "..":
                if len(trail) > 1:
                    trail.pop()
                continue
            head, folder = trail[-1]
            node = folder.get(part)
            here = f"{head}/{part}" if head else part
            if node is None:
                return None
            if isinstance(node, Link) and parts:
                hops += 1
                if hops > _MOST_HOPS or len(parts) > 2 * _DEEPEST:
                    return None
                trail = trail[:1] if node.target.startswith("/") else trail
                parts += node.target.split("/")[::-1]
            elif isinstance(node, dict):
                trail.append((here, node))
            elif parts:
                return None
            else:
                return here, node
        head, folder = trail[-1]
        return (head, folder) if head else None
