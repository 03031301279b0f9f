# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""The evidence pack: a zip for auditors with a manifest of hashes, in which equal evidence gives equal bytes.

Members are spooled to a temporary file first, so that neither their number nor their size needs memory, and written
in the order of their names, with fixed times and rights.
"""

from __future__ import annotations

import hashlib
import unicodedata
import zipfile
from tempfile import TemporaryFile
from typing import IO, TYPE_CHECKING, Any, NamedTuple, Self

import msgspec

from umbel.model.errors import EvidenceError
from umbel.reports.files import replacing
from umbel.reports.pack_private import Cleaned, Cleaner

if TYPE_CHECKING:
    import os
    from collections.abc import Iterable, Sequence
    from pathlib import Path

FORMAT = "umbel-evidence-pack/1"
MANIFEST, INDEX, SUMS = "manifest.json", "index.html", "SHA256SUMS"
_MOMENT = (1980, 1, 1, 0, 0, 0)
_RIGHTS = 0o100644 << 16
_UNIX = 3
_PIECE = 1 << 20
_RESERVED = frozenset(
    ["con", "prn", "aux", "nul", *(f"{kind}{number}" for kind in ("com", "lpt") for number in range(1, 10))]
)
"""Names that are devices, not files, where packs may be opened."""


class Provenance(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Where a file's content comes from: who read or made it, which version of that, which snapshot, which day."""

    collector: str
    version: str
    day: str | None = None
    snapshot: str | None = None
    origin: str | None = None


class Entry(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One file of a pack, as the manifest has it.

    `left_out` counts addresses, folders and secret words that were taken out; then `source_sha256` is that of the
    original.
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
    """What one would look for in a pack and is not in it, and why.

    `incomplete`: evidence or a record could not be had. Else there is none, or it is left out on purpose.
    """

    what: str
    why: str
    incomplete: bool = True


class Figure(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One line that the index shows in short, and the file of the pack in which it stands."""

    name: str
    value: str
    file: str | None = None


class Head(msgspec.Struct, frozen=True, kw_only=True):
    """What a pack is of. `evidence` tells the state of the lake; `figures` are the few that the index shows."""

    organisation: str
    as_of: str
    product: str | None
    umbel: str
    evidence: str
    figures: tuple[Figure, ...] = ()


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


def folded(name: str) -> str:
    """A name as file systems that don't tell capitals apart see it."""
    return unicodedata.normalize("NFC", name).casefold()


def is_safe(name: str) -> bool:
    """Whether a name leads to one file below the folder in which a pack is opened, on every system."""
    return (
        0 < len(name) <= 1000
        and not set(name) & set('\\:*?"<>|')
        and name.isprintable()
        and all(
            part == part.rstrip(". ") != "" and folded(part).partition(".")[0] not in _RESERVED
            for part in name.split("/")
        )
    )


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
        self._names: set[str] = {folded(name) for name in (MANIFEST, INDEX, SUMS)}
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
        """Take one file; addresses of people and secret words are taken out of it.

        Raises `ValueError` for a path that it doesn't take.
        """
        if not self.takes(path):
            raise ValueError(f"a pack can't have {path!r}, or has it twice")
        self._names.add(folded(path))
        about = self.cleaned(about)
        self._put(path, kind, about, self._cleaner.clean(content), content, provenance)

    def takes(self, path: str) -> bool:
        """Whether a name is safe everywhere, and not taken yet."""
        return is_safe(path) and folded(path) not in self._names

    def hide(self, folder: str, others: Iterable[str]) -> None:
        """Leave out where the workspace lies on its machine, and other folders there."""
        self._cleaner.hide(folder, others)

    def cleaned(self, text: str) -> str:
        """A line as it may stand in the pack."""
        return self._cleaner.text(text)

    def add_json(
        self, path: str, kind: str, about: str, value: Any, provenance: Sequence[Provenance] = ()
    ) -> None:
        """Take a value as JSON, one that people can read."""
        encoded = msgspec.json.encode(value, enc_hook=str, order="deterministic")
        self.add(path, kind, about, msgspec.json.format(encoded, indent=1) + b"\n", provenance)

    def lacks(self, what: str, why: str, *, incomplete: bool = True) -> None:
        """Say what is not in it; not `incomplete` where there is none, or where it is left out on purpose."""
        self.missing.append(Missing(what=self.cleaned(what), why=self.cleaned(why), incomplete=incomplete))

    def _put(
        self,
        path: str,
        kind: str,
        about: str,
        cleaned: Cleaned,
        content: bytes,
        provenance: Sequence[Provenance],
    ) -> None:
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
        return one if one.origin is None else msgspec.structs.replace(one, origin=self.cleaned(one.origin))

    def _spooled(self, content: bytes) -> _Spooled:
        try:
            at = self._spool.seek(0, 2)
            self._spool.write(content)
            self._spool.flush()
        except OSError as error:
            raise EvidenceError(f"The pack can't be gathered: {error.strerror or error}.") from error
        return _Spooled(at, len(content))

    def write(self, path: str | os.PathLike[str], head: Head) -> Packed:
        """Write the pack, whole or not at all. Raises as `files.replacing`."""
        from umbel.reports.files import checked
        from umbel.reports.pack_page import page

        shown = Manifest(
            format=FORMAT, head=self._told_head(head), files=self._sorted(), missing=tuple(self.missing)
        )
        about = "What is in the pack, to be read in a browser."
        self._put(INDEX, "index", about, *_as_is(page(shown).encode()), ())
        sums = "".join(f"{entry.sha256}  {entry.path}\n" for entry in self._sorted())
        about = "The hash of every other file but the manifest, for sha256sum -c."
        self._put(SUMS, "sums", about, *_as_is(sums.encode()), ())
        manifest = msgspec.structs.replace(shown, files=self._sorted())
        told = msgspec.json.format(msgspec.json.encode(manifest, order="deterministic"), indent=1) + b"\n"
        self._places[MANIFEST] = self._spooled(told)
        with replacing(path) as draft:
            with zipfile.ZipFile(draft, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as archive:
                for name in sorted(self._places):
                    self._write(archive, name)
            digest, size = _digest(draft)
        return Packed(checked(path), manifest, digest, size)

    def _sorted(self) -> tuple[Entry, ...]:
        return tuple(sorted(self.entries, key=lambda entry: entry.path))

    def _told_head(self, head: Head) -> Head:
        """A product's name, or a framework's, may hold a secret word, too."""
        figures = tuple(
            msgspec.structs.replace(one, name=self.cleaned(one.name), value=self.cleaned(one.value))
            for one in head.figures
        )
        product = None if head.product is None else self.cleaned(head.product)
        return msgspec.structs.replace(
            head, organisation=self.cleaned(head.organisation), product=product, figures=figures
        )

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


def _as_is(content: bytes) -> tuple[Cleaned, bytes]:
    """What is made of cleaned parts."""
    return Cleaned(content, 0), content


def _digest(path: Path) -> tuple[str, int]:
    found, size = hashlib.sha256(), 0
    with path.open("rb") as file:
        while piece := file.read(_PIECE):
            found.update(piece)
            size += len(piece)
    return found.hexdigest(), size
