# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""`python -m tests.bench [--projects N] [--folder F] [NAME …]`: run the benchmarks."""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import orjson

from tests.bench import estate, repository
from tests.bench.gate import gate
from tests.bench.measure import Result, peak, process_seconds, seconds, show
from umbel.evidence.lake import Lake
from umbel.evidence.questions.inventory import most_used
from umbel.evidence.questions.where import where
from umbel.evidence.session import Session
from umbel.evidence.upkeep import compact
from umbel.model import purl

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_COLLECT = """
from pathlib import Path
from umbel.evidence.ingest import collect
from umbel.evidence.lake import Lake
summary = collect(Lake(sys.argv[1]), [Path(sys.argv[2])], workers=int(sys.argv[3]))
sys.stderr.write(str(summary.components))
"""


def collected(folder: Path, source: Path, workers: int) -> tuple[float, dict[str, float], Path]:
    """Collect a folder into a new lake in a process of its own: its seconds, its memory, the lake."""
    lake = Path(tempfile.mkdtemp(dir=folder)) / "lake"
    state = peak(_COLLECT, str(lake), str(source), str(workers))
    return state["seconds"], state, lake


def decode_floor(source: Path) -> float:
    """Seconds that orjson needs to decode the same files."""
    files = sorted(source.rglob("*.json"))
    return seconds(lambda: [orjson.loads(file.read_bytes()) for file in files], 1)


def components_in(lake: Path) -> int:
    """Rows of usage in a lake."""
    with Session(Lake(lake)) as session:
        return int(session.ask("SELECT count(*) FROM usage").one()[0])


def ingest(folder: Path, projects: int) -> Iterator[Result]:
    """Ingest of the real container SBOMs, and of a mixed 3,000, beside decoding them."""
    real = estate.containers(folder)
    sources = [("310 real SBOMs", real, "≤ 5 ×")] if real else []
    mixed = min(3000, projects)
    sources.append((f"{mixed:,} mixed SBOMs", estate.make(folder, mixed, 100), "≤ 3 ×"))
    for name, source, goal in sources:
        floor = decode_floor(source)
        one, _, lake = collected(folder, source, 1)
        rows = components_in(lake)
        yield Result(
            f"ingest {name}, in-process",
            f"{one:.2f} s",
            f"orjson {floor:.2f} s",
            f"{one / floor:.1f} ×",
            goal,
        )
        yield Result("  components a second", f"{rows / one:,.0f}", goal="≥ 60,000")
        two, _, _ = collected(folder, source, 2)
        yield Result(
            "  two workers", f"{two:.2f} s", f"one {one:.2f} s", f"{one / two:.2f} × faster", "≥ 1.5 ×"
        )


def growth(folder: Path, projects: int) -> Iterator[Result]:
    """Ingest of 100, 1,000 and 10,000 documents of 500 components: seconds a thousand documents."""
    for number in (100, 1000, 10_000):
        if number <= projects:
            source = estate.make(folder, number)
            took, state, lake = collected(folder, source, 2)
            memory = max(state["own"], state["children"]) / 1e6
            yield Result(
                f"ingest {number:,} documents of 500, two workers",
                f"{took:.1f} s",
                f"{components_in(lake) / took:,.0f} a second",
                f"{took / number * 1000:.2f} s a thousand",
                "linear",
            )
            yield Result("  peak memory of the largest process", f"{memory:,.0f} MB", goal="≤ 1,500 MB")
            shutil.rmtree(lake.parent)


def asked(folder: Path, projects: int) -> Iterator[Result]:
    """Questions of the whole estate, before and after compaction, warm and as cold processes."""
    source = estate.make(folder, projects)
    workspace = folder / f"asked-{projects}"
    lake = workspace / ".umbel/lake"
    if not lake.is_dir():
        peak(_COLLECT, str(lake), str(source), "2")
    with Session(Lake(lake)) as session:
        packages = [row[0] for row in most_used(session, 400).rows()]
    rows = components_in(lake)
    chosen = packages[-1]
    yield Result("estate", f"{rows:,} component rows", goal="5,000,000")
    yield from _questions(lake, chosen, "before compaction")
    compact(Lake(lake))
    size = sum(file.stat().st_size for file in (lake / "usage").glob("*.parquet"))
    yield from _questions(lake, chosen, "compacted")
    yield Result("usage on disk, with what compaction replaced", f"{size / 1e6:,.0f} MB")
    bare = process_seconds([sys.executable, "-c", "pass"])
    for name, arguments, goal in (
        ("--version", ["--version"], "≤ 0.15 s"),
        ("where", ["where", chosen, "--no-paths", "-C", str(workspace), "-f", "json"], "≤ 0.5 s"),
        ("where with paths", ["where", chosen, "-C", str(workspace), "-f", "json"], "–"),
    ):
        took = process_seconds([sys.executable, "-m", "umbel", *arguments])
        yield Result(
            f"cold: umbel {name}", f"{took:.3f} s", f"python {bare:.3f} s", f"{took / bare:.1f} ×", goal
        )


