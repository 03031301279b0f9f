# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Candidates side by side: a cell for each candidate in each row, and what differs between them."""

from __future__ import annotations

from datetime import datetime  # noqa: TC003 - msgspec reads it
from typing import Any

import msgspec

ROWS: dict[str, str] = {
    "version": "Version that one would get",
    "license": "Licence",
    "use": "Licence in this use",
    "obligations": "What it asks of us",
    "gate": "What the policy would say",
    "vulnerabilities": "Known vulnerabilities of that version",
    "past": "Vulnerabilities so far",
    "state": "Deprecated, archived or yanked",
    "end_of_life": "End of life",
    "fragility": "Fragility",
    "governance": "Who governs it",
    "maintainers": "Maintainers",
    "rhythm": "Releases",
    "age": "Age",
    "size": "Size",
    "load": "What it brings along",
    "used": "Used here already",
    "alternatives": "Alternatives used here",
    "decided": "Decided before",
}
"""The rows of a comparison by their id, in their order."""


class Cell(msgspec.Struct, frozen=True, kw_only=True):
    """What is known of one candidate in one row.

    `text` fits into a table; `notes` are further sentences. `value` is the same for programs. With `known` False
    nobody knows, `text` says so, and `find_out` is the command that would find it.
    """

    text: str
    known: bool = True
    value: Any = None
    notes: tuple[str, ...] = ()
    find_out: str | None = None


class Missing(msgspec.Struct, frozen=True, kw_only=True):
    """Something that nobody knows of a candidate, and the command that would find it (None: none would)."""

    what: str
    why: str
    find_out: str | None


class Find(msgspec.Struct, frozen=True, kw_only=True):
    """What one command would find (None: no command would): of which candidate, which rows."""

    command: str | None
    rows: tuple[tuple[str, tuple[str, ...]], ...]

    @property
    def sentence(self) -> str:
        """What is missing, in words."""
        return "; ".join(f"{title}: {', '.join(each.lower() for each in what)}" for title, what in self.rows)


class Candidate(msgspec.Struct, frozen=True, kw_only=True):
    """One candidate. `version` is the one that would be installed, `project` its upstream project."""

    package: str
    title: str
    version: str | None
    project: str | None
    cells: dict[str, Cell]
    summary: str
    missing: tuple[Missing, ...] = ()


class Evaluated(msgspec.Struct, frozen=True, kw_only=True):
    """Candidates side by side as of a day, for a use and a product where these were said. There is no total score."""

    as_of: datetime
    use: str | None
    product: str | None
    candidates: tuple[Candidate, ...]
    differences: tuple[str, ...] = ()

    @property
    def to_find_out(self) -> list[Find]:
        """What isn't known, by the command that would find it, the one that finds most first; then what none would."""
        found: dict[str | None, dict[str, list[str]]] = {}
        for candidate in self.candidates:
            for each in candidate.missing:
                found.setdefault(each.find_out, {}).setdefault(candidate.title, []).append(each.what)
        finds = [
            Find(command=command, rows=tuple((title, tuple(what)) for title, what in rows.items()))
            for command, rows in found.items()
        ]
        return sorted(finds, key=lambda one: (one.command is None, -sum(len(what) for _, what in one.rows)))


def unknown(text: str, find_out: str | None) -> Cell:
    """A cell of which nobody knows anything: why, and what would find it."""
    return Cell(text=f"unknown: {text}", known=False, find_out=find_out)
