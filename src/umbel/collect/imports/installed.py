# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Which package installed which Python module, by the `RECORD` of each package in the project's environment."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from umbel.collect.imports.packages import package_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_ENVIRONMENTS = (".venv", "venv", "env", ".env", "__pypackages__")
_MOST = 5000
"""Packages of an environment that are looked at."""
_MOST_BYTES = 8 << 20
_DEEPEST = 5
_NAME = re.compile(rb"^Name:\s*(\S+)", re.MULTILINE | re.IGNORECASE)
_MODULE = re.compile(r"([A-Za-z_]\w*)(?:\.[\w-]+)*\.(?:py|so|pyd)")


def installed(root: Path) -> dict[str, str]:
    """Dotted module → purl, of the environment that lies in a project's folder; empty if there is none.

    A package that shares its folder with others (a namespace) is named in full: `google.cloud.storage`.
    """
    found: dict[str, str] = {}
    for site in _sites(root.resolve()):
        for info in [f for f in _subfolders(site) if f.name.endswith(".dist-info")][:_MOST]:
            package = _package(info)
            if package:
                for module in _modules(_read(info / "RECORD")):
                    found.setdefault(module, package)
    return found


def state(root: Path) -> str:
    """A line for each package that `installed` would read: equal lines, equal answer. A few stats."""
    lines = []
    for site in _sites(root.resolve()):
        for info in [f for f in _subfolders(site) if f.name.endswith(".dist-info")][:_MOST]:
            try:
                found = (info / "RECORD").lstat()
                lines.append(f"{info}\0{found.st_size}\0{found.st_mtime_ns}\n")
            except OSError:
                lines.append(f"{info}\0\n")
    return "".join(lines)


def _sites(root: Path) -> Iterator[Path]:
    """Folders of installed packages; no link is followed out of the project."""
    for name in _ENVIRONMENTS:
        for place in [root / name / "Lib", *_subfolders(root / name / "lib")]:
            site = place / "site-packages"
            if site.is_dir() and site.resolve() == site:
                yield site


def _subfolders(folder: Path) -> list[Path]:
    try:
        return sorted(entry for entry in folder.iterdir() if entry.is_dir() and not entry.is_symlink())
    except OSError:
        return []


def _package(info: Path) -> str | None:
    match = _NAME.search(_read(info / "METADATA", 1 << 16))
    return package_of("pypi", match[1].decode("utf-8", "replace")) if match else None


def _read(path: Path, limit: int = _MOST_BYTES) -> bytes:
    try:
        if not path.is_file() or path.is_symlink():
            return b""
        with path.open("rb") as file:
            return file.read(limit)
    except OSError:
        return b""


def _modules(record: bytes) -> set[str]:
    """Topmost modules and packages that a RECORD lists."""
    found: set[str] = set()
    for line in record.decode("utf-8", "replace").splitlines():
        parts = line.partition(",")[0].split("/")
        if len(parts) == 1:
            match = _MODULE.fullmatch(parts[0])
            if match:
                found.add(match[1])
        elif parts[-1] in {"__init__.py", "__init__.pyi"} and len(parts) <= _DEEPEST + 1:
            found.add(".".join(parts[:-1]))
    return {m for m in found if _plain(m) and found.isdisjoint(_above(m))}


def _above(module: str) -> list[str]:
    parts = module.split(".")
    return [".".join(parts[:n]) for n in range(1, len(parts))]


def _plain(module: str) -> bool:
    return all(part.isidentifier() for part in module.split(".")) and module != "tests"
