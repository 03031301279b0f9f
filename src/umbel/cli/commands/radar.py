# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""`umbel radar`: what was decided of software, in rings and sectors."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from umbel.cli import options, output
from umbel.cli.options import AsOfOption, Format, FormatOption, LimitOption, WorkspaceOption

if TYPE_CHECKING:
    from umbel.strategy.radar import Radar

app = typer.Typer(add_completion=False, rich_markup_mode=None)
_FORMS = (".svg", ".html")


@app.command()
def radar(
    out: Annotated[
        Path | None,
        typer.Option("--out", "-o", metavar="FILE", help="Draw it: FILE.svg, or FILE.html with tables."),
    ] = None,
    since: Annotated[
        str | None,
        typer.Option("--since", metavar="DAY", help="Mark what moved after this day; else a quarter back."),
    ] = None,
    product: Annotated[
        str | None,
        typer.Option("--product", metavar="NAME", help="As it stands for this product, by its projects."),
    ] = None,
    as_of: AsOfOption = None,
    limit: LimitOption = None,
    format: FormatOption = Format.table,  # noqa: A002 - the option's name
    workspace: WorkspaceOption = options.HERE,
) -> None:
    """Show the technology radar: what to adopt, try, hold and remove, what moved, and what nobody decided.

    Decisions are written by umbel evaluate decide. Ends with exit code 1 if a review is overdue.
    Example: umbel radar --out radar.html --since 2026-01-01
    """
    from umbel.app import moment
    from umbel.model.errors import UsageError

    here = options.workspace(workspace)
    if out is not None and out.suffix not in _FORMS:
        raise UsageError(f"{out} is neither .svg nor .html.", "umbel radar --out radar.svg")
    day = moment(since).date() if since else None
    found = here.radar(since=day, product=product, as_of=options.moment(as_of))
    if out is not None:
        _draw(found, out, here.settings.organisation.name)
    elif format is Format.table:
        with output.readers_may_leave():
            _told(found, limit)
    elif format is Format.csv:
        output.emit(output.structs(found.blips), format, columns={}, limit=limit)
    else:
        output.emit(output.structs([found]), format, columns={}, limit=limit)
    raise typer.Exit(1 if found.due else 0)


def _draw(found: Radar, out: Path, name: str | None) -> None:
    from umbel.reports.files import replacing
    from umbel.reports.radar_page import page
    from umbel.reports.radar_picture import svg

    text = svg(found) if out.suffix == ".svg" else page(found, name)
    with replacing(out) as draft:
        draft.write_text(text, "utf-8", newline="\n")
    print(f"Wrote {out}.")


def _told(found: Radar, limit: int | None) -> None:
    from umbel.reports.radar_page import summary

    print(summary(found))
    records = output.structs(found.blips)
    output.emit(
        records, Format.table, columns=_BLIPS, limit=limit, nothing="umbel evaluate decide writes decisions."
    )
    if found.undecided:
        print("In wide use, undecided:")
        output.emit(output.structs(found.undecided), Format.table, columns=_UNDECIDED, limit=limit)
        if found.more_undecided:
            print(f"… and {found.more_undecided:,} more")


def _moved(record: dict[str, Any]) -> str:
    from umbel.reports.radar_picture import MOVES

    return (
        "–"
        if record["moved"] is None
        else MOVES[record["moved"]] + (f" of {record['was']}" if record["was"] else "")
    )


_BLIPS: output.Shown = {
    "no.#": lambda r: output.number(r["number"]),
    "package": lambda r: output.clean(r["title"]),
    "ring": lambda r: r["ring"],
    "sector": lambda r: output.clean(r["sector"]),
    "moved": _moved,
    "projects#": lambda r: output.number(r["projects"]),
    "why": lambda r: output.clean(r["reason"]),
    "by": lambda r: output.clean(r["by"]),
    "on": lambda r: str(r["decided"]),
    "review": lambda r: "–" if r["review"] is None else f"{r['review']}{' (overdue)' if r['due'] else ''}",
}
_UNDECIDED: output.Shown = {
    "package": lambda r: output.clean(r["package"]),
    "projects#": lambda r: f"{r['projects']:,} of {r['of']:,}",
    "products": lambda r: output.clean(", ".join(r["products"]) or "–"),
    "sector": lambda r: output.clean(r["sector"]),
}
