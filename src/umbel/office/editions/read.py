# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Finding figures and lists: of the newest edition, else of the one before, else said to be coming."""

from __future__ import annotations

import contextlib
import logging
import os
import sqlite3
import threading
import time
from collections import OrderedDict
from typing import TYPE_CHECKING, Any, TypeVar

import msgspec

from umbel.office.config import config
from umbel.office.editions import asking, make, opened, registry
from umbel.office.editions.interface import Edition, Found, Shared, State
from umbel.office.editions.store import Made, Pointer, Store

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import date
    from pathlib import Path

    from umbel.office.editions.listing import Asked, Listing, Page, Row
    from umbel.office.seen import Seen

T = TypeVar("T")
log = logging.getLogger("umbel.office.editions")
LOOKED_AT = 60.0
"""Seconds after which it is noted again that somebody looks at a day."""
REMEMBERED = 256
"""Figures that a process keeps decoded."""

_values: OrderedDict[str, Any] = OrderedDict()
_pointers: dict[str, tuple[tuple[int, int], Pointer]] = {}
_guard = threading.Lock()
_making = threading.RLock()
_shared: dict[str, Shared] = {}


def figure_of(made_by: Callable[[Shared], T], seen: Seen) -> Found[T]:
    """A figure for whoever asks: what it is and how new, or that it is coming, or why there is none."""
    figure = registry.named(made_by)

    def read(store: Store, edition: Edition) -> T | None:
        value: T | None = _remembered(store, edition.key, figure)
        return value

    return _found(figure.name, seen.day, read)


def list_of(listing: Listing, asked: Asked, seen: Seen) -> Found[Page]:
    """One page of a list for whoever asks. Raises `UsageError` for a question that it can't be asked."""
    return _list(listing, seen, lambda path: asking.ask(listing, path, asked, seen.hidden))


def every_of(listing: Listing, asked: Asked, seen: Seen) -> Found[Iterator[Row]]:
    """Every row of a list that is asked for, all of one edition: for export."""
    return _list(listing, seen, lambda path: asking.every(listing, path, asked, seen.hidden))


def row_of(listing: Listing, key: str, seen: Seen) -> Found[Row]:
    """One row by its key; READY without a value: there is none that whoever asks may see."""
    return path_of(listing, seen, lambda path: asking.one(listing, path, key, seen.hidden))


def path_of(listing: Listing, seen: Seen, read: Callable[[Path], T | None]) -> Found[T]:
    """Something of a list's file, read by whoever knows it; READY without a value: it isn't in there."""
    nothing = object()

    def within(path: Path) -> Any:
        value = read(path)
        return nothing if value is None else value

    found: Found[Any] = _list(listing, seen, within)
    return msgspec.structs.replace(found, value=None) if found.value is nothing else found


def _list(listing: Listing, seen: Seen, read: Callable[[Path], T]) -> Found[T]:
    """Something of a list's file; a file that is damaged, or of another Umbel's shape, is as not made."""

    def within(store: Store, edition: Edition) -> T | None:
        path = store.list_path(edition.key, listing.name)
        if not path.exists():
            return None
        try:
            return read(path) if opened.fits(listing, path) else None
        except sqlite3.OperationalError as error:
            if _is_of_before(error) or not path.exists():
                return None
            raise
        except sqlite3.DatabaseError as error:
            log.error("The list %s is damaged and is made again: %s", listing.name, error)  # noqa: TRY400
            store.damaged(edition.key, path)
            return None

    return _found(f"list {listing.name}", seen.day, within)


def _is_of_before(error: sqlite3.Error) -> bool:
    return str(error).startswith(("no such table", "no such column"))


def file_of(kept: registry.Kept, seen: Seen) -> Found[Path]:
    """Where a file of an edition lies."""

    def read(store: Store, edition: Edition) -> Path | None:
        path = store.file_path(edition.key, kept.name)
        return path if path.exists() else None

    return _found(f"file {kept.name}", seen.day, read)


