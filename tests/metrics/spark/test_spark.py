# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Every metric in each of its windows gives on Spark what it gives on DuckDB (`make test-spark`)."""

from __future__ import annotations

import os
import shutil
from typing import TYPE_CHECKING, Any

import pytest

from tests.metrics import histories
from tests.metrics.spark import estate
from tests.metrics.spark.compare import COLUMNS, differences
from umbel.metrics.definition import catalog
from umbel.metrics.dialect import transpiled
from umbel.metrics.engine import Engine

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime
    from pathlib import Path

    from umbel.evidence.session import Session
    from umbel.metrics.definition import Definition

pytestmark = [pytest.mark.spark, pytest.mark.timeout(300)]
METRICS = catalog().metrics
ASKED = [(name, window) for name, metric in METRICS.items() for window in metric.windows]
_SETTINGS = {
    "spark.driver.bindAddress": "127.0.0.1",
    "spark.driver.extraJavaOptions": "-Duser.timezone=UTC -XX:+UseSerialGC -XX:TieredStopAtLevel=1",
    "spark.driver.host": "127.0.0.1",
    "spark.driver.memory": "1g",
    "spark.sql.adaptive.enabled": "false",
    "spark.sql.session.timeZone": "UTC",
    "spark.sql.shuffle.partitions": "1",
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
}


@pytest.fixture(scope="module")
def spark(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """One Spark session in this process's own Java, without a network beyond loopback."""
    if shutil.which("java") is None and "JAVA_HOME" not in os.environ:
        pytest.skip("there is no Java, so metrics were not tried on Spark")
    sql = pytest.importorskip("pyspark.sql", reason="pyspark is not here: make test-spark installs it")
    scratch = tmp_path_factory.mktemp("spark")
    builder = sql.SparkSession.builder.master("local[1]").appName("umbel")
    places = {"spark.local.dir": str(scratch), "spark.sql.warehouse.dir": str(scratch / "warehouse")}
    for name, value in (_SETTINGS | places).items():
        builder = builder.config(name, value)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SPARK_LOCAL_IP", "127.0.0.1")
        made = builder.getOrCreate()
    made.sparkContext.setLogLevel("ERROR")
    yield made
    made.stop()


class Both(Engine):
    """Asks Spark what DuckDB was asked, and keeps what differs."""

    def __init__(self, session: Session, spark: Any, scratch: Path) -> None:
        from pyarrow import parquet

        super().__init__(session)
        self._spark = spark
        self.differences: list[str] = []
        for name in estate.relations(session):
            rows = session.ask(f"SELECT * FROM {name}").arrow()
            parquet.write_table(rows, scratch / f"{name}.parquet")
            spark.read.parquet(str(scratch / f"{name}.parquet")).createOrReplaceTempView(name)
            spark.catalog.cacheTable(name)

    def _rows(self, definition: Definition, bounds: dict[str, datetime]) -> list[tuple[Any, ...]]:
        from pyspark.sql import functions

        # As text: the client would turn moments before 1582 into those of another calendar.
        moments = {
            name: functions.expr(f"timestamp '{moment.isoformat()}'") for name, moment in bounds.items()
        }
        theirs = self._spark.sql(transpiled(definition.sql, "spark"), args=moments).toArrow().to_pylist()
        rows = super()._rows(definition, bounds)
        self.differences = differences(rows, [tuple(row.get(name) for name in COLUMNS) for row in theirs])
        return rows


@pytest.fixture(scope="module")
def both(
    spark: Any, tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest
) -> Iterator[Both]:
    """Both engines over one estate, with real histories where they are at hand."""
    try:
        bundles = sorted((request.getfixturevalue("shared_data") / "git").glob("*.meta.bundle"))
    except pytest.skip.Exception:
        bundles = []
    with histories.session(tmp_path_factory.mktemp("told")) as session:
        estate.tell(session, bundles, tmp_path_factory.mktemp("bundles"))
        yield Both(session, spark, tmp_path_factory.mktemp("relations"))


@pytest.mark.parametrize(("name", "window"), ASKED, ids=[f"{n}-{w or 'all'}" for n, w in ASKED])
def test_a_metric_is_the_same_on_spark(both: Both, name: str, window: int | None) -> None:
    figures = both.measure(METRICS[name], window=window)
    assert both.differences == []
    assert any(figure.value is not None for figure in figures), "the estate says nothing of it"


def test_a_construct_that_engines_answer_otherwise_is_found(both: Both) -> None:
    """Halves are rounded by DuckDB and cut by Spark: the lint refuses it, and it would be seen here."""
    sql = "select project as subject, cast(count(*) + 0.5 as integer) as value from commits group by project"
    both.measure(METRICS["commit_activity"]._replace(sql=sql))
    assert any(line.startswith("busy: value: 601 is 600 there") for line in both.differences)
