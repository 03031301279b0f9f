# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""The evidence pack: a zip for auditors with a manifest of hashes, in which equal evidence gives equal bytes.

Members are spooled to a temporary file first, so that neither their number nor their size needs memory, and written
in the order of their names, with fixed times and rights.
"""

from __future__ import annotations

import hashlib
import zipfile
from tempfile import TemporaryFile
from typing import IO, TYPE_CHECKING, Any, NamedTuple, Self

import msgspec

from umbel.reports.files import replacing
from umbel.reports.pack_private import Cleaned, Cleaner

if TYPE_CHECKING:
    import os
    from collections.abc import Iterable, Sequence
    from pathlib import Path

FORMAT = "umbel-evidence-pack/1"
MANIFEST, INDEX = "manifest.json", "index.html"
_MOMENT = (1980, 1, 1, 0, 0, 0)
_RIGHTS = 0o100644 << 16
_UNIX = 3
_PIECE = 1 << 20


class Provenance(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Where a file's content comes from: who read or made it, which version of that, which snapshot, which day."""

    collector: str
    version: str
    day: str | None = None
    snapshot: str | None = None
    origin: str | None = None


class Entry(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One file of a pack, as the manifest has it.

    `left_out` counts addresses and secret words that were taken out; then `source_sha256` is that of the original.
    """

    path: str
    sha256: str
    size: int
    kind: str
    about: str
    provenance: tuple[Provenance, ...] = ()
    left_out: int = 0
    source_sha256: str | None = None


class Missing(msgspec.Struct, frozen=True, kw_only=True):
    """What one would look for in a pack and is not in it, and why."""

    what: str
    why: str


class Head(msgspec.Struct, frozen=True, kw_only=True):
    """What a pack is of. `evidence` tells the state of the lake; `figures` are the few that the index shows."""

    organisation: str
    as_of: str
    product: str | None
    umbel: str
    evidence: str
    figures: tuple[tuple[str, str], ...] = ()


class Manifest(msgspec.Struct, frozen=True, kw_only=True):
    """Every file of a pack with its hash, and what is missing. The manifest itself is the only file it leaves out."""

    format: str
    head: Head
    files: tuple[Entry, ...]
    missing: tuple[Missing, ...] = ()


class Packed(NamedTuple):
    """A written pack: its place, its manifest, and the SHA-256 of the whole file."""

    path: Path
    manifest: Manifest
    sha256: str
    size: int


class _Spooled(NamedTuple):
    at: int
    size: int


class Pack:
    """Takes members one by one, and writes the whole at its end; a `with` block."""

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        """Begin an empty one; `secrets` are words that must not stand in it."""
        self._spool: IO[bytes] = TemporaryFile()  # noqa: SIM115 - closed by __exit__
        self._cleaner = Cleaner(secrets)
        self._places: dict[str, _Spooled] = {}
        self.entries: list[Entry] = []
        self.missing: list[Missing] = []

    def __enter__(self) -> Self:
        """Itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """Let go of what was spooled."""
        self._spool.close()

    def add(
        self, path: str, kind: str, about: str, content: bytes, provenance: Sequence[Provenance] = ()
    ) -> None:
        """Take one file; addresses of people and secret words are taken out of it."""
        cleaned = self._cleaner.clean(content)
        self._put(path, kind, about, cleaned, content, provenance)

    def add_json(
        self, path: str, kind: str, about: str, value: Any, provenance: Sequence[Provenance] = ()
    ) -> None:
        """Take a value as JSON, one that people can read."""
        encoded = msgspec.json.encode(value, enc_hook=str, order="deterministic")
        self.add(path, kind, about, msgspec.json.format(encoded, indent=1) + b"\n", provenance)

    def lacks(self, what: str, why: str) -> None:
        """Say what is not in it."""
        why = self._cleaner.clean(why.encode("utf-8", "replace")).content.decode()
        self.missing.append(Missing(what=what, why=why))

    def _put(
        self,
        path: str,
        kind: str,
        about: str,
        cleaned: Cleaned,
        content: bytes,
        provenance: Sequence[Provenance],
    ) -> None:
        if path in self._places:
            raise ValueError(f"a pack has {path} twice")
        self._places[path] = self._spooled(cleaned.content)
        self.entries.append(
            Entry(
                path=path,
                sha256=hashlib.sha256(cleaned.content).hexdigest(),
                size=len(cleaned.content),
                kind=kind,
                about=about,
                provenance=tuple(map(self._told, provenance)),
                left_out=cleaned.left_out,
                source_sha256=hashlib.sha256(content).hexdigest() if cleaned.left_out else None,
            )
        )

    def _told(self, one: Provenance) -> Provenance:
        """Where something was found may name a person, too."""
        if one.origin is None:
            return one
        cleaned = self._cleaner.clean(one.origin.encode("utf-8", "replace")).content.decode()
        return msgspec.structs.replace(one, origin=cleaned)

    def _spooled(self, content: bytes) -> _Spooled:
        at = self._spool.seek(0, 2)
        self._spool.write(content)
        return _Spooled(at, len(content))

    def write(self, path: str | os.PathLike[str], head: Head) -> Packed:
        """Write the pack, whole or not at all. Raises as `files.replacing`."""
        from umbel.reports.files import checked
        from umbel.reports.pack_page import page

        files = tuple(sorted(self.entries, key=lambda entry: entry.path))
        shown = Manifest(format=FORMAT, head=head, files=files, missing=tuple(self.missing))
        index = page(shown).encode()
        self._put(
            INDEX, "index", "What is in the pack, to be read in a browser.", Cleaned(index, 0), index, ()
        )
        manifest = msgspec.structs.replace(
            shown, files=tuple(sorted(self.entries, key=lambda entry: entry.path))
        )
        told = msgspec.json.format(msgspec.json.encode(manifest, order="deterministic"), indent=1) + b"\n"
        self._places[MANIFEST] = self._spooled(told)
        with replacing(path) as draft:
            with zipfile.ZipFile(draft, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as archive:
                for name in sorted(self._places):
                    self._write(archive, name)
            digest, size = _digest(draft)
        return Packed(checked(path), manifest, digest, size)

    def _write(self, archive: zipfile.ZipFile, name: str) -> None:
        info = zipfile.ZipInfo(name, _MOMENT)
        info.compress_type, info.create_system, info.external_attr = zipfile.ZIP_DEFLATED, _UNIX, _RIGHTS
        place = self._places[name]
        info.file_size = place.size
        self._spool.seek(place.at)
        left = place.size
        with archive.open(info, "w") as member:
            while left:
                piece = self._spool.read(min(left, _PIECE))
                member.write(piece)
                left -= len(piece)


def _digest(path: Path) -> tuple[str, int]:
    found, size = hashlib.sha256(), 0
    with path.open("rb") as file:
        while piece := file.read(_PIECE):
            found.update(piece)
            size += len(piece)
    return found.hexdigest(), size
