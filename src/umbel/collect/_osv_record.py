# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""The shape of an OSV record, and how one that has another is read as far as it is sound.

Source: the OSV schema, 1.7.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import msgspec

from umbel.collect.text import to_utf8

if TYPE_CHECKING:
    from collections.abc import Callable

    from umbel.collect.faults import Faults

LARGEST = 32 << 20
"""Longer records are refused: the longest real ones have a few megabytes."""


class Severity(msgspec.Struct):
    """One severity, by one way of telling it."""

    type: str | None = None
    score: str | None = None


class Event(msgspec.Struct):
    """One change of state at a version; only one of the four is given."""

    introduced: str | None = None
    fixed: str | None = None
    last_affected: str | None = None
    limit: str | None = None


class Range(msgspec.Struct):
    """A range of versions, as a timeline of events."""

    type: str | None = None
    repo: str | None = None
    events: list[Event] | None = None


class Package(msgspec.Struct):
    """The package that an entry is about."""

    ecosystem: str | None = None
    name: str | None = None
    purl: str | None = None


class Affected(msgspec.Struct):
    """One affected package."""

    package: Package | None = None
    severity: list[Severity] | None = None
    ranges: list[Range] | None = None
    versions: list[str] | None = None
    ecosystem_specific: Any = None
    database_specific: Any = None


class Reference(msgspec.Struct):
    """A link."""

    type: str | None = None
    url: str | None = None


class Record(msgspec.Struct):
    """One advisory."""

    id: str | None = None
    modified: str | None = None
    published: str | None = None
    withdrawn: str | None = None
    aliases: list[str] | None = None
    related: list[str] | None = None
    upstream: list[str] | None = None
    summary: str | None = None
    details: str | None = None
    severity: list[Severity] | None = None
    affected: list[Affected] | None = None
    references: list[Reference] | None = None
    database_specific: Any = None


_decode = msgspec.json.Decoder(Record).decode


def decode(data: bytes, faults: Faults) -> Record | None:
    """A record from its bytes; None if nothing can be had of them."""
    if len(data) > LARGEST:
        faults.add("osv-size", f"has {len(data):,} bytes; a record has at most {LARGEST:,}", level="error")
        return None
    try:
        return _decode(data)
    except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError):
        return _tolerant(data, faults)


def _tolerant(data: bytes, faults: Faults) -> Record | None:
    text, notes = to_utf8(data)
    for note in notes:
        faults.add(note.code, note.message, note.place, note.level)
    try:
        found = json.loads(text, parse_int=_number)
    except (ValueError, RecursionError) as error:
        faults.add("osv-json", f"is no JSON: {str(error)[:200]}", level="error")
        return None
    if not isinstance(found, dict):
        faults.add("osv-shape", "is no JSON object", level="error")
        return None
    return Record(**{name: read(found.get(name), f"$.{name}", faults) for name, read in _FIELDS.items()})


def _number(digits: str) -> int | str:
    return int(digits) if len(digits) < 20 else digits


def _text(value: Any, place: str, faults: Faults) -> str | None:
    if value is None:
        return None
    if not isinstance(value, str):
        faults.add("osv-type", f"should be text and is {_named(value)}", place)
        return None
    return value.encode("utf-8", "replace").decode()


def _named(value: Any) -> str:
    names = {dict: "an object", list: "a list", bool: "true or false", int: "a number", float: "a number"}
    return names.get(type(value), "something else")


def _any(value: Any, place: str, faults: Faults) -> Any:  # noqa: ARG001 - one of the readers
    return value


def _list(read: Callable[[Any, str, Faults], Any]) -> Callable[[Any, str, Faults], list[Any] | None]:
    def of(value: Any, place: str, faults: Faults) -> list[Any] | None:
        if value is None:
            return None
        if not isinstance(value, list):
            faults.add("osv-type", f"should be a list and is {_named(value)}", place)
            return None
        found = [read(item, f"{place}[{number}]", faults) for number, item in enumerate(value)]
        return [item for item in found if item is not None]

    return of


def _object(kind: type, fields: dict[str, Callable[[Any, str, Faults], Any]]) -> Any:
    def of(value: Any, place: str, faults: Faults) -> Any:
        if value is None:
            return None
        if not isinstance(value, dict):
            faults.add("osv-type", f"should be an object and is {_named(value)}", place)
            return None
        return kind(
            **{name: read(value.get(name), f"{place}.{name}", faults) for name, read in fields.items()}
        )

    return of


_SEVERITY = _list(_object(Severity, {"type": _text, "score": _text}))
_EVENT = _object(Event, {"introduced": _text, "fixed": _text, "last_affected": _text, "limit": _text})
_RANGE = _object(Range, {"type": _text, "repo": _text, "events": _list(_EVENT)})
_AFFECTED = _object(
    Affected,
    {
        "package": _object(Package, {"ecosystem": _text, "name": _text, "purl": _text}),
        "severity": _SEVERITY,
        "ranges": _list(_RANGE),
        "versions": _list(_text),
        "ecosystem_specific": _any,
        "database_specific": _any,
    },
)
_FIELDS: dict[str, Callable[[Any, str, Faults], Any]] = {
    "id": _text,
    "modified": _text,
    "published": _text,
    "withdrawn": _text,
    "aliases": _list(_text),
    "related": _list(_text),
    "upstream": _list(_text),
    "summary": _text,
    "details": _text,
    "severity": _SEVERITY,
    "affected": _list(_AFFECTED),
    "references": _list(_object(Reference, {"type": _text, "url": _text})),
    "database_specific": _any,
}
