# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Git histories → the lake: many repositories at once, their commits streamed, each published whole.

Threads run git and take its words apart; this one writes. Commits go first, the snapshots that
publish them last, so that a run that is killed leaves nothing that anyone sees.
"""

from __future__ import annotations

import queue
import threading
import time
from contextlib import closing
from datetime import UTC, datetime, timedelta
from itertools import chain
from typing import TYPE_CHECKING, Any, NamedTuple

import msgspec

from umbel.collect import git_history
from umbel.collect._git import git_dir
from umbel.collect._history_people import address_key
from umbel.collect._history_refs import kind_of
from umbel.collect.columns import Batch
from umbel.collect.git_history import COLLECTOR, VERSION, HistoryOptions, HistoryReading
from umbel.evidence._history_known import KnownHistories
from umbel.evidence.lake import STALE_SECONDS
from umbel.model.errors import EvidenceError, Fault
from umbel.model.tables import arrow_schema

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from pathlib import Path

    import pyarrow as pa

    from umbel.collect._history_tags import Tag
    from umbel.evidence.lake import Lake
    from umbel.model.settings import HistorySettings

GROUP_REPOSITORIES = 128
GROUP_SECONDS = 30.0
"""No repository is begun after this time: what was read is published first."""
_WAITING = 8
"""Batches that wait for the writer."""


class Source(NamedTuple):
    """A repository to read: where it lies, whose it is, and its lasting name (`git:host/owner/name`).

    A clone that was `fetched` (an option) from there just now and a checkout of it have readings of their
    own, as have clones that hold more or less of it: a reader takes what each of them tells.
    """

    repository: Path
    subject: str
    origin: str
    url: str | None = None
    options: HistoryOptions = HistoryOptions()

    @property
    def place(self) -> str:
        """Where its reading was found: `origin`, or `clone:host/owner/name`, which no walk withdraws."""
        return f"clone:{self.origin.partition(':')[2]}" if self.options.fetched else self.origin

    @property
    def lineage(self) -> str:
        """Readings of one lineage replace each other."""
        repository = git_dir(self.repository)
        kind = "full" if repository is None else kind_of(repository)
        return f"{COLLECTOR} {self.place}" + ("" if kind == "full" else f" {kind}")


class Ingested(msgspec.Struct, kw_only=True):
    """What became of one repository. `commits` are those that were added."""

    source: Source
    state: git_history.State = "failed"
    outcome: str = "failed"
    commits: int = 0
    faults: list[Fault] = []


class _Job:
    """One repository on its way."""

    def __init__(self, source: Source) -> None:
        self.done = Ingested(source=source)
        self.reading: HistoryReading | None = None
        self.releases: list[Tag] = []
        self.aliases: list[tuple[int, int]] = []

    @property
    def publishes(self) -> bool:
        return self.reading is not None and self.reading.publishes


def options_for(
    settings: HistorySettings, subject: str, origin: str, *, again: bool = False
) -> HistoryOptions:
    """What a workspace wants of one project's history."""
    return HistoryOptions(
        branches=settings.branches,
        lines=_is_wanted(settings.lines, subject, origin),
        paths=_is_wanted(settings.paths, subject, origin),
        again=again,
    )


def _is_wanted(wanted: bool | tuple[str, ...], subject: str, origin: str) -> bool:  # noqa: FBT001
    from fnmatch import fnmatchcase

    if isinstance(wanted, bool):
        return wanted
    names = (subject, origin, origin.partition(":")[2])
    return any(fnmatchcase(name, pattern) for pattern in wanted for name in names)


def ingest(
    lake: Lake,
    sources: Iterable[Source],
    *,
    now: datetime | None = None,
    workers: int | None = None,
    seen: Callable[[Ingested], None] = lambda _: None,
    read: Callable[[int], None] = lambda _: None,
) -> list[Ingested]:
    """Read histories into the lake; what stands there already is not read again.

    A repository that several sources lead to (linked worktrees) is read once. `seen` hears of each
    repository when it is done, `read` of each number of commits. Raises `EvidenceError` if the lake
    can't be written; groups that were published before stay.
    """
    chosen = _distinct(sources)
    if not chosen:
        return []
    with closing(KnownHistories(lake)) as known:
        run = _Run(lake, known, now or datetime.now(UTC), workers or _workers(), read)
        waiting = iter(chosen)
        out: list[Ingested] = []
        while jobs := run.group(waiting):
            for job in jobs:
                seen(job.done)
                out.append(job.done)
        return out


