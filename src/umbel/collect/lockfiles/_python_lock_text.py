# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Lockfiles of Poetry and PDM → a tree, without decoding the lists of files that fill most of them.

Both write each package's files as one line a file. Those lists are cut out before the rest is read,
and only the digests that are kept are taken out of them. A document in any other form is read as TOML.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple

import msgspec

from umbel.collect._python import MOST_HASHES
from umbel.collect.lockfiles._toml import toml_tree

if TYPE_CHECKING:
    from collections.abc import Iterator

    from umbel.collect.lockfiles._toml_fields import Fields, Table

_START = " = [\n    {"
_FILE = ('file = "', 'url = "')
_END = "\n]\n"
_BETWEEN = '", hash = "'
_QUOTE, _CUT, _BACKSLASH = "\x91", "\x92", "\x93"
"""Stand for `\\"`, a list of files and `\\\\` while the rest is read."""
_SDIST = ".tar.gz"
_HEADER = re.compile(r"\[(\[)?([A-Za-z0-9_-]+)(?:\.([A-Za-z0-9_-]+))?\](\])?")
_KEY = re.compile(rf'[A-Za-z0-9_-]+|"[^"{_QUOTE}{_BACKSLASH}]+"')
_INNER_KEY = re.compile(r"([{,] *)([A-Za-z0-9_-]+) *=")
_LAST_COMMA = re.compile(r",\s*\]")
_WORDS = {"true": True, "false": False}


class LockText(NamedTuple):
    """A document's tree; `blocks` are the lists of files that were cut out of it."""

    tree: dict[str, Any]
    blocks: list[str]

    def digests(self, table: Table, key: str, place: str, fields: Fields) -> list[str]:
        """The first digests of a list of files, as written: the source archive's before the others."""
        value = table.get(key)
        if self.blocks and isinstance(value, str) and value[:1] == _CUT:
            return _first(self.blocks[int(value[1:])])
        return _ordered(_files(table, key, place, fields))


def read_lock_text(text: str) -> LockText:
    """The document's tree. Raises `UnreadableError`, with the line where it is known."""
    text = text.replace("\r\n", "\n")
    return _quick(text) or LockText(toml_tree(text), [])


def _quick(text: str) -> LockText | None:
    if any(mark in text for mark in (_QUOTE, _CUT, _BACKSLASH)):
        return None
    head, *parts = text.split(_START)
    pieces: list[str] = [head]
    blocks: list[str] = []
    for part in parts:
        if not part.startswith(_FILE):
            pieces.append(_START + part)
            continue
        end = part.find(_END)
        if end < 0 or not _is_plain(part, end):
            return None
        pieces.append(f' = "{_CUT}{len(blocks)}"{part[end + 2 :]}')
        blocks.append(part[:end])
    rest = "".join(pieces)
    if "\\" in rest:
        rest = rest.replace("\\\\", _BACKSLASH).replace('\\"', _QUOTE)
        if "\\" in rest:
            return None
    tree = _Lines(rest).tree()
    return None if tree is None else LockText(tree, blocks)


def _is_plain(part: str, end: int) -> bool:
    """Whether each line is a file's name and digest, and nothing else."""
    lines = part.count("\n", 0, end) + 1
    return (
        part.count(_BETWEEN, 0, end) == lines
        and part.count('"},\n    {', 0, end) == lines - 1
        and part.count('"', 0, end) == 4 * lines
        and part.endswith('"},', 0, end)
        and part.find("\\", 0, end) < 0
    )


