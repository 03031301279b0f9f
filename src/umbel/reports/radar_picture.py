# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""The radar drawn from its data: in a page beside its list, or alone as an SVG file with the list in it.

Rings and shapes tell what colours tell, too: what moved in points up, what moved out down, what is new has a second
edge. The colours of blips are mid-tones that stand out from light and dark paper, and carry white numbers.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from umbel.policy.evaluations import MEANING, RINGS
from umbel.reports.markup import Html, element, short, text
from umbel.reports.radar_layout import BLIP, Layout, Spot, layout

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from umbel.strategy.radar import Blip, Radar

COLOURS = {"adopt": "#2a7750", "trial": "#2f68ad", "hold": "#8d5f00", "remove": "#b0392f"}
MOVES = {"new": "new", "in": "moved in", "out": "moved out", None: "as before"}
FONT = "system-ui, -apple-system, 'Segoe UI', Roboto, 'Noto Sans', 'Liberation Sans', sans-serif"
_LETTER = 8.3
"""Width of a bold letter of 13 pixels, as a rule of thumb: the font isn't known here."""
_ABOVE = 12
"""Room between the circle and the names of sectors in the four corners."""
_LINE = 16
_COLUMN = 250
_MOST = 32
_STYLE = """
.paper{fill:#fafaf7}.ink{fill:#1b211d}.soft{fill:#58615b}.line{stroke:#58615b}
@media (prefers-color-scheme:dark){.paper{fill:#141815}.ink{fill:#e5e9e3}.soft{fill:#a1aaa3}.line{stroke:#a1aaa3}}
@media print{.paper{fill:#fff}.ink{fill:#000}.soft{fill:#4b534e}.line{stroke:#4b534e}}
"""


def figure(radar: Radar) -> Html:
    """The picture for a page whose style sheet has the classes `paper`, `ink`, `soft` and `line`."""
    drawn = layout(radar.blips, radar.sectors)
    wide, high = _half(drawn, radar.sectors), drawn.radius + _ABOVE + 18
    return element(
        "svg",
        *_head(radar),
        *_body(radar, drawn),
        role="img",
        class_="radar",
        viewBox=f"{-wide:.0f} {-high:.0f} {2 * wide:.0f} {2 * high:.0f}",
        aria_labelledby="radar-name",
        aria_describedby="radar-words",
    )


def svg(radar: Radar) -> str:
    """The picture as a file of its own, with the list of blips beside it. Pure: equal radars give equal bytes."""
    drawn = layout(radar.blips, radar.sectors)
    wide, top = _half(drawn, radar.sectors) + 12, drawn.radius + 80
    columns = _columns(radar)
    longest = max((len(column) for column in columns), default=0)
    height = max(2 * drawn.radius + 160, (longest + 1) * _LINE + 80)
    width = 2 * wide + 24 + len(columns) * _COLUMN
    title = f"Technology radar{f' of {radar.product}' if radar.product else ''}, {radar.as_of:%Y-%m-%d}"
    listed = [
        element("g", *_column(column), transform=f"translate({wide + 24 + n * _COLUMN:.0f} {-top + 62:.0f})")
        for n, column in enumerate(columns)
    ]
    whole = element(
        "svg",
        *_head(radar),
        Html(f"<style>{_STYLE}</style>"),
        _drawn(
            "rect",
            class_="paper",
            x=f"{-wide:.0f}",
            y=f"{-top:.0f}",
            width=f"{width:.0f}",
            height=f"{height:.0f}",
        ),
        _text(title, -wide + 20, -top + 30, size=18, weight="600"),
        *_body(radar, drawn),
        *_key(-wide + 20, drawn.radius + 56),
        *listed,
        xmlns="http://www.w3.org/2000/svg",
        role="img",
        viewBox=f"{-wide:.0f} {-top:.0f} {width:.0f} {height:.0f}",
        width=f"{width:.0f}",
        height=f"{height:.0f}",
        font_family=FONT,
        aria_labelledby="radar-name",
        aria_describedby="radar-words",
    )
    return f"{whole}\n"


