# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Everything by which people are told apart in one workspace: settings, decisions, imported files."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

import msgspec

from umbel._version import __version__
from umbel.evidence.people import decisions as decisions_file
from umbel.evidence.people import imported
from umbel.evidence.people.affiliations import Affiliations
from umbel.evidence.people.decisions import Book
from umbel.model.settings import FOLDER

if TYPE_CHECKING:
    from pathlib import Path

    from umbel.evidence.lake import Lake
    from umbel.model.settings import Settings

CACHE = f"{FOLDER}/cache/people"


class Rules(msgspec.Struct, frozen=True, kw_only=True):
    """What `attach` goes by. `salt` is the lake's; `ours` are the organisation's domains.

    `cache` is a folder where `attach` may keep what it found, under a name made of the lake's version and
    `fingerprint`: what stands here otherwise, digested. None is no cache.
    """

    salt: bytes
    organisation: str | None = None
    ours: tuple[str, ...] = ()
    free_mail: frozenset[str] = frozenset()
    bots: tuple[str, ...] = ()
    not_bots: tuple[str, ...] = ()
    book: Book = Book()
    imported: Affiliations = Affiliations()
    cache: Path | None = None
    fingerprint: str = ""


def load(lake: Lake, settings: Settings, folder: Path) -> Rules:
    """Read a workspace's rules. Raises `SettingsError` with every fault of the decisions."""
    return Rules(
        salt=lake.salt(),
        organisation=settings.organisation.name,
        ours=settings.organisation.domains,
        free_mail=frozenset(domain.casefold() for domain in settings.people.free_mail),
        bots=settings.people.bots,
        not_bots=settings.people.not_bots,
        book=decisions_file.load(folder / decisions_file.FILE),
        imported=imported.load(folder / imported.FOLDER),
        cache=folder / CACHE,
        fingerprint=_fingerprint(settings, folder),
    )


def _fingerprint(settings: Settings, folder: Path) -> str:
    digest = hashlib.sha256(__version__.encode())
    digest.update(msgspec.json.encode((settings.organisation, settings.people)))
    for path in (folder / decisions_file.FILE, *sorted((folder / imported.FOLDER).glob("*.csv"))):
        digest.update(str(path.name).encode() + (path.read_bytes() if path.is_file() else b""))
    return digest.hexdigest()
