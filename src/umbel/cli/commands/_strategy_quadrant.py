# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""`umbel strategy quadrant`: strategic against fragile, as a table and as a picture."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from umbel.cli import options, output
from umbel.cli.options import AsOfOption, Format, FormatOption, WorkspaceOption
from umbel.model.errors import EvidenceError

if TYPE_CHECKING:
    from umbel.reports.quadrant import Lines
    from umbel.reports.strategy import Strategic
    from umbel.strategy.interface import Ranked

_COLUMNS: output.Shown = {
    "place#": lambda r: output.number(r["place"]),
    "project": lambda r: output.clean(r["project"]),
    "strategic#": lambda r: f"{r['strategic']:.1f}",
    "fragile#": lambda r: f"{r['fragile']:.1f}",
    "field": lambda r: r["field"],
    "stance": lambda r: r["stance"] or "–",
    "because": lambda r: output.clean(r["reason"] or "–"),
}


def register(app: typer.Typer) -> None:
    """Add the command to the group."""
    app.command()(quadrant)


def quadrant(
    out: Annotated[
        Path | None, typer.Option("--out", "-o", metavar="FILE", help="Draw it, too: an SVG file.")
    ] = None,
    product: Annotated[
        str | None, typer.Option("--product", metavar="NAME", help="Only what this product uses.")
    ] = None,
    as_of: AsOfOption = None,
    format: FormatOption = Format.table,  # noqa: A002 - the option's name
    workspace: WorkspaceOption = options.HERE,
) -> None:
    """Set strategic against fragile: which projects lie in which field, with their stances. Both figures are of 10.

    Only those with a verdict whose history was examined have a place in it.
    Example: umbel strategy quadrant -o quadrant.svg
    """
    from umbel.reports.strategy import dots

    here, moment = options.workspace(workspace), options.moment(as_of)
    name = None if product is None else here.product(product).name
    found = here.strategic(name, moment)
    if found is None:
        raise EvidenceError(
            "No upstream project was examined yet.", "Examine those that matter: umbel collect upstream"
        )
    shown = dots(found)
    by_place = dict(enumerate(found.told, 1))
    rows = [_row(dot.place, by_place[dot.place], found.lines) for dot in shown]
    if out is not None:
        _drawn(found, out)
    nothing = "Of no project both figures are known: umbel collect upstream"
    output.emit(rows, format, columns=_COLUMNS, limit=0, nothing=nothing)
    left = len(found.told) - len(shown)
    if left and format is Format.table:
        print(f"{left:,} more have no place in it: too little is known, or they rank below.", file=sys.stderr)


def _row(place: int, ranked: Ranked, lines: Lines) -> dict[str, Any]:
    strategic, fragile = ranked.strategic or 0.0, ranked.health_risk or 0.0
    much = "strategic" if strategic >= lines.strategic else "less strategic"
    weak = "fragile" if fragile >= lines.fragile else "sound"
    stance = ranked.stance
    return {
        "place": place,
        "project": ranked.project,
        "strategic": round(strategic, 1),
        "fragile": round(fragile, 1),
        "field": f"{much}, {weak}",
        "stance": stance.name if stance else None,
        "reason": stance.reason if stance else None,
    }


def _drawn(found: Strategic, out: Path) -> None:
    from umbel.reports.files import replacing
    from umbel.reports.quadrant import standing_alone
    from umbel.reports.strategy import dots

    with replacing(out) as draft:
        draft.write_text(standing_alone(dots(found), found.lines), "utf-8", newline="\n")
    print(f"Drawn: {out}", file=sys.stderr)
