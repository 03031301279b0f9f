# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""What is taken at all: sizes, before and after unpacking, and how many are read at once."""

from __future__ import annotations

import threading
import zlib
from contextlib import contextmanager
from typing import TYPE_CHECKING

from umbel.evidence.ingest_upload import MOST_BYTES
from umbel.office.config import config
from umbel.policy import files

if TYPE_CHECKING:
    from collections.abc import Iterator

MOST_RATIO = 250
"""No real document packs as well as that; what does is meant to burst."""
_FREE = 1 << 20
"""Bytes up to which nothing bursts."""
AT_ONCE = 2
AT_THE_DOOR = 5
"""Those that are read, and those that wait for it: of the eight threads of a process some are left for pages."""
PATIENCE = 20.0
_room = threading.BoundedSemaphore(AT_ONCE)
_door = threading.BoundedSemaphore(AT_THE_DOOR)
GZIP = b"\x1f\x8b"


class TooLargeError(Exception):
    """More than is taken; the sentence says how much that is."""


class BusyError(Exception):
    """Too many are at it just now."""


def unpacked(data: bytes, most: int = MOST_BYTES) -> bytes:
    """What gzip packed; other bytes as they are. Raises `TooLargeError`, and `ValueError` for a broken pack."""
    if not data.startswith(GZIP):
        if len(data) > most:
            raise TooLargeError(f"It has {len(data):,} bytes; at most {most:,} are taken.")
        return data
    told: list[bytes] = []
    size = 0
    rest = data
    while rest:
        unpacker = zlib.decompressobj(wbits=31)
        try:
            piece = unpacker.decompress(rest, most - size + 1)
        except zlib.error as error:
            raise ValueError("is packed by gzip, but damaged") from error
        told.append(piece)
        size += len(piece)
        if size > most:
            raise TooLargeError(f"It unpacks to more than {most:,} bytes, which is all that is taken.")
        if size > max(_FREE, MOST_RATIO * len(data)):
            raise TooLargeError(
                f"It unpacks to more than {MOST_RATIO} times its size; no real document does."
            )
        if not unpacker.eof:
            raise ValueError("is packed by gzip, but ends early")
        rest = unpacker.unused_data
        if not rest.startswith(GZIP):
            break  # what follows a pack is padding
    return b"".join(told)


@contextmanager
def room() -> Iterator[None]:
    """A place among the few that are read at once in this process.

    Raises `BusyError` where none comes free, and at once where too many wait already.
    """
    if not _door.acquire(blocking=False):
        raise BusyError
    try:
        if not _room.acquire(timeout=PATIENCE):
            raise BusyError
        try:
            yield
        finally:
            _room.release()
    finally:
        _door.release()


@contextmanager
def alone(name: str) -> Iterator[None]:
    """Nobody else hands in for a project of this name meanwhile. Raises `BusyError` where somebody does for long."""
    from django.db import connection

    number = zlib.crc32(name.encode())
    if connection.vendor == "postgresql":
        with _in_postgresql(number):
            yield
        return
    with files.locked(
        config().folder / "locks" / f"upload-{number % 256:02x}.lock", wait=3 * PATIENCE
    ) as had:
        if not had:
            raise BusyError
        yield


@contextmanager
def _in_postgresql(number: int) -> Iterator[None]:
    """A lock of the session: what is written to the lake must not lie in a transaction of the database."""
    import time

    from django.db import connection

    key = (0x75706C, number - (1 << 31))
    ends = time.monotonic() + 3 * PATIENCE
    with connection.cursor() as cursor:
        while True:
            cursor.execute("SELECT pg_try_advisory_lock(%s, %s)", key)
            if cursor.fetchone() == (True,):
                break
            if time.monotonic() > ends:
                raise BusyError
            time.sleep(0.05)
        try:
            yield
        finally:
            cursor.execute("SELECT pg_advisory_unlock(%s, %s)", key)
