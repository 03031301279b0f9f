# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""`umbel fragility`: which projects are likely to fail their users, and why."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from umbel.cli import options, output
from umbel.cli.options import AsOfOption, Format, FormatOption, LimitOption, WorkspaceOption

if TYPE_CHECKING:
    from umbel.strategy.fragility.judge import Judged
    from umbel.strategy.fragility.model import Model

app = typer.Typer(add_completion=False, rich_markup_mode=None)


@app.command()
def fragility(
    projects: Annotated[
        list[str] | None,
        typer.Argument(metavar="[PROJECT]...", help="A page for each of these; a table of all without."),
    ] = None,
    ours: Annotated[  # noqa: FBT002 - an option
        bool, typer.Option("--ours", help="Of our own repositories instead of upstream projects.")
    ] = False,
    as_of: AsOfOption = None,
    limit: LimitOption = None,
    format: FormatOption = Format.table,  # noqa: A002 - the option's name
    workspace: WorkspaceOption = options.HERE,
) -> None:
    """Say which upstream projects are likely to fail their users, from their history alone: the risk, and its reasons.

    Without a project: all of them, the most fragile first.

    Example: umbel fragility event-stream --as-of 2018-10-04
    """
    here = options.workspace(workspace)
    found = here.fragility(projects or None, ours=ours, as_of=options.moment(as_of))
    if format is Format.table and projects:
        model = here.fragility_model()
        with output.readers_may_leave():
            for number, each in enumerate(found):
                _page(each, model, first=number == 0)
        return
    records = [_flat(each) for each in found] if format is Format.csv else output.structs(found)
    output.emit(records, format, columns=TABLE, limit=limit, nothing="No history is known.")


def _flat(each: Judged) -> dict[str, Any]:
    """A project as one flat record."""
    return {
        "project": each.project,
        "as_of": each.as_of,
        "risk": each.risk,
        "level": each.level,
        "confidence": each.confidence,
        "reasons": " ".join(reason.text for reason in each.reasons),
        "relief": " ".join(reason.text for reason in each.relief),
        "why": each.why,
        "model": each.model,
    } | each.features


def _page(each: Judged, model: Model, *, first: bool) -> None:
    if not first:
        print()
    print(f"{output.clean(each.project)}, as of {each.as_of:%Y-%m-%d}\n")
    known = f"{each.confidence:.0%} of what the model asks is known"
    if each.risk is None:
        print(f"No verdict: {output.clean(each.why)} ({known}).")
    else:
        print(f"Fragility {each.level}: risk {each.risk:.2f} ({known}).")
    for title, reasons in (("What raises it", each.reasons), ("What relieves", each.relief)):
        if reasons:
            print(f"\n{title}:")
        for reason in reasons:
            print(f"- {output.clean(reason.text)}")
    told = [f for f in model.feature if each.features.get(f.name) is not None]
    if told:
        print()
        records = [{"feature": f, "value": each.features[f.name]} for f in told]
        output.emit(records, Format.table, columns=FEATURES, limit=0)
    if each.unknown and told:
        print("Unknown:")
        for f in model.feature:
            if f.name in each.unknown:
                print(f"- {f.title}: {output.clean(each.unknown[f.name])}")


def _points(record: dict[str, Any]) -> str:
    f = record["feature"]
    points = f.weight * (f.danger(record["value"]) - f.usual)
    return f"{points:+.2f}"


def _first(record: dict[str, Any]) -> str:
    if record["risk"] is None:
        return output.clean(f"? {record['why']}")
    return output.clean(record["reasons"][0].text) if record["reasons"] else "–"


def _risk(record: dict[str, Any]) -> str:
    return "?" if record["risk"] is None else f"{record['risk']:.2f}"


FEATURES: output.Shown = {
    "feature": lambda r: r["feature"].title,
    "value#": lambda r: f"{r['value']:,.2f}".rstrip("0").rstrip("."),
    "danger#": lambda r: f"{r['feature'].danger(r['value']):.0%}",
    "points#": _points,
}
TABLE: output.Shown = {
    "project": lambda r: output.clean(r["project"]),
    "risk#": _risk,
    "level": lambda r: r["level"] or "?",
    "known#": lambda r: f"{r['confidence']:.0%}",
    "because": _first,
}
