# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Lines of the audit log: found, page by page without counting, and taken away."""

from __future__ import annotations

import csv
import io
import json
import re
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any, Self

import msgspec
from django.db import connection
from django.db.models import Q

from umbel.office.confidential import without
from umbel.office.pages.portfolio.export import sheet_cell
from umbel.office.records.models import Entry
from umbel.office.seen import Seen

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from django.db.models import QuerySet

PER_PAGE = 50
_CHUNK = 1_000
_FIELDS = ("id", "at", "actor", "via", "action", "subject", "detail", "difference", "before", "hash")
_MASKED = ("subject", "detail", "difference")
"""Where a line may name projects."""
NOT_SHOWN = "names of confidential projects aren't told here, so that its hash can't be checked from it"
_ACTIONS = 200
LOOKED_AT = 50_000
_EACH_ACTION = """
WITH RECURSIVE steps(action) AS (
    SELECT min(action) FROM records_entry
    UNION ALL
    SELECT (SELECT min(e.action) FROM records_entry e WHERE e.action > steps.action)
    FROM steps WHERE steps.action IS NOT NULL
)
SELECT action FROM steps WHERE action IS NOT NULL ORDER BY action LIMIT %s
"""
_LONGEST = 1 << 62
_OF_REQUEST = re.compile(r"(?:request )?#(?P<number>[0-9]{1,15})(?![0-9])")


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """What somebody looks for."""

    q: str = ""
    actor: str = ""
    action: str = ""
    since: date | None = None
    until: date | None = None
    before: int | None = None
    """Lines older than this one: where a page goes on."""

    @classmethod
    def of(cls, said: Mapping[str, str]) -> Self:
        """What an address says; what can't be is left out."""
        before = said.get("before") or ""
        return cls(
            q=(said.get("q") or "").strip()[:100].replace("\0", ""),
            actor=(said.get("actor") or "").strip()[:160].replace("\0", ""),
            action=(said.get("action") or "").strip()[:60].replace("\0", ""),
            since=_day(said.get("since")),
            until=_day(said.get("until")),
            before=min(int(before), _LONGEST)
            if before.isdecimal() and before.isascii() and len(before) < 20
            else None,
        )

    @property
    def by_time(self) -> bool:
        """Whether lines are asked for by day."""
        return self.since is not None or self.until is not None

    @property
    def words(self) -> str:
        """The same in a line."""
        parts = {
            "words": self.q,
            "who": self.actor,
            "what": self.action,
            "since": self.since,
            "until": self.until,
        }
        return ", ".join(f"{name} {value}" for name, value in parts.items() if value)


class Found(msgspec.Struct, frozen=True, kw_only=True):
    """A page of lines; `whole` is how many the log has."""

    rows: list[Any]
    whole: int
    older: int | None
    """Where the next page begins."""
    looked: int | None = None
    """Among so many lines words were looked for; None: among all."""


class Marked(msgspec.Struct, frozen=True):
    """A line of a difference: added, gone, head or nothing of these."""

    kind: str
    text: str


def page(asked: Asked, looks: Seen) -> Found:
    """The newest lines that were asked for. The log has no gap, so its last number is its length."""
    newest = Entry.objects.order_by("-id").values_list("id", flat=True).first() or 0
    lines, end = searched(asked).defer("difference"), None
    if asked.q:  # no index finds words: a page looks at some lines, and the next goes on where it ended
        others = searched(msgspec.structs.replace(asked, q="")).values_list("id", "at")
        bounds = list(others[LOOKED_AT - 1 : LOOKED_AT + 1])
        if len(bounds) > 1:
            end = bounds[0]
            lines = lines.filter(_from(*end) if asked.by_time else Q(id__gte=end[0]))
    found = list(lines[: PER_PAGE + 1])
    older = found[PER_PAGE - 1].id if len(found) > PER_PAGE else end[0] if end else None
    rows = [shown(each, looks, ("subject", "detail")) for each in found[:PER_PAGE]]
    return Found(rows=rows, whole=newest, older=older, looked=LOOKED_AT if end else None)


def one(number: int, looks: Seen) -> Entry | None:
    """A line by its number."""
    found = Entry.objects.filter(pk=min(number, _LONGEST)).first()
    return None if found is None else shown(found, looks)


