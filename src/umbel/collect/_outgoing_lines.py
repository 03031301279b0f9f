# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""What `git diff-tree -p -U0` writes → the lines that each file of each commit adds.

Hunks tell how long they are, so that no content is ever taken for a header. A commit with several parents adds what
none of them has. Lines and files are bounded; where something was left out, `cut` says so.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import msgspec

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

LONGEST_LINE = 1 << 20
MOST_BYTES = 4 << 20
"""Kept of one file in one commit."""
_COMMIT = re.compile(rb"(?:[0-9a-f]{40}|[0-9a-f]{64})")
_HUNK = re.compile(rb"(@@+) ((?:-\d{1,10}(?:,\d{1,10})? )+)\+(\d{1,10})(?:,(\d{1,10}))? @@")
_OLD = re.compile(rb"-\d+(?:,(\d+))?")
_ESCAPES = {
    b"a": b"\a",
    b"b": b"\b",
    b"t": b"\t",
    b"n": b"\n",
    b"v": b"\v",
    b"f": b"\f",
    b"r": b"\r",
    b'"': b'"',
    b"\\": b"\\",
}
_ESCAPE = re.compile(rb'\\([0-7]{3}|[abtnvfr"\\])')


class Added(msgspec.Struct):
    """What one commit adds to one file: line numbers (from 1) and the bytes of each line without its end.

    `path` is None for a file that is gone, `cut` that not every line is here.
    """

    commit: str
    path: bytes | None = None
    lines: list[tuple[int, bytes]] = []
    size: int = 0
    cut: bool = False

    def add(self, number: int, text: bytes, *, whole: bool) -> None:
        """One more line, if there is still room."""
        self.size += len(text) + 1
        if self.size > MOST_BYTES:
            self.cut = True
            return
        self.cut = self.cut or not whole
        self.lines.append((number, text))


def bounded(pieces: Iterable[bytes], longest: int = LONGEST_LINE) -> Iterator[tuple[bytes, bool]]:
    """Pieces of a stream → its lines without their ends, and whether each is whole; of endless ones the beginning."""
    rest = b""
    whole = True
    for piece in pieces:
        first, *more = piece.split(b"\n")
        if len(rest) + len(first) > longest:
            first, whole = first[: max(0, longest - len(rest))], False
        rest += first
        for text in more:
            yield rest, whole
            rest, whole = (text, True) if len(text) <= longest else (text[:longest], False)
    if rest:
        yield rest, whole


def added(lines: Iterable[tuple[bytes, bool]]) -> Iterator[Added]:
    """The files of a patch, each after its last line, and one without a path at the beginning of each commit."""
    current: Added | None = None
    commit = ""
    hunk: _Hunk | None = None
    for text, whole in lines:
        if hunk is not None and hunk.takes(text):
            if hunk.is_new(text) and current is not None:
                current.add(hunk.number, text[hunk.parents :], whole=whole)
            hunk.count(text)
            continue
        hunk = None
        if _COMMIT.fullmatch(text):
            yield from _done(current)
            commit, current = text.decode(), None
            yield Added(commit)
        elif text.startswith(b"diff --"):
            yield from _done(current)
            current = Added(commit, lines=[])
        elif current is not None and text.startswith(b"+++ "):
            current.path = _path(text[4:])
        elif found := _HUNK.match(text):
            hunk = _Hunk(found)
    yield from _done(current)


def _done(current: Added | None) -> Iterator[Added]:
    if current is not None and current.path is not None:
        yield current


class _Hunk:
    """How many lines of a hunk are still to come: of each parent, and of the file as it is now."""

    __slots__ = ("_left", "_new", "number", "parents")

    def __init__(self, found: re.Match[bytes]) -> None:
        self._left = [1 if n is None else int(n) for n in (m[1] for m in _OLD.finditer(found[2]))]
        self._new = 1 if found[4] is None else int(found[4])
        self.number = int(found[3])
        self.parents = len(self._left)

    def takes(self, text: bytes) -> bool:
        r"""Whether this line belongs to the hunk (`\ No newline at end of file` does, too)."""
        return self._new > 0 or max(self._left) > 0 or text.startswith(b"\\ ")

    def is_new(self, text: bytes) -> bool:
        """Whether no parent has this line."""
        return text[: self.parents] == b"+" * self.parents

    def count(self, text: bytes) -> None:
        if text.startswith(b"\\ "):
            return
        if self.parents == 1 and text.startswith(b"+"):
            self._new -= 1
            self.number += 1
            return
        marks = text[: self.parents].ljust(self.parents)
        gone = b"-" in marks
        for parent in range(self.parents):
            if marks[parent : parent + 1] == (b"-" if gone else b" "):
                self._left[parent] = max(0, self._left[parent] - 1)
        if not gone:
            self._new -= 1
            self.number += 1


def _path(text: bytes) -> bytes | None:
    """The path in a `+++` line; None for a file that is gone."""
    name = unquoted(text.removesuffix(b"\t"))
    return name[2:] if name.startswith(b"b/") else None


def unquoted(text: bytes) -> bytes:
    r"""A path as git writes it: in quotes, with escapes, where it holds odd characters.

    >>> unquoted(b'"b/a\\tb"')
    b'b/a\tb'
    """
    if len(text) < 2 or not (text.startswith(b'"') and text.endswith(b'"')):
        return text

    def byte(found: re.Match[bytes]) -> bytes:
        return _ESCAPES.get(found[1]) or bytes([int(found[1], 8) & 255])

    return _ESCAPE.sub(byte, text[1:-1])
