# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""From blocks to the Markdown that a person keeps, and from their words back to blocks for print and page.

What somebody wrote is read as Markdown and stays data: no markup of theirs reaches a page or a PDF.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import msgspec

from umbel.frameworks import kept
from umbel.reports.documents import blocks as b

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime

_COMMENT = re.compile(r"<!--(?:(?!<!--).)*?-->", re.DOTALL)
"""A whole comment: what only begins as one, as in a line of code, takes nothing of what follows away."""
_VERBATIM = frozenset({"fence", "code_block", "html_block"})
_TO_WRITE = re.compile(r"(\[to write: [^\[\]\r\n]{1,300}\])")
_ESCAPED_BLANK = re.compile(r"\\\[to write: ([^\[\]\r\n]{1,300}?)\\\]")
_BLANK_MARK = re.compile(r"<!-- /?umbel:blank[^>]*-->\n*")
_CALLOUT = re.compile(r"\[!(\w+)\]\s*")
_ASKS = "To be written: "


class Part(msgspec.Struct, frozen=True, kw_only=True):
    """One part of a kept document as blocks; what is `yours` is written once, with blanks, and then left alone."""

    id: str
    blocks: tuple[b.Block, ...]
    yours: bool = False


def sections(title: str, parts: Sequence[Part]) -> list[kept.Section]:
    """Parts as Markdown; the title stands first, and is the person's."""
    head = kept.Section(id="title", text=f"# {_escaped(title)}", yours=True)
    return [head, *(kept.Section(id=each.id, text=markdown(each.blocks), yours=each.yours) for each in parts)]


def markdown(blocks: Sequence[b.Block]) -> str:
    """Blocks as Markdown; their sections are of the second level."""
    from umbel.reports.documents.markdown import blocks as written

    made = _BLANK_MARK.sub("", written(blocks, 2)).strip()
    return _ESCAPED_BLANK.sub(r"[to write: \1]", made)


def head(*facts: tuple[str, str]) -> Part:
    """The table at a document's head that a person fills in: what it is, and what is asked for."""
    rows = tuple((name, kept.blank(asks)) for name, asks in facts)
    table = b.Table(columns=(b.Column("About this document"), b.Column("", width=2)), rows=rows)
    return Part(id="head", blocks=(table,), yours=True)


def document(
    text: str, *, name: str, title: str, as_of: datetime, organisation: str = "", foot: str = ""
) -> b.Document:
    """A kept document's current words as a document; its first heading is its title."""
    found = _Reader(text).read()
    if found.title:
        title = found.title
    empty = (b.Paragraph("Nothing is written here yet.", style="soft"),)
    return b.Document(
        name=name,
        title=title,
        as_of=as_of,
        blocks=found.blocks or empty,
        organisation=organisation,
        foot=foot,
    )


def _escaped(text: str) -> str:
    from umbel.reports.documents.markdown import escaped
    from umbel.reports.documents.said import TITLE, line

    return escaped(line(text, TITLE))


class _Heading(msgspec.Struct):
    """A heading with what was read below it so far."""

    level: int
    title: str
    blocks: list[b.Block] = msgspec.field(default_factory=list)


class _Read(msgspec.Struct, frozen=True):
    title: str
    blocks: tuple[b.Block, ...]


