# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""A project's own files: what belongs to it, what is left out, what can't be read."""

from __future__ import annotations

import os
import subprocess
from typing import TYPE_CHECKING

import pytest

from tests import acme
from umbel.collect import _tree, _tree_git
from umbel.collect._tree import folder_tree, git_tree, open_tree, printable
from umbel.collect.interface import UnreadableError

if TYPE_CHECKING:
    from pathlib import Path

FILES = {
    "README.md": "# shop\n",
    "src/shop.py": "import os\n",
    "tests/test_shop.py": "import shop\n",
    "vendor/other/x.py": "x = 1\n",
    "web/app.min.js": "a()",
    "src/api_pb2.py": "x = 1\n",
    "build/tool.py": "x = 1\n",
    ".gitignore": "out/\n*.log\n",
}
OWN = [".gitignore", "README.md", "build/tool.py", "src/shop.py", "tests/test_shop.py"]


def paths(place: Path) -> list[str]:
    with open_tree(place) as tree:
        return [entry.path for entry in tree.files()]


def commit(place: Path) -> None:
    acme.git(place, "add", "-A")
    acme.git(place, "commit", "-q", "-m", "more")


def bare(tmp_path: Path, source: Path, *options: str) -> Path:
    target = tmp_path / "bare.git"
    command = ["git", "-c", "protocol.file.allow=always", "clone", "-q", "--bare", *options]
    subprocess.run(["git", "-C", source, "config", "uploadpack.allowFilter", "true"], check=True)
    subprocess.run([*command, source.as_uri(), str(target)], check=True)
    return target


def test_a_checkout_and_its_bare_clone_show_the_same_files(tmp_path: Path) -> None:
    shop = acme.checkout(tmp_path / "shop", FILES)
    clone = bare(tmp_path, shop)
    assert paths(shop) == paths(clone) == OWN
    with folder_tree(shop) as one, git_tree(clone) as two:
        for path in OWN:
            assert one.read(path, 4) == two.read(path, 4) == FILES[path][:4].encode()
        assert list(one.files()) == list(two.files())
        assert one.read("nothing", 9) is two.read("nothing", 9) is None
        assert one.revision is None
        assert len(two.revision or "") == 40


def test_what_git_ignores_is_left_out_and_what_is_not_yet_tracked_counts(tmp_path: Path) -> None:
    shop = acme.checkout(tmp_path / "shop", FILES)
    (shop / "out").mkdir()
    (shop / "out/made.py").write_text("x")
    (shop / "a.log").write_text("x")
    (shop / "new.py").write_text("x")
    assert paths(shop) == sorted([*OWN, "new.py"])


def test_a_plain_folder_leaves_out_what_builds_write_and_environments(tmp_path: Path) -> None:
    for path, text in {**FILES, "env/pyvenv.cfg": "", "env/lib/x.py": "", "node_modules/a/x.js": ""}.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(text)
    acme.checkout(tmp_path / "inner", {"a.py": "x"})
    assert paths(tmp_path) == [path for path in OWN if path != "build/tool.py"]


def test_an_environment_that_git_does_not_ignore_is_no_code_of_the_project(tmp_path: Path) -> None:
    shop = acme.checkout(tmp_path / "shop", {"a.py": "x"})
    (shop / "env/lib").mkdir(parents=True)
    (shop / "env/pyvenv.cfg").write_text("home = /usr/bin\n")
    (shop / "env/lib/x.py").write_text("x")
    assert paths(shop) == ["a.py"]


def test_links_count_if_they_lead_to_a_file_inside(tmp_path: Path) -> None:
    (tmp_path / "outside").write_text("secret")
    shop = acme.checkout(tmp_path / "shop", {"doc/readme.txt": "hello", "a.py": "x"})
    (shop / "README").symlink_to("doc/readme.txt")
    (shop / "LICENSE").symlink_to("../outside")
    (shop / "loop").symlink_to("loop")
    (shop / "up").symlink_to("..")
    (shop / "config").symlink_to(".git/config")
    (shop / "gone").symlink_to("nowhere")
    commit(shop)
    for tree in (folder_tree(shop), git_tree(shop)):
        with tree:
            assert [entry.path for entry in tree.files()] == ["a.py", "doc/readme.txt"]
            assert [(entry.path, entry.size) for entry in tree.links()] == [("README", 5)]
            assert tree.read("README", 99) == b"hello"
            assert tree.read("LICENSE", 99) is None
            assert tree.read("up/outside", 99) is None
            assert tree.read("../outside", 99) is None


def test_a_repository_can_not_point_its_work_tree_elsewhere(tmp_path: Path) -> None:
    (tmp_path / "private").mkdir()
    (tmp_path / "private/secret.txt").write_text("x")
    shop = acme.checkout(tmp_path / "shop", {"a.py": "x"})
    subprocess.run(["git", "-C", shop, "config", "core.worktree", str(tmp_path / "private")], check=True)
    subprocess.run(["git", "-C", shop, "config", "core.fsmonitor", f"touch {tmp_path}/ran"], check=True)
    assert paths(shop) == ["a.py"]
    assert not (tmp_path / "ran").exists()


