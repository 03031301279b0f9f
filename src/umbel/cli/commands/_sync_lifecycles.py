# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""`umbel sync lifecycles`: how long releases are cared for, from endoflife.date or its files."""

from __future__ import annotations

import sys
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from umbel.cli import alerting, options, output
from umbel.cli.options import Format, FormatOption, WorkspaceOption

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from umbel.evidence.sync_lifecycles import SyncedLifecycles

MOST_LINES = 20


def lifecycles(
    products: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[PRODUCT]...",
            help="Ids of endoflife.date: python, debian …; all products if none is given.",
        ),
    ] = None,
    saved: Annotated[
        Path | None,
        typer.Option(
            "--from",
            metavar="PATH",
            help="Read a file, folder or zip instead: endoflife.date's products, or answers of its API.",
            exists=True,
        ),
    ] = None,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="No progress, only the summary.")] = False,  # noqa: FBT002
    format: FormatOption = Format.table,  # noqa: A002 - the option's name
    workspace: WorkspaceOption = options.HERE,
) -> None:
    """Bring the list of lifecycles up to date: what releases are cared for, and until when.

    Only products that changed are written. Ends with exit code 3 if some could not be had or read.
    Example: umbel sync lifecycles --from endoflife.date/products
    """
    with _shown(quiet=quiet) as progress:
        found = options.workspace(workspace).sync_lifecycles(products or [], saved, progress)
    if format is Format.table:
        _told(found)
    else:
        rows = output.structs([found])
        rows[0]["faults"] = output.structs(found.faults)
        output.emit(rows, format, columns={})
    alerting.after(options.workspace(workspace))
    if found.incomplete:
        raise typer.Exit(3)


def _told(found: SyncedLifecycles) -> None:
    if found.unmodified:
        print(f"Nothing new at {output.clean(found.origin)}.")
    else:
        changed = f"{found.changed:,} of them new or changed" if found.changed else "none of them changed"
        cycles = output.counted(found.cycles, "release cycle")
        print(f"{output.counted(found.products, 'product')} with {cycles}; {changed}.")
    if found.missing:
        names = ", ".join(found.missing[:MOST_LINES])
        print(output.clean(f"There is no product {names} there."), file=sys.stderr)
    for fault in found.faults[:MOST_LINES]:
        print(output.clean(f"{fault.level}: {fault}"), file=sys.stderr)
    if len(found.faults) > MOST_LINES:
        print(f"… and {len(found.faults) - MOST_LINES:,} more faults", file=sys.stderr)


@contextmanager
def _shown(*, quiet: bool) -> Iterator[Callable[[int, int], None] | None]:
    """Progress on stderr while the block runs, if anyone is there to see it."""
    if quiet or not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console
    from rich.progress import Progress

    with Progress(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("products", total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)
