# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Documents of endoflife.date → rows of `lifecycles`: which releases of a product are cared for, and until when.

Read are the answers of its API (version 1: one product, or `products/full` with all of them; version 0:
`<product>.json`, which tells neither title nor identifiers) and its source files: Markdown whose front matter is
YAML. An end is written as a date or as yes or no there; both are kept as they are, whatever the day.

Source: endoflife.date, its API's documentation and the guide for its contributors.
"""

from __future__ import annotations

import re
from datetime import date
from typing import TYPE_CHECKING, Any, NamedTuple

import msgspec

from umbel.collect import _yaml
from umbel.collect.faults import Faults
from umbel.collect.interface import UnreadableError
from umbel.collect.text import to_utf8

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from umbel.model.errors import Fault

SOURCE = "endoflife"
VERSION = 1
SITE = "https://endoflife.date"
LARGEST = 32 << 20
"""Bytes of the longest document that is read: all products together have about 6 MB."""
LARGEST_PAGE = 2 << 20
"""Bytes of the longest front matter that is read; the longest has 150 kB."""
MOST_PRODUCTS = 20_000
MOST_CYCLES = 5_000
"""Of one product."""
_MOST_IDENTIFIERS = 1_000
_MOST_ENTRIES = 200_000
_LONGEST = 300
_PRODUCT = re.compile(r"[A-Za-z0-9][A-Za-z0-9._+-]{0,99}").fullmatch
_DAY = re.compile(r"(\d{4}-\d\d-\d\d)(?:[T ][0-9:.+Z-]{1,30})?").fullmatch
_OPENED = re.compile(rb"---[ \t]*\r?\n")
_CLOSED = re.compile(rb"^(?:---|\.\.\.)[ \t]*\r?$", re.MULTILINE)


class Cycle(NamedTuple):
    """One row of `lifecycles` without its `write_id`, in the order of the table's columns.

    `identifiers` holds purls and CPEs as they are, others behind their kind (`repology:nodejs`), and the
    cycle's own code name (`codename:Bookworm`).
    """

    product: str
    source: str
    seen_at: datetime
    title: str | None
    category: str | None
    cycle: str
    released_on: date | None
    latest: str | None
    latest_on: date | None
    lts: bool | None
    support_ended: bool | None
    support_until: date | None
    eol: bool | None
    eol_on: date | None
    extended_until: date | None
    discontinued_on: date | None
    identifiers: list[str]
    url: str | None


class Reading(NamedTuple):
    """What one document gave: the cycles of each product that it tells of, and what was wrong."""

    products: dict[str, list[Cycle]]
    faults: list[Fault]


def wanted(name: str) -> bool:
    """Whether a file may hold products, by its name."""
    return name.lower().endswith((".md", ".json")) and not name.rpartition("/")[2].startswith((".", "_"))


def read(name: str, data: bytes, seen_at: datetime) -> Reading:
    """Read one document, by its file's name. Never raises for its content.

    What is no product (a README, a list of names) is passed over without a word, so that a whole checkout
    can be given. A product that can't be read costs only itself, a cycle only itself.
    """
    faults = Faults()
    stem = name.replace("\\", "/").rpartition("/")[2].rpartition(".")[0]
    products: dict[str, list[Cycle]] = {}
    try:
        found = _page(data, stem, faults) if name.lower().endswith(".md") else _json(data, stem, faults)
        for about in found:
            if len(products) >= MOST_PRODUCTS:
                faults.once("too-many", f"holds more than {MOST_PRODUCTS:,} products; the rest is left out")
                break
            _product(about, seen_at, products, faults)
    except UnreadableError as error:
        faults.add(error.fault.code, error.fault.message, error.fault.place, "error")
    return Reading(products, faults.list())


class _About(NamedTuple):
    """One product, whatever it was written in: its id, its facts, its cycles, and how these are read."""

    product: Any
    facts: dict[str, Any]
    cycles: Any
    page: bool


# -- documents


def _page(data: bytes, stem: str, faults: Faults) -> Iterator[_About]:
    """The front matter of a page, if it is a product's."""
    data = data.removeprefix(b"\xef\xbb\xbf")
    opened = _OPENED.match(data)
    if opened is None:
        return
    closed = _CLOSED.search(data, opened.end(), opened.end() + LARGEST_PAGE)
    if closed is None:
        if len(data) > LARGEST_PAGE:
            raise UnreadableError("too-large", f"has a front matter of more than {LARGEST_PAGE >> 20} MB")
        raise UnreadableError("front-matter", "has a front matter that doesn't end")
    clean, notes = to_utf8(data[opened.end() : closed.start()])
    for note in notes:
        faults.add(note.code, note.message, note.place, note.level)
    found = _yaml.load(b"\n" + clean, faults, texts=True)  # its lines are then the page's
    if isinstance(found, dict) and "releases" in found:
        link = found.get("permalink")
        yield _About(link.strip("/") if isinstance(link, str) else stem, found, found["releases"], page=True)


