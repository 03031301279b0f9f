# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Lines by language: what is counted, what is left out, and what happens without the counter."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from tests import acme
from umbel.collect import _languages
from umbel.collect._tree import folder_tree, git_tree

if TYPE_CHECKING:
    from pathlib import Path

    from umbel.collect.interface import Language

needs_counter = pytest.mark.skipif(_languages.counter() is None, reason="the program scc isn't installed")

FILES: dict[str, str | bytes] = {
    "a.py": "# why\n\nx = 1\ny = 2\n",
    "src/a.py": "z = 3\n",
    "src/main.go": "package main\n\nfunc main() {}\n",
    "vendor/x/x.go": "package x\n",
    "web/app.min.js": "a()\n",
    "big.py": b"x = 1\n" * 200_000,
    "empty.py": "",
}


def rows(found: list[Language]) -> dict[str, tuple[int, int, int | None, int | None]]:
    return {one.language: (one.files, one.code, one.comments, one.blanks) for one in found}


@needs_counter
def test_code_comments_and_blanks_are_counted_on_disk_and_in_a_repository_alike(tmp_path: Path) -> None:
    shop = acme.checkout(tmp_path / "shop", FILES)
    for tree in (folder_tree(shop), git_tree(shop)):
        with tree:
            found, faults = _languages.count(tree)
        assert rows(found) == {"Python": (2, 3, 1, 1), "Go": (1, 2, 0, 1)}
        assert [fault.message for fault in faults] == [
            "1 files of more than 1,000,000 bytes are not counted as code"
        ]
        assert {fault.level for fault in faults} == {"note"}


@needs_counter
def test_nothing_that_lies_in_the_project_steers_the_counter(tmp_path: Path) -> None:
    steering = {
        ".sccconfig": "--exclude-ext=py\n",
        ".sccignore": "*.py\n",
        ".ignore": "*.py\n",
        ".gitattributes": "*.py binary\n",
    }
    shop = acme.checkout(tmp_path / "shop", {"a.py": "x = 1\n", "node/package-lock.json": "{}\n", **steering})
    with folder_tree(shop) as tree:
        found, _ = _languages.count(tree)
    assert rows(found)["Python"] == (1, 1, 0, 0)
    assert "JSON" not in rows(found)  # a lockfile is nobody's code


@needs_counter
def test_names_that_are_no_text_or_look_like_options_are_counted(tmp_path: Path) -> None:
    shop = acme.checkout(tmp_path / "shop", {"--format.py": "x = 1\n"})
    for name in (b"bad\xff.py", b"new\nline.py", b"a,b:c.py"):
        (shop / os.fsdecode(name)).write_text("x = 1\n")
    acme.git(shop, "add", "-A")
    acme.git(shop, "commit", "-q", "-m", "more")
    for tree in (folder_tree(shop), git_tree(shop)):
        with tree:
            assert rows(_languages.count(tree)[0]) == {"Python": (4, 4, 0, 0)}


@needs_counter
def test_many_files_are_given_to_several_processes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shop = acme.checkout(tmp_path / "shop", {f"{n}.py": "x = 1\n" for n in range(50)})
    monkeypatch.setattr(_languages, "_ARGUMENTS", 500)
    with folder_tree(shop) as tree:
        assert rows(_languages.count(tree)[0]) == {"Python": (50, 50, 0, 0)}


def test_without_the_counter_languages_are_unknown_and_said_to_be(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(_languages, "counter", lambda: None)
    with folder_tree(tmp_path) as tree:
        found, faults = _languages.count(tree)
    assert found == []
    assert [(fault.code, fault.level) for fault in faults] == [("no-counter", "note")]


@pytest.mark.parametrize("script", ["exit 1", "echo '[{'", "echo '{}'"])
def test_a_counter_that_fails_loses_only_the_lines(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, script: str
) -> None:
    program = tmp_path / "scc"
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(0o755)
    shop = acme.checkout(tmp_path / "shop", {"a.py": "x = 1\n"})
    monkeypatch.setattr(_languages, "counter", lambda: str(program))
    with folder_tree(shop) as tree:
        found, faults = _languages.count(tree)
    assert found == []
    assert [(fault.code, fault.level) for fault in faults] == [("not-counted", "warning")]


@needs_counter
def test_files_of_one_name_are_counted_each_in_a_repository_too(tmp_path: Path) -> None:
    files = {
        f"{n}/{name}": "x\n"
        for n in range(3)
        for name in ("Makefile", "CMakeLists.txt", "input.js", "x.d.ts")
    }
    shop = acme.checkout(tmp_path / "shop", {**files, f"{'ü' * 120}.py": "x = 1\n"})
    with folder_tree(shop) as one, git_tree(shop) as two:
        found = rows(_languages.count(one)[0])
        assert rows(_languages.count(two)[0]) == found
    assert {language: counted[0] for language, counted in found.items()} == {
        "Makefile": 3,
        "CMake": 3,
        "JavaScript": 3,
        "TypeScript Typings": 3,
        "Python": 1,
    }
