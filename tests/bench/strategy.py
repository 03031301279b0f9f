# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""`python -m tests.bench.strategy [--projects N] [--upstream N] [--folder PLACE]`: which few matter, of many.

An estate of N projects with 500 components each, 40,000 packages by Zipf's law, 50 products; and an upstream lake
of made histories, 1,500 commits each. Everything is made by queries, so that the making is no part of the figure.
"""

from __future__ import annotations

import argparse
import resource
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb

from tests.bench.measure import Result, show
from umbel.app import Workspace
from umbel.model.tables import TABLES, arrow_schema

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pyarrow as pa

    from umbel.evidence.lake import Lake

EACH = 500
PACKAGES = 40_000
REPOSITORIES = 12_000
COMMITS = 1_500
PRODUCTS = 50

_SNAPSHOTS = """
SELECT n::BIGINT AS write_id, n::BIGINT AS facts, '{collector}' AS collector, 1::INTEGER AS collector_version,
       '{name}' || n AS subject, '{origin}' || n AS lineage, '{origin}' || n AS origin, 'bench' AS format,
       md5(n::VARCHAR) AS content_sha256, md5(n::VARCHAR) AS facts_sha256,
       TIMESTAMPTZ '2026-06-01 00:00:00+00' AS observed_at, TIMESTAMPTZ '2026-06-01 00:00:00+00' AS collected_at,
       'complete' AS outcome, {rows}::INTEGER AS components, {rows}::INTEGER AS dependencies
