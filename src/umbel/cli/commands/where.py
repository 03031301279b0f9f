# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""`umbel where`: who uses a package, in which version, through which path."""

from __future__ import annotations

from typing import Annotated

import typer

from umbel.cli import options, output
from umbel.cli.options import AsOfOption, Format, FormatOption, LimitOption, ProductOption, WorkspaceOption

app = typer.Typer(add_completion=False, rich_markup_mode=None)


@app.command()
def where(
    package: Annotated[
        str, typer.Argument(metavar="PACKAGE", help="A purl or a name, with @version or @range if wanted.")
    ],
    paths: Annotated[bool, typer.Option(help="Show the shortest path to it.")] = True,  # noqa: FBT002
    product: ProductOption = None,
    as_of: AsOfOption = None,
    limit: LimitOption = None,
    format: FormatOption = Format.table,  # noqa: A002 - the option's name
    workspace: WorkspaceOption = options.HERE,
) -> None:
    """Show every project that has a package: direct, or through which shortest path.

    Example: umbel where 'urllib3@<2.2'
    """
    ws = options.workspace(workspace)
    moment = options.moment(as_of)
    shown = options.TABLE_ROWS if format is Format.table and limit is None else limit or None
    hits = ws.where(package, product=product, as_of=moment, paths=shown if paths else 0)
    nothing = ""
    if not hits and format is Format.table:
        state = ws.status(product=product, as_of=moment)
        known, every = state["projects_with_evidence"], state["projects"]
        nothing = f"No project has {output.clean(package)}: {known:,} of {every:,} projects have evidence."
    output.emit(output.structs(hits), format, columns=COLUMNS, limit=limit, nothing=nothing)


def _version(record: dict[str, object]) -> str:
    doubt = "  (not comparable)" if record["matches"] is None else ""
    return output.unknown(record["version"]) + doubt


COLUMNS: output.Shown = {
    "project": lambda r: output.clean(r["project"]),
    "version": _version,
    "direct": lambda r: output.yes_no(r["direct"]),
    "scope": lambda r: output.unknown(r["scope"]),
    "through": lambda r: output.unknown(r["path"]),
}
