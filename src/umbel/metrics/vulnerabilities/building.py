# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Making an index of advisories: of a lake's state, or of an export in files.

Built beside its place and moved there whole, so that processes which race can't harm each other.
"""

from __future__ import annotations

import hashlib
import os
import tempfile
import time
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from umbel.metrics.vulnerabilities.aliases import Said, groups
from umbel.metrics.vulnerabilities.index import FORMAT, MARK, WHOLE
from umbel.model.errors import EvidenceError, UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    import duckdb
    import pyarrow as pa

    from umbel.evidence.lake import Lake
    from umbel.evidence.osv_files import Place, Tally
    from umbel.evidence.session import Session

    Fill = Callable[[duckdb.DuckDBPyConnection], Iterable[str]]
    """Puts what an index is made of in a database; gives the ecosystems of which that is all there is."""

ROW_GROUP = 1024
TABLES = ("snapshots", "advisories", "advisory_ranges", "exploits")
_SETTLED = 2_000_000_000
KEPT = 4
"""Indexes of one kind that a folder keeps, the newest by use."""
_SYNCS = "SELECT write_id FROM syncs WHERE collector IN ('osv', 'kev', 'epss') ORDER BY write_id"
# Whatever changes what is known on a day has a time: between two of them every day has the same index.
_TIMES = """
WITH told AS (
  SELECT unnest([seen_at, modified_at, published_at, withdrawn_at]) AS at FROM raw_advisories
  UNION ALL SELECT unnest([seen_at, day::TIMESTAMPTZ]) FROM raw_exploits
)
SELECT coalesce(max("at") <= $as_of::TIMESTAMPTZ, true), max("at") FILTER ("at" <= $as_of::TIMESTAMPTZ) FROM told
"""
_OF_LAKE = """
SELECT a.*, r.urls FROM advisories AS a
JOIN raw_advisories AS r ON r.advisory = a.advisory AND r.write_id = a.write_id
"""
_VECTOR = """coalesce(
    list_filter(severities, lambda s: s.kind = 'CVSS_V4')[1].vector,
    list_filter(severities, lambda s: s.kind = 'CVSS_V3')[1].vector,
    list_filter(severities, lambda s: s.kind = 'CVSS_V2')[1].vector
  )"""
_ROWS = f"""
SELECT r.package, r.advisory, r.ecosystem, r.scheme, r.ranges, r.versions,
  a.source, a.modified_at, a.published_at, a.withdrawn_at,
  coalesce(a.withdrawn_at <= $as_of::TIMESTAMPTZ, false) AS withdrawn,
  a.kind, a.summary, a.score, a.severity, CASE WHEN a.score IS NOT NULL THEN {_VECTOR} END AS vector,
  r.severity AS own_severity, a.cwes, list_transform(a.urls, lambda u: u.url) AS urls, g.groups
