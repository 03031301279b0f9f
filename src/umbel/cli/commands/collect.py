# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""`umbel collect`: read files and folders into the lake."""

from __future__ import annotations

import sys
from collections import Counter
from typing import TYPE_CHECKING, Annotated

import typer

from umbel.cli import alerting, options, output
from umbel.cli.options import Format, FormatOption, WorkspaceOption

if TYPE_CHECKING:
    from umbel.evidence.ingest import Summary

app = typer.Typer(add_completion=False, rich_markup_mode=None)

MOST_LINES = 20
REMOTE_OUTCOMES = ("cloned", "updated", "unchanged", "failed")


@app.command()
def collect(
    paths: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[PATH|URL]...",
            help="Files, folders, and addresses of git repositories (https, ssh, git, file); the sources of umbel.toml "
            "if none is given.",
        ),
    ] = None,
    origin: Annotated[
        str | None,
        typer.Option(
            metavar="NAME", help="A lasting name for a folder whose path changes, as on a CI runner."
        ),
    ] = None,
    again: Annotated[bool, typer.Option("--again", help="Read what is known, too.")] = False,  # noqa: FBT002
    workers: Annotated[
        int | None, typer.Option(min=1, help="Processes that read; by default as many as there are cores.")
    ] = None,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="No progress, only the summary.")] = False,  # noqa: FBT002
    format: FormatOption = Format.table,  # noqa: A002 - the option's name
    workspace: WorkspaceOption = options.HERE,
) -> None:
    """Read SBOMs, lockfiles, installed environments and git repositories; what was read before is skipped.

    Ends with exit code 3 if something could not be read; everything else has still landed.
    Example: umbel collect ~/src sboms/ https://github.com/curl/curl
    """
    from umbel.cli.progress import shown

    with shown(quiet=quiet) as progress:
        summary = options.workspace(workspace).collect(
            paths or [], origin=origin, again=again, workers=workers, progress=progress
        )
    if format is Format.table:
        report(summary)
    else:
        output.emit([_flat(summary)], format, columns={})
    alerting.after(options.workspace(workspace))
    if summary.incomplete:
        raise typer.Exit(3)


def report(summary: Summary) -> None:
    """Say what was found, what was partial, and what failed and why."""
    if summary.entries or not summary.remotes:
        _files(summary)
    if summary.histories:
        print(
            f"{output.counted(summary.histories, 'git history', 'git histories')}, "
            f"{output.counted(summary.commits, 'new commit')}"
        )
    elsewhere(summary)
    lines = trouble(summary)
    for line in lines[:MOST_LINES]:
        print(line, file=sys.stderr)
    if len(lines) > MOST_LINES:
        print(f"… and {len(lines) - MOST_LINES:,} more (--format json lists all)", file=sys.stderr)
    if not summary.documents and not summary.histories and not summary.remotes:
        print(
            "Nothing that Umbel reads was found: it knows SBOMs, lockfiles, installed environments and "
            "git repositories."
        )


def _files(summary: Summary) -> None:
    """Say what was found in files and folders."""
    rate = summary.components / summary.seconds if summary.seconds else 0.0
    print(
        f"{output.counted(summary.documents, 'document')} in {output.counted(summary.entries, 'file')}: "
        f"{summary.complete:,} complete, "
        f"{summary.partial:,} partial, {summary.unchanged:,} unchanged, {summary.failed:,} failed"
        + (f", {summary.absent:,} gone" if summary.absent else "")
    )
    print(
        f"{output.counted(len(summary.projects), 'project')}, "
        f"{output.counted(summary.components, 'component')} read in {summary.seconds:.1f} s"
        + (f" ({rate:,.0f} a second)" if rate >= 1 else "")
    )


def elsewhere(summary: Summary) -> None:
    """Say what became of repositories elsewhere: of all in a line, of those with news in one each."""
    if not summary.remotes:
        return
    words = Counter(state.outcome for state in summary.remotes)
    told = ", ".join(f"{words[word]:,} {word}" for word in REMOTE_OUTCOMES if words[word])
    number = output.counted(len(summary.remotes), "repository", "repositories")
    print(f"{number} elsewhere: {told}")
    news = [state for state in summary.remotes if state.outcome in {"cloned", "updated"} or state.commits]
    for state in news[:MOST_LINES]:
        commits = output.counted(state.commits, "new commit")
        print(
            output.clean(f"  {state.name}: {state.outcome} ({state.kind}), {commits}, {state.seconds:.1f} s")
        )
    if len(news) > MOST_LINES:
        print(f"  … and {len(news) - MOST_LINES:,} more (--format json lists all)")


def trouble(summary: Summary) -> list[str]:
    """One line a file: its worst fault, and how many more there are."""
    rank = {"error": 0, "warning": 1, "note": 2}
    lines = []
    for item in sorted(summary.trouble, key=lambda item: min(rank[f.level] for f in item.faults)):
        worst = min(item.faults, key=lambda fault: rank[fault.level])
        more = f" (and {len(item.faults) - 1:,} more)" if len(item.faults) > 1 else ""
        lines.append(output.clean(f"{worst.level}: {item.path}: {worst}{more}"))
    return lines


def _flat(summary: Summary) -> dict[str, object]:
    record = output.structs([summary])[0]
    record["remotes"] = output.structs(summary.remotes)
    record["trouble"] = [
        {"path": item.path, "outcome": item.outcome, **output.structs([fault])[0]}
        for item in summary.trouble
        for fault in item.faults
    ]
    return record
