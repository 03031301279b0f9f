# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""One repository from several sources: its clone from a server, and checkouts of it in the folders that are walked."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING, Any

import pytest

from tests.collect import git_servers
from tests.collect.git_repositories import commit, git, say
from tests.collect.git_servers import Upstream
from umbel.app import Workspace
from umbel.evidence.ingest_history import Source, ingest
from umbel.evidence.session import Session
from umbel.evidence.upkeep import verify

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from umbel.evidence.ingest_history import Ingested


@pytest.fixture
def upstream(tmp_path: Path) -> Upstream:
    made = Upstream(tmp_path / "served/shop.git")
    made.commit({"a": "1"})
    made.commit({"a": "2", "b": "2"})
    git(made.path, "tag", "v1.0")
    return made


@pytest.fixture
def url(tmp_path: Path, upstream: Upstream) -> Iterator[str]:
    assert upstream.tip()
    with git_servers.daemon(tmp_path / "served") as address:
        yield f"{address}/shop.git"


@pytest.fixture
def asked(tmp_path: Path) -> Workspace:
    folder = tmp_path / "workspace"
    folder.mkdir()
    (folder / "umbel.toml").write_text(f'[cache]\nfolder = "{tmp_path / "cache"}"\n[history]\npaths = true\n')
    return Workspace(folder)


@pytest.fixture
def checkout(tmp_path: Path, url: str) -> Path:
    (tmp_path / "src").mkdir()
    git(tmp_path / "src", "clone", "-q", url, "shop")
    return tmp_path / "src/shop"


def rows(asked: Workspace, sql: str) -> list[tuple[Any, ...]]:
    with Session(asked.lake()) as session:
        return session.ask(sql).rows()


def shas(asked: Workspace) -> list[str]:
    return [sha for (sha,) in rows(asked, "SELECT sha FROM commits ORDER BY ALL")]


def commits_of(folder: Path, *revisions: str) -> list[str]:
    return sorted(say(folder, "rev-list", *revisions).split())


def test_a_checkout_and_a_treeless_clone_of_one_repository(
    asked: Workspace, checkout: Path, upstream: Upstream, url: str
) -> None:
    asked.collect([checkout.parent, url])
    assert rows(asked, "SELECT kind, commits, roots, shallow, paths FROM histories") == [
        ("full", 2, 1, False, True)
    ]
    assert rows(asked, "SELECT kind FROM readings ORDER BY ALL") == [("full",), ("treeless",)]
    assert rows(asked, "SELECT path FROM changes ORDER BY ALL") == [("a",), ("a",), ("b",)]

    upstream.commit({"c": "3"})
    assert asked.collect([url]).commits == 1
    assert shas(asked) == commits_of(upstream.path, "main")
    assert rows(asked, "SELECT kind, commits FROM histories") == [("treeless", 3)]
    assert rows(asked, "SELECT path FROM changes ORDER BY ALL") == [("a",), ("a",), ("b",)]
    assert rows(asked, "SELECT tag FROM releases") == [("v1.0",)]

    git(checkout, "pull", "-q")
    asked.collect([checkout])
    assert rows(asked, "SELECT kind, commits, paths FROM histories") == [("full", 3, True)]
    assert shas(asked) == commits_of(checkout, "HEAD")
    assert verify(asked.lake()) == []


def test_a_walk_withdraws_what_its_checkout_no_longer_is_and_never_the_clone(
    asked: Workspace, checkout: Path, upstream: Upstream, url: str
) -> None:
    asked.collect([checkout.parent, url])
    assert asked.collect([checkout.parent]).absent == 0
    shutil.rmtree(checkout)
    git(checkout.parent, "clone", "-q", "--filter=tree:0", "--no-checkout", url, "shop")
    assert asked.collect([checkout.parent]).absent == 1
    assert rows(asked, "SELECT kind FROM readings") == [("treeless",), ("treeless",)]
    assert shas(asked) == commits_of(upstream.path, "main")


def test_a_force_push_is_seen_though_a_checkout_still_has_what_was_dropped(
    asked: Workspace, checkout: Path, upstream: Upstream, url: str
) -> None:
    asked.collect([checkout.parent, url])
    git(upstream.path, "update-ref", "refs/heads/main", "main~1")
    asked.collect([url])
    assert rows(asked, "SELECT kind, commits, rewritten FROM histories") == [("treeless", 1, True)]
    assert shas(asked) == commits_of(upstream.path, "main")
    upstream.commit({"z": "z"})
    asked.collect([url])
    assert shas(asked) == commits_of(upstream.path, "main")
    assert rows(asked, "SELECT commits, rewritten FROM histories") == [(2, False)]


def one(asked: Workspace, folder: Path) -> Ingested:
    """Read one checkout's history."""
    (done,) = ingest(asked.lake(create=True), [Source(folder, "shop", "git:shop")])
    return done


def test_branches_that_are_switched_write_nothing(asked: Workspace, checkout: Path) -> None:
    one(asked, checkout)
    git(checkout, "checkout", "-q", "-b", "feature")
    commit(checkout, "half done", {"new": "1"})
    assert (one(asked, checkout).state, one(asked, checkout).faults) == ("unchanged", [])
    assert shas(asked) == commits_of(checkout, "main")
    git(checkout, "checkout", "-q", "main")
    git(checkout, "merge", "-q", "feature")
    assert one(asked, checkout).commits == 1
    assert shas(asked) == commits_of(checkout, "HEAD")
    assert rows(asked, "SELECT count(*) FROM raw_commits") == [(3,)]


def test_two_branches_are_followed_where_no_default_branch_is_known(asked: Workspace, checkout: Path) -> None:
    git(checkout, "remote", "remove", "origin")
    one(asked, checkout)
    git(checkout, "checkout", "-q", "-b", "feature", "HEAD~1")
    commit(checkout, "beside")
    assert one(asked, checkout).commits == 1
    assert shas(asked) == commits_of(checkout, "main", "feature")
    git(checkout, "checkout", "-q", "main")
    assert one(asked, checkout).state == "behind"
    commit(checkout, "more")
    assert one(asked, checkout).commits == 1
    assert shas(asked) == commits_of(checkout, "main", "feature")
    assert rows(asked, "SELECT commits, roots, rewritten FROM histories") == [(4, 1, False)]
    git(checkout, "merge", "-q", "-m", "merge", "feature")
    assert one(asked, checkout).commits == 1
    assert shas(asked) == commits_of(checkout, "HEAD")
    assert verify(asked.lake()) == []
