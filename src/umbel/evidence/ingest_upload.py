# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""One document that somebody hands in → the lake, under the name of the project that it is said to describe.

What is handed in for a project takes the place of what was handed in for it before, whichever tool made either: who
sends a document says that this is how the project stands now. Several documents that stand together are its parts.
"""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

import msgspec

from umbel.collect import reading_apart, registry, work
from umbel.collect.columns import Columns, Stamp
from umbel.collect.interface import Document, UnreadableError
from umbel.collect.walk import PEEK
from umbel.evidence import merge
from umbel.evidence.ingest import settle
from umbel.evidence.known import Known
from umbel.model.errors import Fault, UsageError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from umbel.collect.columns import Batch
    from umbel.collect.interface import Collector, Reading
    from umbel.evidence.lake import Lake
    from umbel.model.naming import Naming

MOST_BYTES = 64 << 20
"""A larger document is for `umbel collect`, which needs no request to wait for it."""
LONGEST_NAME = 255
_NOWHERE = Path("/dev/null/handed-in")
"""Collectors may look beside a document; beside one that was handed in is nothing, and can't be."""


class Handed(msgspec.Struct, frozen=True, kw_only=True):
    """A document as it was handed in: what its file is called, and which project, version and part it is of.

    Without a project the document says whose it is, or else its file's name. `read` is the same document as it was
    understood before, so that it isn't read again only to say whose it is.
    """

    data: bytes
    name: str = "bom.json"
    project: str | None = None
    version: str | None = None
    part: str = ""
    read: Understood | None = None


class Understood(msgspec.Struct, frozen=True, kw_only=True):
    """A document that was read: by whom, whose it is, and what stands in it."""

    collector: str
    collector_version: int
    sha256: str
    size: int
    name: str
    project: str
    version: str | None
    origin: str
    reading: Reading


class Kept(msgspec.Struct, frozen=True, kw_only=True):
    """What became of it in the lake.

    `outcome` is complete, partial or unchanged; `replaced` counts documents that it took the place of.
    """

    outcome: str
    faults: list[Fault]
    components: int
    dependencies: int
    replaced: int
    collected_at: datetime
    observed_at: datetime


def understood(handed: Handed, naming: Naming) -> Understood:
    """Read a document. Raises `UsageError` in one line where nothing can be understood in it."""
    name = PurePosixPath(handed.name.replace("\\", "/")).name[-LONGEST_NAME:] or "document"
    read = handed.read or _read(handed, name)
    project = _fitting(handed.project) or _fitting(read.reading.subject) or work.bare(name)
    origin = place(project, handed.part)
    return msgspec.structs.replace(
        read,
        project=naming.project(project, origin),
        version=_fitting(handed.version) or _fitting(read.reading.subject_version),
        origin=origin,
    )


def _read(handed: Handed, name: str) -> Understood:
    """What stands in a document, whosever it is."""
    if not handed.data.strip():
        raise UsageError(f"{name} is empty.", "Send an SBOM, a lockfile or a manifest.")
    if len(handed.data) > MOST_BYTES:
        raise UsageError(
            f"{name} has {len(handed.data):,} bytes; at most {MOST_BYTES:,} are taken.",
            "umbel collect reads larger ones.",
        )
    collector = _collector(name, handed.data)
    document = Document(_NOWHERE / name, data=handed.data)
    try:
        sha256 = collector.fingerprint(document)
        reading = reading_apart.read(collector, document)
    except UnreadableError as error:
        raise UsageError(f"{name} can't be read: {error.fault}", "Nothing of it was kept.") from error
    return Understood(
        collector=collector.id,
        collector_version=collector.version,
        sha256=sha256,
        size=len(handed.data),
        name=name,
        project="",
        version=None,
        origin="",
        reading=reading,
    )


def place(project: str, part: str = "") -> str:
    """The origin of what is handed in for a project, or for a part of it."""
    return f"upload:{project}#{part}" if part else f"upload:{project}"


class Prepared(msgspec.Struct, frozen=True, kw_only=True):
    """A document as the tables that are to be published, and what it takes the place of; a gate judges these, too."""

    document: Understood
    batch: Batch
    stamp: Stamp
    known: Known | None
    gone: Batch | None
    same: bool
    replaced: int


