# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""`umbel collect`: read files and folders into the lake."""

from __future__ import annotations

import sys
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer.core import TyperGroup

from umbel.cli import alerting, options, output
from umbel.cli.options import Format, FormatOption, WorkspaceOption
from umbel.model.errors import UsageError

if TYPE_CHECKING:
    from umbel.app.upstream import UpstreamCollected
    from umbel.evidence.ingest import Summary

UPSTREAM = "upstream"
_PATHS = "paths"


class _PathsByDefault(TyperGroup):
    """`umbel collect PATH` reads it; only the one word `upstream` is no path, unless such a folder lies here."""

    def make_context(self, info_name: str | None, args: list[str], parent: Any = None, **extra: Any) -> Any:
        """What is not the one word is left to the command that reads paths, as if there were no other."""
        if args[:1] != [UPSTREAM]:
            return self.commands[_PATHS].make_context(info_name, args, parent, **extra)
        if len(args) == 1 and Path(UPSTREAM).exists():
            raise UsageError(
                f"{UPSTREAM!r} is a folder here, and a command.",
                f"The folder: umbel collect ./{UPSTREAM}   The command: umbel collect {UPSTREAM} --top 20",
            )
        return super().make_context(info_name, args, parent, **extra)


app = typer.Typer(add_completion=False, rich_markup_mode=None, cls=_PathsByDefault)

MOST_LINES = 20
REMOTE_OUTCOMES = ("cloned", "updated", "unchanged", "failed")


@app.command(_PATHS)
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

    `umbel collect upstream` examines the projects that packages come from (umbel collect upstream --help).
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


@app.command(UPSTREAM)
def upstream(
    top: Annotated[
        int | None,
        typer.Option(
            "--top", min=0, metavar="N", help="So many with their paths and head files, too; 20 unless told."
        ),
    ] = None,
    only: Annotated[
        list[str] | None,
        typer.Option("--only", metavar="PROJECT", help="Only this project; may be given several times."),
    ] = None,
    minutes: Annotated[
        float | None,
        typer.Option("--budget-time", min=0, metavar="MINUTES", help="Begin nothing more after so long."),
    ] = None,
    disk: Annotated[
        str | None,
        typer.Option(
            "--budget-disk", metavar="SIZE", help="Begin nothing more after clones of this size: '20 GiB'."
        ),
    ] = None,
    again: Annotated[  # noqa: FBT002
        bool, typer.Option("--again", help="Also what was examined within a day, all of it.")
    ] = False,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="No progress, only the summary.")] = False,  # noqa: FBT002
    format: FormatOption = Format.table,  # noqa: A002 - the option's name
    workspace: WorkspaceOption = options.HERE,
) -> None:
    """Examine the projects that packages in use come from, those with which most is at stake first.

    Of each its commits and releases are read (a treeless clone), of the first N also paths and the files of the
    head. What a budget leaves is first in the next run. Ends with exit code 3 if a repository could not be had.
    Example: umbel collect upstream --top 20 --budget-time 30
    """
    from umbel.cli.progress import shown

    with shown(quiet=quiet) as progress:
        found = options.workspace(workspace).collect_upstream(
            top=top, only=only or (), minutes=minutes, disk=disk, again=again, progress=progress
        )
    if format is Format.table:
        _upstream(found)
    else:
        record = output.structs([found])[0] | {"summary": _flat(found.summary)}
        output.emit([record], format, columns={})
    if found.summary.incomplete:
        raise typer.Exit(3)


def _upstream(found: UpstreamCollected) -> None:
    """Say how many projects there are, what became of those that were looked at, and what is left."""
    summary, mapped = found.summary, found.packages - found.unmapped
    projects = output.counted(found.projects, "upstream project")
    print(f"{mapped:,} of {output.counted(found.packages, 'package')} in use come from {projects}")
    if found.fresh:
        print(f"{len(found.fresh):,} examined within a day (--again looks at them, too)")
    elsewhere(summary)
    _trouble(summary)
    if found.left:
        print(f"{len(found.left):,} left by the budget: the next run begins with them")
    if found.unmapped:
        print(f"{output.counted(found.unmapped, 'package')} of unknown project: umbel upstream --unmapped")


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
    _trouble(summary)
    if not summary.documents and not summary.histories and not summary.remotes:
        print(
            "Nothing that Umbel reads was found: it knows SBOMs, lockfiles, installed environments and "
            "git repositories."
        )


def _trouble(summary: Summary) -> None:
    lines = trouble(summary)
    for line in lines[:MOST_LINES]:
        print(line, file=sys.stderr)
    if len(lines) > MOST_LINES:
        print(f"… and {len(lines) - MOST_LINES:,} more (--format json lists all)", file=sys.stderr)


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
