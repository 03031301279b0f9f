# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""What a walk finds, whose it is, and what it names as trouble."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from tests import acme
from umbel.collect.walk import Found, Trouble, Walk, covered, join

if TYPE_CHECKING:
    from pathlib import Path

LOCK = 'version = 1\nrequires-python = ">=3.11"\n'


def walk(folder: Path) -> tuple[dict[str, str], list[Trouble]]:
    """Path below the folder → project, of everything found; and the trouble."""
    found, trouble = {}, []
    for item in Walk(folder):
        if isinstance(item, Found):
            found[item.path.relative_to(folder).as_posix()] = item.project.name
        else:
            trouble.append(item)
    return found, trouble


def test_lockfiles_belong_to_their_checkout_and_sboms_are_known_by_content(tmp_path: Path) -> None:
    acme.checkout(
        tmp_path / "shop",
        {
            "uv.lock": LOCK,
            "services/api/uv.lock": LOCK,
            "report.json": acme.sbom("shop", ["a@1"]),
            "data.json": "{}",
        },
        "https://github.com/acme/shop.git",
    )
    found, trouble = walk(tmp_path)

    assert trouble == []
    name = "github.com/acme/shop"
    assert found == {"shop/uv.lock": name, "shop/services/api/uv.lock": name, "shop/report.json": name}


def test_outside_of_git_the_topmost_folder_with_a_lockfile_is_the_project(tmp_path: Path) -> None:
    for place in ("team/app", "team/app/part", "other"):
        (tmp_path / place).mkdir(parents=True)
        (tmp_path / place / "uv.lock").write_text(LOCK)
    found, _ = walk(tmp_path)

    assert found == {
        "other/uv.lock": "other",
        "team/app/uv.lock": "team/app",
        "team/app/part/uv.lock": "team/app",
    }


def test_links_and_loops_are_not_followed(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "a/uv.lock").write_text(LOCK)
    (tmp_path / "a/loop").symlink_to(tmp_path, target_is_directory=True)
    (tmp_path / "out").symlink_to("/etc", target_is_directory=True)
    (tmp_path / "uv.lock").symlink_to(tmp_path / "a/uv.lock")

    assert list(walk(tmp_path)[0]) == ["a/uv.lock"]


def test_pipes_and_devices_are_passed_over(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "uv.lock")
    os.mkfifo(tmp_path / "bom.json")
    assert walk(tmp_path) == ({}, [])


def test_a_tree_without_end_is_left_at_a_depth_and_said(tmp_path: Path) -> None:
    # One folder at a time: the whole path would be too long for the system.
    here = os.open(tmp_path, os.O_RDONLY)
    for _ in range(230):
        os.mkdir("d", dir_fd=here)
        here, old = os.open("d", os.O_RDONLY, dir_fd=here), here
        os.close(old)
    os.close(here)
    _, (trouble,) = walk(tmp_path)
    assert "folders deep" in trouble.fault.message


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_folder_without_permission_is_trouble_and_the_rest_is_found(tmp_path: Path) -> None:
    (tmp_path / "closed").mkdir(mode=0)
    (tmp_path / "uv.lock").write_text(LOCK)
    found, (trouble,) = walk(tmp_path)
    assert list(found) == ["uv.lock"]
    assert trouble.fault.code == "unreadable"


def test_a_single_file_that_nobody_knows_is_trouble(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("hello")
    (item,) = Walk(tmp_path / "notes.txt")
    assert isinstance(item, Trouble)
    assert item.fault.code == "unrecognised"


def test_origins_are_joined_and_covered() -> None:
    assert join("git:github.com/acme/shop", "uv.lock") == "git:github.com/acme/shop#uv.lock"
    assert join("file:/srv", "a/b") == "file:/srv/a/b"
    assert covered("git:github.com/acme/shop#uv.lock", {"git:github.com/acme/shop"})
    assert covered("git:github.com/acme/shop", {"git:github.com/acme/shop"})
    assert not covered("git:github.com/acme/shop-ui#uv.lock", {"git:github.com/acme/shop"})
    assert not covered("file:/srv/ab", {"file:/srv/a"})


def test_a_file_known_by_its_path_belongs_to_where_that_path_begins(tmp_path: Path) -> None:
    flow = "on: push\njobs:\n  test:\n    steps:\n      - uses: acme/setup@v1\n"
    for name, text in {
        "team/app/.github/workflows/test.yml": flow,
        "root/var/lib/dpkg/status": "Package: sh\nStatus: install ok installed\nVersion: 1\n\n",
    }.items():
        (tmp_path / name).parent.mkdir(parents=True)
        (tmp_path / name).write_text(text)
    found, trouble = walk(tmp_path)

    assert trouble == []
    assert found == {
        "team/app/.github/workflows/test.yml": "team/app",
        "root/var/lib/dpkg/status": "root",
    }
    (alone,) = Walk(tmp_path / "root/var/lib/dpkg/status")
    assert isinstance(alone, Found)
    assert (alone.project.name, alone.project.root) == ("root", tmp_path / "root")