def shown(entry: Entry, looks: Seen, fields: Iterable[str] = _MASKED) -> Entry:
    """A line as somebody may see it: without the names of projects that are confidential to them."""
    for name in fields:
        setattr(entry, name, without(getattr(entry, name), looks.hidden))
    return entry


def request_of(entry: Entry) -> int | None:
    """The number of the request that a line is of."""
    said = _OF_REQUEST.match(entry.subject) or _OF_REQUEST.match(entry.detail)
    return int(said["number"]) if said else None


def actions() -> list[str]:
    """What was ever done, by name: by steps along the index, however long the log is."""
    with connection.cursor() as cursor:
        cursor.execute(_EACH_ACTION, [_ACTIONS])
        return [str(row[0]) for row in cursor.fetchall()]


def marked(difference: str) -> list[Marked]:
    """A difference line by line."""
    return [Marked(_kind(line), line) for line in difference.splitlines()]


def as_csv(asked: Asked, looks: Seen) -> Iterator[bytes]:
    """All lines that were asked for, as a spreadsheet takes them: none becomes a formula."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    out.write("\ufeff")
    writer.writerow(_FIELDS)
    for rows in _chunks(asked):
        writer.writerows([sheet_cell(value) for value in _told(row, looks)[0].values()] for row in rows)
        yield out.getvalue().encode()
        out.seek(0)
        out.truncate()
    yield out.getvalue().encode()


def as_json(asked: Asked, looks: Seen) -> Iterator[bytes]:
    """The same, a record a line, with what proves the chain; a line that isn't told whole says so."""
    for rows in _chunks(asked):
        lines = []
        for row in rows:
            told, whole = _told(row, looks)
            lines.append(json.dumps(told if whole else {**told, "left_out": NOT_SHOWN}, ensure_ascii=False))
        yield "".join(f"{line}\n" for line in lines).encode()


def _told(row: tuple[Any, ...], looks: Seen) -> tuple[dict[str, Any], bool]:
    """A line by field, as somebody may see it; and whether that is all of it."""
    said = dict(zip(_FIELDS, map(_plain, row), strict=True))
    told = {name: without(text, looks.hidden) if name in _MASKED else text for name, text in said.items()}
    return told, told == said


def _chunks(asked: Asked) -> Iterator[list[tuple[Any, ...]]]:
    """Chunk by chunk, each its own short query: nobody's reading holds the database up."""
    before = asked.before
    while True:
        part = msgspec.structs.replace(asked, before=before)
        rows = list(searched(part).values_list(*_FIELDS)[:_CHUNK])
        if not rows:
            return
        yield rows
        before = rows[-1][0]


def searched(asked: Asked) -> QuerySet[Entry]:
    """The lines that were asked for, the newest first: between days by their time, which a clock may have set back."""
    found = Entry.objects.order_by("-at", "-id") if asked.by_time else Entry.objects.order_by("-id")
    if asked.before is not None:
        found = found.filter(_until(asked.before) if asked.by_time else Q(id__lt=asked.before))
    if asked.actor:
        found = found.filter(actor__in={asked.actor, asked.actor.casefold()})
    if asked.action:
        found = found.filter(action=asked.action)
    if asked.since:
        found = found.filter(at__gte=datetime.combine(asked.since, time(), UTC))
    if asked.until:
        found = found.filter(at__lt=datetime.combine(asked.until, time(), UTC) + timedelta(1))
    if asked.q:
        words = Q(subject__icontains=asked.q) | Q(detail__icontains=asked.q) | Q(actor__icontains=asked.q)
        found = found.filter(words)
    return found


def _until(number: int) -> Q:
    """What comes after a line, by time; after one that there isn't nothing does."""
    at = Entry.objects.filter(pk=number).values_list("at", flat=True).first()
    return Q(pk__in=()) if at is None else Q(at__lte=at) & (Q(at__lt=at) | Q(id__lt=number))


def _from(number: int, at: datetime) -> Q:
    return Q(at__gte=at) & (Q(at__gt=at) | Q(id__gte=number))


def _plain(value: Any) -> Any:
    return value.astimezone(UTC).isoformat(timespec="microseconds") if isinstance(value, datetime) else value


def _kind(line: str) -> str:
    if line.startswith(("---", "+++", "@@")):
        return "head"
    return {"+": "added", "-": "gone"}.get(line[:1], "")


def _day(text: str | None) -> date | None:
    try:
        found = date.fromisoformat(text or "")
    except ValueError:
        return None
    return found if found < date.max else None
