# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""The views over git histories: chains of writes, cut at a day, each commit once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests import acme
from tests.evidence.histories import commit, later, orphans, publish, rows
from umbel.evidence.lake import Lake
from umbel.evidence.session import Session
from umbel.evidence.upkeep import compact, status, verify

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

OLD, YOUNG = acme.day(-400), acme.day(-2)


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    return Lake(tmp_path / "lake")


def shas(lake: Lake, as_of: datetime | None = None, view: str = "commits") -> list[Any]:
    key = "sha" if view == "commits" else "tag"
    with Session(lake, as_of or acme.NOW) as session:
        return [row[0] for row in session.ask(f"SELECT {key} FROM {view} ORDER BY ALL").rows()]


def test_a_lake_without_histories_has_empty_views(lake: Lake) -> None:
    assert shas(lake) == []
    assert shas(lake, view="releases") == []


def test_a_run_goes_on_from_the_one_before(lake: Lake) -> None:
    first = publish(lake, [commit("a", OLD)], collected_at=acme.day(-30))
    publish(lake, [commit("b", YOUNG)], after=first)
    assert shas(lake) == ["a", "b"]


def test_two_runs_that_go_on_from_the_same_do_not_double_a_commit(lake: Lake) -> None:
    first = publish(lake, [commit("a", OLD)], collected_at=acme.day(-30))
    publish(lake, [commit("b", YOUNG)], after=first)
    publish(lake, [commit("b", YOUNG)], after=first)
    assert shas(lake) == ["a", "b"]


def test_what_a_killed_run_wrote_is_seen_by_nobody(lake: Lake) -> None:
    publish(lake, [commit("a", OLD)])
    orphans(lake, [commit("b", YOUNG)])
    assert shas(lake) == ["a"]
    assert verify(lake) == []
    assert {s.table: s.orphans for s in status(lake)}["commits"] == 1


def test_a_rewritten_history_replaces_the_old_one(lake: Lake) -> None:
    publish(lake, [commit("a", OLD)], collected_at=acme.day(-30))
    publish(lake, [commit("c", OLD)])
    assert shas(lake) == ["c"]


def test_a_failed_reading_replaces_nothing(lake: Lake) -> None:
    publish(lake, [commit("a", OLD)], collected_at=acme.day(-30))
    publish(lake, [], outcome="failed")
    assert shas(lake) == ["a"]


def test_commits_are_cut_by_their_own_dates_whenever_they_were_read(lake: Lake) -> None:
    publish(lake, [commit("a", OLD), commit("b", YOUNG)])
    assert shas(lake, acme.day(-3)) == ["a"]
    assert shas(lake, acme.day(-500)) == []


def test_a_commit_from_the_future_counts_from_when_it_was_read(lake: Lake) -> None:
    publish(lake, [commit("a", later(4000)), commit("b", None)])
    assert shas(lake) == ["a", "b"]
    with Session(lake, acme.NOW) as session:
        assert session.ask("SELECT committed_at FROM commits WHERE sha = 'a'").one() == (acme.NOW,)
        assert session.ask("SELECT committed_at FROM commits WHERE sha = 'b'").one() == (None,)


def test_a_repository_that_is_gone_is_known_until_that_day(lake: Lake) -> None:
    publish(lake, [commit("a", OLD)], collected_at=acme.day(-30))
    publish(lake, [], outcome="absent")
    assert shas(lake) == []
    assert shas(lake, acme.day(-1)) == ["a"]


def test_a_commit_of_two_repositories_of_one_project_counts_once(lake: Lake) -> None:
    publish(lake, [commit("a", OLD), commit("b", OLD)])
    publish(lake, [commit("a", OLD), commit("c", OLD)], lineage="git_history git:fork")
    publish(lake, [commit("a", OLD)], subject="till")
    with Session(lake, acme.NOW) as session:
        found = session.ask("SELECT project, sha FROM commits ORDER BY ALL").rows()
    assert found == [("shop", "a"), ("shop", "b"), ("shop", "c"), ("till", "a")]


def test_releases_are_those_of_the_newest_reading_up_to_the_day(lake: Lake) -> None:
    tags = [{"tag": "v1", "released_at": OLD}, {"tag": "gone", "released_at": OLD}]
    first = publish(lake, [commit("a", OLD)], releases=tags, collected_at=acme.day(-30))
    publish(lake, [], after=first, releases=[tags[0], {"tag": "v2", "released_at": YOUNG}])
    assert shas(lake, view="releases") == ["v1", "v2"]
    assert shas(lake, acme.day(-3), view="releases") == ["v1"]


def test_compaction_changes_nothing(lake: Lake) -> None:
    writes: list[int] = []
    for number in range(5):
        writes = publish(lake, [commit(f"{number}", OLD)], after=writes, collected_at=acme.day(number - 9))
    before = shas(lake)
    compact(lake)
    assert shas(Lake(lake.url)) == before == ["0", "1", "2", "3", "4"]
    assert {s.table: s.files for s in status(Lake(lake.url))}["commits"] == 1


def test_a_history_that_lost_a_write_is_noticed(lake: Lake) -> None:
    first = publish(lake, [commit("a", OLD)], collected_at=acme.day(-30))
    publish(lake, [commit("b", YOUNG)], after=first)
    assert verify(lake) == []
    own = publish(lake, [commit("c", YOUNG)], subject="till")[0]
    lost = {"write_id": own, "writes": [4711, own], "commits": 2}
    lake.append("histories", rows("histories", [lost]))
    assert "lists 1 writes that were never published" in {problem.message for problem in verify(lake)}


def test_a_history_that_holds_less_than_it_says_is_noticed(lake: Lake) -> None:
    publish(lake, [commit("a", OLD)], commits_said=2)
    (problem,) = verify(lake)
    assert problem.message == "says 2 commits and lists writes that hold 1"
