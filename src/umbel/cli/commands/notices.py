# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""`umbel notices`: third-party notices of a product or project, from the evidence and what lies on the disk."""

from __future__ import annotations

import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from umbel.cli import options, output
from umbel.cli.options import AsOfOption, WorkspaceOption

app = typer.Typer(add_completion=False, rich_markup_mode=None)


class Shape(StrEnum):
    """What is written."""

    text = "text"
    html = "html"
    markdown = "markdown"


@app.command()
def notices(
    name: Annotated[
        str, typer.Argument(metavar="NAME", help="A product, or a project (its name or the end of it).")
    ],
    format: Annotated[Shape, typer.Option("--format", "-f", help="What to write.")] = Shape.text,  # noqa: A002
    file: Annotated[
        Path | None,
        typer.Option("--output", "-o", metavar="FILE", help="Write to this file, replaced if it is there."),
    ] = None,
    product: Annotated[  # noqa: FBT002
        bool, typer.Option("--product", help="NAME is a product, even if a project is called the same.")
    ] = False,
    everything: Annotated[  # noqa: FBT002
        bool, typer.Option("--all", help="Also what is only used for development and tests.")
    ] = False,
    as_of: AsOfOption = None,
    workspace: WorkspaceOption = options.HERE,
) -> None:
    """Write third-party notices: licence texts and copyright lines, equal texts once, what is missing last.

    Exit code 3: something is missing in them.
    Example: umbel notices Shop --format html -o notices.html
    """
    from umbel.reports.notices_text import write

    found = options.workspace(workspace).notices(
        name, product=product, everything=everything, as_of=options.moment(as_of)
    )
    if file is None:
        from umbel.reports.notices_text import rendered

        with output.readers_may_leave():
            sys.stdout.write(rendered(found, format.value))
    else:
        path = write(found, file, format.value)
        print(
            f"{path}: {output.counted(found.packages, 'package')}, {output.counted(len(found.sections), 'text')}."
        )
    if found.missing:
        lacking = len({each.name for each in found.missing})
        print(
            f"Something is missing for {output.counted(lacking, 'package')}: see the end of it.",
            file=sys.stderr,
        )
        raise typer.Exit(3)
