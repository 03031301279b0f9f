# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""`umbel backtest`: how well the model of fragility would have warned of what befell projects."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from umbel.cli import options, output
from umbel.cli.options import AsOfOption, Format, FormatOption, WorkspaceOption

if TYPE_CHECKING:
    from umbel.strategy.fragility.backtest import Backtest

app = typer.Typer(add_completion=False, rich_markup_mode=None)
_INCOMPLETE = 3


@app.command()
def backtest(
    events: Annotated[
        Path | None,
        typer.Option("--events", metavar="FILE", help="Events of your own: a TOML file, one [[event]] each."),
    ] = None,
    lead: Annotated[
        list[int] | None,
        typer.Option("--lead", min=0, max=3650, metavar="DAYS", help="Days before the events; several."),
    ] = None,
    ours: Annotated[  # noqa: FBT002 - an option
        bool, typer.Option("--ours", help="Over our own repositories instead of upstream projects.")
    ] = False,
    cases: Annotated[  # noqa: FBT002 - an option
        bool, typer.Option("--cases", help="Each event, and what was said of it before.")
    ] = False,
    as_of: AsOfOption = None,
    format: FormatOption = Format.table,  # noqa: A002 - the option's name
    workspace: WorkspaceOption = options.HERE,
) -> None:
    """Tell how well the model of fragility would have warned: scored on days before known incidents.

    Against ordinary projects on the same days, and beside signs that anyone can look up.

    Example: umbel backtest --lead 30 --lead 180
    """
    here = options.workspace(workspace)
    found = here.backtest(events, leads=lead, ours=ours, as_of=options.moment(as_of))
    if format is Format.json:
        output.emit(output.structs([found]), format, columns={})
    elif format is not Format.table:
        output.emit(output.structs(found.cases if cases else found.figures), format, columns={})
    else:
        with output.readers_may_leave():
            _shown(found, cases=cases)
    if not found.cases:
        raise typer.Exit(_INCOMPLETE)


def _shown(found: Backtest, *, cases: bool) -> None:
    if cases and found.cases:
        output.emit(output.structs(found.cases), Format.table, columns=CASES, limit=0)
    if found.cases:
        output.emit(output.structs(found.figures), Format.table, columns=FIGURES, limit=0)
    for days, share in found.high_alarms.items():
        if share is not None:
            before = output.counted(days, "day")
            print(f"{before} before, {share:.0%} of the ordinary projects were called high, too.")
    print()
    for note in found.notes:
        print(f"- {output.clean(note)}")
    if found.missing:
        print(
            f"- Not examined here, or later than the day asked for: {output.clean(', '.join(found.missing))}."
        )


def _between(low: float | None, high: float | None) -> str:
    return "–" if low is None or high is None else f"{low:.2f} to {high:.2f}"


def _part(value: float | None) -> str:
    return "?" if value is None else f"{value:.0%}"


def _lead(record: dict[str, Any]) -> str:
    return _between(record["ahead_low"], record["ahead_high"])


FIGURES: output.Shown = {
    "days before#": lambda r: f"{r['lead']:,}",
    "score": lambda r: r["score"],
    "AUC#": lambda r: "?" if r["area"] is None else f"{r['area']:.2f}",
    "95 %": lambda r: _between(r["low"], r["high"]),
    "found at 10 % alarms#": lambda r: _part(r["recall"]),
    "among the first 10#": lambda r: _part(r["top"]),
    "model ahead by": _lead,
    "events#": lambda r: f"{r['events']:,}",
    "no verdict#": lambda r: f"{r['unknown']:,}",
    "ordinary#": lambda r: f"{r['ordinary']:,.0f}",
}
CASES: output.Shown = {
    "project": lambda r: output.clean(r["project"]),
    "what": lambda r: output.clean(r["kind"]),
    "day": lambda r: output.day(r["day"]),
    "days before#": lambda r: f"{r['lead']:,}",
    "risk#": lambda r: "?" if r["risk"] is None else f"{r['risk']:.2f}",
    "level": lambda r: r["level"] or "?",
    "place#": lambda r: "?" if r["place"] is None else f"{r['place']:,} of {r['of']:,}",
    "warned": lambda r: output.yes_no(r["warned"]),
    "because": lambda r: output.clean(r["reasons"][0].text if r["reasons"] else f"? {r['why']}"),
}
