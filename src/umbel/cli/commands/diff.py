# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""`umbel diff`: what changed between two states."""

from __future__ import annotations

from typing import Annotated

import typer

from umbel.cli import options, output
from umbel.cli.options import Format, FormatOption, LimitOption, ProductOption, WorkspaceOption
from umbel.model import purl

app = typer.Typer(add_completion=False, rich_markup_mode=None)


@app.command()
def diff(
    old: Annotated[
        str, typer.Argument(metavar="A", help="A day, a project, project@day or project@version.")
    ],
    new: Annotated[str, typer.Argument(metavar="B", help="The same, to compare with.")],
    product: ProductOption = None,
    limit: LimitOption = None,
    format: FormatOption = Format.table,  # noqa: A002 - the option's name
    workspace: WorkspaceOption = options.HERE,
) -> None:
    """Compare two days, two versions or two projects: components, versions, licenses.

    Example: umbel diff shop@2024-03-01 shop
    """
    changes = options.workspace(workspace).diff(old, new, product=product)
    nothing = f"{output.clean(old)} and {output.clean(new)} hold the same components."
    output.emit(output.structs(changes), format, columns=COLUMNS, limit=limit, nothing=nothing)


def _license(record: dict[str, object]) -> str:
    before, after = record["from_license"], record["to_license"]
    if record["change"] in {"added", "removed"}:
        return output.unknown(before or after)
    return output.unknown(after) if before == after else f"{output.unknown(before)} → {output.unknown(after)}"


COLUMNS: output.Shown = {
    "change": lambda r: r["change"],
    "package": lambda r: output.clean(purl.display(r["package"])),
    "from": lambda r: "" if r["change"] == "added" else output.unknown(r["from_version"]),
    "to": lambda r: "" if r["change"] == "removed" else output.unknown(r["to_version"]),
    "license": _license,
}
