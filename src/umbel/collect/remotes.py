# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Repositories elsewhere: cloned bare into the cache, several at once, one failure never another's.

A clone is treeless unless more is wanted: commits and tags, neither paths nor contents. Nothing that
is missing from it is ever fetched behind a reader's back; `require_paths` says so in words.
"""

from __future__ import annotations

import hashlib
import queue
import re
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

import msgspec

from umbel.collect import _remote_clone
from umbel.collect._cache import Cache, default_folder
from umbel.collect._remote_clone import Kind
from umbel.collect._remote_git import Remotely, Watch, bytes_of
from umbel.collect._remote_url import Remote, is_url, parse
from umbel.collect._remote_words import RemoteError, clean
from umbel.model.errors import Fault, UmbelError, UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from umbel.collect._cache import Entry
    from umbel.collect._remote_clone import Outcome

__all__ = [
    "Clone",
    "Kind",
    "Missing",
    "Options",
    "Remote",
    "RemoteError",
    "Remotes",
    "is_url",
    "parse",
    "require_paths",
]


class Options(msgspec.Struct, frozen=True, kw_only=True):
    """Bounds of collecting from elsewhere; sizes are bytes, times seconds.

    `folder` is the cache's (None: the user's own), `cache_bytes` what all clones may have, `clone_bytes` one
    of them; `timeout` bounds one clone or update, `stall` the time without progress in it. `until` is when
    all of them end (of `time.monotonic`).
    """

    folder: Path | None = None
    cache_bytes: int = 10 << 30
    clone_bytes: int = 4 << 30
    timeout: float = 900.0
    stall: float = 120.0
    parallel: int = 4
    until: float | None = None


class Clone(msgspec.Struct, frozen=True, kw_only=True):
    """A bare clone that may be read until the next one is asked for.

    `outcome` is cloned, updated or unchanged (nothing new there); `notes` say what is not as asked.
    """

    remote: Remote
    path: Path
    kind: Kind
    outcome: Outcome
    notes: tuple[Fault, ...] = ()
    seconds: float = 0.0


class Missing(msgspec.Struct, frozen=True, kw_only=True):
    """A remote that could not be had, and why."""

    remote: Remote
    fault: Fault
    seconds: float = 0.0


def require_paths(kind: str, name: str) -> None:
    """Refuse a question about paths where the clone holds none. Raises `UsageError`."""
    if kind == "treeless":
        raise UsageError(
            f"{name} was cloned without paths (treeless), so nothing is known of its folders and files.",
            f'List it under [remotes] blobless = ["{name}"] in umbel.toml, and collect it again.',
        )


class Remotes:
    """Clones of remotes, one after the other, while others are on their way."""

    def __init__(self, options: Options, say: Callable[[str, str], None] | None = None) -> None:
        """Open the cache. `say` hears a remote's name and how far it is, from several threads.

        Raises `EvidenceError` if the cache can't be written.
        """
        self.options = options
        self.cache = Cache(options.folder or default_folder(), options.cache_bytes)
        self._say = say or (lambda _name, _words: None)
        self._stop = threading.Event()
        self._held: dict[Path, tuple[Entry, Remotely]] = {}

    def each(self, wanted: Sequence[tuple[Remote, Kind]]) -> Iterator[Clone | Missing]:
        """Every remote once, in the order in which they are done; held until the next is asked for."""
        for group in self.groups(wanted, 1):
            yield from group

    def groups(
        self, wanted: Sequence[tuple[Remote, Kind]], size: int = 32, seconds: float = 5.0
    ) -> Iterator[list[Clone | Missing]]:
        """As `each`, in groups that are held together: of at most `size`, gathered for so many `seconds`.

        Others are under way meanwhile. Raises `EvidenceError` if there is no git.
        """
        distinct = {remote.origin: (remote, kind) for remote, kind in reversed(wanted)}
        ready: _Ready = queue.SimpleQueue()
        room = threading.Semaphore(max(2 * size, self.options.parallel))
        left = len(distinct)
        group: list[_Held] = []
        with ThreadPoolExecutor(self.options.parallel, "remote") as pool:
            try:
                for remote, kind in reversed(distinct.values()):
                    pool.submit(self._work, remote, kind, ready, room)
                while left:
                    group = _gathered(ready, min(size, left), seconds)
                    left -= len(group)
                    yield [_had(held.found) for held in group]
                    _let_go(group)
            finally:
                self._stop.set()
                pool.shutdown(cancel_futures=True)
                _let_go(group)
                while not ready.empty():
                    _let_go([ready.get()])
                self._stop.clear()
        self.cache.shrink()

    def anew(self, clone: Clone) -> Clone:
        """Throw a held clone away, as its reader found it damaged, and make it once more.

        Raises `RemoteError`.
        """
        entry, remotely = self._held[clone.path]
        started = time.monotonic()
        remotely.watch = self._watch(clone.remote)
        got = _remote_clone.anew(entry, remotely, clone.kind)
        return _clone(clone.remote, entry, got, started)

    def _work(self, remote: Remote, kind: Kind, ready: _Ready, room: threading.Semaphore) -> None:
        """Obtain one remote's clone, and hand it over with its lock."""
        started = time.monotonic()
        fault: Fault | UmbelError
        with ExitStack() as stack:
            try:
                while not room.acquire(timeout=0.1):
                    if self._stop.is_set():
                        return
                stack.callback(room.release)
                found = self._obtain(remote, kind, stack)
                ready.put(_Held(found, stack.pop_all()))
            except RemoteError as error:
                fault = error.fault
            except UmbelError as error:
                fault = error
            except Exception as error:  # noqa: BLE001 - the reader waits for an answer, whatever happened
                fault = Fault("remote-failed", f"its clone failed: {clean(str(error))}")
            else:
                return
        if isinstance(fault, UmbelError):
            ready.put(_Held(fault, ExitStack()))
        else:
            missing = Missing(remote=remote, fault=fault, seconds=time.monotonic() - started)
            ready.put(_Held(missing, ExitStack()))

    def _obtain(self, remote: Remote, kind: Kind, stack: ExitStack) -> Clone:
        watch = self._watch(remote)
        started = time.monotonic()
        entry = stack.enter_context(self.cache.entry(entry_name(remote, kind), watch.deadline, self._stop))
        remotely = Remotely(remote, self.cache.folder, watch)
        got = _remote_clone.obtain(entry, remotely, kind)
        entry.touch()
        self._held[entry.path] = (entry, remotely)
        stack.callback(self._held.pop, entry.path, None)
        if got.outcome != "unchanged":
            self.cache.grown(bytes_of(entry.path))
        return _clone(remote, entry, got, started)

    def _watch(self, remote: Remote) -> Watch:
        options = self.options
        deadline = time.monotonic() + options.timeout
        return Watch(
            deadline=deadline if options.until is None else min(deadline, options.until),
            stall=options.stall,
            most=min(options.clone_bytes, options.cache_bytes),
            stop=self._stop,
            say=lambda words: self._say(remote.name, words),
        )


