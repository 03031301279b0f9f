# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Documents that take longer than a page may: made once for an edition by a process of their own, then read.

A process holds the lock of what it makes for as long as it lives, even if who ordered it is gone. What is half made is
never taken for whole, and nothing is made twice at once.
"""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from contextlib import suppress
from enum import StrEnum
from typing import TYPE_CHECKING

import msgspec

from umbel.model.errors import UsageError
from umbel.model.locks import taken
from umbel.office.config import config

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

AT_ONCE = 2
KEPT = 60
_WORDS = 500
_running: list[subprocess.Popen[bytes]] = []
"""What this process ordered: looked at now and then, so that nothing of it stays when it is done."""


class How(StrEnum):
    """How something ordered stands."""

    NOT_YET = "not-yet"
    COMING = "coming"
    READY = "ready"
    FAILED = "failed"


class Made(msgspec.Struct, frozen=True, kw_only=True):
    """Something that is made apart: where it lies, and how far it is."""

    how: How
    path: Path
    why: str | None = None


def made(key: Sequence[str], ending: str) -> Made:
    """How something stands that was or wasn't ordered; `key` is all that it depends on."""
    path = _place(key, ending)
    _running[:] = [each for each in _running if each.poll() is None]
    if _busy(_lock(path)):
        return Made(how=How.COMING, path=path)
    if path.exists():
        return Made(how=How.READY, path=path)
    with suppress(OSError):
        said = _errors(path).read_text("utf-8", "replace").strip().replace(f"{config().workspace}/", "")
        return Made(how=How.FAILED, path=path, why=said[-_WORDS:] or "The log says why.")
    return Made(how=How.NOT_YET, path=path)


def order(key: Sequence[str], ending: str, arguments: Sequence[str]) -> Made:
    """Have it made by `umbel` with some arguments, in which `{path}` stands for where it belongs.

    Raises `UsageError` where too much is being made already.
    """
    there = made(key, ending)
    if there.how in {How.READY, How.COMING}:
        return there
    folder = there.path.parent
    folder.mkdir(parents=True, exist_ok=True)
    held = _held(_lock(there.path))
    if held is None:
        return msgspec.structs.replace(there, how=How.COMING)
    slot = next(
        (one for at in range(AT_ONCE) if (one := _held(folder / f"slot-{at}.lock")) is not None), None
    )
    if slot is None:
        os.close(held)
        raise UsageError("Other documents are being made just now.", "Try again in a minute.")
    _tidy(folder)
    command = [
        sys.executable,
        "-m",
        "umbel",
        *(each.replace("{path}", str(there.path)) for each in arguments),
    ]
    try:
        with _errors(there.path).open("wb") as errors:
            child = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=errors,
                pass_fds=(held, slot),
            )
    finally:
        os.close(held)
        os.close(slot)
    _running.append(child)
    return msgspec.structs.replace(there, how=How.COMING)


def _place(key: Sequence[str], ending: str) -> Path:
    name = hashlib.sha256("\0".join(key).encode()).hexdigest()[:32]
    return config().folder / "made" / f"{name}.{ending}"


def _lock(path: Path) -> Path:
    return path.with_name(f"{path.name}.lock")


def _errors(path: Path) -> Path:
    return path.with_name(f"{path.name}.log")


def _held(path: Path) -> int | None:
    """A lock as a descriptor that a child may inherit; None where another has it."""
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    if taken(descriptor):
        return descriptor
    os.close(descriptor)
    return None


def _busy(path: Path) -> bool:
    if not path.exists():
        return False
    descriptor = _held(path)
    if descriptor is None:
        return True
    os.close(descriptor)
    return False


def _tidy(folder: Path) -> None:
    """Throw away what is oldest beyond what is kept."""
    with suppress(OSError):
        there = [each for each in folder.iterdir() if each.suffix not in {".lock", ".log"}]
        for each in sorted(there, key=lambda path: -path.stat().st_mtime)[KEPT:]:
            for one in (each, _lock(each), _errors(each)):
                one.unlink(missing_ok=True)