def prepared(document: Understood, lake: Lake | None, now: datetime | None = None) -> Prepared:
    """A document beside what stands in a lake for its project and part; without a lake, as if nothing did."""
    now = now or datetime.now(UTC)
    known = Known(lake, document.origin) if lake is not None and lake.exists() else None
    standing = [] if known is None else list(known.present())
    faults = list(document.reading.faults)
    stamp = _stamp(document, _observed(document, known, now, faults), faults, now)
    lineage = (stamp.subject, stamp.collector, stamp.lineage)
    others = [each for each in standing if (each.subject, each.collector, each.lineage) != lineage]
    same = any(
        (each.subject, each.collector, each.lineage, each.sha256, each.version)
        == (*lineage, document.sha256, document.collector_version)
        for each in standing
    )
    columns = Columns(b"umbel" if lake is None else lake.salt())
    columns.add(stamp, document.reading)
    batch = columns.batch()
    for each in others:
        columns.add(each.gone(now), None)
    return Prepared(
        document=document,
        batch=batch,
        stamp=stamp,
        known=known,
        gone=columns.batch() if others else None,
        same=same,
        replaced=len(others) if same else len(standing),
    )


def keep(lake: Lake, found: Prepared) -> Kept:
    """Publish a document in place of what stood for its project and part. Raises `EvidenceError`.

    What stands there already is not written again.
    """
    batches = ([] if found.same else [found.batch]) + ([] if found.gone is None else [found.gone])
    if batches:
        lake.publish(merge.merge(batches, found.known or Known(lake, found.document.origin)))
        settle(lake)
    return Kept(
        outcome="unchanged" if found.same else found.stamp.outcome,
        faults=found.stamp.faults,
        components=len(found.document.reading.components),
        dependencies=len(found.document.reading.edges),
        replaced=found.replaced,
        collected_at=found.stamp.collected_at,
        observed_at=found.stamp.observed_at,
    )


def withdraw(lake: Lake, origins: Iterable[str], now: datetime | None = None) -> int:
    """Publish what was handed in at some places as absent; gives how many documents stood there."""
    now = now or datetime.now(UTC)
    columns = Columns(lake.salt())
    for origin in origins:
        for each in Known(lake, origin).present():
            columns.add(each.gone(now), None)
    gone = len(columns)
    if gone:
        lake.publish(columns.batch())
    return gone


def _collector(name: str, data: bytes) -> Collector:
    claimed = registry.claim((_NOWHERE / name).as_posix(), data[:PEEK], data[-PEEK:])
    if claimed is None or claimed.folders:
        raise UsageError(
            f"{name} is no SBOM, lockfile or manifest that Umbel knows.",
            "It reads CycloneDX, SPDX, and lockfiles by their names.",
        )
    return claimed


def _fitting(text: str | None) -> str | None:
    """A name as it is kept: printable, in one line, not endless; None where nothing is left."""
    if text is None:
        return None
    plain = " ".join("".join(c if c.isprintable() else " " for c in text).split())
    return plain[:LONGEST_NAME] or None


def _observed(document: Understood, known: Known | None, now: datetime, faults: list[Fault]) -> datetime:
    """The time that a document speaks of; now, where it is older than what it takes the place of.

    As of a day the newest observation counts: an older document would be handed in for nothing.
    """
    said = document.reading.observed_at
    if said is None:
        return now
    said = said.replace(tzinfo=UTC) if said.tzinfo is None else said
    if said > now:
        message = f"is dated in the future ({said:%Y-%m-%d %H:%M} UTC); the time of its arrival counts"
        faults.append(Fault("future-time", message, "", "warning"))
        return now
    before = None if known is None else known.latest()
    if before is not None and said < before:
        message = "is older than what it takes the place of; its evidence counts from its arrival"
        faults.append(Fault("older", message, "", "note"))
        return now
    return said


def _stamp(document: Understood, observed_at: datetime, faults: list[Fault], now: datetime) -> Stamp:
    lost = any(fault.level == "error" for fault in document.reading.faults)
    return Stamp(
        collector=document.collector,
        collector_version=document.collector_version,
        subject=document.project,
        subject_version=document.version,
        lineage=f"upload {document.origin}",
        producer=document.reading.producer,
        format=document.reading.format,
        origin=document.origin,
        content_sha256=document.sha256,
        observed_at=observed_at,
        collected_at=now,
        outcome="partial" if lost or not document.reading.complete else "complete",
        faults=faults,
    )
