# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""`umbel vex`: what we say of vulnerabilities in a product."""

from __future__ import annotations

import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from umbel.cli import options, output
from umbel.cli.options import AsOfOption, WorkspaceOption

app = typer.Typer(add_completion=False, rich_markup_mode=None)


class Form(StrEnum):
    """The document's format."""

    cyclonedx = "cyclonedx"
    openvex = "openvex"


class Version(StrEnum):
    """The version of CycloneDX."""

    v15 = "1.5"
    v16 = "1.6"


@app.command()
def vex(
    name: Annotated[str, typer.Argument(metavar="NAME", help="A product or a project.")],
    product: Annotated[bool, typer.Option("--product", help="The name is a product's.")] = False,  # noqa: FBT002 - an option
    author: Annotated[
        str | None,
        typer.Option(
            "--author", metavar="WHO", help="Who says so; the organisation of umbel.toml unless told."
        ),
    ] = None,
    advisories: Annotated[
        Path | None,
        typer.Option("--advisories", metavar="PATH", help="An index of advisories, or an OSV export."),
    ] = None,
    format: Annotated[Form, typer.Option("--format", "-f", help="The document's format.")] = Form.cyclonedx,  # noqa: A002 - the option's name
    version: Annotated[
        Version, typer.Option("--spec-version", help="The version of CycloneDX.")
    ] = Version.v16,
    out: Annotated[
        Path | None, typer.Option("--output", "-o", metavar="FILE", help="Write it to a file.")
    ] = None,
    as_of: AsOfOption = None,
    workspace: WorkspaceOption = options.HERE,
) -> None:
    """Write what is known of the vulnerabilities of a product or project as VEX: affected, not affected and why.

    Example: umbel vex Shop --format openvex -o shop.openvex.json
    """
    from umbel.reports.files import replacing
    from umbel.reports.vex import render

    document = options.workspace(workspace).vex(
        name, product=product, author=author, advisories=advisories, as_of=options.moment(as_of)
    )
    text = render(document, format.value, version.value)
    if out is None:
        with output.readers_may_leave():
            sys.stdout.write(text)
    else:
        with replacing(out) as draft:
            draft.write_text(text, "utf-8")
        print(f"Wrote {out}.")
    told = ", ".join(f"{count:,} {status.replace('_', ' ')}" for status, count in document.counted().items())
    print(f"{output.clean(document.title)}: {told or 'no vulnerability is known'}.", file=sys.stderr)