class _Lines:
    """The document line by line, as both tools write it; whatever else occurs in it ends the reading."""

    def __init__(self, text: str) -> None:
        self._lines = iter(text.split("\n"))
        self._tree: dict[str, Any] = {}
        self._masked = _QUOTE in text or _BACKSLASH in text
        self._keys: set[str] = set()

    def tree(self) -> dict[str, Any] | None:
        """The tree; None if the document has any other form."""
        table = self._tree
        for line in self._lines:
            if not line or line[0] == "#":
                continue
            if line[0] == "[":
                entered = self._entered(line)
                if entered is None:
                    return None
                table = entered
            elif not self._taken(line, table):
                return None
        return self._tree

    def _taken(self, line: str, table: dict[str, Any]) -> bool:
        """Take a key and its value; whether they have the usual form."""
        key, equals, text = line.partition(" = ")
        if key not in self._keys and not self._is_key(key):
            return False
        if key[0] == '"':
            key = key[1:-1]
        if not equals or key in table:
            return False
        if text[:1] == '"' and text[-1:] == '"' and text.count('"') == 2:
            table[key] = _unmasked(text[1:-1]) if self._masked else text[1:-1]
            return True
        value = _WORDS[text] if text in _WORDS else self._value(text)
        table[key] = value
        return value is not None

    def _is_key(self, key: str) -> bool:
        """Whether a key is of the usual form: a bare one, or one in quotes."""
        if _KEY.fullmatch(key) is None:
            return False
        self._keys.add(key)
        return True

    def _entered(self, line: str) -> dict[str, Any] | None:
        """The table that a header begins."""
        match = _HEADER.fullmatch(line)
        if match is None or (match[1] is None) != (match[4] is None):
            return None
        outer, inner = match[2], match[3]
        table: Any = self._tree
        if inner is not None:
            table = table.setdefault(outer, {})
            table = table[-1] if isinstance(table, list) and table else table
        if not isinstance(table, dict):
            return None
        name = inner or outer
        entered: dict[str, Any] = {}
        if match[1] is not None:
            items = table.setdefault(name, [])
            if not isinstance(items, list) or (items and not isinstance(items[-1], dict)):
                return None
            items.append(entered)
        elif name in table:
            return None
        else:
            table[name] = entered
        return entered

    def _value(self, text: str) -> Any:
        """A list or a table within a line, or a list of several lines; None if it is neither."""
        if text == "[":
            listed = []
            for line in self._lines:
                if line == "]":
                    break
                listed.append(line)
            else:
                return None
            text = f"[{''.join(listed)}]"
        if text[:1] not in {"[", "{"}:
            return None
        parts = text.split('"')
        parts[::2] = map(_as_json, parts[::2])
        plain = '"'.join(parts)
        try:
            return msgspec.json.decode(plain.replace(_BACKSLASH, r"\\").replace(_QUOTE, r"\""))
        except (msgspec.DecodeError, RecursionError):
            return None


@lru_cache(maxsize=1 << 12)
def _as_json(between: str) -> str:
    """What stands between texts in quotes, as JSON writes it; what has no form there becomes none."""
    if "#" in between or "'" in between or ":" in between or "null" in between:
        return "?"
    return _LAST_COMMA.sub("]", _INNER_KEY.sub(r'\1"\2":', between))


def _unmasked(text: str) -> str:
    return text.replace(_QUOTE, '"').replace(_BACKSLASH, "\\")


def _first(block: str) -> list[str]:
    """The digests of a list that was cut out."""
    found = [piece.partition('"')[0] for piece in block.split(_BETWEEN, MOST_HASHES)[1:]]
    at = block.find(_SDIST + _BETWEEN)
    if at >= 0:
        start = at + len(_SDIST + _BETWEEN)
        digest = block[start : block.find('"', start)]
        return [digest, *(other for other in found if other != digest)]
    return found


def _ordered(files: Iterator[tuple[str, str]]) -> list[str]:
    listed = list(files)
    found = [digest for _, digest in listed[:MOST_HASHES]]
    for name, digest in listed:
        if name.endswith(_SDIST):
            return [digest, *(other for other in found if other != digest)]
    return found


def _files(table: Table, key: str, place: str, fields: Fields) -> Iterator[tuple[str, str]]:
    for where, file in fields.tables(table, key, place):
        digest = fields.text(file, "hash", where)
        if digest is not None:
            name = file.get("file", file.get("url"))
            yield (name if isinstance(name, str) else ""), digest
