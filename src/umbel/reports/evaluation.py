# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Candidates side by side as Markdown, and as a page that stands alone."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from umbel.reports.markup import Html, element, printable, short
from umbel.reports.radar_shell import shell
from umbel.strategy.evaluate.records import ROWS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from umbel.strategy.evaluate.records import Cell, Evaluated

TITLE = "Before adopting"
_FOOT = "No total score: what matters most is for people to decide. What is unknown counts neither way."
_LONGEST = 600


def _for(found: Evaluated) -> str:
    parts = [f"for {found.product}" if found.product else "", f"in {found.use} use" if found.use else ""]
    return ", ".join(part for part in parts if part) or "no use was named"


def markdown(found: Evaluated) -> str:
    """The comparison as Markdown: the table, what differs, what is unknown. Pure."""
    titles = [_md(each.title) for each in found.candidates]
    lines = [
        f"# {TITLE}: {', '.join(titles)}",
        "",
        f"As of {found.as_of:%Y-%m-%d}, {_md(_for(found))}.",
        "",
        f"| | {' | '.join(titles)} |",
        f"|{'---|' * (len(titles) + 1)}",
    ]
    for row, title in ROWS.items():
        cells = [_md(each.cells[row].text) for each in found.candidates]
        lines.append(f"| **{title}** | {' | '.join(cells)} |")
    lines += _section("What differs", found.differences)
    lines += _section("Each in a sentence", [each.summary for each in found.candidates])
    notes = [
        f"{each.title}, {title.lower()}: {note}"
        for each in found.candidates
        for row, title in ROWS.items()
        for note in each.cells[row].notes
    ]
    lines += _section("The reasons", notes)
    gaps = [f"{each.command or 'no command'}: {each.sentence}" for each in found.to_find_out]
    lines += _section("What nobody knows, and what would find it", gaps)
    return "\n".join([*lines, "", _FOOT, ""])


def _section(title: str, told: Sequence[str]) -> list[str]:
    sentences = [f"- {_md(each)}" for each in told]
    return ["", f"## {title}", "", *sentences] if sentences else []


def _md(text: str) -> str:
    """Text that stays text in a cell of Markdown."""
    return re.sub(r"([\\`*_{}\[\]<>#|!~])", r"\\\1", printable(short(text, _LONGEST)))


def page(found: Evaluated) -> str:
    """The comparison as a page that stands alone. Pure: equal comparisons give equal bytes."""
    titles = [short(each.title, 80) for each in found.candidates]
    body = [
        element(
            "p",
            f"{len(titles)} {'candidate' if len(titles) == 1 else 'candidates'}, {_for(found)}.",
            class_="lead",
        ),
        _list("What differs", list(found.differences), "nothing that is known differs much"),
        _compared(found),
        _list("Each in a sentence", [each.summary for each in found.candidates], ""),
        _unknown(found),
    ]
    return shell(", ".join(titles), TITLE, found.as_of, body, _FOOT)


def _list(title: str, told: list[str], nothing: str) -> Html:
    name = title.casefold().replace(" ", "-")
    items = [element("li", short(each, _LONGEST)) for each in told]
    inner = element("ul", *items, class_="said") if items else element("p", nothing, class_="note")
    return element("section", element("h2", title, id=name), inner, aria_labelledby=name)


def _compared(found: Evaluated) -> Html:
    heads = [
        element("td"),
        *(element("th", element("bdi", short(c.title, 80)), scope="col") for c in found.candidates),
    ]
    rows = [
        element(
            "tr",
            element("th", title, scope="row"),
            *(_cell(each.cells[row], f"{title} of {each.title}") for each in found.candidates),
        )
        for row, title in ROWS.items()
    ]
    inner = element(
        "table", element("thead", element("tr", *heads)), element("tbody", *rows), aria_labelledby="side"
    )
    scroll = element("div", inner, class_="compare", role="region", tabindex="0", aria_labelledby="side")
    return element("section", element("h2", "Side by side", id="side"), scroll, aria_labelledby="side")


def _cell(cell: Cell, about: str) -> Html:
    parts: list[Html] = [
        element("span", short(cell.text, _LONGEST), class_=None if cell.known else "unknown")
    ]
    if cell.notes:
        summary = element("summary", "why?", element("span", f" {short(about, 120)}", class_="aside"))
        notes = element("ul", *(element("li", short(note, _LONGEST)) for note in cell.notes))
        parts.append(element("details", summary, notes))
    return element("td", *parts)


def _unknown(found: Evaluated) -> Html:
    title = element("h2", "What nobody knows, and what would find it", id="unknown")
    items = []
    for each in found.to_find_out:
        command = element("code", each.command) if each.command else "No command"
        items.append(element("li", command, f" would tell of {short(each.sentence, _LONGEST)}"))
    inner = (
        element("ul", *items, class_="said")
        if items
        else element("p", "Nothing: every row is known.", class_="note")
    )
    return element("section", title, inner, aria_labelledby="unknown")
