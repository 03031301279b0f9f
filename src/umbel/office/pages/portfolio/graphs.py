# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""The page of a project's dependency graph: the picture, the way to one package, and the same as a list."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import urlencode

from django.shortcuts import render
from django.urls import reverse

from umbel.model import purl
from umbel.office import seen
from umbel.office.editions import State, file_of
from umbel.office.pages.portfolio import drawing, live
from umbel.office.pages.portfolio.files import project_edges, project_rows
from umbel.office.pages.portfolio.places import documents_of
from umbel.office.pages.portfolio.projects import TABS, project_of
from umbel.office.pages.portfolio.tabs import tabs_of

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from django.http import HttpRequest, HttpResponse

    from umbel.evidence.questions.graph import Graph, Part
    from umbel.office.pages.portfolio.places import Document
    from umbel.office.seen import Seen

MOST = 400
"""Nodes of a picture; with `?most=` up to `LARGEST`."""
LARGEST = 1000
MOST_NEEDED_BY = 5
MOST_ALIKE = 8
MOST_ASKS = 4
"""Ways of writing one requirement, and documents that have it, that are told."""
LONGEST = 500


class Line(NamedTuple):
    """A node of the list: who needs it, of those nearer to the project."""

    name: str
    url: str
    direct: bool | None
    needed_by: list[str]
    more: int


class Layer(NamedTuple):
    """Nodes at one distance."""

    words: str
    lines: list[Line]
    left: int


class Step(NamedTuple):
    """One thing on a way: its name, its address, and what the one before asks for, as written."""

    name: str
    url: str
    requirement: str | None


class Way(NamedTuple):
    """A shortest path to the chosen package."""

    steps: list[Step]


class Ask(NamedTuple):
    """Who asks for what on these ways, as documents have it."""

    by: str
    of: str
    requirement: str | None
    optional: bool
    documents: list[Document]
    more: int


def graph(request: HttpRequest, key: str) -> HttpResponse:
    """What needs what."""
    looks = seen.of(request)
    found = project_of(looks, key)
    context: dict[str, Any] = {"found": found, "row": found.value, "key": key}
    context["tabs"] = tabs_of(TABS, "project-graph", key)
    rows, edges = file_of(project_rows, looks), file_of(project_edges, looks)
    context["graph_found"] = rows if rows.value is None else edges
    if rows.value is not None and edges.value is not None:
        context |= _shown(request, key, graph_of(rows.value, edges.value, key))
        context |= _asked(looks, key, context, (rows.value, edges.value))
    elif State.FAILED in {rows.state, edges.state}:
        context["graph_found"] = rows if rows.state is State.FAILED else edges
    return render(request, "portfolio/project_graph.html", context)


@lru_cache(maxsize=8)
def graph_of(rows: Path, edges: Path, project: str) -> Graph:
    """The graph of a project, of an edition's files; the latest few are kept, since people go from node to node."""
    return live.graph_of(rows, edges, project)


def _shown(request: HttpRequest, key: str, whole: Graph) -> dict[str, Any]:
    typed = request.GET.get("to", "").strip()[:LONGEST]
    root = request.GET.get("under", "").strip()[:LONGEST]
    context: dict[str, Any] = {
        "to": typed,
        "under": root,
        "components": len(whole.nodes),
        "edges": whole.edges,
    }
    if not whole.nodes:
        return context
    chosen, start = whole, key
    if root and (beginning := find(whole, root)):
        chosen, start = whole.beneath(beginning[0]), drawing.label(whole, beginning[0])
        context["beneath"] = start
    goals = find(chosen, typed) if typed else []
    paths = _paths(chosen, goals)
    part = chosen.part(_most(request), [number for path in paths for number in path])

    def href(number: int) -> str:
        return "?" + urlencode([*([("under", root)] if root else []), ("to", _name(chosen, number))])

    return context | {
        "picture": drawing.draw(chosen, part, start, href, paths),
        "layers": _layers(chosen, part, href),
        "shown": sum(map(len, part.layers)) + len(part.apart),
        "lines": len(part.tree) + len(part.edges) + (len(part.layers[0]) if part.layers else 0),
        "whole": len(chosen.nodes),
        "goals": [_goal(chosen, number) for number in goals[:MOST_ALIKE]],
        "paths": [[(chosen.nodes[n], drawing.label(chosen, n), href(n)) for n in path] for path in paths],
        "alike": [(drawing.label(chosen, n), href(n)) for n in _alike(chosen, typed)]
        if typed and not goals
        else [],
        "larger": _most(request) < LARGEST and len(chosen.nodes) > _most(request),
    }