def search(text: str, seen: Seen, *, number: int = 8) -> dict[str, list[Row]]:
    """What a text means in every list that is searched as a whole, by the list's name; bounded, best first.

    What is alike is looked for only where no list has it as written: that takes most of the time.
    """
    if not text.strip():
        return {}
    return _search(text, seen, number, forgiving=False) or _search(text, seen, number, forgiving=True)


def _search(text: str, seen: Seen, number: int, *, forgiving: bool) -> dict[str, list[Row]]:
    found: dict[str, list[Row]] = {}
    for listing in registry.listings().values():
        if listing.global_search is None:
            continue

        def read(path: Path, listing: Listing = listing) -> list[Row]:
            return asking.hits(listing, path, text, number, seen.hidden, forgiving=forgiving)

        if rows := path_of(listing, seen, read).value:
            found[listing.name] = rows
    return found


def newest(seen: Seen) -> Found[Made]:
    """The edition that whoever asks is shown, and how it came to be."""
    return _found("", seen.day, lambda store, edition: store.made(edition.key))


def forget() -> None:
    """Close what is open and read everything anew when it is next asked for."""
    with _making, _guard:
        while _shared:
            _shared.popitem()[1].__exit__()
        _values.clear()
        _pointers.clear()


def _found(name: str, day: date | None, read: Callable[[Store, Edition], T | None]) -> Found[T]:
    store = Store(config().folder)
    if config().inline:
        _make_here(store, name, day)
    pointer = _pointer(store, day)
    if pointer is None:
        if day is not None:
            with contextlib.suppress(OSError):
                store.want(day)
        return Found(value=None, state=State.COMING)
    wanted = store.edition(pointer.wanted)
    if wanted is not None:
        if (value := read(store, wanted)) is not None:
            return Found(value=value, state=State.READY, edition=wanted)
        if (why := store.made(wanted.key).failed.get(name)) is not None:
            return Found(value=None, state=State.FAILED, edition=wanted, why=why)
    before = (
        store.edition(pointer.finished) if pointer.finished and pointer.finished != pointer.wanted else None
    )
    if before is not None and (value := read(store, before)) is not None:
        return Found(value=value, state=State.OLDER, edition=before)
    return Found(value=None, state=State.COMING, edition=wanted)


def _pointer(store: Store, day: date | None) -> Pointer | None:
    """The pointer of a day, read again only when its file changed."""
    path = store.root / ("now.json" if day is None else f"days/{day.isoformat()}.json")
    try:
        told = path.stat()
        if day is not None and abs(time.time() - told.st_mtime) > LOOKED_AT:
            with contextlib.suppress(OSError):
                os.utime(path)  # days that are looked at are kept longer than others
            told = path.stat()
    except OSError:
        return None
    stamp = (told.st_mtime_ns, told.st_ino)
    kept = _pointers.get(str(path))
    if kept is not None and kept[0] == stamp:
        return kept[1]
    pointer = store.pointer(day)
    if pointer is None:
        return None
    if len(_pointers) > 64:
        _pointers.clear()
    _pointers[str(path)] = (stamp, pointer)
    return pointer


def _remembered(store: Store, key: str, figure: registry.Figure) -> Any:
    place = str(store.figure_path(key, figure.name))
    with _guard:
        if place in _values:
            _values.move_to_end(place)
            return _values[place]
    value = store.figure(key, figure.name, figure.type)
    if value is not None:
        with _guard:
            _values[place] = value
            while len(_values) > REMEMBERED:
                _values.popitem(last=False)
    return value


def _make_here(store: Store, name: str, day: date | None) -> None:
    """Make one figure in the request: for tests and very small folders."""
    from umbel.office.core import workspace

    with _making:
        now = workspace()
        edition = make.wanted(now, day)
        pointer = store.pointer(day)
        if pointer is None or pointer.wanted != edition.key:
            store.begin(edition)
            store.point(day, Pointer(wanted=edition.key, finished=pointer.wanted if pointer else None))
        if not name:
            return
        if edition.key not in _shared:
            while _shared:
                _shared.popitem()[1].__exit__()
            _shared[edition.key] = Shared(now, edition.as_of, edition.day)
        before = store.made(edition.key)
        after = make.one(store, edition, _shared[edition.key], name, before)
        if after != before:
            store.keep_made(edition.key, after)
