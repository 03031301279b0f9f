# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Measuring: wall time, processes of their own, peak memory, and the table of results."""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
import time
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence


class Result(NamedTuple):
    """One line: what was measured, the floor beside it, and the goal."""

    what: str
    figure: str
    floor: str = "–"
    ratio: str = "–"
    goal: str = "–"


def seconds(action: Callable[[], object], runs: int = 5) -> float:
    """Median wall seconds of an action, after one warm-up."""
    action()
    times = []
    for _ in range(runs):
        start = time.perf_counter()
        action()
        times.append(time.perf_counter() - start)
    return statistics.median(times)


def process_seconds(command: Sequence[str], runs: int = 7) -> float:
    """Median wall seconds of a whole process, after one warm-up."""
    return seconds(lambda: subprocess.run(command, check=False, capture_output=True), runs)


_PEAK = """
import json, resource, sys, time
start = time.perf_counter()
{body}
own = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
children = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
print(json.dumps({{"seconds": time.perf_counter() - start, "own": own * 1024, "children": children * 1024}}))
"""


def peak(body: str, *arguments: str) -> dict[str, Any]:
    """Run Python text in a process of its own: its seconds, its peak memory, its children's, in bytes."""
    done = subprocess.run(
        [sys.executable, "-c", _PEAK.format(body=body), *arguments],
        check=True,
        capture_output=True,
        text=True,
    )
    answer: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return answer


def show(results: Sequence[Result]) -> None:
    """Print the results as a table."""
    rows = [Result("what", "figure", "floor", "ratio", "goal"), *results]
    widths = [max(len(row[i]) for row in rows) for i in range(5)]
    for row in rows:
        print(
            "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip(), flush=True
        )
