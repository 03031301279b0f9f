# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Files that survive what happens to files: two writers at once, a kill, a lost page."""

from __future__ import annotations

import os
import secrets
import sys
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

from umbel.model.errors import EvidenceError
from umbel.model.locks import taken

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_PAUSE = 0.02


@contextmanager
def locked(path: Path, *, wait: float = 600.0) -> Iterator[bool]:
    """Hold a lock on a file for a block; gives whether it was had. Whoever is killed gives it back.

    `wait` is how many seconds another holder is waited for.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o666)
    except OSError as error:
        raise EvidenceError(f"{path} can't be written: {error.strerror}.") from error
    try:
        ends = time.monotonic() + wait
        while not (had := taken(descriptor)) and time.monotonic() < ends:
            time.sleep(_PAUSE)
        yield had
    finally:
        os.close(descriptor)


def replace(path: Path, content: bytes) -> None:
    """Write a file whole or not at all; it is on the disk when this returns. Raises `OSError`."""
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_name(f".{path.name}.{secrets.token_hex(6)}.new")
    try:
        with fresh.open("xb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        if path.exists():
            fresh.chmod(path.stat().st_mode & 0o777)  # who may read it stays as somebody set it
        fresh.replace(path)
    except BaseException:
        fresh.unlink(missing_ok=True)
        raise
    settle(path.parent)


def append(path: Path, content: bytes) -> None:
    """Write at a file's end, after an end of line if a killed writer left none. Raises `OSError`.

    Call it with a lock held.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    is_new = not path.exists()
    with path.open("ab+", buffering=0) as file:
        size = file.seek(0, os.SEEK_END)
        if size:
            file.seek(size - 1)
            if file.read(1) != b"\n":
                content = b"\n" + content
        _write(file.fileno(), content)
        os.fsync(file.fileno())
    if is_new:
        settle(path.parent)


def settle(folder: Path) -> None:
    """Put a folder's entries on the disk, where that can be asked for."""
    if sys.platform == "win32":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _write(descriptor: int, content: bytes) -> None:
    while content:
        content = content[os.write(descriptor, content) :]
