# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""What an edition stands on: the lakes' tables, the records and settings, Umbel itself."""

from __future__ import annotations

import hashlib
from datetime import date, datetime
from typing import TYPE_CHECKING

import msgspec

from umbel.office.editions.registry import figure

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from umbel.office.editions.interface import Shared

MOST_FILES = 200
LARGEST = 64 << 20


class Pinned(msgspec.Struct, frozen=True, kw_only=True):
    """A table of a lake in the version that was read."""

    lake: str
    table: str
    version: int


class Record(msgspec.Struct, frozen=True, kw_only=True):
    """A file of settings or records as it was read: a digest of it, nothing of what it says."""

    path: str
    bytes: int
    sha256: str


class Provenance(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that the figures of an edition stand on."""

    day: date
    as_of: datetime | None
    umbel: str
    tables: tuple[Pinned, ...]
    records: tuple[Record, ...]
    more_records: int


@figure
def provenance(shared: Shared) -> Provenance:
    """What the edition stands on."""
    from umbel._version import __version__

    files = list(_files(shared.workspace.folder, shared.workspace.settings_file))
    return Provenance(
        day=shared.day,
        as_of=shared.as_of,
        umbel=__version__,
        tables=tuple(_pinned(shared)),
        records=tuple(_record(shared.workspace.folder, path) for path in files[:MOST_FILES]),
        more_records=max(len(files) - MOST_FILES, 0),
    )


def _pinned(shared: Shared) -> Iterator[Pinned]:
    known = shared.known
    if known.lake is not None:
        for table, version in sorted(known.session.pin.versions.items()):
            yield Pinned(lake="ours", table=table, version=version)
    if known.upstream is not None:
        for table, version in sorted(known.upstream.pin.versions.items()):
            yield Pinned(lake="upstream", table=table, version=version)


def _files(folder: Path, settings: Path) -> Iterator[Path]:
    """Settings, policy and every file that people decide in, by name."""
    for path in (settings, folder / "policy.toml"):
        if path.is_file():
            yield path
    for name in ("decisions", "frameworks", "indicators", "metrics", "series"):
        yield from sorted(
            path for path in (folder / name).rglob("*") if path.is_file() and path.name[0] != "."
        )


def _record(folder: Path, path: Path) -> Record:
    try:
        content = path.read_bytes() if path.stat().st_size <= LARGEST else b""
    except OSError:
        content = b""
    return Record(
        path=path.relative_to(folder).as_posix() if path.is_relative_to(folder) else path.name,
        bytes=len(content),
        sha256=hashlib.sha256(content).hexdigest(),
    )
