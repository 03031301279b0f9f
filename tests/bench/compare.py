# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""`python -m tests.bench.compare FOLDER [--syft PATH] [--cdxgen PATH]`: Umbel beside syft and cdxgen.

Each folder in FOLDER is a project. Every tool reads it without network; what they find is laid side by
side as pairs of package and version, in Umbel's normal form of purls (`umbel.model.purl`; a `v` before a
version of Go is dropped, so is what distinguishes only builds: qualifiers and subpaths). A finding that
another tool alone made counts as right unless a rule in `compare.toml` names why it isn't; a finding that
Umbel alone made counts as right only if a rule says how that was seen. So doubt counts against Umbel.

`--details` lists every difference, `--outputs` keeps the other tools' answers and takes them from there.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from tests.bench.adjudicate import MISSED, Finding, Judge, Side
from umbel.collect.interface import Component, Document, Reading, UnreadableError
from umbel.collect.registry import collectors
from umbel.collect.walk import Found, Walk
from umbel.model.purl import PurlError, parse

if TYPE_CHECKING:
    from collections.abc import Callable

TIMEOUT = 420
"""Seconds that another tool may take for a project."""
_QUIET = {
    "SYFT_CHECK_FOR_APP_UPDATE": "false",
    "SYFT_FILE_METADATA_SELECTION": "none",
    "FETCH_LICENSE": "false",
    "CDXGEN_FETCH_PKG_METADATA": "false",
    "CDXGEN_TIMEOUT_MS": "60000",
}

Part = tuple[str, str]
"""Package and version; an empty version where none is said."""


def part(raw: str | None) -> Part | None:
    """Package and version of a purl, in the form in which tools are compared; None if it is none."""
    if not raw:
        return None
    try:
        found = parse(raw)
    except PurlError:
        return None
    version = found.version or ""
    if found.type == "github":
        # cdxgen writes the folder of an action as part of its name, which the definition puts in the subpath.
        return "/".join(found.package.split("/")[:3]), version
    if found.type != "golang":
        return found.package, version
    # syft writes `…/survey@v2.3.7#v2` for the module `…/survey/v2`, and `…/go#auth` for `…/go/auth`.
    below = raw.partition("#")[2].strip("/").lower()
    return f"{found.package}/{below}" if below else found.package, version.removeprefix("v")


# Umbel


def umbel(folder: Path) -> Side:
    """What Umbel's collectors read in a project; documents that are SBOMs themselves stay out."""
    side = Side("umbel")
    start = time.perf_counter()
    readings = []
    for found in Walk(folder):
        if not isinstance(found, Found) or found.collector.startswith(
            ("cyclonedx", "spdx", "model", "mlflow")
        ):
            continue
        document = Document(found.path, root=found.project.root)
        try:
            relative = found.path.relative_to(folder).as_posix()
            readings.append((relative, found.collector, collectors()[found.collector].read(document)))
        except UnreadableError as error:
            side.faults.append(f"{found.origin}: {error.fault.message}")
    side.seconds = time.perf_counter() - start
    for relative, collector, reading in readings:
        _take(side, relative, collector, reading)
    return side


def _take(side: Side, relative: str, collector: str, reading: Reading) -> None:
    places = {component.ref: _own_part(component) for component in reading.components}
    roots = [edge for edge in reading.edges if edge.source is None]
    direct = {edge.target for edge in roots if edge.target is not None}
    for component in reading.components:
        place = places[component.ref]
        side.add(place, f"{relative} ({collector})")
        if component.direct or (component.direct is None and component.ref in direct):
            side.direct.add(place)
    for edge in reading.edges:
        source = places.get(edge.source) if edge.source is not None else None
        target = places.get(edge.target) if edge.target is not None else None
        if source and target and source != target:
            side.edges.add((source, target))


def _own_part(component: Component) -> Part:
    version = component.version or ""
    go = component.package.startswith("pkg:golang/")
    return component.package, version.removeprefix("v") if go else version


# The others


