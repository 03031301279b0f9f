# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""`umbel evidence`: how the evidence is stored, and keeping it fit."""

from __future__ import annotations

from typing import Annotated

import typer

from umbel.cli import options, output
from umbel.cli.options import Format, FormatOption, WorkspaceOption

app = typer.Typer(
    add_completion=False, rich_markup_mode=None, no_args_is_help=True, help="Look after the stored evidence."
)


@app.command()
def status(
    format: FormatOption = Format.table,  # noqa: A002 - the option's name
    workspace: WorkspaceOption = options.HERE,
) -> None:
    """Show each table as it is stored: version, files, bytes, rows, rows that nobody can see.

    Example: umbel evidence status
    """
    output.emit(output.structs(options.workspace(workspace).evidence_status()), format, columns=COLUMNS)


@app.command()
def compact(workspace: WorkspaceOption = options.HERE) -> None:
    """Rewrite many small files into few sorted ones; reading and collecting go on meanwhile.

    Example: umbel evidence compact
    """
    for table, (before, after) in options.workspace(workspace).compact().items():
        print(f"{table}: {before:,} → {after:,} files")


@app.command()
def vacuum(
    hours: Annotated[
        int, typer.Option(help="Keep what was in use in the last so many hours (24 at least).")
    ] = 24,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would go.")] = False,  # noqa: FBT002
    workspace: WorkspaceOption = options.HERE,
) -> None:
    """Delete files that compaction replaced, once no reader or writer can hold them any more.

    Example: umbel evidence vacuum --dry-run
    """
    verb = "would be deleted" if dry_run else "deleted"
    for table, files in options.workspace(workspace).vacuum(hours, dry_run=dry_run).items():
        print(f"{table}: {files:,} files {verb}")


@app.command()
def verify(
    format: FormatOption = Format.table,  # noqa: A002 - the option's name
    workspace: WorkspaceOption = options.HERE,
) -> None:
    """Read all evidence and hold it against what its snapshots promise; exit code 1 if it differs.

    Example: umbel evidence verify
    """
    problems = options.workspace(workspace).verify()
    nothing = "Everything that is published is whole: nothing lost, doubled or torn."
    output.emit(output.structs(problems), format, columns=PROBLEMS, nothing=nothing)
    if problems:
        raise typer.Exit(1)


COLUMNS: output.Shown = {
    "table": lambda r: r["table"],
    "version#": lambda r: output.number(r["version"]),
    "files#": lambda r: output.number(r["files"]),
    "bytes#": lambda r: output.number(r["bytes"]),
    "rows#": lambda r: output.number(r["rows"]),
    "unpublished rows#": lambda r: output.number(r["orphans"]),
}
PROBLEMS: output.Shown = {
    "table": lambda r: r["table"],
    "write": lambda r: output.unknown(r["write_id"]),
    "what is wrong": lambda r: r["message"],
}