class _Held(NamedTuple):
    """What became of a remote, and what is to be closed when it was read."""

    found: Clone | Missing | UmbelError
    stack: ExitStack


_Ready: TypeAlias = "queue.SimpleQueue[_Held]"


def _gathered(ready: _Ready, most: int, seconds: float) -> list[_Held]:
    """The next that are ready: as many as come soon after the first."""
    group = [ready.get()]
    until = time.monotonic() + seconds
    while len(group) < most:
        try:
            group.append(ready.get(timeout=max(0.0, until - time.monotonic())))
        except queue.Empty:
            break
    return group


def _had(found: Clone | Missing | UmbelError) -> Clone | Missing:
    if isinstance(found, UmbelError):
        raise found
    return found


def _let_go(group: list[_Held]) -> None:
    while group:
        group.pop().stack.close()


def entry_name(remote: Remote, kind: Kind) -> str:
    """The name of a clone's folder: readable, and different for each address and kind."""
    readable = re.sub(r"[^A-Za-z0-9.-]+", "_", remote.name)[-60:].strip("._")
    digest = hashlib.sha256(remote.address.encode()).hexdigest()[:12]
    return f"{readable}-{digest}.{kind}.git"


def _clone(remote: Remote, entry: Entry, got: _remote_clone.Got, started: float) -> Clone:
    return Clone(
        remote=remote,
        path=entry.path,
        kind=got.kind,
        outcome=got.outcome,
        notes=tuple(got.notes),
        seconds=time.monotonic() - started,
    )
