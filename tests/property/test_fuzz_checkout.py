# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Projects with hostile names and contents: a reading that can be stored, in bounded time, nothing else."""

from __future__ import annotations

import os
import subprocess
import tempfile
import time
from contextlib import suppress
from pathlib import Path
from unittest.mock import patch

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests import acme
from umbel.collect import _languages, practices
from umbel.collect._tree import folder_tree, git_tree
from umbel.collect.checkout import CheckoutCollector
from umbel.collect.columns import Columns
from umbel.collect.interface import Document, Reading, UnreadableError

NAMES = [
    "README.md", "LICENSE", "SECURITY.md", "CONTRIBUTING.md", "package.json", "pyproject.toml", "Cargo.toml", "a.py", "a.js",
    "a.go", "A.java", "a.rs", "a_test.go", ".gitignore", ".gitattributes", ".gitmodules", "go.mod", "pyvenv.cfg", "x.so",
]  # fmt: skip
FOLDERS = ["", ".github", ".github/workflows", "docs", "LICENSES", "tests", "fuzz", "vendor", "a/b/c/d"]
PIECES = [
    b"on: pull_request_target\n", b"jobs:\n  a:\n    steps:\n", b"      - uses: actions/checkout@v4\n", b"permissions: write-all\n",
    b"      - run: echo ${{ github.event.issue.title }}\n", b"&a [*a]", b"{", b"[", b'"', b"\xff\xfe", b"\0", b"\n", b"\r", b"import x\n",
    # REUSE-IgnoreStart
    b'{"funding": {"license": "\\ud800"}}', b"SPDX-License-Identifier: ", b"MIT", b"(", b" OR ", b"[project]\nlicense = ", b"*\n", b"!",
    # REUSE-IgnoreEnd
    b"func FuzzX(f *testing.F) {", b"\x7fELF", b"MIT License\n", b"signed-off-by", b"- !!python/object:os.system x\n",
]  # fmt: skip
names = st.one_of(
    st.sampled_from(NAMES).map(os.fsencode),
    st.binary(min_size=1, max_size=40).map(lambda raw: raw.replace(b"/", b"_").replace(b"\0", b"_")),
).filter(lambda name: name not in {b".", b"..", b".git"})
contents = st.lists(st.one_of(st.sampled_from(PIECES), st.binary(max_size=30)), max_size=12).map(b"".join)
trees = st.lists(st.tuples(st.sampled_from(FOLDERS), names, contents), max_size=8)


def store(reading: Reading) -> None:
    """What was read can be written."""
    columns = Columns(b"salt")
    columns.add(acme.stamp(), reading)
    columns.batch()


@given(trees)
def test_a_project_of_any_files_is_read(files: list[tuple[str, bytes, bytes]]) -> None:
    with tempfile.TemporaryDirectory() as place, patch.object(_languages, "counter", lambda: None):
        for folder, name, content in files:
            home = Path(place, folder)
            home.mkdir(parents=True, exist_ok=True)
            with suppress(OSError):
                (home / os.fsdecode(name)).write_bytes(content)
        reading = CheckoutCollector().read(Document(Path(place)))
        assert not [one for one in reading.practices if one.outcome == "error"]
        store(reading)


@given(trees, st.binary(max_size=60))
@settings(max_examples=15)
def test_a_repository_of_any_names_is_read(files: list[tuple[str, bytes, bytes]], name: bytes) -> None:
    """Trees are made by hand: git itself would refuse some of these names."""
    rows = {os.fsencode(entry).replace(b"\0", b"") or b"x": content for _, entry, content in files}
    rows[name.replace(b"\0", b"") or b".."] = b"x"
    with tempfile.TemporaryDirectory() as place, patch.object(_languages, "counter", lambda: None):
        repository = Path(place, "r.git")

        def git(*arguments: str, given_: bytes = b"") -> str:
            command = ["git", f"--git-dir={repository}", *arguments]
            who = {"GIT_AUTHOR_NAME": "a", "GIT_AUTHOR_EMAIL": "dev@acme.example"}
            both = {
                **os.environ,
                **who,
                **{key.replace("AUTHOR", "COMMITTER"): text for key, text in who.items()},
            }
            done = subprocess.run(command, input=given_, capture_output=True, check=True, env=both)
            return done.stdout.decode().strip()

        subprocess.run(["git", "init", "-q", "--bare", str(repository)], check=True)
        blobs = {
            entry: git("hash-object", "-w", "--stdin", given_=content) for entry, content in rows.items()
        }
        listing = b"".join(
            mode + b" " + entry + b"\0" + bytes.fromhex(blobs[entry])
            for entry in sorted(blobs)
            for mode in [b"120000" if len(entry) % 5 == 0 else b"100644"]
        )
        tree = git("hash-object", "-w", "-t", "tree", "--literally", "--stdin", given_=listing)
        git("update-ref", "refs/heads/main", git("commit-tree", tree, "-m", "x"))
        git("symbolic-ref", "HEAD", "refs/heads/main")
        with suppress(UnreadableError):
            store(CheckoutCollector().read(Document(repository)))


