# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""The dependency graph of one project: distances, shortest paths, what a picture shows of it."""

from __future__ import annotations

import itertools

from hypothesis import given
from hypothesis import strategies as st

from umbel.evidence.questions.graph import Graph, Node, merged


def graph(edges: list[tuple[int | None, int]], number: int = 6, direct: tuple[int, ...] = ()) -> Graph:
    nodes = [Node(f"pkg:npm/p{n}", "1.0", n in direct) for n in range(number)]
    return Graph(nodes, edges)


def test_distances_are_those_of_the_shortest_ways() -> None:
    found = graph([(None, 0), (None, 1), (0, 2), (1, 2), (2, 3), (0, 3), (4, 5)])
    assert found.distance == [1, 1, 2, 2, None, None]


def test_every_shortest_path_is_found_and_no_longer_one() -> None:
    found = graph([(None, 0), (None, 1), (0, 2), (1, 2), (2, 3), (0, 4), (4, 3)])
    assert sorted(found.paths(2)) == [[0, 2], [1, 2]]
    assert sorted(found.paths(3)) == [[0, 2, 3], [0, 4, 3], [1, 2, 3]]
    assert found.paths(5) == []


def test_a_cycle_ends() -> None:
    found = graph([(None, 0), (0, 1), (1, 2), (2, 0), (2, 2)])
    assert found.distance[:3] == [1, 2, 3]
    assert found.paths(2) == [[0, 1, 2]]
    assert [node.package for node in found.beneath(1).nodes] == ["pkg:npm/p1", "pkg:npm/p2", "pkg:npm/p0"]


def test_without_edges_from_the_project_its_direct_packages_begin() -> None:
    found = graph([(0, 1)], number=3, direct=(0,))
    assert found.distance == [1, 2, None]


def test_a_picture_is_bounded_counts_what_it_leaves_out_and_keeps_what_it_is_told_to() -> None:
    edges: list[tuple[int | None, int]] = [(None, 0)]
    edges += [(0, n) for n in range(1, 101)]
    edges += [(1, n) for n in range(101, 201)]
    found = graph(edges, number=210)
    part = found.part(60, keep=[200])
    assert sum(map(len, part.layers)) + len(part.apart) <= 61
    assert [len(layer) + left for layer, left in zip(part.layers, part.left, strict=True)] == [1, 100, 100]
    assert len(part.apart) + part.apart_left == 9
    assert 200 in part.layers[2]
    assert 1 in part.layers[1], "what others hang on comes before what nothing does"
    shown = {number for layer in part.layers for number in layer}
    assert {end for edge in (*part.tree, *part.edges) for end in edge} <= shown | set(part.apart)


def test_documents_of_one_project_make_one_graph() -> None:
    rows = [
        (7, 1, "pkg:npm/a", "1", None, None, "MIT"),
        (7, 2, "pkg:npm/b", "1", None, None, None),
        (8, 1, "pkg:npm/b", "1", True, "runtime", None),
        (8, 2, "pkg:npm/c", None, False, None, None),
    ]
    edges = [(7, None, 1, False), (7, 1, 2, False), (8, 1, 2, True), (8, 9, 2, False)]
    found = merged(rows, edges)
    assert [node.package[8:] for node in found.nodes] == ["a", "b", "c"]
    assert found.nodes[1].direct is True
    assert found.distance == [1, 2, 3]
    assert found.numbers("pkg:npm/b") == [1]
    assert found.numbers("pkg:npm/b", "2") == []


EDGES = st.lists(st.tuples(st.one_of(st.none(), st.integers(0, 11)), st.integers(0, 11)), max_size=40)


@given(edges=EDGES, most=st.integers(1, 15))
def test_any_graph_keeps_its_promises(edges: list[tuple[int | None, int]], most: int) -> None:
    found = graph(edges, number=12)
    for target in range(12):
        paths = found.paths(target)
        assert bool(paths) == (found.distance[target] is not None)
        for path in paths:
            assert len(path) == found.distance[target]
            assert path[0] in found.roots
            assert all(b in found.children[a] for a, b in itertools.pairwise(path))
    part = found.part(most)
    listed = [number for layer in part.layers for number in layer] + part.apart
    assert len(listed) == len(set(listed))
    assert len(listed) + sum(part.left) + part.apart_left == 12
