# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""A document as Markdown (GitHub's): plain enough to be kept and edited by hand; charts are tables of their numbers."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from umbel.reports.documents import blocks as b
from umbel.reports.documents import said

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

MOST_ROWS = b.MOST_ROWS_PAGE
BLANK, END = "<!-- umbel:blank {} -->", "<!-- /umbel:blank -->"
"""What stands around a blank, so that whoever looks for blanks that are left finds them."""
_SPECIAL = re.compile(r"[\\`*\[\]<>|~$]")
_EDGE = re.compile(r"(?<![^\W_])_|_(?![^\W_])")
"""An underscore inside of a word is none of emphasis."""
_ENTITY = re.compile(r"&(?=#?\w+;)")
_BARE = re.compile(r"(?i)(?<=[a-z])://|(?<=www)\.")
"""What code hosts would make a link of on their own."""
_STARTS = re.compile(r"^(?:(#{1,6})(?=\s|$)|([-+=])|(\d{1,9})([.)])(?=\s|$))")
_ID = re.compile(r"[^A-Za-z0-9_./-]+")


def render(document: b.Document) -> str:
    """The whole text, ending with a line end. Pure."""
    about = [f"As of {said.day(document)}", said.kicker(document)]
    head = [_heading(document.title, 1)]
    if document.subtitle:
        head.append(_start(escaped(said.line(document.subtitle))))
    head.append(escaped(" · ".join(about)))
    if document.private:
        head.append(f"**{said.warning(document)}**")
    return "\n\n".join([*head, blocks(document.blocks), "---", escaped(said.foot(document))]) + "\n"


def blocks(given: Iterable[b.Block], depth: int = 2) -> str:
    """Blocks with an empty line between them; sections have headings of this depth and below."""
    return "\n\n".join(text for each in given for text in _block(each, depth))


def escaped(text: str) -> str:
    """Text that stays text wherever it stands inside of a line."""
    made = _EDGE.sub(r"\\_", _SPECIAL.sub(r"\\\g<0>", text))
    made = _BARE.sub(lambda found: r":\//" if found[0].startswith(":") else r"\.", made)
    return _ENTITY.sub("&amp;", made)


def _heading(title: str, depth: int) -> str:
    """A heading; signs at its end would be taken for its own."""
    text = escaped(said.line(title, said.TITLE)).strip()
    stem = text.rstrip("#")
    return f"{'#' * min(depth, 6)} {stem}" + "\\#" * (len(text) - len(stem))


def _start(text: str) -> str:
    """Text that may begin a line: what would make it a heading, a list or a rule is escaped."""
    text = text.lstrip()
    found = _STARTS.match(text)
    if found is None:
        return text
    if found[3]:
        return f"{found[3]}\\{text[len(found[3]) :]}"
    return f"\\{text}"


def words(given: b.Cell, most: int = said.PARAGRAPH) -> str:
    """Words inside of a line."""
    if given is None:
        return "*unknown*"
    return "".join(_part(each) for each in said.parts(given, most))


def _part(part: b.Inline) -> str:
    match part:
        case str():
            return escaped(part)
        case b.Strong():
            return _dressed(part.text, "**")
        case b.Code():
            return _code(part.text)
        case b.Soft():
            return escaped(part.text)
        case b.Link():
            to = said.address(part.address)
            if to is None:
                return escaped(part.text)
            return f"[{escaped(part.text)}](<{to}>)"


def _dressed(text: str, dress: str) -> str:
    """Emphasis touches its words, or it is none."""
    inner = text.strip()
    if not inner:
        return escaped(text)
    before, after = text[: len(text) - len(text.lstrip())], text[len(text.rstrip()) :]
    return f"{before}{dress}{escaped(inner)}{dress}{after}"


def _code(text: str) -> str:
    """A span of code; its fence is longer than any run of backticks in it. Bars are escaped for tables."""
    fence = "`" * (max((len(run) for run in re.findall("`+", text)), default=0) + 1)
    room = " " if text[:1] == "`" or text[-1:] == "`" else ""
    return f"{fence}{room}{text}{room}{fence}"


def _cell(given: b.Cell) -> str:
    """Words in a table, where a bar ends a cell even in code."""
    if given is None or isinstance(given, str):
        return words(given, said.CELL)
    made = (
        _code(each.text).replace("|", r"\|") if isinstance(each, b.Code) else _part(each)
        for each in said.parts(given, said.CELL)
    )
    return "".join(made)


def _block(block: b.Block, depth: int) -> Iterator[str]:  # noqa: C901, PLR0912 - one arm a kind of block
    match block:
        case b.Section():
            yield _heading(block.title, depth)
            for each in block.blocks:
                yield from _block(each, depth + 1)
        case b.Paragraph():
            yield _start(words(block.words))
        case b.Bullets():
            yield "\n".join(f"- {_start(words(each))}" for each in block.items)
        case b.Steps():
            yield "\n".join(f"{n}. {_start(words(each))}" for n, each in enumerate(block.items, 1))
        case b.Table():
            yield from _table(block)
        case b.Figure():
            yield from _figure(block)
        case b.Gallery():
            for each in block.figures:
                yield from _figure(each)
        case b.Figures():
            yield "\n".join(_big(each) for each in block.items)
        case b.Callout():
            kind = "WARNING" if block.kind == "warning" else "NOTE"
            title = escaped(said.line(block.title, said.TITLE))
            yield f"> [!{kind}]\n> **{title}**\n>\n> {_start(words(block.words))}"
        case b.Blank():
            yield _blank(block)
        case b.Terms():
            yield "\n".join(
                f"- {_dressed(said.line(each.term, said.TITLE), '**')}: {words(each.words)}"
                for each in block.items
            )


def _table(table: b.Table) -> Iterator[str]:
    rows, more = said.cut(table, MOST_ROWS)
    if table.caption:
        yield _dressed(said.line(table.caption, said.TITLE), "**")
    heads = [escaped(said.line(each.heading, said.TITLE)) for each in table.columns]
    rule = ["---:" if each.align == "right" else "---" for each in table.columns]
    yield "\n".join([_line(heads), _line(rule), *(_line([_cell(cell) for cell in row]) for row in rows)])
    if more > 0:
        yield words(tuple(said.left_out(more, table.rest)))


def _line(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _figure(figure: b.Figure) -> Iterator[str]:
    yield _dressed(said.line(figure.caption, said.TITLE), "**")
    if figure.numbers is None:
        yield _start(escaped(said.line(figure.alt)))
    else:
        yield from _table(figure.numbers)


def _big(big: b.Big) -> str:
    value = "unknown" if big.value is None else escaped(said.line(big.value, 40))
    told = [said.line(each) for each in (big.of, big.change, big.target) if each]
    if big.stated:
        told.append("stated, not observed")
    ask = f" ({_code(said.line(big.ask))})" if big.ask else ""
    return f"- {_dressed(said.line(big.label, said.CELL), '**')}: {value}. {escaped('; '.join(told))}{ask}"


def _blank(block: b.Blank) -> str:
    name = _ID.sub("-", block.id).replace("--", "-")
    inner = (
        f"> **To be written:** {escaped(said.line(block.hint))}"
        if block.words is None
        else _start(words(block.words))
    )
    return f"{BLANK.format(name)}\n\n{inner}\n\n{END}"
