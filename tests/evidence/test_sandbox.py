# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""A user's own SELECT: what it may ask, how it is stopped, and what is said when it can't be answered."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb
import msgspec
import psutil
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from umbel.evidence import sandbox
from umbel.evidence._sandbox_statement import Refused, check
from umbel.evidence.sandbox import QueryFailed, QueryJob, QueryRefused, QueryTimeout, run_query
from umbel.model.errors import UmbelError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

MB = 1_000_000


@pytest.fixture
def rows(tmp_path: Path) -> Path:
    """Two packages with the kinds of column that evidence has."""
    file = tmp_path / "it's päckages.parquet"
    duckdb.execute(
        f"""COPY (SELECT * FROM (VALUES
              (1, 'left-pad', ['MIT', NULL], {{'line': 3, 'code': 'x'}},
               TIMESTAMPTZ '2024-03-01 12:00:00+02'),
              (2, NULL, NULL, NULL, NULL)
            ) AS t(write_id, package, licenses, place, seen)) TO '{str(file).replace("'", "''")}'"""
    )
    return file


@pytest.fixture
def job(rows: Path) -> Callable[..., QueryJob]:
    def make(sql: str, **changes: Any) -> QueryJob:
        given: dict[str, Any] = {
            "sql": sql,
            "tables": {"usage": [str(rows)], "links": []},
            "schemas": {"links": "SELECT NULL::BIGINT AS write_id, NULL::VARCHAR AS url WHERE false"},
            "setup": [],
            "parameters": {},
            "limit_rows": None,
            "memory_bytes": 500 * MB,
            "seconds": 20.0,
            "threads": 2,
        }
        return QueryJob(**given | changes)

    return make


@pytest.fixture(scope="module")
def connection() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as opened:
        yield opened


# ---- answers


def test_columns_types_and_unknowns_arrive_as_they_are(job: Callable[..., QueryJob]) -> None:
    table = run_query(job("SELECT * FROM raw_usage ORDER BY write_id"))
    assert [str(field.type) for field in table.schema] == [
        "int32",
        "string",
        "list<l: string>",
        "struct<line: int32, code: string>",
        "timestamp[us, tz=UTC]",
    ]
    first, second = table.to_pylist()
    assert first["licenses"] == ["MIT", None]
    assert first["place"] == {"line": 3, "code": "x"}
    assert first["seen"] == datetime(2024, 3, 1, 10, tzinfo=UTC)
    assert set(second.values()) == {2, None}


@pytest.mark.parametrize(
    ("sql", "expected"),
    [
        ("SELECT count(*) AS n FROM raw_usage;", 2),
        ("-- how many\nSELECT /* all */ count(*) AS n FROM raw_usage ; -- done", 2),
        ("WITH RECURSIVE r(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM r WHERE n < 9) FROM r LIMIT 1", 1),
        ("FROM (VALUES (3)) AS v(n)", 3),
        ("SELECT count(*) FROM main.raw_usage", 2),
        ("SELECT count(*) FROM (DESCRIBE raw_usage)", 5),
        ("SELECT sum(x) FROM generate_series(1, 4) AS g(x)", 10),
        ("SELECT count(*) FROM duckdb_views() WHERE NOT internal", 1),
        ("SELECT count(*) > 0 FROM information_schema.columns", True),
        ("(SELECT 1) INTERSECT (SELECT 1)", 1),
    ],
)
def test_a_select_of_any_form_passes_and_is_answered(
    connection: duckdb.DuckDBPyConnection, rows: Path, sql: str, expected: int
) -> None:
    connection.read_parquet([str(rows)]).create_view("raw_usage", replace=True)
    check(connection, sql)
    assert connection.sql("SELECT * FROM query(?)", params=[sql]).fetchall() == [(expected,)]


def test_describe_and_summarize_tell_what_there_is(job: Callable[..., QueryJob]) -> None:
    names = ["write_id", "package", "licenses", "place", "seen"]
    assert run_query(job("SUMMARIZE raw_usage")).column("column_name").to_pylist() == names
    assert run_query(job("SHOW TABLES")).column("name").to_pylist() == ["raw_links", "raw_usage"]


