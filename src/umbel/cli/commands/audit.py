# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""`umbel audit`: the portfolio in the figures of the industry's yearly reports."""

from __future__ import annotations

import sys
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from umbel.cli import options, output
from umbel.cli.options import AsOfOption, ProductOption, WorkspaceOption

if TYPE_CHECKING:
    from umbel.policy.audit import Audit, Count

app = typer.Typer(add_completion=False, rich_markup_mode=None)


class Form(StrEnum):
    """How the summary is written."""

    table = "table"
    json = "json"
    markdown = "markdown"
    html = "html"


@app.command()
def audit(
    product: ProductOption = None,
    advisories: Annotated[
        Path | None,
        typer.Option("--advisories", metavar="PATH", help="An index of advisories, or an OSV export."),
    ] = None,
    format: Annotated[Form, typer.Option("--format", "-f", help="How to write it.")] = Form.table,  # noqa: A002 - the option's name
    out: Annotated[
        Path | None, typer.Option("--output", "-o", metavar="FILE", help="Write it to a file.")
    ] = None,
    as_of: AsOfOption = None,
    workspace: WorkspaceOption = options.HERE,
) -> None:
    """Sum the portfolio up as an audit does: what share of projects has which problem, and of how many nobody knows.

    Example: umbel audit --format html -o audit.html
    """
    here = options.workspace(workspace)
    found = here.audit(product=product, advisories=advisories, as_of=options.moment(as_of))
    if format is Form.table and out is None:
        _table(found)
        return
    name = here.product(product).name if product else here.settings.organisation.name
    text = _written(found, format, name)
    if out is None:
        with output.readers_may_leave():
            sys.stdout.write(text)
        return
    from umbel.reports.files import replacing

    with replacing(out) as draft:
        draft.write_text(text, "utf-8", newline="\n")
    print(f"Wrote {out}.")


def _written(found: Audit, how: Form, name: str | None) -> str:
    from umbel.reports.audit import markdown
    from umbel.reports.audit_page import page

    if how is Form.html:
        return page(found, name)
    if how is Form.json:
        import msgspec

        return msgspec.json.format(msgspec.json.encode(_record(found)), indent=2).decode() + "\n"
    return markdown(found)


def _record(found: Audit) -> dict[str, Any]:
    import msgspec

    def told(count: Count) -> dict[str, Any]:
        return msgspec.structs.asdict(count) | {"known": count.known, "share": count.share}

    figures = [
        msgspec.structs.asdict(one) | {"projects": told(one.projects), "components": told(one.components)}
        for one in found.figures
    ]
    return msgspec.structs.asdict(found) | {"figures": figures}


def _table(found: Audit) -> None:
    from umbel.reports.audit import need, reading, share, summary

    print(summary(found))
    columns: output.Shown = {
        "projects that …": lambda r: r["title"],
        "share#": lambda r: r["share"],
        "of": lambda r: r["of"],
        "components": lambda r: r["components"],
    }
    rows = [
        {
            "title": one.title,
            "share": share(one.projects),
            "of": reading(one.projects, "project"),
            "components": reading(one.components, "component"),
        }
        for one in found.figures
    ]
    output.emit(rows, options.Format.table, columns=columns)
    if found.packages:
        packages: output.Shown = {
            "package": lambda r: output.clean(r["package"]),
            "vulnerabilities#": lambda r: f"{r['vulnerabilities']:,}",
            "high or critical#": lambda r: f"{r['high']:,}",
            "versions#": lambda r: f"{r['versions']:,}",
            "projects#": lambda r: f"{r['projects']:,}",
        }
        output.emit(output.structs(found.packages), options.Format.table, columns=packages)
    for one in found.figures:
        if one.missing:
            print(f"? {one.title}: {need(one)}", file=sys.stderr)
