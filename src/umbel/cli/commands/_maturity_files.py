# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""`umbel maturity check`: whether a framework's file, or an overlay, is sound."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from umbel.cli import options, output
from umbel.cli.options import WorkspaceOption


def register(app: typer.Typer) -> None:
    """Add the command to the group."""
    app.command()(check)


def check(
    files: Annotated[
        list[Path],
        typer.Argument(metavar="FILE...", help="Frameworks (x.toml) or overlays (flower.overlay.toml)."),
    ],
    workspace: WorkspaceOption = options.HERE,
) -> None:
    """Check a framework of your own, or an overlay: every fault with its line. Ends with exit code 1 if there are any.

    Example: umbel maturity check frameworks/our-rules.toml
    """
    from umbel.model.errors import UsageError

    here, faults = options.workspace(workspace), 0
    for path in files:
        try:
            found = here.check_framework(path)
        except UsageError as error:
            faults += 1
            for line in str(error).splitlines():
                print(output.clean(line), file=sys.stderr)
            continue
        told = "an overlay" if found is None else output.counted(len(found.practices), "practice")
        print(output.clean(f"{path.name} is sound: {told}."))
    raise typer.Exit(1 if faults else 0)
