# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""OSV records: one JSON document an advisory → a row of `advisories`, rows of `advisory_ranges`.

What a record says is kept as written; what can't be read is a fault, and loses only itself.

Source: the OSV schema, 1.7, with what GitHub, RustSec, Go and others put into its free fields.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from functools import lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple

from umbel.collect._osv_ecosystems import is_known, package_of
from umbel.collect._osv_record import Affected, Range, Record, decode
from umbel.collect._osv_severity import severity_of
from umbel.collect.faults import Faults

if TYPE_CHECKING:
    from collections.abc import Iterable

    from umbel.model.errors import Fault

VERSION = 1
"""Of this reading: a higher one reads again what an earlier one read."""
SOURCE = "osv"
LONGEST_TEXT = 1 << 20
MOST = 20_000
"""Entries of one list; more are cut off, with a fault. Versions of a package may be ten times as many."""
_LONGEST_ID = 256
_LONGEST_LINE = 4096
_KINDS = {"unmaintained", "unsound", "notice"}
_CWE = re.compile(r"CWE-\d{1,6}").fullmatch
_EVENTS = ("introduced", "fixed", "last_affected", "limit")


class Reading(NamedTuple):
    """What one record gave: rows without their `write_id`, in the order of the tables' columns.

    `advisory` is None where the record tells nothing.
    """

    advisory: tuple[Any, ...] | None
    ranges: list[tuple[Any, ...]]
    faults: list[Fault]

    @property
    def ecosystems(self) -> set[str]:
        """Those of which the record speaks, without their releases."""
        return {row[2].partition(":")[0] for row in self.ranges if row[2]}


def read(data: bytes, seen_at: datetime, *, missed_at: datetime | None = None) -> Reading:
    """Read one record. `missed_at` is when its database no longer listed it. Never raises for its content."""
    faults = Faults()
    record = decode(data, faults)
    if record is None:
        return Reading(None, [], faults.list())
    advisory = _line(record.id, _LONGEST_ID)
    if advisory is None or len((record.id or "").strip()) > _LONGEST_ID:
        if record.id is None and record.affected is None and record.modified is None:
            faults.add("osv-none", "is no advisory", level="note")
        else:
            faults.add("osv-id", "has no id that can be read", "$.id", "error")
        return Reading(None, [], faults.list())
    affected = _cut(record.affected, "$.affected", faults)
    ranges = [_range_row(advisory, entry, number, faults) for number, entry in enumerate(affected)]
    row = _advisory_row(advisory, record, affected, seen_at, missed_at, faults)
    return Reading(row, ranges, faults.list())


def _advisory_row(
    advisory: str,
    record: Record,
    affected: list[Affected],
    seen_at: datetime,
    missed_at: datetime | None,
    faults: Faults,
) -> tuple[Any, ...]:
    own = _object(record.database_specific)
    severities = [(s.type, _line(s.score)) for s in _cut(record.severity, "$.severity", faults)]
    if not severities:  # given for each package; if all say the same, it is the advisory's
        each = {tuple((s.type, _line(s.score)) for s in entry.severity or ()) for entry in affected[:MOST]}
        severities = list(each.pop()) if len(each) == 1 else []
    specific = (_object(entry.ecosystem_specific).get("severity") for entry in affected[:1])
    score, severity = severity_of(severities, (own.get("severity"), *specific))
    return (
        advisory,
        SOURCE,
        seen_at,
        _time(record.modified, "$.modified", faults),
        _time(record.published, "$.published", faults),
        _time(record.withdrawn, "$.withdrawn", faults) or missed_at,
        _kind(advisory, affected),
        _ids(record.aliases, "$.aliases", faults, advisory),
        _ids(record.related, "$.related", faults, advisory),
        _ids(record.upstream, "$.upstream", faults, advisory),
        _line(record.summary),
        (record.details or "")[:LONGEST_TEXT] or None,
        [{"kind": kind, "vector": vector} for kind, vector in severities],
        score,
        severity,
        _cwes(own),
        [
            {"kind": _line(link.type, 64), "url": link.url.strip()}
            for link in _cut(record.references, "$.references", faults)
            if link.url and len(link.url) <= _LONGEST_LINE
        ],
    )


