# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""The picture of a graph: well-formed whatever the names, bounded whatever the size, nothing over another."""

from __future__ import annotations

import itertools
import re
from xml.etree import ElementTree as ET

from umbel.evidence.questions.graph import Graph, Node
from umbel.office.pages.portfolio import drawing

SVG = "{http://www.w3.org/2000/svg}"


def drawn(graph: Graph, most: int = 500, to: int | None = None) -> ET.Element:
    lit = [] if to is None else graph.paths(to)
    picture = drawing.draw(
        graph, graph.part(most, lit[0] if lit else ()), "shop<b>&", lambda n: f"?to={n}&x", lit
    )
    svg = str(picture.svg).replace("<svg ", '<svg xmlns="http://www.w3.org/2000/svg" ', 1)
    return ET.fromstring(svg)  # noqa: S314 - our own drawing


def chain(names: list[str]) -> Graph:
    edges: list[tuple[int | None, int]] = [(None, 0), *((n, n + 1) for n in range(len(names) - 1))]
    return Graph([Node(f"pkg:npm/{name}", "1", n == 0) for n, name in enumerate(names)], edges)


def test_hostile_names_stay_names() -> None:
    names = ["<script>alert(1)</script>", '" onload="x', "\u202eevil", "a" * 3000]
    root = drawn(chain(names), to=3)
    assert [a.get("href") for a in root.iter(f"{SVG}a")] == [f"?to={n}&x" for n in range(4)]
    assert not list(root.iter(f"{SVG}script"))
    for element in root.iter():
        assert not any(name.startswith("on") or name == "style" for name in element.attrib)
    assert all(
        len("".join(text.itertext())) <= drawing.LABEL
        for text in root.iter(f"{SVG}text")
        if text.get("x") == "0"
    )


def test_the_way_is_lit_and_nothing_else() -> None:
    graph = Graph(
        [Node(f"pkg:npm/p{n}", "1", None) for n in range(4)], [(None, 0), (None, 1), (0, 2), (1, 2), (2, 3)]
    )
    root = drawn(graph, to=3)
    lit = {
        (line.get("data-from"), line.get("data-to"))
        for line in root.iter(f"{SVG}path")
        if "lit" in line.get("class", "")
    }
    assert lit == {("-1", "0"), ("-1", "1"), ("0", "2"), ("1", "2"), ("2", "3")}
    assert {a.get("data-node") for a in root.iter(f"{SVG}a") if "on" in a.get("class", "").split()} == {
        "0",
        "1",
        "2",
        "3",
    }


def test_five_hundred_nodes_overlap_nowhere_and_larger_graphs_are_bounded() -> None:
    edges: list[tuple[int | None, int]] = [(None, n) for n in range(40)]
    edges += [(n % 40, n) for n in range(40, 3000)]
    edges += [(n, (n * 7) % 3000) for n in range(3000)]
    graph = Graph([Node(f"pkg:npm/a-long-name-of-package-{n}", "1.0", n < 40) for n in range(3000)], edges)
    root = drawn(graph)
    boxes = [(int(b.get("x", "")), int(b.get("y", ""))) for b in root.iter(f"{SVG}rect")]
    assert 450 <= len(boxes) <= 502
    assert len(set(boxes)) == len(boxes)
    width, height = (int(root.get(name, "0")) for name in ("width", "height"))
    assert all(x + drawing.WIDE <= width and y + drawing.HIGH <= height for x, y in boxes)
    by_row: dict[int, list[int]] = {}
    for x, y in boxes:
        by_row.setdefault(y, []).append(x)
    for row in by_row.values():
        ordered = sorted(row)
        assert all(b - a >= drawing.WIDE for a, b in itertools.pairwise(ordered))
    said = " ".join("".join(text.itertext()) for text in root.iter(f"{SVG}text"))
    assert re.search(r"\+ 2,\d{3} more, not drawn", said)
    assert len(list(root.iter(f"{SVG}path"))) < 2600
