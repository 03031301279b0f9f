# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""`umbel ask`: the word of product owners on the projects that their products stand on."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from umbel.cli import options, output
from umbel.cli.options import AsOfOption, Format, FormatOption, LimitOption, ProductOption, WorkspaceOption

app = typer.Typer(
    add_completion=False,
    rich_markup_mode=None,
    no_args_is_help=True,
    help="Ask product owners what their products stand on, and take their answers back.",
)


@app.command()
def strategic(
    out: Annotated[Path, typer.Option("--out", "-o", metavar="FOLDER", help="Where the pages go.")],
    product: ProductOption = None,
    as_of: AsOfOption = None,
    workspace: WorkspaceOption = options.HERE,
) -> None:
    """Make a page for each product owner, prefilled with what the product seems to stand on.

    Each page is there twice: as Markdown to fill in, and as a form for a browser that saves a file by itself.

    Example: umbel ask strategic --product Shop --out asked
    """
    found = options.workspace(workspace).ask_owners(out, product=product, as_of=options.moment(as_of))
    for each in found:
        whose = each.owner or f"the owner of {', '.join(each.products)} (nobody is named in umbel.toml)"
        print(f"For {output.clean(whose)}: {output.counted(each.projects, 'project')}")
        for file in each.files:
            print(f"  {output.clean(out / file)}")
    print("Send each one of its two files. What comes back: umbel ask read FILE...")


@app.command()
def read(
    files: Annotated[list[Path], typer.Argument(metavar="FILE...", help="Pages that came back.")],
    workspace: WorkspaceOption = options.HERE,
) -> None:
    """Take answers back: Markdown that was filled in, or the files that the form saved. The same twice counts once.

    What is wrong is told with its place and costs only its own answer; the exit code is then 3.

    Example: umbel ask read asked/ann-4f2a.json
    """
    from umbel.strategy.owners import FILE

    found, new = options.workspace(workspace).read_answers(files)
    for each in found:
        for fault in each.faults:
            print(output.clean(f"{each.file}: {fault}"), file=sys.stderr)
    answers, blank = sum(len(each.answers) for each in found), sum(each.blank for each in found)
    left = f"; {blank:,} left blank" if blank else ""
    print(f"{output.counted(answers, 'answer')}, {new:,} of them new{left}. They stand in {FILE}.")
    for one in (one for each in found for one in each.answers if one.dependency is not None):
        said = f"{one.dependency:g} by {one.by} for {one.product}"
        print(output.clean(f"  counts as an opinion: {one.project} dependency {said} (umbel strategy why)"))
    raise typer.Exit(3 if any(each.faults for each in found) else 0)


@app.command("answers")
def answers_(
    project: Annotated[
        str | None, typer.Argument(metavar="[PROJECT]", help="Only those on this project.")
    ] = None,
    as_of: AsOfOption = None,
    limit: LimitOption = None,
    format: FormatOption = Format.table,  # noqa: A002 - the option's name
    workspace: WorkspaceOption = options.HERE,
) -> None:
    """List what product owners said: the newest word for each product.

    Example: umbel ask answers github.com/pallets/flask
    """
    known = options.workspace(workspace).answers(options.moment(as_of)).newest
    records = output.structs(
        [
            each
            for key, each in sorted(known.items())
            if project is None or key[0] == project or key[0].endswith(f"/{project}")
        ]
    )
    output.emit(records, format, columns=_ANSWERS, limit=limit, nothing="No owner has answered.")


@app.command()
def coordinators(
    all_: Annotated[  # noqa: FBT002 - an option
        bool, typer.Option("--all", help="Those that are not strategic, or without a verdict, too.")
    ] = False,
    as_of: AsOfOption = None,
    limit: LimitOption = None,
    format: FormatOption = Format.table,  # noqa: A002 - the option's name
    workspace: WorkspaceOption = options.HERE,
) -> None:
    """List strategic projects that several departments need, and which of them should speak for each.

    Example: umbel ask coordinators
    """
    found = options.workspace(workspace).coordinators(options.moment(as_of), every=all_)
    nothing = f"No {'' if all_ else 'strategic '}project is known to be needed by several departments."
    output.emit(output.structs(found), format, columns=_COORDINATORS, limit=limit, nothing=nothing)


_ANSWERS: output.Shown = {
    "project": lambda r: output.clean(r["project"]),
    "product": lambda r: output.clean(r["product"]),
    "without it": lambda r: output.unknown(r["without"]),
    "replaced by": lambda r: output.clean(r["replacement"] or "–"),
    "in two years": lambda r: output.clean(", ".join(r["areas"]) or "–"),
    "figure#": lambda r: "–" if r["dependency"] is None else f"{r['dependency']:g}",
    "by": lambda r: output.clean(r["by"]),
    "day": lambda r: output.day(r["decided"]),
}
_COORDINATORS: output.Shown = {
    "project": lambda r: output.clean(r["project"]),
    "department": lambda r: output.clean(r["department"]),
    "reason": lambda r: output.clean(r["reason"]),
}