def _distinct(sources: Iterable[Source]) -> list[Source]:
    found: dict[Path, Source] = {}
    # A linked worktree comes last: the main checkout gives the name, where both are seen.
    for source in sorted(sources, key=lambda one: (one.repository / ".git").is_file()):
        found.setdefault(git_dir(source.repository) or source.repository, source)
    by_name = {(source.subject, source.lineage): source for source in reversed(found.values())}
    return list(reversed(by_name.values()))


def _workers() -> int:
    import os

    return max(2, min(os.cpu_count() or 2, 8))


class _Run:
    """The state of one run over many repositories."""

    def __init__(
        self, lake: Lake, known: KnownHistories, now: datetime, workers: int, read: Callable[[int], None]
    ) -> None:
        self._lake = lake
        self._known = known
        self._now = now
        self._workers = workers
        self._read = read
        self._salt = lake.salt()
        self._written: set[int] = set()

    def group(self, waiting: Iterator[Source]) -> list[_Job]:
        """Read and publish the next repositories; empty when there are no more."""
        started = time.time()
        jobs: list[_Job] = []
        until = time.monotonic() + GROUP_SECONDS

        def following() -> Iterator[_Job]:
            while len(jobs) < GROUP_REPOSITORIES and (not jobs or time.monotonic() < until):
                source = next(waiting, None)
                if source is None:
                    return
                jobs.append(_Job(source))
                yield jobs[-1]

        self._append("commits", following(), self._commits)
        told = [job for job in jobs if job.publishes]
        self._append("lines", iter(told), lambda job: _reading(job).lines())
        self._append("changes", iter(told), lambda job: _reading(job).changes())
        for job in jobs:
            _conclude(job)
        if told:
            if not 0 <= time.time() - started < STALE_SECONDS:
                raise EvidenceError(
                    "Reading histories took too long (did the machine sleep?); nothing was published.",
                    "Run the command again.",
                )
            self._lake.publish(self._batch(told))
        return jobs

    def _append(
        self, table: str, jobs: Iterator[_Job], work: Callable[[_Job], Iterator[pa.RecordBatch]]
    ) -> None:
        """Write what the jobs give, as it comes, in one commit; nothing at all if they give nothing."""
        import pyarrow as pa

        crew = _Crew(jobs, work, self._workers)
        with closing(crew):
            batches = iter(crew)
            first = next(batches, None)
            if first is None:
                return

            every = self._counted(table, chain([first], batches))
            self._lake.append(table, pa.RecordBatchReader.from_batches(arrow_schema(table), every))
        crew.check()

    def _counted(self, table: str, batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        for batch in batches:
            if table == "commits":
                self._read(batch.num_rows)
            yield batch

    def _commits(self, job: _Job) -> Iterator[pa.RecordBatch]:
        source = job.done.source
        known = self._known.get(source.subject, source.lineage)
        reading = git_history.read(
            source.repository,
            known,
            salt=self._salt,
            forgotten=self._known.forgotten,
            options=source.options,
            url=source.url,
        )
        before = known.commits if known and reading.state == "grown" else 0
        yield from reading.commits()
        job.releases = list(reading.releases())
        job.aliases = reading.aliases()
        job.done.commits = reading.number - before if reading.state != "failed" else 0
        job.reading = reading

    def _batch(self, jobs: Sequence[_Job]) -> Batch:
        """The rows beside the commits, and the snapshots that publish them all."""
        told = [job for job in jobs if _reading(job).outcome != "failed"]
        identities, forgotten = self._identities(told)
        rows: dict[str, list[tuple[Any, ...]]] = {
            "histories": [_history_row(_reading(job)) for job in told],
            "identities": identities,
            "forgotten": forgotten,
            "aliases": [(_reading(job).write_id, *pair) for job in told for pair in job.aliases],
            "releases": [_release_row(_reading(job).write_id, tag) for job in told for tag in job.releases],
            "snapshots": [self._snapshot_row(job) for job in jobs],
        }
        return Batch({name: _table(name, found) for name, found in rows.items() if found})

    def _identities(self, jobs: Sequence[_Job]) -> tuple[list[tuple[Any, ...]], list[tuple[Any, ...]]]:
        """Rows of `identities`; and of `forgotten`, for those who came back under another name."""
        met = {person.key: person for job in jobs for person in _reading(job).identities()}
        returned = {key for job in jobs for key in _reading(job).returned()}
        if not met and not returned:
            return [], []
        gone = self._forgotten_by_now()  # someone may have been forgotten while this run was reading
        left_out = self._known.written(met.keys() - self._written) | gone | self._written
        self._written |= met.keys()
        fresh = [person for key, person in sorted(met.items()) if key not in left_out]
        if gone:
            returned |= {person.key for person in fresh if address_key(self._salt, person.email) in gone}
        rows = [tuple(person) for person in fresh if person.key not in returned]
        return rows, [(key, self._now) for key in sorted(returned - gone)]

    def _forgotten_by_now(self) -> frozenset[int]:
        if not self._lake.has("forgotten"):
            return frozenset()
        table = self._lake.table("forgotten", fresh=True).to_pyarrow_dataset().to_table(columns=["identity"])
        return frozenset(table["identity"].to_pylist())

    def _snapshot_row(self, job: _Job) -> tuple[Any, ...]:
        source, reading = job.done.source, _reading(job)
        latest = self._known.latest(source.subject, source.lineage)
        at = self._now if latest is None else max(self._now, latest + timedelta(microseconds=1))
        faults = [(fault.code, fault.message, fault.place, fault.level) for fault in reading.faults]
        return (
            reading.write_id, reading.write_id, COLLECTOR, VERSION, source.subject, None, source.lineage, None,
            "git history", source.place, reading.place.head, reading.fingerprint, None, at, at,
            reading.outcome, faults, None, None,
        )  # fmt: skip


def _reading(job: _Job) -> HistoryReading:
    if job.reading is None:
        raise RuntimeError("a repository that was not read has nothing to publish")
    return job.reading


def _conclude(job: _Job) -> None:
    reading, done = job.reading, job.done
    if reading is None:
        return
    done.state = reading.state
    done.outcome = "unchanged" if reading.state in {"unchanged", "behind"} else reading.outcome
    done.faults = reading.faults


def _history_row(reading: HistoryReading) -> tuple[Any, ...]:
    place = reading.place
    return (
        reading.write_id, reading.writes, place.head, place.branch, list(place.tips), reading.number,
        reading.roots, reading.shallow, place.kind, place.url, place.submodules, reading.rewritten,
        reading.lines_known, reading.paths_known,
    )  # fmt: skip


def _release_row(write_id: int, tag: Tag) -> tuple[Any, ...]:
    at = None if tag.released_at is None else datetime.fromtimestamp(tag.released_at, UTC)
    return (
        write_id, tag.tag, tag.version, tag.module, tag.prerelease, tag.sha, at, tag.annotated, tag.signed,
        tag.tagger,
    )  # fmt: skip


def _table(name: str, rows: list[tuple[Any, ...]]) -> pa.Table:
    import pyarrow as pa

    schema = arrow_schema(name)
    columns = zip(*rows, strict=True)
    arrays = [pa.array(column, field.type) for column, field in zip(columns, schema, strict=True)]
    return pa.Table.from_arrays(arrays, schema=schema)


class _Crew:
    """Threads that work on jobs; what they make is taken from here, in any order."""

    def __init__(
        self, jobs: Iterator[_Job], work: Callable[[_Job], Iterator[pa.RecordBatch]], workers: int
    ) -> None:
        self._jobs = jobs
        self._work = work
        self._made: queue.Queue[pa.RecordBatch | None] = queue.Queue(_WAITING)
        self._lock = threading.Lock()
        self._stop = threading.Event()
        self._error: BaseException | None = None
        self._threads = [threading.Thread(target=self._labour, daemon=True) for _ in range(workers)]
        for thread in self._threads:
            thread.start()

    def __iter__(self) -> Iterator[pa.RecordBatch]:
        """Everything that is made."""
        ended = 0
        while ended < len(self._threads):
            batch = self._made.get()
            if batch is None:
                ended += 1
            else:
                yield batch
        self.check()

    def check(self) -> None:
        """Raise what a thread raised: a mistake of ours, not of a repository."""
        if self._error is not None:
            raise self._error

    def close(self) -> None:
        """End the threads, and the processes that they started."""
        self._stop.set()
        for thread in self._threads:
            while thread.is_alive():
                try:
                    self._made.get_nowait()
                except queue.Empty:
                    thread.join(0.02)

    def _labour(self) -> None:
        try:
            while not self._stop.is_set():
                with self._lock:
                    job = next(self._jobs, None)
                if job is None:
                    break
                with closing(self._work(job)) as batches:  # type: ignore[type-var]
                    for batch in batches:
                        self._put(batch)
                        if self._stop.is_set():
                            break
        except BaseException as error:  # noqa: BLE001 - raised again in the thread that waits for this one
            self._error = error
            self._stop.set()
        finally:
            self._put(None)

    def _put(self, batch: pa.RecordBatch | None) -> None:
        while True:
            try:
                self._made.put(batch, timeout=0.1)
            except queue.Full:
                if self._stop.is_set():
                    return
            else:
                return
