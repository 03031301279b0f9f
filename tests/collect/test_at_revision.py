# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""The documents of a checkout as they were: hostile trees lead nowhere, and many take no long time."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.collect.git_repositories import commit, git, init
from umbel.collect import at_revision
from umbel.model.errors import UsageError

if TYPE_CHECKING:
    from pathlib import Path


def tree(shop: Path, name: bytes) -> None:
    """A commit with one document of a name that no checkout could have."""
    blob = git(shop, "hash-object", "-w", "--stdin", stdin=b"{}").strip()
    made = git(shop, "mktree", "-z", stdin=b"100644 blob " + blob + b"\t" + name + b"\0").strip().decode()
    sha = git(shop, "commit-tree", made, "-m", "odd").strip().decode()
    git(shop, "update-ref", "refs/heads/odd", sha)


def test_documents_are_as_they_were(tmp_path: Path) -> None:
    shop = init(tmp_path / "shop")
    files = {f"a/{number}/package-lock.json": f"{number}\n" for number in range(40)}
    commit(shop, "x", files | {"readme.rst": "no"})
    commit(shop, "y", {"a/1/package-lock.json": "later"})
    assert at_revision.write(shop, "HEAD~1", tmp_path / "then") == 40
    found = {
        file.relative_to(tmp_path / "then").as_posix(): file for file in (tmp_path / "then").rglob("*.json")
    }
    assert {name: file.read_text("utf-8") for name, file in found.items()} == files
    assert at_revision.write(shop, "HEAD~1", tmp_path / "part", "a/1") == 1


def test_a_name_that_no_file_can_have_is_told(tmp_path: Path) -> None:
    shop = init(tmp_path / "shop")
    tree(shop, b"x" * 300 + b".cdx.json")
    with pytest.raises(UsageError, match="can't be written"):
        at_revision.write(shop, "odd", tmp_path / "then")