def test_setup_makes_views_tables_and_macros_from_bound_parameters(job: Callable[..., QueryJob]) -> None:
    setup = [
        "CREATE TABLE chosen AS SELECT * FROM raw_usage WHERE seen <= $as_of::TIMESTAMPTZ",
        "CREATE VIEW names AS SELECT package FROM chosen",
        "CREATE MACRO shout(x) AS upper(x); CREATE MACRO twice(n) AS TABLE SELECT n * 2 AS n",
    ]
    sql = "SELECT shout(package) AS package, n FROM names, twice(21)"
    parameters = {"as_of": "2024-03-01T10:00:00+00:00", "unused": 1}
    given = job(sql, setup=setup, parameters=parameters)
    assert run_query(given).to_pylist() == [{"package": "LEFT-PAD", "n": 42}]
    earlier = job(sql, setup=setup, parameters={"as_of": "2024-03-01T09:59:59+00:00"})
    assert run_query(earlier).to_pylist() == []


def test_a_limit_keeps_the_first_rows_of_the_users_order(job: Callable[..., QueryJob]) -> None:
    sql = "SELECT range AS n FROM range(200000) ORDER BY n DESC"
    assert run_query(job(sql, limit_rows=2)).to_pylist() == [{"n": 199999}, {"n": 199998}]
    assert run_query(job(sql)).column("n").to_pylist() == list(range(199999, -1, -1))


def test_a_file_whose_name_is_a_pattern_is_read_alone(job: Callable[..., QueryJob], rows: Path) -> None:
    odd = rows.with_name("[ab]*.parquet")
    odd.write_bytes(rows.read_bytes())
    rows.with_name("a1.parquet").write_bytes(rows.read_bytes())
    assert run_query(job("FROM raw_usage", tables={"usage": [str(odd)]})).num_rows == 2


def test_several_files_make_one_table(job: Callable[..., QueryJob], rows: Path) -> None:
    copy = rows.with_name("copy.parquet")
    copy.write_bytes(rows.read_bytes())
    assert run_query(job("FROM raw_usage", tables={"usage": [str(rows), str(copy)]})).num_rows == 4


# ---- refusals


@pytest.mark.parametrize(
    ("sql", "says"),
    [
        ("", "no statement"),
        ("-- nothing", "no statement"),
        ("SELECT 1; SELECT 2", "2 statements"),
        ("COPY (SELECT 1) TO 'x.csv'", "COPY"),
        ("EXPLAIN ANALYZE COPY (SELECT 1) TO 'x.csv'", "EXPLAIN"),
        ("EXPORT DATABASE 'x'", "EXPORT"),
        ("ATTACH 'x.db'", "ATTACH"),
        ("SET threads = 1", "SET"),
        ("RESET threads", "SET"),
        ("PRAGMA database_list", "PRAGMA"),
        ("INSTALL httpfs", "LOAD"),
        ("LOAD httpfs", "LOAD"),
        ("CALL enable_logging()", "CALL"),
        ("CREATE TABLE t AS SELECT 1", "CREATE"),
        ("DROP VIEW raw_usage", "DROP"),
        ("INSERT INTO raw_usage SELECT 1", "INSERT"),
        ("CREATE SECRET (TYPE s3)", "CREATE"),
        ("PIVOT raw_usage ON package USING count(*)", "PIVOT"),
        ("WITH x AS (COPY (SELECT 1) TO 'x.csv') SELECT * FROM x", "COPY"),
        ("WITH x AS (DELETE FROM raw_usage RETURNING *) SELECT * FROM x", "DELETE"),
        ("WITH x AS (INSERT INTO raw_usage SELECT 1 RETURNING *) SELECT * FROM x", "INSERT"),
        ("WITH x AS (UPDATE raw_usage SET package = 1 RETURNING *) SELECT * FROM x", "UPDATE"),
        ("SELECT (WITH x AS (COPY (SELECT 1) TO 'x.csv') SELECT 1 FROM x)", "COPY"),
        ("FROM query('SELECT 1')", "query"),
        ("FROM query_table('raw_usage')", "query_table"),
        ("FROM json_execute_serialized_sql(json_serialize_sql('SELECT 1'))", "json_execute_serialized_sql"),
        ("FROM arrow_scan(1, 2, 3)", "arrow_scan"),
        ("FROM system.main.read_text('/etc/hostname')", "read_text"),
        ("FROM histogram('/etc/x.csv', column0)", "histogram"),
        ("SELECT 1 WHERE EXISTS (FROM glob('/*'))", "glob"),
        ("FROM read_parquet('https://example.org/x.parquet')", "read_parquet"),
        ("FROM duckdb_secrets()", "duckdb_secrets"),
        ("FROM duckdb_settings()", "duckdb_settings"),
        ("FROM 'https://example.org/x.parquet'", "by name"),
        ("FROM '/etc/x.csv'", "by name"),
        ('FROM "/etc/x"."csv"', "by name"),
        ('FROM "/etc"."x"."csv"', "by name"),
        ("DESCRIBE '/etc/x.csv'", "by name"),
        ("SELECT ?", "parameters"),
        ("SELECT $name", "parameters"),
        ("SELECT finalize('\\x00'::BLOB)", "finalize"),
        ("SELECT __internal_decompress_string(1)", "__internal"),
    ],
)
def test_what_does_more_than_select_is_refused_with_its_name(
    connection: duckdb.DuckDBPyConnection, sql: str, says: str
) -> None:
    with pytest.raises(Refused, match=says):
        check(connection, sql)


