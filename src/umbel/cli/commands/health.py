# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""`umbel health`: who keeps projects alive, in sentences and figures."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from umbel.cli import options, output
from umbel.cli.commands.metrics import figure, why_of
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
from umbel.model.errors import UsageError

if TYPE_CHECKING:
    from datetime import datetime

    from umbel.app import Workspace
    from umbel.metrics.health import Figure, Health

app = typer.Typer(add_completion=False, rich_markup_mode=None)


@app.command()
def health(
    projects: Annotated[
        list[str] | None,
        typer.Argument(metavar="[PROJECT]...", help="A page for each of these; a table of all without."),
    ] = None,
    match: Annotated[
        str | None,
        typer.Option(metavar="PATTERN", help="Only projects whose name matches: 'github.com/acme/*'."),
    ] = None,
    product: ProductOption = None,
    path: PathsOption = None,
    areas: Annotated[  # noqa: FBT002
        bool,
        typer.Option(
            "--areas", help="A table of the project's folders, or of those in a folder that follows its name."
        ),
    ] = False,
    file: Annotated[
        Path | None,
        typer.Option("--output", "-o", metavar="FILE", help="Write one project as a page for a browser."),
    ] = None,
    upstream: UpstreamOption = False,  # noqa: FBT002 - an option
    as_of: AsOfOption = None,
    limit: LimitOption = None,
    format: FormatOption = Format.table,  # noqa: A002 - the option's name
    workspace: WorkspaceOption = options.HERE,
) -> None:
    """Say who keeps projects alive: in sentences, then each figure with its trend and what it is of.

    Example: umbel health shop --path src/parser --as-of 2024-03-01
    """
    here = options.workspace(workspace, upstream=upstream)
    if areas:
        if file is not None or match is not None or product is not None:
            raise UsageError("--areas makes a table of one project.", "umbel health PROJECT --areas [DIR]")
        found = _areas(projects or [], path or [], here, options.moment(as_of))
        output.emit(found, format, columns=AREAS, limit=limit, nothing="No commit changed a file.")
        return
    if path and not projects:
        raise UsageError("A path is of a project.", "Name the project that it is in.")
    if file is not None:
        _write(file, projects or [], path or [], here, options.moment(as_of))
        return
    people = format is Format.table
    answer = here.health(
        projects or None,
        match=match,
        product=product,
        paths=path or (),
        as_of=options.moment(as_of),
        periods=0 if people else 12,
        before=not people or bool(projects),
    )
    for line in answer.broken:
        print(f"not a metric: {output.clean(line)}", file=sys.stderr)
    if people and projects:
        with output.readers_may_leave():
            for number, each in enumerate(answer.projects):
                _page(each, first=number == 0)
        return
    records = [_row(each) for each in answer.projects] if format is Format.csv else None
    if records is None:
        records = (
            [_row(each) | {"health": each} for each in answer.projects] if people else _full(answer.projects)
        )
    output.emit(records, format, columns=TABLE, limit=limit, nothing="No history is known.")


def _areas(
    projects: list[str], path: list[str], workspace: Workspace, as_of: datetime | None
) -> list[dict[str, Any]]:
    """The first word is the project; folders in it may follow, or stand in --path."""
    if not projects:
        raise UsageError("Areas are of one project.", "umbel health PROJECT --areas [DIR]")
    return workspace.health_areas(projects[0], [*projects[1:], *path], as_of=as_of)


def _write(
    file: Path, projects: list[str], path: list[str], workspace: Workspace, as_of: datetime | None
) -> None:
    if len(projects) != 1:
        raise UsageError("A page is about one project.", "umbel report has a section with all of them.")
    written = workspace.health_page(projects[0], file, paths=path, as_of=as_of)
    print(f"Wrote {output.clean(written)}\nOpen it in any browser. It holds all that it shows.")


def _full(found: list[Health]) -> list[dict[str, Any]]:
    return output.structs(found)


