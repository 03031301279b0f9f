# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Package headers of an RPM database: an index of tags before the data that they point into.

Two kinds of database are read: SQLite (`rpmdb.sqlite`) and NDB (`Packages.db`). Both hold one header
a package, in the form that package files have, too. The older Berkeley DB isn't read.

Sources: rpm's documentation of its header format; `lib/backend/sqlite.c` and `lib/backend/ndb/rpmpkg.c`
of rpm 4.18.
"""

from __future__ import annotations

import sqlite3
import struct
from contextlib import closing
from typing import TYPE_CHECKING, NamedTuple

from umbel.collect.interface import UnreadableError

if TYPE_CHECKING:
    from collections.abc import Iterator

MOST_PACKAGES = 200_000
_MOST_BYTES = 256 << 20
_MOST_STEPS = 20_000
"""Thousands of steps that SQLite may take: a table of a million packages needs fewer."""

_INDEX = struct.Struct(">iiii")
_LONGEST_INDEX = 1 << 16
_NUMBERS = {2: "b", 3: "h", 4: "i", 5: "q"}
_STRINGS = frozenset({6, 8, 9})
_BINARY = 7
Value = list[str] | list[int] | bytes


class Row(NamedTuple):
    """One package's header as its database holds it: its number there, and the bytes."""

    number: int
    blob: bytes


class HeaderError(ValueError):
    """The bytes are no header; the message says why."""


def tags(blob: bytes, wanted: frozenset[int]) -> dict[int, Value]:
    """The wanted tags of one header. Raises `HeaderError`."""
    if len(blob) < 8:
        raise HeaderError("is too short to be a header")
    entries, size = struct.unpack_from(">ii", blob)
    start = 8 + entries * _INDEX.size
    if not 0 < entries <= _LONGEST_INDEX or size < 0 or start + size > len(blob):
        raise HeaderError("has an index that doesn't fit its length")
    data = blob[start : start + size]
    found: dict[int, Value] = {}
    for tag, kind, offset, count in _INDEX.iter_unpack(blob[8:start]):
        if tag in wanted and tag not in found:
            value = _value(data, kind, offset, count)
            if value is not None:
                found[tag] = value
    return found


def _value(data: bytes, kind: int, offset: int, count: int) -> Value | None:
    """What an index entry points to; None for kinds that nobody asks for."""
    if not 0 <= offset <= len(data) or not 0 <= count <= len(data):
        raise HeaderError("points outside of its data")
    if kind in _STRINGS:
        parts = data[offset:].split(b"\0", count) if kind != 6 else data[offset:].split(b"\0", 1)
        texts = parts[: count if kind != 6 else 1]
        if len(parts) <= len(texts) and texts:
            raise HeaderError("holds a text without an end")
        return [text.decode("utf-8", "replace") for text in texts]
    if kind == _BINARY:
        return data[offset : offset + count]
    if kind in _NUMBERS:
        form = f">{count}{_NUMBERS[kind]}"
        if offset + struct.calcsize(form) > len(data):
            raise HeaderError("points outside of its data")
        return list(struct.unpack_from(form, data, offset))
    return None


def rows(data: bytes) -> Iterator[Row]:
    """Every package's header in a database. Raises `UnreadableError` for what isn't one."""
    if data.startswith(b"SQLite format 3\0"):
        yield from _sqlite(data)
    elif data[:4] == b"RpmP":
        yield from _ndb(data)
    elif data[12:16] in {b"\x61\x15\x06\x00", b"\x00\x06\x15\x61"}:
        message = (
            "is an RPM database in Berkeley DB; convert a copy of it (rpmdb --rebuilddb) to have it read"
        )
        raise UnreadableError("berkeley-db", message)
    else:
        raise UnreadableError("not-rpm", "is no RPM database that Umbel knows (SQLite, NDB)")


def _sqlite(data: bytes) -> Iterator[Row]:
    # A database in write-ahead mode can't be opened from memory; without its log it is a plain one.
    plain = data[:18] + b"\1\1" + data[20:] if data[18:20] == b"\2\2" else data
    steps = 0

    def bounded() -> bool:
        nonlocal steps
        steps += 1
        return steps > _MOST_STEPS

    try:
        with closing(sqlite3.connect(":memory:")) as connection:
            connection.deserialize(plain)
            connection.execute("PRAGMA trusted_schema = OFF")
            connection.set_progress_handler(bounded, 1000)
            kind = connection.execute("SELECT type FROM sqlite_master WHERE name = 'Packages'").fetchone()
            if kind != ("table",):
                raise UnreadableError("not-rpm", "is an SQLite database, but none of RPM packages")
            query = "SELECT hnum, blob FROM Packages WHERE typeof(blob) = 'blob' ORDER BY hnum LIMIT ?"
            for number, blob in connection.execute(query, (MOST_PACKAGES,)):
                yield Row(number if isinstance(number, int) else 0, blob)
    except (sqlite3.Error, OverflowError, MemoryError) as error:
        raise UnreadableError(
            "broken-database", f"is a broken SQLite database: {str(error)[:200]}"
        ) from error


_SLOT = struct.Struct("<4sIII")
_PAGE = 4096
_BLOCK = 16


def _ndb(data: bytes) -> Iterator[Row]:
    pages = struct.unpack_from("<I", data, 12)[0] if len(data) >= 32 else 0
    slots = data[32 : pages * _PAGE]
    if not pages or pages * _PAGE > len(data):
        raise UnreadableError("broken-database", "is a broken NDB database: its slots don't fit its length")
    found, taken = [], 0
    for magic, number, block, blocks in _SLOT.iter_unpack(slots[: len(slots) // _SLOT.size * _SLOT.size]):
        if magic == b"Slot" and number and block:
            found.append((number, block * _BLOCK, blocks * _BLOCK))
    for number, start, size in sorted(found)[:MOST_PACKAGES]:
        head = data[start : start + _BLOCK]
        if len(head) < _BLOCK or head[:4] != b"BlbS" or start + size > len(data):
            yield Row(number, b"")
            continue
        length = struct.unpack_from("<I", head, 12)[0]
        taken += length
        if length > size or taken > _MOST_BYTES + len(data):
            yield Row(number, b"")
        else:
            yield Row(number, data[start + _BLOCK : start + _BLOCK + length])
