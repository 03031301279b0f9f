# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""`umbel kpis`: the figures by which one tells how the program is doing, with their past and their targets."""

from __future__ import annotations

import sys
from pathlib import Path
from shutil import get_terminal_size
from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer.core import TyperGroup

from umbel.cli import options, output
from umbel.cli.commands import _kpis_why
from umbel.cli.commands.metrics import Over
from umbel.cli.options import AsOfOption, Format, FormatOption, LimitOption, ProductOption, WorkspaceOption
from umbel.model.errors import UsageError

if TYPE_CHECKING:
    from datetime import datetime

    from umbel.app import Workspace
    from umbel.frameworks.interface import Kpi, Reading

_CHARTS = (".svg", ".html")
_WIDE = 120
"""Columns of a terminal below which not everything fits beside each other."""


class _ListsByDefault(TyperGroup):
    """`umbel kpis patch_coverage` lists: without a command the words are names of KPIs."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        if not args or (args[0] not in self.commands and args[0] != "--help"):
            args = ["list", *args]
        return super().parse_args(ctx, args)


app = typer.Typer(
    add_completion=False,
    rich_markup_mode=None,
    cls=_ListsByDefault,
    help="Show KPIs with their past and their targets. Without a command: umbel kpis list.",
)
OverOption = Annotated[Over, typer.Option("--over", help="The ends of what the series is told at.")]
NumberOption = Annotated[
    int,
    typer.Option(
        "--number", min=1, max=400, metavar="N", help="Points of the series, the day itself among them."
    ),
]


@app.command("list")
def list_(
    names: Annotated[
        list[str] | None,
        typer.Argument(metavar="[NAME]...", help="Only these; else the catalogue and your own."),
    ] = None,
    over: OverOption = Over.quarter,
    number: NumberOption = 4,
    product: ProductOption = None,
    chart: Annotated[
        Path | None,
        typer.Option(
            "--chart", metavar="FILE", help="Draw them: FILE.svg, or FILE.html with the numbers in a table."
        ),
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option(
            "--out", "-o", metavar="FILE", help="Write one long table for BI: FILE.parquet, .csv or .ods."
        ),
    ] = None,
    as_of: AsOfOption = None,
    limit: LimitOption = None,
    format: FormatOption = Format.table,  # noqa: A002 - the option's name
    workspace: WorkspaceOption = options.HERE,
) -> None:
    """Show KPIs: what they are now, of what, their past, and how they stand against the targets of goals.

    Ends with exit code 1 if a target is missed or behind, 3 if of no KPI anything is known.
    Example: umbel kpis --over quarter --number 8 --chart kpis.html
    """
    here, moment = options.workspace(workspace), options.moment(as_of)
    if chart is not None and chart.suffix not in _CHARTS:
        raise UsageError(f"{chart} is neither .svg nor .html.", "umbel kpis --chart kpis.svg")
    found = here.kpis(names or None, over.value, number, moment, product)
    for line in here.broken_series():
        print(f"not a series: {output.clean(line)}", file=sys.stderr)
    written = _written(here, found, chart, out, moment)
    if not written:
        _show(here, found, format, limit, moment)
    states = {each.state for kpi in found for each in kpi.targets}
    if states & {"missed", "behind"}:
        raise typer.Exit(1)
    raise typer.Exit(0 if any(kpi.now.value is not None for kpi in found) else 3)


@app.command()
def why(
    name: Annotated[str, typer.Argument(metavar="NAME", help="As umbel kpis lists it.")],
    over: OverOption = Over.quarter,
    number: NumberOption = 12,
    product: ProductOption = None,
    as_of: AsOfOption = None,
    format: FormatOption = Format.table,  # noqa: A002 - the option's name
    workspace: WorkspaceOption = options.HERE,
) -> None:
    """Tell a KPI's definition, its source and limits, each point with what it stands on, its targets, its forecast.

    Example: umbel kpis why patch_coverage
    """
    here, moment = options.workspace(workspace), options.moment(as_of)
    (found,) = here.kpis([name], over.value, number, moment, product)
    if format is Format.table:
        with output.readers_may_leave():
            name = found.indicator.name
            _kpis_why.page(found, here.forecast_gap(found), here.series_faults(name, moment))
            for each in here.budgets(moment):
                if name in {each.id, each.of}:
                    print(f"Budget {each.id}: {output.clean(each.sentence)}")
        return
    output.emit(_records([found]), format, columns={})


@app.command("import")
def import_(
    id_: Annotated[
        str, typer.Argument(metavar="ID", help="Small letters, digits, underscores: time_to_market.")
    ],
    title: Annotated[str, typer.Option("--title", metavar="TEXT", help="What it is called.")],
    unit: Annotated[
        str, typer.Option("--unit", metavar="UNIT", help="share, count, days, years, yes, score or amount.")
    ],
    better: Annotated[
        str, typer.Option("--better", metavar="WAY", help="Which way is better: higher, lower or neither.")
    ],
    owner: Annotated[str, typer.Option("--owner", metavar="WHO", help="Who answers for it.")],
    source: Annotated[str, typer.Option("--source", metavar="TEXT", help="Whence the values come.")],
    question: Annotated[str, typer.Option("--question", metavar="TEXT", help="What it answers.")],
    definition: Annotated[str, typer.Option("--definition", metavar="TEXT", help="How it is made.")],
    by: Annotated[str, typer.Option("--by", metavar="WHO", help="Who writes this down.")],
    file: Annotated[
        str | None,
        typer.Option("--file", metavar="FILE", help="CSV or Parquet in the workspace's folder: day,value."),
    ] = None,
    sql: Annotated[
        str | None,
        typer.Option("--sql", metavar="SELECT", help="A query over the lake that gives day and value."),
    ] = None,
    currency: Annotated[
        str | None, typer.Option("--currency", metavar="CODE", help="Of an amount: EUR.")
    ] = None,
    noun: Annotated[
        str | None, typer.Option("--noun", metavar="TEXT", help="What the denominator of a share counts.")
    ] = None,
    petal: Annotated[
        str | None, typer.Option("--petal", metavar="NAME", help="Whose figure it is: business, legal …")
    ] = None,
    budget_of: Annotated[
        str | None, typer.Option("--budget-of", metavar="ID", help="The series that this is the budget of.")
    ] = None,
    lasts: Annotated[
        int, typer.Option("--lasts", min=1, metavar="DAYS", help="How long a value counts.")
    ] = 100,
    workspace: WorkspaceOption = options.HERE,
) -> None:
    """Write down where a figure comes from that people or another system state; it is marked so wherever it appears.

    Lines that can't be read are named, and left out. Ends with exit code 1 if there are any.
    Example: umbel kpis import support_cost --title "Support cost" --unit amount --currency EUR --better lower --owner finance@acme.example --source "ledger, cost centre 4711" --question "What does support cost us?" --definition "Invoices of the quarter." --file series/support.csv --by ospo@acme.example
    """
    from datetime import UTC, datetime
    from typing import cast, get_args

    from umbel.frameworks.imported import FILE, Series
    from umbel.frameworks.interface import Unit
    from umbel.model.measurement import Better

    for word, kind in ((unit, Unit), (better, Better)):
        if word not in get_args(kind):
            raise UsageError(f"{word!r} is none of {', '.join(get_args(kind))}.")
    series = Series(
        id=id_, title=title, unit=cast("Any", unit), better=cast("Any", better), owner=owner, source=source, question=question,
        definition=definition, by=by, decided=datetime.now(UTC).date(), file=file, sql=sql, currency=currency,
        noun=noun, petal=petal, budget_of=budget_of, lasts=lasts,
    )  # fmt: skip
    found = options.workspace(workspace).import_series(series)
    first, last = found.rows[0].day, found.rows[-1].day
    print(f"{id_}: {output.counted(len(found.rows), 'day')} from {first} to {last}. It stands in {FILE}.")
    for fault in found.faults:
        print(f"  {output.clean(fault.place)}: {output.clean(fault.message)}", file=sys.stderr)
    raise typer.Exit(1 if found.faults else 0)


def _written(
    here: Workspace, found: list[Kpi], chart: Path | None, out: Path | None, as_of: datetime | None
) -> bool:
    if chart is not None:
        from umbel.reports.files import replacing
        from umbel.reports.kpi_chart import standing_alone
        from umbel.reports.kpi_page import page

        name, groups = here.settings.organisation.name, here.kpi_groups(as_of)
        text = standing_alone(found) if chart.suffix == ".svg" else page(found, groups, name)
        with replacing(chart) as draft:
            draft.write_text(text, "utf-8", newline="\n")
        print(f"Wrote {output.clean(chart)}.")
    if out is not None:
        from umbel.reports.kpi_export import write

        print(f"Wrote {output.clean(write(found, out))}.")
    return chart is not None or out is not None


def _show(here: Workspace, found: list[Kpi], how: Format, limit: int | None, moment: datetime | None) -> None:
    if how is Format.csv:
        from umbel.reports.kpi_export import records

        output.emit(records(found), how, columns={}, limit=limit)
        return
    if how is not Format.table:
        output.emit(_records(found), how, columns={}, limit=limit)
        return
    titles = {name: group.title for group in here.kpi_groups(moment) for name in group.kpis}
    known = [kpi for kpi in found if any(point.reading.value is not None for point in kpi.series)]
    petals = [titles.get(kpi.indicator.name, "–") for kpi in known]
    rows = [
        {"kpi": kpi, "petal": "" if place and petals[place - 1] == petals[place] else petals[place]}
        for place, kpi in enumerate(known)
    ]
    columns = _columns(known)
    output.emit(rows, how, columns=columns, limit=limit, nothing="Of no KPI anything is known.")
    _notes(found, known)


def _columns(known: list[Kpi]) -> output.Shown:
    """What fits: no targets where there is none, and on a narrow terminal only what the figures need."""
    left_out = set() if any(kpi.targets for kpi in known) else {"target", "state"}
    if sys.stdout.isatty() and get_terminal_size().columns < _WIDE:
        left_out |= {"petal", "was#"}
    return {heading: shown for heading, shown in _COLUMNS.items() if heading not in left_out}


def _records(found: list[Kpi]) -> list[dict[str, Any]]:
    """KPIs for programs: beside each reading whether enough is known of it to be told as a fact."""
    from umbel.frameworks.kpi_words import enough

    def told(reading: Reading) -> dict[str, Any]:
        return {**output.structs([reading])[0], "enough": enough(reading)}

    return [
        {
            **record,
            "now": told(kpi.now),
            "series": [{"end": point.end, "reading": told(point.reading)} for point in kpi.series],
        }
        for kpi, record in zip(found, output.structs(found), strict=True)
    ]


def _notes(found: list[Kpi], known: list[Kpi]) -> None:
    if any(kpi.now.stated for kpi in known):
        print("* stated by people or another system, not observed")
    ends = known[0].series if known else ()
    if len(ends) > 1:
        told = "\N{MIDDLE DOT} is unknown, \N{WHITE SMALL SQUARE} known in part."
        print(f"The past is told on {', '.join(str(point.end) for point in ends)}; {told}")
    unknown = [kpi for kpi in found if kpi not in known]
    if unknown:
        print("\nUnknown:")
        for kpi in unknown:
            print(f"- {kpi.indicator.name}: {output.clean(kpi.now.why or 'nothing is known of it')}")


def _name(record: dict[str, Any]) -> str:
    kpi: Kpi = record["kpi"]
    return kpi.indicator.name + ("*" if kpi.now.stated else "")


def _now(record: dict[str, Any]) -> str:
    from umbel.frameworks.kpi_words import told

    kpi: Kpi = record["kpi"]
    return output.clean(told(kpi.now, kpi.indicator))


def _of(record: dict[str, Any]) -> str:
    from umbel.frameworks.kpi_words import of

    return output.clean(of(record["kpi"].now, record["kpi"].indicator) or "–")


def _past(record: dict[str, Any]) -> str:
    from umbel.frameworks.kpi_words import sparkline

    return sparkline(record["kpi"].series)


def _was(record: dict[str, Any]) -> str:
    from umbel.frameworks.kpi_words import told

    kpi: Kpi = record["kpi"]
    point = next((each for each in kpi.series if each.reading.value is not None), None)
    if point is None or point is kpi.series[-1]:
        return "–"
    return output.clean(told(point.reading, kpi.indicator))


def _target(record: dict[str, Any]) -> str:
    from umbel.frameworks.kpi_words import figure

    kpi: Kpi = record["kpi"]
    if not kpi.targets:
        return "–"
    aim = kpi.targets[0]
    more = f" (+{len(kpi.targets) - 1})" if len(kpi.targets) > 1 else ""
    return output.clean(
        f"{figure(aim.target, kpi.indicator.unit, kpi.indicator.currency)} by {aim.until}{more}"
    )


def _state(record: dict[str, Any]) -> str:
    kpi: Kpi = record["kpi"]
    return "–" if not kpi.targets else kpi.targets[0].state or "?"


_COLUMNS: output.Shown = {
    "petal": lambda r: output.clean(r["petal"]),
    "KPI": _name,
    "was#": _was,
    "past": _past,
    "now#": _now,
    "of": _of,
    "target": _target,
    "state": _state,
}
