# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""The dependency graph as a picture: columns by distance from the project, every node a link, one path lit up.

A tall layer goes on in further columns beside it, so that five hundred names stay legible; what has no room is
counted at the foot of its layer.
"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

from umbel.model import purl
from umbel.reports.markup import Html, element, join, short

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Sequence

    from umbel.evidence.questions.graph import Graph, Part

WIDE, HIGH, ROOM = 168, 20, 34
"""Pixels of a node with the space below it, and of the space between columns."""
MOST_ROWS = 36
"""Nodes in a column."""
LABEL = 25
HEAD = 30
_EDGE = 5


class Picture(NamedTuple):
    """The drawing, and its size."""

    svg: Html
    width: int
    height: int


class _Place(NamedTuple):
    x: int
    y: int


class _Column(NamedTuple):
    """One layer: where it begins, how many columns it takes, and its words."""

    x: int
    columns: int
    words: str
    more: str | None


def draw(
    graph: Graph, part: Part, project: str, href: Callable[[int], str], lit: Sequence[Sequence[int]] = ()
) -> Picture:
    """The part of a graph, with the nodes of `lit` paths marked; `href` is where a node leads."""
    places, columns = _placed(part)
    rows = max((place.y for place in places.values()), default=HEAD) + HIGH
    width = (columns[-1].x + columns[-1].columns * (WIDE + ROOM)) if columns else WIDE + ROOM
    height = rows + HIGH + 14
    root = _Place(0, HEAD)
    on = {number for path in lit for number in path}
    steps = {step for path in lit for step in pairwise(path)}
    lines = [_line(places[a], places[b], a, b, "extra") for a, b in part.edges if (a, b) not in steps]
    lines += [_line(places[a], places[b], a, b, "tree") for a, b in part.tree if (a, b) not in steps]
    lines += [_line(root, places[n], -1, n, "root") for n in _first(part) if n not in _beginnings(lit)]
    lines += [_line(root, places[n], -1, n, "lit") for n in sorted(_beginnings(lit)) if n in places]
    lines += [
        _line(places[a], places[b], a, b, "lit") for a, b in sorted(steps) if a in places and b in places
    ]
    nodes = [_node(graph, number, place, href(number), on) for number, place in places.items()]
    heads = [_head(column, height) for column in columns]
    own = element(
        "g",
        _box(root),
        element("text", short(project, LABEL), x=root.x + 6, y=root.y + 12),
        element("title", short(project)),
        class_="node project",
    )
    body = join([Html(), *heads, *lines, own, *nodes])
    svg = element(
        "svg",
        body,
        class_="graph",
        viewBox=f"0 0 {width} {height}",
        width=width,
        height=height,
        role="group",
        aria_label=f"What {short(project, 80)} needs, from left to right by distance",
    )
    return Picture(svg, width, height)


def label(graph: Graph, number: int) -> str:
    """A node as people write it."""
    node = graph.nodes[number]
    name = purl.display(node.package)
    return f"{name} {node.version}" if node.version else name


def _box(place: _Place) -> Html:
    return Html(f'<rect x="{place.x}" y="{place.y}" width="{WIDE}" height="{HIGH - 4}" rx="3"/>')


def _placed(part: Part) -> tuple[dict[int, _Place], list[_Column]]:
    places: dict[int, _Place] = {}
    columns: list[_Column] = []
    x = WIDE + ROOM
    layers = [
        (layer, left, f"{distance} {'step' if distance == 1 else 'steps'} away")
        for distance, (layer, left) in enumerate(zip(part.layers, part.left, strict=True), 1)
    ]
    if part.apart or part.apart_left:
        layers.append((part.apart, part.apart_left, "no known way"))
    for layer, left, words in layers:
        for place, number in enumerate(layer):
            at, row = divmod(place, MOST_ROWS)
            places[number] = _Place(x + at * (WIDE + ROOM // 2), HEAD + row * HIGH)
        taken = max(1, -(-len(layer) // MOST_ROWS))
        more = f"+ {left:,} more, not drawn" if left else None
        columns.append(_Column(x, taken, f"{words}: {len(layer) + left:,}", more))
        x += taken * (WIDE + ROOM // 2) + ROOM
    return places, columns


def _first(part: Part) -> list[int]:
    return part.layers[0] if part.layers else []


def _beginnings(lit: Sequence[Sequence[int]]) -> set[int]:
    return {path[0] for path in lit if path}


def _head(column: _Column, height: int) -> Html:
    """A layer's words above it, and beneath it what has no room."""
    said = element("text", column.words, x=column.x, y=14, class_="soft layer")
    if column.more is None:
        return said
    return join([said, element("text", column.more, x=column.x, y=height - 8, class_="soft more")])


def _line(start: _Place, end: _Place, source: int, target: int, kind: str) -> Html:
    x1, y1 = start.x + WIDE, start.y + HIGH // 2 - 2
    x2, y2 = end.x, end.y + HIGH // 2 - 2
    if x2 <= start.x:  # backwards, or within a layer: round the outside
        bend = f"M{x1} {y1}C{x1 + ROOM} {y1} {x2 + WIDE + ROOM} {y2} {x2 + WIDE} {y2}"
    else:
        half = max((x2 - x1) // 2, _EDGE)
        bend = f"M{x1} {y1}C{x1 + half} {y1} {x2 - half} {y2} {x2} {y2}"
    return Html(f'<path class="edge {kind}" data-from="{source}" data-to="{target}" d="{bend}"/>')


def _node(graph: Graph, number: int, place: _Place, href: str, lit: Collection[int]) -> Html:
    node = graph.nodes[number]
    words = label(graph, number)
    kind = " direct" if node.direct else ""
    kind += " on" if number in lit else ""
    return element(
        "a",
        element("title", short(words)),
        _box(place),
        element("text", short(words, LABEL - 3 if number in lit else LABEL), x=place.x + 6, y=place.y + 12),
        href=href,
        class_=f"node{kind}",
        data_node=number,
    )