class _Answer(msgspec.Struct):
    """What both forms of version 1 have around their products."""

    result: msgspec.Raw = msgspec.Raw(b"null")


def _json(data: bytes, stem: str, faults: Faults) -> Iterator[_About]:
    """The products of an answer of the API, in either version."""
    if len(data) > LARGEST:
        raise UnreadableError("too-large", f"has more than {LARGEST >> 20} MB")
    clean, notes = to_utf8(data)
    for note in notes:
        faults.add(note.code, note.message, note.place, note.level)
    listed = clean.lstrip()[:1] == b"["
    older: list[dict[str, Any]] = []
    for entry in _entries(clean, listed=listed):
        try:
            found = msgspec.json.decode(entry)
        except (msgspec.DecodeError, RecursionError) as error:
            faults.add("json", f"holds what is no JSON: {str(error)[:120]}", "", "error")
            continue
        if isinstance(found, dict) and listed and "cycle" in found:
            older.append(found)
        elif isinstance(found, dict) and not listed and "releases" in found:
            yield _About(found.get("name"), found, found["releases"], page=False)
    if older:
        yield _About(stem, {}, older, page=False)


def _entries(data: bytes, *, listed: bool) -> list[msgspec.Raw]:
    """The entries of a list, or the products of an answer of version 1: one, or a list of them."""
    try:
        inner = msgspec.Raw(data) if listed else msgspec.json.decode(data, type=_Answer).result
        if bytes(inner).lstrip()[:1] != b"[":
            return [inner]
        entries = msgspec.json.decode(inner, type=list[msgspec.Raw])
    except msgspec.ValidationError:  # sound, but neither a list nor an object
        return []
    except (msgspec.DecodeError, RecursionError) as error:
        raise UnreadableError("json", f"is no JSON: {str(error)[:120]}") from None
    if len(entries) > _MOST_ENTRIES:
        raise UnreadableError("too-large", f"holds more than {_MOST_ENTRIES:,} entries")
    return entries


# -- products


def _product(about: _About, seen_at: datetime, products: dict[str, list[Cycle]], faults: Faults) -> None:
    product = about.product
    if not isinstance(product, str) or not _PRODUCT(product):
        faults.add("product", f"has a product whose name is none: {str(product)[:80]!r}", "", "error")
        return
    if not isinstance(about.cycles, list):
        faults.add("cycles", "has releases that are no list", product, "error")
        return
    facts = about.facts
    links = facts.get("links")
    said = _text(links.get("html")) if isinstance(links, dict) else None
    shared = {
        "product": product,
        "source": SOURCE,
        "seen_at": seen_at,
        "title": _text(facts.get("title" if about.page else "label")),
        "category": _text(facts.get("category")),
        "url": said if said and said.startswith(("https://", "http://")) else f"{SITE}/{product}",
    }
    identifiers = _identifiers(facts.get("identifiers"), product, faults)
    cycles: dict[str, Cycle] = {}
    for entry in about.cycles:
        if len(cycles) >= MOST_CYCLES:
            faults.add("too-many", f"has more than {MOST_CYCLES:,} cycles; the rest is left out", product)
            break
        cycle = _cycle(entry, shared, identifiers, faults)
        if cycle is not None and cycle.cycle in cycles:
            faults.add("repeated", f"has the cycle {cycle.cycle!r} again; the first counts", product)
        elif cycle is not None:
            cycles[cycle.cycle] = cycle
    if cycles:
        products[product] = list(cycles.values())
    elif not about.cycles:
        faults.add("cycles", "has no releases", product)


