# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""The evidence lake: append-only Delta tables in a folder or under a URL.

Facts are appended first; the row in `snapshots` is the publication. A killed writer leaves rows
that no published snapshot names, and nobody sees them. See docs/adr/0002-evidence-lake.md.
"""

from __future__ import annotations

import re
import secrets
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import unquote

from umbel.model.errors import EvidenceError, NoEvidenceError
from umbel.model.tables import FACTS, FIRST, TABLES, arrow_schema

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    import pyarrow as pa
    from deltalake import DeltaTable, WriterProperties

    from umbel.collect.columns import Batch

COMPACT_ABOVE = 100
"""Files in a table beyond which commits and reads become slow, so that a writer compacts it."""
ROW_GROUP = 128 * 1024
KEEP_HOURS = 24
"""Replaced files are kept this long for readers and slow writers that still hold them."""
STALE_SECONDS = 6 * 3600
"""Facts that waited this long for their publication are given up: a sweep may be near."""
RETRIES = 200
_SALT = "umbel.salt"
_COLOR = re.compile(r"\x1b\[[0-9;]*m")
_PATIENCE = {"timeout": "30s", "connect_timeout": "5s", "max_retries": "5", "retry_timeout": "30s"}
_URL = re.compile(r"^[a-z][a-z0-9+.-]+://", re.IGNORECASE)


class Pin(NamedTuple):
    """A lake at one moment: the version of each table, and its Parquet files."""

    versions: dict[str, int]
    files: dict[str, list[str]]


LOG_KEPT = "interval 10 minutes"
"""How long a table's log is kept beyond its last checkpoint. Nobody asks for a table's old versions
(as-of is a matter of columns), and opening a table lists its whole log."""
_LATER = frozenset(TABLES) - {"snapshots", "usage", "components", "dependencies"}
"""Tables that a lake may lack: nothing was ever written to them, or it is of an earlier Umbel."""


class Lake:
    """One evidence lake. Opening it with `create` makes the tables that aren't there.

    `url` is a folder or an object storage URL (`s3://bucket/prefix`); `options` go to the object
    store as they are (credentials are better left to the environment).
    """

    def __init__(
        self,
        url: str | Path,
        options: Mapping[str, str] | None = None,
        *,
        create: bool = True,
        salt: bytes | None = None,
    ) -> None:
        """Open the lake. Raises `EvidenceError` if it is missing (without `create`) or broken.

        `salt` is that of another lake, for one that is made now: keys of people are then the same in both.
        """
        self.remote = bool(_URL.match(str(url)))
        self.url = str(url).rstrip("/") if self.remote else str(Path(url).absolute())
        # Object stores are waited for half a minute rather than three, unless the caller says otherwise.
        self.options = {**_PATIENCE, **(options or {})} if self.remote else None
        self._open: dict[str, DeltaTable] = {}
        self._given_salt = salt
        if create:
            self._create()
        elif not self.exists():
            raise NoEvidenceError(
                f"There is no evidence in {self.url} yet.", "Collect some first: umbel collect PATH"
            )

    def exists(self) -> bool:
        """Whether the lake was ever opened for writing."""
        return self.has("snapshots")

    def uri(self, table: str) -> str:
        """Where a table lies."""
        return f"{self.url}/{table}"

    def table(self, name: str, *, fresh: bool = False) -> DeltaTable:
        """A table, at the version of its first use or (`fresh`) at its newest one."""
        from deltalake import DeltaTable

        with storage_errors(self.url):
            if name not in self._open:
                self._open[name] = DeltaTable(self.uri(name), storage_options=self.options)
            elif fresh:
                self._open[name].update_incremental()
        return self._open[name]

    def has(self, name: str) -> bool:
        """Whether a table is there: a lake of an earlier Umbel lacks the newest ones until it is written to."""
        if name in self._open:
            return True
        if not self.remote:
            return (Path(self.uri(name)) / "_delta_log").is_dir()
        from deltalake import DeltaTable

        with storage_errors(self.url):
            return DeltaTable.is_deltatable(self.uri(name), storage_options=self.options)

    def salt(self) -> bytes:
        """The lake's own random bytes, drawn when it was made."""
        value = self.table("snapshots").metadata().configuration.get(_SALT)
        if not value:
            raise EvidenceError(f"The lake in {self.url} has no salt.", "Was it made by Umbel?")
        return bytes.fromhex(value)

    def pin(self, tables: Iterable[str] = tuple(TABLES)) -> Pin:
        """Hold the lake's present state: `snapshots` first, so that its facts are there for sure."""
        versions: dict[str, int] = {}
        files: dict[str, list[str]] = {}
        for name in sorted(set(tables) | {"snapshots"}, key=lambda n: n != "snapshots"):
            if name in _LATER and not self.has(name):
                versions[name], files[name] = 0, []
                continue
            table = self.table(name, fresh=True)
            versions[name] = table.version()
            # Delta names local files as addresses do: a blank in a folder's name as `%20`.
            files[name] = sorted(table.file_uris() if self.remote else map(unquote, table.file_uris()))
        return Pin(versions, files)

    def held(self, name: str) -> pa.Table | None:  # noqa: ARG002 - for lakes in memory
        """A table's rows where they lie in memory; None where they are stored."""
        return None

    def publish(self, batch: Batch) -> None:
        """Append the facts, then the snapshots. Raises `EvidenceError`; nothing is visible then."""
        started = time.time()
        for name in FACTS:
            if name in batch.tables:
                self.append(name, batch[name])
        if not 0 <= time.time() - started < STALE_SECONDS:
            # The machine slept or its clock jumped: facts this old may be swept as orphans.
            raise EvidenceError(
                "Writing took too long (did the machine sleep, or its clock jump?); nothing was published.",
                "Run the command again.",
            )
        self.append("snapshots", batch["snapshots"])

    def append(self, name: str, rows: pa.Table | pa.RecordBatchReader) -> None:
        """One commit of rows to one table; racing writers are retried. A reader's rows stream through."""
        if getattr(rows, "num_rows", None) == 0:
            return
        from deltalake import CommitProperties, write_deltalake

        with storage_errors(self.url):
            if name not in FIRST and not self.has(name):
                self._create_table(name)
            table = self.table(name, fresh=True)  # fresh, since one that idled may be older than the log
            stored = {field.name for field in table.schema().fields}
            write_deltalake(
                table,
                rows,
                mode="append",
                # A table of an earlier Umbel gets the columns that it lacks; a later one's are left NULL.
                schema_mode=None if stored == set(rows.schema.names) else "merge",
                writer_properties=writer_properties(),
                commit_properties=CommitProperties(max_commit_retries=RETRIES),
            )

    def _create(self) -> None:
        for name in FIRST:
            if not self.remote and (Path(self.uri(name)) / "_delta_log").is_dir():
                continue
            with storage_errors(self.url):
                self._create_table(name)

    def _create_table(self, name: str) -> None:
        from deltalake import DeltaTable
        from deltalake.exceptions import DeltaError

        uri, options = self.uri(name), self.options
        salt = self._given_salt.hex() if self._given_salt else secrets.token_hex(16)
        settings = {_SALT: salt, "delta.logRetentionDuration": LOG_KEPT}
        if name == "identities":
            # A log that says the least and greatest name would keep what people asked to forget.
            settings["delta.dataSkippingStatsColumns"] = "identity"
        try:
            DeltaTable.create(
                uri,
                arrow_schema(name),
                mode="ignore",
                name=name,
                description=TABLES[name].row,
                configuration=settings,
                storage_options=options,
                raise_if_key_not_exists=False,
            )
        except DeltaError:
            # Another process made it in the same moment; if not, this is the real error.
            if not DeltaTable.is_deltatable(uri, storage_options=options):
                raise


