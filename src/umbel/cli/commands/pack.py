# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""`umbel pack`: everything that an auditor asks for, in one file that can be checked."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from umbel.cli import options, output
from umbel.cli.options import AsOfOption, ProductOption, WorkspaceOption


class _WritesByDefault(TyperGroup):
    """`umbel pack -o FILE` writes: without a command the options are of write."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        if not args or (args[0] not in self.commands and args[0] != "--help"):
            args = ["write", *args]
        return super().parse_args(ctx, args)


app = typer.Typer(
    add_completion=False,
    rich_markup_mode=None,
    cls=_WritesByDefault,
    help="Put the evidence for auditors into one file, or check such a file. Without a command: "
    "umbel pack write.",
)


@app.command()
def write(
    out: Annotated[
        Path, typer.Option("--output", "-o", metavar="FILE", help="Where to; replaced if it is there.")
    ] = Path("evidence-pack.zip"),
    product: ProductOption = None,
    as_of: AsOfOption = None,
    workspace: WorkspaceOption = options.HERE,
) -> None:
    """Write decisions, policy, findings, SBOMs, notices, assessments and where all comes from as a zip with a manifest.

    What could not be had stands on the index page with its reason.
    Exit codes: 0 written and complete, 2 wrong usage, 3 written, and some evidence or record could not be had.
    Example: umbel pack -o pack.zip --as-of 2026-09-30
    """
    here = options.workspace(workspace)
    made = here.pack(out, as_of=options.moment(as_of), product=product)
    print(
        f"{output.clean(made.path)}: {output.counted(len(made.manifest.files), 'file')}, {made.size:,} bytes."
    )
    print(f"SHA-256: {made.sha256}")
    missing = sum(one.incomplete for one in made.manifest.missing)
    if missing:
        told = output.counted(missing, "thing")
        print(f"{told} could not be had: index.html in it says which, and why.", file=sys.stderr)
        raise typer.Exit(3)


@app.command()
def verify(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The pack.")],
    workspace: WorkspaceOption = options.HERE,
) -> None:
    """Check a pack: every hash, nothing missing, nothing added, nothing that harms who opens it. Nothing is unpacked.

    Exit codes: 0 it is whole, 1 it isn't (a line a fault), 2 it is no pack.
    Example: umbel pack verify pack.zip
    """
    found = options.workspace(workspace).verify_pack(file)
    for fault in found.faults:
        print(output.clean(fault))
    print(f"SHA-256: {found.sha256}")
    if found.faults:
        print(f"{output.counted(len(found.faults), 'fault')}: this is not the pack that was written.")
        raise typer.Exit(1)
    assert found.manifest is not None  # noqa: S101 - no fault means that it was read
    files = output.counted(len(found.manifest.files), "file")
    print(f"Whole: {files} as of {output.clean(found.manifest.head.as_of)}, each as the manifest says.")
