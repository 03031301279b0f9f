# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""`umbel coverage`: which projects have evidence, and how old it is."""

from __future__ import annotations

import typer

from umbel.cli import options, output
from umbel.cli.options import AsOfOption, Format, FormatOption, LimitOption, ProductOption, WorkspaceOption

app = typer.Typer(add_completion=False, rich_markup_mode=None)


@app.command()
def coverage(
    product: ProductOption = None,
    as_of: AsOfOption = None,
    limit: LimitOption = None,
    format: FormatOption = Format.table,  # noqa: A002 - the option's name
    workspace: WorkspaceOption = options.HERE,
) -> None:
    """List the projects with and without evidence, those that need attention first.

    Example: umbel coverage --product Shop
    """
    from umbel.app import ask_coverage

    ws = options.workspace(workspace)
    with ws.session(options.moment(as_of)) as session:
        records = ask_coverage(ws, session, product).records()
    output.emit(records, format, columns=COLUMNS, limit=limit, nothing="No project is known.")
    if format is Format.table and records:
        whole = sum(record["evidence"] == "complete" for record in records)
        some = sum(record["evidence"] == "partial" for record in records)
        print(f"{whole:,} of {len(records):,} projects have complete evidence, {some:,} partial.")


COLUMNS: output.Shown = {
    "project": lambda r: output.clean(r["project"]),
    "evidence": lambda r: r["evidence"],
    "documents#": lambda r: output.number(r["documents"]),
    "failed#": lambda r: output.number(r["failed"]),
    "components#": lambda r: output.number(r["components"]),
    "license unknown#": lambda r: output.number(r["license_unknown"]),
    "newest": lambda r: output.day(r["newest_evidence"]),
    "age (days)#": lambda r: output.number(r["age_days"]),
    "SBOMs#": lambda r: output.number(r["sboms"]),
    "made with": lambda r: output.clean(", ".join(r["producers"])) or "–",
}