@pytest.mark.parametrize(
    ("path", "content"),
    [
        (".github/workflows/a.yml", b"jobs: {a: {steps: [{run: '" + b"${{ " * 200_000 + b"'}]}}"),
        (".github/workflows/a.yml", b"[" * 1_000_000),
        (".github/workflows/a.yml", b"a: &a [x,x]\nb: &b [*a,*a]\nc: &c [*b,*b]\n" * 1000),
        ("CONTRIBUTING.md", b"developer's certificate " * 40_000),
        ("README.md", b"bestpractices.dev/" * 50_000),
        ("package.json", b'{"a":' * 200_000),
        ("pyproject.toml", b"a = [" * 200_000),
        ("LICENSE", b"permission is hereby granted " * 30_000),
        # REUSE-IgnoreStart
        ("LICENSE", b"SPDX-License-Identifier: " + b"(" * 1_000_000),
        # REUSE-IgnoreEnd
        ("x_test.go", b"func Fuzz" * 100_000),
    ],
)
def test_texts_made_to_take_long_do_not(path: str, content: bytes, tmp_path: Path) -> None:
    (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
    (tmp_path / path).write_bytes(content)
    started = time.process_time()
    with folder_tree(tmp_path) as tree:
        found = practices.examine(tree)
    assert not [one for one in found if one.outcome == "error"]
    assert time.process_time() - started < 20  # seconds; quadratic ones took minutes


def test_a_tree_that_holds_itself_many_times_ends(tmp_path: Path) -> None:
    """Ten trees, each ten times in the next: ten thousand million files in a few hundred bytes."""
    acme.git(tmp_path, "init", "-q", "--bare", "bomb.git")
    repository = tmp_path / "bomb.git"

    def git(*arguments: str, given_: bytes = b"") -> str:
        command = [
            "git",
            f"--git-dir={repository}",
            "-c",
            "user.name=a",
            "-c",
            "user.email=dev@acme.example",
            *arguments,
        ]
        return subprocess.run(command, input=given_, capture_output=True, check=True).stdout.decode().strip()

    inner = git("hash-object", "-w", "--stdin", given_=b"x")
    kind = "100644 blob"
    for _ in range(10):
        rows = "".join(f"{kind} {inner}\tf{n}\n" for n in range(10))
        inner, kind = git("mktree", given_=rows.encode()), "040000 tree"
    git("update-ref", "refs/heads/main", git("commit-tree", inner, "-m", "x"))
    git("symbolic-ref", "HEAD", "refs/heads/main")
    with patch("umbel.collect._tree_git.MOST_BYTES", 1 << 20), git_tree(repository) as tree:
        assert tree.truncated or len(list(tree.files())) > 1000
        assert tree.truncated


def test_links_in_circles_and_devices_end_nothing(tmp_path: Path) -> None:
    shop = acme.checkout(tmp_path / "shop", {"a.py": "import os\n"})
    for number in range(30):
        (shop / f"l{number}").symlink_to(f"l{(number + 1) % 30}")
    (shop / "README.md").symlink_to("/dev/zero")
    (shop / "LICENSE").symlink_to("/proc/self/environ")
    (shop / "me").symlink_to(".")
    if hasattr(os, "mkfifo"):
        os.mkfifo(shop / "SECURITY.md")
        os.mkfifo(shop / "package.json")
    reading = CheckoutCollector().read(Document(shop))
    assert {one.practice for one in reading.practices if one.outcome == "met"} == {"no-binaries"}
    store(reading)
