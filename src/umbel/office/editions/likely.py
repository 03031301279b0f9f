# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""The rows that a text may mean where none has it as it was typed: with a slip put right, else by their trigrams."""

from __future__ import annotations

from typing import TYPE_CHECKING

from umbel.office.editions import alike
from umbel.office.editions.opened import connection
from umbel.office.editions.tables import folded

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from umbel.office.editions.listing import Listing

MOST_ALIKE = 50
LEAST_ALIKE = 0.3
"""Share of trigrams that a row must have in common with what was typed, where nothing matched as written."""


def rows_alike(listing: Listing, path: Path, text: str) -> list[int]:
    """Rows that a text may mean, the likeliest first: with one slip of a word put right, else by their trigrams."""
    typed = folded(text.strip())[:64]
    if not _trigrams(typed) or not any(column.searched for column in listing.columns):
        return []
    # Several words put right in every way at once would be a question of thousands of words.
    meant = alike.corrected if " " in typed else alike.guessed
    return _put_right(path, typed, meant) or _by_trigrams(path, typed)


def _put_right(path: Path, typed: str, meant: Callable[[str], list[str]]) -> list[int]:
    """Rows with each of the words that were typed, where one slip a word is put right."""
    words = [word for word in typed.split()[:8] if len(word) >= alike.LEAST]
    if not words:
        return []
    each = [" OR ".join(map(_phrase, meant(word))) for word in words]
    asked = " AND ".join(f"({either})" for either in each)
    found = connection(path).execute(
        "SELECT rowid, text FROM texts WHERE texts MATCH ? LIMIT ?", (asked, MOST_ALIKE * 8)
    )
    rated = []
    for row, there in found:
        parts = there.splitlines()[:MOST_ALIKE]
        near = [max((alike.nearness(word, part) for part in parts), default=0.0) for word in words]
        if min(near) >= alike.NEAR:
            rated.append((-round(sum(near) / len(near), 3), row))
    return [row for _, row in sorted(rated)[:MOST_ALIKE]]


def _by_trigrams(path: Path, typed: str) -> list[int]:
    """Rows that have most of a text's trigrams."""
    either = " OR ".join(map(_phrase, sorted(_trigrams(typed))))
    found = connection(path).execute(
        "SELECT rowid, text FROM texts WHERE texts MATCH ? ORDER BY rank LIMIT ?", (either, MOST_ALIKE * 4)
    )
    rated = []
    for row, there in found:
        best = max((_alikeness(typed, part) for part in there.splitlines()), default=0.0)
        if best >= LEAST_ALIKE:
            rated.append((-best, row))
    return [row for _, row in sorted(rated)[:MOST_ALIKE]]


def _phrase(text: str) -> str:
    """A text as the index of trigrams is asked for it."""
    return '"' + text.replace('"', '""') + '"'


def _trigrams(text: str) -> set[str]:
    return {text[place : place + 3] for place in range(len(text) - 2)}


def _alikeness(typed: str, part: str) -> float:
    """The share of trigrams that two texts have in common, their ends counted as letters, too."""
    mine, theirs = _trigrams(f"  {typed} "), _trigrams(f"  {part} ")
    both = len(mine & theirs)
    return both / (len(mine) + min(len(theirs), 3 * len(mine)) - both) if both else 0.0
