# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""`umbel sync`: what the world says of packages, from its public sources or from saved files."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from umbel.cli import alerting, options
from umbel.cli.commands._sync_advisories import advisories
from umbel.cli.commands._sync_licenses import licenses
from umbel.cli.commands._sync_lifecycles import lifecycles
from umbel.cli.commands._sync_shown import QuietOption
from umbel.cli.options import Format, FormatOption, ProductOption, WorkspaceOption

app = typer.Typer(
    add_completion=False,
    rich_markup_mode=None,
    no_args_is_help=True,
    help="Ask the world: registries, advisories, lifecycles, licences. Only what is named here leaves the machine.",
)


@app.callback()
def _group() -> None:
    """A group even while it has one command."""


@app.command()
def packages(
    packages: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[PACKAGE]...", help="Purls, or names of packages in use; all in use if none is given."
        ),
    ] = None,
    product: ProductOption = None,
    source: Annotated[
        list[str] | None,
        typer.Option(
            "--source",
            metavar="NAME",
            help="Only this registry: npm, pypi, crates, rubygems, maven, golang; deps.dev is asked only by its name.",
        ),
    ] = None,
    saved: Annotated[
        Path | None,
        typer.Option(
            "--from",
            metavar="PATH",
            help="Read saved answers from a folder, zip or file; nothing is asked.",
            exists=True,
        ),
    ] = None,
    older_than: Annotated[
        str | None,
        typer.Option(
            "--older-than",
            metavar="TIME",
            help="Ask again for what was seen longer ago than this: 24h (unless told), 7d, 0h.",
        ),
    ] = None,
    quiet: QuietOption = False,  # noqa: FBT002
    format: FormatOption = Format.table,  # noqa: A002 - the option's name
    workspace: WorkspaceOption = options.HERE,
) -> None:
    """Ask registries for versions, dates, licence, deprecation and maintainers of the packages in use.

    Addresses come from umbel.toml or from the ordinary clients' configuration. What was answered is kept as it
    comes; ends with exit code 3 if some packages could not be asked for. Example: umbel sync packages --product Shop
    """
    from umbel.cli.commands import _sync_packages as show

    with show.shown(quiet=quiet) as progress:
        summary = options.workspace(workspace).sync_packages(
            packages or [],
            product=product,
            sources=source or [],
            saved=saved,
            older_than=show.age(older_than),
            progress=progress,
        )
    show.report(summary, format)
    alerting.after(options.workspace(workspace))
    if summary.incomplete:
        raise typer.Exit(3)


app.command()(advisories)
app.command()(lifecycles)
app.command()(licenses)
