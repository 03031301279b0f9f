# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Reading a part of a file once from its beginning, unpacked on the way, in memory that doesn't grow.

How a part is packed is known by its first bytes: gzip, Zstandard (where pyarrow can) or not at all.
"""

from __future__ import annotations

import os
import zlib
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any, Protocol

    class Digest(Protocol):
        """What hashlib gives."""

        def update(self, data: bytes, /) -> None:
            """Take more."""


CHUNK = 1 << 20
_FREE = 1 << 30
_STEEPEST = 200
"""What unpacks to more than a gibibyte, and to more than so many times its size, is a bomb."""


class StreamError(ValueError):
    """The bytes can't be unpacked, or only to far too many; `code` is the fault's."""

    def __init__(self, code: str, message: str) -> None:
        """Keep the code and the sentence."""
        super().__init__(message)
        self.code = code


class Region(NamedTuple):
    """A part of an open file."""

    handle: int
    start: int
    size: int

    def head(self, count: int) -> bytes:
        """Its first bytes."""
        return os.pread(self.handle, min(count, self.size), self.start)


class Stream:
    """The unpacked bytes of a region, one after the other. `packed` takes every byte as it lies there."""

    def __init__(self, region: Region, packed: Digest | None = None, plain: Digest | None = None) -> None:
        """Begin at the beginning. Raises `StreamError` for a packing that can't be read here."""
        self._region = region
        self._packed, self._plain = packed, plain
        self._taken = 0
        self._given = 0
        self._rest, self._at = b"", 0
        self._seeks = False
        magic = region.head(4)
        if magic[:2] == b"\x1f\x8b":
            self._chunks = self._gunzipped()
        elif magic == b"\x28\xb5\x2f\xfd" or (magic[1:] == b"\x2a\x4d\x18" and 0x50 <= magic[0] <= 0x5F):
            self._chunks = self._unzstd()
        else:
            self._chunks = self._raw()
            self._seeks = packed is None and plain is None

    @property
    def given(self) -> int:
        """How many bytes were unpacked so far."""
        return self._given

    def read(self, count: int) -> bytes:
        """The next bytes: fewer than asked for only at the end. Raises `StreamError`."""
        end = self._at + count
        if end <= len(self._rest):
            data = self._rest[self._at : end]
            self._at = end
            return data
        parts = [self._rest[self._at :]]
        missing = count - len(parts[0])
        self._rest, self._at = b"", 0
        while missing > 0:
            chunk = next(self._chunks, b"")
            if not chunk:
                break
            if len(chunk) > missing:
                self._rest, self._at = chunk, missing
            parts.append(chunk[:missing])
            missing -= len(chunk)
        return b"".join(parts)

    def skip(self, count: int) -> int:
        """Pass over bytes; gives how many there were."""
        here = len(self._rest) - self._at
        if count <= here:
            self._at += count
            return count
        passed = here
        self._rest, self._at = b"", 0
        if self._seeks:
            more = min(count - passed, self._region.size - self._taken)
            self._taken += more
            return passed + more
        while passed < count:
            chunk = next(self._chunks, b"")
            if not chunk:
                break
            if passed + len(chunk) > count:
                self._rest, self._at = chunk, count - passed
                return count
            passed += len(chunk)
        return passed

    def drain(self) -> None:
        """Read to the end, so that digests cover everything."""
        self._rest, self._at = b"", 0
        for _ in self._chunks:
            pass
        for _ in self._raw():
            pass

    # -- packings

    def _next(self) -> bytes:
        """The next bytes as they lie there."""
        at = self._region.start + self._taken
        data = os.pread(self._region.handle, min(CHUNK, self._region.size - self._taken), at)
        self._taken += len(data)
        if self._packed is not None and data:
            self._packed.update(data)
        return data

    def _count(self, data: bytes) -> bytes:
        self._given += len(data)
        if self._given > _FREE and self._given > _STEEPEST * self._taken:
            message = f"unpacks to more than {_STEEPEST} times its size, which no real one does"
            raise StreamError("bomb", message)
        if self._plain is not None:
            self._plain.update(data)
        return data

    def _raw(self) -> Iterator[bytes]:
        while data := self._next():
            yield self._count(data)

    def _gunzipped(self) -> Iterator[bytes]:
        unpack = zlib.decompressobj(31)
        while packed := self._next():
            while packed:
                try:
                    data = unpack.decompress(packed, CHUNK)
                except zlib.error as error:
                    raise StreamError("broken-gzip", f"is broken gzip: {error}") from error
                if data:
                    yield self._count(data)
                if unpack.eof:
                    # Several streams may follow each other; zeros at the end are padding.
                    packed = unpack.unused_data.lstrip(b"\0")
                    unpack = zlib.decompressobj(31)
                else:
                    packed = unpack.unconsumed_tail
        if data := unpack.flush():
            yield self._count(data)

    def _unzstd(self) -> Iterator[bytes]:
        try:
            import pyarrow as pa

            stream = pa.CompressedInputStream(pa.PythonFile(_File(self._next), mode="r"), "zstd")
        except (ImportError, NotImplementedError, OSError) as error:
            raise StreamError("zstd", "is packed with Zstandard, which can't be unpacked here") from error
        while True:
            try:
                data = stream.read(CHUNK)
            except (OSError, ValueError) as error:
                raise StreamError("broken-zstd", f"is broken Zstandard: {str(error)[:100]}") from error
            if not data:
                return
            yield self._count(data)


class _File:
    """A file object of what a function gives, for pyarrow."""

    closed = False

    def __init__(self, following: Any) -> None:
        self._following = following
        self._rest = b""

    def read(self, count: int = -1) -> bytes:
        while len(self._rest) < count or count < 0:
            more = self._following()
            if not more:
                break
            self._rest += more
        data, self._rest = (self._rest, b"") if count < 0 else (self._rest[:count], self._rest[count:])
        return data

    def readable(self) -> bool:
        return True

    def writable(self) -> bool:
        return False

    def seekable(self) -> bool:
        return False

    def close(self) -> None:
        self.closed = True
