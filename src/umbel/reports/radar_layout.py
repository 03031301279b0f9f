# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Where the blips of a radar stand: rings as wide as they need to be, no blip on another, the same every time.

A segment (one ring in one sector) has places on arcs, each as far from the others as blips are wide. They are taken
in an order that spreads them, by the day of the decision: a later decision moves nobody who stands there already.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

from umbel.policy.evaluations import RINGS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from umbel.strategy.radar import Blip

BLIP = 11.0
"""Radius of a blip; everything else is in its measure."""
STEP = 2 * BLIP + 5
EDGE = BLIP + 4
LABEL = 38.0
"""Half of the room that the rings' names have along the line at the top."""
_WIDTHS = {"adopt": 104.0, "trial": 72.0, "hold": 64.0, "remove": 56.0}
"""What each ring has at least."""
_WIDER = 6.0


class Spot(NamedTuple):
    """The middle of a blip, from the middle of the radar; y grows downwards."""

    x: float
    y: float


class Layout(NamedTuple):
    """The outer radius of each ring from the middle outwards, and the place of each blip by its number."""

    radii: tuple[float, ...]
    spots: dict[int, Spot]

    @property
    def radius(self) -> float:
        """That of the whole."""
        return self.radii[-1]


def layout(blips: Sequence[Blip], sectors: Sequence[str]) -> Layout:
    """Place every blip in its ring and sector."""
    held: dict[tuple[str, str], list[Blip]] = {}
    for each in sorted(blips, key=lambda b: (b.decided, b.title.casefold(), b.decision)):
        held.setdefault((each.ring, each.sector), []).append(each)
    inner, radii, spots = 0.0, [], {}
    for ring in RINGS:
        outer = inner + _WIDTHS[ring]
        while not all(
            len(held.get((ring, sector), ())) <= len(places(inner, outer, place, len(sectors)))
            for place, sector in enumerate(sectors)
        ):
            outer += _WIDER
        for place, sector in enumerate(sectors):
            mine = held.get((ring, sector), [])
            chosen = spread(places(inner, outer, place, len(sectors)), len(mine), place, len(sectors))
            spots.update({each.number: spot for each, spot in zip(mine, chosen, strict=True)})
        radii.append(outer)
        inner = outer
    return Layout(tuple(radii), spots)


def places(inner: float, outer: float, sector: int, sectors: int) -> list[Spot]:
    """All places of a segment: on arcs that are a step apart, and on each arc a step apart."""
    width = 2 * math.pi / sectors
    first, found = max(inner + EDGE, 2 * BLIP), []
    rows = max(0, int((outer - EDGE - first) // STEP) + 1)
    gap = (outer - EDGE - first) / (rows - 1) if rows > 1 else 0.0
    for row in range(rows):
        radius = first + row * gap if rows > 1 else (first + outer - EDGE) / 2
        start = sector * width + _margin(radius, at_top=sector == 0)
        end = (sector + 1) * width - _margin(radius, at_top=sector == sectors - 1)
        step = 2 * math.asin(min(1.0, STEP / (2 * radius)))
        if end < start:
            continue
        number = int((end - start) / step) + 1
        between = (end - start) / (number - 1) if number > 1 else 0.0
        for place in range(number):
            angle = start + place * between if number > 1 else (start + end) / 2
            found.append(Spot(radius * math.sin(angle), -radius * math.cos(angle)))
    return found


def _margin(radius: float, *, at_top: bool) -> float:
    """The angle that keeps a blip off the line between sectors, and off the rings' names at the top."""
    return math.asin(min(1.0, (LABEL if at_top else EDGE) / radius))


def spread(spots: Sequence[Spot], number: int, sector: int, sectors: int) -> list[Spot]:
    """So many of the places: the most central, then always the one farthest from those taken, and from the lines."""
    if not number:
        return []
    width = 2 * math.pi / sectors
    lines = (sector * width, (sector + 1) * width)
    off = {spot: 2 * min(_from_line(spot, angle) for angle in lines) for spot in spots}
    middle = Spot(sum(s.x for s in spots) / len(spots), sum(s.y for s in spots) / len(spots))
    left = sorted(spots, key=lambda s: (round(math.dist(s, middle), 6), s))
    taken = [left.pop(0)]
    while len(taken) < number:
        best = max(left, key=lambda s: (round(min(off[s], *(math.dist(s, t) for t in taken)), 6), -s.x, -s.y))
        left.remove(best)
        taken.append(best)
    return taken


def _from_line(spot: Spot, angle: float) -> float:
    """How far a place is from the line that leaves the middle at an angle."""
    return abs(spot.x * math.cos(angle) + spot.y * math.sin(angle))
