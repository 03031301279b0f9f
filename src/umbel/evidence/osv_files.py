# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""OSV records out of files: one record, an archive of them, a folder of either.

Archives are read one member at a time: none is unpacked to the disk, so that a member's name is only a name,
and none is read further than a record may be long, whatever size it claims.
"""

from __future__ import annotations

import hashlib
import zipfile
import zlib
from typing import TYPE_CHECKING, NamedTuple

from umbel.collect._osv_ecosystems import named
from umbel.collect._osv_record import LARGEST
from umbel.collect.faults import Faults

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from umbel.collect.osv import Reading

MOST_MEMBERS = 2_000_000
MOST_BYTES = 64 << 30
"""Of all that one archive unpacks to; the largest export of today has a few gigabytes."""
_CHUNK = 1 << 20
_BROKEN = 100
"""One document in so many may be broken in an export that still counts as whole."""


class Place(NamedTuple):
    """Where a record stands: a file, and the member of an archive (else "")."""

    file: Path
    member: str = ""

    @property
    def stem(self) -> str:
        """The record's id, by the name that exports give it."""
        name = self.member.replace("\\", "/").rpartition("/")[2] or self.file.name
        return name.removesuffix(".json")

    def __str__(self) -> str:
        """File and member."""
        return f"{self.file}!{self.member}" if self.member else str(self.file)


def files(path: Path) -> list[Path]:
    """The records and archives of a folder, or the file itself; links that lead out of the folder are not followed."""
    if not path.is_dir():
        return [path]
    found = (
        file for file in path.rglob("*") if file.suffix.lower() in {".json", ".zip"} and not file.is_symlink()
    )
    return sorted(file for file in found if file.is_file())


def export_of(file: Path) -> str | None:
    """The ecosystem whose export a file is by its name, in any case: `PyPI/all.zip` as OSV has it, `PyPI.zip`."""
    file = file.absolute()
    if file.suffix.lower() != ".zip":
        return None
    return named(file.parent.name if file.stem.lower() == "all" else file.stem)


class Tally:
    """How much was read of what should be all that a database has of an ecosystem.

    If it is, a package without a match has no advisory; otherwise nobody can say.
    """

    def __init__(self, *files: Path) -> None:
        """Of files that are going to be read, whole."""
        self._listed = sum(max(1, len(stems(file))) for file in files)
        self._sound = 0
        self._spoken: set[str] = set()

    def add(self, found: Reading) -> None:
        """One document was read."""
        if found.advisory is not None or not any(fault.level == "error" for fault in found.faults):
            self._sound += 1
        self._spoken |= found.ecosystems

    def lacks(self, ecosystem: str) -> str | None:
        """Why it isn't all of an ecosystem; None if it is. One document in a hundred may be broken."""
        if ":" in ecosystem:
            return f"it is of one release only: {ecosystem}"
        if ecosystem not in self._spoken:
            return f"no record of it is about {ecosystem}"
        lost = self._listed - self._sound
        return (
            f"{lost:,} of {self._listed:,} documents can't be read" if lost * _BROKEN > self._listed else None
        )


def publications(path: Path) -> list[Path]:
    """The files of a path that may be a list or a forecast of exploitation, by their names or by being all."""
    if not path.is_dir():
        return [path]
    found = (file for file in path.iterdir() if file.name.lower().endswith((".json", ".csv", ".gz")))
    return sorted(file for file in found if file.is_file())


def documents(path: Path, faults: Faults | None = None) -> Iterator[tuple[Place, bytes]]:
    """Every record of a path with its place, one at a time. What can't be read is a fault."""
    faults = faults if faults is not None else Faults()
    for file in files(path):
        try:
            if zipfile.is_zipfile(file):
                yield from members(file, faults)
            elif file.stat().st_size > LARGEST:
                faults.add("osv-size", "is longer than a record may be", str(file), "error")
            else:
                yield Place(file), file.read_bytes()
        except OSError as error:
            faults.add("osv-file", f"can't be read: {error.strerror or error}", str(file), "error")


def members(file: Path, faults: Faults) -> Iterator[tuple[Place, bytes]]:
    """The records of an archive, in the order of its list."""
    try:
        with zipfile.ZipFile(file) as archive:
            total = 0
            for number, info in enumerate(archive.infolist()):
                if number >= MOST_MEMBERS or total > MOST_BYTES:
                    faults.add(
                        "osv-archive",
                        "is larger than an export may be; its end was left out",
                        str(file),
                        "error",
                    )
                    return
                if not info.filename.lower().endswith(".json"):
                    continue
                place = Place(file, info.filename)
                data = _member(archive, info, place, faults)
                if data is not None:
                    total += len(data)
                    yield place, data
    except (zipfile.BadZipFile, OSError, ValueError) as error:
        faults.add("osv-archive", f"is no sound archive: {str(error)[:200]}", str(file), "error")


def stems(file: Path) -> set[str]:
    """The ids that an archive lists, readable or not; none if it is no archive."""
    try:
        with zipfile.ZipFile(file) as archive:
            names = archive.namelist()
    except (zipfile.BadZipFile, OSError, ValueError):
        return set()
    return {Place(file, name).stem for name in names if name.lower().endswith(".json")}


def _member(archive: zipfile.ZipFile, info: zipfile.ZipInfo, place: Place, faults: Faults) -> bytes | None:
    try:
        with archive.open(info) as stream:
            data = stream.read(LARGEST + 1)
    except (
        zipfile.BadZipFile,
        zlib.error,
        OSError,
        EOFError,
        RuntimeError,
        ValueError,
        NotImplementedError,
    ) as error:
        faults.add("osv-member", f"can't be read: {str(error)[:200]}", str(place), "error")
        return None
    if len(data) > LARGEST:
        faults.add("osv-size", "unpacks to more than a record may have", str(place), "error")
        return None
    return data


def fingerprint(path: Path, salt: bytes = b"") -> str:
    """SHA-256 over what would be read: names and bytes of all files."""
    digest = hashlib.sha256(salt)
    for file in files(path):
        digest.update(
            str(file.relative_to(path) if path.is_dir() else file.suffix).encode("utf-8", "replace")
        )
        try:
            with file.open("rb") as stream:
                while chunk := stream.read(_CHUNK):
                    digest.update(chunk)
        except OSError:
            digest.update(b"\0")
    return digest.hexdigest()[:20]
