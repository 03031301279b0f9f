# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Walks, readers and the lake put together: `collect`.

Documents are read by worker processes when there are enough of them, gathered into batches and
published batch by batch. What was published stays, whatever happens to the rest of the run.
"""

from __future__ import annotations

import os
import time
from contextlib import ExitStack
from datetime import UTC, datetime
from itertools import repeat
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from umbel.collect import registry, work
from umbel.collect.columns import Batch, Columns
from umbel.collect.git_history import COLLECTOR
from umbel.collect.walk import Found, Trouble, Walk, covered
from umbel.evidence import merge
from umbel.evidence.known import Known
from umbel.evidence.upkeep import compact_if_needed
from umbel.model.naming import Naming
from umbel.model.settings import HistorySettings

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from concurrent.futures import Executor, Future

    from umbel.collect.projects import Project
    from umbel.evidence.ingest_history import Ingested, Source
    from umbel.evidence.lake import Lake

BATCH_DOCUMENTS = 2000
BATCH_SECONDS = 30.0
CHUNK_DOCUMENTS = 64
CHUNK_BYTES = 8 << 20
POOL_BYTES = 128 << 20
"""Starting worker processes costs more than it saves below this many bytes."""
POOL_ENTRIES = 20_000
"""As above, for files that walks passed by and that are read as part of their projects."""
CHECKOUT = "checkout"


class Progress:
    """What a surface may want to show while a collection runs; this one shows nothing."""

    def entries(self, number: int) -> None:
        """So many more files and folders were passed."""

    def planned(self, documents: int, size: int) -> None:
        """So many documents and bytes are to be read."""

    def read(self, documents: int, size: int) -> None:
        """So many more documents and bytes were read."""

    def histories(self, number: int) -> None:
        """So many git histories are to be read."""

    def commits(self, number: int) -> None:
        """So many more commits were read."""

    def remote(self, name: str, words: str) -> None:
        """How far the clone of a repository elsewhere is; told from several threads."""


class RemoteState(msgspec.Struct, kw_only=True):
    """What became of one repository elsewhere: cloned, updated, unchanged (nothing new there) or failed."""

    name: str
    url: str
    outcome: str
    kind: str | None = None
    commits: int = 0
    seconds: float = 0.0


class Summary(msgspec.Struct, kw_only=True):
    """What a collection found and what became of it.

    `documents` counts what was recognised; each of them is in exactly one of `complete`,
    `partial`, `unchanged`, `failed`. `absent` are documents known before that are gone.
    `histories` are the git repositories that were looked at, `commits` those that were new in them.
    `trouble` lists, per place, what was wrong; `projects` the projects that were seen; `remotes` what
    became of each repository elsewhere.
    """

    entries: int = 0
    documents: int = 0
    complete: int = 0
    partial: int = 0
    unchanged: int = 0
    failed: int = 0
    absent: int = 0
    components: int = 0
    histories: int = 0
    commits: int = 0
    size: int = 0
    seconds: float = 0.0
    projects: list[str] = []
    remotes: list[RemoteState] = []
    trouble: list[work.Done] = []

    @property
    def incomplete(self) -> bool:
        """Whether something that should have been read was not."""
        return any(f.level == "error" for item in self.trouble for f in item.faults)


def collect(  # noqa: PLR0913 - all but two are options
    lake: Lake,
    paths: Iterable[Path],
    *,
    naming: Naming = Naming(),
    origin: str | None = None,
    again: bool = False,
    now: datetime | None = None,
    workers: int | None = None,
    progress: Progress | None = None,
    history: HistorySettings | None = None,
    clones: Iterable[Source] = (),
) -> Summary:
    """Collect evidence from files and folders into the lake; then the histories of the git projects there.

    `clones` are repositories from elsewhere whose histories are read, too.

    What stands there already is not read again, unless `again` says so or the naming has changed.
    Raises `EvidenceError` if the lake can't be written; what was published before stays.
    """
    run = _Run(lake, naming, now or datetime.now(UTC), progress or Progress(), again=again)
    started = time.monotonic()
    walks = [Walk(Path(path), origin, run.progress.entries) for path in paths]
    found = list({item.path: item for walk in walks for item in walk}.values())  # paths may overlap
    run.take(found, workers)
    run.checkouts(walks, workers)
    run.histories(walks, clones, history or HistorySettings())
    run.withdraw(walks)
    run.flush()
    settle(lake)
    run.summary.entries = sum(walk.entries for walk in walks)
    run.summary.seconds = time.monotonic() - started
    run.summary.projects = sorted(run.projects)
    run.summary.trouble.sort(key=lambda item: item.path)
    return run.summary


def settle(lake: Lake) -> None:
    """What every collection ends with: many small files joined, and nobody back who wished to be forgotten.

    A run that began before somebody was forgotten may have written the name once more.
    """
    compact_if_needed(lake)
    if lake.has("forgotten"):
        from umbel.evidence.people.forget import purge

        purge(lake)


def together(first: Summary, second: Summary) -> Summary:
    """Two collections, told as one."""
    mine, theirs = msgspec.structs.asdict(first), msgspec.structs.asdict(second)
    summary = Summary(**{name: mine[name] + theirs[name] for name in mine})
    summary.projects = sorted(set(summary.projects))
    return summary


class _Run:
    """The state of one collection."""

    def __init__(self, lake: Lake, naming: Naming, now: datetime, progress: Progress, *, again: bool) -> None:
        self.lake = lake
        self.again = again
        self.progress = progress
        self.context = work.Context(lake.salt(), now, naming)
        self.known = Known(lake)
        self.summary = Summary()
        self.projects: set[str] = set()
        self._kept: set[tuple[str, str, str]] = set()  # (collector, subject, lineage) seen to be there
        self._kept_origins: set[str] = set()  # there, but unreadable or unchanged: nothing to withdraw
        self._pending: list[Batch] = []
        self._documents = 0
        self._since = time.monotonic()
        work.forget()

    def take(self, found: list[Found | Trouble], workers: int | None) -> None:
        """Read what the walks found."""
        for item in found:
            if isinstance(item, Trouble):
                failed = work.Done(
                    path=str(item.path), origin=item.origin, outcome="failed", faults=[item.fault]
                )
                self._account(failed)
        documents = [item for item in found if isinstance(item, Found)]
        size = sum(item.size for item in documents)
        self.progress.planned(len(documents), size)
        with ExitStack() as stack:
            pool = _pool(workers, len(documents), size, stack)
            for chunk, (done, batch) in self._results(_chunks(documents), pool):
                self._gather(done, batch)
                self.progress.read(len(chunk), sum(item.size for item in chunk))

    def _results(
        self, chunks: Iterable[list[Found]], pool: Executor | None
    ) -> Iterator[tuple[list[Found], tuple[list[work.Done], Batch]]]:
        if pool is None:
            for chunk in chunks:
                yield chunk, work.read_many(self._tasks(chunk), self.context)
            return
        # A few chunks ahead of what was written, so that memory stays flat however long the list.
        waiting: list[tuple[list[Found], Future[tuple[list[work.Done], Batch]]]] = []
        for chunk in chunks:
            waiting.append((chunk, pool.submit(work.read_many, self._tasks(chunk), self.context)))
            if len(waiting) > 8:
                first, future = waiting.pop(0)
                yield first, future.result()
        for chunk, future in waiting:
            yield chunk, future.result()

    def _tasks(self, chunk: list[Found]) -> list[work.Task]:
        tasks = []
        for item in chunk:
            states = self.known.states(item.collector, item.origin, self.context.naming)
            states = frozenset() if self.again else states
            absent = self.known.absent(item.collector, item.origin)
            tasks.append(work.task(item, states, absent))
        return tasks

    def _gather(self, done: list[work.Done], batch: Batch) -> None:
        for item in done:
            self._account(item)
        self._pending.append(batch)
        self._documents += len(done)
        if self._documents >= BATCH_DOCUMENTS or time.monotonic() - self._since > BATCH_SECONDS:
            self.flush()

    def _account(self, item: work.Done) -> None:
        summary = self.summary
        summary.documents += 1
        summary.size += item.size
        summary.components += item.components
        setattr(summary, item.outcome, getattr(summary, item.outcome) + 1)
        if item.outcome in {"failed", "unchanged"}:
            self._kept_origins.add(item.origin)
        else:
            self._kept.add((item.collector, item.subject, item.lineage))
        if item.outcome == "unchanged":
            item = self.known.recall(item)
        if item.subject:
            self.projects.add(item.subject)
        if item.faults:
            summary.trouble.append(item)

    def checkouts(self, walks: list[Walk], workers: int | None) -> None:
        """Read each project's own files as one document, so that one without any other counts as seen, too."""
        tasks = {}
        entries = 0
        for walk in walks:
            entries += walk.entries
            for project in walk.projects.values():
                name = self.context.naming.project(project.name, project.origin)
                self.projects.add(name)
                self._kept.add((CHECKOUT, name, f"{CHECKOUT} {project.origin}"))
                if not walk.start.is_file() and _has_files_of_its_own(project):
                    tasks[project.origin] = self._checkout(project)
        with ExitStack() as stack:
            # A worker starts in the time that it takes to read some thousand files.
            parallel = workers if workers is not None or entries >= POOL_ENTRIES else 1
            pool = _pool(parallel, len(tasks), POOL_BYTES, stack)
            for done, batch in _each(list(tasks.values()), self.context, pool):
                self._gather_checkout(done, batch)

    def _checkout(self, project: Project) -> work.Task:
        states = self.known.states(CHECKOUT, project.origin, self.context.naming)
        return work.Task(
            str(project.root), str(project.root), project.origin, ".", project.name, project.is_git, CHECKOUT,
            project.revision, project.committed_at, frozenset() if self.again else states,
            self.known.absent(CHECKOUT, project.origin),
        )  # fmt: skip

    def _gather_checkout(self, done: list[work.Done], batch: Batch) -> None:
        for item in done:
            if any(fault.level == "error" for fault in item.faults):
                self.summary.trouble.append(item)
        self._pending.append(batch)
        if time.monotonic() - self._since > BATCH_SECONDS:
            self.flush()

    def histories(self, walks: list[Walk], clones: Iterable[Source], settings: HistorySettings) -> None:
        """Read the histories of all repositories that were found, and of those cloned from elsewhere."""
        from umbel.evidence import ingest_history

        sources = list(clones)
        for project in [project for walk in walks for project in walk.projects.values() if project.is_git]:
            name = self.context.naming.project(project.name, project.origin)
            options = ingest_history.options_for(settings, name, project.origin, again=self.again)
            sources.append(ingest_history.Source(project.root, name, project.origin, options=options))
        if not sources:
            return
        self.flush()  # documents are published before a long history begins
        self._kept |= {(COLLECTOR, one.subject, one.lineage) for one in sources}
        self.projects |= {one.subject for one in sources}
        self.progress.histories(len(sources))
        read, now = self.progress.commits, self.context.now
        for item in ingest_history.ingest(self.lake, sources, now=now, read=read):
            self._account_history(item)

    def _account_history(self, item: Ingested) -> None:
        source = item.source
        self.summary.histories += 1
        self.summary.commits += item.commits
        if item.faults:
            done = work.Done(path=str(source.repository), origin=source.origin, outcome=item.outcome)
            done.subject, done.lineage, done.collector = source.subject, source.lineage, COLLECTOR
            done.faults = item.faults
            self.summary.trouble.append(done)

    def withdraw(self, walks: list[Walk]) -> None:
        """Publish as absent what was known under a walked place and is no longer there."""
        columns = Columns(self.context.salt)
        places = {place for walk in walks if walk.complete for place in walk.covered}
        for entry in self.known.present():
            if (
                entry.origin in self._kept_origins
                or (entry.collector, entry.subject, entry.lineage) in self._kept
            ):
                continue
            if covered(entry.origin, places):
                columns.add(entry.gone(self.context.now), None)
                self.summary.absent += 1
        self._pending.append(columns.batch())

    def flush(self) -> None:
        """Publish what was gathered."""
        batches, self._pending = self._pending, []
        self._documents, self._since = 0, time.monotonic()
        if any(batch["snapshots"].num_rows for batch in batches):
            self.lake.publish(merge.merge(batches, self.known))