def test_a_refusal_is_one_line_with_a_hint_and_exit_code_2(job: Callable[..., QueryJob]) -> None:
    with pytest.raises(QueryRefused, match="COPY statements aren't allowed") as refusal:
        run_query(job("COPY (SELECT 1) TO 'x'"))
    assert refusal.value.hint
    assert refusal.value.exit_code == 2
    assert "\n" not in str(refusal.value)


@pytest.mark.parametrize("sql", ["SELECT '\ud800'", "\udcff"])
def test_text_that_is_not_utf8_is_refused(job: Callable[..., QueryJob], sql: str) -> None:
    with pytest.raises(QueryRefused, match="UTF-8"):
        run_query(job(sql))


@pytest.mark.parametrize(
    ("sql", "says"),
    [
        ("SELEC 1", "syntax error"),
        ("SELECT nope FROM raw_usage", "nope"),
        ("SELECT error('told\x1b[2J\nso')", r"told \[2J so"),
        ("SELECT 1 \x00 ; x", ""),
        ("SELECT decode('\\xFF'::BLOB)", "UTF"),
        ("SELECT getenv('HOME'), * FROM job", "getenv|job"),  # `job` is a Python variable there
        ("SELECT " + "+".join(["1"] * 3000), "depth"),
    ],
)
def test_a_query_that_fails_says_why_in_one_clean_line(
    job: Callable[..., QueryJob], sql: str, says: str
) -> None:
    with pytest.raises(UmbelError, match=f"(?i){says}") as failure:
        run_query(job(sql))
    assert isinstance(failure.value, QueryFailed | QueryRefused)
    assert str(failure.value).isprintable()
    assert "query(?)" not in str(failure.value)


def test_a_file_that_is_gone_is_named(job: Callable[..., QueryJob], tmp_path: Path) -> None:
    gone = str(tmp_path / "gone.parquet")
    with pytest.raises(QueryFailed, match=r"gone\.parquet"):
        run_query(job("FROM raw_usage", tables={"usage": [gone]}))


def test_a_broken_file_fails_the_query_only(job: Callable[..., QueryJob], tmp_path: Path) -> None:
    broken = tmp_path / "broken.parquet"
    broken.write_bytes(b"PAR1" + b"\xff" * 100 + b"PAR1")
    with pytest.raises(QueryFailed):
        run_query(job("FROM raw_usage", tables={"usage": [str(broken)]}))


# ---- the check, property by property

_EMPTY = duckdb.connect()
_HARMLESS = ("SELECT 1 AS a", "FROM range(3) AS r(a)", "VALUES (1)", "SELECT unnest([1, 2]) AS a")
_HARMFUL = (
    "WITH w AS (COPY (SELECT 1) TO 'x') SELECT 1 AS a FROM w",
    "FROM read_csv('/etc/passwd')",
    "FROM '/etc/x.parquet'",
    "FROM query('SELECT 1')",
    "FROM json_execute_serialized_sql('{}')",
)
_WRAPPERS = (
    "SELECT * FROM ({0})",
    "WITH c AS ({0}) SELECT * FROM c",
    "WITH c AS MATERIALIZED ({0}) SELECT (SELECT count(*) FROM c)",
    "({0}) UNION ALL SELECT 1",
    "SELECT 1 EXCEPT ({0})",
    "SELECT 1 WHERE EXISTS ({0})",
    "SELECT 1 IN (SELECT 1 FROM ({0}) AS s)",
    "SELECT * FROM range(2) AS r(n), LATERAL ({0}) AS l",
    "SELECT * FROM range(2) AS r(n) LEFT JOIN ({0}) AS l ON true",
    "SELECT list_transform([1], lambda x: (SELECT x FROM ({0}) AS s LIMIT 1))",
    "SELECT CASE WHEN true THEN (SELECT count(*) FROM ({0}) AS s) END",
    "SELECT 1 ORDER BY (SELECT count(*) FROM ({0}) AS s)",
    "SELECT sum(n) FILTER (EXISTS ({0})) OVER (ORDER BY n) FROM range(2) AS r(n)",
    "SELECT n FROM range(2) AS r(n) GROUP BY n HAVING EXISTS ({0}) QUALIFY row_number() OVER () = 1",
    "SUMMARIZE ({0})",
    "SELECT 1 LIMIT (SELECT count(*) FROM ({0}) AS s)",
    "SELECT array({0})",
)