class Tool(NamedTuple):
    """Another tool: its name, the program, and where its answers are kept."""

    name: str
    program: str
    outputs: Path

    def read(self, folder: Path) -> Side:
        """What it finds in a project, without a network; an answer that is there already is taken."""
        place = self.outputs / f"{folder.name}.{self.name}.json"
        log = place.with_suffix(".log")
        if not log.exists():
            log.write_text(json.dumps(self._run(folder, place)))
        side = Side(self.name)
        told = json.loads(log.read_text())
        side.seconds = told["seconds"]
        if told["fault"]:
            side.faults.append(told["fault"])
        if place.exists() and place.stat().st_size:
            _take_bom(side, json.loads(place.read_bytes()), folder)
        return side

    def _run(self, folder: Path, place: Path) -> dict[str, Any]:
        command = (_syft if self.name == "syft" else _cdxgen)(self.program, folder, place)
        start = time.perf_counter()
        with tempfile.TemporaryDirectory() as home:
            environment = {"PATH": os.environ["PATH"], "HOME": home, **_QUIET}
            try:
                done = subprocess.run(
                    [*_offline(), "nice", *command],
                    capture_output=True,
                    timeout=TIMEOUT,
                    check=False,
                    env=environment,
                )
                fault = None if done.returncode == 0 else f"ended with {done.returncode}"
            except subprocess.TimeoutExpired:
                fault = f"was not done after {TIMEOUT} s"
        return {"seconds": time.perf_counter() - start, "fault": fault}


def _offline() -> list[str]:
    """A network namespace of its own where the system allows one."""
    allowed = subprocess.run(["unshare", "-n", "true"], check=False, capture_output=True).returncode == 0
    return ["unshare", "-n"] if allowed else []


def _image(folder: Path) -> Path | None:
    """The image of a project that is nothing but an image."""
    names = list(folder.iterdir())
    return names[0] if len(names) == 1 and names[0].suffix == ".tar" else None


def _syft(program: str, folder: Path, place: Path) -> list[str]:
    image = _image(folder)
    source = f"oci-archive:{image}" if image else f"dir:{folder}"
    installed = not image and any(folder.glob("**/node_modules/.*lock*"))
    also = ["--select-catalogers", "+javascript-package-cataloger"] if installed else []
    return [program, "scan", source, "-q", "-o", f"cyclonedx-json={place}", *also]


def _cdxgen(program: str, folder: Path, place: Path) -> list[str]:
    image = _image(folder)
    kind = ["-t", "oci"] if image else ["-t", "rootfs"] if (folder / "var/lib/dpkg").is_dir() else []
    # pre-build: read what is there, run no build tool; Babel looks for uses in sources, not for packages.
    still = ["--no-install-deps", "--lifecycle", "pre-build", "--no-babel", "--no-validate"]
    return [program, *still, *kind, "-o", str(place), str(image or folder)]


def _take_bom(side: Side, bom: dict[str, Any], folder: Path) -> None:
    places: dict[str, Part] = {}
    for component in bom.get("components") or []:
        found = part(component.get("purl"))
        if found is None or component.get("type") in {"file", "operating-system"}:
            continue
        side.add(found, *_locations(component, folder))
        places[component["bom-ref"]] = found
    root = bom.get("metadata", {}).get("component", {}).get("bom-ref")
    for dependency in bom.get("dependencies") or []:
        source = places.get(dependency["ref"])
        targets = {places[ref] for ref in dependency.get("dependsOn") or [] if ref in places}
        if source is not None:
            side.edges |= {(source, target) for target in targets if target != source}
        elif dependency["ref"] == root:
            side.direct |= targets


