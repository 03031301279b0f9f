# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""How the things stand that answers stand on, each found out for itself: what is away is told, never raised."""

from __future__ import annotations

from datetime import UTC, datetime

import msgspec
from django.db import DatabaseError, connection

from umbel.model.errors import UmbelError
from umbel.office.config import config
from umbel.office.editions.store import Store
from umbel.policy import files


class Stock(msgspec.Struct, frozen=True, kw_only=True):
    """How the office is doing, in numbers; None: it can't be told."""

    database: bool
    lake: bool
    worker: bool
    edition_age: float | None
    """Seconds since the edition that pages show was begun."""
    edition_behind: bool
    """Newer evidence or records than the edition that is finished."""
    edition_failed: int
    days_wanted: int
    mail_waiting: int | None
    mail_failed: int | None


def database() -> str:
    """`ok` or `failed`."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        return "failed"
    return "ok"


def lake() -> str:
    """`ok`, `empty` (nothing was collected yet) or `failed`."""
    from umbel.office.core import must_have_lake, workspace

    try:
        must_have_lake()
        there = workspace()._lake_if_any()  # noqa: SLF001 - the core's own way to ask whether there is one
        if there is None:
            return "empty"
        there.pin()
    except (UmbelError, OSError, DatabaseError):
        return "failed"
    return "ok"


def edition() -> str:
    """`ok`, `older` (a newer one is being made) or `coming`."""
    pointer = Store(config().folder).pointer(None)
    if pointer is None or pointer.finished is None:
        return "coming"
    return "ok" if pointer.finished == pointer.wanted else "older"


def has_worker() -> bool:
    """Whether a process works in this folder: it holds a lock for as long as it lives."""
    path = Store(config().folder).root / "worker.lock"
    if not path.exists():
        return False
    try:
        with files.locked(path, wait=0) as had:
            return not had
    except UmbelError:
        return False


def stock() -> Stock:
    """All of it, for monitors. What is away costs only its own numbers."""
    store = Store(config().folder)
    pointer = store.pointer(None)
    shown = store.edition(pointer.finished) if pointer and pointer.finished else None
    up = database() == "ok"
    waiting, failed = _mail() if up else (None, None)
    return Stock(
        database=up,
        lake=lake() != "failed",
        worker=has_worker(),
        edition_age=(datetime.now(UTC) - shown.made_at).total_seconds() if shown else None,
        edition_behind=pointer is not None and pointer.finished != pointer.wanted,
        edition_failed=len(store.made(shown.key).failed) if shown else 0,
        days_wanted=len(store.wanted()),
        mail_waiting=waiting,
        mail_failed=failed,
    )


def _mail() -> tuple[int | None, int | None]:
    from umbel.office.inbox.sending import waiting

    try:
        found = waiting()
    except DatabaseError:
        return None, None
    return found.waiting, found.failed
