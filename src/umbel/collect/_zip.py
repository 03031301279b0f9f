# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""A few files out of a ZIP archive, without an object for each of the thousands that are passed over.

Encrypted files and archives in several parts are refused, as are packings other than deflate.

Source: APPNOTE.TXT of ZIP, 6.3.10.
"""

from __future__ import annotations

import os
import struct
import zlib
from typing import IO, TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

MOST_ENTRIES = 500_000
_LONGEST_DIRECTORY = 64 << 20
_END = struct.Struct("<4s4H2LH")
_END64 = struct.Struct("<4sQ2H2L4Q")
_ENTRY = struct.Struct("<4s4B4HL2L5H2L")
_LOCAL = struct.Struct("<4s2B4HL2L2H")
_LENGTHS = struct.Struct("<3H")
_FAR = 0xFFFFFFFF


class ZipError(ValueError):
    """The bytes are no sound archive; the message says why."""


class Entry(NamedTuple):
    """One file of an archive."""

    name: str
    method: int
    flags: int
    packed: int
    size: int
    offset: int


class Zip:
    """An archive whose list of files was read: those that end in a certain way can be had."""

    def __init__(self, file: IO[bytes], endings: tuple[bytes, ...]) -> None:
        """Find the files with these endings. Raises `ZipError`."""
        self._file = file
        directory, count, self._shift = self._directory()
        self.entries: list[Entry] = []
        at = passed = 0
        lengths, size = _LENGTHS.unpack_from, _ENTRY.size
        while at + size <= len(directory) and passed < count:
            if directory[at : at + 4] != b"PK\1\2":
                raise ZipError("its list of files is broken")
            name_length, extra, comment = lengths(directory, at + 28)
            name = directory[at + size : at + size + name_length]
            if name.endswith(endings):
                self._add(directory, at, name, extra)
            at += size + name_length + extra + comment
            passed += 1
        if passed < count:
            raise ZipError("its list of files is cut off")

    def _directory(self) -> tuple[bytes, int, int]:
        """The list of files, how many there are, and what stands before the archive."""
        size = self._file.seek(0, os.SEEK_END)
        start = max(0, size - _END.size - 0xFFFF)
        self._file.seek(start)
        tail = self._file.read(_END.size + 0xFFFF)
        at = tail.rfind(b"PK\5\6")
        if at < 0 or len(tail) < at + _END.size:
            raise ZipError("it has no end")
        end = start + at
        _, disk, _, _, count, length, offset, _ = _END.unpack_from(tail, at)
        if count == 0xFFFF or _FAR in {length, offset}:
            far = tail.rfind(b"PK\6\6", 0, at)
            if far >= 0 and len(tail) >= far + _END64.size:
                *_, count, length, offset = _END64.unpack_from(tail, far)
                end = start + far
        if disk not in {0, 0xFFFF}:
            raise ZipError("it has several parts")
        if count > MOST_ENTRIES or length > _LONGEST_DIRECTORY:
            raise ZipError(f"it has {count:,} files")
        shift = end - length - offset
        if shift < 0:
            raise ZipError("its list of files is broken")
        self._file.seek(offset + shift)
        return self._file.read(length), count, shift

    def _add(self, directory: bytes, at: int, name: bytes, extra: int) -> None:
        found = _ENTRY.unpack_from(directory, at)
        flags, method, packed, size, offset = found[5], found[6], found[10], found[11], found[18]
        if _FAR in {packed, size, offset}:
            start = at + _ENTRY.size + len(name)
            wide = _wide(directory[start : start + extra])
            size, packed, offset = (next(wide, 0) if v == _FAR else v for v in (size, packed, offset))
        self.entries.append(Entry(name.decode("utf-8", "replace"), method, flags, packed, size, offset))

    def read(self, entry: Entry, most: int) -> bytes:
        """The first bytes of a file, whatever size it claims to have. Raises `ZipError`."""
        if entry.flags & 1:
            raise ZipError("it is encrypted")
        self._file.seek(self._shift + entry.offset)
        head = self._file.read(_LOCAL.size)
        if len(head) < _LOCAL.size or head[:4] != b"PK\3\4":
            raise ZipError("it points to a file that isn't there")
        name, extra = _LOCAL.unpack(head)[-2:]
        self._file.seek(name + extra, os.SEEK_CUR)
        if entry.method == 0:
            return self._file.read(min(entry.packed, most))
        if entry.method != 8:
            raise ZipError(f"it is packed by method {entry.method}")
        packed = self._file.read(min(entry.packed, most + (most >> 4) + 1024))
        try:
            return zlib.decompressobj(-15).decompress(packed, most)
        except zlib.error as error:
            raise ZipError(f"it is broken: {error}") from error


def _wide(extra: bytes) -> Iterator[int]:
    """The long numbers of an entry that need them."""
    at = 0
    while at + 4 <= len(extra):
        kind, length = struct.unpack_from("<2H", extra, at)
        if kind == 1:
            field = extra[at + 4 : at + 4 + length]
            return iter(struct.unpack_from(f"<{len(field) // 8}Q", field))
        at += 4 + length
    return iter(())
