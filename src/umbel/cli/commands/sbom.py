# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""`umbel sbom`: an SBOM of a project or product, from the evidence."""

from __future__ import annotations

import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from umbel.cli import options, output
from umbel.cli.options import AsOfOption, WorkspaceOption

app = typer.Typer(add_completion=False, rich_markup_mode=None)


class Standard(StrEnum):
    """Which standard the SBOM follows."""

    cyclonedx = "cyclonedx"
    spdx = "spdx"


@app.command()
def sbom(
    name: Annotated[
        str, typer.Argument(metavar="NAME", help="A project (its name or the end of it), or a product.")
    ],
    format: Annotated[Standard, typer.Option("--format", "-f", help="The standard.")] = Standard.cyclonedx,  # noqa: A002 - the option's name
    version: Annotated[
        str | None,
        typer.Option(
            metavar="VERSION",
            help="CycloneDX 1.4 to 1.7 (1.6 unless told), SPDX 2.2, 2.3 (unless told) or 3.0.",
        ),
    ] = None,
    xml: Annotated[bool, typer.Option("--xml", help="CycloneDX as XML instead of JSON.")] = False,  # noqa: FBT002
    tag_value: Annotated[  # noqa: FBT002
        bool, typer.Option("--tag-value", help="SPDX 2 as tags and values instead of JSON.")
    ] = False,
    file: Annotated[
        Path | None,
        typer.Option(
            "--output",
            "-o",
            metavar="FILE",
            help="Write to this file, replaced if it is there, instead of printing.",
        ),
    ] = None,
    source: Annotated[
        str | None,
        typer.Option(
            metavar="PART", help="Only the one document whose lineage holds this, exactly as it was read."
        ),
    ] = None,
    product: Annotated[  # noqa: FBT002
        bool, typer.Option("--product", help="NAME is a product, even if a project is called the same.")
    ] = False,
    timestamp: Annotated[
        str | None,
        typer.Option(
            metavar="TIME", help="The time to write in it; that of the newest evidence unless told."
        ),
    ] = None,
    as_of: AsOfOption = None,
    workspace: WorkspaceOption = options.HERE,
) -> None:
    """Write an SBOM of a project or product: all that its documents say, merged.

    Example: umbel sbom shop --format spdx -o shop.spdx.json
    """
    from umbel.model.errors import UsageError
    from umbel.reports.sbom import form

    if xml and tag_value:
        raise UsageError("--xml and --tag-value can't go together.")
    chosen = form(format.value, version, "xml" if xml else "tag-value" if tag_value else None)
    made = options.workspace(workspace).sbom(
        name,
        chosen,
        product=product,
        source=source,
        created=options.moment(timestamp),
        as_of=options.moment(as_of),
    )
    if file is not None:
        path = made.save(file)
        count = sum(len(group.parts) for group in made.bill.groups)
        documents = output.counted(len(made.bill.sources), "document")
        print(
            f"Wrote {output.clean(path)}: {chosen.title}, {output.counted(count, 'component')} of {documents}."
        )
        return
    with output.readers_may_leave():
        sys.stdout.flush()
        for piece in made:
            sys.stdout.buffer.write(piece)
