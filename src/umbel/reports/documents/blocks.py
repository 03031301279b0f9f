# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""The model that every document is made of: blocks of words, tables and figures, the same for all writers.

All text is data: a writer escapes it, so that a project's name can never become markup. Empty blocks are refused
when a document is made: what isn't known is said in a sentence, and what a person must write is a `Blank`.
"""

from __future__ import annotations

from datetime import datetime  # noqa: TC003 - msgspec reads it
from typing import Any, Literal, TypeAlias

import msgspec

Align = Literal["left", "right"]
Tone = Literal["good", "bad", "none"]
"""Whether a change is for the better: the words must say so, too, since a colour is never the only sign."""
MOST_ROWS = 400
"""Rows of a table in print; HTML shows `MOST_ROWS_PAGE`, and both say how many are left out and where they are."""
MOST_ROWS_PAGE = 2_000


# ---- words


class Strong(msgspec.Struct, frozen=True, tag_field="is", tag="strong"):
    """Words that carry the sentence."""

    text: str


class Code(msgspec.Struct, frozen=True, tag_field="is", tag="code"):
    """A command, a file, a key: set in a fixed width, to be copied."""

    text: str


class Link(msgspec.Struct, frozen=True, tag_field="is", tag="link"):
    """Words that lead to an address; whatever isn't plain http or https is shown as text alone."""

    text: str
    address: str


class Soft(msgspec.Struct, frozen=True, tag_field="is", tag="soft"):
    """Words that stand back: a denominator, a source."""

    text: str


Inline: TypeAlias = str | Strong | Code | Link | Soft
Words: TypeAlias = str | tuple[Inline, ...]
"""A text, or parts of one: `("Run ", Code("umbel check"), " first.")`."""
Cell: TypeAlias = Words | None
"""What stands in a table; None is unknown, and is shown so."""


def plain(words: Cell) -> str:
    """Words without their dress."""
    if words is None:
        return "unknown"
    if isinstance(words, str):
        return words
    return "".join(each if isinstance(each, str) else each.text for each in words)


# ---- blocks


class Paragraph(msgspec.Struct, frozen=True, tag_field="block", tag="paragraph"):
    """One paragraph. `lead` is the sentence a reader in a hurry takes along; `soft` is an aside."""

    words: Words
    style: Literal["body", "lead", "soft"] = "body"

    def __post_init__(self) -> None:
        """An empty paragraph would be an empty promise."""
        _some(self.words, "a paragraph")


class Bullets(msgspec.Struct, frozen=True, tag_field="block", tag="bullets"):
    """Points in no order."""

    items: tuple[Words, ...]

    def __post_init__(self) -> None:
        """A list has something in it."""
        _each(self.items, "a list")


class Steps(msgspec.Struct, frozen=True, tag_field="block", tag="steps"):
    """Steps in their order, numbered."""

    items: tuple[Words, ...]

    def __post_init__(self) -> None:
        """A list has something in it."""
        _each(self.items, "a list of steps")


class Column(msgspec.Struct, frozen=True):
    """A column: its heading, how it is set, and how wide it is against the others (0: as wide as it needs)."""

    heading: str
    align: Align = "left"
    width: float = 1


class Table(msgspec.Struct, frozen=True, tag_field="block", tag="table"):
    """A table whose first column names the row.

    `left_out` counts rows that its maker left out already, `rest` is the command or place that has all of them.
    """

    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]
    caption: str = ""
    left_out: int = 0
    rest: str | None = None

    def __post_init__(self) -> None:
        """Every row has a cell for every column, and there are rows."""
        if not self.columns or not self.rows:
            raise ValueError("a table without columns or rows: say in a sentence why there is nothing")
        if any(len(row) != len(self.columns) for row in self.rows):
            raise ValueError("a row of a table has not as many cells as there are columns")


class Figure(msgspec.Struct, frozen=True, tag_field="block", tag="figure"):
    """A chart: its Vega-Lite specification in pixels, what it shows in words, and its numbers as a table.

    `caption` stands below it, `alt` is for those who can't see it, `numbers` takes its place in Markdown. `kind` are
    the classes that colour it in a page, as `umbel.reports.charts.picture` has them.
    """

    specification: dict[str, Any]
    width: int
    height: int
    caption: str
    alt: str
    numbers: Table | None = None
    kind: str = "chart"

    def __post_init__(self) -> None:
        """No picture without words for those who can't see it."""
        _some(self.caption, "a figure's caption")
        _some(self.alt, "a figure's alternative text")