@settings(max_examples=60)
@given(st.lists(st.sampled_from(_WRAPPERS[:12]), max_size=3), st.sampled_from(_WRAPPERS), st.data())
def test_harm_is_found_wherever_it_hides(inner: list[str], outer: str, data: st.DataObject) -> None:
    def build(leaf: str) -> str:
        for wrapper in inner:
            leaf = wrapper.format(leaf)
        return outer.format(leaf)

    check(_EMPTY, build(data.draw(st.sampled_from(_HARMLESS))))
    with pytest.raises(Refused):
        check(_EMPTY, build(data.draw(st.sampled_from(_HARMFUL))))


@settings(max_examples=100)
@given(
    st.text()
    | st.lists(st.sampled_from("SELECT FROM WITH ( ) ; ' \" -- /* a 1 , AS COPY TO".split())).map(" ".join)
)
def test_no_text_brings_the_check_down(sql: str) -> None:
    try:
        check(_EMPTY, sql)
    except (Refused, duckdb.Error):
        return
    assert len(_EMPTY.extract_statements(sql)) == 1


# ---- bounds


def test_a_query_is_stopped_at_its_deadline(job: Callable[..., QueryJob]) -> None:
    endless = "SELECT count(*) FROM range(10000000) AS a, range(10000000) AS b WHERE a.range + b.range = -1"
    start = time.monotonic()
    with pytest.raises(QueryTimeout, match="longer than 1 s") as stopped:
        run_query(job(endless, seconds=1.0))
    assert stopped.value.exit_code == 3
    assert time.monotonic() - start < 5


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT list_sort(range(200000000))",
        "SELECT array_agg(range ORDER BY hash(range)) FROM range(100000000)",
    ],
)
def test_a_query_that_needs_too_much_memory_says_so(job: Callable[..., QueryJob], sql: str) -> None:
    with pytest.raises(QueryFailed, match=r"needs more memory .*200 MB are allowed"):
        run_query(job(sql, memory_bytes=200 * MB))


@pytest.mark.skipif(sys.platform != "linux", reason="address space is limited on Linux only")
def test_memory_is_bound_by_the_system_even_where_duckdb_does_not_count(job: Callable[..., QueryJob]) -> None:
    peak = 0
    done = threading.Event()

    def watch() -> None:
        nonlocal peak
        while not done.wait(0.01):
            for child in psutil.Process().children():
                try:
                    peak = max(peak, child.memory_info().rss)
                except psutil.NoSuchProcess:
                    continue

    watcher = threading.Thread(target=watch)
    watcher.start()
    with pytest.raises(QueryFailed):
        run_query(job("SELECT list_sort(range(200000000))", memory_bytes=300 * MB))
    done.set()
    watcher.join()
    assert 0 < peak < 600 * MB


def test_too_large_an_answer_is_refused(job: Callable[..., QueryJob]) -> None:
    for sql in ("SELECT range FROM range(1000000000)", "SELECT repeat('x', 3000000)"):
        with pytest.raises(QueryFailed, match=r"larger than 1 MB.*LIMIT"):
            sandbox._run(job(sql), most=MB)  # noqa: SLF001 - a smaller bound


