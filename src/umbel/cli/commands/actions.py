# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""`umbel actions`: what the office should do next."""

from __future__ import annotations

import sys

import typer

from umbel.cli import options, output
from umbel.cli.options import AsOfOption, Format, FormatOption, LimitOption, WorkspaceOption

app = typer.Typer(add_completion=False, rich_markup_mode=None)


@app.command()
def actions(
    as_of: AsOfOption = None,
    limit: LimitOption = None,
    format: FormatOption = Format.table,  # noqa: A002 - the option's name
    workspace: WorkspaceOption = options.HERE,
) -> None:
    """List what to do next, what matters most first: why, how much effort, who, and the command that goes on.

    Example: umbel actions -n 10
    """
    from umbel.strategy.actions import hours

    found = options.workspace(workspace).actions(options.moment(as_of))
    output.emit(
        output.structs(found), format, columns=_COLUMNS, limit=limit, nothing="There is nothing to do."
    )
    if format is Format.table and found:
        print(f"About {hours(found):,.0f} hours of the office's own, as guessed.", file=sys.stderr)


_COLUMNS: output.Shown = {
    "weight#": lambda r: f"{r['weight']:.0f}",
    "what": lambda r: output.clean(r["title"]),
    "about": lambda r: output.clean(r["about"]),
    "why": lambda r: output.clean(r["reason"]),
    "effort": lambda r: output.clean(r["effort"]),
    "who": lambda r: output.clean(r["who"] or "the office"),
    "go on with": lambda r: output.clean(r["command"]),
}