def _identifiers(found: Any, product: str, faults: Faults) -> list[str]:
    """Purls, CPEs … of a product: `- purl: …` in its page, `{type, id}` in the API."""
    if found is None:
        return []
    entries = found if isinstance(found, list) else [None]
    if len(entries) > _MOST_IDENTIFIERS:
        faults.add(
            "too-many", f"has more than {_MOST_IDENTIFIERS:,} identifiers; the rest is left out", product
        )
    known: dict[str, None] = {}
    for entry in entries[:_MOST_IDENTIFIERS]:
        pairs: list[tuple[Any, Any]] = []
        if isinstance(entry, dict):
            pairs = [(entry["type"], entry["id"])] if {"type", "id"} <= entry.keys() else list(entry.items())
        for kind, value in pairs:
            text = _text(value, 600)
            if text is not None and isinstance(kind, str) and len(kind) < 40:
                known[text if text.startswith((f"{kind}:", "pkg:", "cpe:")) else f"{kind}:{text}"] = None
        if not pairs:
            faults.add("identifier", "has an identifier that is none", product)
    return list(known)


def _cycle(entry: Any, shared: dict[str, Any], identifiers: list[str], faults: Faults) -> Cycle | None:
    product = shared["product"]
    if not isinstance(entry, dict):
        faults.add("cycle", "has a release that is none", product, "error")
        return None
    name = next((entry[key] for key in ("releaseCycle", "name", "cycle") if key in entry), None)
    if isinstance(name, float):
        faults.add("cycle", f"has a cycle that is written as a number ({name}): zeros may be lost", product)
    name = str(name) if isinstance(name, int | float) and not isinstance(name, bool) else _text(name)
    if name is None:
        faults.add("cycle", "has a release without a name", product, "error")
        return None
    ends = _Ends(entry, f"{product} {name}"[:200], faults)
    eol, eol_on = ends.of(("eol",), "isEol", "eolFrom")
    over, until = ends.of(("eoas",), "isEoas", "eoasFrom")
    if over is None and until is None:
        supported, until = ends.of(("support",), "", "")
        over = None if supported is None else not supported
    lts, lts_on = ends.of(("lts",), "isLts", "ltsFrom")
    _, extended = ends.of(("eoes", "extendedSupport"), "isEoes", "eoesFrom")
    _, discontinued = ends.of(("discontinued",), "isDiscontinued", "discontinuedFrom")
    latest, latest_on = entry.get("latest"), ends.of(("latestReleaseDate",), "", "")[1]
    if isinstance(latest, dict):
        latest_on = ends.day(latest.get("date"), "latest")
        latest = latest.get("name")
    codename = _text(entry.get("codename"), 100)
    return Cycle(
        **shared,
        cycle=name,
        released_on=ends.of(("releaseDate",), "", "")[1],
        latest=_text(latest),
        latest_on=latest_on,
        lts=True if lts_on is not None else lts,
        support_ended=over,
        support_until=until,
        eol=eol,
        eol_on=eol_on,
        extended_until=extended,
        discontinued_on=discontinued,
        identifiers=[*identifiers, f"codename:{codename}"] if codename else identifiers,
    )


class _Ends:
    """The ends of one cycle: each is a date, or yes or no."""

    def __init__(self, entry: dict[str, Any], place: str, faults: Faults) -> None:
        self._entry = entry
        self._place = place
        self._faults = faults

    def of(self, keys: tuple[str, ...], flag: str, dated: str) -> tuple[bool | None, date | None]:
        """Yes or no, and the date: one of them at most. `flag` and `dated` are the API's words for both."""
        if flag in self._entry or dated in self._entry:
            day = self.day(self._entry.get(dated), dated)
            said = self._entry.get(flag)
            return (None, day) if day is not None else (said if isinstance(said, bool) else None, None)
        for key in keys:
            value = self._entry.get(key)
            if isinstance(value, str) and value.lower() in {"true", "false"}:
                value = value.lower() == "true"
            if isinstance(value, bool):
                return value, None
            day = self.day(value, key)
            if day is not None:
                return None, day
        return None, None

    def day(self, value: Any, key: str) -> date | None:
        """A date, None where there is none; a fault where it is none."""
        if value is None or value == "" or isinstance(value, bool):
            return None
        found = _DAY(value.strip()) if isinstance(value, str) else None
        if found is not None:
            try:
                return date.fromisoformat(found[1])
            except ValueError:
                pass
        self._faults.add(
            "date", f"has a {key} that is neither a date nor yes or no: {str(value)[:40]!r}", self._place
        )
        return None


def _text(value: Any, longest: int = _LONGEST) -> str | None:
    """A text of one line; None if it is none."""
    if not isinstance(value, str):
        return None
    if not value.isprintable():
        value = "".join(c if c.isprintable() else " " for c in value[: longest * 2])
    return value.strip()[:longest] or None
