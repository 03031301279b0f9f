# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""`umbel query`: a user's own SELECT over the evidence, read-only."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from umbel.cli import options, output
from umbel.cli.options import AsOfOption, Format, LimitOption, WorkspaceOption

app = typer.Typer(add_completion=False, rich_markup_mode=None)


@app.command()
def query(
    sql: Annotated[str, typer.Argument(metavar="SELECT", help="One SELECT in DuckDB's dialect.")],
    as_of: AsOfOption = None,
    limit: LimitOption = None,
    seconds: Annotated[float, typer.Option(min=0.1, help="Stop after so many seconds.")] = 30.0,
    parquet: Annotated[
        Path | None, typer.Option("--parquet", metavar="FILE", help="Write the answer to a Parquet file.")
    ] = None,
    format: Annotated[Format, typer.Option("--format", "-f", help="How to print the answer.")] = Format.table,  # noqa: A002
    workspace: WorkspaceOption = options.HERE,
) -> None:
    """Ask the evidence with your own SELECT. It can read the views below, and nothing else.

    Views: inventory, usage, dependencies, components, present, published (umbel.toml's lake as of
    a day). Example: umbel query "SELECT license, count(*) FROM inventory GROUP BY ALL ORDER BY 2 DESC"
    """
    table = options.workspace(workspace).query(
        sql, as_of=options.moment(as_of), limit=limit or None, seconds=seconds
    )
    if parquet is not None:
        from umbel.reports.tables import write_parquet

        write_parquet(table, parquet)
        print(f"{table.num_rows:,} rows in {parquet}")
        return
    columns: output.Shown = {name: _show(name) for name in table.column_names}
    output.emit(table.to_pylist(), format, columns=columns, limit=limit, nothing="No row.")


def _show(name: str):  # type: ignore[no-untyped-def]  # noqa: ANN202
    return lambda record: output.unknown(record[name])
