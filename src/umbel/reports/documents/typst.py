# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""A document as PDF, set by typst: tagged, with its title and language, the same bytes for the same document.

The template is ours and never changes with the content: words come as data (JSON) and are shown as strings.
"""

from __future__ import annotations

import logging
import tempfile
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any, Literal

import msgspec

from umbel.reports.documents import blocks as b
from umbel.reports.documents import said
from umbel.reports.documents.charts import printed

if TYPE_CHECKING:
    from collections.abc import Sequence

STANDARD: Literal["ua-1"] = "ua-1"
"""PDF/UA-1: accessible to those who have it read to them."""
_MEASURE, _MEASURE_COMPACT = 470, 493
"""The width of the text on A4, in points."""
log = logging.getLogger(__name__)


@cache
def template() -> bytes:
    """The template's text."""
    return (files("umbel.reports.documents") / "document.typ").read_bytes()


def render(document: b.Document) -> bytes:
    """The document as PDF.

    A character that no font here has keeps a PDF from the accessibility standard, not from being made: it is tagged
    all the same.
    """
    import typst

    inputs = {"document": msgspec.json.encode(data(document)).decode()}
    moment = int(document.as_of.timestamp())
    with tempfile.TemporaryDirectory(
        prefix="umbel-document-"
    ) as root:  # an empty one: there is nothing to read
        given: dict[str, Any] = {"root": root, "format": "pdf", "sys_inputs": inputs, "timestamp": moment}
        try:
            made: Any = typst.compile(template(), pdf_standards=[STANDARD], **given)
        except typst.TypstError as error:
            log.info("%s isn't PDF/UA-1: %s", document.name, error)
            made = typst.compile(template(), **given)
    return bytes(made[0] if isinstance(made, list) else made)


def data(document: b.Document) -> dict[str, Any]:
    """What the template is given: every text cleaned, long words breakable, charts drawn."""
    title, organisation = said.line(document.title, said.TITLE), said.kicker(document)
    stamp = f"As of {said.day(document)}"
    warned = said.warning(document)
    return {
        "title": title,
        "author": organisation,
        "description": said.line(document.subtitle or title, said.TITLE),
        "day": {"year": document.as_of.year, "month": document.as_of.month, "day": document.as_of.day},
        "kicker": _print(f"{organisation} · {stamp}"),
        "running": _print(f"{said.line(organisation, 80)} · {said.line(title, 90)}"),
        "stamp": stamp,
        "footer": _print(
            said.line(" · ".join(p for p in (organisation[:90], stamp, warned and "office only") if p))
        ),
        "subtitle": _print(said.line(document.subtitle)),
        "private": document.private,
        "warning": warned,
        "compact": document.compact,
        "contents": document.contents,
        "measure": _MEASURE_COMPACT if document.compact else _MEASURE,
        "blocks": [_block(each) for each in document.blocks],
        "foot": _print(said.foot(document)),
    }


def _print(text: str) -> str:
    return said.breakable(text)


def _words(words: b.Cell, most: int = said.PARAGRAPH) -> list[Any] | None:
    """Words for the template; a link without a sound address is its text."""
    if words is None:
        return None
    made: list[Any] = []
    for each in said.parts(words, most):
        if isinstance(each, str):
            made.append(_print(each))
        elif isinstance(each, b.Link):
            made.append({"is": "link", "text": _print(each.text), "address": said.address(each.address)})
        else:
            kind = type(each).__struct_config__.tag
            made.append({"is": kind, "text": _print(each.text)})
    return made


def _block(block: b.Block) -> dict[str, Any]:  # noqa: C901, PLR0911 - one arm a kind of block
    match block:
        case b.Section():
            inner = [_block(each) for each in block.blocks]
            return {"block": "section", "title": _print(said.line(block.title, said.TITLE)), "blocks": inner}
        case b.Paragraph():
            return {"block": "paragraph", "words": _words(block.words), "style": block.style}
        case b.Bullets() | b.Steps():
            kind = "bullets" if isinstance(block, b.Bullets) else "steps"
            return {"block": kind, "items": [_words(each) for each in block.items]}
        case b.Table():
            return _table(block)
        case b.Figure():
            return _figure(block)
        case b.Gallery():
            return {"block": "gallery", "figures": [_figure(each) for each in block.figures]}
        case b.Figures():
            return {"block": "figures", "items": [_big(each) for each in block.items]}
        case b.Callout():
            title = _print(said.line(block.title, said.TITLE))
            return {"block": "callout", "title": title, "words": _words(block.words), "kind": block.kind}
        case b.Blank():
            hint = _print(said.line(block.hint))
            return {"block": "blank", "hint": hint, "words": _words(block.words)}
        case b.Terms():
            return {"block": "terms", "items": [_term(each) for each in block.items]}


def _term(term: b.Term) -> dict[str, Any]:
    return {"term": _print(said.line(term.term, said.TITLE)), "words": _words(term.words)}


def _table(table: b.Table) -> dict[str, Any]:
    rows, more = said.cut(table, b.MOST_ROWS)
    heads: Sequence[dict[str, Any]] = [
        {"heading": _print(said.line(each.heading, said.TITLE)), "align": each.align, "width": each.width}
        for each in table.columns
    ]
    return {
        "block": "table",
        "columns": heads,
        "rows": [[_words(cell, said.CELL) for cell in row] for row in rows],
        "caption": _print(said.line(table.caption, said.TITLE)),
        "note": _words(tuple(said.left_out(more, table.rest))) if more > 0 else "",
    }


def _figure(figure: b.Figure) -> dict[str, Any]:
    return {
        "block": "figure",
        "svg": printed(figure),
        "width": figure.width,
        "height": figure.height,
        "caption": _print(said.line(figure.caption, said.TITLE)),
        "alt": said.line(figure.alt),
    }


def _big(big: b.Big) -> dict[str, Any]:
    def told(text: str | None) -> str | None:
        return None if text is None else _print(said.line(text, said.CELL))

    return {
        "label": told(big.label),
        "value": None if big.value is None else said.line(big.value, 40),
        "of": told(big.of),
        "change": told(big.change),
        "tone": big.tone,
        "target": told(big.target),
        "ask": told(big.ask),
        "stated": big.stated,
    }
