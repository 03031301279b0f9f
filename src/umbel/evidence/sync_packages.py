# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Facts of the packages in use, from their registries: `umbel sync packages`.

Registries are asked side by side, each by a few threads; what they answer is published batch by batch, so
that a run that is stopped loses little and the next one goes on where it was.
"""

from __future__ import annotations

import logging
import queue
import threading
import time
from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, NamedTuple

import msgspec

from umbel.collect.columns import draw_id
from umbel.collect.registries._http import PARALLEL, Http
from umbel.collect.registries.addresses import Addresses, here
from umbel.collect.registries.interface import Answer, Asked, PackageFacts, Registry, Skipped, Unanswered
from umbel.evidence import syncing
from umbel.evidence._sync_wanted import COLUMNS, Known
from umbel.model.errors import Fault

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path

    from umbel.evidence._sync_plan import Wanted
    from umbel.evidence.lake import Lake
    from umbel.model.settings import Settings

BATCH_VERSIONS = 100_000
"""A batch is published at this many rows of versions, too: it is held in memory."""
OLDER_THAN = timedelta(hours=24)
_MOST_FAULTS = 200
_MOST_TROUBLE = 100
_QUEUE = 256
_log = logging.getLogger(__name__)


class Progress:
    """What a surface may want to show while a sync runs; this one shows nothing."""

    def planned(self, number: int) -> None:
        """So many packages are to be asked for."""

    def done(self, source: str, outcome: str) -> None:
        """One more was answered."""


class SourceState(msgspec.Struct, kw_only=True):
    """What became of the packages of one registry; `reasons` count why some failed."""

    source: str
    origin: str
    asked: int = 0
    new: int = 0
    unchanged: int = 0
    not_found: int = 0
    failed: int = 0
    skipped: int = 0
    reasons: dict[str, int] = {}


class Trouble(msgspec.Struct, frozen=True):
    """What was wrong with one package's answer."""

    package: str
    fault: Fault


class Summary(msgspec.Struct, kw_only=True):
    """What a sync asked and what became of it.

    `fresh` were seen a short while ago and not asked for; `private` must not be asked for; `unsupported`
    counts packages of ecosystems whose registries Umbel can't ask; `unasked` says why others were not.
    """

    sources: list[SourceState] = []
    fresh: int = 0
    private: int = 0
    unsupported: dict[str, int] = {}
    unasked: dict[str, int] = {}
    trouble: list[Trouble] = []
    seconds: float = 0.0

    def total(self, name: str) -> int:
        """One of the counts over all sources."""
        return sum(getattr(source, name) for source in self.sources)

    @property
    def incomplete(self) -> bool:
        """Whether something that should have been answered was not."""
        return bool(self.unasked) or any(source.failed for source in self.sources)


def sync(
    lake: Lake,
    settings: Settings,
    folder: Path,
    wanted: Wanted,
    *,
    saved: Path | None = None,
    progress: Progress | None = None,
) -> Summary:
    """Ask the registries for what is wanted, or read their saved answers, and publish what they say.

    `folder` is the workspace's, whose clients' configuration counts. Raises `UsageError`, `EvidenceError`.
    """
    from umbel.evidence._sync_plan import plan

    if saved is not None:
        from umbel.collect.registries._saved import Saved

        with Saved(saved) as files:
            found = plan(lake, settings, wanted, files, None)
            return run(lake, found.tasks, found.known, found.summary, progress=progress)
    addresses = Addresses(here(folder), settings.registries)
    with Http(addresses.credential, certificates=addresses.certificates) as http:
        found = plan(lake, settings, wanted, http, addresses)
        return run(lake, found.tasks, found.known, found.summary, progress=progress)


class Task(NamedTuple):
    """One registry and the packages that it is to be asked for."""

    registry: Registry
    origin: str
    packages: list[Asked]


def run(
    lake: Lake,
    tasks: Iterable[Task],
    known: Mapping[tuple[str, str], Known],
    summary: Summary,
    *,
    progress: Progress | None = None,
    batch: int = syncing.BATCH_DOCUMENTS,
) -> Summary:
    """Ask and publish; adds to `summary`. `known` are the newest facts by source and package.

    Raises `EvidenceError` if the lake can't be written; what was published before stays.
    """
    started = time.monotonic()
    work = [task for task in tasks if task.packages]
    shown = progress or Progress()
    shown.planned(sum(len(task.packages) for task in work))
    books = {task.registry.source: _Book(lake, task, known, batch) for task in work}
    summary.sources += [book.state for book in books.values()]
    try:
        for source, answer in _answers(work):
            books[source].take(answer, summary)
            shown.done(source, answer.outcome)
            for book in books.values():
                book.publish_if_due()
    finally:  # also when the user stops it: what was answered is worth keeping
        for book in books.values():
            book.publish()
    syncing.settle(lake)
    summary.seconds = time.monotonic() - started
    return summary


def _answers(tasks: list[Task]) -> Iterator[tuple[str, Answer]]:
    """Every answer as it comes, each with its source. Threads end when nobody listens any more."""
    answers: queue.Queue[tuple[str, Answer]] = queue.Queue(maxsize=_QUEUE)
    stop = threading.Event()
    threads = []
    for task in tasks:
        todo: queue.SimpleQueue[Asked] = queue.SimpleQueue()
        for asked in task.packages:
            todo.put(asked)
        job = (task.registry, todo, answers, stop)
        number = min(PARALLEL, len(task.packages))
        threads += [threading.Thread(target=_worker, args=job, daemon=True) for _ in range(number)]
    for thread in threads:
        thread.start()
    try:
        while True:
            alive = any(thread.is_alive() for thread in threads)  # looked at first: none may answer after
            try:
                yield answers.get(timeout=0.2 if alive else 0)
            except queue.Empty:
                if not alive:
                    return
    finally:
        stop.set()


