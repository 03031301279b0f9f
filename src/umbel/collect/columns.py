# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Readings → the lake's columns, one batch for many documents.

Everything that is derived at ingest is derived here, once: the effective license, direct or not,
the key of the cold facts, and which row leads a package. Rows are deduplicated within a document.
"""

from __future__ import annotations

import hashlib
import secrets
from typing import TYPE_CHECKING, Any

import msgspec
from msgspec.structs import astuple

from umbel.model import licenses
from umbel.model.tables import arrow_schema

if TYPE_CHECKING:
    from datetime import datetime

    import pyarrow as pa

    from umbel.collect.interface import About, Component, Reading
    from umbel.model.errors import Fault

SCOPES = ("runtime", "build", "test", "development", "optional", "excluded")
"""Strongest first: a package reached twice counts by its strongest scope."""
_RANK = {scope: rank for rank, scope in enumerate(SCOPES)}
_WEAKEST = len(SCOPES)
_CODE = ("practices", "languages", "imports")

_encode = msgspec.msgpack.Encoder().encode


class Stamp(msgspec.Struct, kw_only=True):
    """Everything in a `snapshots` row that isn't counted from the facts."""

    collector: str
    collector_version: int
    subject: str
    lineage: str
    origin: str
    collected_at: datetime
    observed_at: datetime
    outcome: str
    content_sha256: str | None = None
    subject_version: str | None = None
    producer: str | None = None
    format: str | None = None
    revision: str | None = None
    faults: list[Fault] = []


class Batch(msgspec.Struct):
    """Arrow tables of one write, by table name; `snapshots` publishes the others."""

    tables: dict[str, pa.Table]

    def __getitem__(self, name: str) -> pa.Table:
        """The rows of one table."""
        return self.tables[name]


def draw_id() -> int:
    """A fresh random int64 that names a write."""
    return secrets.randbits(64) - (1 << 63)


_LONGEST_KEPT = 1024
_MOST_KEPT = 1 << 16
_effectives: dict[tuple[tuple[str, ...], ...], str | None] = {}


def _effective(c: Component) -> str | None:
    """The license that counts, worked out once for each set of statements that isn't very long."""
    key = (c.concluded, c.declared, c.detected)
    if key in _effectives:
        return _effectives[key]
    found = licenses.effective(*key)
    if sum(len(statement) for statements in key for statement in statements) <= _LONGEST_KEPT:
        if len(_effectives) >= _MOST_KEPT:
            _effectives.clear()
        _effectives[key] = found
    return found


