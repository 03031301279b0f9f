# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Advisories of one state, as one Parquet file sorted by package: opened in a blink, read only where asked.

A row is one affected entry of an advisory with all that is needed to tell of it, so that a gate needs no
other file. It is built once for each state of a lake, or once for each export, and kept by that.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from typing import TYPE_CHECKING, Any, Self

from umbel.collect._osv_ecosystems import ecosystem_of
from umbel.metrics.vulnerabilities.ranges import Entry
from umbel.model.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import datetime
    from pathlib import Path

    from umbel.evidence.lake import Lake
    from umbel.evidence.session import Session

MARK = b"umbel-advisories"
"""The key in the file's metadata that says what it is; its value is the format's number."""
FORMAT = b"2"
WHOLE = b"umbel-whole"
"""The key whose value names the ecosystems of which the index has all that their databases have, a line each."""
_MATCHING = ("package", "advisory", "ecosystem", "scheme", "ranges", "versions")
FACTS = (
    "source", "modified_at", "published_at", "withdrawn_at", "withdrawn", "kind", "summary", "score", "severity",
    "vector", "own_severity", "cwes", "urls", "groups",
)  # fmt: skip


class Index:
    """An index of advisories. Rows are read when they are asked for, and kept.

    `path` is its Parquet file, `whole` names the ecosystems (as OSV writes them) of which a whole database was read.
    """

    def __init__(self, path: Path) -> None:
        """Open a built index. Raises `UsageError` if the file is none."""
        from pyarrow import ArrowException, parquet

        self.path = path
        try:
            self._file = parquet.ParquetFile(path, memory_map=True)
        except (OSError, ArrowException) as error:
            raise UsageError(f"{path} is no index of advisories.", "Build one anew.") from error
        told = self._file.schema_arrow.metadata or {}
        if told.get(MARK) != FORMAT:
            raise UsageError(f"{path} is no index of advisories that this Umbel reads.", "Build one anew.")
        self.whole = frozenset(told.get(WHOLE, b"").decode("utf-8", "replace").splitlines())
        self._bounds = list(self._statistics())
        self._packages: dict[int, list[str]] = {}
        self._entries: dict[str, dict[str, list[Entry]]] = {}
        self._facts: dict[str, dict[str, dict[str, Any]]] = {}

    @classmethod
    def of_file(cls, path: Path, cache: Path | None = None) -> Self:
        """An index that was built before, or one of an OSV export (a zip, a record, a folder of either).

        An export is read once, and its index kept in the folder `cache` by the hash of what it was read
        from. Raises `UsageError`, `EvidenceError`.
        """
        from umbel.metrics.vulnerabilities import building

        if is_index(path):
            return cls(path)
        return cls(building.of_export(path, cache))

    @classmethod
    def of_lake(cls, folder: Path, source: Session | Lake, as_of: datetime | None = None) -> Self:
        """The index of a lake's advisories as of a day, kept in a folder until a sync brings others.

        Give the lake rather than a session with these tables: most times nothing of them is read.
        Raises `EvidenceError`.
        """
        from umbel.metrics.vulnerabilities import building

        return cls(building.of_lake(folder, source, as_of))

    def __len__(self) -> int:
        """Rows: affected entries of advisories."""
        return int(self._file.metadata.num_rows)

    def entries(self, packages: Iterable[str]) -> dict[str, dict[str, list[Entry]]]:
        """By package, then by advisory: what is affected. Packages without advisories are not in it."""
        wanted = set(packages)
        missing = sorted(wanted - self._entries.keys())
        for package, rows in self._rows(missing, _MATCHING):
            found: dict[str, list[Entry]] = {}
            for row in rows:
                entry = Entry(row["scheme"], row["ecosystem"], row["ranges"] or [], row["versions"] or [])
                found.setdefault(row["advisory"], []).append(entry)
            self._entries[package] = found
        for package in missing:
            self._entries.setdefault(package, {})
        return {package: found for package in wanted if (found := self._entries[package])}

    def facts(self, packages: Iterable[str]) -> dict[str, dict[str, dict[str, Any]]]:
        """By package, then by advisory: what it says beside what is affected (see `FACTS`)."""
        wanted = set(packages)
        missing = sorted(wanted - self._facts.keys())
        for package, rows in self._rows(missing, ("advisory", *FACTS)):
            found: dict[str, dict[str, Any]] = {}
            for row in rows:
                found.setdefault(row["advisory"], row)
            self._facts[package] = found
        for package in missing:
            self._facts.setdefault(package, {})
        return {package: found for package in wanted if (found := self._facts[package])}

    def covers(self, area: str) -> bool:
        """Whether all advisories about packages of an area are here: `npm`, `deb/debian`.

        Some are not enough: of a package without a match it says nothing then.
        """
        kind, _, namespace = area.partition("/")
        return ecosystem_of(kind, namespace or None) in self.whole

    def _names(self, number: int) -> list[str]:
        """The packages of one group of rows, sorted."""
        if number not in self._packages:
            self._packages[number] = self._file.read_row_group(number, columns=["package"])[0].to_pylist()
        return self._packages[number]

    def _statistics(self) -> Iterator[tuple[str, str]]:
        metadata = self._file.metadata
        for number in range(metadata.num_row_groups):
            found = metadata.row_group(number).column(0).statistics
            yield (found.min, found.max) if found is not None and found.has_min_max else ("", "\U0010ffff")

    def _rows(
        self, packages: list[str], columns: tuple[str, ...]
    ) -> Iterator[tuple[str, list[dict[str, Any]]]]:
        """Rows of packages, which are sorted, by package. Those of one that spans groups come together."""
        last, rows = None, []
        for number, (least, greatest) in enumerate(self._bounds):
            inside = packages[bisect_left(packages, least) : bisect_right(packages, greatest)]
            for package, found in self._of_group(number, inside, columns) if inside else ():
                if package != last and last is not None:
                    yield last, rows
                    rows = []
                last = package
                rows += found
        if last is not None:
            yield last, rows

    def _of_group(
        self, number: int, packages: list[str], columns: tuple[str, ...]
    ) -> Iterator[tuple[str, list[dict[str, Any]]]]:
        names = self._names(number)
        slices = [
            (package, start, end)
            for package in packages
            if (start := bisect_left(names, package)) < (end := bisect_right(names, package))
        ]
        if not slices:
            return
        import pyarrow as pa

        whole = self._file.read_row_group(number, columns=list(columns))
        table = pa.concat_tables([whole.slice(start, end - start) for _, start, end in slices])
        values = [column.to_pylist() for column in table.columns]
        rows = [dict(zip(table.column_names, row, strict=True)) for row in zip(*values, strict=True)]
        place = 0
        for package, start, end in slices:
            yield package, rows[place : place + end - start]
            place += end - start


def is_index(path: Path) -> bool:
    """Whether a file looks like Parquet: an index that was built before."""
    try:
        with path.open("rb") as file:
            return file.read(4) == b"PAR1"
    except OSError:
        return False
