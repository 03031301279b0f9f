# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""`umbel inventory`: what open source is in use."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Any

import typer

from umbel.cli import options, output
from umbel.cli.options import AsOfOption, Format, FormatOption, LimitOption, ProductOption, WorkspaceOption

app = typer.Typer(add_completion=False, rich_markup_mode=None)


class By(StrEnum):
    """What one row stands for."""

    component = "component"
    package = "package"
    license = "license"
    ecosystem = "ecosystem"
    project = "project"


@app.command()
def inventory(
    text: Annotated[
        str | None, typer.Argument(metavar="[TEXT]", help="Only packages whose name holds this.")
    ] = None,
    by: Annotated[By, typer.Option("--by", help="One row per what.")] = By.component,
    ecosystem: Annotated[
        str | None, typer.Option(help="Only this ecosystem (npm, pypi, maven …, unidentified).")
    ] = None,
    license: Annotated[  # noqa: A002 - the option's name
        str | None, typer.Option(help="Only where the license holds this; 'unknown' for where nobody said.")
    ] = None,
    scope: Annotated[
        str | None,
        typer.Option(help="Only this scope: runtime, development, test, build, optional, unknown."),
    ] = None,
    direct: Annotated[
        bool | None,
        typer.Option("--direct/--transitive", help="Only what projects ask for themselves, or not."),
    ] = None,
    project: Annotated[list[str] | None, typer.Option(help="Only this project; may be given again.")] = None,
    contradictions: Annotated[  # noqa: FBT002
        bool,
        typer.Option(
            "--contradictions", help="Instead: where documents of one project contradict each other."
        ),
    ] = False,
    product: ProductOption = None,
    as_of: AsOfOption = None,
    limit: LimitOption = None,
    format: FormatOption = Format.table,  # noqa: A002 - the option's name
    workspace: WorkspaceOption = options.HERE,
) -> None:
    """List the open source in use, most used first, with counts of projects.

    Example: umbel inventory --by license --product Shop
    """
    from umbel.app import ask_inventory
    from umbel.evidence.questions.inventory import Filter
    from umbel.model.errors import UsageError

    ws, day = options.workspace(workspace), options.moment(as_of)
    if contradictions:
        if text or ecosystem or license or scope or direct is not None or by is not By.component:
            raise UsageError("--contradictions goes only with --project, --product and --as-of.")
        points = ws.contradictions(project, product=product, as_of=day)
        nothing = "No documents of one project contradict each other."
        output.emit(output.structs(points), format, columns=POINTS, limit=limit, nothing=nothing)
        return
    chosen = Filter(
        text=text,
        ecosystem=ecosystem,
        license=license,
        scope=scope,
        direct=direct,
        projects=project,
    )
    with ws.session(day) as session:
        records = ask_inventory(ws, session, by.value, chosen, product).records()
    output.emit(records, format, columns=COLUMNS[by], limit=limit, nothing="No component matches.")


def _package(record: dict[str, Any]) -> str:
    from umbel.model import purl

    return output.clean(purl.display(record["package"]))


def _ecosystem(record: dict[str, Any]) -> str:
    from umbel.model import purl

    return purl.ecosystem(record["package"]) or "?"


def _direct(record: dict[str, Any]) -> str:
    """Projects that ask for it themselves; with a + where others can't tell."""
    more = "+?" if record.get("directness_unknown_in") else ""
    return f"{record['direct_in']:,}{more}"


def _version(record: dict[str, Any]) -> str:
    """A package's version, and for a dependency what it leads to."""
    from umbel.model import purl

    version = "" if record["what"] == "versions" else output.unknown(record["version"])
    if record["target"] is None:
        return version
    target = output.clean(purl.display(record["target"]))
    return f"{version} → {target} {output.unknown(record['target_version'])}"


POINTS: output.Shown = {
    "project": lambda r: output.clean(r["project"]),
    "package": _package,
    "version": _version,
    "what": lambda r: r["what"],
    "values": lambda r: output.clean("; ".join(map(str, r["values"]))),
    "agree": lambda r: f"{r['agree']} of {r['documents']}",
}

COLUMNS: dict[By, output.Shown] = {
    By.component: {
        "package": _package,
        "version": lambda r: output.unknown(r["version"]),
        "ecosystem": _ecosystem,
        "license": lambda r: output.unknown(r["license"]),
        "projects#": lambda r: output.number(r["projects"]),
        "direct in#": _direct,
    },
    By.package: {
        "package": _package,
        "ecosystem": _ecosystem,
        "versions#": lambda r: output.number(r["versions"]),
        "projects#": lambda r: output.number(r["projects"]),
        "direct in#": _direct,
        "licenses": lambda r: output.unknown(r["licenses"]),
    },
    By.license: {
        "license": lambda r: output.unknown(r["license"]),
        "components#": lambda r: output.number(r["components"]),
        "packages#": lambda r: output.number(r["packages"]),
        "projects#": lambda r: output.number(r["projects"]),
    },
    By.ecosystem: {
        "ecosystem": lambda r: output.unknown(r["ecosystem"]),
        "components#": lambda r: output.number(r["components"]),
        "packages#": lambda r: output.number(r["packages"]),
        "projects#": lambda r: output.number(r["projects"]),
    },
    By.project: {
        "project": lambda r: output.clean(r["project"]),
        "components#": lambda r: output.number(r["components"]),
        "packages#": lambda r: output.number(r["packages"]),
        "direct#": lambda r: output.number(r["direct"]),
        "license unknown#": lambda r: output.number(r["license_unknown"]),
    },
}