def _drawn(name: str, **attributes: str | None) -> Html:
    """An element without content, closed as XML wants it; a page takes that in drawings, too."""
    written = "".join(
        f' {key.rstrip("_").replace("_", "-")}="{text(value)}"'
        for key, value in attributes.items()
        if value is not None
    )
    return Html(f"<{name}{written}/>")


def _half(drawn: Layout, sectors: Sequence[str]) -> float:
    """Half of the width: the circle, or the longest name of a sector that stands beside it."""
    if len(sectors) == 4:
        return drawn.radius + 8
    sides = [
        abs(math.sin(_middle(place, len(sectors)))) * (drawn.radius + 14) + len(short(name, _MOST)) * _LETTER
        for place, name in enumerate(sectors)
    ]
    return max([drawn.radius + 8, *sides]) + 8


def _middle(sector: int, sectors: int) -> float:
    return (sector + 0.5) * 2 * math.pi / sectors


def _head(radar: Radar) -> Iterator[Html]:
    yield element("title", f"Technology radar, {radar.as_of:%Y-%m-%d}", id="radar-name")
    yield element("desc", described(radar), id="radar-words")


def described(radar: Radar) -> str:
    """The picture in words: how many blips there are in each ring, and where they are listed."""
    counts = ", ".join(f"{sum(b.ring == ring for b in radar.blips)} to {ring}" for ring in RINGS)
    sectors = ", ".join(radar.sectors)
    moved = sum(blip.moved is not None for blip in radar.blips)
    return (
        f"Four rings, from adopt in the middle to remove at the edge, in {len(radar.sectors)} sectors ({sectors}). "
        f"{len(radar.blips)} blips: {counts}. {moved} of them new or moved since {radar.since}. A table lists them all."
    )


def _body(radar: Radar, drawn: Layout) -> Iterator[Html]:
    for radius, shade in zip(reversed(drawn.radii), (0.03, 0.03, 0.04, 0.05), strict=True):
        yield _drawn(
            "circle", class_="ink line", r=f"{radius:.1f}", fill_opacity=str(shade), stroke_opacity=".45"
        )
    number = len(radar.sectors)
    for place in range(number if number > 1 else 0):
        angle = place * 2 * math.pi / number
        x, y = drawn.radius * math.sin(angle), -drawn.radius * math.cos(angle)
        yield _drawn("path", class_="line", d=f"M0 0L{x:.1f} {y:.1f}", stroke_opacity=".45")
    inner = 0.0
    for ring, radius in zip(RINGS, drawn.radii, strict=True):
        middle = -(inner + radius) / 2 if inner else -radius + 16
        yield _text(ring, 0, middle + 4, size=12, anchor="middle", weight="600", kind="soft")
        inner = radius
    for place, name in enumerate(radar.sectors):
        yield _named(short(name, _MOST), place, number, drawn.radius)
    for blip in radar.blips:
        yield _blip(blip, drawn.spots[blip.number])


def _named(name: str, sector: int, sectors: int, radius: float) -> Html:
    """The name of a sector: of four in the corners, else beside the circle."""
    angle = _middle(sector, sectors)
    x, y = (radius + 14) * math.sin(angle), -(radius + 14) * math.cos(angle)
    anchor = "middle" if abs(x) < radius / 4 else "start" if x > 0 else "end"
    if sectors == 4:
        x, y = math.copysign(radius + 4, x), math.copysign(radius + _ABOVE, y)
        anchor = "end" if x > 0 else "start"
    return _text(name, x, y + (9 if y > 0 else 0), size=13, anchor=anchor, weight="600")


def _blip(blip: Blip, spot: Spot) -> Html:
    told = f"{blip.number}. {blip.title}: {blip.ring}, {MOVES[blip.moved]}"
    return element(
        "g",
        element("title", told),
        *_shape(blip.moved, COLOURS[blip.ring]),
        element(
            "text", str(blip.number), fill="#fff", text_anchor="middle", font_size="10.5" if blip.number < 100 else "9",
            font_weight="600", y="5.5" if blip.moved == "in" else "2" if blip.moved == "out" else "3.8",
        ),
        transform=f"translate({spot.x:.1f} {spot.y:.1f})",
    )  # fmt: skip


