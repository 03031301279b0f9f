# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""`umbel why`: how a component came into a project."""

from __future__ import annotations

from typing import Annotated

import typer

from umbel.cli import options, output
from umbel.cli.options import AsOfOption, Format, FormatOption, LimitOption, WorkspaceOption

app = typer.Typer(add_completion=False, rich_markup_mode=None)


@app.command()
def why(
    component: Annotated[str, typer.Argument(metavar="COMPONENT", help="A purl or a name.")],
    project: Annotated[
        str, typer.Option("--in", metavar="PROJECT", help="The project, or the end of its name.")
    ],
    as_of: AsOfOption = None,
    limit: LimitOption = None,
    format: FormatOption = Format.table,  # noqa: A002 - the option's name
    workspace: WorkspaceOption = options.HERE,
) -> None:
    """Show every shortest path by which a component came into a project, and the document that says so.

    Example: umbel why urllib3 --in shop
    """
    ws = options.workspace(workspace)
    reasons = ws.why(component, project, as_of=options.moment(as_of))
    nothing = f"{output.clean(project)} has no {output.clean(component)}."
    output.emit(output.structs(reasons), format, columns=COLUMNS, limit=limit, nothing=nothing)


def _path(record: dict[str, object]) -> str:
    return output.clean(record["path"]) if record["path"] else "no edge leads to it in this document"


COLUMNS: output.Shown = {
    "version": lambda r: output.unknown(r["version"]),
    "path": _path,
    "asked for as": lambda r: output.unknown(r["requirement"]),
    "scope": lambda r: output.unknown(r["scope"]),
    "document": lambda r: output.clean(r["origin"]),
}
