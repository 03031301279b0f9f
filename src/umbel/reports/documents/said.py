# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""What all writers do to words before they write them: printable, of a bounded length, with places to break."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from umbel.reports.markup import printable, short

if TYPE_CHECKING:
    from umbel.reports.documents.blocks import Cell, Document, Inline, Table, Words

PARAGRAPH, CELL, TITLE = 4_000, 400, 200
"""The most characters of each; names come from foreign files and may be whole license texts."""
LONG_WORD, LONGEST_WORD, BREAK_EVERY = 9, 18, 6
"""Characters from which on a word may be broken in print after a sign, or anywhere, and then after how many each."""
_SPACE = re.compile(r"[^\S\u00a0]+")
_LONG = re.compile(rf"\S{{{LONG_WORD},}}")
_SOFT_PLACES = re.compile(r"(?<=\w[/._@:+=&?,-])(?=\w)")
_OPTION = re.compile(r"(?<!\S)--?(?=\w)")
_BREAK, _JOIN = "\u200b", "\u2060"


def line(value: object, most: int = PARAGRAPH) -> str:
    """One line of printable text: space is a single space, control characters and marks of direction show as such."""
    return short(printable(_SPACE.sub(" ", short(value, most * 2))), most)


def parts(words: Words, most: int = PARAGRAPH) -> list[Inline]:
    """Words as parts with cleaned texts; together at most so many characters."""
    from msgspec.structs import replace

    cleaned: list[Inline] = []
    room = most
    for each in (words,) if isinstance(words, str) else words:
        text = line(each if isinstance(each, str) else each.text, max(room, 1))
        room -= len(text)
        cleaned.append(text if isinstance(each, str) else replace(each, text=text))
        if room <= 0:
            break
    return cleaned


def breakable(text: str) -> str:
    """Text whose long words may be broken: after a sign that parts names, else anywhere; an option keeps its dashes.

    The places are zero-width spaces: for print only, where nobody copies them back into a shell.
    """
    return _LONG.sub(lambda found: _broken(found[0]), _OPTION.sub(lambda found: found[0] + _JOIN, text))


def _broken(word: str) -> str:
    pieces: list[str] = []
    for piece in _SOFT_PLACES.split(word):
        pieces += [piece] if len(piece) < LONGEST_WORD else wrapped(piece)
    return _BREAK.join(pieces)


def wrapped(piece: str) -> list[str]:
    """A long piece of a word in pieces of equal length."""
    return [piece[n : n + BREAK_EVERY] for n in range(0, len(piece), BREAK_EVERY)]


def address(value: str) -> str | None:
    """An address that may be a link: plain http or https, without a login in it; else None."""
    try:
        found = urlsplit(value)
        sound = found.scheme in {"http", "https"} and bool(found.hostname) and found.username is None
    except ValueError:
        return None
    sound = sound and value.isprintable() and not set(value) & set(" <>\"'`\\|")
    return value if sound else None


def cut(table: Table, most: int) -> tuple[tuple[tuple[Cell, ...], ...], int]:
    """The rows of a table that are shown, and how many are left out in all."""
    shown = table.rows[:most]
    return shown, table.left_out + len(table.rows) - len(shown)


def left_out(number: int, rest: str | None) -> list[Inline]:
    """The line below a table that doesn't show all; empty where it does."""
    from umbel.reports.documents.blocks import Code

    if number <= 0:
        return []
    said = f"… and {number:,} more."
    return [said] if rest is None else [f"{said} All of them: ", Code(line(rest)), "."]


def warning(document: Document) -> str:
    """What a private document says at its head; empty for others."""
    return "For the office only: it holds personal data or plans." if document.private else ""


def kicker(document: Document) -> str:
    """The line above the title."""
    return line(document.organisation or "Open source program", TITLE)


def day(document: Document) -> str:
    """The day whose evidence it tells."""
    return f"{document.as_of:%Y-%m-%d}"


def foot(document: Document) -> str:
    """The last line: how it was made."""
    from umbel._version import __version__

    said = f"{line(document.foot)} " if document.foot else ""
    return f"{said}Made by Umbel {__version__} from the evidence as of {day(document)}."
