# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Commits as git stores them → columns, batch by batch, however many there are.

`git rev-list --header` gives each commit's own bytes, so that nothing that git would tidy up (dates,
zones, encodings) is hidden. Memory holds one batch, and the people met.
"""

from __future__ import annotations

import re
import time
from typing import TYPE_CHECKING, Any

from umbel.collect._history_people import codec
from umbel.model.tables import arrow_schema

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    import pyarrow as pa

    from umbel.collect._history_people import People

ROWS = 16_384
_MOST_BYTES = 16 << 20
_KEPT_BYTES = 1 << 16
_LAST_SECOND = 253_402_300_799
"""The end of the year 9999: later times are no times."""
_FIRST_YEAR = 365 * 86_400
_DAY = 86_400
_SOUND = re.compile(
    rb"([0-9a-f]+)\ntree [0-9a-f]+\n((?:parent [0-9a-f]+\n)*)"
    rb"author ([^\n]*>) (\d{1,12}) ([+-]\d{4})\ncommitter ([^\n]*>) (\d{1,12}) ([+-]\d{4})\n"
)
_SHA = re.compile(rb"(?:[0-9a-f]{40}|[0-9a-f]{64})\n")
_WHO = re.compile(rb"(.*>)?(.*)", re.DOTALL)
_WHEN = re.compile(rb"\s*(\S*)\s*(\S*)")
_ALONE = re.compile(rb"(?<!\S)(\d{1,12}) (\S*)\s*$")
_ZONE = re.compile(rb"[+-]\d{4}")
_SIGNED = (b"\ngpgsig ", b"\ngpgsig-sha256 ")


def records(pieces: Iterable[bytes]) -> Iterator[list[bytes]]:
    """Pieces of a stream → the whole records in them, NUL ends each; of endless ones the beginning."""
    rest = b""
    cutting = False
    for piece in pieces:
        if cutting:
            at = piece.find(b"\0")
            if at < 0:
                continue
            cutting = False
            piece = piece[at:]  # noqa: PLW2901 - what is cut off is of no use
        found = (rest + piece).split(b"\0")
        rest = found.pop()
        if len(rest) > _MOST_BYTES:
            rest, cutting = rest[:_KEPT_BYTES], True
        yield found


class Commits:
    """The columns of commits. After the stream, `number` and `roots` are counted."""

    def __init__(self, people: People, write_id: int) -> None:
        """Nothing read yet; rows will belong to this write."""
        self.people = people
        self.number = 0
        self.roots = 0
        self._write_id = write_id
        self._zones = _Zones()
        self._latest = int(time.time()) + _DAY

    def batches(self, pieces: Iterable[bytes]) -> Iterator[pa.RecordBatch]:
        """The commits in what `git rev-list --header --encoding=none` writes."""
        rows: list[tuple[Any, ...]] = []
        for found in records(pieces):
            for record in found:
                row = self._row(record)
                if row is not None:
                    rows.append(row)
            while len(rows) >= ROWS:
                yield self._batch(rows[:ROWS])
                rows = rows[ROWS:]
        if rows:
            yield self._batch(rows)

    def _row(self, record: bytes) -> tuple[Any, ...] | None:
        sound = _SOUND.match(record)
        if sound is None:
            return self._doubtful(record)
        sha, parents, author, authored, author_zone, committer, committed, committer_zone = sound.groups()
        end = sound.end()
        encoding, signed = b"", False
        if record[end : end + 1] != b"\n":
            encoding, signed = _more(record, end - 1)
        return self._built(
            record, sha, parents.count(b"\n"), author, committer, int(authored), int(committed),
            author_zone, committer_zone, encoding, signed,
        )  # fmt: skip

    def _doubtful(self, record: bytes) -> tuple[Any, ...] | None:
        """A commit that isn't as git writes them, read as far as it goes."""
        sha = _SHA.match(record)
        if sha is None:
            return None
        head = record[: record.find(b"\n\n") + 1 or len(record)]
        fields: dict[bytes, bytes] = {}
        parents = 0
        for line in head[sha.end() :].split(b"\n"):
            field, _, value = line.partition(b" ")
            parents += field == b"parent"
            fields.setdefault(field, value)
        encoding, signed = _more(head, 0)
        author, authored, author_zone = split(fields.get(b"author", b""))
        committer, committed, committer_zone = split(fields.get(b"committer", b""))
        return self._built(
            record, sha[0][:-1], parents, author, committer, authored, committed,
            author_zone, committer_zone, encoding, signed,
        )  # fmt: skip

    def _built(  # noqa: PLR0913, PLR0917 - asked for every commit: names would cost as much as the work
        self,
        record: bytes,
        sha: bytes,
        parents: int,
        author: bytes,
        committer: bytes,
        authored_at: int | None,
        committed_at: int | None,
        author_zone: bytes,
        committer_zone: bytes,
        encoding: bytes,
        signed: bool,  # noqa: FBT001
    ) -> tuple[Any, ...]:
        by, odd = self.people.person(author, encoding)
        through = by
        if committer != author:
            through, more = self.people.person(committer, encoding)
            odd += more
        east, committer_east = self._zones[author_zone], self._zones[committer_zone]
        if not (
            authored_at is not None
            and committed_at is not None
            and _FIRST_YEAR <= authored_at <= self._latest
            and _FIRST_YEAR <= committed_at <= self._latest
        ):
            odd += ("date",)
            authored_at, committed_at = _time(authored_at), _time(committed_at)
        if east is None or committer_east is None:
            odd += ("zone",)
        if not record.isascii() and not _is_text(record, encoding):
            odd += ("encoding",)
        named = b"-by" in record or b"-By" in record or b"-BY" in record
        self.number += 1
        if not parents:
            self.roots += 1
        return (
            sha, parents, by, through, authored_at, committed_at, east, committer_east, signed,
            self.people.trailers(record, encoding) if named else None, list(dict.fromkeys(odd)) if odd else None,
        )  # fmt: skip

    def _batch(self, rows: list[tuple[Any, ...]]) -> pa.RecordBatch:
        import pyarrow as pa

        schema = arrow_schema("commits")
        seconds = pa.timestamp("s", "UTC")
        arrays = [pa.array([self._write_id] * len(rows), pa.int64())]
        for field, column in zip(list(schema)[1:], zip(*rows, strict=True), strict=True):
            if pa.types.is_timestamp(field.type):
                arrays.append(pa.array(column, seconds).cast(field.type))
            elif pa.types.is_list(field.type):
                arrays.append(_lists(column, field.type))
            else:
                arrays.append(pa.array(column, field.type))
        return pa.RecordBatch.from_arrays(arrays, schema=schema)


