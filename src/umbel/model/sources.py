# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""The public databases that a sync reads, and where each stands: `data/sources.toml`, or `[sync]` in umbel.toml."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, NamedTuple

from umbel.model.errors import UsageError

if TYPE_CHECKING:
    from umbel.model.settings import SyncSettings


class Source(NamedTuple):
    """One public database: its id, what it is, and its address."""

    id: str
    title: str
    url: str


@cache
def sources() -> dict[str, Source]:
    """Every database by id, with its public address."""
    text = files("umbel.model").joinpath("data/sources.toml").read_text("utf-8")
    return {name: Source(name, entry["title"], entry["url"]) for name, entry in tomllib.loads(text).items()}


def address(name: str, settings: SyncSettings | None = None) -> str:
    """Where a database is to be asked: as the settings say, else its public address. Raises `UsageError`."""
    if name not in sources():
        raise UsageError(f"There is no database {name!r}.", f"Known are {', '.join(sources())}.")
    own: str | None = getattr(settings, name, None)
    return (own or sources()[name].url).rstrip("/")
