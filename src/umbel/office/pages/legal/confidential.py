# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""What decisions name and not everybody may be told: packages that only confidential projects use."""

from __future__ import annotations

import json
from functools import lru_cache
from typing import TYPE_CHECKING

from umbel.model import purl
from umbel.office.editions.opened import connection
from umbel.office.editions.read import path_of
from umbel.office.pages.portfolio.figures import PACKAGES
from umbel.policy.naming import query

if TYPE_CHECKING:
    from collections.abc import Callable, Collection
    from pathlib import Path

    from umbel.office.seen import Seen

MOST = 50
"""Packages that a pattern is looked up as; one that means more tells no name of any."""


def only_hidden(among: Collection[str] | None, hidden: Collection[str]) -> bool:
    """Whether each of the projects that a thing belongs to is kept; None: they are many, or none is known."""
    return bool(among) and all(name in hidden for name in among or ())


def kept_back(looks: Seen) -> Callable[[str | None], bool] | None:
    """What tells whether a package, as decisions write it, must not be named; None while nobody can tell."""
    if not looks.hidden:
        return lambda _: False
    found = path_of(PACKAGES, looks, lambda path: path)
    place = found.value
    if place is None:
        return None

    def kept(text: str | None) -> bool:
        return text is not None and any(only_hidden(each, looks.hidden) for each in _users(place, text))

    return kept


@lru_cache(maxsize=4096)
def _users(path: Path, text: str) -> tuple[tuple[str, ...] | None, ...]:
    """The projects of each package that a text means; None where they are many. Of editions, which don't change."""
    try:
        asked = query(text.partition("?")[0].partition("#")[0])
    except purl.PurlError:
        return ()
    if asked.package:
        column, name = '"key"', asked.package.replace("%2A", "*")
    else:
        column, name = '"name"', asked.name or ""
    # Only a star is a pattern in decisions; GLOB has other signs of its own.
    pattern = name.replace("[", "[[]").replace("?", "[?]")
    if not asked.package and "/" not in name:
        values: tuple[str, ...]
        sql, values = f"{column} GLOB ? OR {column} GLOB ?", (pattern, f"*/{pattern}")
    elif "*" in name:
        sql, values = f"{column} GLOB ?", (pattern,)
    else:
        sql, values = f"{column} = ?", (name,)
    rows = (
        connection(path)
        .execute(
            f'SELECT "among" FROM rows WHERE {sql} LIMIT {MOST + 1}',  # noqa: S608 - columns of this place
            values,
        )
        .fetchall()
    )
    if len(rows) > MOST:
        return ()
    return tuple(None if row[0] is None else tuple(json.loads(row[0])) for row in rows)
