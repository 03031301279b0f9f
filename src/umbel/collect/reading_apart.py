# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Reading a large document of a stranger in a process of its own, which is stopped when it takes too long.

Small ones are read here: their size bounds the time, and a process costs more than it guards.
"""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import msgspec

from umbel.collect.interface import Document, Reading, UnreadableError
from umbel.model.errors import Fault  # noqa: TC001 - msgspec reads it

if TYPE_CHECKING:
    from umbel.collect.interface import Collector

LARGE = 8 << 20
SECONDS = 60.0
MEMORY = 3 << 30


class _Told(msgspec.Struct):
    """What the other process says."""

    reading: Reading | None = None
    fault: Fault | None = None


def read(collector: Collector, document: Document, seconds: float = SECONDS) -> Reading:
    """What a collector reads in a document. Raises `UnreadableError`, also where it takes too long or fails."""
    if len(document.data) <= LARGE:
        return _here(collector, document)
    try:
        done = subprocess.run(
            [sys.executable, "-m", __name__, collector.id, document.name],
            input=document.data,
            capture_output=True,
            timeout=seconds,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise UnreadableError("too-slow", f"took longer than {seconds:.0f} s to read") from None
    try:
        told = msgspec.msgpack.decode(done.stdout, type=_Told)
    except msgspec.DecodeError:
        raise UnreadableError("reader-failed", "could not be read: its reader ended early") from None
    if told.fault is not None:
        raise UnreadableError(told.fault.code, told.fault.message, told.fault.place)
    if told.reading is None:
        raise UnreadableError("reader-failed", "could not be read")
    return told.reading


def _here(collector: Collector, document: Document) -> Reading:
    try:
        return collector.read(document)
    except UnreadableError:
        raise
    except (RecursionError, MemoryError, Exception) as error:
        message = f"could not be read: {type(error).__name__}: {str(error)[:200]}"
        raise UnreadableError("reader-failed", message) from error


def main() -> None:
    """The other process: a document on standard input, what was read on standard output."""
    import resource
    from pathlib import Path

    from umbel.collect.registry import collectors

    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    document = Document(Path("/dev/null/handed-in") / sys.argv[2], data=sys.stdin.buffer.read())
    try:
        told = _Told(reading=_here(collectors()[sys.argv[1]], document))
    except UnreadableError as error:
        told = _Told(fault=error.fault)
    sys.stdout.buffer.write(msgspec.msgpack.encode(told))


if __name__ == "__main__":
    main()
