# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""The flower as SVG: a petal a part, filled from the centre outwards by the share of its practices that is met.

What is unknown is hatched, areas are true, and each petal has a mark for its state and its words beside it: nothing
is told by colour alone. Where there is little room the words are short; the table beneath has them all.
"""

from __future__ import annotations

import math
from functools import lru_cache
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

from umbel.reports.markup import Html, element, join, short

if TYPE_CHECKING:
    from collections.abc import Sequence

    from umbel.office.pages.home.standing import Part

WIDTH, HEIGHT = 760, 500
X, Y = WIDTH / 2, 262
START, END = 46.0, 206.0
"""How far from the centre a petal begins and ends."""
CENTRE = 40.0
STEPS = 48
CORNERS = 22
"""Of each side of a petal as it is drawn."""
LINE = 17
BLOCK = 4 * LINE + 14
"""The height of a part's words, with the space to the next."""
_LOW, _ASIDE = 0.3, 30.0
"""Petals that point down have their words further aside."""

_MARKS = {
    "good": "M-4.5 .5-1.500 3.500 4.500-3.500",
    "warn": "M0-5 5 4H-5z",
    "bad": "M-3.500-3.500 3.500 3.500M3.500-3.500-3.500 3.500",
    "unknown": "M-2.200-1.800c0-1.500 1-2.400 2.300-2.400s2.200.9 2.200 2c0 1.800-2.300 1.700-2.300 3.400M0 4.200v.2",
    "none": "M-4 0H4",
}


class _Way(NamedTuple):
    """The direction of a petal's axis."""

    x: float
    y: float

    def at(self, along: float, aside: float) -> tuple[float, float]:
        return X + self.x * along - self.y * aside, Y + self.y * along + self.x * aside


@lru_cache(64)
def draw(parts: tuple[Part, ...], *, title: str) -> Html:
    """The whole flower; the first part is the centre."""
    centre, petals = parts[0], parts[1:]
    ways = [_way(number, len(petals)) for number in range(len(petals))]
    width = min(56.0, 2.2 * END / max(len(petals), 1) / 1.6)
    drawn = [_petal(part, way, width) for part, way in zip(petals, ways, strict=True)]
    drawn.append(_centre(centre))
    places = _places(ways)
    words = [_words(part, place) for part, place in zip(petals, places, strict=True)]
    words.append(_words(centre, (X - 96, 34.0, "end")))
    near = [_near(part, way) for part, way in zip(petals, ways, strict=True)]
    links = [
        _link(part, join(each))
        for part, each in zip((*petals, centre), zip(drawn, words, [*near, Html()], strict=True), strict=True)
    ]
    lead = Html(f'<path class="lead-line" d="M{X - 88:.0f} 58 {X - 22:.0f} {Y - 34:.0f}"/>')
    return element(
        "svg",
        element("title", title, id="flower-title"),
        element("desc", " ".join(part.said for part in parts), id="flower-desc"),
        _HATCH,
        lead,
        *links,
        role="group",
        class_="flower",
        viewBox=f"0 0 {WIDTH} {HEIGHT}",
        preserveAspectRatio="xMidYMid slice",
        aria_labelledby="flower-title",
        aria_describedby="flower-desc",
    )


_HATCH = Html(
    '<defs><pattern id="flower-hatch" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">'
    '<path class="hatch" d="M0 0v6"/></pattern></defs>'
)


def _way(number: int, whole: int) -> _Way:
    angle = -math.pi / 2 + number * 2 * math.pi / max(whole, 1)
    return _Way(math.cos(angle), math.sin(angle))


def _link(part: Part, inner: Html) -> Html:
    if part.url is None:
        return element("g", element("title", part.said), inner, class_=f"part {part.tone}")
    return element("a", inner, href=part.url, class_=f"part {part.tone}", aria_label=part.said)


# ---- petals


def half(along: float) -> float:
    """How wide a petal is at a place of its axis (0 its foot, 1 its tip), as a share of its width.

    >>> half(0.0) < half(0.6) > half(1.0)
    True
    """
    return 0.12 * (1 - along) + math.pow(math.sin(math.pi * math.pow(min(along, 1.0), 1.12)), 0.9)


def reach(share: float) -> float:
    """How far along a petal a share of its area reaches.

    >>> reach(0.0), reach(1.0)
    (0.0, 1.0)
    >>> 0.5 < reach(0.5) < 0.6
    True
    """
    if share <= 0:
        return 0.0
    widths = [half((step + 0.5) / STEPS) for step in range(STEPS)]
    wanted, found = min(share, 1.0) * sum(widths), 0.0
    for step, each in enumerate(widths):
        if found + each >= wanted:
            return min((step + (wanted - found) / each) / STEPS, 1.0)
        found += each
    return 1.0


