# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""`umbel value`: what contributing is worth, as ranges."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated, Any

import typer

from umbel.cli import options, output
from umbel.cli.options import AsOfOption, Format, FormatOption, LimitOption, WorkspaceOption

if TYPE_CHECKING:
    from collections.abc import Sequence

    from umbel.strategy.value.answer import Driver, Valued

app = typer.Typer(add_completion=False, rich_markup_mode=None)
_NAMED = 3
"""Assumptions that are named to people; programs get all."""
_WIDTH = 20


@app.command()
def value(
    projects: Annotated[
        list[str] | None,
        typer.Argument(metavar="[PROJECT]...", help="Only these, with all their parts; else all we work on."),
    ] = None,
    over: Annotated[
        str, typer.Option("--over", metavar="TIME", help="The time before the day: year, quarter, '2 years'.")
    ] = "year",
    seed: Annotated[
        int | None,
        typer.Option("--seed", metavar="N", help="Of the draws; the same seed gives the same answer."),
    ] = None,
    write_assumptions: Annotated[  # noqa: FBT002 - an option
        bool,
        typer.Option(
            "--write-assumptions", help="Write the assumptions into value.toml, each explained, to be edited."
        ),
    ] = False,
    as_of: AsOfOption = None,
    limit: LimitOption = None,
    format: FormatOption = Format.table,  # noqa: A002 - the option's name
    workspace: WorkspaceOption = options.HERE,
) -> None:
    """Say what contributing cost and what it saved, as ranges, and which assumptions matter most.

    Example: umbel value --over year --as-of 2026-03-01
    """
    here = options.workspace(workspace)
    if write_assumptions:
        print(f"Wrote {output.clean(here.write_assumptions())}\nEdit what you know better; delete the rest.")
        return
    found = here.value(projects or (), over=over, seed=seed, as_of=options.moment(as_of))
    if format is Format.table:
        with output.readers_may_leave():
            _told(found, limit, parts=bool(projects))
    elif format is Format.csv:
        output.emit([_flat(each) for each in (*found.projects, found.total)], format, columns={}, limit=limit)
    else:
        output.emit(output.structs([found]), format, columns={}, limit=limit)
    if not found.projects:
        raise typer.Exit(3)


def _told(found: Valued, limit: int | None, *, parts: bool) -> None:
    if not found.projects:
        print("Nobody of ours is known to work on an upstream project, and no record speaks of one.")
        print("umbel collect upstream examines projects; decisions/value.toml holds what people state.")
        return
    days = f"{found.since:%Y-%m-%d} to {found.as_of:%Y-%m-%d}"
    print(
        f"What contributing cost and saved, {days}, in {found.currency}: 8 of 10 draws lie in each range.\n"
    )
    rows = [{"value": each} for each in found.projects]
    output.emit(rows, Format.table, columns=_TABLE, limit=limit)
    chosen = found.projects if len(found.projects) > 1 else ()
    for each in (*chosen[: limit or options.TABLE_ROWS], found.total):
        print(f"- {output.clean(each.sentence)}")
    if parts:
        for each in found.projects:
            print(f"\n{output.clean(each.project)}:")
            known = [{"part": part} for part in each.parts]
            output.emit(known, Format.table, columns=_PARTS, limit=0, nothing="Nothing is known of it.")
    _drivers(found)
    _unknown(found)
    _assumed(found)


def _drivers(found: Valued) -> None:
    if not found.drivers:
        return
    print("\nThe assumptions that matter most to the net, each moved from its P10 to its P90:")
    rows = [{"driver": each} for each in found.drivers[:_NAMED]]
    output.emit(rows, Format.table, columns=_tornado(found.drivers[:_NAMED]), limit=0)


def _unknown(found: Valued) -> None:
    if not found.total.unknown:
        return
    print("Left out, since nobody knows it (the figures are bounds, not guesses):")
    for gap in found.total.unknown:
        print(f"- {output.clean(gap.what)} ({gap.of}). To find out: {output.clean(gap.find_out)}.")
    print()


def _assumed(found: Valued) -> None:
    if found.own:
        print(f"This workspace's own assumptions (value.toml): {', '.join(found.own)}.")
    else:
        print(
            "No assumption is this workspace's own: umbel value --write-assumptions writes them to be edited."
        )
    print(f"{found.draws:,} draws, seed {found.seed}.", end="")
    known = output.counted(found.left_out, "examined project")
    print(f" {known} without work of ours or a record left out." if found.left_out else "")
    if any(each.rewrite for each in found.projects):
        print("'To write anew' is what you stand on (COCOMO II), no saving: it is in no other column.")
    sys.stdout.flush()


def _flat(each: Any) -> dict[str, Any]:
    record: dict[str, Any] = {"project": each.project}
    for name in ("investment", "benefit", "net", "returned", "rewrite"):
        found = getattr(each, name)
        for point in ("p10", "p50", "p90", "bound"):
            record[f"{name}_{point}"] = None if found is None else getattr(found, point)
    return record | {"why": each.why, "unknown": len(each.unknown), "sentence": each.sentence}


def _range(name: str) -> Any:
    def show(record: dict[str, Any]) -> str:
        from umbel.strategy.value.words import percent, short

        found = getattr(record["value"], name)
        return short(found, percent) if name == "returned" else short(found)

    return show


def _bar(driver: Driver, low: float, high: float) -> str:
    """Where both ends lie on a line from the lowest net of all to the highest."""
    step = (high - low or 1.0) / _WIDTH
    ends = sorted(round((value - low) / step) for value in (driver.net_low, driver.net_high))
    filled = max(ends[1] - ends[0], 1)
    start = min(ends[0], _WIDTH - filled)
    return "·" * start + "█" * filled + "·" * (_WIDTH - start - filled)


def _tornado(shown: Sequence[Driver]) -> output.Shown:
    from umbel.strategy.value.words import amount

    low = min(min(each.net_low, each.net_high) for each in shown)
    high = max(max(each.net_low, each.net_high) for each in shown)
    return {
        "net of all": lambda r: _bar(r["driver"], low, high),
        "low#": lambda r: amount(min(r["driver"].net_low, r["driver"].net_high)),
        "high#": lambda r: amount(max(r["driver"].net_low, r["driver"].net_high)),
        "assumption": lambda r: output.clean(r["driver"].sentence),
    }


_TABLE: output.Shown = {
    "project": lambda r: output.clean(r["value"].project),
    "cost#": _range("investment"),
    "saved#": _range("benefit"),
    "net#": _range("net"),
    "return#": _range("returned"),
    "to write anew#": _range("rewrite"),
    "unknown#": lambda r: output.number(len(r["value"].unknown)),
}
_PARTS: output.Shown = {
    "": lambda r: {"investment": "cost", "benefit": "saved"}[r["part"].of],
    "part": lambda r: output.clean(r["part"].name),
    "range#": lambda r: _part_range(r["part"]),
    "how": lambda r: output.clean(r["part"].how),
    "stated by": lambda r: output.clean("; ".join(r["part"].sources) or "–"),
}


def _part_range(part: Any) -> str:
    from umbel.strategy.value.words import short

    return short(part.range)
