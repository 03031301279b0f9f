# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""`umbel control`: who controls the projects that we stand on."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any

import typer

from umbel.cli import options, output
from umbel.cli.options import AsOfOption, Format, FormatOption, LimitOption, WorkspaceOption
from umbel.metrics.words import percent

if TYPE_CHECKING:
    from umbel.strategy.control.records import Control

app = typer.Typer(add_completion=False, rich_markup_mode=None)


class Every(StrEnum):
    """By what a series goes."""

    quarter = "quarter"
    year = "year"


@app.command()
def control(
    projects: Annotated[
        list[str] | None,
        typer.Argument(metavar="[PROJECT]...", help="A page for each of these; a table of all without."),
    ] = None,
    over: Annotated[
        Every | None,
        typer.Option("--over", help="Organisations' shares of one project's commits, period by period."),
    ] = None,
    as_of: AsOfOption = None,
    limit: LimitOption = None,
    format: FormatOption = Format.table,  # noqa: A002 - the option's name
    workspace: WorkspaceOption = options.HERE,
) -> None:
    """Say who controls upstream projects: firms, a foundation, a few people; and what if they changed their mind or left.

    Without a project: all of them, those most exposed to a change of terms first.

    Example: umbel control github.com/pallets/flask --over year
    """
    from umbel.model.errors import UsageError

    here, moment = options.workspace(workspace), options.moment(as_of)
    if over is not None:
        if len(projects or ()) != 1:
            raise UsageError("A series is of one project.", "umbel control PROJECT --over quarter")
        every: Any = over.value
        points = output.structs(here.control_over((projects or [""])[0], every, as_of=moment))
        output.emit(points, format, columns=SERIES, limit=limit, nothing="No commit by people is known.")
        return
    found = here.control(projects or None, as_of=moment)
    if format is Format.table and projects:
        with output.readers_may_leave():
            for number, each in enumerate(found):
                _page(each, first=number == 0)
        return
    records = [_flat(each) for each in found] if format is not Format.json else output.structs(found)
    output.emit(records, format, columns=TABLE, limit=limit, nothing="No upstream project is known.")


def _flat(each: Control) -> dict[str, Any]:
    """A project as one flat record."""
    work, people = each.commits.largest, each.maintainers.largest
    return {
        "project": each.project,
        "as_of": each.as_of,
        "exposure": each.exposure.level,
        "because": each.exposure.because,
        "governed": each.governed,
        "single_vendor": each.single_vendor.value,
        "foundation": each.foundation.name,
        "organisation": work.organisation if work else None,
        "commits_share": work.share if work else None,
        "commits_unknown": each.commits.unknown,
        "commits": each.commits.total,
        "employer": people.organisation if people else None,
        "maintainers_share": people.share if people else None,
        "maintainers_unknown": each.maintainers.unknown,
        "maintainers": each.maintainers.total,
        "terms": each.rights.terms,
        "license": each.licensing.license,
        "license_changes": len(each.licensing.changes),
        "confidence": each.confidence,
    }


def _page(each: Control, *, first: bool) -> None:
    if not first:
        print()
    print(f"{output.clean(each.project)}, as of {each.as_of:%Y-%m-%d}\n")
    for line in each.sentences:
        print(output.clean(line))
    parts = _parts(each)
    if parts:
        print()
        output.emit(parts, Format.table, columns=PARTS, limit=0)
    print()
    rules = output.structs(each.exposure.rules)
    output.emit(rules, Format.table, columns=RULES, limit=0)
    if each.left and each.left.areas_lost:
        lost = ", ".join(output.clean(area) for area in each.left.areas_lost)
        print(f"Nobody else worked on: {lost}")
    print(f"What a zone can't tell: {each.zones.cannot}")
    if each.unknown:
        print("Unknown:")
        for line in each.unknown:
            print(f"- {output.clean(line)}")


def _parts(each: Control) -> list[dict[str, Any]]:
    """Organisations' shares of commits and of maintainers side by side, the unknown last."""
    rows: dict[tuple[str, str | None], dict[str, Any]] = {}
    for shares in (each.commits, each.maintainers):
        for part in shares.shown(SHOWN):
            row = rows.setdefault(
                (part.kind, part.organisation), {"kind": part.kind, "organisation": part.organisation}
            )
            row[shares.of] = part.share
            row[f"{shares.of}_count"] = part.count
    order = ("organisation", "others", "unknown")
    return sorted(rows.values(), key=lambda row: (order.index(row["kind"]), -row.get("commits", 0.0)))


def _name(record: dict[str, Any]) -> str:
    if record.get("total") == 0:
        return "–"
    if record["kind"] == "organisation":
        return output.clean(record["organisation"])
    return "(others)" if record["kind"] == "others" else "(unknown)"


def _share(key: str) -> Any:
    def show(record: dict[str, Any]) -> str:
        value = record.get(key)
        return "–" if value is None else f"{percent(value)}"

    return show


def _largest(name: str, share: str, unknown: str) -> Any:
    """The largest, its share, and the unknown beside it: neither is told without the other."""

    def show(record: dict[str, Any]) -> str:
        if record[unknown] is None:
            return "?"
        beside = f"{percent(record[unknown])} unknown"
        return (
            f"{output.clean(record[name])} {percent(record[share])}, {beside}"
            if record[name]
            else f"?, {beside}"
        )

    return show


SHOWN = 8
SERIES: output.Shown = {
    "from": lambda r: output.day(r["since"]),
    "until": lambda r: f"{output.day(r['until'])}{' (not over)' if r['partial'] else ''}",
    "organisation": _name,
    "commits#": lambda r: output.number(r["count"]),
    "share#": _share("share"),
    "of#": lambda r: output.number(r["total"]),
}
PARTS: output.Shown = {
    "organisation": _name,
    "commits#": lambda r: output.number(r.get("commits_count", 0)),
    "share#": _share("commits"),
    "maintainers#": lambda r: output.number(r.get("maintainers_count", 0)),
    "of them#": _share("maintainers"),
}
RULES: output.Shown = {
    "question": lambda r: output.clean(r["question"]),
    "answer": lambda r: output.yes_no(r["value"]),
    "because": lambda r: output.clean(r["reason"]),
}
TABLE: output.Shown = {
    "project": lambda r: output.clean(r["project"]),
    "exposure": lambda r: output.unknown(r["exposure"]),
    "held by": lambda r: output.unknown(r["governed"]),
    "commits": _largest("organisation", "commits_share", "commits_unknown"),
    "maintainers": _largest("employer", "maintainers_share", "maintainers_unknown"),
    "terms": lambda r: output.unknown(r["terms"]),
    "licence": lambda r: output.unknown(r["license"]),
    "because": lambda r: output.clean(r["because"]),
}