def _locations(component: dict[str, Any], folder: Path) -> set[str]:
    """Files of the project that the tool says it found a component in."""
    said = [
        p.get("value", "")
        for p in component.get("properties") or []
        if p.get("name") == "SrcFile" or p.get("name", "").startswith("syft:location:")
    ]
    evidence = component.get("evidence") or {}
    said += [o.get("location", "") for o in evidence.get("occurrences") or []]
    identity = evidence.get("identity") or []
    for each in identity if isinstance(identity, list) else [identity]:
        said += [m.get("value", "") for m in each.get("methods") or []]
    tail = f"{folder.name}/"
    return {text.rpartition(tail)[2].lstrip("/#") for text in said if isinstance(text, str) and "/" in text}


# The table


class Row(NamedTuple):
    """The figures of one project, or of all."""

    name: str
    found: dict[str, int]
    right: int
    shared: int
    alone: int
    unexplained: int
    direct: tuple[int, int]
    edges: tuple[int, int]
    checked: tuple[int, int]
    seconds: dict[str, float]
    sound: dict[str, int]
    whole: int


_HEADS = (
    "project | Umbel | syft | cdxgen | right of theirs | of these Umbel | recall | precision"
    " | direct | edges | edges checked | Umbel s | syft s | cdxgen s"
).split(" | ")


def cells(row: Row) -> list[str]:
    """A row as text.

    Direct and edges: how many of the other tools' Umbel states, too (where both ends are right, and a
    manifest names the direct one). Edges checked: of Umbel's edges from a component that another tool
    states edges of, to one that it knows, how many it states, too.
    """
    told = row.shared + row.alone + row.unexplained
    return [
        row.name,
        *(str(row.found.get(name, 0)) for name in ("umbel", "syft", "cdxgen")),
        str(row.right),
        str(row.shared),
        _share(row.shared, row.right),
        _share(row.shared + row.alone, told),
        f"{row.direct[0]}/{row.direct[1]}",
        f"{row.edges[0]}/{row.edges[1]}",
        f"{row.checked[0]}/{row.checked[1]}",
        *(f"{row.seconds.get(name, 0):.2f}" for name in ("umbel", "syft", "cdxgen")),
    ]


def _share(some: int, whole: int) -> str:
    """A share, rounded down: one that is missing shows."""
    return f"{some * 10_000 // whole / 100:.2f} %" if whole else "–"


def row_of(
    name: str, sides: dict[str, Side], judge: Judge, reasons: Counter[str]
) -> tuple[Row, list[Finding]]:
    """The figures of a project and its differences, each with its reason or none."""
    ours = sides["umbel"]
    others = [side for key, side in sides.items() if key != "umbel"]
    findings = judge.judge(ours, others)
    findings += judge.edges(ours, others)
    reasons.update(f"{finding.tool}\t{finding.reason or '?'}" for finding in findings)
    wrong = {(f.tool, f.part) for f in findings if judge.verdict(f.reason or "?") != MISSED}
    sound = {side.name: {p for p in side.parts if (side.name, p) not in wrong} for side in others}
    right = set().union(*sound.values())
    alone = {f.part for f in findings if f.tool == "umbel" and judge.verdict(f.reason or "?") == "right"}
    shared = right & ours.parts.keys()
    no_edges = {(f.tool, "@".join(f.part), "".join(f.places)) for f in findings if f.reason}
    edges = {
        (source, target)
        for side in others
        for source, target in side.edges
        if {source, target} <= shared
        and (f"{side.name} edge", "@".join(source), f"→ {'@'.join(target)}") not in no_edges
    }
    speaking = {(source, side.name) for side in others for source, _ in side.edges}
    checked = {
        pair
        for pair in ours.edges
        if any((pair[0], s.name) in speaking and pair[1] in s.parts for s in others)
    }
    heard = [side for side in others if not judge.flat(side)]
    direct = {p for side in heard for p in side.direct if p in shared and judge.declared(p)}
    row = Row(
        name,
        {key: len(side.parts) for key, side in sides.items()},
        len(right),
        len(shared),
        len(alone),
        len(ours.parts.keys() - shared - alone),
        (len(direct & ours.direct), len(direct)),
        (len(edges & ours.edges), len(edges)),
        (len(edges & checked), len(checked)),
        {key: side.seconds for key, side in sides.items()},
        {"umbel": len(shared | alone), **{key: len(parts) for key, parts in sound.items()}},
        len(right | alone),
    )
    return row, findings