def test_a_folder_that_became_a_link_is_not_walked_through(tmp_path: Path) -> None:
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside/a.py").write_text("secret")
    shop = acme.checkout(tmp_path / "shop", {"src/a.py": "x", "b.py": "x"})
    (shop / "src/a.py").unlink()
    (shop / "src").rmdir()
    (shop / "src").symlink_to("../outside")
    with folder_tree(shop) as tree:
        assert [entry.path for entry in tree.files()] == ["b.py"]
        assert tree.read("src/a.py", 99) is None


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="the system has no pipes with names")
def test_names_that_are_no_text_pipes_and_newlines_are_read_or_passed_by(tmp_path: Path) -> None:
    shop = acme.checkout(tmp_path / "shop", {"a.py": "x"})
    os.mkfifo(shop / "pipe.py")
    for name in (b"bad\xff.py", b"new\nline.py", b"-rf.py", "ü".encode()):
        (shop / os.fsdecode(name)).write_text("y")
    commit(shop)
    for tree in (folder_tree(shop), git_tree(shop)):
        with tree:
            found = [entry.path for entry in tree.files()]
            assert set(map(printable, found)) == {"a.py", "bad�.py", "new\nline.py", "-rf.py", "ü"}
            assert all(tree.read(path, 9) in {b"x", b"y"} for path in found)


def test_a_treeless_clone_and_an_empty_repository_say_why_they_show_nothing(tmp_path: Path) -> None:
    shop = acme.checkout(tmp_path / "shop", FILES)
    with pytest.raises(UnreadableError, match="treeless") as said:
        git_tree(bare(tmp_path, shop, "--filter=tree:0"))
    assert said.value.fault.code == "no-tree"
    subprocess.run(["git", "init", "-q", "--bare", tmp_path / "empty.git"], check=True)
    with pytest.raises(UnreadableError, match="no commit"):
        git_tree(tmp_path / "empty.git")
    with pytest.raises(UnreadableError, match="no commit"):
        git_tree(shop, "--output=/tmp/x")
    with pytest.raises(UnreadableError, match="no folder"):
        folder_tree(shop / "README.md")


def test_a_blobless_clone_knows_names_but_no_contents(tmp_path: Path) -> None:
    shop = acme.checkout(tmp_path / "shop", {**FILES, "empty.md": ""})
    with git_tree(bare(tmp_path, shop, "--filter=blob:none")) as tree:
        sizes = {entry.path: entry.size for entry in tree.files()}
        assert sorted(sizes) == sorted([*OWN, "empty.md"])
        assert sizes["README.md"] is None
        assert sizes["empty.md"] == 0
        assert tree.read("README.md", 9) is None


def test_a_large_file_is_read_so_far(tmp_path: Path) -> None:
    shop = acme.checkout(tmp_path / "shop", {"big.bin": b"ab" * 4_000_000, "a.py": "x"})
    for tree in (folder_tree(shop), git_tree(shop)):
        with tree:
            assert tree.read("big.bin", 3) == b"aba"
            assert tree.read("a.py", 3) == b"x"
            assert tree.read("big.bin", 1 << 25) == b"ab" * 4_000_000


def test_more_files_than_are_looked_at_are_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shop = acme.checkout(tmp_path / "shop", {f"{n}.py": "x" for n in range(9)})
    monkeypatch.setattr(_tree, "MOST_FILES", 5)
    for tree in (folder_tree(shop), git_tree(shop)):
        with tree:
            assert len(list(tree.files())) == 5
            assert tree.truncated
    monkeypatch.setattr(_tree_git, "MOST_BYTES", 60)
    with git_tree(shop) as tree:
        assert list(tree.files())
        assert tree.truncated


def test_a_fingerprint_changes_with_a_file_and_not_by_itself(tmp_path: Path) -> None:
    shop = acme.checkout(tmp_path / "shop", FILES)

    def now() -> tuple[str, str]:
        with folder_tree(shop) as one, git_tree(shop) as two:
            return one.fingerprint(), two.fingerprint()

    before = now()
    assert now() == before
    (shop / "src/shop.py").write_text("import sys, re\n")
    assert now()[0] != before[0]
    assert now()[1] == before[1]
    commit(shop)
    assert now()[1] != before[1]


def test_a_deep_folder_ends_the_walk_not_the_program(tmp_path: Path) -> None:
    place = tmp_path
    for _ in range(230):
        place /= "d"
    place.mkdir(parents=True)
    (place / "a.py").write_text("x")
    (tmp_path / "b.py").write_text("x")
    with folder_tree(tmp_path) as tree:
        assert [entry.path for entry in tree.files()] == ["b.py"]
        assert tree.truncated


@pytest.mark.parametrize(
    ("path", "test", "vendored"),
    [
        ("tests/data/x.py", True, False),
        ("src/test/java/AppIT.java", True, False),
        ("src/main/java/OrderTest.java", True, False),
        ("src/main/java/Latest.java", False, False),
        ("pkg/api_test.go", True, False),
        ("web/button.spec.tsx", True, False),
        ("contest/main.py", False, False),
        ("testimony.py", False, False),
        ("third_party/zlib/inflate.c", False, True),
        ("a/node_modules/b/index.js", False, True),
        ("web/jquery.min.js", False, True),
        ("api/v1/api.pb.go", False, True),
        ("src/distance.py", False, False),
        ("VENDOR/x.c", False, True),
    ],
)
def test_tests_and_others_code_are_known_by_their_paths(path: str, test: bool, vendored: bool) -> None:  # noqa: FBT001
    assert (_tree.is_test(path), _tree.is_vendored(path)) == (test, vendored)
