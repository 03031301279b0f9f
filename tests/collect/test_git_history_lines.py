# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Which line of commits is followed: a branch that is checked out is no other history."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.collect.git_repositories import commit, git, init, known_by, say, take
from umbel.collect._history_lines import default_branch

if TYPE_CHECKING:
    from pathlib import Path

    from umbel.collect.git_history import HistoryReading


@pytest.fixture
def upstream(tmp_path: Path) -> Path:
    folder = init(tmp_path / "upstream")
    commit(folder, "one")
    commit(folder, "two")
    return folder


@pytest.fixture
def checkout(tmp_path: Path, upstream: Path) -> Path:
    git(tmp_path, "clone", "-q", str(upstream), "checkout")
    assert default_branch(tmp_path / "checkout/.git") == "main"
    return tmp_path / "checkout"


def feature(folder: Path, name: str = "feature") -> str:
    """Begin a branch and commit to it."""
    git(folder, "checkout", "-q", "-b", name)
    return commit(folder, "half done")


def seen(reading: HistoryReading) -> tuple[str, str | None, bool]:
    """What became of it, the branch that was followed, and whether anything is published."""
    return reading.state, reading.place.branch, reading.publishes


def test_a_checkout_on_another_branch_is_the_same_history(checkout: Path) -> None:
    known = known_by(*take(checkout))
    feature(checkout)
    assert seen(take(checkout, known)[0]) == ("unchanged", "main", False)
    git(checkout, "checkout", "-q", "--detach", "HEAD~2")
    assert seen(take(checkout, known)[0]) == ("unchanged", "main", False)
    first, rows = take(checkout)
    assert (len(rows), first.place.head) == (2, say(checkout, "rev-parse", "main"))


def test_on_the_default_branch_head_is_followed_with_what_was_not_pushed(checkout: Path) -> None:
    mine = commit(checkout, "not pushed")
    reading, rows = take(checkout)
    assert (reading.place.tips, len(rows)) == ((mine,), 3)
    assert len(rows) == int(say(checkout, "rev-list", "--count", "HEAD"))
    feature(checkout)
    assert seen(take(checkout, known_by(reading, rows))[0]) == ("unchanged", "main", False)


def test_what_was_fetched_of_the_default_branch_is_seen_from_another(checkout: Path, upstream: Path) -> None:
    known = known_by(*take(checkout))
    feature(checkout)
    theirs = commit(upstream, "three")
    git(checkout, "fetch", "-q")
    reading, rows = take(checkout, known)
    assert (reading.state, [row["sha"] for row in rows]) == ("grown", [theirs])
    known = known_by(*take(checkout))
    git(checkout, "checkout", "-q", "main")  # which was not updated yet
    assert seen(take(checkout, known)[0]) == ("behind", "main", False)
    mine = commit(checkout, "beside theirs")
    reading, rows = take(checkout, known)
    assert (reading.state, reading.rewritten, [row["sha"] for row in rows]) == ("grown", False, [mine])
    assert reading.place.tips == tuple(sorted([mine, theirs]))
    git(checkout, "checkout", "-q", "feature")
    git(checkout, "branch", "-q", "-D", "main")
    assert take(checkout)[0].place.tips == (theirs,)


def test_a_mailmap_is_that_of_the_default_branch(checkout: Path) -> None:
    commit(checkout, files={".mailmap": "New <new@acme.example> <dev@acme.example>\n"})
    git(checkout, "checkout", "-q", "-b", "feature")
    commit(checkout, files={".mailmap": ""})
    reading, rows = take(checkout)
    assert len(rows) == 3
    assert len(reading.aliases()) == 1


def test_where_no_default_branch_is_known_another_one_is_followed_beside(tmp_path: Path) -> None:
    folder = init(tmp_path)
    commit(folder, "one")
    git(folder, "branch", "side")
    two = commit(folder, "two")
    known = known_by(*take(folder))
    git(folder, "checkout", "-q", "side")
    assert seen(take(folder, known)[0]) == ("behind", "side", False)
    other = commit(folder, "beside")
    both, rows = take(folder, known)
    assert (both.state, both.rewritten, [row["sha"] for row in rows]) == ("grown", False, [other])
    assert (both.place.tips, both.number) == (tuple(sorted([two, other])), 3)


