# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""A metric of a workspace's own that would never end, or take all memory, costs only itself."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pytest

from tests.metrics import histories
from tests.metrics.histories import Commit
from umbel.app import Workspace
from umbel.metrics import engine as engine_module
from umbel.metrics.definition import catalog
from umbel.metrics.engine import Engine, MetricFailed
from umbel.metrics.health import health
from umbel.model.settings import SettingsError, load

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from umbel.evidence.session import Session
    from umbel.metrics.definition import Catalog

HEADER = """/*
title = "Mine"
question = "How many?"
unit = "things"
definition = "d."
source = "s"
limits = "l."
windows = ["all"]
*/
"""
COUNTED = "select project as subject, count(*) as value from contributions group by project"
RUNAWAY = """
select a.project as subject, max(a.parents + b.parents * c.parents + d.parents) as value
from commits as a join commits as b on a.sha > b.sha or b.sha >= a.sha
join commits as c on c.sha > b.sha or b.sha >= c.sha join commits as d on d.sha > c.sha or c.sha >= d.sha
group by a.project
"""
HUNGRY = """
select a.project as subject, count(distinct {'a': a.sha, 'b': b.sha, 'c': c.sha}) as value
from commits as a join commits as b on a.sha <> b.sha join commits as c on c.sha <> b.sha
group by a.project
"""


@pytest.fixture
def session(tmp_path: Path) -> Iterator[Session]:
    with histories.session(tmp_path / "told") as made:
        histories.tell(made, [Commit("ann", -number) for number in range(400)])
        yield made


def own(folder: Path, seconds: int = 1, **queries: str) -> Catalog:
    """The metrics of a workspace that holds these of its own."""
    (folder / "metrics").mkdir()
    for name, query in queries.items():
        (folder / "metrics" / f"{name}.sql").write_text(HEADER + query)
    found = catalog(folder, seconds)
    assert found.broken == []
    return found


def test_a_query_that_would_never_end_is_ended_and_the_others_go_on(session: Session, tmp_path: Path) -> None:
    known = own(tmp_path, aaa_runaway=RUNAWAY, zzz_counted=COUNTED)
    begun = time.monotonic()
    answer = health(session, metrics=known, number=0)
    assert 1 <= time.monotonic() - begun < 30
    (said,) = answer.broken
    assert said == (
        "aaa_runaway.sql took longer than 1 s and was ended: join on keys and group early, "
        "or raise seconds under [metrics] in umbel.toml."
    )
    found = {figure.measurement.metric: figure.measurement.value for figure in answer.projects[0].figures}
    assert found["zzz_counted"] == 400
    assert {"absence_factor", "zone_spread"} <= found.keys()
    assert "aaa_runaway" not in found


def test_a_query_that_needs_too_much_memory_costs_only_itself(session: Session, tmp_path: Path) -> None:
    known = own(tmp_path, seconds=60, hungry=HUNGRY, counted=COUNTED)
    session.run("SET memory_limit = '60MB'")
    session.run("SET max_temp_directory_size = '0KB'")
    engine = Engine(session)
    with pytest.raises(MetricFailed, match=r"^hungry\.sql needs more memory than there is and was ended"):
        engine.measure(known.metrics["hungry"])
    assert engine.measure(known.metrics["counted"])[0].value == 400


def test_rows_without_end_are_not_taken(
    session: Session, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    known = own(tmp_path, many="select sha as subject, 1 as value from commits", counted=COUNTED)
    monkeypatch.setattr(engine_module, "MOST_ROWS", 399)
    engine = Engine(session)
    with pytest.raises(MetricFailed, match=r"^many\.sql gives more than 399 rows"):
        engine.measure(known.metrics["many"])
    assert engine.measure(known.metrics["counted"])[0].value == 400


def test_a_query_in_time_gives_the_same_with_a_limit_as_without(session: Session, tmp_path: Path) -> None:
    """Moments in the result come another way: they too are given, and bound parameters are."""
    query = (
        "select project as subject, count(*) as value, max(committed_at) as evidence from contributions "
        "where committed_at <= $as_of and committed_at > $since group by project"
    )
    mine = own(tmp_path, seconds=60, mine=query).metrics["mine"]
    engine = Engine(session)
    assert engine.measure(mine) == engine.measure(mine._replace(own=False))
    assert engine.measure(mine)[0].evidence == histories.NOW


def test_built_in_metrics_have_no_limit(session: Session) -> None:
    metric = catalog().metrics["gini"]._replace(seconds=0)
    assert Engine(session).measure(metric)


def test_the_settings_say_how_long(tmp_path: Path) -> None:
    settings = tmp_path / "umbel.toml"
    settings.write_text("[metrics]\nseconds = 7\n")
    (tmp_path / "metrics").mkdir()
    (tmp_path / "metrics/mine.sql").write_text(HEADER + COUNTED)
    assert Workspace(tmp_path).metrics().metrics["mine"].seconds == 7
    settings.write_text("")
    assert load(settings).metrics.seconds == 60
    for wrong, word in (
        ("0", "at least 1"),
        ("-3", "at least 1"),
        ("1.5", "whole number"),
        ('"1"', "whole number"),
    ):
        settings.write_text(f"[metrics]\nseconds = {wrong}\n")
        with pytest.raises(SettingsError, match=word):
            load(settings)