def _shape(moved: str | None, colour: str) -> Iterator[Html]:
    """Each within the radius of a blip and a little: triangles reach to what keeps blips apart."""
    if moved in {"in", "out"}:
        turn = -1 if moved == "in" else 1
        r = BLIP + 1.4
        low = -turn * r * 0.72
        corners = f"M0 {turn * r:.1f}L{r:.1f} {low:.1f}L{-r:.1f} {low:.1f}Z"
        yield _drawn(
            "path", fill=colour, d=corners, stroke=colour, stroke_width="1.5", stroke_linejoin="round"
        )
        return
    if moved == "new":
        yield _drawn("circle", r=f"{BLIP + 1:.1f}", fill="none", stroke=colour, stroke_width="1.4")
    yield _drawn("circle", r=f"{BLIP - 1.6 if moved == 'new' else BLIP - 0.5:.1f}", fill=colour)


def _text(
    words: str, x: float, y: float, size: int = 12, anchor: str = "start", weight: str | None = None, kind: str = "ink"
) -> Html:  # fmt: skip
    return element(
        "text", words, x=f"{x:.1f}", y=f"{y:.1f}", font_size=str(size), text_anchor=anchor, font_weight=weight,
        class_=kind,
    )  # fmt: skip


def key() -> Html:
    """What the shapes mean, as a drawing for a page."""
    return element(
        "svg",
        *_key(14, 14),
        class_="radar-key",
        viewBox="0 0 470 28",
        width="470",
        height="28",
        aria_hidden="true",
    )


def _key(x: float, y: float) -> Iterator[Html]:
    for place, moved in enumerate(("new", "in", "out", None)):
        shape = element("g", *_shape(moved, "#6b736d"), transform=f"translate({x + 118 * place:.0f} {y:.0f})")
        yield shape
        yield _text(MOVES[moved], x + 118 * place + 20, y + 4, kind="soft")


# ---- the list in a file of its own


def _columns(radar: Radar) -> list[list[tuple[str, str, str]]]:
    """The list of blips in two columns about as long as each other: kind of line, number, words."""
    blocks: list[list[tuple[str, str, str]]] = []
    for sector in radar.sectors:
        mine = [blip for blip in radar.blips if blip.sector == sector]
        if not mine:
            continue
        block: list[tuple[str, str, str]] = [("sector", "", short(sector, _MOST))]
        for ring in RINGS:
            listed = [blip for blip in mine if blip.ring == ring]
            if listed:
                block.append(("ring", ring, f"{ring}: {MEANING[ring]}"))
                block += [("blip", str(b.number), _entry(b)) for b in listed]
        blocks.append([*block, ("gap", "", "")])
    columns: list[list[tuple[str, str, str]]] = [[], []]
    half = sum(map(len, blocks)) / 2
    for block in blocks:
        first = not columns[1] and (not columns[0] or len(columns[0]) + len(block) / 2 <= half)
        columns[0 if first else 1].extend(block)
    return [column for column in columns if column]


def _entry(blip: Blip) -> str:
    moved = f", {MOVES[blip.moved]}" if blip.moved else ""
    return short(blip.title, _MOST - len(moved)) + moved


def _column(lines: Sequence[tuple[str, str, str]]) -> Iterator[Html]:
    for place, (kind, number, words) in enumerate(lines):
        y = place * _LINE
        if kind == "sector":
            yield _text(words, 0, y, size=13, weight="600")
        elif kind == "ring":
            yield _drawn("circle", cx="4", cy=f"{y - 4}", r="4", fill=COLOURS[number])
            yield _text(words, 14, y, size=11, kind="soft")
        elif kind == "blip":
            yield _text(number, 30, y, anchor="end", kind="soft")
            yield _text(words, 38, y)
