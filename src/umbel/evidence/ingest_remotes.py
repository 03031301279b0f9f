# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Repositories elsewhere → the lake: their clones are had, and their histories read, group by group.

What can't be had leaves what is known of it as it was, and is said.
"""

from __future__ import annotations

import time
from contextlib import closing
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import msgspec

from umbel.collect import work
from umbel.collect._remote_git import bytes_of
from umbel.collect.projects import head
from umbel.collect.remotes import Clone, Missing, RemoteError, Remotes
from umbel.evidence import ingest_history, merge
from umbel.evidence.ingest import CHECKOUT, Progress, RemoteState, Summary, settle
from umbel.evidence.known import Known

if TYPE_CHECKING:
    from collections.abc import Sequence

    from umbel.collect.remotes import Kind, Options, Remote
    from umbel.evidence.ingest_history import Ingested, Source
    from umbel.evidence.lake import Lake
    from umbel.model.errors import Fault
    from umbel.model.naming import Naming
    from umbel.model.settings import HistorySettings

GROUP = 32
"""Clones that are read together."""
_CUT = frozenset({"remote-timeout", "remote-busy", "stopped"})
"""How clones end that the end of all time cut off."""
_DAMAGED = frozenset({"broken-history", "unreadable-repository", "no-repository"})
"""What a reading says of a clone that the cache should not hold."""


class Wanted(msgspec.Struct, frozen=True, kw_only=True):
    """What is asked for: remotes, which of them with their paths, and how they are read.

    `blobless` are origins; `again` also reads what is known.
    """

    remotes: tuple[Remote, ...]
    blobless: frozenset[str]
    naming: Naming
    history: HistorySettings
    again: bool = False


class Budget(msgspec.Struct, frozen=True, kw_only=True):
    """What a collection may take: seconds until it begins nothing more, bytes of new clones; None is no bound."""

    seconds: float | None = None
    size: int | None = None

    def within(self, options: Options) -> Options:
        """The bounds of clones, none wider than the budget."""
        until = None if self.seconds is None else time.monotonic() + self.seconds
        most = options.clone_bytes if self.size is None else min(options.clone_bytes, self.size)
        return msgspec.structs.replace(options, until=until, clone_bytes=most)


def kinds(
    remotes: Sequence[Remote], blobless: frozenset[str], history: HistorySettings, naming: Naming
) -> list[tuple[Remote, Kind]]:
    """How each is to be cloned: without paths, unless they (or even lines) are asked for by its name."""
    out: list[tuple[Remote, Kind]] = []
    for remote in remotes:
        name = naming.project(remote.name, remote.origin)
        options = ingest_history.options_for(history, name, remote.origin)
        kind: Kind = "blobless" if remote.origin in blobless else "treeless"
        if options.paths and not isinstance(history.paths, bool):
            kind = "blobless"
        if options.lines and not isinstance(history.lines, bool):
            kind = "full"
        out.append((remote, kind))
    return out


def collect(
    lake: Lake,
    wanted: Wanted,
    options: Options,
    *,
    now: datetime | None = None,
    progress: Progress | None = None,
    budget: Budget | None = None,
) -> Summary:
    """Clone or update remotes, and read their histories; of those with their files, these too.

    Remotes come in their order; those that the budget left no time or room for are not in the summary.
    Raises `EvidenceError` if the cache or the lake can't be written, or if there is no git.
    """
    started = time.monotonic()
    bounds = budget or Budget()
    run = _Run(lake, wanted, options, bounds, now=now or datetime.now(UTC), progress=progress or Progress())
    chosen = kinds(wanted.remotes, wanted.blobless, wanted.history, wanted.naming)
    # Where room is short it is looked at after every few clones.
    size = GROUP if bounds.size is None else options.parallel
    with closing(run.remotes.groups(chosen, size)) as groups:  # type: ignore[type-var] # it is a generator
        while not run.is_spent() and (group := next(groups, None)) is not None:
            run.take(group)
    settle(lake)
    summary = run.summary
    summary.seconds = time.monotonic() - started
    summary.projects = sorted(set(summary.projects))
    summary.remotes.sort(key=lambda state: state.name)
    return summary


class _Run:
    """The state of one collection from elsewhere."""

    def __init__(
        self,
        lake: Lake,
        wanted: Wanted,
        options: Options,
        budget: Budget,
        *,
        now: datetime,
        progress: Progress,
    ) -> None:
        self.lake = lake
        self.wanted = wanted
        self.progress = progress
        self.budget = budget
        self.remotes = Remotes(budget.within(options), progress.remote)
        self._is_short = self.remotes.options.clone_bytes < options.clone_bytes
        self.context = work.Context(lake.salt(), now, wanted.naming)
        self.summary = Summary()
        self._cloned = 0
        work.forget()

    def is_spent(self) -> bool:
        """Whether nothing more is to be begun."""
        most = self.budget.size
        return self._is_late() or (most is not None and self._cloned >= most)

    def _is_cut(self, missing: Missing) -> bool:
        """Whether it is missing only because the budget had no more time or room for it."""
        code = missing.fault.code
        return (code in _CUT and self._is_late()) or (code == "remote-too-large" and self._is_short)

    def _is_late(self) -> bool:
        until = self.remotes.options.until
        return until is not None and time.monotonic() >= until

    def take(self, group: list[Clone | Missing]) -> None:
        """Read a group of clones, which are held meanwhile."""
        group = [found for found in group if isinstance(found, Clone) or not self._is_cut(found)]
        clones = {found.remote.origin: found for found in group if isinstance(found, Clone)}
        done = {item.source.origin: item for item in self._read(list(clones.values()))}
        lost: dict[str, Missing] = {}
        for origin in [origin for origin, item in done.items() if _is_damaged(item)]:
            again = self._anew(clones[origin])
            if isinstance(again, Clone):
                clones[origin] = again
                done |= {item.source.origin: item for item in self._read([again])}
            elif again is not None:
                lost[origin] = again
                del clones[origin]
        self._files([clone for clone in clones.values() if clone.kind != "treeless"])
        self._cloned += sum(bytes_of(clone.path) for clone in clones.values() if clone.outcome == "cloned")
        for found in group:
            origin = found.remote.origin
            self._account(lost.get(origin) or clones.get(origin) or found, done.get(origin))

    def _read(self, clones: list[Clone]) -> list[Ingested]:
        return ingest_history.ingest(
            self.lake,
            [self._source(clone) for clone in clones],
            now=self.context.now,
            read=self.progress.commits,
        )

    def _source(self, clone: Clone) -> Source:
        remote, wanted = clone.remote, self.wanted
        name = wanted.naming.project(remote.name, remote.origin)
        options = ingest_history.options_for(wanted.history, name, remote.origin, again=wanted.again)
        # A clone gives what it holds: to ask it for more would only be refused, every time.
        options = msgspec.structs.replace(
            options,
            lines=options.lines and clone.kind == "full",
            paths=(options.paths or remote.origin in wanted.blobless) and clone.kind != "treeless",
            fetched=True,
        )
        return ingest_history.Source(clone.path, name, remote.origin, remote.url, options)

    def _anew(self, clone: Clone) -> Clone | Missing | None:
        """The clone once more; None if it is as its server gave it just now."""
        if clone.outcome == "cloned":
            return None
        try:
            return self.remotes.anew(clone)
        except RemoteError as error:
            return Missing(remote=clone.remote, fault=error.fault)

    def _files(self, clones: list[Clone]) -> None:
        """Read the files of the head, as those of a checkout are."""
        if not clones:
            return
        known = Known(self.lake)
        tasks = [self._checkout(clone, known) for clone in clones]
        done, batch = work.read_many(tasks, self.context)
        for item in done:
            if any(fault.level == "error" for fault in item.faults):
                self.summary.trouble.append(item)
        if batch["snapshots"].num_rows:
            self.lake.publish(merge.merge([batch], known))

    def _checkout(self, clone: Clone, known: Known) -> work.Task:
        origin = clone.remote.origin
        states = known.states(CHECKOUT, origin, self.context.naming)
        revision, committed_at = head(clone.path)
        return work.Task(
            str(clone.path), str(clone.path), origin, ".", clone.remote.name, True, CHECKOUT,  # noqa: FBT003 - in git
            revision, committed_at, frozenset() if self.wanted.again else states, known.absent(CHECKOUT, origin),
        )  # fmt: skip

    def _account(self, found: Clone | Missing, item: Ingested | None) -> None:
        remote, summary = found.remote, self.summary
        faults: list[Fault] = list(found.notes) if isinstance(found, Clone) else [found.fault]
        faults += item.faults if item else []
        if isinstance(found, Clone):
            summary.projects.append(self.context.naming.project(remote.name, remote.origin))
            summary.histories += 1
            summary.commits += item.commits if item else 0
        summary.remotes.append(
            RemoteState(
                name=remote.name,
                url=remote.url,
                outcome=found.outcome if isinstance(found, Clone) else "failed",
                kind=found.kind if isinstance(found, Clone) else None,
                commits=item.commits if item else 0,
                seconds=found.seconds,
            )
        )
        if faults:
            outcome = item.outcome if item else "failed"
            summary.trouble.append(
                work.Done(path=remote.url, origin=remote.origin, outcome=outcome, faults=faults)
            )


def _is_damaged(item: Ingested) -> bool:
    return any(fault.code in _DAMAGED and fault.level == "error" for fault in item.faults)
