# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Which project a file belongs to, and that an examined repository can't make git do anything."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from tests import acme
from umbel.collect.projects import git_project, head, remote_name

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize(
    ("url", "name"),
    [
        ("https://github.com/acme/shop.git", "github.com/acme/shop"),
        ("https://user:secret@github.com/acme/shop", "github.com/acme/shop"),
        ("git@github.com:acme/shop.git", "github.com/acme/shop"),
        ("ssh://git@git.acme.example:2222/team/sub/shop.git/", "git.acme.example/team/sub/shop"),
        ("git+ssh://git@GitHub.com/acme/Shop", "github.com/acme/Shop"),
        ("/srv/git/shop.git", None),
        ("../shop", None),
        ("file:///srv/git/shop.git", None),
        ("ext::sh -c touch% /tmp/owned", None),
        ("https://[broken", None),
        ("", None),
        (None, None),
        ("https://github.com/" + "a" * 5000, None),
    ],
)
def test_a_remote_names_its_project_without_credentials(url: str | None, name: str | None) -> None:
    assert remote_name(url) == name


def test_a_checkout_is_named_by_its_remote_and_dated_by_its_head(tmp_path: Path) -> None:
    folder = acme.checkout(tmp_path / "x", {"a": "1"}, "https://token@github.com/acme/shop.git")
    project = git_project(folder, "x")

    assert project.name == "github.com/acme/shop"
    assert project.origin == "git:github.com/acme/shop"
    assert project.revision == acme.git(folder, "rev-parse", "HEAD").strip()
    assert project.committed_at == datetime(2026, 1, 15, 10, tzinfo=UTC)


def test_a_checkout_without_remote_or_commit_is_a_project_all_the_same(tmp_path: Path) -> None:
    acme.git(tmp_path, "init", "-q")
    project = git_project(tmp_path, "fallback")

    assert project.name == "fallback"
    assert (project.revision, project.committed_at) == (None, None)


def test_a_linked_worktree_has_the_name_of_its_main_checkout(tmp_path: Path) -> None:
    folder = acme.checkout(tmp_path / "main", {"a": "1"}, "git@github.com:acme/shop.git")
    acme.git(folder, "worktree", "add", "-q", str(tmp_path / "linked"))

    assert git_project(tmp_path / "linked", "linked").name == "github.com/acme/shop"


def test_a_hostile_repository_runs_nothing(tmp_path: Path) -> None:
    folder = acme.checkout(tmp_path / "x", {"a": "1"})
    trap = tmp_path / "owned"
    script = tmp_path / "trap.sh"
    script.write_text(f"#!/bin/sh\ntouch {trap}\n")
    script.chmod(0o755)
    for key in ("core.fsmonitor", "core.pager", "gpg.program", "core.sshCommand", "diff.external"):
        acme.git(folder, "config", key, str(script))
    acme.git(folder, "config", "log.showSignature", "true")
    acme.git(folder, "config", "core.hooksPath", str(tmp_path))

    assert head(folder)[0] is not None
    assert not trap.exists()


def test_a_broken_repository_is_a_project_without_a_commit(tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    (tmp_path / ".git/HEAD").write_text("nonsense")
    assert head(tmp_path) == (None, None)
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub/.git").write_text("gitdir: /nowhere/at/all")
    assert git_project(tmp_path / "sub", "sub").name == "sub"