FROM ranges_in AS r
JOIN advisories_in AS a ON a.advisory = r.advisory
JOIN groups_in AS g ON g.advisory = r.advisory
WHERE r.package IS NOT NULL
ORDER BY r.package, r.advisory, r.ecosystem
"""  # noqa: S608 - of constants


def of_lake(folder: Path, source: Session | Lake, as_of: datetime | None) -> Path:
    """The index of a lake as of a day: the one in the folder, else a new one there."""
    from umbel.evidence.lake import Lake
    from umbel.evidence.session import Session

    if isinstance(source, Lake):
        with Session(source, as_of, tables=("snapshots",)) as session:
            key = _key(session)
        latest = folder / f"advisories-{key}.parquet"
        if as_of is None and latest.is_file():
            return _used(latest)
        with Session(source, as_of, tables=TABLES) as session:
            return _of_session(folder, session, key)
    return _of_session(folder, source, _key(source))


def _key(session: Session) -> str:
    syncs = [row[0] for row in session.ask(_SYNCS).rows()]
    return hashlib.sha256(repr((FORMAT, syncs)).encode()).hexdigest()[:20]


def _of_session(folder: Path, session: Session, key: str) -> Path:
    """A day after all that is known has the same index as any other such day."""
    later, last = session.ask(_TIMES, {"as_of": session.as_of.isoformat()}).rows()[0]
    name = f"advisories-{key}"
    if not later:
        name += f"-{last:%Y%m%dT%H%M%S%f}" if last else "-0"
    place = folder / f"{name}.parquet"
    if place.is_file():
        return _used(place)

    def fill(connection: duckdb.DuckDBPyConnection) -> Iterable[str]:
        from umbel.evidence._advisories_known import whole

        for name, query in (
            ("advisories_in", _OF_LAKE),
            ("ranges_in", "SELECT * FROM advisory_ranges"),
            ("exploits_in", "SELECT * FROM exploits"),
        ):
            connection.register(name, session.ask(query).arrow())
        return whole(session)

    return _build(place, fill, session.as_of)


def of_export(path: Path, cache: Path | None) -> Path:
    """The index of an export in files: the one in the cache, else a new one there."""
    from umbel.evidence.osv_files import Tally, documents, export_of, files

    if not path.exists():
        raise UsageError(f"There is no {path}.")
    folder = cache or _own_cache()
    place = folder / f"advisories-{_fingerprint(path, folder)}.parquet"
    if place.is_file():
        return _used(place)
    now = datetime.now(UTC)

    def fill(connection: duckdb.DuckDBPyConnection) -> Iterable[str]:
        from umbel.model.tables import empty_select

        exports = {file: name for file in files(path) if (name := export_of(file))}
        tallies = {file: Tally(file) for file in exports}

        for name in ("advisories", "advisory_ranges", "exploits"):
            connection.execute(f"CREATE TABLE {name} AS {empty_select(name)}")
        for tables in _read(documents(path), now, tallies):
            for name, rows in tables.items():
                connection.register("batch", rows)
                connection.execute(f"INSERT INTO {name} SELECT * FROM batch")  # noqa: S608
                connection.unregister("batch")
        # An advisory that several archives hold counts once, as it was changed last.
        connection.execute(
            "CREATE VIEW advisories_in AS SELECT * FROM advisories QUALIFY row_number() OVER ("
            "PARTITION BY advisory ORDER BY modified_at DESC NULLS LAST, write_id) = 1"
        )
        connection.execute(
            "CREATE VIEW ranges_in AS SELECT r.* FROM advisory_ranges AS r "
            "SEMI JOIN advisories_in AS a ON a.advisory = r.advisory AND a.write_id = r.write_id"
        )
        connection.execute("CREATE VIEW exploits_in AS SELECT * FROM exploits")
        return [name for file, name in exports.items() if tallies[file].lacks(name) is None]

    return _build(place, fill, now)


def _fingerprint(path: Path, folder: Path) -> str:
    """The hash of an export's content. It is kept by size and time of its files: a gate needn't read all anew."""
    from umbel.evidence.osv_files import export_of, files, fingerprint

    stats = [(str(file), *_stat(file)) for file in files(path)]
    name = hashlib.sha256(str(path.absolute()).encode("utf-8", "replace")).hexdigest()[:20]
    memo, state = folder / f"known-{name}", hashlib.sha256(repr((FORMAT, stats)).encode()).hexdigest()
    with suppress(OSError, UnicodeDecodeError, ValueError):
        known, found = memo.read_text("ascii").split()
        if known == state:
            return found
    # What a file is called says whether it is a whole export.
    exports = sorted({export for file in files(path) if (export := export_of(file))})
    found = fingerprint(path, repr((FORMAT, exports)).encode())
    newest = max((stat[2] for stat in stats), default=0)
    # A file that was written this moment may be written again without a later time.
    if time.time_ns() - newest > _SETTLED:
        with suppress(OSError):
            folder.mkdir(parents=True, exist_ok=True)
            memo.write_text(f"{state} {found}", "ascii")
    return found


def _stat(file: Path) -> tuple[int, int, int]:
    try:
        found = file.stat()
    except OSError:
        return 0, 0, 0
    return found.st_size, found.st_mtime_ns, found.st_ino


def _read(
    records: Iterable[tuple[Place, bytes]], now: datetime, tallies: Mapping[Path, Tally]
) -> Iterator[dict[str, pa.Table]]:
    """Records as tables, a batch at a time. Each has a `write_id` of its own: one may come twice."""
    from umbel.collect import osv
    from umbel.evidence.syncing import BATCH_DOCUMENTS, rows_table

    advisories: list[tuple[Any, ...]] = []
    ranges: list[tuple[Any, ...]] = []
    number = 0
    for place, data in records:
        found = osv.read(data, now)
        if place.file in tallies:
            tallies[place.file].add(found)
        if found.advisory is None:
            continue
        number += 1
        advisories.append((number, *found.advisory))
        ranges += [(number, *row) for row in found.ranges]
        if len(advisories) >= BATCH_DOCUMENTS:
            yield _tables(advisories, ranges, rows_table)
            advisories, ranges = [], []
    yield _tables(advisories, ranges, rows_table)


def _tables(advisories: list[Any], ranges: list[Any], make: Callable[..., pa.Table]) -> dict[str, pa.Table]:
    import pyarrow as pa

    found = {}
    for name, rows in (("advisories", advisories), ("advisory_ranges", ranges)):
        table = make(name, [row[1:] for row in rows], 0)
        found[name] = table.set_column(0, "write_id", pa.array([row[0] for row in rows], pa.int64()))
    return found


def _build(place: Path, fill: Fill, as_of: datetime) -> Path:
    import duckdb

    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=place.parent, suffix=".part")
        os.close(handle)
        try:
            with duckdb.connect(":memory:", config={"memory_limit": "400MB"}) as connection:
                connection.execute("SET TimeZone = 'UTC'")
                connection.execute("SET preserve_insertion_order = false")
                whole = fill(connection)
                connection.register("groups_in", _groups(connection))
                _write(connection, Path(name), as_of, whole)
            Path(name).replace(place)
        finally:
            Path(name).unlink(missing_ok=True)
    except OSError as error:
        raise EvidenceError(f"The index of advisories can't be written: {error}.") from error
    _tidy(place)
    return place


def _groups(connection: duckdb.DuckDBPyConnection) -> pa.Table:
    """Each advisory's vulnerabilities, with what is known of their being exploited."""
    import pyarrow as pa

    rows = connection.sql("SELECT advisory, aliases, upstream FROM advisories_in").fetchall()
    told = groups(Said(own, aliases or (), upstream or ()) for own, aliases, upstream in rows)
    upstream = {own: [name for name in names or () if name.startswith("CVE-")] for own, _, names in rows}
    exploits = {
        row[0]: row[1:]
        for row in connection.sql(
            "SELECT vulnerability, bool_or(exploited), max(probability), min(due) FROM exploits_in GROUP BY 1"
        ).fetchall()
    }
    kind = pa.struct(
        [
            ("id", pa.string()),
            ("ids", pa.list_(pa.string())),
            ("exploited", pa.bool_()),
            ("probability", pa.float64()),
            ("due", pa.date32()),
        ]
    )
    found = [
        [_with_exploits(group, upstream[own] if len(groups_) == 1 else [], exploits) for group in groups_]
        for own, groups_ in told.items()
    ]
    return pa.table(
        {"advisory": pa.array(list(told), pa.string()), "groups": pa.array(found, pa.list_(kind))}
    )


