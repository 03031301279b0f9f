# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""`umbel products`: what business depends on, and the projects that make it up."""

from __future__ import annotations

from typing import Any

import typer

from umbel.cli import options, output
from umbel.cli.options import AsOfOption, Format, FormatOption, LimitOption, WorkspaceOption

app = typer.Typer(add_completion=False, rich_markup_mode=None)


@app.command()
def products(
    as_of: AsOfOption = None,
    limit: LimitOption = None,
    format: FormatOption = Format.table,  # noqa: A002 - the option's name
    workspace: WorkspaceOption = options.HERE,
) -> None:
    """List the products of umbel.toml with their projects, and the projects that belong to none.

    Example: umbel products --format json
    """
    states = options.workspace(workspace).products(as_of=options.moment(as_of))
    nothing = "No product is named in umbel.toml, and no project is known."
    output.emit(output.structs(states), format, columns=COLUMNS, limit=limit, nothing=nothing)
    if format is Format.table:
        for state in states:
            for pattern in state.unmatched:
                print(f"{state.name}: no project matches {pattern!r}.")


def _name(record: dict[str, Any]) -> str:
    return "(no product)" if record["name"] is None else output.clean(record["name"])


COLUMNS: output.Shown = {
    "product": _name,
    "owner": lambda r: output.unknown(r["owner"]) if r["name"] else "",
    "criticality": lambda r: output.unknown(r["criticality"]) if r["name"] else "",
    "reaches users as": lambda r: r["distribution"] or ("?" if r["name"] else ""),
    "projects#": lambda r: output.number(r["projects"]),
    "components#": lambda r: output.number(r["components"]),
    "license unknown#": lambda r: output.number(r["license_unknown"]),
    "support ends": lambda r: output.day(r["end_of_support"]),
}
