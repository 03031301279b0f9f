# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Making an edition: every figure and list, each written when it is done, what fails told and left out."""

from __future__ import annotations

import errno
import logging
import secrets
import time
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

import msgspec

from umbel.model.days import end_of
from umbel.model.errors import UmbelError
from umbel.office.away import NO_ROOM, chain, says_full
from umbel.office.editions import registry, tables
from umbel.office.editions.interface import Edition, Shared
from umbel.office.editions.store import Made, Pointer, Store
from umbel.policy import files

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from umbel.app.workspace import Workspace

log = logging.getLogger("umbel.office.editions")
MOST_DEATHS = 3
"""Times that its maker may be killed at one part, before the others are made without it."""
_LACKING = NO_ROOM | {errno.EROFS, errno.ENOMEM}
_LACKS = frozenset({"OutOfMemoryException"})
"""DuckDB's word for it; its name, so that it needn't be loaded."""


def as_of(day: date | None) -> datetime | None:
    """The end of a day; None is now."""
    return None if day is None else end_of(day)


def wanted(workspace: Workspace, day: date | None) -> Edition:
    """The edition that a workspace's evidence and records ask for now, of a day. Costs some ten milliseconds."""
    moment = as_of(day)
    return Edition(
        key=workspace.readings_key(moment, None)[:24],
        day=day or datetime.now(UTC).date(),
        as_of=moment,
        made_at=datetime.now(UTC),
    )


def make(
    workspace: Workspace,
    store: Store,
    day: date | None,
    *,
    told: Callable[[str, int, int], None] | None = None,
) -> Edition:
    """Make what is missing of an edition, quick things first; gives it. Whoever is killed is carried on from there.

    Two that make editions in one folder take turns. `told` is called with each name, how many are done, and how many
    there are. Raises `OSError` where nothing can be written, and `UmbelError` where the evidence can't be read any
    more: nothing is shown that was made of half of it.
    """
    with files.locked(store.root / "making.lock", wait=float("inf")):
        edition = wanted(workspace, day)
        before = store.pointer(day)
        finished = before.finished if before else None
        made = store.made(edition.key)
        if finished == edition.key and is_whole(store, edition.key):
            if before is not None and before.wanted != finished:
                store.point(day, Pointer(wanted=edition.key, finished=finished))
            return edition
        last = store.made(finished) if finished else Made()
        store.tidy(edition.key)
        store.begin(store.edition(edition.key) or edition)
        store.point(day, Pointer(wanted=edition.key, finished=finished))
        once_more = {name: number - (name in made.failed) for name, number in made.deaths.items()}
        made = msgspec.structs.replace(made, failed={}, deaths=once_more)
        made = _all(workspace, store, edition, _in_order(last), made, told)
        store.keep_made(edition.key, msgspec.structs.replace(made, complete=True, doing=""))
        store.point(day, Pointer(wanted=edition.key, finished=edition.key))
        store.sweep()
        return edition


def is_whole(store: Store, key: str) -> bool:
    """Whether an edition has everything that it is to have."""
    made = store.made(key)
    return made.complete and not made.failed and not store.is_damaged(key) and store.edition(key) is not None


def died(store: Store, key: str) -> None:
    """Note at what a maker of an edition was killed. Raises `OSError`."""
    made = store.made(key)
    if made.doing:
        deaths = {**made.deaths, made.doing: made.deaths.get(made.doing, 0) + 1}
        store.keep_made(key, msgspec.structs.replace(made, doing="", deaths=deaths))


def _in_order(last: Made) -> list[str]:
    """Names of all parts: what was quick the last time first."""
    return sorted(every(), key=lambda name: (last.seconds.get(name, 0.0), not _is_first(name)))


def _all(
    workspace: Workspace,
    store: Store,
    edition: Edition,
    names: list[str],
    made: Made,
    told: Callable[[str, int, int], None] | None,
) -> Made:
    with Shared(workspace, edition.as_of, edition.day) as shared:
        for place, name in enumerate(names):
            if told:
                told(name, place, len(names))
            if place_of(store, edition.key, name).exists():
                continue
            if made.deaths.get(name, 0) >= MOST_DEATHS:
                why = f"Whoever made it was killed {made.deaths[name]} times: is there enough memory?"
                made = msgspec.structs.replace(made, failed={**made.failed, name: why})
                continue
            store.keep_made(edition.key, msgspec.structs.replace(made, doing=name))
            made = one(store, edition, shared, name, made)
            if name in made.failed:
                wanted(workspace, edition.day if edition.as_of else None)  # raises where the evidence is gone
            store.keep_made(edition.key, made)
    return made


def every() -> list[str]:
    """What an edition is made of: figures by name, and `list …` and `file …`."""
    lists, files = registry.listings(), registry.files()
    return [*registry.figures(), *(f"list {name}" for name in lists), *(f"file {name}" for name in files)]


def _is_first(name: str) -> bool:
    """Whether it is shown on the home page: what people wait for while the first edition is made."""
    figure = registry.figures().get(name)
    return figure is not None and ".home." in figure.make.__module__


def place_of(store: Store, key: str, name: str) -> Path:
    """Where a part of an edition lies, by its name as `every` gives it."""
    kind, _, rest = name.rpartition(" ")
    if kind == "list":
        return store.list_path(key, rest)
    return store.file_path(key, rest) if kind == "file" else store.figure_path(key, rest)


def _make_one(store: Store, edition: Edition, shared: Shared, name: str, path: Path) -> None:
    kind, _, rest = name.rpartition(" ")
    if kind == "list":
        declared = registry.listings()[rest]
        tables.write(declared, declared.rows(shared), path)
    elif kind == "file":
        path.parent.mkdir(parents=True, exist_ok=True)
        fresh = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
        try:
            registry.files()[rest].write(shared, fresh)
            fresh.replace(path)
        finally:
            fresh.unlink(missing_ok=True)
    else:
        store.keep_figure(edition.key, rest, registry.figures()[rest].make(shared))


def one(store: Store, edition: Edition, shared: Shared, name: str, made: Made) -> Made:
    """Make one figure or list unless it is there; gives how the edition came to be, with it.

    Raises `OSError` where there is no room, or no memory: what the machine lacks just now is no fault of the part.
    """
    path = place_of(store, edition.key, name)
    if path.exists():
        return made
    started = time.perf_counter()
    failed = dict(made.failed)
    try:
        _make_one(store, edition, shared, name, path)
    except UmbelError as error:
        _must_be_its_own(name, error)
        log.warning("%s couldn't be made: %s", name, error)
        failed[name] = str(error)
    except Exception as error:  # one figure's fault must not cost the others
        _must_be_its_own(name, error)
        log.exception("%s couldn't be made", name)
        failed[name] = f"It broke ({type(error).__name__}); the log of the office says where."
    seconds = {**made.seconds, name: round(time.perf_counter() - started, 3)}
    return msgspec.structs.replace(made, seconds=seconds, failed=failed)


def _must_be_its_own(name: str, error: Exception) -> None:
    """Raise `OSError` where a part failed since the machine lacks something: it is tried again, not given up."""
    for each in chain(error):
        lacks = isinstance(each, MemoryError) or type(each).__name__ in _LACKS
        if isinstance(each, OSError) and each.errno in _LACKING:
            raise OSError(each.errno, each.strerror or str(each), name) from error
        if lacks or says_full(str(each)):
            raise OSError(errno.ENOSPC, f"{type(each).__name__}: {str(each)[:300]}", name) from error