def _worker(
    registry: Registry,
    todo: queue.SimpleQueue[Asked],
    answers: queue.Queue[tuple[str, Answer]],
    stop: threading.Event,
) -> None:
    while not stop.is_set():
        try:
            asked = todo.get_nowait()
        except queue.Empty:
            return
        answer = answer_of(registry, asked)
        while not stop.is_set():
            try:
                answers.put((registry.source, answer), timeout=1.0)
                break
            except queue.Full:
                continue


def answer_of(registry: Registry, asked: Asked) -> Answer:
    """What a registry answers for a package; whatever goes wrong costs only this one."""
    try:
        return registry.ask(asked)
    except Skipped as error:
        return Answer(package=asked.package, outcome="skipped", faults=(error.fault,))
    except Unanswered as error:
        return Answer(package=asked.package, outcome="failed", faults=(error.fault,))
    except Exception as error:  # noqa: BLE001 - a mistake of ours must not cost the other packages
        _log.debug("%s: %s", registry.source, asked.package, exc_info=True)
        fault = Fault("unexpected", f"its answer could not be used ({type(error).__name__})")
        return Answer(package=asked.package, outcome="failed", faults=(fault,))


class _Book:
    """The answers of one registry, gathered into batches."""

    def __init__(self, lake: Lake, task: Task, known: Mapping[tuple[str, str], Known], batch: int) -> None:
        self.state = SourceState(source=task.registry.source, origin=task.origin, asked=len(task.packages))
        self._lake = lake
        self._known = known
        self._batch = batch
        self._clear()

    def _clear(self) -> None:
        self._write_id = draw_id()
        self._packages: list[tuple[Any, ...]] = []
        self._versions: list[tuple[Any, ...]] = []
        self._faults: list[Fault] = []
        self._failed = 0
        self._since = time.monotonic()

    def take(self, answer: Answer, summary: Summary) -> None:
        """Keep one answer as rows."""
        state = self.state
        for fault in answer.faults if answer.outcome != "skipped" else ():
            self._faults.append(msgspec.structs.replace(fault, place=answer.package))
            if len(summary.trouble) < _MOST_TROUBLE:
                summary.trouble.append(Trouble(answer.package, fault))
        if answer.outcome == "failed":
            state.failed += 1
            self._failed += 1
            state.reasons = dict(Counter(state.reasons) + Counter([_reason(answer)]))
        elif answer.outcome == "skipped":
            state.skipped += 1
        elif answer.outcome == "unchanged":
            state.unchanged += 1
            known = self._known[state.source, answer.package]
            self._packages.append(known.again(datetime.now(UTC)))
        elif answer.facts is not None:
            state.new += answer.facts.found
            state.not_found += not answer.facts.found
            self._add(answer.package, answer.facts, answer.validator)

    def _add(self, package: str, facts: PackageFacts, validator: str | None) -> None:
        holds = self._write_id if facts.versions else None
        self._packages.append(row_of(package, self.state.source, datetime.now(UTC), facts, holds, validator))
        for v in facts.versions:
            self._versions.append(
                (
                    package, v.version, self.state.source, v.position, v.prerelease, v.released_at, v.yanked,
                    v.deprecation, v.license,
                )
            )  # fmt: skip

    def publish_if_due(self) -> None:
        """Publish a batch that is full or old enough."""
        old = time.monotonic() - self._since > syncing.BATCH_SECONDS
        full = len(self._packages) >= self._batch or len(self._versions) >= BATCH_VERSIONS
        if full or (old and self._packages):
            self.publish()

    def publish(self) -> None:
        """Publish what there is."""
        if not self._packages and not self._faults:
            return
        rows = {
            "package_versions": syncing.rows_table("package_versions", self._versions, self._write_id),
            "packages": syncing.rows_table("packages", self._packages, self._write_id),
        }
        faults = self._faults[:_MOST_FAULTS]
        if len(self._faults) > _MOST_FAULTS:
            faults.append(Fault("more", f"and {len(self._faults) - _MOST_FAULTS:,} more"))
        now = datetime.now(UTC)
        syncing.publish(
            self._lake,
            self.state.source,
            rows,
            lineage=f"{self.state.source} packages",
            origin=self.state.origin,
            observed_at=now,
            collected_at=now,
            outcome="failed" if not self._packages else "partial" if self._failed else "complete",
            faults=faults,
            write_id=self._write_id,
        )
        self._clear()


def row_of(
    package: str,
    source: str,
    seen_at: datetime,
    facts: PackageFacts,
    versions_in: int | None,
    validator: str | None,
) -> tuple[Any, ...]:
    """A row of `packages`, without its write_id."""
    values = {
        **msgspec.structs.asdict(facts),
        "package": package,
        "source": source,
        "seen_at": seen_at,
        "versions": len(facts.versions) if facts.found else None,
        "versions_in": versions_in,
        "funding": list(facts.funding),
        "validator": validator,
    }
    return tuple(values[name] for name in COLUMNS)


def _reason(answer: Answer) -> str:
    """Why it failed, told alike for all that failed alike."""
    fault = answer.faults[0]
    return fault.message if fault.code in {"out-of-reach", "busy", "refused", "unanswered"} else fault.code
