# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Check an evidence pack: every hash, nothing missing, nothing more, and nothing that could harm who opens it.

A pack is foreign input: nothing is written to the disk, and no more is read than the manifest says there is.
"""

from __future__ import annotations

import hashlib
import stat
import unicodedata
import zipfile
import zlib
from typing import IO, TYPE_CHECKING, NamedTuple

import msgspec

from umbel.model.errors import UsageError
from umbel.reports.pack import FORMAT, MANIFEST, Entry, Manifest

if TYPE_CHECKING:
    from pathlib import Path

MOST_FILES = 200_000
MOST_BYTES = 64 << 30
"""Of all files together, unpacked."""
LARGEST_MANIFEST = 256 << 20
_DENSEST = 1_100
"""Deflate packs at most about 1032 to 1: what says more lies."""
_PIECE = 1 << 20
_END = 22
"""Bytes of a zip's last record, where it has no comment."""
_BROKEN = (
    zipfile.BadZipFile,
    zlib.error,
    EOFError,
    OSError,
    NotImplementedError,
    RuntimeError,
    ValueError,
    OverflowError,
)


class Checked(NamedTuple):
    """What was found: one line a fault, and the manifest where it could be read."""

    faults: list[str]
    manifest: Manifest | None
    sha256: str


def verify(path: Path) -> Checked:
    """Check a pack. Raises `UsageError` for what is no pack at all."""
    try:
        with path.open("rb") as file:
            digest = _digest(file)
            if not zipfile.is_zipfile(file):
                raise UsageError(f"{path} is no zip, or one that was cut off.")
            file.seek(-_END, 2)
            is_whole = file.read(4) == b"PK\x05\x06"
            found = _opened(path, file, digest)
            return (
                found
                if is_whole
                else found._replace(faults=["something stands behind its end", *found.faults])
            )
    except OSError as error:
        raise UsageError(f"{path} can't be read: {error.strerror or error}.") from error


def _opened(path: Path, file: IO[bytes], digest: str) -> Checked:
    try:
        with zipfile.ZipFile(file) as archive:
            return Checked(*_faults(path, archive), digest)
    except UsageError:
        raise
    except _BROKEN as error:
        raise UsageError(f"{path} is a broken zip: {error}.") from error


def _faults(path: Path, archive: zipfile.ZipFile) -> tuple[list[str], Manifest | None]:
    infos = archive.infolist()
    if MANIFEST not in {info.filename for info in infos}:
        raise UsageError(f"{path} is no evidence pack: it has no {MANIFEST}.")
    faults = _shape(archive, infos)
    if faults:
        return faults, None  # what may do harm isn't unpacked
    manifest, wrong = _manifest(archive)
    if manifest is None:
        return wrong, None
    there = {info.filename: info for info in infos}
    told = {entry.path: entry for entry in manifest.files}
    faults += [
        f"{_shown(name)}: is in the manifest and not in the pack" for name in told if name not in there
    ]
    faults += [
        f"{_shown(name)}: is in the pack and not in the manifest"
        for name in there
        if name not in told and name != MANIFEST
    ]
    if len(told) != len(manifest.files):
        faults.append(f"{MANIFEST}: names a file twice")
    for name, entry in told.items():
        if name in there:
            faults += _content(archive, there[name], entry)
    return faults, manifest


def _shape(archive: zipfile.ZipFile, infos: list[zipfile.ZipInfo]) -> list[str]:
    """Names and sizes that no honest pack has."""
    faults: list[str] = []
    if len(infos) > MOST_FILES:
        return [f"it has {len(infos):,} files; a pack has at most {MOST_FILES:,}"]
    if sum(info.file_size for info in infos) > MOST_BYTES:
        return [f"it would unpack to more than {MOST_BYTES >> 30} GiB"]
    if archive.comment:
        faults.append("it has a comment, which no pack has")
    if infos and min(info.header_offset for info in infos) > 0:
        faults.append("something stands in front of its first file")
    seen: dict[str, str] = {}
    for info in infos:
        name, shown = info.filename, _shown(info.filename)
        folded = unicodedata.normalize("NFC", name).casefold()
        if folded in seen:
            faults.append(
                f"{shown}: is in the pack twice"
                + ("" if seen[folded] == name else f", also as {_shown(seen[folded])}")
            )
        seen[folded] = name
        faults += [f"{shown}: {wrong}" for wrong in _wrong(info)]
    return faults


def _wrong(info: zipfile.ZipInfo) -> list[str]:
    """What is wrong with one entry before it is read."""
    found = []
    if not _is_safe(info.filename) or info.orig_filename != info.filename:
        found.append("has a name that leads out of the pack")
    mode = info.external_attr >> 16
    if stat.S_IFMT(mode) not in {0, stat.S_IFREG} or info.is_dir():
        found.append("is a link" if stat.S_ISLNK(mode) else "is no regular file")
    if info.flag_bits & 0x1:
        found.append("is encrypted")
    if info.compress_type not in {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}:
        found.append("is packed in a way that no pack is")
    if info.file_size > _PIECE and info.file_size > info.compress_size * _DENSEST:
        found.append("would unpack to far more than it holds")
    return found


def _is_safe(name: str) -> bool:
    parts = name.split("/")
    return (
        0 < len(name) <= 1000
        and not name.startswith("/")
        and "\\" not in name
        and ":" not in name
        and name.isprintable()
        and all(part not in {"", ".", ".."} for part in parts)
    )


def _manifest(archive: zipfile.ZipFile) -> tuple[Manifest | None, list[str]]:
    try:
        with archive.open(MANIFEST) as member:
            content = member.read(LARGEST_MANIFEST + 1)
        if len(content) > LARGEST_MANIFEST:
            return None, [f"{MANIFEST}: is larger than {LARGEST_MANIFEST >> 20} MiB"]
        manifest = msgspec.json.decode(content, type=Manifest)
    except msgspec.MsgspecError as error:
        return None, [f"{MANIFEST}: can't be understood: {_shown(str(error))}"]
    except (UnicodeDecodeError, RecursionError, *_BROKEN) as error:
        return None, [f"{MANIFEST}: can't be read: {_shown(str(error))}"]
    if manifest.format != FORMAT:
        return None, [f"{MANIFEST}: is of the format {_shown(manifest.format)}; this Umbel knows {FORMAT}"]
    return manifest, []


def _content(archive: zipfile.ZipFile, info: zipfile.ZipInfo, entry: Entry) -> list[str]:
    """Whether a file is what the manifest says; no more of it is read than that."""
    name = _shown(entry.path)
    if info.file_size != entry.size:
        return [f"{name}: has {info.file_size:,} bytes, the manifest says {entry.size:,}"]
    digest, size = hashlib.sha256(), 0
    try:
        with archive.open(info) as member:
            while piece := member.read(_PIECE):
                size += len(piece)
                if size > entry.size:
                    return [f"{name}: unpacks to more than the manifest says"]
                digest.update(piece)
    except _BROKEN as error:
        return [f"{name}: can't be unpacked: {_shown(str(error))}"]
    if size != entry.size or digest.hexdigest() != entry.sha256:
        return [f"{name}: is not what the manifest says (its SHA-256 differs)"]
    return []


def _digest(file: IO[bytes]) -> str:
    found = hashlib.sha256()
    while piece := file.read(_PIECE):
        found.update(piece)
    return found.hexdigest()


def _shown(text: str) -> str:
    """A name from a foreign file: of bounded length, and without what moves a cursor."""
    clean = "".join(each if each.isprintable() else "\ufffd" for each in text)
    return clean if len(clean) <= 200 else f"{clean[:199]}…"
