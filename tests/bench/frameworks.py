# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""`python -m tests.bench.frameworks [--projects N] [--folder PLACE]`: all frameworks at once, and the quarterly review.

The estate is that of `tests.bench.strategy`, without upstream projects unless told. Each question is asked twice: with
nothing in the cache, and again.
"""

from __future__ import annotations

import argparse
import resource
import shutil
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

from tests.bench.measure import Result, show
from tests.bench.strategy import EACH, estate
from umbel.app import Workspace

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


def _took(work: Callable[[], object]) -> tuple[float, float]:
    """Seconds by the clock and of the processor."""
    start, before = time.perf_counter(), resource.getrusage(resource.RUSAGE_SELF)
    work()
    after = resource.getrusage(resource.RUSAGE_SELF)
    spent = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return time.perf_counter() - start, spent


def measured(place: Path, what: str) -> Iterator[Result]:
    """All frameworks and the review of one workspace, cold and again."""
    cache = place / ".umbel" / "cache"
    questions: dict[str, tuple[Callable[[], object], str]] = {
        "all frameworks": (lambda: Workspace(place).assess_all(turned=False), "≤ 10 s"),
        "quarterly review, PDF": (lambda: Workspace(place).written_document("quarterly-review"), "≤ 5 s"),
    }
    for name, (work, goal) in questions.items():
        shutil.rmtree(cache, ignore_errors=True)
        for state in ("cold", "again"):
            took, spent = _took(work)
            memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
            yield Result(
                f"{name}, {state}: {what}", f"{took:.1f} s ({spent:.1f} s of the processor)",
                f"at most {memory:.1f} GB", goal=goal,
            )  # fmt: skip


def main() -> None:
    """Measure an estate of that many projects, or a workspace that is there."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--projects", type=int, default=10_000)
    parser.add_argument("--upstream", type=int, default=0)
    parser.add_argument("--folder", type=Path)
    parser.add_argument(
        "--workspace", type=Path, help="a workspace of your own instead; its cache is emptied"
    )
    options = parser.parse_args()
    if options.workspace is not None:
        show(list(measured(options.workspace, options.workspace.name)))
        return
    folder = options.folder or Path(tempfile.mkdtemp(prefix="umbel-bench-"))
    place = estate(folder, options.projects, options.upstream)
    show(list(measured(place, f"{options.projects * EACH:,} component rows")))


if __name__ == "__main__":
    main()
