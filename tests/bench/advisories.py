# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""`python -m tests.bench.advisories [FOLDER]`: advisories read, indexed and matched, beside the goals of the design.

The folder holds OSV exports; without one, those of the public test data.
"""

from __future__ import annotations

import os
import sys
import tempfile
import time
from itertools import cycle, islice
from pathlib import Path
from typing import Any

import pyarrow as pa

from tests.bench.measure import Result, peak, process_seconds, show
from umbel.metrics.vulnerabilities.found import vulnerabilities
from umbel.metrics.vulnerabilities.index import Index
from umbel.metrics.vulnerabilities.match import match

COMPONENTS = 100_000
GATE = 1200
RECORDS = 50_000

_IMPORT = """
import sys
from pathlib import Path
from umbel.evidence.lake import Lake
from umbel.evidence.sync_advisories import import_files
import_files(Lake(sys.argv[1]), Path(sys.argv[2]))
"""
_FLOOR = "import pyarrow.parquet, msgspec"
_MATCH = """
import sys, time
from pathlib import Path
import pyarrow as pa, pyarrow.parquet as pq
from umbel.metrics.vulnerabilities.index import Index
from umbel.metrics.vulnerabilities.match import match
from umbel.metrics.vulnerabilities.found import vulnerabilities
index = Index.of_file(Path(sys.argv[1]))
vulnerabilities(match(pq.ParquetFile(sys.argv[2]).read(), index), index)
"""


def components(index: Index, number: int) -> pa.Table:
    """So many versions of packages that have advisories, each version once: the worst portfolio there is."""
    found: list[tuple[str, str]] = []
    for package, entries in sorted(index.entries(_packages(index)).items()):
        listed = {v for each in entries.values() for entry in each for v in entry.versions}
        texts = {t for each in entries.values() for entry in each for line in entry.lines for t in line.texts}
        found += [(package, version) for version in sorted(listed | texts)]
    made = [*found]
    step = 0
    while len(made) < number:
        step += 1
        made += [(package, f"{version}.{step}") for package, version in found]
    rows = list(islice(cycle(made), number)) if len(made) < number else made[:number]
    return pa.table({"package": [row[0] for row in rows], "version": [row[1] for row in rows]})


def lockfile(index: Index, number: int = GATE) -> pa.Table:
    """A lockfile of one ecosystem: every tenth package has advisories."""
    names = [package for package in _packages(index) if package.startswith("pkg:pypi/")][: number // 10]
    entries = index.entries(names)
    known = [
        (name, max({v for e in entries[name].values() for x in e for v in x.versions} or {"1.0"}))
        for name in names
    ]
    filler = [(f"pkg:pypi/of-ours-{place}", f"1.{place}") for place in range(number - len(known))]
    rows = known + filler
    return pa.table({"package": [row[0] for row in rows], "version": [row[1] for row in rows]})


def _packages(index: Index) -> list[str]:
    from pyarrow import parquet

    return sorted(set(parquet.read_table(index.path, columns=["package"])[0].to_pylist()))


def many(folder: Path, source: Path, number: int = RECORDS) -> Path:
    """An archive of so many records: real ones, under new ids."""
    import zipfile

    from umbel.evidence.osv_files import documents

    target = folder / "many.zip"
    records = [(place.stem, data) for place, data in documents(source) if b'"id"' in data]
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for place, (stem, data) in enumerate(islice(cycle(records), number)):
            name = f"{stem}-{place}"
            archive.writestr(f"{name}.json", data.replace(stem.encode(), name.encode(), 1))
    return target


def measure(source: Path) -> list[Result]:
    """The figures, one a line."""
    results: list[Result] = []
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        # First: a child begins with the peak of its parent.
        archive = many(folder, source)
        told = peak(_IMPORT, str(folder / "lake"), str(archive))
        figure = f"{told['seconds']:.1f} s, {told['own'] / 1e6:.0f} MB"
        results.append(Result(f"{RECORDS:,} advisories into an empty lake", figure, goal="≤ 500 MB"))
        began = time.perf_counter()
        index = Index.of_file(source, folder)
        built = time.perf_counter() - began
        results.append(Result(f"index of an export, {len(index):,} entries", f"{built:.2f} s"))
        results.append(_opened(index))
        results += _matched(index.path)
        table = lockfile(Index.of_file(index.path))
        place = folder / "lockfile.parquet"
        _save(table, place)
        command = [sys.executable, "-c", _MATCH, str(index.path), str(place)]
        floor = process_seconds([sys.executable, "-c", _FLOOR])
        spent = process_seconds(command)
        results.append(
            Result(
                f"gate: {table.num_rows:,} packages, cold process",
                f"{spent:.2f} s",
                f"{floor:.2f} s imports",
                f"{spent / floor:.1f}",
                "≤ 0.6 s",
            )
        )
    return results


def _save(table: pa.Table, place: Path) -> None:
    from pyarrow import parquet

    parquet.write_table(table, place)


def _opened(index: Index) -> Result:
    began = time.perf_counter()
    Index.of_file(index.path)
    return Result("open an index", f"{time.perf_counter() - began:.3f} s", goal="≤ 0.1 s")


def _matched(path: Path) -> list[Result]:
    table = components(Index.of_file(path), COMPONENTS)
    index = Index.of_file(path)
    began = time.perf_counter()
    matches = match(table, index)
    cold = time.perf_counter() - began
    began = time.perf_counter()
    found = vulnerabilities(matches, index)
    joined = time.perf_counter() - began
    one = table.slice(COMPONENTS // 2, 300)
    began = time.perf_counter()
    match(one, index)
    again = time.perf_counter() - began
    told: dict[str, Any] = {"matches": matches.num_rows, "found": sum(map(len, found.values()))}
    return [
        Result(f"match {table.num_rows:,} versions, cold", f"{cold:.2f} s", goal="≤ 10 s"),
        Result(f"join {told['matches']:,} matches into {told['found']:,}", f"{joined:.2f} s"),
        Result("one more SBOM of 300", f"{again:.3f} s", goal="≤ 0.2 s"),
    ]


def main() -> None:
    """Measure the folder named, or the public test data."""
    given = sys.argv[1] if len(sys.argv) > 1 else os.environ.get("UMBEL_TEST_DATA", "../shared/data") + "/osv"
    show(measure(Path(given)))


if __name__ == "__main__":
    main()
