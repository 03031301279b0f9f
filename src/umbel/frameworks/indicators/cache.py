# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Readings that were computed before, for as long as nothing that they stand on has changed.

The key is a digest of everything: the state of the evidence, the records, the settings, Umbel itself, the day. A file
that is damaged, or of another key, is as none. Of two writers the later one's file stands; both are right.
"""

from __future__ import annotations

import functools
import hashlib
import os
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from umbel.frameworks.interface import Reading  # noqa: TC001 - msgspec reads it

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from umbel.frameworks.indicators.definition import Definition

FOLDER = ".umbel/cache/readings"
MOST_FILES = 200
MOST_BYTES = 32 << 20
LARGEST = 4 << 20
"""Bytes of one file beyond which it is not read."""
READ = ("decisions", "metrics", "indicators", "frameworks", "documents", "affiliations", "goals", "series")
"""Folders of a workspace whose files readings stand on, with all that is in them."""
_FILES = ("umbel.toml", "policy.toml", "value.toml", ".mailmap")
TOLD = ("documents", "goals", "series", "frameworks", "value.toml", *(
    f"decisions/{name}.toml" for name in ("attestations", "goals", "office", "series", "stakeholders", "value")
))  # fmt: skip
"""What only readings of the program itself stand on, and those of imported series: where people say what they do."""
TELLERS = ("program_told", "records_told", "imported")
"""The modules whose indicators read these; no other does."""


class _Kept(msgspec.Struct, frozen=True):
    key: str
    readings: dict[str, Reading]


def workspace_digest(folder: Path, more: Iterable[Path] = (), without: Iterable[str] = ()) -> str:
    """Everything that people wrote in a workspace, by content: one changed letter gives another digest.

    `without` leaves files or whole folders of the workspace aside.
    """
    digest = hashlib.sha256()
    left = {folder / name for name in without}
    single = [folder / name for name in _FILES]
    for path in [*single, *more, *(path for name in READ for path in _under(folder / name))]:
        if path in left or not left.isdisjoint(path.parents):
            continue
        try:
            content = path.read_bytes()
        except OSError:
            continue
        name = (
            path.relative_to(folder) if path.is_relative_to(folder) else path
        )  # a moved workspace is the same one
        digest.update(f"{name}\0{len(content)}\0".encode("utf-8", "surrogateescape"))
        digest.update(content)
    return digest.hexdigest()


def is_told(definition: Definition) -> bool:
    """Whether an indicator reads what people say of the program itself."""
    return (definition.body.from_ or "").partition(".")[0] in TELLERS


@functools.cache
def program_digest() -> str:
    """Umbel as it stands on this machine: an update, or a changed file of a checkout, gives another digest.

    Of one process it is one: what was loaded stays as it is.
    """
    from umbel._version import __version__

    home = Path(__file__).parents[2]
    digest = hashlib.sha256(f"{__version__}\0{home}\0".encode())
    for place, folders, names in os.walk(home):
        folders[:] = sorted(name for name in folders if name != "__pycache__")
        for name in sorted(names):
            told = (Path(place) / name).stat()
            digest.update(f"{name}\0{told.st_size}\0{told.st_mtime_ns}\0".encode())
    return digest.hexdigest()


def key(parts: Iterable[str]) -> str:
    """One name for all that readings stand on."""
    return hashlib.sha256("\0".join(parts).encode("utf-8", "surrogateescape")).hexdigest()


def load(folder: Path, name: str) -> dict[str, Reading]:
    """What is kept under a key; nothing where the file is missing, damaged or of something else."""
    path = _path(folder, name)
    try:
        if path.stat().st_size > LARGEST:
            return {}
        kept = msgspec.json.decode(path.read_bytes(), type=_Kept)
    except (OSError, msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return {}
    return kept.readings if kept.key == name else {}


def store(folder: Path, name: str, readings: Mapping[str, Reading]) -> None:
    """Keep readings beside those that are kept under the key; what failed is computed again. Never raises."""
    from umbel.policy import files

    sound = {each: reading for each, reading in readings.items() if not reading.error}
    try:
        content = msgspec.json.encode(_Kept(name, load(folder, name) | sound))
        if len(content) > LARGEST:
            return
        files.replace(_path(folder, name), content)
        _sweep(folder / FOLDER)
    except (OSError, TypeError, ValueError):
        return  # a folder that can't be written costs time, nothing else


def _path(folder: Path, name: str) -> Path:
    return folder / FOLDER / f"{name[:40]}.json"


def _under(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file()) if folder.is_dir() else []


def _sweep(folder: Path) -> None:
    """Drop the oldest beyond the bounds, and what a killed writer left long ago."""
    held = []
    for path in folder.iterdir():
        try:
            told = path.stat()
        except OSError:
            continue
        held.append((told.st_mtime_ns, told.st_size, path))
    held.sort(reverse=True)
    size = 0
    for place, (_, bytes_, path) in enumerate(held):
        size += bytes_
        if place >= MOST_FILES or size > MOST_BYTES:
            path.unlink(missing_ok=True)
