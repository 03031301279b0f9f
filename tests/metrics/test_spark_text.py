# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""The text that another engine is asked: two metrics to the letter, all of them in what matters."""

from __future__ import annotations

import pytest

from umbel.metrics.definition import catalog
from umbel.metrics.dialect import transpiled
from umbel.model.errors import UsageError

METRICS = catalog().metrics
WRITTEN = {
    "days_since_release": """\
SELECT
  project AS subject,
  CAST(DATEDIFF(
    DAY,
    CAST(MAX(released_at) FILTER(WHERE
      NOT prerelease) AS DATE),
    CAST(:as_of AS DATE)
  ) AS DOUBLE) AS value,
  CAST(COUNT(*) FILTER(WHERE
    NOT prerelease) AS DOUBLE) AS denominator,
  STRUCT(
    CAST(MAX(released_at) FILTER(WHERE
      NOT prerelease) AS DATE) AS last,
    CAST(MAX(released_at) FILTER(WHERE
      prerelease) AS DATE) AS last_prerelease,
    COUNT(*) FILTER(WHERE
      NOT prerelease) AS releases
  ) AS evidence,
  CASE
    WHEN COUNT(*) FILTER(WHERE
      NOT prerelease) = 0
    THEN 'only pre-releases are tagged'
  END AS why
FROM releases
WHERE
  NOT version IS NULL AND released_at <= :as_of
GROUP BY
  project
""",
    "sign_off_share": """\
WITH made AS (
  SELECT
    c.project,
    c.sha,
    c.trailers
  FROM commits AS c
  JOIN people AS p
    ON p.identity = c.author
  WHERE
    NOT p.bot
    AND c.parents < 2
    AND c.committed_at > :since
    AND c.committed_at <= :as_of
), named AS (
  SELECT
    project,
    sha,
    EXPLODE(trailers) AS trailer
  FROM made
), signed_off AS (
  SELECT DISTINCT
    project,
    sha
  FROM named
  WHERE
    named.trailer.kind = 'signed-off-by'
), counted AS (
  SELECT
    project,
    COUNT(*) AS n
  FROM signed_off
  GROUP BY
    project
), totals AS (
  SELECT
    project,
    COUNT(*) AS n
  FROM made
  GROUP BY
    project
)
SELECT
  t.project AS subject,
  CAST(COALESCE(s.n, 0) AS DOUBLE) / NULLIF(CAST(t.n AS DOUBLE), 0) AS value,
  CAST(t.n AS DOUBLE) AS denominator,
  STRUCT(COALESCE(s.n, 0) AS signed_off, t.n AS commits) AS evidence
FROM totals AS t
LEFT JOIN counted AS s
  ON s.project = t.project
""",
}


@pytest.mark.parametrize("name", WRITTEN)
def test_a_metric_is_written_for_spark_to_the_letter(name: str) -> None:
    assert transpiled(METRICS[name].sql) + "\n" == WRITTEN[name]


@pytest.mark.parametrize("name", METRICS)
def test_every_metric_is_written_without_its_header_and_with_the_same_parameters(name: str) -> None:
    sql = METRICS[name].sql
    written = transpiled(sql, "spark")
    assert "/*" not in written
    assert "$" not in written
    query = sql.rpartition("*/")[2]
    assert {p for p in ("as_of", "since", "before") if f":{p}" in written} == {
        p for p in ("as_of", "since", "before") if f"${p}" in query
    }


@pytest.mark.parametrize("sql", ["select (", "select 1; select 2"])
def test_what_is_no_query_can_not_be_written(sql: str) -> None:
    with pytest.raises(UsageError):
        transpiled(sql)


def test_an_engine_that_nobody_knows_is_named() -> None:
    with pytest.raises(UsageError, match="can't be written for abacus"):
        transpiled("select 1", "abacus")
