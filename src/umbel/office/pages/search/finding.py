# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""What a few words mean: in groups, each best first, as written before at the beginning before within before alike."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, NamedTuple

from django.urls import NoReverseMatch, reverse

from umbel.model.purl import PurlError, display, parse_query
from umbel.office import editions
from umbel.office.editions import Kind, row_of
from umbel.office.editions.registry import listings
from umbel.office.editions.tables import folded
from umbel.office.figures import indicators
from umbel.office.navigation import folder
from umbel.office.pages.portfolio.cells import words
from umbel.office.pages.portfolio.figures import PACKAGES
from umbel.office.roles import allows
from umbel.office.routes import table
from umbel.reports.markup import printable, short

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from umbel.office.editions import Listing, Row
    from umbel.office.seen import Seen

EXACT, BEGINS, WITHIN, ALIKE = range(4)
MOST = 8
"""Hits of a kind."""
LONGEST = 200
_TOLD = {
    "packages": ("ecosystem", "projects", "severity"),
    "projects": ("products", "evidence"),
    "upstreams": ("packages", "projects", "fragility"),
    "people": ("kind", "organisation"),
    "advisories": ("severity", "summary"),
    "licenses": ("category", "projects"),
}
"""What is told of a hit, by list."""
_NAMES = ("ids", "package_names")
"""Columns with further names of the same thing."""
_COUNTED = frozenset({"packages", "projects", "components"})
_ID = re.compile(r"(?i)\b(?:CVE|GHSA|PYSEC|RUSTSEC|GO|DSA|DLA|RHSA|USN|MAL|OSV)-[0-9a-z][0-9a-z-]{3,40}")


class Hit(NamedTuple):
    """One thing that may be meant."""

    title: str
    url: str
    detail: str
    rank: int


class Group(NamedTuple):
    """Things of one kind; `url` has all of them."""

    title: str
    noun: str
    hits: list[Hit]
    url: str | None
    alike: bool


def find(text: str, looks: Seen) -> list[Group]:
    """What a text may mean, the surest kind first. Bounded, and nothing that whoever asks may not see."""
    typed = " ".join(printable(text[:LONGEST]).split())
    if not typed:
        return []
    groups = [
        group
        for group in (_pages(typed, looks), *_listed(typed, looks), _figures(typed, looks))
        if group and group.hits
    ]
    if any(not group.alike for group in groups):
        groups = [group for group in groups if not group.alike]
    return sorted(groups, key=lambda group: group.hits[0].rank)


def _pages(typed: str, looks: Seen) -> Group | None:
    """Pages of the office by their titles."""
    asked = folded(typed)
    hits = []
    for route in table().values():
        who = route.who("GET")
        if route.title is None or "<" in route.path or who is None or route.name == "search":
            continue
        if not allows(who, looks.roles, public_catalogue=looks.public_catalogue):
            continue
        rank = rank_of(asked, [route.title])
        if rank is not None and (url := _url(route.name)):
            hits.append(Hit(route.title, url, folder(route).capitalize(), rank))
    hits.sort(key=lambda hit: (hit.rank, len(hit.title), hit.title))
    return Group("Pages", "page", hits[:MOST], None, alike=False)


def _figures(typed: str, looks: Seen) -> Group | None:
    """Indicators by their titles and names."""
    if not _may_look("why-indicator", looks):
        return None
    asked, hits = folded(typed), []
    for name, said in (editions.figure_of(indicators, looks).value or {}).items():
        rank = rank_of(asked, [said.title, name.replace("_", " "), name])
        if rank is not None and (url := _url("why-indicator", name)):
            hits.append(Hit(said.title, url, short(said.question, 160), rank))
    hits.sort(key=lambda hit: (hit.rank, len(hit.title), hit.title))
    home = _url("why")
    return Group("Figures", "figures", hits[:MOST], f"{home}?{_query(typed)}" if home else None, alike=False)


def _listed(typed: str, looks: Seen) -> Iterable[Group]:
    """Rows of every list that is searched as a whole, of those that the person may open."""
    there = listings()
    found = _searched(typed, looks)
    for name, rows in found.items():
        listing = there[name]
        if _may_open(listing, looks) and (group := _group(listing, rows, typed, looks)):
            yield group


