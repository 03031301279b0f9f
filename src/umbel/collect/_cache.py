# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""The folder of clones: bounded, shared by processes, whole or not there.

An entry is a folder with a lock beside it. Whoever holds the lock may read, renew or delete the
entry; the system lets go of the locks of a killed process. Entries are made under another name and
renamed when whole, so that whatever bears such a name while its lock is free is a leftover.
"""

from __future__ import annotations

import os
import secrets
import shutil
import sys
import threading
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from umbel.collect._remote_git import bytes_of
from umbel.collect._remote_words import RemoteError
from umbel.model.errors import EvidenceError
from umbel.model.locks import taken

if TYPE_CHECKING:
    from collections.abc import Iterator

_TEMPORARY = ".tmp-"
_LOCKS = "locks"
_TAG = (
    "Signature: 8a477f597d28d172789f06886806bc55\n# Clones of repositories, made by Umbel; may be deleted.\n"
)


def default_folder() -> Path:
    """Where clones are kept if nothing else is said: in the user's folder for caches."""
    if sys.platform == "win32":
        base = os.environ.get("LOCALAPPDATA")
    elif sys.platform == "darwin":
        base = str(Path.home() / "Library/Caches")
    else:
        base = os.environ.get("XDG_CACHE_HOME")
    chosen = Path(base) if base and Path(base).is_absolute() else Path.home() / ".cache"
    return chosen / "umbel" / "git"


class Entry:
    """One clone's place, held by this process until it is let go."""

    def __init__(self, folder: Path, name: str) -> None:
        """Name it; its lock is held already."""
        self._folder = folder
        self.path = folder / name

    def temporary(self) -> Path:
        """A path for what is not whole yet; leftovers of earlier ones are removed."""
        self.sweep()
        return self._new_name()

    def replace(self, made: Path) -> None:
        """Put what was made under its temporary name in the entry's place."""
        self.discard()
        made.rename(self.path)

    def discard(self) -> None:
        """Delete the clone: at once for everyone who looks, whatever happens during the work."""
        if self.path.exists():
            old = self._new_name()
            self.path.rename(old)
            _remove(old)

    def sweep(self) -> None:
        """Remove what killed processes left of this entry."""
        for left in self._folder.glob(f"{self.path.name}{_TEMPORARY}*"):
            _remove(left)

    def touch(self) -> None:
        """It was used now."""
        os.utime(self.path)

    def _new_name(self) -> Path:
        return self._folder / f"{self.path.name}{_TEMPORARY}{secrets.token_hex(4)}"


class Cache:
    """Clones by name, the least recently used of which are deleted beyond `most` bytes."""

    def __init__(self, folder: Path, most: int) -> None:
        """Open it, or make it. Raises `EvidenceError` if that can't be."""
        self.folder = folder
        self.most = most
        self._guess = 0  # the true size is only looked up when this passes the bound
        self._counting = threading.Lock()
        try:
            folder.parent.mkdir(parents=True, exist_ok=True)
            folder.mkdir(exist_ok=True, mode=0o700)  # clones may be of what not everyone here may read
            (folder / _LOCKS).mkdir(exist_ok=True)
            tag = folder / "CACHEDIR.TAG"
            if not tag.exists():
                tag.write_text(_TAG, "utf-8")
        except OSError as error:
            raise EvidenceError(
                f"The cache of clones can't be written: {folder}: {error.strerror}.",
                "[cache] folder in umbel.toml names another.",
            ) from error
        self._tidy()
        self.shrink()

    @contextmanager
    def entry(self, name: str, deadline: float, stop: threading.Event) -> Iterator[Entry]:
        """Hold an entry, once whoever holds it lets go. Raises `RemoteError` after the deadline."""
        lock = self._lock(name)
        try:
            while not taken(lock):
                if stop.is_set():
                    raise RemoteError("stopped", "stopped before it was done")
                if time.monotonic() > deadline:
                    raise RemoteError("remote-busy", "another process holds its clone for too long")
                time.sleep(0.05)
            yield Entry(self.folder, name)
        finally:
            os.close(lock)

    def grown(self, size: int) -> None:
        """A clone of so many bytes came or changed: make room if the whole may have grown too large."""
        with self._counting:
            self._guess += size
            if self._guess > self.most:
                self.shrink()

    def shrink(self) -> list[str]:
        """Delete what was not used for longest until the rest fits; gives the names of the deleted."""
        sizes = {path: bytes_of(path) for path in self._entries()}
        total = sum(sizes.values())
        deleted = []
        for path in sorted(sizes, key=_used):
            if total <= self.most:
                break
            with self._free(path.name) as entry:
                if entry is not None:
                    entry.discard()
                    total -= sizes[path]
                    deleted.append(path.name)
        self._guess = total
        return deleted

    def _tidy(self) -> None:
        """Remove what killed processes left, of entries that nobody holds."""
        names = {path.name.partition(_TEMPORARY)[0] for path in self.folder.glob(f"*{_TEMPORARY}*")}
        for name in names:
            with self._free(name) as entry:
                if entry is not None:
                    entry.sweep()

    def _entries(self) -> list[Path]:
        return [path for path in self.folder.glob("*.git") if path.is_dir()]

    @contextmanager
    def _free(self, name: str) -> Iterator[Entry | None]:
        """An entry that nobody holds; None if somebody does."""
        lock = self._lock(name)
        try:
            yield Entry(self.folder, name) if taken(lock) else None
        finally:
            os.close(lock)

    def _lock(self, name: str) -> int:
        """The entry's lock file, which is never deleted: another process may be about to take it."""
        return os.open(self.folder / _LOCKS / name, os.O_RDWR | os.O_CREAT, 0o600)


def _remove(folder: Path) -> None:
    if os.name == "nt":  # where files that may not be written may not be deleted either
        for path in folder.rglob("*"):
            path.chmod(0o700)
    shutil.rmtree(folder, ignore_errors=True)


def _used(path: Path) -> float:
    try:
        return path.stat().st_mtime
    except OSError:
        return 0.0