class Gallery(msgspec.Struct, frozen=True, tag_field="block", tag="gallery"):
    """Small figures side by side."""

    figures: tuple[Figure, ...]

    def __post_init__(self) -> None:
        """A gallery shows something."""
        if not self.figures:
            raise ValueError("a gallery without figures")


class Big(msgspec.Struct, frozen=True, kw_only=True):
    """One big figure: what it is, its value (None: unknown), out of how many, its change and its target.

    `of` is the line with numerator, denominator and coverage; where the value is unknown, it says why and `ask` what
    would make it known. `stated` marks what a person said, not what was observed.
    """

    label: str
    value: str | None
    of: str
    change: str | None = None
    tone: Tone = "none"
    target: str | None = None
    ask: str | None = None
    stated: bool = False


class Figures(msgspec.Struct, frozen=True, tag_field="block", tag="figures"):
    """Two to six big figures side by side."""

    items: tuple[Big, ...]

    def __post_init__(self) -> None:
        """More than six are a table."""
        if not 1 <= len(self.items) <= 6:
            raise ValueError(f"{len(self.items)} big figures side by side: one to six can be read")


class Callout(msgspec.Struct, frozen=True, tag_field="block", tag="callout"):
    """A box that must not be missed: a title and a sentence or two."""

    title: str
    words: Words
    kind: Literal["note", "warning"] = "note"

    def __post_init__(self) -> None:
        """A box has something in it."""
        _some(self.title, "a callout's title")
        _some(self.words, "a callout")


class Blank(msgspec.Struct, frozen=True, tag_field="block", tag="blank"):
    """What a person must write here: a visible gap with a hint, or what they wrote (`words`).

    `id` names it for whoever asks which blanks are left.
    """

    id: str
    hint: str
    words: Words | None = None

    def __post_init__(self) -> None:
        """A gap without a hint helps nobody."""
        _some(self.hint, "a blank's hint")


class Term(msgspec.Struct, frozen=True):
    """A term and what it is."""

    term: str
    words: Words


class Terms(msgspec.Struct, frozen=True, tag_field="block", tag="terms"):
    """Terms and what they are: facts by name."""

    items: tuple[Term, ...]

    def __post_init__(self) -> None:
        """A list has something in it."""
        _each(tuple(each.words for each in self.items), "a list of terms")


class Section(msgspec.Struct, frozen=True, tag_field="block", tag="section"):
    """A heading and what stands under it; sections nest, and their depth is the heading's level."""

    title: str
    blocks: tuple[Block, ...]

    def __post_init__(self) -> None:
        """No heading without anything under it."""
        _some(self.title, "a section's title")
        if not self.blocks:
            raise ValueError(f"the section {self.title!r} is empty: say in a sentence what isn't known")


Block: TypeAlias = (
    Paragraph | Bullets | Steps | Table | Figure | Gallery | Figures | Callout | Blank | Terms | Section
)


class Document(msgspec.Struct, frozen=True, kw_only=True):
    """A document: `name` is the command's argument, `as_of` the moment whose evidence it tells (UTC).

    `private`: it holds personal data or plans and says at its head that it is for the office only. `compact` sets it
    for a single page; `foot` is its last line: how the figures were made. Blocks may stand before the first section.
    """

    name: str
    title: str
    as_of: datetime
    blocks: tuple[Block, ...]
    subtitle: str = ""
    organisation: str = ""
    private: bool = False
    compact: bool = False
    contents: bool = False
    foot: str = ""

    def __post_init__(self) -> None:
        """A document has a title and something in it."""
        _some(self.title, "a document's title")
        if not self.blocks:
            raise ValueError(f"the document {self.name!r} is empty")


def _some(words: Cell, what: str) -> None:
    if not plain(words).strip():
        raise ValueError(f"{what} is empty")


def _each(items: tuple[Words, ...], what: str) -> None:
    if not items:
        raise ValueError(f"{what} is empty")
    for item in items:
        _some(item, f"a point of {what}")
