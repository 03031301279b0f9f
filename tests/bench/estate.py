# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""A synthetic estate: projects with components drawn by Zipf's law from real component rows."""

from __future__ import annotations

import json
import os
import random
import tarfile
from itertools import accumulate
from pathlib import Path
from typing import NamedTuple


class Row(NamedTuple):
    """A component as real documents hold it."""

    purl: str
    name: str
    version: str
    license: str


def shared_data() -> Path | None:
    """The folder of real test data beside the project, if it is there."""
    place = Path(os.environ.get("UMBEL_TEST_DATA") or Path(__file__).parents[3] / "shared/data")
    return place if place.is_dir() else None


def containers(folder: Path) -> Path | None:
    """The 310 SBOMs of container images, unpacked once under `folder`."""
    data = shared_data()
    if data is None:
        return None
    target = folder / "containers"
    if not target.is_dir():
        with tarfile.open(data / "sbom/containers-310.tar.xz") as archive:
            archive.extractall(folder, filter="data")
    return target


def component_rows(folder: Path) -> list[Row]:
    """Distinct real components (or made ones, where the real data is absent), in a fixed order."""
    real = containers(folder)
    if real is None:
        return [Row(f"pkg:npm/p{i}@{i % 9}.0.0", f"p{i}", f"{i % 9}.0.0", "MIT") for i in range(40_000)]
    rows = set()
    for file in sorted(real.glob("*.json")):
        for package in json.loads(file.read_bytes()).get("packages", []):
            refs = package.get("externalRefs") or []
            purls = [ref["referenceLocator"] for ref in refs if ref.get("referenceType") == "purl"]
            if purls and package.get("versionInfo"):
                said = package.get("licenseDeclared") or "NOASSERTION"
                rows.add(Row(purls[0], package.get("name") or "?", package["versionInfo"], said))
    return sorted(rows)


def make(folder: Path, projects: int, components: int = 500, seed: int = 20260301) -> Path:
    """Write CycloneDX documents of an estate, unless they are there already. Gives their folder."""
    target = folder / f"estate-{projects}x{components}"
    if target.is_dir():
        return target
    rows = component_rows(folder)
    chance = random.Random(seed)
    chance.shuffle(rows)
    weights = list(accumulate(1 / rank for rank in range(1, len(rows) + 1)))
    pieces = [_piece(row) for row in rows]
    building = folder / f"{target.name}.building"
    for index in range(projects):
        name = f"app-{index:05}"
        place = building / f"{index // 100:03}"
        place.mkdir(parents=True, exist_ok=True)
        chosen = _choose(chance, weights, components)
        (place / f"{name}.cdx.json").write_text(_document(name, index, [pieces[i] for i in chosen], chosen))
    building.rename(target)
    return target


def _choose(chance: random.Random, weights: list[float], number: int) -> list[int]:
    chosen: dict[int, None] = {}
    places = range(len(weights))
    while len(chosen) < min(number, len(weights)):
        chosen.update(dict.fromkeys(chance.choices(places, cum_weights=weights, k=number)))
    return list(chosen)[:number]


def _piece(row: Row) -> str:
    licenses = [] if row.license in {"NOASSERTION", "NONE"} else [{"expression": row.license}]
    return json.dumps(
        {
            "type": "library",
            "bom-ref": row.purl,
            "name": row.name,
            "version": row.version,
            "purl": row.purl,
            "licenses": licenses,
        }
    )


def _document(name: str, index: int, pieces: list[str], chosen: list[int]) -> str:
    day = (
        f"2026-{index % 12 + 1:02}-{index % 28 + 1:02}T00:00:00Z"
        if index % 12 < 2
        else "2026-01-15T00:00:00Z"
    )
    refs = [json.loads(piece)["bom-ref"] for piece in pieces]
    # A tree: the first tenth is asked for directly, each of the others by one that stands before it.
    direct = max(1, len(refs) // 10)
    graph: dict[str, list[str]] = {name: refs[:direct]}
    for position in range(direct, len(refs)):
        graph.setdefault(refs[(position - direct) // 2], []).append(refs[position])
    metadata = {
        "timestamp": day,
        "tools": [{"name": "bench", "version": "1"}],
        "component": {"type": "application", "bom-ref": name, "name": name, "version": str(len(chosen))},
    }
    dependencies = [{"ref": ref, "dependsOn": targets} for ref, targets in graph.items()]
    return (
        f'{{"bomFormat":"CycloneDX","specVersion":"1.5","version":1,"metadata":{json.dumps(metadata)},'
        f'"components":[{",".join(pieces)}],"dependencies":{json.dumps(dependencies)}}}'
    )
