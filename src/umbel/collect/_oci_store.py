# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Where an image's parts lie: in a folder, or in a tar archive, which may be packed as a whole."""

from __future__ import annotations

import hashlib
import os
import posixpath
from typing import TYPE_CHECKING, BinaryIO, Self

from umbel.collect._inside import open_plain, resolved
from umbel.collect._streams import CHUNK, Region, Stream, StreamError
from umbel.collect._tar import Tar, TarError
from umbel.collect.interface import UnreadableError

if TYPE_CHECKING:
    from pathlib import Path
    from types import TracebackType

_MOST_PARTS = 200_000
_MOST_BYTES = 64 << 30
_MOST_HANDLES = 2000


class Store:
    """Gives the parts by their names (`index.json`, `blobs/sha256/…`); closed with its context."""

    def __init__(self, path: Path, spool: Path) -> None:
        """Open a folder or an archive; `spool` is for what has to be unpacked first. Raises `UnreadableError`."""
        self._path = str(path)
        self._root = os.path.realpath(path)
        self._handles: list[int] = []
        self._parts: dict[str, Region] | None = None
        self._links: dict[str, str] = {}
        if not path.is_dir():
            try:
                self._parts = self._archived(spool)
            except OSError as error:
                self.close()
                raise UnreadableError("unreadable", error.strerror or str(error)) from error
            except (TarError, StreamError) as error:
                self.close()
                raise UnreadableError(
                    getattr(error, "code", "broken-tar"), f"is an archive that {error}"
                ) from error

    def __enter__(self) -> Self:
        """Itself."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close every file."""
        self.close()

    def close(self) -> None:
        """Close every file."""
        while self._handles:
            os.close(self._handles.pop())

    def part(self, name: str) -> Region | None:
        """A part by its name; None if there is none."""
        name = posixpath.normpath(name)
        if name.startswith(("/", "..")) or len(name) > 4096 or "\0" in name:
            return None
        if self._parts is not None:
            return self._parts.get(self._links.get(name, name))
        real = resolved(f"{self._path}/{name}", self._root)
        if real is None or len(self._handles) >= _MOST_HANDLES:
            return None
        try:
            handle = open_plain(real)
        except (OSError, ValueError):
            return None
        self._handles.append(handle)
        return Region(handle, 0, os.fstat(handle).st_size)

    def read(self, name: str, most: int) -> bytes | None:
        """The bytes of a small part; None if it isn't there or isn't small."""
        region = self.part(name)
        if region is None or region.size > most:
            return None
        data = b""
        while len(data) < region.size:
            more = os.pread(region.handle, region.size - len(data), region.start + len(data))
            if not more:
                break
            data += more
        return data

    # -- archives

    def _archived(self, spool: Path) -> dict[str, Region]:
        handle = open_plain(self._root)
        self._handles.append(handle)
        whole = Region(handle, 0, os.fstat(handle).st_size)
        if whole.head(2) == b"\x1f\x8b" or whole.head(4) == b"\x28\xb5\x2f\xfd":
            whole = self._unpacked(whole, spool)
        found: dict[str, Region] = {}
        tar = Tar(Stream(whole))
        for member in tar:
            if len(found) + len(self._links) >= _MOST_PARTS:
                raise TarError(f"has more than {_MOST_PARTS:,} parts")
            name = posixpath.normpath(member.name)
            if member.kind == "file":
                found[name] = Region(whole.handle, member.offset, member.size)
            elif member.kind in {"link", "hard"}:
                # Images saved by old versions of Docker have links between equal layers.
                base = posixpath.dirname(name) if member.kind == "link" else ""
                self._links[name] = posixpath.normpath(posixpath.join(base, member.target))
        return found

    def _unpacked(self, packed: Region, spool: Path) -> Region:
        stream = Stream(packed)
        with (spool / "archive").open("xb") as file:
            _copy(stream, file)
        handle = open_plain(str(spool / "archive"))
        self._handles.append(handle)
        return Region(handle, 0, stream.given)


def _copy(stream: Stream, file: BinaryIO) -> None:
    while data := stream.read(CHUNK):
        if stream.given > _MOST_BYTES:
            raise StreamError("too-large", f"unpacks to more than {_MOST_BYTES:,} bytes")
        file.write(data)


def digest_of(path: Path) -> str:
    """SHA-256 over an archive, or over the list of a folder's parts, which are named by their digests."""
    try:
        if not path.is_dir():
            handle = open_plain(os.path.realpath(path))
            with os.fdopen(handle, "rb") as file:
                return hashlib.file_digest(file, "sha256").hexdigest()
        digest = hashlib.sha256()
        for folder, below, names in os.walk(path):
            below.sort()
            for name in sorted(names):
                place = os.path.join(folder, name)  # noqa: PTH118 - quicker, as there are many
                head = f"{os.path.relpath(place, path)}\0{os.lstat(place).st_size}\0"
                digest.update(head.encode("utf-8", "surrogateescape"))
        index = path / "index.json"
        digest.update(hashlib.sha256(index.read_bytes()).digest() if index.is_file() else b"")
        return digest.hexdigest()
    except OSError as error:
        raise UnreadableError("unreadable", error.strerror or str(error)) from error
