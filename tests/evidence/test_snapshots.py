# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Which snapshot counts: newest per lineage, as of a day, whatever was written when."""

from __future__ import annotations

from itertools import count
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests import acme
from umbel.collect.columns import Columns
from umbel.evidence.lake import Lake
from umbel.evidence.session import Session
from umbel.evidence.upkeep import verify

if TYPE_CHECKING:
    from pathlib import Path

    from umbel.collect.columns import Stamp

_number = count()


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    return Lake(tmp_path / "lake")


def packages(lake: Lake, day: int = 0, project: str = "shop") -> list[str]:
    """What a project uses as of a day, as name@version."""
    with Session(lake, acme.day(day)) as session:
        sql = "SELECT package, version FROM inventory WHERE project = $project ORDER BY ALL"
        rows = session.ask(sql, {"project": project}).rows()
    return [f"{package.removeprefix('pkg:npm/')}@{version}" for package, version in rows]


def test_a_newer_document_replaces_the_older_of_its_lineage_and_the_past_stays(lake: Lake) -> None:
    acme.publish(lake, (acme.stamp(observed_at=acme.day(-20)), acme.reading(["a@1", "b@1"])))
    acme.publish(lake, (acme.stamp(observed_at=acme.day(-5)), acme.reading(["a@2"])))

    assert packages(lake) == ["a@2"]
    assert packages(lake, -10) == ["a@1", "b@1"]
    assert packages(lake, -30) == []


def test_an_older_document_that_arrives_late_does_not_replace_a_newer_one(lake: Lake) -> None:
    acme.publish(lake, (acme.stamp(observed_at=acme.day(-5)), acme.reading(["a@2"])))
    acme.publish(lake, (acme.stamp(observed_at=acme.day(-20)), acme.reading(["a@1"])))

    assert packages(lake) == ["a@2"]
    assert packages(lake, -10) == ["a@1"]


def test_documents_of_other_lineages_are_merged_not_replaced(lake: Lake) -> None:
    scanner = acme.stamp(lineage="syft file:/s.json")
    other = acme.stamp(lineage="trivy file:/t.json")
    acme.publish(lake, (scanner, acme.reading(["a@1", "b@1", "c@1"])), (other, acme.reading(["a@1", "d@1"])))

    assert packages(lake) == ["a@1", "b@1", "c@1", "d@1"]
    with Session(lake, acme.NOW) as session:
        sources = dict(session.ask("SELECT package, sources FROM inventory").rows())
    assert sources["pkg:npm/a"] == 2
    assert sources["pkg:npm/d"] == 1


def test_an_absent_document_counts_until_the_day_it_went(lake: Lake) -> None:
    acme.publish(lake, (acme.stamp(observed_at=acme.day(-20)), acme.reading(["a@1"])))
    acme.publish(lake, (acme.stamp(outcome="absent", observed_at=acme.day(-3)), None))

    assert packages(lake, -4) == ["a@1"]
    assert packages(lake, 0) == []


def test_a_failed_reading_replaces_nothing(lake: Lake) -> None:
    acme.publish(lake, (acme.stamp(observed_at=acme.day(-20)), acme.reading(["a@1"])))
    acme.publish(lake, (acme.stamp(outcome="failed"), None))

    assert packages(lake) == ["a@1"]


def test_a_newer_collector_supersedes_an_older_one_on_the_same_document(lake: Lake) -> None:
    acme.publish(lake, (acme.stamp(collector_version=2), acme.reading(["a@2"])))
    acme.publish(lake, (acme.stamp(collector_version=1), acme.reading(["a@1"])))

    assert packages(lake) == ["a@2"]


def test_racing_duplicates_count_once(lake: Lake) -> None:
    same = acme.stamp()
    for _ in range(3):
        acme.publish(lake, (same, acme.reading(["a@1", "b@1"])))

    with Session(lake, acme.NOW) as session:
        assert session.ask("SELECT count(*) FROM usage").one() == (2,)
        published, smallest = session.ask("SELECT count(*), min(write_id) FROM published").one()
        assert published == 1
        assert session.ask("SELECT min(write_id) FROM raw_snapshots").one() == (smallest,)


def test_facts_without_their_snapshot_are_seen_by_nobody(lake: Lake) -> None:
    columns = Columns(lake.salt())
    columns.add(acme.stamp(), acme.reading(["a@1"]))
    batch = columns.batch()
    for table in ("usage", "components", "dependencies"):  # and then the process was killed
        lake.append(table, batch[table])

    assert packages(lake) == []
    assert verify(lake) == []