def _asked(looks: Seen, key: str, context: dict[str, Any], files: tuple[Path, Path]) -> dict[str, Any]:
    """What is asked for on each way, as it was written, and the documents that say so."""
    steps: dict[tuple[live.Named | None, live.Named], tuple[str, str]] = {}
    for path in context.get("paths", ()):
        before: tuple[live.Named | None, str] = (None, key)
        for node, name, _ in path:
            named = (node.package, node.version)
            if not (before[0] is None and context["under"]):  # what stands above isn't on this picture
                steps.setdefault((before[0], named), (before[1], name))
            before = (named, name)
    found = live.asked_for(*files, key, list(steps)) if steps else {}
    told = documents_of(looks, key) if found else {}
    asks, written = [], {}
    for number, (step, (by, of)) in enumerate(steps.items()):
        said = found.get(number, [])
        said = [each for each in said if each.text] or said
        written[step] = said[0].text if said else None
        for each in said[:MOST_ASKS]:
            named_in = [told[name] for name in map(str, each.snapshots) if name in told]
            left = len(each.snapshots) - len(named_in[:MOST_ASKS])
            asks.append(Ask(by, of, each.text, each.optional, named_in[:MOST_ASKS], left))
    return {"asks": asks, "ways": [_way(path, written) for path in context.get("paths", ())]}


def _way(path: list[tuple[Any, str, str]], written: dict[Any, str | None]) -> Way:
    before, steps = None, []
    for node, name, url in path:
        named = (node.package, node.version)
        steps.append(Step(name, url, written.get((before, named))))
        before = named
    return Way(steps)


def _most(request: HttpRequest) -> int:
    try:
        return min(max(int(request.GET.get("most", MOST)), 10), LARGEST)
    except ValueError:
        return MOST


def _paths(graph: Graph, goals: Sequence[int]) -> list[list[int]]:
    """The shortest paths to the nearest of the goals; of several versions, to each that is there."""
    return [path for goal in goals[:MOST_NEEDED_BY] for path in graph.paths(goal)][: 2 * MOST_ALIKE]


def find(graph: Graph, text: str) -> list[int]:
    """The nodes that a text names: a purl with or without a version, or a name as people write it."""
    if text.startswith(("pkg:", purl.UNIDENTIFIED)):
        package, at, version = text.rpartition("@")
        whole = graph.numbers(text)
        return whole or (graph.numbers(package, version or None) if at else [])
    name = text.casefold()
    exact = [n for n, node in enumerate(graph.nodes) if purl.display(node.package).casefold() == name]
    if exact:
        return _nearest(graph, exact)
    ends = tuple(f"{joint}{name}" for joint in "/:")
    named, at, version = name.rpartition("@")
    if at and named:
        return [n for n in find(graph, named) if (graph.nodes[n].version or "").casefold() == version]
    return _nearest(
        graph,
        [n for n, node in enumerate(graph.nodes) if purl.display(node.package).casefold().endswith(ends)],
    )


def _nearest(graph: Graph, numbers: list[int]) -> list[int]:
    return sorted(numbers, key=lambda n: (graph.distance[n] is None, graph.distance[n] or 0))


def _alike(graph: Graph, text: str) -> list[int]:
    """Nodes whose names hold a text, else such as are written alike."""
    import difflib

    name = text.casefold()
    by_name: dict[str, int] = {}
    for number, node in enumerate(graph.nodes):
        by_name.setdefault(purl.display(node.package).casefold(), number)
    within = sorted((n for n in by_name if name in n), key=len)[:MOST_ALIKE]
    return [by_name[each] for each in within or difflib.get_close_matches(name, by_name, MOST_ALIKE, 0.6)]


def _name(graph: Graph, number: int) -> str:
    node = graph.nodes[number]
    return f"{node.package}@{node.version}" if node.version is not None else node.package


def _goal(graph: Graph, number: int) -> dict[str, Any]:
    node = graph.nodes[number]
    return {
        "name": drawing.label(graph, number),
        "distance": graph.distance[number],
        "needs": len(graph.children[number]),
        "needed_by": len(graph.parents[number]) + (number in graph.roots),
        "package": reverse("package", args=[node.package]),
        "under": "?" + urlencode([("under", _name(graph, number))]),
        "direct": node.direct,
        "scope": node.scope,
        "license": node.license,
    }


def _layers(graph: Graph, part: Part, href: Any) -> list[Layer]:
    layers = [
        Layer(
            f"{distance} step{'s' if distance > 1 else ''} away", [_line(graph, n, href) for n in layer], left
        )
        for distance, (layer, left) in enumerate(zip(part.layers, part.left, strict=True), 1)
    ]
    if part.apart or part.apart_left:
        layers.append(Layer("No known way", [_line(graph, n, href) for n in part.apart], part.apart_left))
    return layers


def _line(graph: Graph, number: int, href: Any) -> Line:
    parents = list(graph.parents[number])
    shown = [drawing.label(graph, n) for n in parents[:MOST_NEEDED_BY]]
    node = graph.nodes[number]
    return Line(drawing.label(graph, number), href(number), node.direct, shown, len(parents) - len(shown))
