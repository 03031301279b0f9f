# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Source text → the few nodes of its syntax tree that matter, within bounds of size, depth and time.

Tree-sitter reads broken code too: what it is sure of still stands as nodes of its own. What it needs
time or memory for without end (megabytes, one-line bundles, thousands of open brackets) is left out.
"""

from __future__ import annotations

import importlib
import time
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    import tree_sitter

MOST_BYTES = 1 << 20
"""Larger files hold data or are generated; no hand-written one was seen beyond a third of it."""
_LONG_LINES = 1000
"""Bytes in a line on average beyond which a file is no text that people write."""
_SMALL = 20_000
_DEEPEST = 500
"""Levels of the tree that are looked at; imports stand on the first few."""
_MOST_ASTRAY = 4000
"""Children of an error, and nodes with errors, beyond which a file is left out."""
_SECONDS = 5.0
_QUICK = 1 << 16
"""Bytes that need no watch: the worst of them take about a second."""
_BOMS = (b"\xff\xfe", b"\xfe\xff", b"\xef\xbb\xbf")


class Found(NamedTuple):
    """One place where a file imports a module.

    `path` is the module's name as far as it is written (`google.cloud.storage`, `lodash/fp`).
    `names` are those of its names that the file uses, in terms of `path`. `local` says that the code
    itself marks the module as its own (a relative import). Not `sure` is what may as well be a local
    name, unless a package of that name is known. `types` says that only a type checker reads the import.
    """

    path: str
    names: tuple[str, ...] = ()
    local: bool = False
    sure: bool = True
    types: bool = False


class TooHardError(Exception):
    """A file that is left out; the message completes "the file …"."""


class Parsed(NamedTuple):
    """The bytes, and the captured nodes by name."""

    data: bytes
    nodes: dict[str, list[tree_sitter.Node]]

    def of(self, name: str) -> list[tree_sitter.Node]:
        """The nodes captured under a name, in order of place."""
        return sorted(self.nodes.get(name, ()), key=_start)

    def at(self, node: tree_sitter.Node) -> bytes:
        """What stands in the file at a node."""
        return self.data[node.start_byte : node.end_byte]

    def without(self, *names: str) -> bytes:
        """The file with blanks in place of the nodes of these names (comments, texts): all else keeps its place."""
        spans = sorted((n.start_byte, n.end_byte) for name in names for n in self.nodes.get(name, ()))
        parts: list[bytes] = []
        position = 0
        for start, end in spans:
            if end > position:
                begin = max(start, position)
                parts += (self.data[position:begin], b" " * (end - begin))
                position = end
        parts.append(self.data[position:])
        return b"".join(parts)


def _start(node: tree_sitter.Node) -> int:
    return node.start_byte


class Grammar:
    """One language's grammar and the query that is asked of each file; both are made once.

    A query gets no callback that could end it: calling it crashes the process (tree-sitter 0.26.1).
    So the tree is checked first for what would take a query time without end.
    """

    def __init__(self, package: str, query: str, function: str = "language") -> None:
        """Load the grammar from its Python package."""
        import tree_sitter

        self._language = tree_sitter.Language(getattr(importlib.import_module(package), function)())
        self._parser = tree_sitter.Parser(self._language)
        self._query = tree_sitter.Query(self._language, query)

    def parse(self, data: bytes) -> Parsed:
        """The nodes of a file. Raises `TooHardError`."""
        import tree_sitter

        tree = self._parser.parse(data) if len(data) <= _QUICK else self._timed(data)
        root = tree.root_node
        if root.has_error and _astray(root):
            raise TooHardError("is no code of its language, or nests without end")
        cursor = tree_sitter.QueryCursor(self._query)
        cursor.set_max_start_depth(_DEEPEST)
        return Parsed(data, cursor.captures(root))

    def _timed(self, data: bytes) -> tree_sitter.Tree:
        until = time.monotonic() + _SECONDS
        view = memoryview(data)
        try:
            return self._parser.parse(
                lambda offset, _: view[offset:], progress_callback=lambda *_: time.monotonic() > until
            )
        except ValueError as error:
            self._parser.reset()
            raise TooHardError(_SLOW) from error


_SLOW = f"takes more than {_SECONDS:.0f} seconds to parse"


def _astray(root: tree_sitter.Node) -> bool:
    """Whether errors span so much that looking into them would not end in time.

    A query takes time quadratic in the children of one error; of other nodes it is linear.
    """
    todo, cost = [root], 0
    for _ in range(_MOST_ASTRAY):
        if not todo:
            return False
        node = todo.pop()
        if node.is_error:
            cost += node.child_count**2
            if cost > _MOST_ASTRAY**2:
                return True
        todo += [child for child in node.children if child.has_error]
    return True


def fit(data: bytes) -> bytes:
    """The file as UTF-8 text, as it is parsed. Raises `TooHardError`."""
    if len(data) > MOST_BYTES:
        raise TooHardError(f"has more than {MOST_BYTES >> 20} MiB")
    if data.startswith(_BOMS) or b"\0" in data:
        from umbel.collect.text import to_utf8

        data = to_utf8(data)[0].replace(b"\0", b" ")
    if len(data) > _SMALL and len(data) > _LONG_LINES * (data.count(b"\n") + data.count(b"\r") + 1):
        raise TooHardError("has lines that no person writes: it is minified, or holds data")
    return data
