# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""`umbel status`: the portfolio in numbers, each with its denominator."""

from __future__ import annotations

from typing import Any

import typer

from umbel.cli import options, output
from umbel.cli.options import AsOfOption, Format, FormatOption, ProductOption, WorkspaceOption

app = typer.Typer(add_completion=False, rich_markup_mode=None)


@app.command()
def status(
    product: ProductOption = None,
    as_of: AsOfOption = None,
    format: FormatOption = Format.table,  # noqa: A002 - the option's name
    workspace: WorkspaceOption = options.HERE,
) -> None:
    """Show the portfolio in numbers: how much there is, and how much of it is known.

    Example: umbel status --as-of 2024-03-01
    """
    state = options.workspace(workspace).status(product=product, as_of=options.moment(as_of))
    if format is not Format.table:
        output.emit([state], format, columns={})
        return
    for line in lines(state):
        print(line)


def lines(state: dict[str, Any]) -> list[str]:
    """The state as short sentences."""
    parts = [
        f"Projects    {state['projects_with_evidence']:,} of {state['projects']:,} have an inventory",
        f"Documents   {state['documents']:,}, of which {state['documents_partial']:,} tell only a part",
        f"Packages    {state['packages']:,}",
        f"Components  {state['components']:,} (package and version), {state['uses']:,} uses",
        f"Identified  {share(state['components_identified'], state['components'])} carry a purl",
        f"Licensed    {share(state['components_licensed'], state['components'])} have a known license",
    ]
    if state["oldest_evidence"]:
        oldest, newest = output.day(state["oldest_evidence"]), output.day(state["newest_evidence"])
        parts.append(f"Evidence    from {oldest} to {newest}")
    return parts


def share(part: int, whole: int) -> str:
    """A part of a whole, with both."""
    if not whole:
        return "none of 0"
    # Rounded towards the middle: all and none are said only when they are true.
    percent = min(max(part / whole * 100, 0.1 if part else 0.0), 99.9 if part < whole else 100.0)
    return f"{part:,} of {whole:,} ({percent:.1f} %)"
