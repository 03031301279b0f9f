# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""What git says of a repository's files: those of a checkout, those of a commit's tree, and their contents.

Only reading commands run, with everything that the examined repository could configure switched
off; nothing is fetched, no filter of it is run.
"""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING

from umbel.collect import _git, _tree
from umbel.collect._git_contents import Contents
from umbel.collect.interface import UnreadableError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

MOST_BYTES = 128 << 20
_MOST_LINKS = 5_000
_REVISION = re.compile(r"[0-9A-Za-z][0-9A-Za-z._/@{}^~-]*")
_EMPTY = {
    "e69de29bb2d1d6434b8b29ae775ad8c2e48c5391",
    "473a0f4c3be8a93681a267e3b1e9a7dcda1185436fe141f7749120a303721813",
}


class GitTree(_tree.Tree):
    """See `_tree.git_tree`."""

    def __init__(self, repository: Path, revision: str) -> None:
        """Ask for the commit and its tree; nothing else is read."""
        super().__init__()
        self.root = repository
        if not _REVISION.fullmatch(revision):
            raise UnreadableError("no-commit", f"{revision[:80]!r} names no commit")
        commit = self._id_of(f"{revision}^{{commit}}")
        if commit is None:
            raise UnreadableError(
                "no-commit", f"{revision} leads to no commit here (the repository may be empty)"
            )
        self.revision = commit
        self._id = self._id_of(f"{commit}^{{tree}}") or ""
        listing = _said(self.root, "ls-tree", "-r", "-z", "--full-tree", self._id) if self._id else None
        if listing is None:
            raise UnreadableError(
                "no-tree",
                "the clone holds commits only (treeless): its files are unknown; clone it with `blob:none`",
            )
        self._listing: bytes = listing
        self._blobs: dict[str, bytes] = {}
        self._targets: dict[str, str] = {}
        self._contents = Contents(repository)

    def read(self, path: str, limit: int) -> bytes | None:
        """The first bytes of a file; None if the clone doesn't hold its content."""
        self._entries()
        blob = self._blobs.get(self._targets.get(path, path))
        return None if blob is None else self._contents.read(blob, limit)

    def fingerprint(self) -> str:
        """The id of the tree."""
        return self._id

    def close(self) -> None:
        """End the process that gives contents."""
        self._contents.close()

    def _id_of(self, name: str) -> str | None:
        said = _said(self.root, "rev-parse", "--verify", "--quiet", "--end-of-options", name)
        return said.decode("ascii", "replace").split()[-1] if said and said.strip() else None

    def _list(self) -> tuple[list[_tree.Entry], list[_tree.Entry]]:
        regular: list[tuple[str, str, bool]] = []
        linked: list[tuple[str, str]] = []
        self.truncated = len(self._listing) >= MOST_BYTES
        for mode, blob, path in _rows(self._listing):
            if len(regular) + len(linked) >= _tree.MOST_FILES:
                self.truncated = True
                break
            if not _is_sound(path) or _tree.is_vendored(path):
                continue
            if mode.startswith(b"100"):
                regular.append((path, blob, mode == b"100755"))
                self._blobs[path] = blob.encode()
            elif mode == b"120000":
                linked.append((path, blob))
        self._listing = b""
        sizes = self._sizes({blob for _, blob, _ in regular})
        files = [_tree.Entry(path, sizes.get(blob), executable) for path, blob, executable in regular]
        return files, self._resolved(linked, {entry.path: entry for entry in files})

    def _resolved(self, linked: list[tuple[str, str]], files: dict[str, _tree.Entry]) -> list[_tree.Entry]:
        links = []
        for path, blob in linked[:_MOST_LINKS]:
            said = self._contents.read(blob.encode(), 4096)
            target = _joined(path, os.fsdecode(said)) if said else None
            if target in files:
                self._targets[path] = target
                links.append(files[target]._replace(path=path))
        return links

    def _sizes(self, blobs: set[str]) -> dict[str, int]:
        """Bytes of each blob that is here."""
        asked = "\n".join(sorted(blobs)).encode() + b"\n"
        check = "--batch-check=%(objectname) %(objecttype) %(objectsize)"
        said = _said(self.root, "cat-file", check, "--buffer", source=asked) or b""
        sizes = dict.fromkeys(_EMPTY, 0)
        for line in said.decode("ascii", "replace").splitlines():
            blob, kind, size = (*line.split(" "), "", "")[:3]
            if kind == "blob" and size.isdecimal():
                sizes[blob] = int(size)
        return sizes


def listed_by_git(root: Path) -> list[str] | None:
    """Paths in a checkout that git tracks or doesn't ignore, sorted; None if git can't tell.

    The folder is named as the work tree, whatever the repository's own settings say.
    """
    place = (f"--git-dir={root}/.git", f"--work-tree={root}")
    said = _said(root, *place, "ls-files", "-z", "--cached", "--others", "--exclude-standard", "--full-name")
    if said is None:
        return None
    return sorted({path for path in map(os.fsdecode, said.split(b"\0")) if _is_sound(path)})


def _is_sound(path: str) -> bool:
    """Whether a path of a crafted repository stays where it should."""
    if not path or path[0] == "/" or path[-1] == "/" or "\0" in path:
        return False
    return ".." not in (parts := path.split("/")) and ".git" not in parts and "" not in parts


def _rows(listing: bytes) -> Iterator[tuple[bytes, str, str]]:
    """Mode, blob and path of each line that is one."""
    for line in listing.split(b"\0"):
        facts, _, path = line.partition(b"\t")
        words = facts.split(b" ")
        if len(words) == 3 and words[1] == b"blob":
            yield words[0], words[2].decode("ascii", "replace"), os.fsdecode(path)


def _joined(path: str, target: str) -> str | None:
    """Where a link at a path leads to, None if that is out of the tree."""
    if target.startswith("/") or "\0" in target:
        return None
    parts = path.split("/")[:-1]
    for part in target.split("/"):
        if part == "..":
            if not parts:
                return None
            parts.pop()
        elif part not in {"", "."}:
            parts.append(part)
    return "/".join(parts)


def _said(place: Path, *arguments: str, source: bytes | None = None) -> bytes | None:
    """What git says (no more than `MOST_BYTES` and a piece), None if it fails."""
    said = bytearray()
    with _git.Stream(place, *arguments, source=source) as stream:
        for piece in stream.pieces():
            said += piece
            if len(said) >= MOST_BYTES:  # a few objects can make a tree without end
                return bytes(said)
        return bytes(said) if stream.code == 0 else None