def _range_row(advisory: str, entry: Affected, number: int, faults: Faults) -> tuple[Any, ...]:
    place = f"$.affected[{number}]"
    package = entry.package
    ecosystem, name = (_line(package.ecosystem), _line(package.name)) if package else (None, None)
    key, scheme = package_of(ecosystem, name, package.purl if package else None)
    if ecosystem and not is_known(ecosystem) and key is None:
        faults.once("osv-ecosystem", f"names an ecosystem that isn't known: {ecosystem[:80]}", place, "note")
    written = [(s.type, _line(s.score)) for s in entry.severity or ()]
    urgency = _object(entry.ecosystem_specific).get("urgency")
    return (
        key,
        advisory,
        ecosystem,
        name,
        scheme,
        [_range(one) for one in _cut(entry.ranges, f"{place}.ranges", faults)],
        [
            v
            for v in _cut(entry.versions, f"{place}.versions", faults, 10 * MOST)
            if 0 < len(v) <= _LONGEST_LINE
        ],
        severity_of(written, (urgency,))[1],
        _symbols(entry),
    )


def _range(found: Range) -> dict[str, Any]:
    events = [
        {"kind": kind, "version": version[:_LONGEST_LINE]}
        for event in (found.events or [])[:MOST]
        for kind in _EVENTS
        if (version := getattr(event, kind)) is not None
    ]
    return {"kind": _line(found.type, 64), "repo": _line(found.repo), "events": events}


def _kind(advisory: str, affected: list[Affected]) -> str:
    """RustSec marks what tells of a state; malicious packages have ids of their own."""
    if advisory.startswith("MAL-"):
        return "malicious"
    kinds = {_text(_object(entry.database_specific).get("informational")) for entry in affected}
    return kinds.pop() or "vulnerability" if len(kinds) == 1 and kinds < _KINDS else "vulnerability"


def _cwes(own: dict[str, Any]) -> list[str]:
    listed = own.get("cwe_ids")
    found = listed if isinstance(listed, list) else []
    objects = own.get("cwes")
    if isinstance(objects, list):
        found = found + [_object(one).get("cweId") for one in objects]
    return _unique(word for word in map(_text, found[:MOST]) if word and _CWE(word))


def _symbols(entry: Affected) -> list[str]:
    """Go's functions by their package, RustSec's by their path; a Go package alone where all of it is meant."""
    own = _object(entry.ecosystem_specific)
    found: list[str] = []
    for one in _items(own.get("imports")):
        path = _text(_object(one).get("path")) or ""
        symbols = [word for word in map(_text, _items(_object(one).get("symbols"))) if word]
        found += [f"{path}.{symbol}" if path else symbol for symbol in symbols] or ([path] if path else [])
    for place in (_object(own.get("affects")), own):
        for name in ("functions", "affected_functions"):
            found += [word for word in map(_text, _items(place.get(name))) if word]
    return _unique(symbol[:_LONGEST_LINE] for symbol in found[:MOST])


def _ids(found: list[str] | None, place: str, faults: Faults, own: str) -> list[str]:
    ids = (_line(text, _LONGEST_ID) for text in _cut(found, place, faults))
    return _unique(text for text in ids if text and text != own)


def _cut(found: list[Any] | None, place: str, faults: Faults, most: int = MOST) -> list[Any]:
    if found is None:
        return []
    if len(found) > most:
        faults.add("osv-long", f"has {len(found):,} entries; the first {most:,} are read", place)
        return found[:most]
    return found


def _time(text: str | None, place: str, faults: Faults) -> datetime | None:
    """A time as written; the year 1 is what Go writes for none."""
    if text is None:
        return None
    found = _parsed(text)
    if found is None:
        faults.add("osv-time", f"is no time: {text[:40]!r}", place)
        return None
    return found if found.year > 1 else None


@lru_cache(maxsize=1 << 12)
def _parsed(text: str) -> datetime | None:
    if len(text) > 64:
        return None
    try:
        found = datetime.fromisoformat(text.strip())
        return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def _line(text: str | None, most: int = _LONGEST_LINE) -> str | None:
    """A text on one line, its ends trimmed; None if nothing is left."""
    return (" ".join(text.split())[:most] or None) if text else None


def _text(value: Any) -> str | None:
    return value.encode("utf-8", "replace").decode().strip() or None if isinstance(value, str) else None


def _object(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _items(value: Any) -> list[Any]:
    return value[:MOST] if isinstance(value, list) else []


def _unique(found: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(found))
