# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""`python -m tests.bench.history REPOSITORY… [--perceval PROGRAM]`: reading git histories.

Each repository (a large one, bare or not) is read beside `git log` of the same fields, alone and into a
lake, and its peak memory is told; then all of them are read at once beside one after another. With
`--perceval`, `perceval git` reads the first one, too: it takes minutes, since it always asks for the lines.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

from tests.bench.measure import Result, peak, seconds, show
from umbel.collect import git_history
from umbel.evidence.ingest_history import Source, ingest
from umbel.evidence.lake import Lake

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

FIELDS = "--format=%H%x1f%P%x1f%an%x1f%ae%x1f%at%x1f%ad%x1f%cn%x1f%ce%x1f%ct%x1f%cd%x1f%(trailers)"
SALT = b"0123456789abcdef"

_READ = """
from pathlib import Path
from umbel.collect import git_history
reading = git_history.read(Path(sys.argv[1]), salt=b"0123456789abcdef")
for batch in reading.commits():
    pass
"""


RUNS = 7


def floor(repository: Path) -> None:
    """`git log` with the fields that are kept."""
    command = ["git", "-C", str(repository), "log", "HEAD", "--date=raw", FIELDS]

    with subprocess.Popen(command, stdout=subprocess.PIPE) as process:
        while process.stdout and process.stdout.read(1 << 20):
            continue


def beside(repository: Path) -> tuple[float, float, float]:
    """Least wall seconds of ours and of git's, taken in turns, and the processor time of ours over git's."""
    walls: dict[bool, list[float]] = {True: [], False: []}
    works: dict[bool, list[float]] = {True: [], False: []}
    for turn in range(2 * RUNS):
        ours = turn % 2 == 0
        wall, work = time.perf_counter(), sum(os.times()[:4])
        read(repository) if ours else floor(repository)
        walls[ours].append(time.perf_counter() - wall)
        works[ours].append(sum(os.times()[:4]) - work)
    return min(walls[True]), min(walls[False]), min(works[True]) / min(works[False])


def read(repository: Path) -> int:
    """Read a history and everything beside its commits; gives their number."""
    reading = git_history.read(repository, salt=SALT)
    number = 0
    for batch in reading.commits():
        number += int(batch.num_rows)
    list(reading.releases())
    reading.aliases()
    reading.identities()
    return number


def into_lake(repositories: Sequence[Path], workers: int | None = None) -> tuple[float, float]:
    """Seconds to read repositories into a new lake, and to find them unchanged."""
    sources = [Source(path, f"p{number}", f"file:{path}") for number, path in enumerate(repositories)]
    with tempfile.TemporaryDirectory() as folder:
        lake = Lake(Path(folder) / "lake")
        times = []
        for _ in range(2):
            start = time.perf_counter()
            ingest(lake, sources, workers=workers)
            times.append(time.perf_counter() - start)
    return times[0], times[1]


def one(repository: Path) -> Iterator[Result]:
    """One repository beside git."""
    name = repository.parent.name if repository.name in {"repo", ".git"} else repository.name
    number = read(repository)
    ours, base, work = beside(repository)
    yield Result(
        f"{name}: read {number:,} commits", f"{ours:.2f} s", f"{base:.2f} s", f"{ours / base:.2f} ×", "≤ 2 ×"
    )
    yield Result(f"{name}: the same in processor time", "", "", f"{work:.2f} ×")
    stored, again = into_lake([repository])
    yield Result(f"{name}: into a lake", f"{stored:.2f} s", f"{base:.2f} s", f"{stored / base:.2f} ×")
    yield Result(f"{name}: found unchanged", f"{again:.2f} s")
    memory = peak(_READ, str(repository))["own"]
    yield Result(f"{name}: peak memory", f"{memory / 2**20:.0f} MB", goal="flat")


def many(repository: Path, number: int) -> Iterator[Result]:
    """So many clones of one repository, by as many threads as there are and by one."""
    with tempfile.TemporaryDirectory() as folder:
        clones = [Path(folder) / f"clone{index}" for index in range(number)]
        for clone in clones:
            subprocess.run(["git", "clone", "-q", "--bare", str(repository), str(clone)], check=True)
        alone, _ = into_lake(clones, 1)
        together, again = into_lake(clones)
    yield Result(
        f"{number} clones of {repository.name}",
        f"{together:.2f} s",
        f"{alone:.2f} s",
        f"{alone / together:.2f} ×",
    )
    yield Result(f"{number} clones found unchanged", f"{again:.2f} s")


def perceval(program: str, repository: Path, ours: float) -> Iterator[Result]:
    """`perceval git` on a clone that is there already."""
    with tempfile.TemporaryDirectory() as folder:
        command = [program, "git", str(repository), "--git-path", str(repository), "--no-update", "-o"]
        environment = {"PATH": os.environ["PATH"], "HOME": folder}
        start = time.perf_counter()
        done = subprocess.run(
            [*command, f"{folder}/out.json"], check=False, capture_output=True, env=environment
        )
        theirs = time.perf_counter() - start
    told = f"{theirs:.1f} s" if done.returncode == 0 else f"failed after {theirs:.1f} s"
    yield Result("perceval git", told, f"{ours:.2f} s", f"{theirs / ours:.0f} ×", "≥ 20 ×")


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure, and print the table."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.history", description=__doc__)
    parser.add_argument("repositories", nargs="+", type=Path)
    parser.add_argument("--small", type=Path, help="a small repository or bundle: read many clones of it")
    parser.add_argument("--clones", type=int, default=100)
    parser.add_argument("--perceval", help="the program; left out if not given")
    options = parser.parse_args(arguments)
    results: list[Result] = []
    for repository in options.repositories:
        results += one(repository.resolve())
    if options.small:
        results += many(options.small.resolve(), options.clones)
    if options.perceval:
        first = options.repositories[0].resolve()
        results += perceval(options.perceval, first, seconds(lambda: read(first), 3))
    show(results)


if __name__ == "__main__":
    main()
