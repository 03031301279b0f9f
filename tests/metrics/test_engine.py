# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""What is the same for every metric: a row for each project, days, windows, series, reasons for unknown."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from tests import acme
from tests.metrics import histories
from tests.metrics.histories import NOW, Commit, Release, at
from umbel.evidence.lake import Lake
from umbel.evidence.session import Session
from umbel.metrics.definition import Broken, Definition, catalog, parse
from umbel.metrics.engine import Engine, MetricFailed, periods, projects_of, tables_for, window_of
from umbel.metrics.health import SERIES, health
from umbel.model.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from umbel.model.measurement import Measurement

METRICS = catalog().told_by_history()


@pytest.fixture(scope="module")
def session(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Session]:
    """One session for all: each test tells its history anew."""
    with histories.session(tmp_path_factory.mktemp("told")) as made:
        yield made


def by_project(figures: list[Measurement]) -> dict[str, Measurement]:
    return {figure.subject: figure for figure in figures}


def own(tmp_path: Path, select: str, **header: Any) -> Definition:
    """A metric of the workspace's own, as if it had passed the lint."""
    fields: dict[str, Any] = {
        "title": "Mine",
        "question": "How many?",
        "unit": "things",
        "definition": "d",
        "source": "s",
    }
    fields |= {"limits": "l", "windows": [365], **header}
    text = "".join(f"{name} = {value!r}\n" for name, value in fields.items())
    made = parse(tmp_path / "mine.sql", f"/*\n{text}*/\n{select}", own=True)
    assert not isinstance(made, Broken), made
    return made._replace(relations=frozenset({"contributions"}))


def test_every_project_with_a_history_is_a_row_with_a_value_or_a_reason(session: Session) -> None:
    commits = [
        Commit("ann", -10),
        Commit("ann", -500, project="old"),
        Commit("ann", -10, project="cut"),
        Commit("renovate[bot]", -10, project="bots"),
    ]
    engine = histories.tell(session, commits, shallow=["cut"], empty=["empty"])
    found = by_project(engine.measure(METRICS["absence_factor"]))

    assert {name: (f.value, f.outcome) for name, f in found.items()} == {
        "bots": (None, "unknown"), "cut": (None, "unknown"), "empty": (None, "unknown"),
        "old": (None, "unknown"), "shop": (1.0, "measured"),
    }  # fmt: skip
    assert {name: f.why for name, f in found.items()} == {
        "bots": "no commits by people in the window",
        "cut": "its history was cut off when it was cloned (a shallow clone)",
        "empty": "the repository has no commits",
        "old": "no commits by people in the window",
        "shop": None,
    }


@pytest.mark.parametrize("metric", METRICS.values(), ids=METRICS)
def test_no_metric_invents_a_zero(session: Session, metric: Definition) -> None:
    """Nothing is known of what was cut off, is empty, or had not begun; of a quiet year, only counts."""
    commits = [
        Commit("ann", -900, project="quiet"),
        Commit("ann", -3, project="cut"),
        Commit("b", 5, project="late"),
    ]
    engine = histories.tell(session, commits, shallow=["cut"], empty=["empty"])
    for figure in engine.measure(metric):
        assert (figure.value is None) == (figure.outcome != "measured") == bool(figure.why)
        if figure.subject in {"empty", "late"} or (figure.subject == "cut" and metric.header.whole):
            assert figure.value is None, figure
        if figure.subject == "quiet" and metric.header.unit in {"share", "ratio"}:
            assert figure.value in {None, 1.0}, figure


def test_a_history_that_could_not_be_read_is_an_error_not_a_gap(tmp_path: Path) -> None:
    lake = Lake(tmp_path / "failed")
    failed = acme.stamp("broken", collector="git_history", outcome="failed", observed_at=acme.day(-1))
    acme.publish(lake, (failed, None))
    with Session(lake, NOW) as session:
        engine = histories.tell(session, [Commit("ann", -10)])
        assert projects_of(session) == ["broken", "shop"]
        figure = by_project(engine.measure(METRICS["commit_activity"]))["broken"]
    assert (figure.value, figure.outcome) == (None, "error")
    assert figure.why == "its history could not be read"


