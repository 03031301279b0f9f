# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""`umbel metrics`: what is measured, how it is defined, and what it gives."""

from __future__ import annotations

import sys
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any

import typer

from umbel.cli import options, output
from umbel.cli.options import (
    AsOfOption,
    Format,
    FormatOption,
    LimitOption,
    PathsOption,
    ProductOption,
    UpstreamOption,
    WorkspaceOption,
)

if TYPE_CHECKING:
    from umbel.metrics.definition import Definition
    from umbel.model.measurement import Measurement

app = typer.Typer(
    add_completion=False,
    rich_markup_mode=None,
    invoke_without_command=True,
    help="List what is measured; define a metric; run one.",
)


class Over(StrEnum):
    """The steps of a series."""

    month = "month"
    quarter = "quarter"
    year = "year"


@app.callback()
def listing(
    context: typer.Context,
    format: FormatOption = Format.table,  # noqa: A002 - the option's name
    workspace: WorkspaceOption = options.HERE,
) -> None:
    """List the metrics, built-in and of the workspace's own; or define or run one.

    Example: umbel metrics
    """
    if context.invoked_subcommand is not None:
        return
    catalog = options.workspace(workspace).metrics()
    output.emit([_listed(each) for each in catalog.metrics.values()], format, columns=LISTED, limit=0)
    _say_broken([str(each) for each in catalog.broken])


@app.command()
def define(
    name: Annotated[str, typer.Argument(metavar="NAME", help="The metric, as umbel metrics lists it.")],
    format: FormatOption = Format.table,  # noqa: A002 - the option's name
    workspace: WorkspaceOption = options.HERE,
) -> None:
    """Show what a metric asks, how it is computed, where it comes from, what it can't say, and its SQL.

    Example: umbel metrics define absence_factor
    """
    metric = options.workspace(workspace).metrics().get(name)
    record = _listed(metric) | {"sql": metric.sql}
    if format is not Format.table:
        output.emit([record], format, columns={})
        return
    header = metric.header
    print(f"{output.clean(header.title)} ({metric.name})\n\n{output.clean(header.question)}\n")
    for label in ("definition", "unit", "better", "windows", "source", "limits"):
        print(f"{label + ':':<12}{output.clean(record[label])}")
    print()
    for line in metric.sql.partition("*/")[2].strip().split("\n"):
        print(output.clean(line))


@app.command()
def run(
    name: Annotated[str, typer.Argument(metavar="NAME", help="The metric, as umbel metrics lists it.")],
    projects: Annotated[
        list[str] | None, typer.Argument(metavar="[PROJECT]...", help="Only these; else all.")
    ] = None,
    window: Annotated[
        str | None,
        typer.Option(
            metavar="DAYS",
            help="Over so many days before the day; 'all' is the whole history. Else its first.",
        ),
    ] = None,
    over: Annotated[
        Over | None, typer.Option(help="A series: the figure at the end of each month, quarter or year.")
    ] = None,
    periods: Annotated[int, typer.Option(min=1, metavar="N", help="Points of a series.")] = 8,
    path: PathsOption = None,
    product: ProductOption = None,
    upstream: UpstreamOption = False,  # noqa: FBT002 - an option
    as_of: AsOfOption = None,
    limit: LimitOption = None,
    format: FormatOption = Format.table,  # noqa: A002 - the option's name
    workspace: WorkspaceOption = options.HERE,
) -> None:
    """Run a metric: its value for each project, what it is of, and what it stands on.

    Example: umbel metrics run absence_factor --over quarter
    """
    figures = options.workspace(workspace, upstream=upstream).metric(
        name,
        projects or None,
        window=window,
        over=over.value if over else None,
        periods=periods,
        product=product,
        paths=path or (),
        as_of=options.moment(as_of),
    )
    columns = MEASURED if over is None else {"day": lambda r: output.day(r["as_of"]), **MEASURED}
    if over and format is Format.table:
        figures = sorted(figures, key=lambda m: (m.subject, m.as_of))
    output.emit(
        [_record(m, format, path) for m in figures],
        format,
        columns=columns,
        limit=limit,
        nothing="No history is known.",
    )


def _listed(metric: Definition) -> dict[str, Any]:
    header = metric.header
    return {
        "name": metric.name,
        "title": header.title,
        "question": header.question,
        "unit": header.unit,
        "windows": ", ".join(str(window) for window in header.windows),
        "better": header.better,
        "subject": header.subject,
        "definition": header.definition,
        "source": header.source,
        "limits": header.limits,
        "own": metric.own,
    }


def _record(measurement: Measurement, how: Format, paths: list[str] | None) -> dict[str, Any]:
    """A measurement as an object, with the part that it is of; for spreadsheets with its evidence as one cell."""
    record = output.structs([measurement])[0]
    if paths:
        from umbel.evidence.questions.areas import normal

        record["paths"] = normal(paths)
    if how is Format.csv:
        record["evidence"] = why_of(record["evidence"])
    return record


def why_of(evidence: Any) -> str:
    """What a figure stands on, in one line."""
    if not isinstance(evidence, dict):
        return "" if evidence is None else output.clean(evidence)
    beside = {f"{name}_name": name for name in evidence if f"{name}_name" in evidence}
    known = (
        (name, f"{evidence[f'{name}_name']} ({value})" if f"{name}_name" in beside else value)
        for name, value in evidence.items()
        if value is not None and name not in beside
    )
    return ", ".join(f"{name.replace('_', ' ')} {_short(value)}" for name, value in known)


def figure(value: float | None, unit: str) -> str:
    """A value as a cell."""
    from umbel.metrics.words import percent, rounded

    if value is None:
        return "?"
    return percent(value) if unit == "share" else rounded(value)


def _short(value: Any) -> str:
    from umbel.metrics.words import rounded

    return rounded(value) if isinstance(value, float) else output.clean(value)


def _say_broken(lines: list[str]) -> None:
    for line in lines:
        print(f"not a metric: {output.clean(line)}", file=sys.stderr)


LISTED: output.Shown = {
    "metric": lambda r: r["name"],
    "what": lambda r: output.clean(r["title"]),
    "unit": lambda r: output.clean(r["unit"]),
    "windows (days)": lambda r: r["windows"],
    "better": lambda r: r["better"],
    "from": lambda r: "metrics/" if r["own"] else "umbel",
}

MEASURED: output.Shown = {
    "project": lambda r: output.clean(r["subject"]),
    "value#": lambda r: figure(r["value"], r["unit"]),
    "unit": lambda r: output.clean(r["unit"]),
    "of#": lambda r: "–" if r["denominator"] is None else figure(r["denominator"], ""),
    "window": lambda r: "all" if r["window"] is None else f"{r['window']:,} days",
    "why": lambda r: output.clean(r["why"]) if r["why"] else why_of(r["evidence"]),
}
