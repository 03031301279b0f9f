# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""What every `umbel sync` shows on stderr: a bar while it runs, then what was wrong."""

from __future__ import annotations

import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated

import typer

from umbel.cli import output

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from rich.progress import Progress, ProgressColumn

MOST_LINES = 20
QuietOption = Annotated[bool, typer.Option("--quiet", "-q", help="No progress, only the summary.")]


@contextmanager
def bar(*, quiet: bool, columns: Callable[[], Sequence[ProgressColumn]] = tuple) -> Iterator[Progress | None]:
    """A bar with these columns (the usual ones if none) while the block runs; None if nobody is there to see it."""
    if quiet or not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console
    from rich.progress import Progress

    with Progress(*columns(), console=Console(stderr=True), transient=True) as progress:
        yield progress


@contextmanager
def counting(what: str, *, quiet: bool) -> Iterator[Callable[[int, int], None] | None]:
    """A bar of one task, as a function of how many are done of how many."""
    with bar(quiet=quiet) as progress:
        if progress is None:
            yield None
            return
        task = progress.add_task(what, total=None)
        yield lambda done, total: progress.update(task, completed=done, total=total)


def tell_faults(lines: Sequence[str]) -> None:
    """The first of what was wrong, and how much more there is."""
    for line in lines[:MOST_LINES]:
        print(output.clean(line), file=sys.stderr)
    if len(lines) > MOST_LINES:
        print(f"… and {len(lines) - MOST_LINES:,} more faults", file=sys.stderr)
