# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""What the model sees: the same as the metrics of those names, and nothing of what came after the day."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pyarrow as pa
import pytest

from tests.metrics import histories
from tests.metrics.histories import NOW, Commit, Release, at
from tests.strategy.fragility import told
from umbel.metrics.definition import catalog
from umbel.strategy.fragility.features import Pair, Seen, seen
from umbel.strategy.fragility.model import built_in

if TYPE_CHECKING:
    from collections.abc import Iterator

    from umbel.evidence.session import Session
    from umbel.metrics.engine import Engine

METRICS = catalog().metrics
MODEL = built_in()
DAYS = (0, -60, -400)


@pytest.fixture(scope="module")
def session(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Session]:
    with histories.session(tmp_path_factory.mktemp("told")) as made:
        yield made


def on(session: Session, project: str, day: float = 0) -> Seen:
    (found,) = seen(session, [Pair(project, at(day))], MODEL)
    return found


def metric(engine: Engine, name: str, found: Seen, window: int = 365) -> tuple[float | None, float | None]:
    """A metric's value and what it is of, on the same day."""
    (measured,) = engine.measure(METRICS[name], as_of=found.day, window=window)
    return measured.value, measured.denominator


@pytest.mark.parametrize("seed", [3, 5])
def test_features_are_the_metrics_of_those_names(session: Session, seed: int) -> None:
    engine = histories.tell(session, *told.chance(seed))
    pairs = [Pair("chance", at(day)) for day in DAYS]
    for found in seen(session, pairs, MODEL):
        if not found.facts:
            continue

        features = found.features
        if found.facts["whole_year"]:
            for name in ("absence_factor", "top_share"):
                value, number = metric(engine, name, found)
                assert features[name] == (pytest.approx(value) if number and number >= 5 else None), name
        assert features["concentration_trend"] == pytest.approx(
            metric(engine, "concentration_trend", found, 1825)[0]
        )
        assert features["newcomer_share"] == pytest.approx(metric(engine, "handover_signs", found, 180)[0])
        assert features["bot_share"] == pytest.approx(metric(engine, "bot_share", found)[0])
        assert features["quiet_days"] == metric(engine, "days_since_commit", found)[0]
        assert found.facts["release_days"] == metric(engine, "days_since_release", found)[0]
        value, number = metric(engine, "contributor_conversion", found)
        assert features["conversion"] == (pytest.approx(value) if number and number >= 3 else None)
        silent, before = metric(engine, "silent_maintainers", found)
        assert features["silent_maintainers"] == (None if silent is None else silent / (before or 1))
        assert (features["maintainers"] or 0) == metric(engine, "maintainers", found)[0]


def test_a_day_sees_nothing_of_what_came_later(session: Session) -> None:
    commits, releases = told.chance(5)
    pairs = [Pair("chance", at(-100)), Pair("chance", at(-350))]
    histories.tell(session, commits, releases)
    whole = seen(session, pairs, MODEL)
    for index, day in enumerate((-100, -350)):
        histories.tell(
            session,
            [each for each in commits if each.day <= day],
            [each for each in releases if each.day <= day],
        )
        (alone,) = seen(session, [pairs[index]], MODEL)
        assert alone.features == whole[index].features


def test_many_pairs_are_as_each_alone(session: Session) -> None:
    histories.tell(session, [*told.steady(), *told.lonely(), *told.handed_over()], told.monthly("steady"))
    pairs = [Pair(name, at(day)) for name in ("steady", "lonely", "handed") for day in DAYS]
    together = seen(session, pairs, MODEL)
    for each, pair in list(zip(together, pairs, strict=True))[::7]:
        assert each == seen(session, [pair], MODEL)[0]._replace(facts=each.facts)


def test_no_scratch_is_left_behind(session: Session) -> None:
    histories.tell(session, told.lonely())
    on(session, "lonely")
    left = "SELECT count(*) FROM duckdb_tables() WHERE starts_with(table_name, 'fragile_')"
    assert session.ask(left).one()[0] == 0


def test_before_the_first_commit_nothing_is_known(session: Session) -> None:
    histories.tell(session, told.handed_over())
    found = on(session, "handed", -5000)
    assert found.facts == {}
    assert set(found.features.values()) == {None}


def test_a_burst_is_the_silence_that_ended_lately(session: Session) -> None:
    histories.tell(session, told.handed_over())
    assert on(session, "handed").features["burst"] == 371
    assert on(session, "handed", -60).features["burst"] == 0
    assert on(session, "handed", -60).features["quiet_days"] == 340


def test_all_who_worked_are_lost_where_the_work_ended_long_ago(session: Session) -> None:
    histories.tell(session, told.finished())
    features = on(session, "finished").features
    assert (features["lost_share"], features["absence_factor"], features["newcomers"]) == (1, 0, 0)
    assert features["upkeep"] == pytest.approx(40, abs=1)


def test_a_release_is_waited_for_as_long_as_usual(session: Session) -> None:
    histories.tell(session, told.steady(), told.monthly("steady", until=305))
    found = on(session, "steady")
    assert (found.facts["release_gap"], found.facts["release_days"]) == (30, 305)
    assert found.features["release_wait"] == pytest.approx(305 / 30)


def test_too_few_releases_say_nothing(session: Session) -> None:
    histories.tell(session, told.steady(), [Release("v1", -900, "steady"), Release("v2", -800, "steady")])
    features = on(session, "steady").features
    assert (features["release_wait"], features["releasers"]) == (None, None)


def test_a_firm_of_one_person_is_that_person(session: Session) -> None:
    own = [Commit("ann", -day, organisation="ann.example") for day in range(1, 300, 3)]
    histories.tell(session, own)
    assert on(session, "shop").features["vendor_share"] is None
    firm = [Commit(("ann", "bob")[day % 2], -day, organisation="Acme") for day in range(1, 300, 3)]
    histories.tell(session, [*firm, *(Commit("cyd", -day) for day in range(1, 300, 10))])
    assert on(session, "shop").features["vendor_share"] == pytest.approx(100 / 130)


def test_a_foundations_address_is_no_organisation(session: Session) -> None:
    crowd = [Commit(("ann", "bob")[day % 2], -day, organisation="Apache.org") for day in range(1, 300, 3)]
    histories.tell(session, crowd)
    assert on(session, "shop").features["vendor_share"] is None


def test_practices_count_only_where_files_had_been_read_by_that_day(session: Session) -> None:
    rows = [
        {"project": "steady", "practice": name, "outcome": outcome, "snapshot": 1}
        for name, outcome in (
            ("readme", "met"), ("license", "met"), ("ci", "met"), ("tests", "unmet"), ("changelog", "unmet"),
            ("contributing", "unknown"), ("citation", "unmet"),
        )
    ]  # fmt: skip
    read = [{"write_id": 1, "observed_at": NOW - timedelta(days=50)}]
    histories.tell(session, told.steady())
    assert on(session, "steady").features["practices"] is None
    session.register("practices_rows", pa.Table.from_pylist(rows))
    session.register("present_rows", pa.Table.from_pylist(read))
    session.run("DROP VIEW practices; DROP TABLE present")
    session.run("CREATE TABLE practices AS SELECT * FROM practices_rows")
    session.run("CREATE TABLE present AS SELECT * FROM present_rows")
    assert on(session, "steady", -40).features["practices"] == pytest.approx(3 / 5)
    assert on(session, "steady", -60).features["practices"] is None
    session.run("UPDATE practices SET outcome = 'unmet'")
    assert on(session, "steady").features["practices"] is None