def total(rows: list[Row]) -> Row:
    """All projects together."""
    names = ("umbel", "syft", "cdxgen")

    def pair(of: Callable[[Row], tuple[int, int]]) -> tuple[int, int]:
        return sum(of(row)[0] for row in rows), sum(of(row)[1] for row in rows)

    return Row(
        f"all {len(rows)}",
        {key: sum(row.found.get(key, 0) for row in rows) for key in names},
        right=sum(row.right for row in rows),
        shared=sum(row.shared for row in rows),
        alone=sum(row.alone for row in rows),
        unexplained=sum(row.unexplained for row in rows),
        direct=pair(lambda row: row.direct),
        edges=pair(lambda row: row.edges),
        checked=pair(lambda row: row.checked),
        seconds={key: sum(row.seconds.get(key, 0) for row in rows) for key in names},
        sound={key: sum(row.sound.get(key, 0) for row in rows) for key in names},
        whole=sum(row.whole for row in rows),
    )


def show(rows: list[Row], reasons: Counter[str], judge: Judge) -> None:
    """Print the tables in Markdown."""
    print("| " + " | ".join(_HEADS) + " |")
    print("|---|" + "--:|" * (len(_HEADS) - 1))
    for row in [*rows, total(rows)]:
        print("| " + " | ".join(cells(row)) + " |")
    every = total(rows)
    print(f"\nOf {every.whole:,} right ones in all: ", end="")
    print(", ".join(f"{key} {n:,} ({_share(n, every.whole)})" for key, n in every.sound.items()))
    print("\n| whose finding | number | verdict | reason |\n|---|--:|---|---|")
    for key, number in sorted(reasons.items(), key=lambda item: (item[0].split("\t")[0], -item[1])):
        tool, _, reason = key.partition("\t")
        print(f"| {tool} alone | {number:,} | {judge.verdict(reason)} | {judge.why(reason)} |")


def main(arguments: list[str] | None = None) -> None:
    """Compare, project by project, and print."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.compare", description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--syft", help="the program; left out if not given")
    parser.add_argument("--cdxgen", help="the program; left out if not given")
    parser.add_argument("--outputs", type=Path, help="keep the tools' answers here, and take them from here")
    parser.add_argument("--details", type=Path, help="write every difference to this file")
    parser.add_argument("--only", action="append", help="this project only (repeatable)")
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as kept:
        outputs: Path = options.outputs or Path(kept)
        outputs.mkdir(parents=True, exist_ok=True)
        programs = {"syft": options.syft, "cdxgen": options.cdxgen}
        tools = [Tool(name, program, outputs.resolve()) for name, program in programs.items() if program]
        compare(options.folder.resolve(), tools, options.only, options.details)


def compare(folder: Path, tools: list[Tool], only: list[str] | None, details: Path | None) -> None:
    """Read every project with every tool, judge the differences, print the tables."""
    rows, reasons, lines = [], Counter[str](), []
    judge = Judge()
    collectors()
    for project in sorted(path for path in folder.iterdir() if path.is_dir()):
        if only and project.name not in only:
            continue
        print(project.name, file=sys.stderr, flush=True)
        sides = {"umbel": umbel(project), **{tool.name: tool.read(project) for tool in tools}}
        judge = Judge(project)
        row, findings = row_of(project.name, sides, judge, reasons)
        rows.append(row)
        lines += [f"{project.name}\t{side.name}\tFAULT\t{f}" for side in sides.values() for f in side.faults]
        lines += [f"{project.name}\t{finding}" for finding in findings]
        lines += [
            f"{project.name}\t{line}" for line in judge.beyond(sides["umbel"], [sides[t.name] for t in tools])
        ]
    if details:
        details.write_text("\n".join(lines) + "\n")
    show(rows, reasons, judge)


if __name__ == "__main__":
    main()