def _petal(part: Part, way: _Way, width: float) -> Html:
    met, most = reach(part.share), reach(part.at_most)
    pieces = [_piece("shape", way, width, 0.0, 1.0)]
    if most > met:
        pieces.append(_piece("open", way, width, met, most))
    if met > 0:
        pieces.append(_piece("fill", way, width, 0.0, met))
    pieces.append(_piece("edge", way, width, 0.0, 1.0))
    return element("g", *pieces, _mark(part.tone, way.at(END - 24, 0.0)))


def _piece(kind: str, way: _Way, width: float, first: float, last: float) -> Html:
    """The part of a petal between two places of its axis."""
    steps = [first + (last - first) * step / CORNERS for step in range(CORNERS + 1)]
    ahead = [way.at(START + each * (END - START), width * half(each)) for each in steps]
    back = [way.at(START + each * (END - START), -width * half(each)) for each in reversed(steps)]
    told = " ".join(f"{x:.1f} {y:.1f}" for x, y in (*ahead, *back))
    return Html(f'<path class="{kind}" d="M{told}z"/>')


def _centre(part: Part) -> Html:
    def circle(kind: str, share: float) -> Html:
        return Html(
            f'<circle class="{kind}" cx="{X:.0f}" cy="{Y}" r="{CENTRE * math.sqrt(min(share, 1.0)):.1f}"/>'
        )

    pieces = [circle("shape", 1.0)]
    if part.at_most > part.share:
        pieces.append(circle("open", part.at_most))
    if part.share > 0:
        pieces.append(circle("fill", part.share))
    return element("g", *pieces, circle("edge", 1.0), _mark(part.tone, (X, Y)))


def _mark(tone: str, place: tuple[float, float]) -> Html:
    shape = _MARKS.get(tone, _MARKS["unknown"])
    x, y = place
    return Html(
        f'<g class="mark" transform="translate({x:.1f} {y:.1f})"><circle r="10"/><path d="{shape}"/></g>'
    )


# ---- words


def _places(ways: Sequence[_Way]) -> list[tuple[float, float, str]]:
    """Where each petal's words begin, beside its tip; those of one side are moved apart."""
    found = []
    for way in ways:
        x, y = way.at(END + 16, 0.0)
        side = "start" if way.x > -1e-9 else "end"
        if way.y > _LOW:
            x, y = x + math.copysign(_ASIDE, way.x), y - LINE
        if abs(way.x) < 0.2:
            x, y = X + (78 if way.y < 0 else 60), Y + way.y * (END - 8)
        found.append((x, y - LINE * 1.5, side))
    for side in ("start", "end"):
        mine = sorted(
            (place for place in range(len(found)) if found[place][2] == side), key=lambda n: found[n][1]
        )
        for above, below in pairwise(mine):
            x, y, _ = found[below]
            found[below] = (x, max(y, found[above][1] + BLOCK), side)
        for number, place in enumerate(reversed(mine)):
            x, y, _ = found[place]
            found[place] = (x, max(min(y, HEIGHT - BLOCK * (number + 1) + LINE), LINE), side)
    return found


def _words(part: Part, place: tuple[float, float, str]) -> Html:
    x, y, anchor = place
    counted = f"{part.met} of {part.counted} met" if part.counted else "nothing applies"
    unknown = f", {part.unknown} unknown" if part.unknown else ""
    lines = [
        ("name", short(part.title, 26)),
        ("state", part.word),
        ("soft", f"{counted}{unknown}"),
        (f"trend {part.trend_tone}", part.trend if part.since else ""),
        ("soft", part.actions_said),
    ]
    shown = [
        element("text", line, x=f"{x:.0f}", y=f"{y + number * LINE:.0f}", class_=kind)
        for number, (kind, line) in enumerate((kind, line) for kind, line in lines if line)
    ]
    return element("g", *shown, class_="far", text_anchor=anchor)


def _near(part: Part, way: _Way) -> Html:
    """The short name at a petal's tip, for small screens."""
    x, y = way.at(END - 62, 0.0)
    word = part.title.split()[-1]
    said = short(word[:1].upper() + word[1:], 12)
    below = 24 if abs(way.y) < _LOW + 0.1 else 6
    return element("text", said, x=f"{x:.0f}", y=f"{y + below:.0f}", class_="near", text_anchor="middle")