def test_following_two_branches_lasts_while_both_stand(tmp_path: Path) -> None:
    import msgspec

    folder = init(tmp_path)
    commit(folder, "one")
    git(folder, "branch", "side")
    first, rows = take(folder)
    two = commit(folder, "two")
    git(folder, "checkout", "-q", "side")
    other = commit(folder, "beside")
    git(folder, "checkout", "-q", "main")
    known = known_by(first, [*rows, *take(folder)[1]])
    known = msgspec.structs.replace(
        known, tips=tuple(sorted([two, other])), head=other, heads=frozenset([two, other]), commits=3
    )
    three = commit(folder, "three")
    reading, rows = take(folder, known)
    assert (reading.state, [row["sha"] for row in rows]) == ("grown", [three])
    assert reading.place.tips == tuple(sorted([three, other]))
    git(folder, "branch", "-q", "-D", "side")
    reading, rows = take(folder, known)
    assert (reading.state, reading.place.tips, len(rows)) == ("rewritten", (three,), 3)


def test_a_commit_that_was_amended_is_gone_though_its_branch_stands(tmp_path: Path) -> None:
    folder = init(tmp_path)
    commit(folder, "one")
    commit(folder, "two")
    known = known_by(*take(folder))
    git(folder, "commit", "-q", "--amend", "--allow-empty", "-m", "better")
    assert take(folder, known)[0].state == "rewritten"


def test_a_default_branch_that_leads_nowhere_or_is_odd_is_no_default_branch(checkout: Path) -> None:
    known = known_by(*take(checkout))
    feature(checkout)
    place = checkout / ".git/refs/remotes/origin/HEAD"
    for text in ("ref: refs/remotes/origin/gone\n", "ref: refs/remotes/origin/--all\n", "ref: \n", "\0\n"):
        place.write_text(text)
        assert seen(take(checkout, known)[0]) == ("grown", "feature", True)


def test_a_server_that_dropped_commits_has_rewritten_its_history(tmp_path: Path, upstream: Path) -> None:
    git(tmp_path, "clone", "-q", "--bare", str(upstream), "clone.git")
    known = known_by(*take(tmp_path / "clone.git", fetched=True))
    git(upstream, "reset", "-q", "--hard", "HEAD~1")
    git(tmp_path / "clone.git", "fetch", "-q", "--force", str(upstream), "main:main")
    reading, rows = take(tmp_path / "clone.git", known, fetched=True)
    assert (reading.state, reading.rewritten, len(rows)) == ("rewritten", True, 1)
    # A clone that was made anew doesn't hold what was dropped.
    git(tmp_path, "clone", "-q", "--bare", f"file://{upstream}", "anew.git")
    assert take(tmp_path / "anew.git", known, fetched=True)[0].state == "rewritten"


def test_a_checkout_that_is_behind_has_dropped_nothing(checkout: Path, tmp_path: Path) -> None:
    known = known_by(*take(checkout))
    git(checkout, "reset", "-q", "--hard", "HEAD~1")
    assert take(checkout, known)[0].state == "behind"
    git(checkout, "remote", "remove", "origin")
    assert take(checkout, known)[0].state == "behind"
    git(tmp_path, "clone", "-q", "--bare", f"file://{checkout}", "other.git")
    assert take(tmp_path / "other.git", known)[0].state == "behind", "a clone that never had it"


def test_a_bare_repository_whose_branch_was_moved_back_is_rewritten(tmp_path: Path, upstream: Path) -> None:
    git(tmp_path, "clone", "-q", "--bare", str(upstream), "bare.git")
    known = known_by(*take(tmp_path / "bare.git"))
    git(tmp_path / "bare.git", "update-ref", "refs/heads/main", "main~1")
    assert take(tmp_path / "bare.git", known)[0].state == "rewritten"


@pytest.mark.parametrize("fetched", [True, False])
def test_a_repository_without_commits_leaves_what_was_known(
    tmp_path: Path, upstream: Path, *, fetched: bool
) -> None:
    known = known_by(*take(upstream))
    reading, _ = take(init(tmp_path / "empty", "--bare"), known, fetched=fetched)
    assert (reading.state, [fault.code for fault in reading.faults]) == ("behind", ["emptied"])
