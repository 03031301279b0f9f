# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""`umbel init`: a first umbel.toml from what is found."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from umbel.cli import options, output
from umbel.cli.options import WorkspaceOption

app = typer.Typer(add_completion=False, rich_markup_mode=None)


@app.command()
def init(
    paths: Annotated[
        list[Path] | None,
        typer.Argument(metavar="[PATH]...", help="Where to look; the workspace if not given."),
    ] = None,
    workspace: WorkspaceOption = options.HERE,
) -> None:
    """Look for projects and write a commented umbel.toml; an existing one is never touched.

    Example: umbel init ~/src
    """
    file, projects = options.workspace(workspace).init(paths or [])
    print(f"Wrote {file} for {output.counted(len(projects), 'project')}.")
    print("Next: name your products in it, then run umbel collect.")
