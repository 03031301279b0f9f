# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""`umbel sync advisories`: a bar while it runs, then what each database brought."""

from __future__ import annotations

from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from umbel.cli import alerting, options, output
from umbel.cli.commands._sync_shown import QuietOption, bar, tell_faults
from umbel.cli.options import Format, FormatOption, WorkspaceOption

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from rich.progress import ProgressColumn

    from umbel.evidence.sync_advisories import SyncedAdvisories
    from umbel.evidence.sync_exploits import SyncedExploits


def advisories(
    ecosystems: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[ECOSYSTEM]...",
            help="As OSV writes them: PyPI, npm, Debian …; those in use if none is given.",
        ),
    ] = None,
    saved: Annotated[
        Path | None,
        typer.Option(
            "--from",
            metavar="PATH",
            help="Read a record, a folder or a zip of them, CISA's list or FIRST's forecast; nothing is asked.",
            exists=True,
        ),
    ] = None,
    whole: Annotated[  # noqa: FBT002
        bool,
        typer.Option("--whole", help="With --from: it holds all there is of the ecosystems that are named."),
    ] = False,
    exploits: Annotated[
        bool | None,
        typer.Option(
            "--exploits/--no-exploits", help="Only what is known to be exploited or may be, or all but that."
        ),
    ] = None,
    quiet: QuietOption = False,  # noqa: FBT002
    format: FormatOption = Format.table,  # noqa: A002 - the option's name
    workspace: WorkspaceOption = options.HERE,
) -> None:
    """Bring advisories up to date from OSV: whole at first, then what changed; and what is exploited.

    Ends with exit code 3 if a database could not be had, or a part of it not be read; what was known of it
    stands. Example: umbel sync advisories PyPI npm
    """
    with shown(quiet=quiet) as progress:
        done = options.workspace(workspace).sync_advisories(
            ecosystems or [], source=saved, exploits=exploits, whole=whole, progress=progress
        )
    report(done, format)
    alerting.after(options.workspace(workspace))
    if any(one.outcome in {"failed", "partial"} for one in done):
        raise typer.Exit(3)


@contextmanager
def shown(*, quiet: bool) -> Iterator[Callable[[str, int, int | None], None] | None]:
    """Progress on stderr while the block runs, if anyone is there to see it."""
    with bar(quiet=quiet, columns=_columns) as progress:
        if progress is None:
            yield None
            return
        tasks: dict[str, Any] = {}

        def told(lineage: str, done: int, total: int | None) -> None:
            if lineage not in tasks:
                tasks[lineage] = progress.add_task(output.clean(lineage), total=total)
            progress.update(tasks[lineage], completed=done, total=total)

        yield told


def _columns() -> tuple[ProgressColumn, ...]:
    from rich import progress

    return (
        progress.TextColumn("{task.description}"),
        progress.BarColumn(),
        progress.TextColumn("{task.completed:,.0f} advisories"),
        progress.TimeElapsedColumn(),
    )


def report(done: Sequence[SyncedAdvisories | SyncedExploits], how: Format) -> None:
    """Say what each database brought, and what was wrong with it."""
    rows = [_row(one) for one in done]
    output.emit(rows, how, columns=COLUMNS, limit=0)
    if how is not Format.table:
        return
    faults = [(row["source"], fault) for row in rows for fault in row["faults"] if fault["level"] != "note"]
    tell_faults(
        [
            f"{fault['level']}: {source}: {fault['place']}: {fault['message']}".replace(": : ", ": ")
            for source, fault in faults
        ]
    )


def _row(one: SyncedAdvisories | SyncedExploits) -> dict[str, Any]:
    row = output.structs([one])[0]
    row["source"] = row.pop("lineage", None) or row["source"]
    row["faults"] = output.structs(one.faults)
    row["written"] = row.get("written", row.get("new", 0) + row.get("changed", 0))
    row["withdrawn"] = row.get("withdrawn", row.get("dropped", 0))
    return row


COLUMNS: output.Shown = {
    "source": lambda r: output.clean(r["source"]),
    "by": lambda r: r["how"],
    "outcome": lambda r: r["outcome"],
    "read#": lambda r: output.number(r["read"]),
    "written#": lambda r: output.number(r["written"]),
    "withdrawn#": lambda r: output.number(r["withdrawn"]),
    "from": lambda r: output.clean(r["origin"]),
}
