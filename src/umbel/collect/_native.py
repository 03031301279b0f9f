# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""What programs say that they were built from: Go's build information, and Rust's by cargo-auditable.

Only ELF files are read, and of them only the sections that matter.

Sources: Go's `debug/buildinfo` and `runtime/debug`; cargo-auditable's format, version 0.
"""

from __future__ import annotations

import os
import struct
import zlib
from typing import NamedTuple

import msgspec

from umbel.collect._inside import open_plain

_GO, _RUST = b".go.buildinfo", b".dep-v0"
_MAGIC = b"\xff Go buildinf:"
_MOST_SECTIONS = 20_000
_LONGEST_NAMES = 4 << 20
_LONGEST_GO = 16 << 20
_LONGEST_RUST = 16 << 20
_MOST_MODULES = 20_000


class GoModule(NamedTuple):
    """One module: `version` None where it was built from a checkout; `sum` in Go's base64."""

    path: str
    version: str | None
    sum: str | None


class GoProgram(NamedTuple):
    """A Go program: the toolchain (`go1.22.1`), the module of its own, and all that it holds."""

    go: str
    main: GoModule | None
    modules: list[GoModule]


class Crate(msgspec.Struct, gc=False):
    """One crate in a Rust program, as cargo-auditable writes it."""

    name: str
    version: str
    source: str | None = None
    kind: str | None = None
    dependencies: list[int] = []
    root: bool = False


class _Crates(msgspec.Struct, gc=False):
    packages: list[Crate] = []


_crates = msgspec.json.Decoder(_Crates)


class Program(NamedTuple):
    """What a program tells of itself."""

    go: GoProgram | None
    crates: list[Crate]


def has_modules(path: str) -> bool:
    """Whether a file is a program that tells what it was built from."""
    try:
        handle = open_plain(path)
    except (OSError, ValueError):
        return False
    try:
        return bool(_sections(handle))
    finally:
        os.close(handle)


def program(path: str) -> Program | None:
    """What a file tells; None if it tells nothing. Raises `OSError`; what is broken tells nothing."""
    handle = open_plain(path)
    try:
        found = _sections(handle)
        go = _go(handle, *found[_GO]) if _GO in found else None
        crates = (
            _rust(os.pread(handle, min(found[_RUST][1], _LONGEST_RUST), found[_RUST][0]))
            if _RUST in found
            else []
        )
    finally:
        os.close(handle)
    return Program(go, crates) if go or crates else None


def _sections(handle: int) -> dict[bytes, tuple[int, int]]:
    """Offset and size of the wanted sections of an ELF file; none for other files."""
    head = os.pread(handle, 64, 0)
    if len(head) < 52 or head[:4] != b"\x7fELF" or head[4] not in {1, 2} or head[5] not in {1, 2}:
        return {}
    order, wide = "<" if head[5] == 1 else ">", head[4] == 2
    if wide and len(head) < 64:
        return {}
    (table,) = struct.unpack_from(f"{order}{'Q' if wide else 'I'}", head, 40 if wide else 32)
    size, count, names = struct.unpack_from(f"{order}HHH", head, 58 if wide else 46)
    entry = struct.Struct(f"{order}{'IIQQQQ' if wide else 'IIIIII'}")
    if size < entry.size or not 0 < count <= _MOST_SECTIONS or names >= count or table >= 1 << 62:
        return {}
    raw = os.pread(handle, size * count, table)
    if len(raw) < size * count:
        return {}
    entries = [entry.unpack_from(raw, size * i) for i in range(count)]
    start, length = entries[names][4:]
    if start >= 1 << 62:
        return {}
    texts = os.pread(handle, min(length, _LONGEST_NAMES), start)
    found = {}
    for name, kind, _, _, offset, length in entries:
        for wanted in (_GO, _RUST):
            if kind == 1 and texts[name : name + len(wanted) + 1] == wanted + b"\0" and offset < 1 << 62:
                found[wanted] = (offset, length)
    return found


# -- Go