def writer_properties() -> WriterProperties:
    """How Parquet is written: zstd, row groups small enough that a look-up skips most."""
    from deltalake import WriterProperties

    return WriterProperties(compression="ZSTD", compression_level=3, max_row_group_size=ROW_GROUP)


@contextmanager
def storage_errors(url: str) -> Iterator[None]:
    """Turn what storage raises into one sentence."""
    try:
        yield
    except (OSError, RuntimeError) as error:
        raise EvidenceError(f"The evidence in {url} can't be used: {one_line(error)}.") from error
    except Exception as error:  # delta-rs raises its own family, imported only here
        if type(error).__module__.startswith(("deltalake", "_internal")):
            raise EvidenceError(f"The evidence in {url} can't be used: {one_line(error)}.") from error
        raise


@contextmanager
def read_errors(url: str) -> Iterator[None]:
    """Turn what DuckDB raises over broken files into one sentence."""
    import duckdb

    try:
        yield
    except (duckdb.IOException, duckdb.HTTPException, duckdb.InvalidInputException, OSError) as error:
        first = one_line(str(error).partition("\n")[0])
        hint = "Check it: umbel evidence verify"
        raise EvidenceError(f"The evidence in {url} can't be read: {first}.", hint) from error


def one_line(error: Any) -> str:
    """An error's text without line breaks and colours, its end cut, without a final stop."""
    return " ".join(_COLOR.sub("", str(error)).split())[:300].rstrip(".")