def _chunks(documents: list[Found]) -> Iterator[list[Found]]:
    chunk: list[Found] = []
    size = 0
    for item in documents:
        if chunk and (len(chunk) >= CHUNK_DOCUMENTS or size + item.size > CHUNK_BYTES):
            yield chunk
            chunk, size = [], 0
        chunk.append(item)
        size += item.size
    if chunk:
        yield chunk


def _pool(workers: int | None, documents: int, size: int, stack: ExitStack) -> Executor | None:
    wanted = workers if workers is not None else min(os.cpu_count() or 1, 8)
    if wanted < 2 or documents < 2 or (workers is None and size < POOL_BYTES):
        return None
    from concurrent.futures import ProcessPoolExecutor
    from multiprocessing import get_context

    # Not forked: the Delta writer's threads do not survive a fork.
    return stack.enter_context(ProcessPoolExecutor(wanted, mp_context=get_context("spawn")))


def _each(
    tasks: list[work.Task], context: work.Context, pool: Executor | None
) -> Iterator[tuple[list[work.Done], Batch]]:
    """Read documents one by one, by workers where there are any."""
    if pool is None:
        yield from (work.read_many([task], context) for task in tasks)
    else:
        yield from pool.map(work.read_many, ([task] for task in tasks), repeat(context))


def _has_files_of_its_own(project: Project) -> bool:
    """Whether a project is a repository, or a folder that nobody reads as a whole (an unpacked image)."""
    if project.is_git:
        return True
    try:
        names = frozenset(path.name for path in project.root.iterdir())
    except OSError:
        return False
    return registry.claim_folder(project.root, names) is None
