# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""The menu: the flower's six parts with their pages, made from the access table. Only what the person may open."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

import msgspec
from django.urls import NoReverseMatch, reverse

from umbel.office.roles import allows
from umbel.office.routes import table

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpRequest

    from umbel.office.routes import Route
    from umbel.office.seen import Seen

PARTS: dict[str, tuple[str, str, tuple[str, ...]]] = {
    "office": ("The office", "centre", ("centre", "requests", "accounts", "audit", "operating", "api")),
    "contributors": ("Individual contributors", "contributors", ("contributors",)),
    "management": ("Management", "management", ("management",)),
    "legal": ("Legal", "legal", ("legal",)),
    "business": ("Business and security", "business", ("business", "products", "security")),
    "ecosystem": ("Ecosystem", "ecosystem", ("ecosystem",)),
    "portfolio": ("Portfolio", "portfolio", ("portfolio", "upload")),
    "why": ("Figures and why", "unknown", ("why",)),
}
"""Groups of the menu: their title, picture, and the folders of pages that belong to them, in the order in which these
stand there. Others stand under More."""
_LOOSE = ("home", "search", "style")
_OWN = ("accounts", "inbox")
_OTHERS = frozenset({"accounts"})
"""Pages of those folders that aren't one's own: they stand in the menu."""
_KEYS = {
    "home": "h",
    "projects": "p",
    "packages": "k",
    "requests": "r",
    "inbox": "i",
    "legal": "l",
    "risks": "s",
    "ecosystem": "e",
    "business": "b",
    "management": "m",
    "contributors": "c",
    "centre": "o",
    "alerts": "a",
    "upload": "u",
}


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """A line of the menu. `current` is what `aria-current` says: the page itself, or what it lies under."""

    title: str
    url: str
    icon: str = ""
    current: str = ""
    keys: str = ""
    count: int = 0
    """What waits for the person there."""


class Group(msgspec.Struct, frozen=True, kw_only=True):
    """A part of the flower with its pages."""

    id: str
    title: str
    icon: str
    pages: list[Entry]
    current: bool = False


class Menu(msgspec.Struct, frozen=True, kw_only=True):
    """The whole menu of one person on one page."""

    loose: list[Entry]
    groups: list[Group]
    own: list[Entry]

    def __bool__(self) -> bool:
        """Whether there is anything to open."""
        return bool(self.loose or self.groups)


def folder(route: Route) -> str:
    """The folder of pages that a route's view lies in."""
    module = route.view if isinstance(route.view, str) else route.view.__module__
    parts = module.removeprefix("umbel.office.").removeprefix("pages.").split(".")
    return parts[0]


@cache
def _titled() -> tuple[tuple[str, Route, str], ...]:
    """What may stand in a menu: a title, and an address without blanks to fill."""
    found = []
    for route in table().values():
        if route.title is None or "<" in route.path or "GET" not in route.allow:
            continue
        try:
            found.append((folder(route), route, reverse(route.name)))
        except NoReverseMatch:
            continue
    return tuple(found)


def menu(request: HttpRequest, looks: Seen) -> Menu:
    """The menu as this person sees it here."""
    open_to = [
        each
        for each in _titled()
        if allows(each[1].allow["GET"], looks.roles, public_catalogue=looks.public_catalogue)
    ]
    here = _here(request, [url for _, _, url in open_to])

    def entry(route: Route, url: str, icon: str = "") -> Entry:
        current = ("page" if url == request.path else "true") if url == here else ""
        return Entry(
            title=route.title or "", url=url, icon=icon, current=current, keys=_KEYS.get(route.name, "")
        )

    def of(test: Callable[[str, Route], bool], icon: str = "") -> list[Entry]:
        return [entry(route, url, icon) for kind, route, url in open_to if test(kind, route)]

    groups = [
        _group(part, title, icon, [each for name in folders for each in of(_stands_in(name))])
        for part, (title, icon, folders) in PARTS.items()
    ]
    placed = {name for _, _, folders in PARTS.values() for name in folders}
    rest = of(lambda kind, _: kind not in placed and kind not in {*_LOOSE, *_OWN})
    groups.append(_group("more", "More", "more", rest))
    loose = of(lambda _, route: route.name == "home", "umbel") + of(
        lambda _, route: route.name == "inbox", "inbox"
    )
    loose = [_counted(each, looks) if each.icon == "inbox" else each for each in loose]
    own = of(lambda kind, route: kind in _OWN and route.name not in {"inbox", *_OTHERS} and bool(looks.roles))
    return Menu(
        loose=loose if looks.roles or groups else [], groups=[each for each in groups if each.pages], own=own
    )


def _stands_in(name: str) -> Callable[[str, Route], bool]:
    """What tells the pages of a folder that stand in a group of the menu."""
    return lambda kind, route: (
        kind == name and route.name != "inbox" and (kind not in _OWN or route.name in _OTHERS)
    )


def _counted(entry: Entry, looks: Seen) -> Entry:
    """The inbox with what waits in it."""
    from umbel.office.inbox.reading import waiting

    return msgspec.structs.replace(entry, count=0 if looks.user is None else waiting(looks).all)


def _group(part: str, title: str, icon: str, pages: list[Entry]) -> Group:
    return Group(id=part, title=title, icon=icon, pages=pages, current=any(page.current for page in pages))


def _here(request: HttpRequest, urls: list[str]) -> str | None:
    """The line of the menu that a page belongs to: its own, else the nearest above it."""
    above = [
        url
        for url in urls
        if url == request.path or (url != "/" and request.path.startswith(url.rstrip("/") + "/"))
    ]
    return max(above, key=len, default=None)


def url_of(name: str) -> str | None:
    """The address of a route without blanks, where the office has it."""
    try:
        return reverse(name) if name in table() else None
    except NoReverseMatch:
        return None


def link_to(name: str, *args: str) -> str | None:
    """The address of a route with its blanks filled, in their order; None where the office has no such page."""
    if name not in table():
        return None
    try:
        return reverse(name, args=args)
    except NoReverseMatch:
        return None
