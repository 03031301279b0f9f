# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""A document as a page that stands alone: style inside, nothing loaded, light and dark, narrow and wide."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from umbel.reports.charts import picture
from umbel.reports.documents import blocks as b
from umbel.reports.documents import said
from umbel.reports.markup import Html, element, join, text
from umbel.reports.page import asset
from umbel.reports.page import document as page

if TYPE_CHECKING:
    from collections.abc import Sequence

_CODE = re.compile(r"[^a-z0-9]+")


def render(document: b.Document) -> str:
    """The document as HTML. Pure: equal documents give equal bytes."""
    return _Page(document).whole()


class _Page:
    """Writes one page; keeps the names that its headings and charts have taken."""

    def __init__(self, document: b.Document) -> None:
        self.document = document
        self.taken: set[str] = set()

    def whole(self) -> str:
        document, title = self.document, said.line(self.document.title, said.TITLE)
        about = element(
            "div", element("p", said.kicker(document), class_="kicker"), element("h1", element("bdi", title))
        )
        dates = element("dl", element("dt", "As of"), element("dd", said.day(document)), class_="when")
        top = element("header", asset("mark.svg"), about, dates, class_="top")
        intro = [element("p", said.line(document.subtitle), class_="subtitle")] if document.subtitle else []
        if document.private:
            intro.append(element("p", said.warning(document), class_="private"))
        main = element("main", *intro, *self.blocks(document.blocks, 2), class_="document")
        foot = element("footer", element("p", said.foot(document)))
        contents = [self.contents()] if document.contents else []
        return page(title, top, *contents, main, foot, styles=("report.css", "document.css"))

    def contents(self) -> Html:
        """The way to the sections; their names are those that they take when they are written."""
        seen: set[str] = set()
        sections = [each for each in self.document.blocks if isinstance(each, b.Section)]
        links = [
            element("a", said.line(each.title, 80), href=f"#{_name(each.title, seen)}") for each in sections
        ]
        return element("nav", *links, aria_label="Contents")

    def blocks(self, blocks: Sequence[b.Block], depth: int) -> list[Html]:
        return [self.block(each, depth) for each in blocks]

    def block(self, block: b.Block, depth: int) -> Html:  # noqa: C901, PLR0911 - one arm a kind of block
        match block:
            case b.Section():
                name = _name(block.title, self.taken)
                heading = element(f"h{min(depth, 6)}", said.line(block.title, said.TITLE), id=name)
                return element(
                    "section", heading, *self.blocks(block.blocks, depth + 1), aria_labelledby=name
                )
            case b.Paragraph():
                return element("p", _words(block.words), class_={"body": None}.get(block.style, block.style))
            case b.Bullets() | b.Steps():
                items = [element("li", _words(each)) for each in block.items]
                return element("ul" if isinstance(block, b.Bullets) else "ol", *items)
            case b.Table():
                return self.table(block)
            case b.Figure():
                return self.figure(block)
            case b.Gallery():
                return element("div", *(self.figure(each) for each in block.figures), class_="gallery")
            case b.Figures():
                return element(
                    "div",
                    *(_big(each) for each in block.items),
                    class_="numbers six" if len(block.items) == 6 else "numbers",
                )
            case b.Callout():
                title = element("p", element("strong", said.line(block.title, said.TITLE)))
                return element(
                    "div",
                    title,
                    element("p", _words(block.words)),
                    class_=f"callout {block.kind}",
                    role="note",
                )
            case b.Blank():
                return _blank(block)
            case b.Terms():
                return element("dl", *(_term(each) for each in block.items), class_="terms")

    def table(self, table: b.Table) -> Html:
        rows, more = said.cut(table, b.MOST_ROWS_PAGE)
        sides = ["number" if each.align == "right" else None for each in table.columns]
        heads = [
            element("th", element("span", said.line(each.heading, said.TITLE)), scope="col", class_=side)
            for each, side in zip(table.columns, sides, strict=True)
        ]
        lines = [_row(row, sides) for row in rows]
        caption = [element("caption", said.line(table.caption, said.TITLE))] if table.caption else []
        inner = element(
            "table", *caption, element("thead", element("tr", *heads)), element("tbody", join(lines))
        )
        label = said.line(table.caption or table.columns[0].heading, said.TITLE)
        note = [element("p", _inline(said.left_out(more, table.rest)), class_="note")] if more > 0 else []
        sheet = element("div", inner, class_="grid", role="region", tabindex="0", aria_label=label)
        return join([sheet, *note])

    def figure(self, figure: b.Figure) -> Html:
        caption = said.line(figure.caption, said.TITLE)
        drawn = picture(
            figure.specification,
            (figure.width, figure.height),
            name=_name(f"figure {caption}", self.taken),
            title=caption,
            description=said.line(figure.alt),
            kind=figure.kind,
        )
        numbers = [_numbers(self.table(figure.numbers))] if figure.numbers else []
        return element("figure", element("figcaption", element("h3", caption)), drawn, *numbers)


