# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""The SQL that metrics may be written in: traps between engines are named, nothing reaches out."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from umbel.metrics.dialect import lint

FRAME = "select project as subject,\n  {} as value\nfrom contributions group by project"


def complaint(sql: str) -> str:
    """The complaints about a query, in one text."""
    return " | ".join(f"{line}: {message}" for line, message in lint(sql).complaints)


@pytest.mark.parametrize(
    "value",
    [
        "cast(count(*) as double)",
        "count(distinct person)",
        "count(*) filter (where role = 'author' and not bot)",
        "median(cast(zone as double))",
        "max_by(person, sha)",
        "sum(zone) / nullif(cast(count(*) as double), 0)",
        "date_diff('day', cast(min(committed_at) as date), cast($as_of as date))",
        "max(case when committed_at + interval '90' day < $as_of then 1 else 0 end)",
        "max(extract(hour from committed_at + zone * interval '1' minute))",
        "coalesce(max(zone), 0) % 7",
        "greatest(count(*), 1)",
    ],
)
def test_what_engines_answer_alike_is_allowed(value: str) -> None:
    assert complaint(FRAME.format(value)) == ""


@pytest.mark.parametrize(
    ("value", "word"),
    [
        ("date_diff('hour', min(committed_at), max(committed_at))", "date_diff('day', cast(a as date)"),
        ("date_diff('day', min(committed_at), max(committed_at))", "date_diff('day', cast(a as date)"),
        ("max(extract(dow from committed_at))", "extract(dow"),
        ("max(dayofweek(committed_at))", "not in the subset"),
        ("list(person)", "list() keeps NULLs"),
        ("array_agg(person)", "list() keeps NULLs"),
        ("mode(person)", "mode() breaks ties"),
        ("percentile_cont(0.5) within group (order by zone)", "percentile_cont"),
        ("quantile_cont(zone, 0.5)", "percentile_cont"),
        ("log(count(*))", "log means another base"),
        ("ln(count(*))", "logarithms"),
        ("cast(avg(zone) as integer)", "cast to int"),
        ("cast(count(*) as varchar)", "cast to"),
        ("cast(1 as decimal(10, 2))", "cast to decimal"),
        ("try_cast(person as double)", "try_cast"),
        ("count(*) / 2", "divide by nullif"),
        ("count(*) // 2", "integer division"),
        ("epoch(max(committed_at))", "not in the subset"),
        ("round(avg(zone), 1)", "round breaks ties"),
        ("any_value(person)", "any_value picks"),
        ("first(person)", "first picks"),
        ("approx_count_distinct(person)", "approximate"),
        ("max(date_trunc('month', committed_at))", "date_trunc"),
        ("random()", "chance"),
        ("now()", "$as_of"),
        ("current_date", "$as_of"),
        ("max(committed_at) - interval '1' month", "literal, in days"),
        ("max(committed_at) - to_days(3)", "not in the subset"),
        ("[1, 2]", "lists differ"),
        ("row_number() over (partition by project)", "needs an ORDER BY"),
        ("$1", "$as_of, $since and $before"),
        ("$day", "$as_of, $since and $before"),
        ("no_such_function(1)", "no such function is not in the subset"),
    ],
)
def test_a_trap_is_named_with_its_line(value: str, word: str) -> None:
    said = complaint(FRAME.format(value))
    assert word in said
    assert said.startswith("2: ")


@pytest.mark.parametrize(
    "sql",
    [
        "select content as subject, 1 as value from read_text('/etc/passwd')",
        "select column0 as subject, 1 as value from '/etc/passwd'",
        'select subject, value from "data.csv"',
        "select column0 as subject, 1 as value from read_csv(['a', 'b'])",
        "select getenv('HOME') as subject, 1 as value from usage",
        "select current_setting('memory_limit') as subject, 1 as value from usage",
        "select name as subject, 1 as value from identities",
        "select name as subject, 1 as value from raw_identities",
        "select name as subject, 1 as value from main.raw_identities",
        "select email as subject, 1 as value from aliases",
        "select name as subject, 1 as value from duckdb_settings()",
        "select table_name as subject, 1 as value from information_schema.tables",
        # a name that means a stored table where it stands, and a harmless CTE elsewhere
        """with a as (select name as n from raw_identities), raw_identities as (select 1 as x)
        select n as subject, 1 as value from a""",
        """select name as subject, 1 as value from identities where exists
        (with identities as (select 1 as x) select x from identities)""",
        "select subject, value from query('select 1')",
        "select subject, value from query_table('raw_identities')",
        "attach 'x.db'",
        "copy usage to 'x.csv'",
        "install httpfs",
        "drop table contributions",
        "set memory_limit = '1GB'",
        "pragma version",
        "call pragma_version()",
        "select project as subject, 1 as value from usage; drop table usage",
        "insert into usage by name select 1 as subject",
        """with recursive a as (select 1 as n union all select n + 1 as n from a)
        select n as subject, 1 as value from a""",
        "select subject, value from (values (1, 2)) as t(subject, value)",
        "select r as subject, 1 as value from range(1000000000000) as t(r)",
        "describe usage",
        "",
        ";",
    ],
)  # fmt: skip
def test_nothing_reaches_out_or_looks_at_names(sql: str) -> None:
    assert complaint(sql)


def test_ctes_are_seen_from_their_definition_on() -> None:
    sql = """
        with a as (select project, count(*) as n from contributions group by project),
             b as (select project, n from a where n > 1)
        select b.project as subject, cast(b.n as double) as value from b join a on a.project = b.project
    """
    looked = lint(sql)
    assert looked.complaints == []
    assert looked.relations == {"contributions"}


def test_the_columns_of_the_result_are_those_that_are_understood() -> None:
    assert "gives 'extra'" in complaint("select project as subject, 1 as value, 2 as extra from usage")
    assert "a column twice" in complaint("select project as subject, 1 as value, 2 as value from usage")
    assert "name the columns" in complaint("select * from usage")


def test_deep_nesting_is_refused_and_not_fatal() -> None:
    assert "nested too deeply" in complaint("select " + "(" * 5000 + "1" + ")" * 5000)
    assert complaint("select 1" + " + 1" * 20000)


@given(st.text(alphabet="selctfromwh ()*,;'\"$asof_=<>/-+1\n", max_size=80))
def test_any_text_is_looked_at_without_a_crash(text: str) -> None:
    for line, message in lint(text).complaints:
        assert line >= 1
        assert "\n" not in message