class _Reader:
    """Walks the tokens of a Markdown text once."""

    def __init__(self, text: str) -> None:
        from markdown_it import MarkdownIt

        clean = text.encode("utf-8", "replace").decode().removeprefix("\ufeff")
        # Comments go first: inside of a paragraph they would end it, and nobody is to see them.
        self.tokens = MarkdownIt("commonmark").enable("table").parse(_COMMENT.sub("", clean))
        self.at = 0
        self.blanks = 0

    def read(self) -> _Read:
        title, stack = "", [_Heading(1, "")]
        while self.at < len(self.tokens):
            token = self.tokens[self.at]
            if token.type == "heading_open":
                words = b.plain(_words(self.tokens[self.at + 1]))
                self.at += 3
                level = int(token.tag[1:])
                if level == 1 and not title and len(stack) == 1:
                    title = words.strip()
                    continue
                _close(stack, max(level, 2))
                stack.append(_Heading(max(level, 2), words))
            else:
                stack[-1].blocks.extend(self._next())
        _close(stack, 2)
        return _Read(title, tuple(stack[0].blocks))

    def _next(self) -> Iterator[b.Block]:
        """The block that stands next, and go behind it."""
        token = self.tokens[self.at]
        match token.type:
            case "paragraph_open":
                words = _words(self.tokens[self.at + 1])
                self.at += 3
                if b.plain(words).strip():
                    yield b.Paragraph(words)
            case "bullet_list_open" | "ordered_list_open":
                ordered, items = token.type.startswith("ordered"), tuple(self._items())
                if items:
                    yield b.Steps(items) if ordered else b.Bullets(items)
            case "table_open":
                yield from self._table()
            case "blockquote_open":
                yield from self._quote()
            case _:
                self.at += 1
                yield from (b.Paragraph(line) for line in _verbatim(token))

    def _items(self) -> list[b.Words]:
        """A list's points, each with all that it holds; those of a list inside of it follow, with a dash."""
        end = self.tokens[self.at].type.replace("_open", "_close")
        depth, level, points = 0, self.tokens[self.at].level, list[list[b.Inline]]()
        while not ((token := self.tokens[self.at]).type == end and token.level == level):
            self.at += 1
            depth += token.type.endswith("list_open") - token.type.endswith("list_close")
            if token.type == "list_item_open":
                points.append([])
            for words in _said_in(token):
                lead = " " if points[-1] else "– " * (depth - 1)
                points[-1] += [*([lead] if lead else []), *((words,) if isinstance(words, str) else words)]
        self.at += 1
        return [tuple(point) for point in points if point]

    def _table(self) -> Iterator[b.Block]:
        rows: list[list[b.Words]] = []
        columns: list[b.Column] = []
        while (token := self.tokens[self.at]).type != "table_close":
            self.at += 1
            if token.type == "tr_open":
                rows.append([])
            elif token.type == "th_open":
                right = "right" in str(token.attrGet("style") or "")
                columns.append(b.Column("", "right" if right else "left"))
            elif token.type == "inline":
                rows[-1].append(_words(token))
        self.at += 1
        pairs = zip(columns, rows[0], strict=False)
        heads = [b.Column(b.plain(cell), one.align, _width(rows, n)) for n, (one, cell) in enumerate(pairs)]
        body = tuple(tuple(row[: len(heads)]) for row in rows[1:])
        if body:
            yield b.Table(columns=tuple(heads), rows=body)
        elif any(each.heading.strip() for each in heads):
            yield b.Paragraph(" · ".join(each.heading for each in heads))

    def _quote(self) -> Iterator[b.Block]:
        """A blank that is left, a box, or words that somebody quotes."""
        level = self.tokens[self.at].level
        told: list[b.Words] = []
        self.at += 1
        while not ((token := self.tokens[self.at]).type == "blockquote_close" and token.level == level):
            told += _said_in(token)
            self.at += 1
        self.at += 1
        if not told:
            return
        first = b.plain(told[0])
        if first.startswith(_ASKS) and len(told) == 1:
            self.blanks += 1
            yield b.Blank(f"blank-{self.blanks}", first.removeprefix(_ASKS))
        elif (kind := _CALLOUT.match(first)) and len(told) > 1:
            title = first[kind.end() :].strip() or kind[1].title()
            yield from self._box(kind[1], title, told[1:])
        else:
            yield from (b.Paragraph(words, style="soft") for words in told)

    def _box(self, kind: str, title: str, told: list[b.Words]) -> Iterator[b.Block]:
        words: list[Any] = []
        for each in told:
            words += [*([" "] if words else []), *((each,) if isinstance(each, str) else each)]
        warns = kind.upper() in {"WARNING", "CAUTION", "IMPORTANT"}
        yield b.Callout(title, tuple(words), "warning" if warns else "note")


def _said_in(token: Any) -> list[b.Words]:
    """What a token inside of a list or a quote says: a line of words, or lines of code."""
    found = [_words(token)] if token.type == "inline" else _verbatim(token)
    return [words for words in found if b.plain(words).strip()]


def _verbatim(token: Any) -> list[b.Words]:
    """The lines of code or of HTML, as they are written; none of any other token."""
    if token.type not in _VERBATIM:
        return []
    return [(b.Code(line.expandtabs(4)),) for line in token.content.splitlines() if line.strip()]


def _width(rows: Sequence[Sequence[b.Words]], column: int) -> float:
    """How wide a column is against the others: by its longest cell, within bounds."""
    longest = max(len(b.plain(row[column])) for row in rows if column < len(row))
    return min(max(longest / 12, 1.0), 3.5)


def _close(stack: list[_Heading], level: int) -> None:
    """Put headings of this level and below into those above them."""
    while len(stack) > 1 and stack[-1].level >= level:
        done = stack.pop()
        inner = tuple(done.blocks) or (b.Paragraph("Nothing is written here yet.", style="soft"),)
        stack[-1].blocks.append(b.Section(done.title.strip() or "Untitled", inner))


def _words(token: Any) -> b.Words:
    """What an inline token says, in parts."""
    found: list[b.Inline] = []
    strong, address = 0, ""
    for each in token.children or ():
        match each.type:
            case "strong_open" | "strong_close":
                strong += 1 if each.type == "strong_open" else -1
            case "link_open":
                address = str(each.attrGet("href") or "")
            case "link_close":
                address = ""
            case "code_inline":
                found.append(b.Link(each.content, address) if address else b.Code(each.content))
            case "softbreak" | "hardbreak":
                found.append(" ")
            case "text" | "html_inline" | "image":
                if not each.content:
                    continue
                if address:
                    found.append(b.Link(each.content, address))
                else:
                    found.extend(_said(each.content, strong=strong > 0))
            case _:
                pass
    return tuple(found) if any(not isinstance(part, str) for part in found) else "".join(map(str, found))


def _said(text: str, *, strong: bool) -> Iterator[b.Inline]:
    for piece in _TO_WRITE.split(text):
        if piece:
            yield b.Strong(piece) if strong or _TO_WRITE.fullmatch(piece) else piece
