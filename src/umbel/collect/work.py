# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Reading many documents: what a worker process does between the walk and the lake."""

from __future__ import annotations

import gc
import re
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import msgspec

from umbel.collect.columns import Batch, Columns, Stamp
from umbel.collect.interface import Collector, Document, Reading, UnreadableError
from umbel.collect.registry import collectors
from umbel.model.errors import Fault

if TYPE_CHECKING:
    from collections.abc import Iterable

    from umbel.collect.walk import Found
    from umbel.model.naming import Naming

_VERSION = re.compile(r"[\s@/-]+v?\d[\w.+-]*$")
_ENDINGS = re.compile(r"\.(json|xml|spdx|cdx|sbom|bom|txt)$", re.IGNORECASE)


class Task(NamedTuple):
    """One document to read.

    `known` are the states in which it is on record, `absent` the subjects and lineages that were
    withdrawn at its place (`Known.states`, `Known.absent`).
    """

    path: str
    root: str
    origin: str
    relative: str
    project: str
    in_git: bool
    collector: str
    revision: str | None
    committed_at: datetime | None
    known: frozenset[str]
    absent: frozenset[tuple[str, str]]


class Done(msgspec.Struct, kw_only=True):
    """What became of one document."""

    path: str
    origin: str
    outcome: str
    subject: str = ""
    lineage: str = ""
    collector: str = ""
    faults: list[Fault] = []
    components: int = 0
    size: int = 0


class Context(NamedTuple):
    """What all documents of a run share."""

    salt: bytes
    now: datetime
    naming: Naming


def task(found: Found, known: frozenset[str], absent: frozenset[tuple[str, str]]) -> Task:
    """The task of reading what a walk found."""
    project = found.project
    return Task(
        str(found.path), str(project.root), found.origin, found.relative, project.name, found.in_git,
        found.collector, project.revision, project.committed_at, known, absent,
    )  # fmt: skip


_known: set[int] = set()  # cold rows this process has already given in this run


def read_many(tasks: Iterable[Task], context: Context) -> tuple[list[Done], Batch]:
    """Read documents; those that haven't changed are named and left alone."""
    columns = Columns(context.salt, _known)
    # Readings are trees without cycles: looking for cycles in them took a third of the time.
    gc.disable()
    try:
        done = [_read_one(item, context, columns) for item in tasks]
        return done, columns.batch()
    finally:
        gc.enable()


def forget() -> None:
    """Begin a new run in this process."""
    _known.clear()


def _read_one(item: Task, context: Context, columns: Columns) -> Done:
    collector = collectors()[item.collector]
    document = Document(Path(item.path), root=Path(item.root))
    reading, faults, sha256 = None, [], None
    try:
        sha256 = collector.fingerprint(document)
        if f"{collector.version}:{sha256}" in item.known:
            return Done(path=item.path, origin=item.origin, outcome="unchanged", collector=item.collector)
        reading = collector.read(document)
    except UnreadableError as error:
        faults = [error.fault]
    except (RecursionError, MemoryError, Exception) as error:  # noqa: BLE001 - one document never stops the others
        message = f"could not be read: {type(error).__name__}: {str(error)[:200]}"
        faults = [Fault("reader-failed", message)]
    stamp = _stamp(item, context, collector, reading, faults, sha256)
    rows = 0
    if stamp.outcome != "failed" or f"failed:{collector.version}:{sha256}" not in item.known:
        rows = columns.add(stamp, reading)  # a known failure is said again, but not written again
    return Done(
        path=item.path,
        origin=item.origin,
        outcome=stamp.outcome,
        subject=stamp.subject,
        lineage=stamp.lineage,
        collector=item.collector,
        faults=stamp.faults,
        components=rows,
        size=document.size,
    )


def _stamp(
    item: Task,
    context: Context,
    collector: Collector,
    reading: Reading | None,
    faults: list[Fault],
    sha256: str | None,
) -> Stamp:
    reading_faults = faults if reading is None else list(reading.faults)
    producer = reading.producer if reading else None
    subject = _subject(item, context, collector, reading)
    lineage = f"{_maker(producer) or item.collector} {item.origin}"
    returned = (subject, lineage) in item.absent
    observed_at = _observed(item, context, reading, reading_faults, returned=returned)
    return Stamp(
        collector=item.collector,
        collector_version=collector.version,
        subject=subject,
        subject_version=reading.subject_version if reading else None,
        lineage=lineage,
        producer=producer,
        format=reading.format if reading else None,
        origin=item.origin,
        revision=item.revision,
        content_sha256=sha256,
        observed_at=observed_at,
        collected_at=context.now,
        outcome=_outcome(reading, reading_faults),
        faults=reading_faults,
    )


def _outcome(reading: Reading | None, faults: list[Fault]) -> str:
    if reading is None:
        return "failed"
    lost = any(fault.level == "error" for fault in faults)
    return "partial" if lost or not reading.complete else "complete"


def _observed(
    item: Task, context: Context, reading: Reading | None, faults: list[Fault], *, returned: bool
) -> datetime:
    said = reading.observed_at if reading else None
    if returned and reading is not None:
        # Had it kept its old date, its absence in between would hide it for ever.
        faults.append(Fault("returned", "had gone and is back; its evidence counts from today", "", "note"))
        return context.now
    if said is not None and said.tzinfo is None:
        said = said.replace(tzinfo=UTC)
    # An environment lies in a checkout without being part of its commit.
    committed = None if collectors()[item.collector].folders else item.committed_at
    observed = said or committed or context.now
    if observed > context.now:
        message = f"is dated in the future ({observed:%Y-%m-%d %H:%M} UTC); the time of collection counts"
        faults.append(Fault("future-time", message, "", "warning"))
        return context.now
    return observed


def _subject(item: Task, context: Context, collector: Collector, reading: Reading | None) -> str:
    """The project: of the checkout for a lockfile, else what the document says, else the file's name."""
    name = item.project
    if not collector.describes_project:
        said = reading.subject if reading else None
        if said and not (item.in_git and _last(said) == _last(item.project)):
            name = said
        elif not said and not item.in_git:
            name = bare(Path(item.path).name)
    return context.naming.project(name, item.origin)


def _last(name: str) -> str:
    return name.rstrip("/").rpartition("/")[2].lower()


def bare(name: str) -> str:
    """A file's name without the endings that only say what kind of file it is."""
    while (shorter := _ENDINGS.sub("", name)) != name and shorter:
        name = shorter
    return name


def _maker(producer: str | None) -> str | None:
    """The producer's name without its version: an upgraded scanner continues its lineage."""
    if not producer:
        return None
    return ", ".join(_VERSION.sub("", part.strip()) for part in producer.split(","))