def _with_exploits(group: Any, upstream: list[str], exploits: dict[str, Any]) -> dict[str, Any]:
    known = [exploits[name] for name in dict.fromkeys((*group.ids, *upstream)) if name in exploits]
    flags = [one[0] for one in known if one[0] is not None]
    return {
        "id": group.id,
        "ids": list(group.ids),
        "exploited": any(flags) if flags else None,
        "probability": max((one[1] for one in known if one[1] is not None), default=None),
        "due": min((one[2] for one in known if one[2] is not None), default=None),
    }


def _write(connection: duckdb.DuckDBPyConnection, path: Path, as_of: datetime, whole: Iterable[str]) -> None:
    from pyarrow import parquet

    reader = connection.sql(_ROWS, params={"as_of": as_of.isoformat()}).to_arrow_reader(ROW_GROUP)
    schema = reader.schema.with_metadata({MARK: FORMAT, WHOLE: "\n".join(sorted(set(whole)))})
    with parquet.ParquetWriter(path, schema, compression="zstd", compression_level=3) as writer:
        for batch in reader:
            if batch.num_rows:
                writer.write_batch(batch.replace_schema_metadata(schema.metadata), row_group_size=ROW_GROUP)


def _used(place: Path) -> Path:
    with suppress(OSError):
        place.touch()
    return place


def _tidy(place: Path) -> None:
    """Keep the newest few: what an earlier state gave is seldom asked for again."""
    with suppress(OSError):
        built = sorted(place.parent.glob("advisories-*.parquet"), key=lambda file: -file.stat().st_mtime)
        for file in built[KEPT:]:
            file.unlink(missing_ok=True)


def _own_cache() -> Path:
    """The user's folder for caches."""
    base = os.environ.get("XDG_CACHE_HOME")
    return (Path(base) if base else Path.home() / ".cache") / "umbel" / "advisories"
