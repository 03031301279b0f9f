# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""A journal: events as JSON lines, only ever added, each with a sum of its own bytes.

A line that was lost, torn or changed costs only itself. Events stand for themselves: their order, and that one
stands twice (two journals merged), doesn't matter to those who read them.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Generic, TypeVar

import msgspec

from umbel.model.errors import EvidenceError, Fault
from umbel.policy import files

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

T = TypeVar("T", bound=msgspec.Struct)
LONGEST = 4 << 20
"""Bytes of a line that is read: longer ones are no events of ours."""


class _Line(msgspec.Struct, frozen=True):
    event: msgspec.Raw
    sum: str


class Journal(Generic[T]):
    """The events of one kind in one file; a missing file has none."""

    def __init__(self, path: Path, kind: type[T]) -> None:
        """Nothing is read or written yet."""
        self.path = path
        self._decode = msgspec.json.Decoder(kind).decode
        self._line = msgspec.json.Decoder(_Line).decode

    def read(self) -> tuple[list[T], list[Fault]]:
        """All events in the order of their lines, and the lines that could not be read."""
        events: list[T] = []
        faults: list[Fault] = []
        try:
            with self.path.open("rb") as file:
                number = 0
                while line := file.readline(LONGEST + 1):
                    number += 1
                    event = self._event(line)
                    if event is not None:
                        events.append(event)
                    if (event is None and line.strip()) or b"\0" in line:
                        message = "is no event: torn or changed; it counts for nothing"
                        faults.append(
                            Fault("journal", message, f"{self.path.name}, line {number}", "warning")
                        )
        except FileNotFoundError:
            return [], []
        except OSError as error:
            raise EvidenceError(f"{self.path} can't be read: {error.strerror}.") from error
        return events, faults

    def append(self, events: Iterable[T]) -> None:
        """Add events; they are on the disk when this returns. Raises `EvidenceError`."""
        content = b"".join(map(_encoded, events))
        if not content:
            return
        try:
            with files.locked(self.path) as had:
                if not had:
                    raise EvidenceError(f"{self.path} is held by another process for too long.")
                files.append(self.path, content)
        except OSError as error:
            raise EvidenceError(f"{self.path} can't be written: {error.strerror}.") from error

    def _event(self, line: bytes) -> T | None:
        # A page that was lost reads as zeros: what stands after them in the line may be whole.
        text = line.strip(b" \r\n\0")
        if not text or len(text) > LONGEST:
            return None
        try:
            read = self._line(text)
            return self._decode(read.event) if read.sum == _sum(bytes(read.event)) else None
        except (msgspec.DecodeError, RecursionError):  # of which a ValidationError is one
            return None


def _encoded(event: msgspec.Struct) -> bytes:
    body = msgspec.json.encode(event)
    return msgspec.json.encode(_Line(msgspec.Raw(body), _sum(body))) + b"\n"


def _sum(body: bytes) -> str:
    return hashlib.blake2b(body, digest_size=6).hexdigest()
