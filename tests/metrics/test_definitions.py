# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Metrics as files: the built-in ones are sound, a workspace's own appear, broken ones cost only themselves."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import pytest

from umbel.metrics import dialect
from umbel.metrics.definition import LARGEST, Definition, catalog
from umbel.metrics.sentences import _SAYINGS, _STORY
from umbel.model.errors import UsageError

if TYPE_CHECKING:
    from pathlib import Path

METRICS = catalog().metrics
GOOD = """
/*
title = "Commits on Sundays"
question = "How many commits are made on Sundays?"
unit = "commits"
definition = "All commits."
source = "ours"
limits = "none"
windows = [30, "all"]
missing = 0
*/
select project as subject, cast(count(*) as double) as value from contributions
where committed_at > $since and committed_at <= $as_of
group by project
"""


@pytest.fixture
def own(tmp_path: Path) -> Path:
    (tmp_path / "metrics").mkdir()
    return tmp_path


def broken(workspace: Path, text: str | bytes, name: str = "mine.sql") -> str:
    """What is said of a file that is no metric; the built-in ones must all be there still."""
    data = text.encode() if isinstance(text, str) else text
    (workspace / "metrics" / name).write_bytes(data)
    found = catalog(workspace)
    assert found.metrics.keys() == METRICS.keys()
    (fault,) = found.broken
    assert "\n" not in str(fault)
    return str(fault)


@pytest.mark.parametrize("metric", METRICS.values(), ids=METRICS)
def test_a_built_in_metric_keeps_to_the_subset_and_can_be_written_for_spark(metric: Definition) -> None:
    assert dialect.lint(metric.sql).complaints == []
    written = dialect.transpiled(metric.sql)
    assert written.count("SELECT") >= 1
    assert "$" not in written.rpartition("*/")[2]


@pytest.mark.parametrize("metric", METRICS.values(), ids=METRICS)
def test_a_built_in_metric_explains_itself(metric: Definition) -> None:
    header = metric.header
    assert header.question.endswith("?")
    assert header.definition.endswith(".")
    assert header.limits.endswith(".")
    assert header.source
    assert metric.name in _SAYINGS
    assert metric.of_history == (header.reads == "history")


def test_sentences_are_only_for_metrics_that_exist() -> None:
    assert set(_SAYINGS) <= set(METRICS)
    assert {name for name, _ in _STORY} <= set(METRICS)


def test_a_metric_of_the_workspace_appears_beside_the_others(own: Path) -> None:
    (own / "metrics/sundays.sql").write_text(GOOD)
    (own / "metrics/notes.txt").write_text("no metric")
    found = catalog(own)
    assert found.broken == []
    mine = found.get("sundays")
    assert mine.own
    assert mine.windows == [30, None]
    assert mine.relations == frozenset({"contributions"})
    assert found.metrics.keys() - METRICS.keys() == {"sundays"}


def test_a_metric_that_asks_no_history_has_rows_of_its_own(own: Path) -> None:
    (own / "metrics/components_in_use.sql").write_text(
        GOOD.replace("contributions\n", "usage\n").split("where")[0] + "group by project"
    )
    assert not catalog(own).get("components_in_use").of_history


@pytest.mark.parametrize(
    ("change", "line", "word"),
    [
        (('windows = [30, "all"]', 'windows = [30, "some"]'), 9, "windows"),
        (('windows = [30, "all"]', "windows = [0]"), 9, "between 1 and"),
        (('windows = [30, "all"]', "windows = []"), 9, "at least one window"),
        (('unit = "commits"', "unit = 3"), 5, "Expected `str`"),
        (('unit = "commits"', "unit = "), 5, "no TOML"),
        (('unit = "commits"\n', ""), 2, "lacks the required field `unit`"),
        (('limits = "none"', 'limit = "none"'), 8, "unknown field `limit`"),
        (("from contributions", "from contribution"), 12, "there is no relation contribution"),
        (("group by project", "group by"), 14, "no SQL"),
        (("project as subject", "at as subject"), 12, "no SQL"),
        (("*/", ""), 1, "between /* and */"),
        (("as value", "as valu"), 1, "gives 'valu'"),
    ],
)  # fmt: skip
def test_a_broken_metric_says_where_and_what(
    own: Path, change: tuple[str, str], line: int, word: str
) -> None:
    said = broken(own, GOOD.replace(*change, 1))
    assert said.startswith(f"mine.sql:{line}: "), said
    assert word in said


def test_files_that_are_no_text_or_too_large_are_said_to_be(own: Path) -> None:
    assert "UTF-8" in broken(own, b"\xff\xfe" + GOOD.encode())
    assert "64 KiB" in broken(own, GOOD + " " * LARGEST)
    assert "SELECT below" in broken(own, GOOD.partition("select")[0])


def test_names_are_plain_and_not_taken(own: Path) -> None:
    assert "small letters" in broken(own, GOOD, "My Metric.sql")
    (own / "metrics/My Metric.sql").unlink()
    assert "built-in metric has this name" in broken(own, GOOD, "gini.sql")


def test_without_sqlglot_a_metric_of_ones_own_is_not_run(own: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "sqlglot", None)
    assert "install sqlglot" in broken(own, GOOD)


def test_names_are_looked_up_kindly(own: Path) -> None:
    found = catalog(own)
    assert found.get("Absence-Factor").name == "absence_factor"
    with pytest.raises(UsageError, match=r"Did you mean .*absence_factor"):
        found.get("absence_facter")
    (own / "metrics/mine.sql").write_text("select 1")
    with pytest.raises(UsageError, match=r"mine is broken: mine\.sql:1: begin with"):
        catalog(own).get("mine")
