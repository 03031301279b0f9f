# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""What `umbel sync packages` shows: a bar while it runs, then what became of the packages."""

from __future__ import annotations

import re
import sys
from contextlib import contextmanager
from datetime import timedelta
from typing import TYPE_CHECKING

from umbel.cli import output
from umbel.cli.commands._sync_shown import MOST_LINES, bar, tell_faults
from umbel.cli.options import Format
from umbel.evidence.sync_packages import Progress
from umbel.model.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator

    import rich.progress

    from umbel.evidence.sync_packages import Summary

_AGE = re.compile(r"(\d{1,5})\s*([mhd]?)").fullmatch
_UNITS = {"m": "minutes", "h": "hours", "": "hours", "d": "days"}


def age(text: str | None) -> timedelta | None:
    """A time as people write it: 90m, 24h, 7d. Raises `UsageError` for anything else."""
    if text is None:
        return None
    found = _AGE(text.strip())
    if not found:
        raise UsageError(f"{text!r} is no time.", "Give minutes, hours or days: 90m, 24h, 7d.")
    return timedelta(**{_UNITS[found[2]]: int(found[1])})


class _Bar(Progress):
    """Packages answered, by source."""

    def __init__(self, bar: rich.progress.Progress) -> None:
        self._bar = bar
        self._task = bar.add_task("asking", total=None, now="")

    def planned(self, number: int) -> None:
        self._bar.update(self._task, total=number)

    def done(self, source: str, outcome: str) -> None:  # noqa: ARG002
        self._bar.update(self._task, advance=1, now=source)


@contextmanager
def shown(*, quiet: bool) -> Iterator[Progress]:
    """Progress on stderr while the block runs, if anyone is there to see it."""
    with bar(quiet=quiet, columns=_columns) as progress:
        yield Progress() if progress is None else _Bar(progress)


def _columns() -> tuple[rich.progress.ProgressColumn, ...]:
    from rich import progress

    return (
        progress.TextColumn("{task.description}"),
        progress.BarColumn(),
        progress.MofNCompleteColumn(),
        progress.TextColumn("{task.fields[now]}"),
        progress.TimeRemainingColumn(),
    )


def report(summary: Summary, how: Format) -> None:
    """Say what became of the packages of each source, and what was not asked for and why."""
    if how is not Format.table:
        record = output.structs([summary])[0]
        record["sources"] = output.structs(summary.sources)
        record["trouble"] = [
            {"package": each.package, **output.structs([each.fault])[0]} for each in summary.trouble
        ]
        output.emit([record], how, columns={})
        return
    rows = output.structs(summary.sources)
    output.emit(rows, how, columns=COLUMNS, limit=0, nothing="No package was asked for.")
    for line in _beside(summary):
        print(line)
    for source in summary.sources:
        for reason, number in sorted(source.reasons.items(), key=lambda item: -item[1])[:MOST_LINES]:
            print(output.clean(f"{source.source}: {number:,} failed: {reason}"), file=sys.stderr)
    for words, number in summary.unasked.items():
        print(output.clean(f"{output.counted(number, 'package')} not asked for: {words}"), file=sys.stderr)
    tell_faults(
        [f"{each.fault.level}: {each.package}: {each.fault.message}" for each in summary.trouble[:MOST_LINES]]
    )


def _beside(summary: Summary) -> Iterator[str]:
    if summary.fresh:
        yield f"{output.counted(summary.fresh, 'package')} seen a short while ago (--older-than 0h asks again)"
    if summary.private:
        yield f"{output.counted(summary.private, 'package')} kept private: no one was asked"
    if summary.unsupported:
        kinds = sorted(summary.unsupported.items(), key=lambda item: -item[1])
        told = ", ".join(f"{kind} {number:,}" for kind, number in kinds[:8])
        yield output.clean(f"No registry that Umbel can ask: {told}")


COLUMNS: output.Shown = {
    "source": lambda r: r["source"],
    "asked#": lambda r: output.number(r["asked"]),
    "new#": lambda r: output.number(r["new"]),
    "unchanged#": lambda r: output.number(r["unchanged"]),
    "not found#": lambda r: output.number(r["not_found"]),
    "failed#": lambda r: output.number(r["failed"]),
    "not saved#": lambda r: output.number(r["skipped"]),
    "at": lambda r: output.clean(r["origin"]),
}
