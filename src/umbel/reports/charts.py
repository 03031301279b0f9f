# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Bar charts: Vega-Lite specifications, and the same as SVG for a page.

Every row is a label, its count and a bar on a line that stands for the whole, so that no axis is
needed and long names have room. Nothing depends on the fonts of the machine that draws it.
"""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING, Any

import msgspec

from umbel.reports.markup import NO_BREAK, Html, element, printable, text

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from xml.etree.ElementTree import Element

WIDTH = 360
STEP = 30
ROOM = 36.0
"""Room for a label beside its count, in letters of common width."""

TRACK, BAR, UNKNOWN, INK, SOFT = "#e1e5de", "#2b6e50", "#ffffff", "#1b211d", "#58615b"
"""Colours of a chart that stands alone. In a page they become classes, coloured by its style sheet."""

_CLASSES = {TRACK: "track", BAR: "bar", UNKNOWN: "bar-unknown", INK: "ink", SOFT: "soft"}
_KEPT = {
    "g": ("transform",),
    "path": ("d", "transform"),
    "text": ("transform", "text-anchor", "font-size"),
}
_NUMBER = re.compile(r"-?\d+\.\d+")


class Bar(msgspec.Struct, frozen=True):
    """One bar: what it counts, how many, and whether it stands for what nobody knows."""

    label: str
    count: int
    known: bool = True


def share(part: int, whole: int) -> str:
    """A share in percent; none and all are said only when they are true."""
    if not whole:
        return "–"
    percent = part / whole * 100
    if 0 < part < whole:
        percent = min(max(percent, 0.1), 99.9)
    return f"{percent:.{1 if 0 < part < whole else 0}f}{NO_BREAK}%"


def specification(bars: Sequence[Bar], whole: int) -> dict[str, Any]:
    """The Vega-Lite specification of horizontal bars; a full line stands for `whole`."""
    import altair as alt

    rows = [
        {
            "row": n,
            "label": fitted(bar.label),
            "count": bar.count,
            "known": bar.known,
            "said": _said(bar, whole),
        }
        for n, bar in enumerate(bars)
    ]
    row = alt.Y("row:O", axis=None, scale=alt.Scale(padding=0))
    rowed = alt.Chart(alt.InlineData(values=rows)).encode(y=row)
    length = alt.X("count:Q", axis=None, scale=alt.Scale(domain=[0, max(whole, 1)], nice=False, clamp=True))
    shade = alt.condition("datum.known", alt.value(BAR), alt.value(UNKNOWN))
    edge = alt.condition("datum.known", alt.value(BAR), alt.value(SOFT))
    some = rowed.transform_filter("datum.count > 0")
    layers = alt.layer(
        rowed.mark_bar(color=TRACK, height=6, yOffset=8).encode(x=alt.value(0), x2=alt.value(WIDTH)),
        some.mark_bar(strokeWidth=1, height=6, yOffset=8).encode(x=length, fill=shade, stroke=edge),
        rowed.mark_text(align="left", dy=-4, color=INK).encode(x=alt.value(0), text="label:N"),
        rowed.mark_text(align="right", dy=-4, color=SOFT).encode(x=alt.value(WIDTH), text="said:N"),
    )
    chart = layers.properties(width=WIDTH, height=STEP * len(rows), autosize=alt.AutoSizeParams(type="none"))
    chart = chart.configure(padding=0, font="system-ui, sans-serif", aria=False)
    drawn: dict[str, Any] = chart.configure_view(stroke=None).configure_text(fontSize=12).to_dict()
    return drawn


def draw(bars: Sequence[Bar], whole: int, *, name: str, title: str, description: str) -> Html:
    """The chart as SVG for a page; `name` makes its ids unique. Nothing is loaded from anywhere."""
    drawn, size = specification(bars, whole), (WIDTH, STEP * len(bars))
    return picture(drawn, size, name=name, title=title, description=description)


def picture(
    drawn: dict[str, Any],
    size: tuple[int, int],
    *,
    name: str,
    title: str,
    description: str,
    kind: str = "chart",
) -> Html:
    """A specification as SVG of a size in a page, with its title and description; `kind` are its classes."""
    import vl_convert
    from defusedxml.ElementTree import fromstring

    width, height = size
    svg = vl_convert.vegalite_to_svg(drawn, allowed_base_urls=[])
    return element(
        "svg",
        element("title", title, id=f"{name}-title"),
        element("desc", description, id=f"{name}-desc"),
        *rebuilt(fromstring(svg)),
        role="img",
        class_=kind,
        viewBox=f"0 0 {width} {height}",
        width=width,
        height=height,
        aria_labelledby=f"{name}-title",
        aria_describedby=f"{name}-desc",
    )


def fitted(label: str) -> str:
    """A label cut in its middle so that it fits: names differ at their ends."""
    clean = printable(label)
    if _head(clean, ROOM) == clean:
        return clean
    tail = clean[: -int(2 * ROOM) : -1]
    return _head(clean, ROOM * 0.45) + "…" + _head(tail, ROOM * 0.5)[::-1]


def _head(label: str, room: float) -> str:
    for position, character in enumerate(label):
        room -= _breadth(character)
        if room < 0:
            return label[:position]
    return label


def _breadth(character: str) -> float:
    """A letter's width as a rule of thumb: the page's font isn't known here."""
    if unicodedata.east_asian_width(character) in "WF":
        return 2.0
    return 1.4 if character.isupper() or character in "mw@%" else 1.0


def _said(bar: Bar, whole: int) -> str:
    return f"{bar.count:,} · {share(bar.count, whole)}"


def rebuilt(svg: Element) -> Iterator[Html]:
    """The drawing's elements, made anew: only known ones, with known attributes and our classes."""
    for child in svg:
        name = child.tag.rpartition("}")[2]
        if name not in _KEPT or (name == "path" and not _CLASSES.get(child.get("fill", ""))):
            continue
        kept = "".join(
            f' {key}="{text(_rounded(child.get(key, "")))}"' for key in _KEPT[name] if child.get(key)
        )
        paint = _CLASSES.get(child.get("fill", ""))
        classes = f' class="{paint}"' if paint else ""
        inner = "".join((*rebuilt(child), text(child.text or "")))
        if name == "g" and not kept:
            yield Html(inner)
        elif name == "path" or inner:
            yield Html(f"<{name}{kept}{classes}>{inner}</{name}>")


def _rounded(value: str) -> str:
    """Coordinates with two digits: the rest is noise of the machine that drew."""
    return _NUMBER.sub(lambda found: f"{float(found[0]):.2f}".rstrip("0").rstrip("."), value)
