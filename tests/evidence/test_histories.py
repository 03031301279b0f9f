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


CHECKOUT, CLONE = "git_history git:host.example/shop", "git_history clone:host.example/shop treeless"


def reading(lake: Lake, lineage: str, names: str, **more: Any) -> list[int]:
    """Publish commits of one letter each, the last of which is the tip; gives the chain of writes."""
    kind = "treeless" if lineage.endswith("treeless") else "full"
    more = {"tips": list(names[-1:]), "kind": kind, "paths": kind == "full", **more}
    return publish(lake, [commit(name, OLD) for name in names], lineage=lineage, **more)


def followed(lake: Lake) -> tuple[str, str]:
    """What is followed of the one repository: commits, and the reading's source; each figure must fit."""
    with Session(lake, acme.NOW) as session:
        names = [name for (name,) in session.ask("SELECT sha FROM commits ORDER BY ALL").rows()]
        ((lineage, number, alone),) = session.ask("SELECT lineage, commits, alone FROM histories").rows()
    assert (len(names), len(set(names)), alone) == (number, number, True)
    return "".join(names), "clone" if "clone:" in lineage else "checkout"


@pytest.mark.parametrize(
    ("checkout", "clone", "expected"),
    [
        pytest.param("abc", "abc", ("abc", "checkout"), id="the same: the fuller"),
        pytest.param("ab", "abc", ("abc", "clone"), id="the checkout is behind"),
        pytest.param("abc", "ab", ("abc", "checkout"), id="the clone was made long ago"),
        pytest.param("abx", "abc", ("abc", "clone"), id="they part: what the server has"),
        pytest.param("", "abc", ("abc", "clone"), id="an empty checkout"),
        pytest.param("abc", "", ("abc", "checkout"), id="an empty clone"),
        pytest.param("", "", ("", "checkout"), id="both empty"),
        pytest.param("xyz", "abc", ("abc", "clone"), id="nothing in common"),
    ],
)
def test_a_repository_that_is_read_from_two_sources_counts_once(
    lake: Lake, checkout: str, clone: str, expected: tuple[str, str]
) -> None:
    reading(lake, CLONE, clone, collected_at=acme.day(-9))
    reading(lake, CHECKOUT, checkout)
    assert followed(lake) == expected
    assert verify(lake) == []


def test_what_the_server_dropped_does_not_come_back_by_a_checkout(lake: Lake) -> None:
    reading(lake, CLONE, "abc", collected_at=acme.day(-9))
    reading(lake, CHECKOUT, "abc", collected_at=acme.day(-8))
    reading(lake, CLONE, "ab", collected_at=acme.day(-7), rewritten=True)
    assert followed(lake) == ("ab", "clone")
    after = reading(lake, CHECKOUT, "abcd", collected_at=acme.day(-6))
    assert followed(lake) == ("abcd", "checkout"), "more than the server ever had"
    reading(lake, CLONE, "abe", collected_at=acme.day(-5))
    assert followed(lake) == ("abe", "clone")
    assert len(after) == 1


def test_of_two_kinds_of_clone_the_later_counts_unless_they_are_equal(lake: Lake) -> None:
    blobless = CLONE.replace("treeless", "blobless")
    reading(lake, blobless, "abc", kind="blobless", paths=True, collected_at=acme.day(-9))
    reading(lake, CLONE, "abc", collected_at=acme.day(-8))
    with Session(lake, acme.NOW) as session:
        assert session.ask("SELECT kind FROM histories").rows() == [("blobless",)]
    reading(lake, CLONE, "ab", collected_at=acme.day(-7))
    assert followed(lake) == ("ab", "clone")


@pytest.mark.parametrize("more", [{"shallow": True}, {"outcome": "partial"}])
def test_a_part_of_a_history_stands_behind_the_whole(lake: Lake, more: dict[str, Any]) -> None:
    reading(lake, CLONE, "abc", collected_at=acme.day(-9))
    reading(lake, CHECKOUT, "cd", **more)
    assert followed(lake) == ("abc", "clone")


def test_what_is_withdrawn_gives_way(lake: Lake) -> None:
    reading(lake, CLONE, "ab")
    reading(lake, CHECKOUT, "abc", collected_at=acme.day(-9))
    publish(lake, [], lineage=CHECKOUT, outcome="absent")
    assert followed(lake) == ("ab", "clone")


def test_paths_and_tags_are_taken_from_every_reading_and_commits_from_one(lake: Lake) -> None:
    old = [{"tag": "v1", "sha": "a", "released_at": OLD}, {"tag": "moving", "sha": "a", "released_at": OLD}]
    new = [{"tag": "moving", "sha": "b", "released_at": OLD}]
    changes = [("src/a.py", "a"), ("src/b.py", "b"), ("src/x.py", "x")]
    reading(lake, CHECKOUT, "abx", changes=changes, releases=old)
    reading(lake, CLONE, "abc", releases=new, collected_at=acme.day(-1))
    with Session(lake, acme.NOW) as session:
        assert session.ask("SELECT path, sha FROM changes ORDER BY ALL").rows() == changes[:2]
        assert session.ask("SELECT tag, sha FROM releases ORDER BY ALL").rows() == [
            ("moving", "b"),
            ("v1", "a"),
        ]
        assert session.ask("SELECT count(*) FROM readings").one() == (2,)


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
