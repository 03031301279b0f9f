# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""`umbel report`: the portfolio as one HTML page."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from umbel.cli import options, output
from umbel.cli.options import AsOfOption, ProductOption, WorkspaceOption

app = typer.Typer(add_completion=False, rich_markup_mode=None)


@app.command()
def report(
    file: Annotated[
        Path, typer.Option("--output", "-o", metavar="FILE", help="The page; replaced if it is there.")
    ],
    product: ProductOption = None,
    as_of: AsOfOption = None,
    workspace: WorkspaceOption = options.HERE,
) -> None:
    """Write the portfolio as one HTML page that needs no network: numbers, charts, tables.

    Example: umbel report -o report.html --product Shop
    """
    page = options.workspace(workspace).report(file, product=product, as_of=options.moment(as_of))
    print(f"Wrote {output.clean(page)}")
    print("Open it in any browser. It holds all that it shows, so that it can be sent as it is.")
