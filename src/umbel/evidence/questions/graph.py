# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""The dependency graph of one project: distances from it, shortest paths, and the part that a picture can show.

All its documents together: a node is a package version, wherever it was seen. What no edge leads to stands where its
documents put it: at distance 1 if the project asks for it itself, else nowhere.
"""

from __future__ import annotations

from collections import deque
from functools import cached_property
from typing import TYPE_CHECKING

import msgspec

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

MOST_PATHS = 20


class Node(msgspec.Struct, frozen=True, gc=False):
    """A package version of the project."""

    package: str
    version: str | None
    direct: bool | None
    scope: str | None = None
    license: str | None = None


class Part(msgspec.Struct, frozen=True, kw_only=True):
    """What a picture shows: nodes by their distance (the first layer has distance 1), and how many each leaves out.

    `apart` are those that no edge leads to (`apart_left` more). `edges` join what is shown; `tree` are those of them by
    which each node is reached first.
    """

    layers: list[list[int]]
    left: list[int]
    apart: list[int]
    apart_left: int
    tree: list[tuple[int, int]]
    edges: list[tuple[int, int]]


class Graph:
    """Nodes by number, and who needs whom. `roots` are what the project itself needs."""

    def __init__(
        self, nodes: Sequence[Node], edges: Iterable[tuple[int | None, int]], optional: Iterable[bool] = ()
    ) -> None:
        """Of edges by the nodes' numbers; a source that is None is the project. `optional` says it of each edge."""
        self.nodes = nodes
        self.children: list[dict[int, None]] = [{} for _ in nodes]
        self.parents: list[dict[int, None]] = [{} for _ in nodes]
        self.roots: dict[int, None] = {}
        extra = list(optional)
        listed = list(edges)
        # Needed edges first: of equally short ways that through them is shown.
        order = sorted(range(len(listed)), key=lambda n: extra[n]) if any(extra) else range(len(listed))
        for number in order:
            source, target = listed[number]
            if source is None:
                self.roots[target] = None
            elif source != target:
                self.children[source][target] = None
                self.parents[target][source] = None
        if not self.roots:
            self.roots = {n: None for n, node in enumerate(nodes) if node.direct}
        self.edges = sum(map(len, self.children)) + len(self.roots)
        self._walk()

    def _walk(self) -> None:
        """Each node's distance from the project (None: no edge leads to it) and the node before it."""
        self.distance: list[int | None] = [None] * len(self.nodes)
        self.before: list[int | None] = [None] * len(self.nodes)
        queue: deque[int] = deque()
        for root in self.roots:
            self.distance[root] = 1
            queue.append(root)
        while queue:
            node = queue.popleft()
            beyond = (self.distance[node] or 0) + 1
            for child in self.children[node]:
                if self.distance[child] is None:
                    self.distance[child], self.before[child] = beyond, node
                    queue.append(child)

    def numbers(self, package: str, version: str | None = None) -> list[int]:
        """The nodes of a package, or of one version of it; the nearest first."""
        found = [
            number
            for number, node in enumerate(self.nodes)
            if node.package == package and (version is None or node.version == version)
        ]
        return sorted(found, key=lambda number: (self.distance[number] is None, self.distance[number] or 0))

    def paths(self, target: int) -> list[list[int]]:
        """Every shortest path from the project to a node, at most `MOST_PATHS`; none where no edge leads to it."""
        if self.distance[target] is None:
            return []
        found: list[list[int]] = []
        open_: list[list[int]] = [[target]]
        while open_ and len(found) < MOST_PATHS:
            path = open_.pop()
            here = self.distance[path[0]]
            if here == 1:
                found.append(path)
                continue
            near = [p for p in self.parents[path[0]] if self.distance[p] == (here or 0) - 1]
            open_ += [[parent, *path] for parent in reversed(near)]
        return found

    def beneath(self, start: int) -> Graph:
        """What one node needs, and what that needs: as if it were the project."""
        reached = {start: 0}
        queue = deque([start])
        while queue:
            for child in self.children[queue.popleft()]:
                if child not in reached:
                    reached[child] = len(reached)
                    queue.append(child)
        nodes = [self.nodes[old] for old in reached]
        edges: list[tuple[int | None, int]] = [(None, 0)]
        edges += [(reached[old], reached[child]) for old in reached for child in self.children[old]]
        return Graph(nodes, edges)

    def part(self, most: int, keep: Iterable[int] = (), most_edges: int = 1500) -> Part:
        """At most about so many nodes; of each layer those to keep and those that most others need."""
        kept = set(keep)
        layers: list[list[int]] = []
        apart: list[int] = []
        for number, distance in enumerate(self.distance):
            if distance is None:
                apart.append(number)
                continue
            while len(layers) < distance:
                layers.append([])
            layers[distance - 1].append(number)
        room = _shared_out([*map(len, layers), len(apart)], most)
        chosen = [self._foremost(layer, number, kept) for layer, number in zip(layers, room, strict=False)]
        beside = self._foremost(apart, room[-1], kept)
        there = {number for layer in chosen for number in layer}
        tree = [(b, n) for layer in chosen for n in layer if (b := self.before[n]) is not None and b in there]
        known = set(tree)
        extra = [
            (source, target)
            for source in (*sorted(there), *beside)
            for target in self.children[source]
            if (target in there or target in beside) and (source, target) not in known
        ]
        return Part(
            layers=[self._ordered(layer) for layer in chosen],
            left=[len(layer) - len(shown) for layer, shown in zip(layers, chosen, strict=True)],
            apart=self._ordered(beside),
            apart_left=len(apart) - len(beside),
            tree=tree,
            edges=extra[:most_edges],
        )

    def _foremost(self, layer: list[int], most: int, kept: set[int]) -> list[int]:
        if len(layer) <= most:
            return layer
        weight = [
            (n not in kept, -len(self.children[n]) - len(self.parents[n]), self.nodes[n].package, n)
            for n in layer
        ]
        return [entry[-1] for entry in sorted(weight)[: max(most, sum(n in kept for n in layer))]]

    def _ordered(self, layer: list[int]) -> list[int]:
        """By what they hang on, so that lines cross little, and then by name."""
        return sorted(layer, key=self._rank.__getitem__)

    @cached_property
    def _rank(self) -> list[int]:
        """Each node's place in a walk into depth along the tree, siblings by name."""
        own: list[list[int]] = [[] for _ in self.nodes]
        first: list[int] = []
        for number, before in enumerate(self.before):
            (first if before is None else own[before]).append(number)
        name = [(node.package, node.version or "") for node in self.nodes]
        rank, place = [0] * len(self.nodes), 0
        open_ = sorted(first, key=name.__getitem__, reverse=True)
        while open_:
            node = open_.pop()
            rank[node] = place
            place += 1
            open_ += sorted(own[node], key=name.__getitem__, reverse=True)
        return rank


