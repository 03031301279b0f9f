# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""`umbel lifecycle`: what is past its end of life, or near it."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated, Any

import typer

from umbel.cli import options, output
from umbel.cli.options import AsOfOption, Format, FormatOption, LimitOption, ProductOption, WorkspaceOption

if TYPE_CHECKING:
    from umbel.metrics.lifecycle_ends import LifecycleEnds

app = typer.Typer(add_completion=False, rich_markup_mode=None)


@app.command()
def lifecycle(
    product: ProductOption = None,
    ahead: Annotated[
        int,
        typer.Option(
            "--ahead", min=0, max=36_500, metavar="DAYS", help="Also what ends within so many days."
        ),
    ] = 365,
    as_of: AsOfOption = None,
    limit: LimitOption = None,
    format: FormatOption = Format.table,  # noqa: A002 - the option's name
    workspace: WorkspaceOption = options.HERE,
) -> None:
    """List what is in use past the end of its life, or near it: components and distributions.

    Most packages are in no list of lifecycles: how many are is said below the table. Ends with exit code 3 if no
    list was read yet (umbel sync lifecycles). Example: umbel lifecycle --product Shop --ahead 180
    """
    found = options.workspace(workspace).lifecycle(product, ahead, options.moment(as_of))
    nothing = "Nothing is known to be past the end of its life, or near it."
    output.emit(output.structs(found.rows), format, columns=COLUMNS, limit=limit, nothing=nothing)
    print(_denominators(found), file=sys.stdout if format is Format.table else sys.stderr)
    if found.lists is None:
        print("No lifecycles are known yet: umbel sync lifecycles", file=sys.stderr)
        raise typer.Exit(3)


def _denominators(found: LifecycleEnds) -> str:
    said = f"{found.listed:,} of {output.counted(found.components, 'component version')}"
    said += f" {'is' if found.listed == 1 else 'are'} in a list of lifecycles"
    gaps = []
    if found.unplaced:
        gaps.append(f"{found.unplaced:,} more of a listed product, but of no known cycle")
    if found.undated:
        gaps.append(f"of {found.undated:,} the end is unknown")
    if found.distributions:
        releases = output.counted(
            found.distributions, "release of a distribution", "releases of distributions"
        )
        gaps.append(f"{found.distributions_listed:,} of {releases}")
    return "; ".join([said, *gaps]) + "."


def _component(record: dict[str, Any]) -> str:
    from umbel.model import purl

    if record["package"] is None:
        return (
            f"{output.counted(record['packages'], 'package')} of the distribution"
            if record["packages"]
            else "–"
        )
    return output.clean(f"{purl.display(record['package'])} {record['version'] or ''}".rstrip())


def _ends(record: dict[str, Any]) -> str:
    return output.day(record["eol_on"]) if record["eol_on"] else "ended"


def _used_by(record: dict[str, Any]) -> str:
    names = record["products"] or record["projects"]
    more = f" +{len(names) - 3:,}" if len(names) > 3 else ""
    return output.clean(", ".join(names[:3])) + more


COLUMNS: output.Shown = {
    "component": _component,
    "cycle": lambda r: output.clean(f"{r['title']} {r['cycle']}"),
    "end of life": _ends,
    "days left#": lambda r: output.number(r["days_left"]),
    "extended until": lambda r: output.day(r["extended_until"]),
    "newest cycle": lambda r: output.unknown(r["successor"]),
    "projects#": lambda r: output.number(len(r["projects"])),
    "used by": _used_by,
    "mapped by": lambda r: output.clean(r["mapped_by"].partition(":")[0].partition(";")[0]),
}