def _lists(column: Sequence[Sequence[Any] | None], kind: pa.DataType) -> pa.Array:
    """A column of lists, most of them empty."""
    import pyarrow as pa

    offsets = [0]
    items: list[Any] = []
    for entry in column:
        if entry:
            items += entry
        offsets.append(len(items))
    if pa.types.is_struct(kind.value_type):
        fields = list(kind.value_type)
        columns = list(zip(*items, strict=True)) or [()] * len(fields)
        arrays = [pa.array(part, field.type) for part, field in zip(columns, fields, strict=True)]
        values = pa.StructArray.from_arrays(arrays, fields=fields)
    else:
        values = pa.array(items, kind.value_type)
    return pa.ListArray.from_arrays(pa.array(offsets, pa.int32()), values, type=kind)


class _Zones(dict[bytes, int | None]):
    """Zones as written, and their minutes; there are few of them, unless someone made them up."""

    def __missing__(self, zone: bytes) -> int | None:
        minutes = minutes_of(zone)
        if len(self) < 10_000:
            self[zone] = minutes
        return minutes


def _time(seconds: int | None) -> int | None:
    return seconds if seconds is not None and seconds <= _LAST_SECOND else None


def minutes_of(zone: bytes) -> int | None:
    """Minutes east of UTC; None for what is no zone of this earth, and for `-0000`, which says "unknown"."""
    if not _ZONE.fullmatch(zone) or zone == b"-0000":
        return None
    hours, minutes = int(zone[1:3]), int(zone[3:])
    east = (hours * 60 + minutes) * (-1 if zone.startswith(b"-") else 1)
    return east if minutes < 60 and -12 * 60 <= east <= 14 * 60 else None


def _more(head: bytes, start: int) -> tuple[bytes, bool]:
    """Encoding and signature in the header's further lines."""
    end = head.find(b"\n\n", start)
    end = len(head) if end < 0 else end + 1
    signed = any(head.find(mark, start, end) >= 0 for mark in _SIGNED)
    at = head.find(b"\nencoding ", start, end)
    encoding = head[at + 10 : head.find(b"\n", at + 1)].strip()[:100] if at >= 0 else b""
    return (b"" if encoding.lower() in {b"utf-8", b"utf8"} else encoding), signed


def split(line: bytes) -> tuple[bytes, int | None, bytes]:
    """Person, seconds and zone of an author, committer or tagger line; empty or None where it has none."""
    who = _WHO.fullmatch(line)
    if who is None or who[1] is None:
        alone = _ALONE.search(line)  # as git, which sees no person without brackets
        return b"", int(alone[1]) if alone else None, alone[2] if alone else b""
    when = _WHEN.match(who[2])
    if when is None:
        return who[1], None, b""
    digits = when[1]
    return who[1], int(digits) if digits.isdigit() and len(digits) <= 12 else None, when[2]


def _is_text(record: bytes, encoding: bytes) -> bool:
    try:
        record.decode(codec(encoding))
    except (UnicodeError, LookupError):
        return False
    return True
