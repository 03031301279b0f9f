# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""The audit log: who did what. Lines are only added, each with the hash of the one before."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import msgspec
from django.db import connection, transaction

from umbel.office.records.actor import actor_of

if TYPE_CHECKING:
    from umbel.office.records.models import Entry

_LOCK = 0x756D62656C61
"""Of PostgreSQL: who adds a line waits until whoever adds one has ended."""
BEGINNING = "0" * 64


class Broken(msgspec.Struct, frozen=True):
    """Where the chain of the log is broken, and how."""

    number: int
    why: str


class Verified(msgspec.Struct, frozen=True, kw_only=True):
    """What a walk along the chain found."""

    lines: int
    broken: tuple[Broken, ...] = ()
    last: str = BEGINNING
    """The hash of the newest line: written down elsewhere it proves that none was cut off at the end."""


def audit(who: Any, action: str, subject: str, detail: str = "", difference: str = "") -> int:
    """Add a line; gives its number. `who` is a request, an account or an `Actor`."""
    from umbel.office.records.models import Entry

    actor = actor_of(who)
    with transaction.atomic():
        alone()
        last = Entry.objects.order_by("-id").values_list("id", "hash").first() or (0, BEGINNING)
        entry = Entry(
            id=last[0] + 1,
            at=datetime.now(UTC),
            actor=_line(actor.name, 160),
            user=actor.user,
            via=_line(actor.via, 16),
            action=_line(action, 60),
            subject=_line(subject, 300),
            detail=_bounded(detail, 2_000),
            difference=_bounded(difference, 64_000),
            before=last[1],
        )
        entry.hash = digest(entry)
        entry.save(force_insert=True)
    return entry.pk


def alone() -> None:
    """Wait until nobody else writes; until the transaction's end nobody else begins. SQLite's own are so already."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])


def digest(entry: Entry) -> str:
    """A line's hash: of everything that it says, and of the line before."""
    parts = (
        entry.id,
        entry.at.astimezone(UTC).isoformat(timespec="microseconds"),
        entry.actor,
        entry.user,
        entry.via,
        entry.action,
        entry.subject,
        entry.detail,
        entry.difference,
        entry.before,
    )
    return hashlib.sha256(msgspec.json.encode(parts)).hexdigest()


def verify(most: int = 20, newest: int | None = None) -> Verified:
    """Walk along the chain: no line is missing, none was changed. `newest`: along so many of its end alone."""
    from umbel.office.records.models import Entry

    broken: list[Broken] = []
    before, number, lines = BEGINNING, 0, 0
    every = Entry.objects.order_by("id")
    if newest is not None:
        last = Entry.objects.order_by("-id").values_list("id", flat=True).first() or 0
        first = every.filter(id__gt=last - newest).values_list("id", "before").first()
        if first is not None and first[0] > 1:
            every, number, before = every.filter(id__gte=first[0]), first[0] - 1, first[1]
    for entry in every.iterator(chunk_size=1000):
        lines += 1
        if entry.id != number + 1:
            broken.append(Broken(entry.id, f"lines {number + 1} to {entry.id - 1} are missing"))
        elif entry.before != before:
            broken.append(Broken(entry.id, "it doesn't follow the line before"))
        if entry.hash != digest(entry):
            broken.append(Broken(entry.id, "it was changed"))
        before, number = entry.hash, entry.id
        if len(broken) >= most:
            break
    return Verified(lines=lines, broken=tuple(broken[:most]), last=before)


def _line(text: str, most: int) -> str:
    return _bounded("".join(sign if sign.isprintable() else " " for sign in text), most)


def _bounded(text: str, most: int) -> str:
    text = text.replace("\0", "�").encode("utf-8", "replace").decode()
    return text if len(text) <= most else text[: most - 1] + "…"
