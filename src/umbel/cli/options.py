# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Options that several commands share, so that they are named and explained alike."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from datetime import datetime

    from umbel.app import Workspace


class Format(StrEnum):
    """How an answer is printed."""

    table = "table"
    json = "json"
    ndjson = "ndjson"
    csv = "csv"


WorkspaceOption = Annotated[
    Path,
    typer.Option(
        "--workspace", "-C", metavar="FOLDER", help="Folder of the workspace (with its umbel.toml)."
    ),
]
AsOfOption = Annotated[
    str | None,
    typer.Option("--as-of", metavar="DAY", help="Answer as of the end of that day, e.g. 2024-03-01."),
]
FormatOption = Annotated[Format, typer.Option("--format", "-f", help="How to print the answer.")]
ProductOption = Annotated[
    str | None, typer.Option("--product", metavar="NAME", help="Only the projects of this product.")
]
UpstreamOption = Annotated[
    bool,
    typer.Option("--upstream", help="Ask of upstream projects (umbel collect upstream) instead of our own."),
]
LimitOption = Annotated[
    int | None,
    typer.Option(
        "--limit", "-n", min=0, metavar="N", help="At most N rows; 0 is all. Tables show 50 unless told."
    ),
]
PolicyOption = Annotated[
    str | None,
    typer.Option(
        "--policy",
        metavar="FILE|URL",
        help="The policy, or an office's address (https://…/api/v1/policy); policy.toml of the workspace unless told.",
    ),
]
PathsOption = Annotated[
    list[str] | None,
    typer.Option(
        "--path",
        metavar="DIR",
        help="Only what touched this folder or file of the project; may be given several times.",
    ),
]

HERE = Path()
TABLE_ROWS = 50


def workspace(folder: Path, *, upstream: bool = False) -> Workspace:
    """The workspace that a command was pointed at; with `upstream` one over what is known of upstream projects."""
    from umbel.app import Workspace

    return Workspace(folder).over_upstream() if upstream else Workspace(folder)


def moment(text: str | None) -> datetime | None:
    """The moment that `--as-of` names; None is now."""
    if text is None:
        return None
    from umbel import app

    return app.moment(text)