FROM range({number}) AS t(n)
"""
_USAGE = """
SELECT (i // {each})::BIGINT AS write_id, 'pkg:npm/p' || p AS package, (p % 7) || '.0.0' AS version, 'MIT' AS license,
       p::BIGINT AS component, i % 10 = 0 AS direct, if(i % 3 = 0, 'development', 'runtime') AS scope, true AS lead
FROM (SELECT i, floor(exp(random() * ln({packages})))::BIGINT AS p FROM range({rows}) AS t(i))
"""
_COMPONENTS = """
SELECT p::BIGINT AS component, 'pkg:npm/p' || p AS package, (p % 7) || '.0.0' AS version,
       [{{'kind': 'vcs', 'url': 'https://github.com/o' || p % {repositories} || '/r' || p % {repositories}}}] AS urls
FROM range({packages} + 1) AS t(p)
"""
_DEPENDENCIES = """
SELECT write_id, if(direct, NULL, ((component * 7 + 3) % {packages})) AS from_component, component AS to_component,
       package AS to_package, '^1' AS requirement, scope, false AS optional, direct, true AS pinned
FROM usage
"""
_IMPORTS = """
SELECT (i % {projects})::BIGINT AS write_id, 'JavaScript' AS language, 'p' || p AS module, 'pkg:npm/p' || p AS package,
       'lockfile' AS known_by, 'package' AS kind, (1 + p % 20)::INTEGER AS files, (1 + p % 60)::INTEGER AS sites,
       list_transform(range(1 + p % 15), lambda x: 'n' || x) AS names, 0::INTEGER AS test_files
FROM (SELECT i, floor(exp(random() * ln({packages})))::BIGINT AS p FROM range({projects} * 20) AS t(i))
"""
_COMMITS = """
SELECT h::BIGINT AS write_id, md5(h || '-' || c) AS sha, 1::INTEGER AS parents, who AS author, who AS committer,
       day AS authored_at, day AS committed_at, 60::INTEGER AS author_zone, 60::INTEGER AS committer_zone,
       false AS signed, []::STRUCT(kind VARCHAR, identity BIGINT)[] AS trailers
FROM (
  SELECT h, c, (h * 40 + floor(40 * pow(random(), 3)))::BIGINT AS who,
         TIMESTAMPTZ '2026-06-01 00:00:00+00' - to_hours((c * 24 * (1 + h % 3))::BIGINT) AS day
  FROM range({number}) AS a(h), range({commits}) AS b(c)
)
"""
_HISTORIES = """
SELECT n::BIGINT AS write_id, [n::BIGINT] AS writes, md5(n || '-0') AS head, 'main' AS branch, [md5(n || '-0')] AS tips,
       {commits}::INTEGER AS commits, 1::INTEGER AS roots, false AS shallow, 'treeless' AS kind,
       'https://github.com/o' || n || '/r' || n AS url, false AS rewritten, false AS lines, false AS paths
FROM range({number}) AS t(n)
"""
_IDENTITIES = """
SELECT n::BIGINT AS identity, 'Dev ' || n AS name, 'dev' || n || '@firm' || n % 900 || '.example' AS email
FROM range({number} * 40) AS t(n)
"""
_RELEASES = """
SELECT n::BIGINT AS write_id, 'v1.' || k AS tag, '1.' || k AS version, false AS prerelease, md5(n || '-' || k * 40) AS sha,
       TIMESTAMPTZ '2026-06-01 00:00:00+00' - to_days((k * 40 * (1 + n % 3))::INTEGER) AS released_at, true AS annotated,
       false AS signed, (n * 40)::BIGINT AS tagger
FROM range({number}) AS a(n), range(20) AS b(k)
"""


def _table(connection: duckdb.DuckDBPyConnection, name: str, sql: str, /, **values: object) -> pa.Table:
    """A query's rows as a table of the lake; columns that it leaves out are NULL."""
    connection.execute(f"CREATE OR REPLACE TABLE made AS {sql.format(**values)}")
    there = {row[0] for row in connection.execute("DESCRIBE made").fetchall()}
    columns = ", ".join(c.name if c.name in there else f"NULL AS {c.name}" for c in TABLES[name].columns)
    schema = arrow_schema(name)
    order = ", ".join(TABLES[name].sorted_by)
    return connection.sql(f"SELECT {columns} FROM made ORDER BY {order}").to_arrow_table().cast(schema)


def estate(folder: Path, projects: int, upstream: int) -> Path:
    """A workspace with both lakes, unless it is there already."""
    place = folder / f"strategy-{projects}-{upstream}"
    if place.is_dir():
        return place
    building = folder / f"{place.name}.building"
    building.mkdir(parents=True)
    levels = ("low", "medium", "high", "critical")
    products = "\n".join(
        f'[[products]]\nname = "Product {n}"\ncriticality = "{levels[n % 4]}"\nprojects = ["app-*{n:02}"]\n'
        for n in range(PRODUCTS)
    )
    (building / "umbel.toml").write_text(
        f'[organisation]\nname = "Acme"\ndomains = ["firm7.example"]\n\n{products}'
    )
    workspace = Workspace(building)
    with duckdb.connect(":memory:") as connection:
        connection.execute("SET TimeZone = 'UTC'; SELECT setseed(0.5)")
        _own(connection, workspace.lake(create=True), projects)
        _theirs(connection, workspace.upstream_lake(create=True), upstream)
    building.rename(place)
    return place


def _own(connection: duckdb.DuckDBPyConnection, lake: Lake, projects: int) -> None:
    usage = _table(connection, "usage", _USAGE, each=EACH, packages=PACKAGES, rows=projects * EACH)
    connection.register("usage", usage)
    lake.append("usage", usage)
    lake.append(
        "components",
        _table(connection, "components", _COMPONENTS, packages=PACKAGES, repositories=REPOSITORIES),
    )
    lake.append("dependencies", _table(connection, "dependencies", _DEPENDENCIES, packages=PACKAGES))
    lake.append("imports", _table(connection, "imports", _IMPORTS, packages=PACKAGES, projects=projects))
    told = {
        "collector": "cyclonedx_json",
        "name": "app-",
        "origin": "file:app-",
        "rows": EACH,
        "number": projects,
    }
    lake.append("snapshots", _table(connection, "snapshots", _SNAPSHOTS, **told))
    connection.unregister("usage")


def _theirs(connection: duckdb.DuckDBPyConnection, lake: Lake, number: int) -> None:
    for name, sql in (
        ("commits", _COMMITS), ("histories", _HISTORIES), ("identities", _IDENTITIES), ("releases", _RELEASES),
    ):  # fmt: skip
        lake.append(name, _table(connection, name, sql, number=number, commits=COMMITS))
    told = {
        "collector": "git_history",
        "name": "github.com/o",
        "origin": "clone:github.com/o",
        "rows": 0,
        "number": number,
    }
    sql = _SNAPSHOTS.replace("'{name}' || n AS subject", "'{name}' || n || '/r' || n AS subject")
    lake.append("snapshots", _table(connection, "snapshots", sql, **told))


def measured(folder: Path, projects: int, upstream: int) -> Iterator[Result]:
    """The list of one estate, as a person asks for it."""
    workspace = Workspace(estate(folder, projects, upstream))
    start, before = time.perf_counter(), resource.getrusage(resource.RUSAGE_SELF).ru_utime
    found = workspace.strategy()
    took, work = time.perf_counter() - start, resource.getrusage(resource.RUSAGE_SELF).ru_utime - before
    told = sum(each.verdict for each in found)
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
    yield Result(
        f"{projects * EACH:,} component rows, {upstream:,} histories",
        f"{took:.1f} s ({work:.1f} s of the processor), {memory:.1f} GB", f"{len(found):,} projects, {told:,} told",
        goal="minutes",
    )  # fmt: skip


def main() -> None:
    """Measure a tenth, a half, and the whole of what was asked for: how it grows."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--projects", type=int, default=10_000)
    parser.add_argument("--upstream", type=int, default=2_000)
    parser.add_argument("--folder", type=Path)
    options = parser.parse_args()
    folder = options.folder or Path(tempfile.mkdtemp(prefix="umbel-bench-"))
    for part in (10, 2, 1):
        show(list(measured(folder, options.projects // part, options.upstream // part)))


if __name__ == "__main__":
    main()