def _go(handle: int, offset: int, size: int) -> GoProgram | None:
    data = os.pread(handle, min(size, _LONGEST_GO), offset)
    start = data.find(_MAGIC)
    if start < 0 or len(data) < start + 32:
        return None
    if data[start + 15] & 2:
        version, rest = _counted(data, start + 32)
        modules, _ = _counted(data, rest)
    else:
        version, modules = _pointed(handle, data[start : start + 32])
    if len(modules) >= 33 and modules[-17:-16] == b"\n":
        modules = modules[16:-16]
    return _modules(version.decode("utf-8", "replace"), modules.decode("utf-8", "replace"))


def _counted(data: bytes, at: int) -> tuple[bytes, int]:
    """Bytes after their count, and where they end; since Go 1.18 the texts stand so."""
    count = shift = 0
    while at < len(data) and shift < 63:
        byte = data[at]
        count |= (byte & 0x7F) << shift
        at, shift = at + 1, shift + 7
        if not byte & 0x80:
            break
    return data[at : at + count], at + count


def _pointed(handle: int, head: bytes) -> tuple[bytes, bytes]:
    """The texts of programs of Go 1.12 to 1.17: each behind two pointers."""
    wide = head[14] == 8
    order = ">" if head[15] & 1 else "<"
    pointers = struct.unpack_from(f"{order}{'QQ' if wide else 'II'}", head, 16)
    segments = _segments(handle)
    texts = []
    for pointer in pointers:
        raw = _at(handle, segments, pointer, 16 if wide else 8)
        if len(raw) < (16 if wide else 8):
            return b"", b""
        address, length = struct.unpack(f"{order}{'QQ' if wide else 'II'}", raw)
        texts.append(_at(handle, segments, address, min(length, _LONGEST_GO)))
    return texts[0], texts[1]


def _segments(handle: int) -> list[tuple[int, int, int]]:
    """Address, offset and size of what is loaded from an ELF file."""
    head = os.pread(handle, 64, 0)
    order, wide = "<" if head[5] == 1 else ">", head[4] == 2
    (table,) = struct.unpack_from(f"{order}{'Q' if wide else 'I'}", head, 32 if wide else 28)
    size, count = struct.unpack_from(f"{order}HH", head, 54 if wide else 42)
    form = struct.Struct(f"{order}{'IIQQQQ' if wide else 'IIIII'}")
    if size < form.size or table >= 1 << 62:
        return []
    raw = os.pread(handle, size * count, table)
    found = []
    for i in range(len(raw) // size):
        values = form.unpack_from(raw, size * i)
        kind, offset, address, length = (values[0], values[2], values[3], values[5]) if wide else (
            values[0], values[1], values[2], values[4],
        )  # fmt: skip
        if kind == 1 and offset < 1 << 62:
            found.append((address, offset, length))
    return found


def _at(handle: int, segments: list[tuple[int, int, int]], address: int, count: int) -> bytes:
    for start, offset, size in segments:
        if start <= address < start + size and offset + address - start < 1 << 62:
            return os.pread(handle, min(count, start + size - address), offset + address - start)
    return b""


def _modules(go: str, text: str) -> GoProgram | None:
    main = None
    found: list[GoModule] = []
    for line in text.split("\n")[:_MOST_MODULES]:
        word, *fields = line.split("\t")
        if word not in {"mod", "dep", "=>"} or not fields or not fields[0]:
            continue
        module = _module(fields)
        if word == "mod":
            main = module
        elif word == "dep":
            found.append(module)
        elif found and module.path.startswith((".", "/")):
            # It was taken from a folder of the builder's: whatever version it had doesn't count.
            found[-1] = GoModule(found[-1].path, None, None)
        elif found:
            found[-1] = module
    return GoProgram(go.partition(" ")[0], main, found) if go or found else None


def _module(fields: list[str]) -> GoModule:
    version = fields[1] if len(fields) > 1 and fields[1] not in {"", "(devel)"} else None
    digest = fields[2] if len(fields) > 2 and fields[2].startswith("h1:") else None
    return GoModule(fields[0], version, digest[3:] if digest else None)


# -- Rust


def _rust(packed: bytes) -> list[Crate]:
    try:
        data = zlib.decompressobj().decompress(packed, _LONGEST_RUST)
        crates = _crates.decode(data).packages
    except (zlib.error, msgspec.DecodeError, RecursionError, UnicodeDecodeError):
        return []
    return crates[:_MOST_MODULES]
