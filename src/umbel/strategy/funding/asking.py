# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Where projects ask for money: by their head's files, and by the registry's entries of their packages.

Links are checked again here, whoever checked them before: a lake may be written by others.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from umbel.collect.practices.links import host_of, safe_link
from umbel.strategy.control.practices import Seen, seen
from umbel.strategy.funding.model import model
from umbel.strategy.funding.records import Asks, Link

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from umbel.evidence.session import Session

PACKAGE_TABLES = ("packages",)
"""Stored tables of the main lake that `of_packages` asks."""
MOST = 20
_PACKAGES = """
SELECT package, funding FROM packages
WHERE package IN (SELECT unnest($packages::VARCHAR[])) AND found ORDER BY package
"""
_ENTITIES = frozenset({"individual", "group", "organisation", "other"})


def of_packages(session: Session, project_of: Mapping[str, str]) -> dict[str, list[tuple[str, str]]]:
    """What registries say: (package, link as written) by project; the empty list of one that says nothing."""
    found: dict[str, list[tuple[str, str]]] = {}
    for package, funding in session.ask(_PACKAGES, {"packages": sorted(project_of)}).rows():
        mine = found.setdefault(project_of[package], [])
        mine += [(package, link) for link in funding or ()]
    return found


def asks(
    session: Session, projects: Sequence[str], told: Mapping[str, Sequence[tuple[str, str]]]
) -> dict[str, Asks]:
    """Where each project asks for money; a session over the upstream lake with `practices` is asked."""
    shown = seen(session, projects)
    return {name: of(name, shown[name], told.get(name)) for name in projects}


def of(project: str, shown: Mapping[str, Seen], told: Sequence[tuple[str, str]] | None) -> Asks:
    """What one project's files show, and what registries say of its packages."""
    stated = shown.get("funding-links")
    words = (stated.detail or "").split() if stated and stated.outcome == "met" else []
    source = (stated.path if stated else None) or "its files"
    links = list(_links((source, word) for word in words))
    links += _links(told or ())
    unique = {link.url.rstrip("/").casefold(): link for link in reversed(links)}
    entity = next((w.removeprefix("entity:") for w in words if w.startswith("entity:")), None)
    files = stated is not None and stated.outcome in {"met", "unmet"}
    return Asks(
        project=project,
        links=tuple(reversed(unique.values()))[:MOST],
        looked=files or bool(told),
        entity=entity if entity in _ENTITIES else None,
    )


def _links(words: Iterable[tuple[str, str]]) -> Iterable[Link]:
    for source, word in words:
        url = None if word.startswith("entity:") else safe_link(word)
        if url:
            channel, takes = channel_of(url)
            yield Link(url=url, channel=channel, takes=takes, source=source)


def channel_of(url: str) -> tuple[str | None, str | None]:
    """The place that a safe link leads to, and who gets the money there; None where it isn't known."""
    host, path = host_of(url), urlsplit(url).path
    for channel in model().channels:
        there = host in channel.hosts or any(host.endswith(f".{known}") for known in channel.hosts)
        if there and path.startswith(channel.path):
            return channel.name, channel.takes
    return None, None