def test_a_query_inherits_nothing_of_its_parents(
    job: Callable[..., QueryJob], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "hush")
    seen: dict[str, dict[str, str]] = {}
    environment = sandbox._environment  # noqa: SLF001

    def spy(home: str) -> dict[str, str]:
        seen["made"] = environment(home)
        return seen["made"]

    monkeypatch.setattr(sandbox, "_environment", spy)
    run_query(job("SELECT 1"))
    assert "hush" not in seen["made"].values()
    assert not Path(seen["made"]["HOME"]).exists()


# ---- ends


def _children() -> list[psutil.Process]:
    return [child for child in psutil.Process().children(recursive=True) if child.status() != "zombie"]


def test_a_query_process_that_is_killed_is_told_as_such(job: Callable[..., QueryJob]) -> None:
    before = {child.pid for child in _children()}

    def kill() -> None:
        deadline = time.monotonic() + 10
        while time.monotonic() < deadline:
            for child in _children():
                if child.pid not in before:
                    child.kill()
                    return
            time.sleep(0.02)

    killer = threading.Thread(target=kill)
    killer.start()
    with pytest.raises(QueryFailed, match="SIGKILL"):
        run_query(
            job(
                "SELECT count(*) FROM range(10000000) AS a, range(10000000) AS b WHERE a.range = -b.range - 1"
            )
        )
    killer.join()


_PARENT = """
import msgspec, sys
from umbel.evidence import sandbox
job = msgspec.json.decode(sys.argv[1], type=sandbox.QueryJob)
sandbox._run(job, without=frozenset(sys.argv[2:]))
"""


@pytest.mark.skipif(os.name != "posix", reason="signals")
@pytest.mark.parametrize(
    ("blow", "without"), [(signal.SIGINT, []), (signal.SIGKILL, []), (signal.SIGKILL, ["parent"])]
)
def test_a_query_dies_with_its_parent(
    job: Callable[..., QueryJob], tmp_path: Path, blow: signal.Signals, without: list[str]
) -> None:
    endless = "SELECT count(*) FROM range(10000000) AS a, range(10000000) AS b WHERE a.range + b.range = -1"
    order = msgspec.json.encode(job(endless, seconds=60.0)).decode()
    path = os.pathsep.join(place for place in sys.path if place)
    environment = os.environ | {"PYTHONPATH": path, "TMPDIR": str(tmp_path)}
    parent = subprocess.Popen(
        [sys.executable, "-c", _PARENT, order, *without], env=environment, stderr=subprocess.DEVNULL
    )
    try:
        child = _first_child(parent.pid)
        assert child.is_running()
        parent.send_signal(blow)
        parent.wait(10)
        assert _ended(child)
    finally:
        parent.kill()
        parent.wait()


def _ended(process: psutil.Process) -> bool:
    deadline = time.monotonic() + 5
    while time.monotonic() < deadline:
        try:
            if process.status() == psutil.STATUS_ZOMBIE:  # dead, and nobody here to bury it
                return True
        except psutil.NoSuchProcess:
            return True
        time.sleep(0.02)
    return False


def _first_child(parent: int) -> psutil.Process:
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        for child in psutil.Process(parent).children():
            if child.memory_info().rss > 50 * MB:  # DuckDB is there
                return child
        time.sleep(0.02)
    raise AssertionError("the query process did not start")


def test_nothing_is_left_behind(
    job: Callable[..., QueryJob], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    import tempfile

    place = tmp_path / "tmp"
    place.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(place))
    run_query(job("SELECT 1"))
    with pytest.raises(QueryFailed):
        run_query(job("SELECT nope"))
    with pytest.raises(QueryTimeout):
        run_query(job("SELECT 1", seconds=0.01))
    assert list(place.iterdir()) == []
    assert not [thread for thread in threading.enumerate() if isinstance(thread, threading.Timer)]


def test_an_answer_that_breaks_off_is_no_answer(
    job: Callable[..., QueryJob], monkeypatch: pytest.MonkeyPatch
) -> None:
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, pa.schema([("n", pa.int64())])) as writer:
        writer.write_batch(pa.record_batch({"n": pa.array(range(1000))}))
    whole = sink.getvalue().to_pybytes()
    for words in (whole[:-1500], whole[:40], b"", b"\xff" * 64):
        program = f"import sys; sys.stdin.readline(); sys.stdout.buffer.write({words!r})"
        monkeypatch.setattr(
            sandbox, "_command", lambda program=program: [sys.executable, "-I", "-c", program]
        )
        with pytest.raises(QueryFailed, match=r"can't be read|larger"):
            run_query(job("SELECT 1"))
