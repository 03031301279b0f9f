# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Making an edition: every figure and list, each written when it is done, what fails told and left out."""

from __future__ import annotations

import logging
import time
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

import msgspec

from umbel.model.days import end_of
from umbel.model.errors import UmbelError
from umbel.office.editions import registry, tables
from umbel.office.editions.interface import Edition, Shared
from umbel.office.editions.store import Made, Pointer, Store

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from umbel.app.workspace import Workspace

log = logging.getLogger("umbel.office.editions")


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

    `told` is called with each name, how many are done, and how many there are. Raises `OSError` where nothing can be
    written.
    """
    edition = wanted(workspace, day)
    before = store.pointer(day)
    finished = before.finished if before else None
    if finished == edition.key and store.made(edition.key).complete:
        return edition
    last = store.made(finished) if finished else Made()
    store.begin(store.edition(edition.key) or edition)
    store.point(day, Pointer(wanted=edition.key, finished=finished))
    names = sorted(every(), key=lambda name: (last.seconds.get(name, 0.0), not _is_first(name)))
    made = store.made(edition.key)
    made = msgspec.structs.replace(made, failed={})
    with Shared(workspace, edition.as_of, edition.day) as shared:
        for place, name in enumerate(names):
            if told:
                told(name, place, len(names))
            made = one(store, edition, shared, name, made)
            store.keep_made(edition.key, made)
    store.keep_made(edition.key, msgspec.structs.replace(made, complete=True))
    store.point(day, Pointer(wanted=edition.key, finished=edition.key))
    store.sweep()
    return edition


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
        fresh = path.with_name(f".{path.name}.new")
        registry.files()[rest].write(shared, fresh)
        fresh.replace(path)
    else:
        store.keep_figure(edition.key, rest, registry.figures()[rest].make(shared))


def one(store: Store, edition: Edition, shared: Shared, name: str, made: Made) -> Made:
    """Make one figure or list unless it is there; gives how the edition came to be, with it. Raises `OSError`."""
    path = place_of(store, edition.key, name)
    if path.exists():
        return made
    started = time.perf_counter()
    failed = dict(made.failed)
    try:
        _make_one(store, edition, shared, name, path)
    except OSError:
        raise
    except UmbelError as error:
        log.warning("%s couldn't be made: %s", name, error)
        failed[name] = str(error)
    except Exception as error:  # one figure's fault must not cost the others
        log.exception("%s couldn't be made", name)
        failed[name] = f"It broke ({type(error).__name__}); the log of the office says where."
    seconds = {**made.seconds, name: round(time.perf_counter() - started, 3)}
    return msgspec.structs.replace(made, seconds=seconds, failed=failed)
