# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""`umbel sync lifecycles`: how long releases are cared for, from endoflife.date or its files."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from umbel.cli import alerting, options, output
from umbel.cli.commands._sync_shown import MOST_LINES, QuietOption, counting, tell_faults
from umbel.cli.options import Format, FormatOption, WorkspaceOption

if TYPE_CHECKING:
    from umbel.evidence.sync_lifecycles import SyncedLifecycles


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
    quiet: QuietOption = False,  # noqa: FBT002
    format: FormatOption = Format.table,  # noqa: A002 - the option's name
    workspace: WorkspaceOption = options.HERE,
) -> None:
    """Bring the list of lifecycles up to date: what releases are cared for, and until when.

    Only products that changed are written. Ends with exit code 3 if some could not be had or read.
    Example: umbel sync lifecycles --from endoflife.date/products
    """
    with counting("products", quiet=quiet) as progress:
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
    tell_faults([f"{fault.level}: {fault}" for fault in found.faults])
