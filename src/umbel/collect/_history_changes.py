# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Which paths commits changed, and how many lines: `git diff-tree` over the commits of a history.

Merges have none: what they bring was changed by the commits that they merge.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from umbel.collect import _git
from umbel.model.tables import arrow_schema

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    import pyarrow as pa

ROWS = 65_536
_LONGEST = 4096
_SHA = re.compile(rb"[0-9a-f]{40}(?:[0-9a-f]{24})?")
_PLAIN = (
    "--stdin",
    "--root",
    "-r",
    "-z",
    "--no-renames",
    "--no-ext-diff",
    "--no-textconv",
    "--ignore-submodules=none",
)


class Changes:
    """One pass over the commits of a range; after it, `words` say what went wrong, if anything did."""

    def __init__(
        self, repository: Path, selection: bytes, write_id: int, cut: frozenset[str] = frozenset()
    ) -> None:
        """`selection` is what `git rev-list --stdin` reads; `cut` are commits whose parents a clone lacks."""
        self.words = ""
        self._repository = repository
        self._selection = selection
        self._write_id = write_id
        self._cut = cut

    def paths(self) -> Iterator[pa.RecordBatch]:
        """Rows of `changes`."""
        rows: list[tuple[Any, ...]] = []
        sha = ""
        awaited = False
        for token in self._tokens("--name-status"):
            if awaited:
                awaited = False
                if sha not in self._cut:
                    rows.append((self._write_id, token[:_LONGEST].decode("utf-8", "replace"), sha))
            elif _SHA.fullmatch(token):
                sha = token.decode()
            else:
                awaited = bool(token)
            if len(rows) >= ROWS:
                yield _batch("changes", rows)
                rows = []
        if rows:
            yield _batch("changes", rows)

    def lines(self) -> Iterator[pa.RecordBatch]:
        """Rows of `lines`; a binary file counts as a file without lines."""
        rows: list[tuple[Any, ...]] = []
        sha: str | None = None
        files = added = deleted = 0
        for token in self._tokens("--numstat"):
            if b"\t" not in token:
                if _SHA.fullmatch(token):
                    if sha is not None and sha not in self._cut:
                        rows.append((self._write_id, sha, files, added, deleted))
                    sha, files, added, deleted = token.decode(), 0, 0, 0
            else:
                plus, minus, _ = token.split(b"\t", 2)
                files += 1
                added += int(plus) if plus.isdigit() else 0
                deleted += int(minus) if minus.isdigit() else 0
            if len(rows) >= ROWS:
                yield _batch("lines", rows)
                rows = []
        if sha is not None and sha not in self._cut and not self.words:
            rows.append((self._write_id, sha, files, added, deleted))
        if rows:
            yield _batch("lines", rows)

    def _tokens(self, form: str) -> Iterator[bytes]:
        select = ("rev-list", "--no-merges", "--stdin")
        with (
            _git.Stream(self._repository, *select, source=self._selection) as commits,
            _git.Stream(self._repository, "diff-tree", *_PLAIN, form, source=commits) as stream,
        ):
            rest = b""
            for piece in stream.pieces():
                *tokens, rest = (rest + piece).split(b"\0")
                yield from tokens
                rest = rest if len(rest) < 1 << 24 else b""
            if stream.finish() or commits.finish():
                self.words = stream.words or commits.words or "git ended early"


def _batch(name: str, rows: list[tuple[Any, ...]]) -> pa.RecordBatch:
    import pyarrow as pa

    schema = arrow_schema(name)
    columns = zip(*rows, strict=True)
    arrays = [pa.array(column, field.type) for column, field in zip(columns, schema, strict=True)]
    return pa.RecordBatch.from_arrays(arrays, schema=schema)