def _shared_out(sizes: Sequence[int], most: int) -> list[int]:
    """Room for each of several groups: small ones whole, the others alike."""
    room = [0] * len(sizes)
    left, open_ = most, sorted(range(len(sizes)), key=lambda n: sizes[n])
    while open_:
        number = open_.pop(0)
        room[number] = min(sizes[number], left // (len(open_) + 1))
        left -= room[number]
    return room


def merged(
    rows: Iterable[tuple[int, int, str, str | None, bool | None, str | None, str | None]],
    edges: Iterable[tuple[int, int | None, int, bool]],
) -> Graph:
    """One graph of several documents.

    `rows` are (document, node, package, version, direct, scope, license), `edges` (document, source or None, target,
    optional).
    """
    number: dict[tuple[str, str | None], int] = {}
    nodes: list[Node] = []
    place: dict[tuple[int, int], int] = {}
    for document, node, package, version, direct, scope, license_ in rows:
        key = (package, version)
        found = number.get(key)
        if found is None:
            found = number[key] = len(nodes)
            nodes.append(Node(package, version, direct, scope, license_))
        elif direct and not nodes[found].direct:
            nodes[found] = msgspec.structs.replace(nodes[found], direct=True)
        place.setdefault((document, node), found)
    joined: list[tuple[int | None, int]] = []
    optional: list[bool] = []
    for document, source, target, extra in edges:
        end = place.get((document, target))
        start = None if source is None else place.get((document, source))
        if end is not None and (source is None or start is not None):
            joined.append((start, end))
            optional.append(extra)
    return Graph(nodes, joined, optional)
