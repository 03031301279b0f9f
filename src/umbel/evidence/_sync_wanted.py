# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Which packages a sync asks for, how they are written, and what is known of them already."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import unquote

from umbel.evidence.session import Session
from umbel.model.purl import display
from umbel.model.tables import TABLES

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from umbel.evidence.lake import Lake

COLUMNS = tuple(column.name for column in TABLES["packages"].columns[1:])
"""Columns of `packages` behind its write_id."""
_SEEN = COLUMNS.index("seen_at")
_VALIDATOR = COLUMNS.index("validator")
_FOUND = COLUMNS.index("found")

_USED = """
SELECT package, list(DISTINCT version ORDER BY version) FILTER (version IS NOT NULL) AS versions
FROM usage
WHERE package LIKE 'pkg:%' AND ($projects IS NULL OR project IN (SELECT unnest($projects)))
GROUP BY package ORDER BY package
"""
_KNOWN = f"""
SELECT {", ".join(f'"{name}"' for name in COLUMNS)} FROM raw_packages
WHERE write_id IN (SELECT write_id FROM syncs) AND source IN (SELECT unnest($sources))
QUALIFY row_number() OVER (PARTITION BY package, source ORDER BY seen_at DESC, write_id) = 1
"""
_DATED = """
SELECT v.package, list(v.version) FROM raw_package_versions AS v
JOIN (SELECT DISTINCT package, versions_in FROM raw_packages WHERE source = $source) AS p
  ON p.package = v.package AND p.versions_in = v.write_id
WHERE v.source = $source AND v.released_at IS NOT NULL GROUP BY v.package
"""
_WRITTEN = """
SELECT DISTINCT package, name, namespace, coalesce(purl_raw, '') FROM raw_components
WHERE package LIKE 'pkg:golang/%'
"""


class Known(NamedTuple):
    """The newest facts of one package from one source: the row of `packages` without its write_id."""

    row: tuple[Any, ...]

    @property
    def seen_at(self) -> datetime:
        """When it was seen so."""
        moment: datetime = self.row[_SEEN]
        return moment

    @property
    def validator(self) -> str | None:
        """What to ask for changes by; None where it must be asked for anew."""
        return self.row[_VALIDATOR] if self.row[_FOUND] else None

    def again(self, now: datetime) -> tuple[Any, ...]:
        """The same, seen again: it points to the versions that are stored already."""
        return (*self.row[:_SEEN], now, *self.row[_SEEN + 1 :])


class State(NamedTuple):
    """What the lake says at the start of a sync."""

    used: dict[str, tuple[str, ...]]
    known: dict[tuple[str, str], Known]
    dated: dict[str, frozenset[str]]
    """Versions of Go modules whose time is stored: it is asked for one by one."""
    written: dict[str, str]
    """Go modules as their users write them: their purls lose capital letters."""


def state(lake: Lake, projects: Sequence[str] | None, sources: Iterable[str]) -> State:
    """Read it once."""
    asked = list(sources)
    with Session(lake, tables=("usage", "components", "packages", "package_versions")) as session:
        used = {p: tuple(v or ()) for p, v in session.ask(_USED, {"projects": projects}).rows()}
        rows = session.ask(_KNOWN, {"sources": asked}).rows()
        known = {(row[1], row[0]): Known(tuple(row)) for row in rows}
        golang = {"source": "golang"}
        dated = {p: frozenset(v) for p, v in session.ask(_DATED, golang).rows()} if "golang" in asked else {}
        written = _spelled(session.ask(_WRITTEN).rows()) if "golang" in asked else {}
    return State(used, known, dated, written)


def _spelled(rows: Iterable[tuple[Any, ...]]) -> dict[str, str]:
    """The spelling of each module that some document gives: the one that isn't all small, if there are two."""
    found: dict[str, str] = {}
    for package, name, namespace, raw in rows:
        plain = display(package)
        path = raw.removeprefix("pkg:golang/").partition("@")[0].partition("?")[0]
        for text in (unquote(path), name or "", f"{namespace}/{name}"):
            if text.lower() == plain:
                found[package] = min(found.get(package, text), text)  # capital letters sort first
    return found
