# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Where editions lie: a folder each, written by one process, read by many. What is half made is never seen.

    editions/now.json               which edition is wanted and which is finished
    editions/days/2026-10-01.json   the same for a day that somebody looks at
    editions/<key>/edition.json, figures/<name>.msgpack, lists/<name>.sqlite, files/<name>, made.json

Any file that is missing or damaged is as not made yet. Whoever finds one damaged throws it away and leaves a mark
(`editions/<key>/again`), so that it is made again.
"""

from __future__ import annotations

import contextlib
import secrets
import shutil
import time
from datetime import date
from pathlib import Path
from typing import Any, TypeVar

import msgspec

from umbel.office.editions.interface import Edition

T = TypeVar("T")
KEPT_DAYS = 12
"""Days that are kept made; the one that was looked at longest ago goes first."""
KEPT_NOW = 2
MOST_WANTED = 12
"""Days that wait to be made at most: each takes as long as an edition, and anyone who reads may ask."""
JUST_NOW = 60.0
"""Seconds for which somebody may still be reading what nobody points to any more."""


class Pointer(msgspec.Struct, frozen=True, kw_only=True):
    """Which edition is wanted, and which one is the newest that is finished."""

    wanted: str
    finished: str | None = None


class Made(msgspec.Struct, frozen=True, kw_only=True):
    """How an edition came to be: seconds by figure and list, and what couldn't be made."""

    seconds: dict[str, float] = {}
    failed: dict[str, str] = {}
    complete: bool = False
    doing: str = ""
    """What is being made just now, or was when its maker died."""
    deaths: dict[str, int] = {}
    """How often its maker was killed at it: memory runs out at the same place each time."""


class Store:
    """The editions of one workspace."""

    def __init__(self, folder: Path) -> None:
        """In the office's own folder."""
        self.root = folder / "editions"

    def pointer(self, day: date | None) -> Pointer | None:
        """What is said of a day; None: nothing yet."""
        return self._read(self._pointer_path(day), Pointer)

    def point(self, day: date | None, pointer: Pointer) -> None:
        """Say which edition is wanted or finished. Raises `OSError`."""
        self._write(self._pointer_path(day), pointer)

    def want(self, day: date) -> None:
        """Ask the process that makes editions for a day, unless many wait already. Raises `OSError`."""
        path = self.root / "wanted" / day.isoformat()
        if not path.exists() and len(self.wanted()) < MOST_WANTED:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.touch()

    def wanted(self) -> list[date]:
        """The days that were asked for, the longest waiting first."""
        folder = self.root / "wanted"
        try:
            paths = sorted(folder.iterdir(), key=lambda path: path.stat().st_mtime)
        except OSError:
            return []
        days = []
        for path in paths:
            with contextlib.suppress(ValueError):
                days.append(date.fromisoformat(path.name))
        return days

    def given(self, day: date) -> None:
        """A day was made, or can't be: nobody waits for it any longer."""
        (self.root / "wanted" / day.isoformat()).unlink(missing_ok=True)

    def edition(self, key: str) -> Edition | None:
        """An edition by its key; None where it isn't there."""
        return self._read(self.root / key / "edition.json", Edition)

    def begin(self, edition: Edition) -> None:
        """Make an edition's folder. Raises `OSError`."""
        self._write(self.root / edition.key / "edition.json", edition)

    def figure_path(self, key: str, name: str) -> Path:
        """Where a figure lies."""
        return self.root / key / "figures" / f"{name}.msgpack"

    def list_path(self, key: str, name: str) -> Path:
        """Where a list lies."""
        return self.root / key / "lists" / f"{name}.sqlite"

    def file_path(self, key: str, name: str) -> Path:
        """Where a file of somebody's own making lies."""
        return self.root / key / "files" / name

    def keep_figure(self, key: str, name: str, value: Any) -> None:
        """Write a figure. Raises `OSError`."""
        self._write_bytes(self.figure_path(key, name), msgspec.msgpack.encode(value))

    def figure(self, key: str, name: str, kind: type[T]) -> T | None:
        """Read a figure as its type; None where it isn't there or isn't one."""
        path = self.figure_path(key, name)
        try:
            return msgspec.msgpack.decode(path.read_bytes(), type=kind)
        except (OSError, msgspec.ValidationError):  # not there, or of another Umbel's shape
            return None
        except (msgspec.DecodeError, RecursionError, UnicodeDecodeError):
            self.damaged(key, path)
            return None

    def damaged(self, key: str, path: Path) -> None:
        """A part can't be read: it is made again. Never raises."""
        with contextlib.suppress(OSError):
            path.unlink(missing_ok=True)
            (self.root / key / "again").touch()

    def is_damaged(self, key: str) -> bool:
        """Whether a part of an edition was found damaged since it was made."""
        return (self.root / key / "again").exists()

    def tidy(self, key: str) -> None:
        """Before an edition is made, or carried on with: throw away what a killed maker left half written."""
        (self.root / key / "again").unlink(missing_ok=True)
        for kind in ("figures", "lists", "files"):
            for path in (self.root / key / kind).glob(".*"):
                path.unlink(missing_ok=True)

    def made(self, key: str) -> Made:
        """How an edition came to be, so far."""
        return self._read(self.root / key / "made.json", Made) or Made()

    def keep_made(self, key: str, made: Made) -> None:
        """Say how an edition came to be, so far. Raises `OSError`."""
        self._write(self.root / key / "made.json", made)

    def sweep(self) -> None:
        """Throw away what nobody points to any more; a day goes when newer ones were looked at. Never raises."""
        with contextlib.suppress(OSError):
            days = sorted((self.root / "days").glob("*.json"), key=lambda path: -path.stat().st_mtime)
            for path in days[KEPT_DAYS:]:
                path.unlink(missing_ok=True)
            used: set[str] = set()
            for path in [self.root / "now.json", *days[:KEPT_DAYS]]:
                if said := self._read(path, Pointer):
                    used |= {said.wanted, said.finished or ""}
            marks = [path / "edition.json" for path in self.root.iterdir() if path.name not in used]
            old = sorted((path for path in marks if path.exists()), key=lambda path: -path.stat().st_mtime)
            for path in old[KEPT_NOW - 1 :]:
                # either way: a clock that was set back must not keep them for ever
                if abs(path.stat().st_mtime - time.time()) > JUST_NOW:
                    shutil.rmtree(path.parent, ignore_errors=True)

    def _pointer_path(self, day: date | None) -> Path:
        return self.root / "now.json" if day is None else self.root / "days" / f"{day.isoformat()}.json"

    @staticmethod
    def _read(path: Path, kind: type[T]) -> T | None:
        try:
            return msgspec.json.decode(path.read_bytes(), type=kind)
        except (OSError, msgspec.DecodeError, UnicodeDecodeError):
            return None

    def _write(self, path: Path, value: Any) -> None:
        self._write_bytes(path, msgspec.json.encode(value))

    @staticmethod
    def _write_bytes(path: Path, content: bytes) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        fresh = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
        try:
            fresh.write_bytes(content)
            fresh.replace(path)
        except BaseException:
            fresh.unlink(missing_ok=True)
            raise
