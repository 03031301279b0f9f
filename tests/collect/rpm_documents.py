# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""RPM databases of made packages, in the two forms that are read."""

from __future__ import annotations

import sqlite3
import struct
from contextlib import closing
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

Value = str | int | list[str] | list[int]
NAMES = {
    "name": 1000, "version": 1001, "release": 1002, "epoch": 1003, "summary": 1004, "vendor": 1011,
    "license": 1014, "url": 1020, "arch": 1022, "sourcerpm": 1044, "provides": 1047, "flags": 1048,
    "requires": 1049, "versions": 1050, "dirindexes": 1116, "basenames": 1117, "dirnames": 1118,
    "recommends": 5046, "modularity": 5096,
}  # fmt: skip


def header(**values: Value) -> bytes:
    """A package's header, as rpm writes it into its database."""
    index, data = [], b""
    for name, value in values.items():
        if isinstance(value, str):
            kind, count, encoded = 6, 1, value.encode() + b"\0"
        elif isinstance(value, int):
            kind, count, encoded = 4, 1, struct.pack(">i", value)
        elif value and isinstance(value[0], int):
            kind, count, encoded = 4, len(value), struct.pack(f">{len(value)}i", *value)
        else:
            kind, count, encoded = 8, len(value), b"".join(str(text).encode() + b"\0" for text in value)
        if kind == 4:
            data += b"\0" * (-len(data) % 4)
        index.append(struct.pack(">iiii", NAMES[name], kind, len(data), count))
        data += encoded
    return struct.pack(">ii", len(index), len(data)) + b"".join(index) + data


def sqlite(headers: Sequence[bytes], table: str = "Packages") -> bytes:
    """`rpmdb.sqlite`, in the write-ahead mode that rpm uses."""
    with closing(sqlite3.connect(":memory:")) as connection:
        connection.execute(
            f"CREATE TABLE {table} (hnum INTEGER PRIMARY KEY AUTOINCREMENT, blob BLOB NOT NULL)"
        )
        connection.executemany(f"INSERT INTO {table} (blob) VALUES (?)", [(blob,) for blob in headers])
        connection.commit()
        data = bytes(connection.serialize())
    return data[:18] + b"\2\2" + data[20:]


def ndb(headers: Sequence[bytes]) -> bytes:
    """`Packages.db`: a page of slots, then the headers in blocks of 16 bytes."""
    slots, blobs, block = b"", b"", 4096 // 16
    for number, blob in enumerate(headers, 1):
        body = struct.pack("<4sIII", b"BlbS", number, 1, len(blob)) + blob
        body += b"\0" * (-(len(body) + 12) % 16) + struct.pack("<II4s", 0, len(blob), b"BlbE")
        slots += struct.pack("<4sIII", b"Slot", number, block, len(body) // 16)
        block += len(body) // 16
        blobs += body
    head = struct.pack("<4sIIIIIII", b"RpmP", 0, 1, 1, len(headers) + 1, 0, 0, 0)
    return (head + slots).ljust(4096, b"\0") + blobs


TOOL: Mapping[str, Value] = {
    "name": "acme-tool", "version": "1.2", "release": "3.fc40", "epoch": 2, "arch": "x86_64", "summary": "A tool",
    "vendor": "Acme", "license": "GPL-2.0-or-later AND MIT", "url": "https://acme.example/tool",
    "sourcerpm": "acme-tool-1.2-3.fc40.src.rpm", "modularity": "acme:1:2024:c",
    "provides": ["acme-tool", "acme-tool(x86-64)"],
    "requires": ["acme-libs", "libacme.so.1()(64bit)", "/usr/bin/sh", "rpmlib(CompressedFileNames)"],
    "flags": [12, 0, 0, 16777226], "versions": ["1.0", "", "", "3.0.4-1"], "recommends": ["acme-docs", "absent"],
}  # fmt: skip
LIBS: Mapping[str, Value] = {
    "name": "acme-libs", "version": "1.2", "release": "3.fc40", "arch": "x86_64", "license": "LGPL-2.1-or-later",
    "provides": ["acme-libs", "libacme.so.1()(64bit)"],
}  # fmt: skip
SHELL: Mapping[str, Value] = {
    "name": "bash", "version": "5", "release": "1", "arch": "x86_64",
    "dirnames": ["/etc/", "/usr/bin/"], "basenames": ["profile", "sh"], "dirindexes": [0, 1],
}  # fmt: skip
DOCS: Mapping[str, Value] = {"name": "acme-docs", "version": "9", "provides": ["acme-docs"]}
KEY: Mapping[str, Value] = {"name": "gpg-pubkey", "version": "1", "release": "2"}