def test_lead_marks_each_package_once_in_a_snapshot(lake: Lake) -> None:
    acme.publish(lake, (acme.stamp(), acme.reading(["a@1", "a@2", "a@3", "b@1"])))

    with Session(lake, acme.NOW) as session:
        assert session.ask("SELECT sum(lead::int) FROM usage").one() == (2,)
        assert session.ask("SELECT DISTINCT package FROM usage WHERE lead ORDER BY 1").rows() == [
            ("pkg:npm/a",),
            ("pkg:npm/b",),
        ]


def test_verify_names_what_is_torn(lake: Lake) -> None:
    columns = Columns(lake.salt())
    columns.add(acme.stamp(), acme.reading(["a@1", "b@1"]))
    batch = columns.batch()
    lake.append("usage", batch["usage"].slice(0, 1))  # half of the rows, and no cold facts
    lake.append("snapshots", batch["snapshots"])

    messages = {(problem.table, problem.message) for problem in verify(lake)}
    assert ("usage", "holds 1 rows where its snapshot says 2") in messages
    assert ("components", "lacks the cold facts of 1 rows in usage") in messages
    assert ("dependencies", "holds 0 rows where its snapshot says 2") in messages


events = st.lists(
    st.fixed_dictionaries(
        {
            "subject": st.sampled_from(["shop", "till"]),
            "lineage": st.sampled_from(["syft x", "trivy y"]),
            "collector_version": st.integers(1, 2),
            "observed": st.integers(-4, 0),
            "collected": st.integers(0, 2),
            "outcome": st.sampled_from(["complete", "partial", "absent", "failed"]),
            "content": st.sampled_from(["a@1", "b@1", "c@1"]),
        }
    ),
    max_size=8,
)


def _stamp(event: dict[str, Any]) -> Stamp:
    return acme.stamp(
        event["subject"],
        lineage=event["lineage"],
        collector_version=event["collector_version"],
        observed_at=acme.day(event["observed"]),
        collected_at=acme.day(event["observed"] + event["collected"]),
        outcome=event["outcome"],
        content_sha256=event["content"],
    )


def _expected(published: list[dict[str, Any]], day: int) -> set[tuple[str, str]]:
    """The rule in plain words: per lineage the newest reading that didn't fail; gone if absent."""
    newest: dict[tuple[str, str], dict[str, Any]] = {}
    for event in published:
        if event["observed"] > day or event["outcome"] == "failed":
            continue
        key = event["subject"], event["lineage"]
        if key not in newest or _rank(event) > _rank(newest[key]):
            newest[key] = event
    return {(e["subject"], e["content"]) for e in newest.values() if e["outcome"] != "absent"}


def _rank(event: dict[str, Any]) -> tuple[int, int, int]:
    return event["observed"], event["collector_version"], event["observed"] + event["collected"]


@settings(max_examples=6)
@given(histories=st.lists(events, min_size=5, max_size=8), split=st.integers(0, 8))
def test_any_history_gives_what_the_rule_says(
    histories: list[list[dict[str, Any]]], split: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Several histories in one lake, each of its own projects: opening a lake is what takes the time."""
    lake = Lake(tmp_path_factory.mktemp("lake") / str(next(_number)))
    every: list[dict[str, Any]] = []
    parts: tuple[list[Any], list[Any]] = ([], [])
    for number, told in enumerate(histories):
        named = [event | {"subject": f"{event['subject']}-{number}"} for event in told]
        unique = list({(*_rank(e), e["subject"], e["lineage"]): e for e in named}.values())
        every += unique
        pairs = [
            (_stamp(e), acme.reading([e["content"]]) if e["outcome"] in {"complete", "partial"} else None)
            for e in unique
        ]
        parts[0].extend(pairs[:split])
        parts[1].extend(pairs[split:])
    for part in parts:
        if part:
            acme.publish(lake, *part)
    for day in (-4, -2, 0):
        with Session(lake, acme.day(day)) as session:
            rows = session.ask("SELECT project, package || '@' || version FROM inventory").rows()
        assert {(p, c.removeprefix("pkg:npm/")) for p, c in rows} == _expected(every, day)
    assert verify(lake) == []
