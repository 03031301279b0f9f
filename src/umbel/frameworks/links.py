# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""`decisions/links.toml`: addresses worth sharing: what lies there, for whom of the flower, and who keeps it.

Entries are added; a later one of the same address takes the earlier one's place, and one that is withdrawn is shown no
more. Only https addresses without credentials are taken, for they are shown as links to everybody.
"""

from __future__ import annotations

import re
from datetime import date  # noqa: TC003 - msgspec reads it
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import msgspec

from umbel.frameworks.claims import SLUG
from umbel.policy import records

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from umbel.policy.records import Say

FILE = "decisions/links.toml"
LONGEST = {"title": 120, "url": 2_000, "about": 500, "keeper": 120, "by": 200, "reason": 500}
_HEADER = """\
# Addresses worth sharing, for whom, and who keeps them. The newest entry of an address counts.
# Written by the office, and free to be edited. A keeper is a team or a role: no person's address stands here.
"""


class Link(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An address that is shared: what it is called, for which petal, and which team keeps it up."""

    title: str
    url: str
    petal: str
    keeper: str
    by: str
    decided: date
    about: str | None = None


class Withdrawn(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An address that is shared no longer, and why."""

    url: str
    by: str
    decided: date
    reason: str


class _File(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    link: tuple[Link, ...] = ()
    withdrawn: tuple[Withdrawn, ...] = ()


def load(folder: Path, day: date) -> list[Link]:
    """The links that were shared on a day, by petal and title. Raises `SettingsError` with every fault."""
    found = records.load(folder / FILE, _File, _meaning)
    newest = {
        each.url: each for each in sorted(found.link, key=lambda one: one.decided) if each.decided <= day
    }
    gone = {
        each.url
        for each in found.withdrawn
        if each.decided <= day and each.url in newest and each.decided >= newest[each.url].decided
    }
    left = [each for url, each in newest.items() if url not in gone]
    return sorted(left, key=lambda each: (each.petal, each.title.casefold(), each.url))


def add(folder: Path, link: Link) -> None:
    """Write one more at the file's end. Raises `SettingsError` for one that can't be."""
    records.add(folder / FILE, "link", link, _File, _HEADER, _meaning)


def withdraw(folder: Path, entry: Withdrawn) -> None:
    """Write down that an address is shared no longer. Raises `SettingsError` for what can't be."""
    records.add(folder / FILE, "withdrawn", entry, _File, _HEADER, _meaning)


def is_sound(url: str) -> bool:
    """Whether an address may be shown as a link: https, a host, no credentials, nothing that hides.

    >>> is_sound("https://wiki.acme.example/open-source"), is_sound("javascript:alert(1)")
    (True, False)
    """
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError:
        return False
    bare = (
        parts.scheme == "https" and bool(parts.hostname) and parts.username is None and parts.password is None
    )
    return bare and url.isprintable() and not set(url) & set(" <>\"'`\\")


def _meaning(data: Mapping[str, Any], say: Say) -> None:
    """What types can't say: addresses are of the web, petals are slugs, texts say something."""
    for table in ("link", "withdrawn"):
        entries = data.get(table)
        for index, entry in enumerate(entries if isinstance(entries, list) else []):
            if isinstance(entry, dict):
                _entry(entry, lambda key, words, at=(table, index): say((*at, key), words))


def _entry(entry: Mapping[str, Any], tell: Any) -> None:
    for key, most in LONGEST.items():
        text = entry.get(key)
        if not isinstance(text, str):
            continue
        if not text.strip():
            tell(key, "is empty")
        if len(text) > most:
            tell(key, f"has {len(text):,} characters; {most:,} are allowed")
        elif not text.isprintable():
            tell(key, "has characters that can't be printed")
    url, petal, keeper = entry.get("url"), entry.get("petal"), entry.get("keeper")
    if isinstance(url, str) and url.strip() and not is_sound(url):
        tell("url", "must be an https address without credentials or spaces")
    if isinstance(petal, str) and not re.fullmatch(SLUG, petal):
        tell("petal", "must be small letters, digits and dashes")
    if isinstance(keeper, str) and "@" in keeper:
        tell("keeper", "holds an address: name a team or a role")