def test_a_day_cuts_the_history_and_the_window_begins_before_it(session: Session) -> None:
    commits = [Commit("ann", day) for day in (-400, -366, -364.9, -100, -1)]
    engine = histories.tell(session, commits)
    metric = METRICS["commit_activity"]

    def value(day: float, window: int | None) -> float | None:
        return engine.measure(metric, as_of=at(day), window=window)[0].value

    assert value(0, 365) == 3
    assert value(0, None) == 5
    assert value(-100, None) == 4
    assert value(-100.01, None) == 3
    assert value(-2, 90) == 0
    assert value(-2, 99) == 1
    assert value(-401, None) is None
    assert engine.measure(metric)[0].window == metric.windows[0] == 90


def test_a_window_of_centuries_is_the_whole_history(session: Session) -> None:
    engine = histories.tell(session, [Commit("ann", -20_000), Commit("ann", -1)])
    figures = [engine.measure(METRICS["active_contributors"], window=days)[0] for days in (36_500, None)]
    assert [figure.denominator for figure in figures] == [2, 2]
    assert engine.measure(METRICS["contributor_retention"], window=36_500)[0].value is None


def test_no_figure_is_of_a_day_that_the_session_does_not_know(session: Session) -> None:
    engine = histories.tell(session, [Commit("ann", -1)])
    with pytest.raises(UsageError, match="later day"):
        engine.measure(METRICS["gini"], as_of=NOW + timedelta(seconds=1))


def test_a_series_is_the_figure_on_each_day(session: Session) -> None:
    engine = histories.tell(session, [Commit("ann", -200), Commit("bob", -100), Commit("ann", -10)])
    days = periods("quarter", 3, NOW)
    found = engine.series(METRICS["active_contributors"], days)
    assert [figure.value for figure in found] == [
        engine.measure(METRICS["active_contributors"], as_of=day)[0].value for day in days
    ]
    assert [figure.as_of for figure in found] == days


@pytest.mark.parametrize(
    ("every", "days"),
    [
        ("month", ["2023-12-31", "2024-01-31", "2024-02-29", "2024-03-05"]),
        ("quarter", ["2023-06-30", "2023-09-30", "2023-12-31", "2024-03-05"]),
        ("year", ["2021-12-31", "2022-12-31", "2023-12-31", "2024-03-05"]),
    ],
)
def test_periods_end_with_the_day_asked_for(every: Any, days: list[str]) -> None:
    found = periods(every, 4, datetime(2024, 3, 5, 12, tzinfo=UTC))
    assert [f"{day:%Y-%m-%d}" for day in found] == days
    assert found[0] == datetime.fromisoformat(days[0] + "T23:59:59.999999+00:00")


def test_periods_have_bounds() -> None:
    assert len(periods("year", 400, datetime(50, 1, 1, tzinfo=UTC))) <= 50
    for number in (0, 401):
        with pytest.raises(UsageError, match="periods"):
            periods("month", number, NOW)


def test_windows_are_days_or_all() -> None:
    assert (window_of("90"), window_of("all"), window_of(None)) == (90, None, "first")
    for wrong in ("0", "-1", "1.5", "week", "99999999", ""):
        with pytest.raises(UsageError, match="is no window"):
            window_of(wrong)


def test_named_projects_only(session: Session) -> None:
    histories.tell(
        session, [Commit("ann", -1), Commit("ann", -1, project="till"), Commit("b", -2, project="till")]
    )
    engine = Engine(session, projects=["till", "nowhere"])
    assert {f.subject: f.value for f in engine.measure(METRICS["active_contributors"])} == {"till": 2.0}