class Columns:
    """Collects readings and gives them as Arrow tables.

    `salt` is the lake's own, so that nobody can prepare two components with one key. Components in
    `known` were written before in this run and are left out.
    """

    def __init__(self, salt: bytes, known: set[int] | None = None) -> None:
        """Start an empty batch."""
        self._salt = salt
        self._known = set() if known is None else known
        self._usage: list[tuple[Any, ...]] = []
        self._cold: list[tuple[Any, ...]] = []
        self._edges: list[tuple[Any, ...]] = []
        self._documents: list[tuple[Any, ...]] = []
        self._code: dict[str, list[tuple[Any, ...]]] = {name: [] for name in _CODE}
        self._snapshots: list[tuple[Any, ...]] = []

    def __len__(self) -> int:
        """Snapshots in the batch."""
        return len(self._snapshots)

    def add(self, stamp: Stamp, reading: Reading | None) -> int:
        """Add one document: its snapshot and, if it could be read, its facts. Gives their number."""
        write_id = draw_id()
        facts_sha256, components, dependencies = None, None, None
        if reading is not None:
            keys = self._keys(reading.components)
            usage = self._usage_rows(write_id, reading, keys)
            edges = self._edge_rows(write_id, reading, keys)
            self._usage += usage
            self._edges += edges
            components, dependencies = len(usage), len(edges)
            code = {name: [astuple(one) for one in getattr(reading, name)] for name in _CODE}
            for name, rows in code.items():
                self._code[name] += [(write_id, *row) for row in rows]
            facts_sha256 = _digest(usage, edges, code)
            if reading.about is not None:
                self._documents.append(self._document_row(write_id, reading.about, keys))
        self._snapshots.append(_snapshot_row(stamp, write_id, facts_sha256, components, dependencies))
        return components or 0

    def _keys(self, components: list[Component]) -> dict[str, int]:
        """The key of each component by its ref; new cold rows are kept on the way."""
        salt, known, cold = self._salt, self._known, self._cold
        blake2b, from_bytes = hashlib.blake2b, int.from_bytes
        keys = {}
        for c in components:
            row = (
                c.package, c.version, c.purl, c.purl_raw, c.type, c.name, c.namespace,
                c.declared, c.detected, c.concluded, c.hashes, c.cpes, c.supplier, c.author,
                c.copyright, c.description, c.urls, c.properties, c.location,
            )  # fmt: skip
            digest = blake2b(_encode(row), digest_size=8, key=salt).digest()
            key = from_bytes(digest, "little", signed=True)
            keys[c.ref] = key
            if key not in known:
                known.add(key)
                cold.append((key, *row))
        return keys

    def _usage_rows(self, write_id: int, reading: Reading, keys: dict[str, int]) -> list[tuple[Any, ...]]:
        roots = {edge.target for edge in reading.edges if edge.source is None}
        rows: dict[int, tuple[Any, ...]] = {}
        leads: set[str] = set()
        for c in reading.components:
            key = keys[c.ref]
            direct = c.direct
            if direct is None and roots:
                direct = c.ref in roots
            scope = c.scope
            lead = c.package not in leads
            if lead:
                leads.add(c.package)
            if key in rows:
                *_, old_direct, old_scope, lead = rows[key]
                direct = old_direct if direct is None else direct or old_direct
                scope = min(scope, old_scope, key=_rank)
            rows[key] = (write_id, c.package, c.version, _effective(c), key, direct, scope, lead)
        return list(rows.values())

    def _edge_rows(self, write_id: int, reading: Reading, keys: dict[str, int]) -> list[tuple[Any, ...]]:
        packages = {c.ref: c.package for c in reading.components}
        rows: dict[
            tuple[Any, ...], None
        ] = {}  # a dictionary keeps their order, so that equal documents give equal rows
        for e in reading.edges:
            source = None if e.source is None else keys.get(e.source)
            target, package = None, e.package
            if e.target is not None:
                target = keys.get(e.target)
                package = package or packages.get(e.target)
            root = e.source is None
            row = (write_id, source, target, package, e.requirement, e.scope, e.optional, root, e.pinned)
            rows[row] = None
        return list(rows)

    def _document_row(self, write_id: int, about: About, keys: dict[str, int]) -> tuple[Any, ...]:
        root = None if about.root is None else self._keys([about.root])[about.root.ref]
        # What it says of something that isn't there says nothing.
        told = [
            (c.what, None if c.ref is None else keys[c.ref], c.aggregate)
            for c in about.completeness
            if c.ref is None or c.ref in keys
        ]
        return (
            write_id, about.identity, about.created, about.authors, about.tools, about.supplier,
            about.licenses, about.lifecycles, told, about.signed, root,
        )  # fmt: skip

    def batch(self) -> Batch:
        """The rows added so far as Arrow tables, and an empty batch again."""
        batch = Batch(
            {
                "usage": _table("usage", self._usage),
                "components": _table("components", self._cold),
                "dependencies": _table("dependencies", self._edges),
                "documents": _table("documents", self._documents),
                **{name: _table(name, rows) for name, rows in self._code.items() if rows},
                "snapshots": _table("snapshots", self._snapshots),
            }
        )
        self._code = {name: [] for name in _CODE}
        self._usage, self._cold, self._edges, self._documents, self._snapshots = [], [], [], [], []
        return batch


def _rank(scope: str | None) -> int:
    return _WEAKEST if scope is None else _RANK.get(scope, _WEAKEST)


def _digest(
    usage: list[tuple[Any, ...]], edges: list[tuple[Any, ...]], code: dict[str, list[tuple[Any, ...]]]
) -> str:
    """SHA-256 of the facts, whatever their order.

    A component's key stands for all that is said of it; direct and scope are all that is beside it.
    """
    states = sorted([(row[4], _FLAG[row[5]], _rank(row[6])) for row in usage])
    links = sorted(
        [
            (r[1] or 0, r[2] or 0, r[3] or "", r[4] or "", r[5] or "", _FLAG[r[6]], _FLAG[r[7]], _FLAG[r[8]])
            for r in edges
        ]
    )
    told = [sorted(_encode(row) for row in rows) for rows in code.values()]
    facts = (states, links, told) if any(told) else (states, links)
    return hashlib.sha256(_encode(facts)).hexdigest()


_FLAG = {None: 0, False: 1, True: 2}


def _snapshot_row(
    stamp: Stamp, write_id: int, facts_sha256: str | None, components: int | None, dependencies: int | None
) -> tuple[Any, ...]:
    faults = [(f.code, f.message, f.place, f.level) for f in stamp.faults]
    return (
        write_id, write_id, stamp.collector, stamp.collector_version, stamp.subject, stamp.subject_version,
        stamp.lineage, stamp.producer, stamp.format, stamp.origin, stamp.revision, stamp.content_sha256,
        facts_sha256, stamp.observed_at, stamp.collected_at, stamp.outcome, faults, components, dependencies,
    )  # fmt: skip


def _table(name: str, rows: list[tuple[Any, ...]]) -> pa.Table:
    import pyarrow as pa

    schema = arrow_schema(name)
    if not rows:
        return schema.empty_table()
    columns = zip(*rows, strict=True)
    arrays = [pa.array(column, field.type) for column, field in zip(columns, schema, strict=True)]
    return pa.Table.from_arrays(arrays, schema=schema)
