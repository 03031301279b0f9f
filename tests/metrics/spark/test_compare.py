# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""What engines are known to answer otherwise is found by what compares them. Needs no Spark."""

from __future__ import annotations

import math
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import duckdb
import pytest

from tests.metrics import histories
from tests.metrics.spark import estate
from tests.metrics.spark.compare import differences
from umbel.metrics.dialect import RELATIONS


def row(value: Any = 1.0, evidence: Any = None, subject: str = "shop") -> tuple[Any, ...]:
    return (subject, value, 1.0, evidence, None)


def here(expression: str) -> Any:
    """What DuckDB makes of an expression over three people, one of them NULL."""
    answer = duckdb.execute(
        f"SELECT {expression} FROM (VALUES ('ann', 1), (NULL, 2), ('bob', 4)) AS t(person, n)"
    )
    return answer.fetchall()[0][0]


@pytest.mark.parametrize(
    ("ours", "on_spark"),
    [
        ("list(person ORDER BY n)", ["ann", "bob"]),  # collect_list leaves NULLs out
        ("7 // 2", 3.5),  # a division that is none of integers there
        ("cast(2.5 as integer)", 2),  # rounded here, cut there
        ("log(100)", math.log(100)),  # to base 10 here, e there
        ("date_diff('month', date '2024-01-31', date '2024-02-29')", 0),  # whole months there
        ("extract(dow from date '2024-03-03')", 1),  # Sunday is 0 here, 1 there
        ("max(n)", None),
        ("max(person)", "ann"),
        ("date '2024-03-03'", datetime(2024, 3, 3, tzinfo=UTC)),
        ("n > 1", 0),
    ],
)
def test_a_construct_that_differs_is_reported(ours: str, on_spark: Any) -> None:
    value = here(ours)
    assert differences([row(value)], [row(on_spark)]) == [f"shop: value: {value!r} is {on_spark!r} there"]
    assert differences([row(1.0, {"x": value})], [row(1.0, {"x": on_spark})])
    assert differences([row(value)], [row(value)]) == []


def test_missing_and_doubled_subjects_are_reported() -> None:
    ours, theirs = (
        [row(), row(subject="till")],
        [row(subject="till"), row(subject="late"), row(subject="late")],
    )
    assert differences(ours, theirs) == [
        "theirs gives 1 subjects twice",
        "shop: only ours",
        "late: only theirs",
    ]


def test_each_column_and_each_field_is_held_against_the_other() -> None:
    ours = ("shop", 1.0, 2.0, {"a": {"b": [1, 2]}}, None)
    assert differences([ours], [("shop", 1.0, 2.0, {"a": {"b": [1, 3]}}, "why")]) == [
        "shop: evidence.a.b[1]: 2 is 3 there",
        "shop: why: None is 'why' there",
    ]
    assert differences([ours], [("shop", 1.0, 2.1, {"a": {"c": [1, 2]}}, None)]) == [
        "shop: denominator: 2.0 is 2.1 there",
        "shop: evidence.a: {'b': [1, 2]} is {'c': [1, 2]} there",
    ]


def test_what_is_one_number_is_no_difference() -> None:
    for a, b in ((1, 1.0), (Decimal("0.5"), 0.5), (0.1 + 0.2, 0.3), (math.nan, math.nan), (None, None)):
        assert differences([row(a)], [row(b)]) == []
    for a, b in (
        (2**53, 2**53 + 1),
        (math.nan, None),
        (0, None),
        (True, 1),
        (0.3, 0.3000001),
    ):
        assert len(differences([row(a)], [row(b)])) == 1


def test_the_estate_has_rows_with_gaps_of_all_that_metrics_read(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    with histories.session(tmp_path_factory.mktemp("told")) as session:
        estate.tell(session, [], tmp_path_factory.mktemp("none"), drawn=4)
        assert estate.relations(session) == sorted(RELATIONS)
        for name in RELATIONS:
            assert session.ask(f"SELECT count(*) FROM {name}").one()[0] > 5, name
        for name, column in (
            ("commits", "committed_at"),
            ("contributions", "organisation"),
            ("releases", "tagger"),
        ):
            assert session.ask(f"SELECT count(*) FROM {name} WHERE {column} IS NULL").one()[0], (name, column)
