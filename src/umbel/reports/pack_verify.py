# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Check an evidence pack: every hash, nothing missing, nothing more, and nothing that could harm who opens it.

A pack is foreign input: nothing is written to the disk, and no more is read than the manifest says there is.
"""

from __future__ import annotations

import hashlib
import stat
import struct
import zipfile
import zlib
from typing import IO, TYPE_CHECKING, NamedTuple

import msgspec

from umbel.model.errors import UsageError
from umbel.reports.pack import FORMAT, MANIFEST, Entry, Manifest, folded, is_safe

if TYPE_CHECKING:
    from pathlib import Path

MOST_FILES = 200_000
MOST_BYTES = 64 << 30
"""Of all files together, unpacked."""
LARGEST_MANIFEST = 128 << 20
MOST_FAULTS = 1_000
"""More are counted."""
_DIRECTORY = 64 << 20
"""Bytes of a zip's list of its files: what is larger would need much memory to be looked at."""
_HEADER = 30
_EXTRA = 28
"""Bytes beside a header where sizes above 4 GiB stand."""
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
            wrong = _ending(file)
            if wrong is not None:
                return Checked([wrong], None, digest)
            found = _opened(path, file, digest)
            more = len(found.faults) - MOST_FAULTS
            told = [*found.faults[:MOST_FAULTS], *([f"… and {more:,} more faults"] if more > 0 else ())]
            return found._replace(faults=told)
    except OSError as error:
        raise UsageError(f"{path} can't be read: {error.strerror or error}.") from error


def _ending(file: IO[bytes]) -> str | None:
    """What is wrong with a zip's end, before its list of files is read into memory."""
    file.seek(-_END, 2)
    end = file.read(_END)
    if end[:4] != b"PK\x05\x06":
        return "something stands behind its end"
    (size,) = struct.unpack_from("<I", end, 12)
    if file.tell() >= _END + 76:  # a record and its locator, of zips with many files
        file.seek(-_END - 76, 2)
        more = file.read(76)
        if more[56:60] == b"PK\x06\x07":
            if more[:4] != b"PK\x06\x06":
                return "its end is not as a pack's is"
            (size,) = struct.unpack_from("<Q", more, 40)
    return None if size <= _DIRECTORY else f"its list of files has more than {_DIRECTORY >> 20} MiB"


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
    faults = _hidden(archive, infos)
    if faults:
        return faults, None
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
    if MANIFEST in told:
        faults.append(f"{MANIFEST}: names itself, which no manifest can")
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
    seen: dict[str, str] = {}
    for info in infos:
        name, shown = info.filename, _shown(info.filename)
        key = folded(name)
        if key in seen:
            faults.append(
                f"{shown}: is in the pack twice"
                + ("" if seen[key] == name else f", also as {_shown(seen[key])}")
            )
        seen[key] = name
        faults += [f"{shown}: {wrong}" for wrong in _wrong(info)]
    return faults


def _hidden(archive: zipfile.ZipFile, infos: list[zipfile.ZipInfo]) -> list[str]:
    """Whether one file follows the other without a gap: what stands in none is seen by no hash."""
    file, at = archive.fp, 0
    if file is None:
        return []
    for info in sorted(infos, key=lambda info: info.header_offset):
        if info.header_offset != at:
            return [f"{_shown(info.filename)}: something that is no file stands before it"]
        file.seek(at)
        header = file.read(_HEADER)
        if len(header) < _HEADER:
            return [f"{_shown(info.filename)}: isn't where the list of files has it"]
        name, extra = struct.unpack_from("<HH", header, 26)
        if extra > _EXTRA or len(info.extra) > _EXTRA or info.comment or info.flag_bits & 0x8:
            return [f"{_shown(info.filename)}: has more beside it than a pack's file has"]
        at += _HEADER + name + extra + info.compress_size
    return [] if at == archive.start_dir else ["something that is no file stands behind the last one"]


def _wrong(info: zipfile.ZipInfo) -> list[str]:
    """What is wrong with one entry before it is read."""
    found = []
    if not is_safe(info.filename) or info.orig_filename != info.filename:
        found.append("has a name that leads out of the pack, or is none on some systems")
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
