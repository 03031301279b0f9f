# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""A progress bar on a terminal; silence elsewhere."""

from __future__ import annotations

import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING

from umbel.cli import output
from umbel.evidence.ingest import Progress

if TYPE_CHECKING:
    from collections.abc import Iterator

    import rich.progress


class _Bar(Progress):
    """Files, bytes, rate and time left."""

    def __init__(self, bar: rich.progress.Progress) -> None:
        self._bar = bar
        self._walk = bar.add_task("looking", total=None, files="")
        self._read: rich.progress.TaskID | None = None
        self._entries = 0
        self._documents = 0
        self._planned = 0
        self._history: rich.progress.TaskID | None = None
        self._planned_histories = ""
        self._commits = 0
        self._remote: rich.progress.TaskID | None = None

    def entries(self, number: int) -> None:
        self._entries += number
        self._bar.update(self._walk, files=f"{self._entries:,} files")

    def planned(self, documents: int, size: int) -> None:
        self._planned = documents
        self._bar.update(self._walk, total=1, completed=1)
        self._read = self._bar.add_task("reading", total=max(size, 1), files=f"0 of {documents:,} documents")

    def read(self, documents: int, size: int) -> None:
        self._documents += documents
        if self._read is not None:
            files = f"{self._documents:,} of {self._planned:,} documents"
            self._bar.update(self._read, advance=size, files=files)

    def histories(self, number: int) -> None:
        self._planned_histories = output.counted(number, "git history", "git histories")
        self._history = self._bar.add_task("histories", total=None, files=self._planned_histories)

    def commits(self, number: int) -> None:
        self._commits += number
        if self._history is not None:
            self._bar.update(self._history, files=f"{self._planned_histories}, {self._commits:,} commits")

    def remote(self, name: str, words: str) -> None:
        if self._remote is None:
            self._remote = self._bar.add_task("cloning", total=None, files="")
        self._bar.update(self._remote, files=output.clean(f"{name}: {words}")[:70])


@contextmanager
def shown(*, quiet: bool) -> Iterator[Progress]:
    """Progress on stderr while the block runs, if anyone is there to see it."""
    if quiet or not sys.stderr.isatty():
        yield Progress()
        return
    from rich import progress
    from rich.console import Console

    columns = (
        progress.TextColumn("{task.description}"),
        progress.BarColumn(),
        progress.TextColumn("{task.fields[files]}"),
        progress.DownloadColumn(),
        progress.TransferSpeedColumn(),
        progress.TimeRemainingColumn(),
    )
    with progress.Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        yield _Bar(bar)
