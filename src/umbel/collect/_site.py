# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""The files by which installers describe an environment, and what they tell about its platform.

Links that lead out of the project are not followed, devices and pipes are not opened.
"""

from __future__ import annotations

import errno
import hashlib
import os
import re
import stat
from typing import TYPE_CHECKING

import msgspec

from umbel.collect._python_marker import Environment, evaluate
from umbel.collect._python_metadata import head_of
from umbel.collect.faults import Faults
from umbel.collect.interface import UnreadableError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from umbel.collect.interface import Document

_MOST = 20_000
"""Packages that are read; the largest real environments have some thousands."""
_MOST_BYTES = 16 << 20
_MOST_TAGS = 4096
_NO_LINKS = getattr(os, "O_NOFOLLOW", 0)
_FLAGS = os.O_RDONLY | _NO_LINKS | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_CLOEXEC", 0)
_ENDINGS = (".dist-info", ".egg-info", ".egg")
_PYTHON = re.compile(r"(python|pypy)(\d+\.\d+)t?")
_CONFIGURED = re.compile(r"^version(?:_info)?\s*=\s*(\d+\.\d+)", re.MULTILINE)
_LINUX = {"os_name": "posix", "sys_platform": "linux", "platform_system": "Linux"}
_MAC = {"os_name": "posix", "sys_platform": "darwin", "platform_system": "Darwin"}
_WINDOWS = {"os_name": "nt", "sys_platform": "win32", "platform_system": "Windows"}
_PLATFORMS = (
    ("manylinux", _LINUX),
    ("musllinux", _LINUX),
    ("linux", _LINUX),
    ("macosx", _MAC),
    ("win", _WINDOWS),
)
_IMPLEMENTATIONS = {
    "python": {"implementation_name": "cpython", "platform_python_implementation": "CPython"},
    "pypy": {"implementation_name": "pypy", "platform_python_implementation": "PyPy"},
}


class Distribution(msgspec.Struct, frozen=True, kw_only=True):
    """One installed package as its installer left it. `metadata` holds the headers only."""

    folder: str
    metadata: bytes | None
    installer: str | None = None
    requested: bool = False
    direct_url: bytes | None = None
    requires: bytes | None = None


class Site:
    """All packages of a folder, in order of their names."""

    def __init__(self, document: Document) -> None:
        """Read the folder. Raises `UnreadableError` if it can't be listed."""
        self.faults = Faults()
        self.distributions: list[Distribution] = []
        self._folder = str(document.path)
        self._root = os.path.realpath(document.root)
        self._digest = hashlib.sha256()
        self._held: dict[str, bool | None] = {}
        self._platform: dict[str, str] | None = None
        for name in self._names():
            found = self._distribution(name)
            if found is not None:
                self.distributions.append(found)
        self.environments = _environments(document.path, self._platform, self._configured(document.path))
        self._digest.update(repr(self.environments).encode())

    def digest(self) -> str:
        """Changes whenever one of the files does, or what is known of the platform."""
        return self._digest.hexdigest()

    def holds(self, marker: str | None, *, extras: bool) -> bool | None:
        """Whether a marker holds here, None if that isn't known. `extras`: it may ask for any extra."""
        if not marker:
            return True
        key = f"{extras} {marker}"
        if key not in self._held:
            none: Environment = {} if extras else {"extra": frozenset()}
            said = {evaluate(marker, {**known, **none}) for known in self.environments}
            self._held[key] = said.pop() if len(said) == 1 else None
        return self._held[key]

    def _names(self) -> Iterator[str]:
        try:
            with os.scandir(self._folder) as entries:
                names = sorted(entry.name for entry in entries if entry.name.endswith(_ENDINGS))
        except OSError as error:
            raise UnreadableError("unreadable", error.strerror or str(error)) from error
        if len(names) > _MOST:
            message = f"holds {len(names):,} packages; the first {_MOST:,} are read"
            self.faults.add("too-many", message, "", "error")
        for name in names[:_MOST]:
            if name.startswith("~"):
                message = "holds what an installation that failed left behind"
                self.faults.add("leftover", message, name[:200], "note")
            else:
                yield name

    def _distribution(self, name: str) -> Distribution | None:
        path = f"{self._folder}/{name}"
        try:
            mode = os.lstat(path).st_mode
            if stat.S_ISLNK(mode):
                if not self._inside(path):
                    return None
                mode = os.stat(path).st_mode  # noqa: PTH116 - a path object for each costs as much as reading
        except (OSError, ValueError) as error:
            self._unreadable(path, error)
            return None
        self._digest.update(b"\0" + name.encode("utf-8", "replace"))
        if not stat.S_ISDIR(mode):
            return self._single(name, path)
        if name.endswith(".dist-info"):
            return self._modern(name, path)
        inner = f"{path}/EGG-INFO" if name.endswith(".egg") else path
        return Distribution(
            folder=name,
            metadata=self._head(f"{inner}/PKG-INFO"),
            requires=self._file(f"{inner}/requires.txt"),
        )

    def _single(self, name: str, path: str) -> Distribution | None:
        """A file in place of a folder: distutils wrote one, and packed eggs are one."""
        if name.endswith(".egg-info"):
            return Distribution(folder=name, metadata=self._head(path))
        if name.endswith(".egg"):
            self.faults.add("packed", "holds a packed egg, which is not opened", name[:200])
        return None

    def _modern(self, name: str, path: str) -> Distribution:
        installer = self._file(f"{path}/INSTALLER")
        if self._platform is None:
            self._platform = _platform(self._file(f"{path}/WHEEL", hashed=False) or b"")
        return Distribution(
            folder=name,
            metadata=self._head(f"{path}/METADATA"),
            installer=(installer or b"").decode("utf-8", "replace").strip()[:100] or None,
            requested=self._file(f"{path}/REQUESTED") is not None,
            direct_url=self._file(f"{path}/direct_url.json"),
        )

    # -- files

    def _head(self, path: str) -> bytes | None:
        data = self._file(path)
        return None if data is None else head_of(data)

    def _file(self, path: str, *, hashed: bool = True) -> bytes | None:
        """A file's bytes; None if it isn't there, or, with a fault, if it can't be read."""
        try:
            data = self._bytes(path)
        except FileNotFoundError:
            return None
        except (OSError, ValueError) as error:
            self._unreadable(path, error)
            return None
        if data is not None and hashed:
            name = path.rpartition("/")[2]
            self._digest.update(f"\0{name}\0{len(data)}\0".encode() + data)
        return data

    def _bytes(self, path: str) -> bytes | None:
        if not _NO_LINKS and stat.S_ISLNK(os.lstat(path).st_mode) and not self._inside(path):
            return None
        try:
            handle = os.open(path, _FLAGS)
        except OSError as error:
            if error.errno == errno.ENOTDIR:
                return None
            if error.errno not in {errno.ELOOP, errno.EMLINK}:
                raise
            if not self._inside(path):
                return None
            handle = os.open(os.path.realpath(path), _FLAGS)
        with os.fdopen(handle, "rb") as file:
            if not stat.S_ISREG(os.fstat(handle).st_mode):
                raise OSError(errno.EINVAL, "it is no regular file")
            data = file.read(_MOST_BYTES + 1)
        if len(data) > _MOST_BYTES:
            message = f"holds a file of which only {_MOST_BYTES:,} bytes are read"
            self.faults.add("too-large", message, self._place(path))
        return data[:_MOST_BYTES]

    def _inside(self, path: str) -> bool:
        """Whether a link leads to a place in the project; if not, that is a fault."""
        if os.path.realpath(path).startswith(self._root + os.sep):
            return True
        message = "holds a link that leads out of the project, which is not followed"
        self.faults.add("link", message, self._place(path))
        return False

    def _unreadable(self, path: str, error: Exception) -> None:
        reason = getattr(error, "strerror", None) or str(error)
        self.faults.add(
            "unreadable", f"holds a file that can't be read: {reason}"[:300], self._place(path), "error"
        )

    def _place(self, path: str) -> str:
        return path.removeprefix(f"{self._folder}/")[:200]

    def _configured(self, path: Path) -> str | None:
        """The Python version that a virtual environment's own file names."""
        for folder in path.parents[1:3]:
            file = str(folder / "pyvenv.cfg")
            if os.path.realpath(file).startswith(self._root + os.sep):
                data = self._file(file, hashed=False)
                found = _CONFIGURED.search(data.decode("utf-8", "replace")) if data else None
                if found:
                    return found[1]
        return None


def _platform(wheel: bytes) -> dict[str, str] | None:
    """The platform that a package was built for, by the tags of its WHEEL file; None for any."""
    for line in wheel[:_MOST_TAGS].decode("latin-1").split("\n"):
        if line.startswith("Tag:"):
            for tag in line.strip().rpartition("-")[2].split("."):
                known = next((variables for start, variables in _PLATFORMS if tag.startswith(start)), None)
                if known is not None:
                    return known
    return None


def _environments(path: Path, platform: dict[str, str] | None, configured: str | None) -> list[Environment]:
    """What is known of the platform: one set of variables, or one for each platform that it may be."""
    known: dict[str, str] = {}
    parent = path.parent.name
    named = _PYTHON.fullmatch(parent)
    version = named[2] if named else configured
    if version:
        known = {"python_version": version, "python_full_version": version}
    elif parent == "python3":
        known = {"python_version": "3"}
    if named:
        known |= _IMPLEMENTATIONS[named[1]]
    if platform:
        return [{**known, **platform}]
    if named or parent == "python3":
        return [{**known, **_LINUX}, {**known, **_MAC}]
    return [{**known, **_WINDOWS}] if parent == "Lib" else [known]