def test_a_contributions_relation_whose_time_is_called_at_is_understood(session: Session) -> None:
    histories.tell(session, [Commit("ann", -1)])
    session.run('ALTER TABLE contributions RENAME COLUMN committed_at TO "at"')
    session.run("ALTER TABLE contributions RENAME TO stored")
    session.run("CREATE VIEW contributions AS SELECT * FROM stored")
    for wide in (False, True):
        engine = Engine(session, wide=wide)
        assert engine.measure(METRICS["active_contributors"])[0].value == 1


def test_metrics_of_ones_own_run_beside_the_others(session: Session, tmp_path: Path) -> None:
    engine = histories.tell(
        session, [Commit("ann", -1), Commit("ann", -2), Commit("b", -900, project="till")]
    )
    counted = "select project as subject, count(*) as value from contributions where committed_at > $since group by 1"
    found = engine.measure(own(tmp_path, counted, missing="nothing in the window"))
    assert [(f.subject, f.value, f.why) for f in found] == [
        ("shop", 2.0, None), ("till", None, "nothing in the window"),
    ]  # fmt: skip


def test_what_is_no_finite_number_is_unknown(session: Session, tmp_path: Path) -> None:
    engine = histories.tell(session, [Commit("ann", -1)])
    for value in ("'nan'::double", "'inf'::double", "'text'", "NULL"):
        (figure,) = engine.measure(own(tmp_path, f"select 'shop' as subject, {value} as value"))
        assert (figure.value, figure.outcome) == (None, "unknown")


@pytest.mark.parametrize(
    ("select", "word"),
    [
        ("select project as subject, nothing as value from contributions", "nothing"),
        ("select project as subject, 1 as value from contributions", "two rows for one subject"),
        ("select project as subject, cast('x' as double) as value from contributions", "Could not convert"),
    ],
)
def test_a_metric_that_fails_says_so_in_a_line_and_health_goes_on(
    session: Session, tmp_path: Path, select: str, word: str
) -> None:
    histories.tell(session, [Commit("ann", -1), Commit("ann", -2)])
    bad = own(tmp_path, select)
    with pytest.raises(MetricFailed, match=word) as raised:
        Engine(session).measure(bad)
    assert "\n" not in raised.value.message
    known = catalog()._replace(metrics=METRICS | {"mine": bad})
    answer = health(session, metrics=known, number=0)
    assert [f"{raised.value.message}"] == answer.broken
    assert len(answer.projects[0].figures) == len(METRICS)


def test_health_gives_all_in_one_go(session: Session, tmp_path: Path) -> None:
    commits = [Commit("ann", -day) for day in range(1, 700, 9)] + [
        Commit("bob", -5),
        Commit("cyd", -3, project="a"),
    ]
    histories.tell(session, commits, [Release("v1", -4)])
    mine = own(tmp_path, "select project as subject, 7 as value from contributions group by 1")
    answer = health(session, metrics=catalog()._replace(metrics=METRICS | {"mine": mine}), number=4)

    assert [each.project for each in answer.projects] == ["a", "shop"]
    shop = answer.projects[1]
    assert len(shop.figures) == len(METRICS) + 1
    figure = next(f for f in shop.figures if f.measurement.metric == "commit_activity")
    assert (figure.measurement.value, figure.before) == (11, 10)
    assert shop.sentences[0].startswith("One person makes")
    assert {name: len(points) for name, points in shop.series.items()} == dict.fromkeys(SERIES, 4)
    assert [p.value for p in answer.projects[0].series["commit_activity"]] == [None, None, None, 1]
    assert shop.figure("mine") is not None
    assert health(session, ["a"], number=0, before=False).projects[0].series == {}


def test_a_session_opens_no_more_than_is_asked() -> None:
    assert "usage" not in tables_for(METRICS.values())
    mine = METRICS["gini"]._replace(own=True)
    assert "usage" in tables_for([mine])