def _questions(lake: Path, package: str, state: str) -> Iterator[Result]:
    goal = "≤ 60 ms" if state == "compacted" else "≤ 200 ms"
    with Session(Lake(lake)) as session:
        find = partial(
            session.ask, "SELECT project, version FROM usage WHERE package = $package", {"package": package}
        )
        took = seconds(lambda: find().rows())
        yield Result(f"where-used, {state}", f"{took * 1000:.0f} ms", goal=goal)
        whole = seconds(lambda: where(session, purl.parse_query(package), paths=False))
        yield Result(f"  the whole question, {len(find().rows()):,} hits", f"{whole * 1000:.0f} ms")
        lead = seconds(lambda: most_used(session).rows())
        yield Result(f"most used packages (lead), {state}", f"{lead * 1000:.0f} ms", goal="≤ 250 ms")
        adhoc = "SELECT package, count(DISTINCT project) FROM usage GROUP BY ALL ORDER BY 2 DESC LIMIT 20"
        distinct = seconds(lambda: session.ask(adhoc).rows())
        yield Result(
            f"  the same as an ad-hoc distinct, {state}", f"{distinct * 1000:.0f} ms", goal="≤ 600 ms"
        )
    opened = seconds(lambda: Session(Lake(lake)).close())
    yield Result(f"opening the lake, {state}", f"{opened * 1000:.0f} ms")


def appends(folder: Path, projects: int) -> Iterator[Result]:
    """5,000 documents appended one by one, then compacted, beside the same in one go."""
    from tests import acme

    number = min(5000, projects)
    lake = Lake(Path(tempfile.mkdtemp(dir=folder)) / "lake")
    entries = [
        (acme.stamp(f"app-{i}"), acme.reading([f"p{(i + k) % 997}@1" for k in range(20)]))
        for i in range(number)
    ]
    import time

    from umbel.evidence.upkeep import compact_if_needed

    start = time.perf_counter()
    for index, entry in enumerate(entries):
        acme.publish(lake, entry)
        if index % 100 == 99:
            compact_if_needed(lake)
    took = time.perf_counter() - start
    once = Lake(Path(tempfile.mkdtemp(dir=folder)) / "lake")
    acme.publish(once, *entries)
    yield Result(f"{number:,} appends one by one", f"{took / number * 1000:.0f} ms each")
    compact(lake)
    compact(once)

    def ask(which: Lake) -> None:
        with Session(which) as session:
            session.ask("SELECT count(*) FROM usage WHERE package = 'pkg:npm/p5'").one()

    slow, fast = seconds(lambda: ask(lake)), seconds(lambda: ask(once))
    yield Result(
        "  open and look up after compaction", f"{slow * 1000:.0f} ms", f"in one go {fast * 1000:.0f} ms",
        f"{slow / fast:.2f} ×", "as fast",
    )  # fmt: skip


def document(folder: Path, projects: int) -> Iterator[Result]:
    """One document of 200 MB."""
    del projects
    place = folder / "large"
    if not place.is_dir():
        (folder / "large.building").mkdir(exist_ok=True)
        source = estate.make(folder, 1, 2_000_000)
        text = next(source.rglob("*.json")).read_text()
        head, _, rest = text.partition('"components":[')
        body, _, tail = rest.partition('],"dependencies"')
        times = max(1, 200_000_000 // max(1, len(body)))
        (folder / "large.building/large.cdx.json").write_text(
            head + '"components":[' + ",".join([body] * times) + '],"dependencies"' + tail
        )
        (folder / "large.building").rename(place)
    size = next(place.rglob("*.json")).stat().st_size
    took, state, _ = collected(folder, place, 1)
    yield Result(
        f"a document of {size / 1e6:,.0f} MB",
        f"{took:.1f} s, {state['own'] / 1e6:,.0f} MB",
        goal="≤ 1,500 MB",
    )


def checkout(folder: Path, projects: int) -> Iterator[Result]:
    """A repository of 10,000 files and 30 lockfiles, beside passing through its folders and files."""
    del projects
    place = repository.make(folder)

    def floor() -> None:
        for path, _, names in os.walk(place):
            for name in names:
                os.stat(f"{path}/{name}")  # noqa: PTH116 - the floor is what the system does

    passed = seconds(floor)
    command = [sys.executable, "-m", "umbel", "collect", str(place)]

    def cold() -> None:
        with tempfile.TemporaryDirectory(dir=folder) as lake:
            subprocess.run([*command, "--workspace", lake], check=True, capture_output=True)

    took = seconds(cold, 3)
    yield Result(
        "a checkout of 10,000 files and 30 lockfiles, cold", f"{took:.2f} s",
        f"{passed:.2f} s", f"{took / passed:.1f} ×", "≤ 2 s",
    )  # fmt: skip


BENCHES: dict[str, Callable[[Path, int], Iterator[Result]]] = {
    "ingest": ingest,
    "growth": growth,
    "asked": asked,
    "appends": appends,
    "document": document,
    "checkout": checkout,
    "gate": gate,
}


def main() -> None:
    """Run what was asked for and print each group when it is done."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", choices=[*BENCHES, []], help="all of them if none is named")
    parser.add_argument("--projects", type=int, default=10_000, help="size of the estate")
    parser.add_argument("--folder", type=Path, help="keep the estate here between runs")
    options = parser.parse_args()
    folder = options.folder or Path(tempfile.mkdtemp(prefix="umbel-bench-"))
    folder.mkdir(parents=True, exist_ok=True)
    try:
        for name in options.names or BENCHES:
            print(f"\n{name}: {(BENCHES[name].__doc__ or '').strip()}", flush=True)
            show(list(BENCHES[name](folder, options.projects)))
    finally:
        if options.folder is None:
            shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