def _searched(typed: str, looks: Seen) -> dict[str, list[Row]]:
    """A pasted purl is a look-up; else as written, or where that is nothing sure, as what it may hold."""
    package, meant = meant_by(typed)
    if package is not None:
        row = row_of(PACKAGES, package, looks).value
        if row is not None:
            return {PACKAGES.name: [row]}
    if meant == typed:
        return editions.search(typed, looks, number=MOST)
    found = editions.search(meant, looks, number=MOST)
    asked = folded(meant)
    if any(rank_of(asked, _texts(row)) is not None for rows in found.values() for row in rows):
        return found
    return editions.search(typed, looks, number=MOST)


def meant_by(typed: str) -> tuple[str | None, str]:
    """What a pasted text holds: the package of a purl; and an id among words, or a name without its version."""
    if (named := _ID.search(typed)) is not None:
        return None, named[0]
    try:
        query = parse_query(typed)
    except PurlError:
        return None, typed
    if query.package is not None:
        return query.package, display(query.package)
    return None, display(f"pkg:any/{query.name}") if query.name and query.version_spec else typed


def _group(listing: Listing, rows: Sequence[Row], typed: str, looks: Seen) -> Group | None:
    asked = folded(typed)
    package, name = meant_by(typed)
    meant = folded(package or name)
    hits = []
    for row in rows:
        title = next(
            (str(row[c.name]) for c in listing.columns if c.searched and row.get(c.name)), row["key"]
        )
        if listing.project and not _shows(listing, row, looks):
            continue
        url = _url(listing.detail, row["key"]) if listing.detail else None
        if url is None:
            continue
        rank = min(_of_row(asked, row, title), _of_row(meant, row, title))
        hits.append(Hit(short(printable(title), 120), url, _told(listing, row), rank))
    hits.sort(key=lambda hit: hit.rank)  # stable: among equals the list's own order
    if not hits:
        return None
    plural = listing.noun[1]
    route = listing.name if listing.name in table() else None
    url = f"{_url(route)}?{_query(typed)}" if route and _url(route) else None
    return Group(plural[:1].upper() + plural[1:], plural, hits, url, alike=hits[0].rank == ALIKE)


def _query(typed: str) -> str:
    from urllib.parse import urlencode

    return urlencode({"q": typed})


def _shows(listing: Listing, row: Row, looks: Seen) -> bool:
    """A second look at what the list itself leaves out already."""
    said = row.get(listing.project or "")
    return isinstance(said, list) or looks.shows(said)


def _of_row(asked: str, row: Row, title: str) -> int:
    """How a text is in a row: in what it is called, else within what is told of it."""
    called = [row["key"], title, *(each for name in _NAMES for each in row.get(name) or ())]
    rank = rank_of(asked, called)
    if rank is not None:
        return rank
    return ALIKE if rank_of(asked, _texts(row)) is None else WITHIN


def _texts(row: Row) -> list[str]:
    """What of a row a text may be: its key, names, ids."""
    found = [str(row["key"])]
    for value in row.values():
        if isinstance(value, str):
            found.append(value)
        elif isinstance(value, list):
            found += [each for each in value if isinstance(each, str)]
    return found


def rank_of(asked: str, texts: Iterable[str]) -> int | None:
    """How a text is there: as written, at the beginning (of a name or its last part), within; None: not as written."""
    best: int | None = None
    parts = asked.split()
    for text in texts:
        there = folded(text)
        if there == asked or there.rpartition("/")[2] == asked:
            return EXACT
        if there.startswith(asked) or there.rpartition("/")[2].startswith(asked):
            rank = BEGINS
        elif all(part in there for part in parts):
            rank = WITHIN
        else:
            continue
        best = rank if best is None else min(best, rank)
    return best


def _told(listing: Listing, row: Row) -> str:
    """A few words of a hit."""
    said = []
    for name in _TOLD.get(listing.name, ()):
        column = next((each for each in listing.columns if each.name == name), None)
        value = row.get(name)
        if column is None or value in (None, [], "none"):
            continue
        if column.kind is Kind.WORDS:
            said.append(", ".join(printable(each) for each in value[:3]))
        elif name in _COUNTED:
            said.append(f"{value:,} {name if value != 1 else name[:-1]}")
        else:
            said.append(words(column.kind, value) or "")
    return short(" · ".join(said), 160)


def _may_open(listing: Listing, looks: Seen) -> bool:
    return _may_look(listing.detail or "", looks)


def _may_look(name: str, looks: Seen) -> bool:
    route = table().get(name)
    who = None if route is None else route.who("GET")
    return who is not None and allows(who, looks.roles, public_catalogue=looks.public_catalogue)


def _url(route: str | None, key: Any = None) -> str | None:
    try:
        return reverse(route, args=[] if key is None else [key]) if route else None
    except NoReverseMatch:
        return None
