# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""What Java archives say that they are and carry: Maven's own records, else their manifest, else their name.

Archives in archives (as Spring Boot and servlet containers have them) are opened in memory, bounded.

Sources: the JAR file specification; Maven Archiver's `pom.properties`.
"""

from __future__ import annotations

import io
import os
import re
import struct
from typing import IO, TYPE_CHECKING, NamedTuple

from umbel.collect._image_files import ARCHIVES, is_archive
from umbel.collect._inside import open_plain
from umbel.collect._zip import Entry, Zip, ZipError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from umbel.collect.faults import Faults

_PROPERTIES = re.compile(r"META-INF/maven/[^/]+/[^/]+/pom\.properties").fullmatch
_VERSIONED = re.compile(r"(?P<name>.+?)-(?P<version>\d[\w.+~]*(?:-[\w.+~]+)*)").fullmatch
_PAIR = re.compile(r"^[ \t]*(groupId|artifactId|version)[ \t]*[=:][ \t]*(\S+)[ \t]*$", re.MULTILINE)
_REPOSITORY = re.compile(
    r"(?:^|/)(?:repository|maven2|maven-repo)/(?P<group>.+)/(?P<name>[^/]+)/(?P<version>[^/]+)/[^/]+$"
).search
_GRADLE = re.compile(
    r"(?:^|/)files-2\.1/(?P<group>[^/]+)/(?P<name>[^/]+)/(?P<version>[^/]+)/[0-9a-f]+/[^/]+$"
).search
_DEEPEST = 4
_LONGEST_RECORD = 1 << 16
_LONGEST_MANIFEST = 1 << 18
_LARGEST_INNER = 128 << 20
_MOST_INNER = 2 << 30
_MOST_RECORDS = 2000
_MANIFEST = "META-INF/MANIFEST.MF"
_ENDINGS = (
    *(ending.encode() for written in ARCHIVES for ending in (written, written.upper())),
    b"/pom.properties",
    b"/MANIFEST.MF",
)


class Artifact(NamedTuple):
    """One Maven artifact, or what is known of an archive that isn't one; `inner` is its path in the archive."""

    group: str | None
    name: str
    version: str | None
    licence: str | None
    inner: str


class Jars:
    """Opens the archives of one image; what all of them may take is bounded together."""

    def __init__(self, faults: Faults) -> None:
        """Begin with nothing taken."""
        self._faults = faults
        self._left = _MOST_INNER

    def read(self, path: str, place: str) -> list[Artifact]:
        """Everything in one archive. `place` is its path in the image."""
        try:
            handle = open_plain(path)
        except (OSError, ValueError) as error:
            reason = getattr(error, "strerror", None) or str(error)
            self._fault("unreadable", f"holds a file that can't be read: {reason}", place)
            return []
        with os.fdopen(handle, "rb") as file:
            return list(dict.fromkeys(self._archive(file, place, "", 0)))

    def _archive(self, file: IO[bytes], place: str, inner: str, depth: int) -> Iterator[Artifact]:
        where = f"{place}!{inner}" if inner else place
        try:
            archive = Zip(file, _ENDINGS)
            yield from self._own(archive, where, inner)
            for entry in archive.entries:
                if is_archive(entry.name):
                    yield from self._inner(archive, entry, place, inner, depth)
        except (ZipError, OSError, OverflowError, struct.error) as error:
            self._fault("broken-archive", f"holds a broken archive: {str(error)[:120]}", where)

    def _own(self, archive: Zip, where: str, inner: str) -> Iterator[Artifact]:
        """What an archive itself is, and what was merged into it."""
        manifest = self._manifest(archive, where)
        licence = manifest.get("bundle-license", "").partition(";")[0].strip() or None
        records = [entry for entry in archive.entries if _PROPERTIES(entry.name)]
        if len(records) > _MOST_RECORDS:
            self._fault("too-many", f"holds {len(records):,} records of Maven in one archive", where)
        stem = where.rpartition("!")[2].rpartition("/")[2].rpartition(".")[0]
        found = [r for entry in records[:_MOST_RECORDS] if (r := self._record(archive, entry, inner, where))]
        if not found:
            yield _guess(manifest, where, stem, licence, inner)
        for artifact in found:
            mine = len(found) == 1 or stem.startswith(artifact.name)
            yield artifact._replace(licence=licence if mine else None)

    def _record(self, archive: Zip, entry: Entry, inner: str, where: str) -> Artifact | None:
        values = dict(_PAIR.findall(self._text(archive, entry, _LONGEST_RECORD, where)))
        group, name, version = (values.get(key) for key in ("groupId", "artifactId", "version"))
        if not name or not version or "${" in f"{group}{name}{version}":
            return None
        return Artifact(group, name, version, None, inner)

    def _manifest(self, archive: Zip, where: str) -> dict[str, str]:
        entry = next((entry for entry in archive.entries if entry.name == _MANIFEST), None)
        if entry is None:
            return {}
        # A line that begins with a space continues the one before; the first section speaks of the whole.
        text = self._text(archive, entry, _LONGEST_MANIFEST, where).replace("\n ", "").partition("\n\n")[0]
        pairs = (line.partition(":") for line in text.split("\n"))
        return {key.strip().lower(): value.strip() for key, mark, value in pairs if mark}

    def _text(self, archive: Zip, entry: Entry, most: int, where: str) -> str:
        try:
            return archive.read(entry, most).decode("utf-8", "replace").replace("\r\n", "\n")
        except (ZipError, OSError, OverflowError) as error:
            self._fault("broken-archive", f"holds a broken archive: {str(error)[:120]}", where)
            return ""

    def _inner(self, archive: Zip, entry: Entry, place: str, inner: str, depth: int) -> Iterator[Artifact]:
        below = f"{inner}!{entry.name}" if inner else entry.name
        if depth >= _DEEPEST or entry.size > min(_LARGEST_INNER, self._left):
            message = "holds an archive in an archive that is too large or too deep to be read"
            self._fault("too-large", message, f"{place}!{below}")
            return
        data = archive.read(entry, entry.size)
        self._left -= len(data)
        yield from self._archive(io.BytesIO(data), place, below, depth + 1)

    def _fault(self, code: str, message: str, place: str) -> None:
        self._faults.add(code, message, place[:200], "error")


def _guess(manifest: dict[str, str], where: str, stem: str, licence: str | None, inner: str) -> Artifact:
    """An archive without Maven's records: by its place in a repository, its name, or its manifest."""
    placed = None if inner else _REPOSITORY(where) or _GRADLE(where)
    if placed is not None and stem.startswith(f"{placed['name']}-{placed['version']}"):
        return Artifact(placed["group"].replace("/", "."), placed["name"], placed["version"], licence, inner)
    named = _VERSIONED(stem[:500])
    said = (
        manifest.get(key) for key in ("implementation-version", "bundle-version", "specification-version")
    )
    version = (named["version"] if named else None) or next(filter(None, said), None)
    vendor = manifest.get("implementation-vendor-id", "")
    group = vendor if re.fullmatch(r"[a-z]\w*(?:\.[\w-]+)+", vendor) else None
    return Artifact(group, named["name"] if named else stem or "archive", version, licence, inner)