def _numbers(table: Html) -> Html:
    return element("details", element("summary", "The numbers"), table)


def _name(title: str, taken: set[str]) -> str:
    """An anchor of a heading: letters and digits, none twice."""
    stem = _CODE.sub("-", said.line(title, 80).casefold()).strip("-") or "section"
    name, number = stem, 1
    while name in taken:
        number += 1
        name = f"{stem}-{number}"
    taken.add(name)
    return name


def _row(row: Sequence[b.Cell], sides: Sequence[str | None]) -> Html:
    cells = [element("th", _words(row[0], said.CELL), scope="row")]
    cells += [
        element(
            "td",
            _words(cell, said.CELL),
            class_=" ".join(filter(None, (side, "unknown" if cell is None else None))) or None,
        )
        for cell, side in zip(row[1:], sides[1:], strict=True)
    ]
    return join([element("tr", *cells), Html("\n")])


def _words(words: b.Cell, most: int = said.PARAGRAPH) -> Html:
    return Html("unknown") if words is None else _inline(said.parts(words, most))


def _inline(parts: Sequence[b.Inline]) -> Html:
    return join(_part(each) for each in parts)


def _part(part: b.Inline) -> Html:
    match part:
        case str():
            return text(part)
        case b.Strong():
            return element("strong", part.text)
        case b.Code():
            return element("code", part.text)
        case b.Soft():
            return element("span", part.text, class_="soft")
        case b.Link():
            to = said.address(part.address)
            if to is None:
                return text(part.text)
            return element("a", part.text, href=to, rel="noopener noreferrer nofollow")


def _big(big: b.Big) -> Html:
    value = (
        element("p", "unknown", class_="value words soft")
        if big.value is None
        else element("p", said.line(big.value, 40), class_="value words" if len(big.value) > 12 else "value")
    )
    lines = [
        element("h3", said.line(big.label, said.CELL)),
        value,
        element("p", said.line(big.of), class_="of soft"),
    ]
    if big.change is not None:
        lines.append(element("p", said.line(big.change, said.CELL), class_=f"of {big.tone}"))
    if big.target is not None:
        lines.append(element("p", said.line(big.target, said.CELL), class_="of"))
    if big.stated:
        lines.append(element("p", "stated, not observed", class_="of stated"))
    if big.ask is not None:
        lines.append(element("p", element("code", said.line(big.ask)), class_="of"))
    return element("div", *lines, class_="figure")


def _blank(block: b.Blank) -> Html:
    if block.words is not None:
        return element("p", _words(block.words))
    return element(
        "p", element("strong", "To be written: "), element("em", said.line(block.hint)), class_="blank"
    )


def _term(term: b.Term) -> Html:
    return join([element("dt", said.line(term.term, said.TITLE)), element("dd", _words(term.words))])
