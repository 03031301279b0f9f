# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Members of a tar archive, read from its beginning to its end in little memory.

The standard library's reader takes headers of any length into memory, so that an archive of a few
megabytes can fill it; and it takes five times as long.

Sources: POSIX.1-2017, pax; the GNU tar manual, "Basic Tar Format".
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

    from umbel.collect._streams import Stream

BLOCK = 512
_LONGEST_PAX = 1 << 20
_LONGEST_NAME = 1 << 16
_ZEROS = bytes(BLOCK)
_FILES = frozenset(b"0\0" + b"7")
_KINDS = {ord("1"): "hard", ord("2"): "link", ord("5"): "dir"}
_SPARSE = ord("S")


class TarError(ValueError):
    """The bytes are no sound tar archive; the message says why."""


class Member(NamedTuple):
    """One entry. `kind` is file, dir, link, hard or other (a device, a pipe, a sparse file)."""

    name: str
    kind: str
    size: int
    mode: int
    target: str
    offset: int


class Tar:
    """Gives members one by one; the data of the current one can be read until the next is asked for."""

    def __init__(self, stream: Stream) -> None:
        """Begin at the beginning."""
        self._stream = stream
        self._left = 0
        self._padding = 0
        self._at = 0

    def read(self, most: int) -> bytes:
        """More of the current member's data; nothing at its end. Raises `TarError` if it is cut off."""
        count = min(most, self._left)
        if count <= 0:
            return b""
        data = self._stream.read(count)
        if len(data) < count:
            raise TarError("ends in the midst of a file")
        self._left -= count
        self._at += count
        return data

    def __iter__(self) -> Iterator[Member]:
        """Every member. Raises `TarError` and `StreamError` where it is broken."""
        said: dict[str, str] = {}
        everywhere: dict[str, str] = {}
        while True:
            self._pass()
            header = self._take(BLOCK)
            if not header or header == _ZEROS:
                return
            size, kind = _head(header)
            if kind in b"xgLK":
                said, everywhere = self._extended(kind, size, said, everywhere)
                continue
            yield self._member(header, size, kind, {**everywhere, **said})
            said = {}

    def _pass(self) -> None:
        """Go to the next header."""
        count = self._left + self._padding
        if count and self._stream.skip(count) < self._left:
            raise TarError("ends in the midst of a file")
        self._at += count
        self._left = self._padding = 0

    def _take(self, count: int) -> bytes:
        data = self._stream.read(count)
        if data and len(data) < count:
            raise TarError("ends in the midst of a header")
        self._at += len(data)
        return data

    def _extended(
        self, kind: int, size: int, said: dict[str, str], everywhere: dict[str, str]
    ) -> tuple[dict[str, str], dict[str, str]]:
        """A header that says more of the next member, or of all that follow."""
        most = _LONGEST_PAX if kind in b"xg" else _LONGEST_NAME
        if size > most:
            raise TarError(f"has an extended header of {size:,} bytes")
        data = self._take(size)
        self._padding = -size % BLOCK
        if kind == ord("L"):
            return {**said, "path": _text(data)}, everywhere
        if kind == ord("K"):
            return {**said, "linkpath": _text(data)}, everywhere
        if kind == ord("g"):
            return said, {**everywhere, **_records(data)}
        return {**said, **_records(data)}, everywhere

    def _member(self, header: bytes, size: int, kind: int, said: dict[str, str]) -> Member:
        name = _text(header[:100])
        if header[257:263] == b"ustar\0" and header[345]:
            name = f"{_text(header[345:500])}/{name}"
        name = said.get("path", name)
        target = said.get("linkpath") or _text(header[157:257])
        if "size" in said:
            size = _decimal(said["size"])
        if kind == _SPARSE:
            more = header[482]
            while more:
                block = self._take(BLOCK)
                if not block:
                    raise TarError("ends in the midst of a header")
                more = block[504]
        word = _KINDS.get(kind, "other")
        if kind in _FILES:
            word = "dir" if name.endswith("/") else "file"
            if any(key.startswith("GNU.sparse") for key in said):
                word = "other"
        # Links and folders have no data, whatever their size says.
        self._left = 0 if word in {"dir", "link", "hard"} else size
        self._padding = -self._left % BLOCK
        return Member(name, word, self._left, _number(header[100:108]), target, self._at)


def _head(header: bytes) -> tuple[int, int]:
    """Size and kind of a header. Raises `TarError` if its checksum is another."""
    said = _number(header[148:156])
    if said != sum(header) - sum(header[148:156]) + 256:
        raise TarError("holds a header whose checksum is wrong")
    return _number(header[124:136]), header[156]


def _number(field: bytes) -> int:
    """A number in octal digits, or in GNU tar's binary."""
    if field[0] & 0x80:
        value = int.from_bytes(bytes([field[0] & 0x7F]) + field[1:], "big")
        if field[0] == 0xFF or value > 1 << 62:
            raise TarError("holds a header with an impossible number")
        return value
    digits = field.partition(b"\0")[0].strip()
    try:
        return int(digits, 8) if digits else 0
    except ValueError:
        raise TarError("holds a header with an impossible number") from None


def _decimal(text: str) -> int:
    if not text.isascii() or not text.isdigit() or len(text) > 18:
        raise TarError("holds a header with an impossible number")
    return int(text)


def _text(field: bytes) -> str:
    return field.partition(b"\0")[0].decode("utf-8", "surrogateescape")


def _records(data: bytes) -> dict[str, str]:
    """The records of an extended header: `LENGTH KEY=VALUE` and a line's end."""
    found = {}
    start = 0
    while start < len(data):
        digits, space, _ = data[start : start + 20].partition(b" ")
        if not space or not digits.isdigit() or int(digits) <= len(digits) + 1:
            break
        end = start + int(digits)
        key, mark, value = data[start + len(digits) + 1 : end - 1].partition(b"=")
        if mark and end <= len(data):
            found[key.decode("utf-8", "replace")] = value.decode("utf-8", "surrogateescape")
        start = end
    return found