def _row(each: Health) -> dict[str, Any]:
    """A project as one flat record: its sentences and the value of every figure."""
    record: dict[str, Any] = {
        "project": each.project,
        "paths": list(each.paths),
        "as_of": each.as_of,
        "sentences": " ".join(each.sentences),
    }
    return record | {f.measurement.metric: f.measurement.value for f in each.figures}


def _page(each: Health, *, first: bool) -> None:
    if not first:
        print()
    part = f": {', '.join(output.clean(path) for path in each.paths)}" if each.paths else ""
    print(f"{output.clean(each.project)}{part}, as of {each.as_of:%Y-%m-%d}\n")
    for line in (*([each.about, ""] if each.about else []), *each.sentences):
        print(output.clean(line))
    known = [f for f in each.figures if f.measurement.value is not None]
    if known:
        print()
        records = [{"figure": f} for f in known]
        output.emit(records, Format.table, columns=FIGURES, limit=0)
    unknown = [f for f in each.figures if f.measurement.value is None]
    if unknown and known:
        print("Unknown:")
        for f in unknown:
            print(f"- {output.clean(f.title)}: {output.clean(f.measurement.why)}")


def _trend(f: Figure) -> str:
    """The value a window before, and where it went since."""
    value, before, unit = f.measurement.value, f.before, f.measurement.unit
    if value is None or before is None:
        return "–"
    shown = figure(before, unit)
    if shown == figure(value, unit):
        return f"{shown} ="
    return f"{shown} {'↑' if value > before else '↓'}"


def _window(f: Figure) -> str:
    return "all" if f.measurement.window is None else f"{f.measurement.window:,} days"


def _of(f: Figure) -> str:
    return "–" if f.measurement.denominator is None else figure(f.measurement.denominator, "")


def _cell(metric: str) -> Any:
    """A cell of the table of all: one figure, or ? where it is unknown."""

    def show(record: dict[str, Any]) -> str:
        found = record["health"].figure(metric)
        return "?" if found is None else figure(found.value, found.unit)

    return show


def _unknown(record: dict[str, Any]) -> str:
    return f"{sum(f.measurement.value is None for f in record['health'].figures)}"


def _area(record: dict[str, Any]) -> str:
    """A folder; or the files that lie directly in one."""
    name = output.clean(record["area"])
    if record["kind"] == "folder":
        return f"{name}/"
    return "files at the top" if name == "." else f"files in {name}/"


def _busiest(record: dict[str, Any]) -> str:
    if record["top_person"] is None:
        return "–"
    name = record["top_name"]
    return output.clean(f"{name} ({record['top_person']})" if name else record["top_person"])


AREAS: output.Shown = {
    "area": _area,
    "commits#": lambda r: output.number(r["commits"]),
    "in the year#": lambda r: output.number(r["recent_commits"]),
    "people#": lambda r: output.number(r["people"]),
    "half by#": lambda r: output.unknown(r["absence_factor"]),
    "busiest does#": lambda r: figure(r["top_share"], "share"),
    "busiest": _busiest,
    "last commit": lambda r: output.day(r["last_commit"]),
}
FIGURES: output.Shown = {
    "figure": lambda r: output.clean(r["figure"].title),
    "value#": lambda r: figure(r["figure"].measurement.value, r["figure"].measurement.unit),
    "unit": lambda r: output.clean(r["figure"].measurement.unit),
    "before#": lambda r: _trend(r["figure"]),
    "of#": lambda r: _of(r["figure"]),
    "window": lambda r: _window(r["figure"]),
    "why": lambda r: why_of(r["figure"].measurement.evidence),
}

TABLE: output.Shown = {
    "project": lambda r: output.clean(r["project"]),
    "half by#": _cell("absence_factor"),
    "active#": _cell("active_contributors"),
    "new#": _cell("new_contributors"),
    "trend#": _cell("activity_trend"),
    "silent maintainers#": _cell("silent_maintainers"),
    "last commit (days)#": _cell("days_since_commit"),
    "last release (days)#": _cell("days_since_release"),
    "newcomer's share#": _cell("handover_signs"),
    "unknown#": _unknown,
}
