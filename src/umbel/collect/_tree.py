# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""One view of a project's own files: a folder on disk, or the tree of a commit in a bare repository.

What isn't the project's own work is left out, by a rule that anyone can check:

- folders of version control, caches, installed packages and environments (`walk.SKIPPED`, `INSTALLED`,
  and any folder that holds a `pyvenv.cfg`);
- folders that hold copies of others' code (`VENDORED`);
- files whose name says that a tool wrote them (`*.min.js`, `*_pb2.py` …);
- repositories inside the repository: each is a project of its own;
- in a git checkout, what git ignores; in a plain folder, where nothing tells, `BUILT`.

Links are never walked through. One that leads to a regular file inside of the project is an entry
of its own (`Tree.links`), so that nothing is counted twice.
"""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from umbel.collect.walk import SKIPPED

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path
    from types import TracebackType
    from typing import Self

MOST_FILES = 200_000
"""A project with more is read so far, and says so (`Tree.truncated`)."""
INSTALLED = frozenset(
    {
        "bower_components", "jspm_packages", "site-packages", "dist-packages", ".venv", "venv", ".yarn", ".pnpm-store",
        ".gradle", ".next", ".nuxt", ".eggs", ".terraform", ".direnv", ".cache",
    }
)  # fmt: skip
"""Folders that tools fill: lower case."""
VENDORED = frozenset(
    {
        "vendor", "vendored", "_vendor", "_vendored", "third_party", "third-party", "thirdparty", "3rdparty",
        "3rd-party", "extern", "externals", "godeps", "pods", "carthage", "dist",
    }
)  # fmt: skip
"""Folders of others' code, or of code in its published form: lower case."""
BUILT = frozenset({"build", "target", "out", "bin", "obj", "coverage", "htmlcov", "_build"})
"""Folders that builds write to: left out of plain folders only."""

_LEFT_OUT = frozenset(name.lower() for name in SKIPPED) | INSTALLED | VENDORED
_GENERATED = re.compile(
    r"(?:[.-]min\.(?:js|css|mjs)|[.-]bundle\.js|\.(?:js|css)\.map|_pb2(?:_grpc)?\.pyi?|\.pb(?:\.gw)?\.go|_pb\.(?:js|d\.ts)"
    r"|\.pb\.(?:cc|h)|\.g\.dart|\.freezed\.dart|\.designer\.cs|\.g\.cs|/\.pnp\.c?js|/zz_generated\.[^/]*\.go)$",
    re.IGNORECASE,
)
_TEST_FOLDERS = frozenset(
    {
        "test", "tests", "testing", "testdata", "test-data", "test_data", "__tests__", "__mocks__", "__fixtures__",
        "spec", "specs", "e2e", "androidtest", "integration-tests", "integration_tests", "unittests", "testsuite",
        "testcases", "integrationtest", "functionaltest", "testfixtures", "jvmtest", "commontest",
    }
)  # fmt: skip
_TEST_FILE = re.compile(
    r"(?:^|/)(?:test_[^/]*\.pyi?|[^/]*_tests?\.(?:py|go|rs|rb|c|cc|cpp|exs|dart|php|js|ts)|conftest\.py|tests?\.(?:py|js|ts|rs)"
    r"|[^/]*[._-](?:test|spec)s?\.[cm]?[jt]sx?|[^/]*_spec\.rb|[^/]*\.(?:bats|t)$)$",
    re.IGNORECASE,
)
_TEST_CLASS = re.compile(
    r"(?:^|/)(?:Test[A-Z][^/]*|[^/]*[a-z0-9](?:Tests?|TestCase|IT|Spec))\.(?:java|kt|kts|scala|groovy|cs|swift|php|vb|fs)$"
)


class Entry(NamedTuple):
    """One file of a project.

    `path` is POSIX, from the project's root; bytes that are no UTF-8 stand in it as `os.fsdecode`
    leaves them (`printable` makes it fit for others). `size` is in bytes, None where the content
    isn't there (a clone without it).
    """

    path: str
    size: int | None
    executable: bool = False


class Tree(ABC):
    """A project's own files. Use as a context manager: a tree in a repository holds a process."""

    root: Path
    """The folder, or the repository."""
    revision: str | None = None
    """The commit, where the tree is one's."""
    truncated: bool = False
    """There are more files than are listed. Known after `files` or `links`."""

    def __init__(self) -> None:
        """Nothing is read yet."""
        self._listed: tuple[list[Entry], list[Entry]] | None = None

    def __enter__(self) -> Self:
        """Itself."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End what was started."""
        self.close()

    def files(self) -> Iterator[Entry]:
        """Every regular file that is the project's own, in order of path."""
        yield from self._entries()[0]

    def links(self) -> Iterator[Entry]:
        """Every link to a regular file inside of the project; the size is that of the file."""
        yield from self._entries()[1]

    def is_test(self, path: str) -> bool:
        """Whether a file of this path is a test or belongs to one, by its name or its folders."""
        return is_test(path)

    def is_vendored(self, path: str) -> bool:
        """Whether a file of this path is left out: others' code, or what a tool wrote."""
        return is_vendored(path)

    def close(self) -> None:  # noqa: B027 - a folder has nothing to end
        """End what was started."""

    @abstractmethod
    def read(self, path: str, limit: int) -> bytes | None:
        """The first `limit` bytes of a file (or of what a link leads to); None if they can't be had."""

    def place(self, path: str) -> str | None:  # noqa: ARG002 - for subclasses
        """Where a file lies on disk; None if it lies in a repository's objects only."""
        return None

    @abstractmethod
    def fingerprint(self) -> str:
        """Hex digest that changes when a file does: of paths, sizes and times, or the tree's own id."""

    @abstractmethod
    def _list(self) -> tuple[list[Entry], list[Entry]]:
        """Files and links, in any order."""

    def _entries(self) -> tuple[list[Entry], list[Entry]]:
        if self._listed is None:
            files, links = self._list()
            self._listed = (sorted(files), sorted(links))
        return self._listed


def folder_tree(path: Path) -> Tree:
    """The files of a folder on disk; of a git checkout those that git doesn't ignore.

    Raises `UnreadableError` if it is no folder.
    """
    from umbel.collect._tree_folder import FolderTree

    return FolderTree(path)


def git_tree(repository: Path, revision: str = "HEAD") -> Tree:
    """The files of a commit in a repository, bare or not; nothing is checked out or fetched.

    Raises `UnreadableError` if the commit's tree isn't there, as in a treeless clone.
    """
    from umbel.collect._tree_git import GitTree

    return GitTree(repository, revision)


def open_tree(path: Path) -> Tree:
    """The tree of a place: of a bare repository its head's, else the folder's. Raises `UnreadableError`."""
    bare = (
        all((path / name).exists() for name in ("HEAD", "objects", "refs")) and not (path / ".git").exists()
    )
    return git_tree(path) if bare else folder_tree(path)


def printable(path: str) -> str:
    """A path that can be stored and shown: bytes that are no UTF-8 become U+FFFD."""
    return path.encode("utf-8", "surrogateescape").decode("utf-8", "replace")


def is_vendored(path: str) -> bool:
    """Whether a file of this path is others' code or what a tool wrote, by the rule above."""
    folder, _, _ = path.rpartition("/")
    return _left_out(folder) or _GENERATED.search("/" + path) is not None


def is_test(path: str) -> bool:
    """Whether a file of this path is a test or belongs to one, by its name or its folders."""
    folder, _, _ = path.rpartition("/")
    return _in_tests(folder) or _TEST_FILE.search(path) is not None or _TEST_CLASS.search(path) is not None


@lru_cache(maxsize=1 << 16)
def _left_out(folder: str) -> bool:
    return not _LEFT_OUT.isdisjoint(folder.lower().split("/"))


@lru_cache(maxsize=1 << 16)
def _in_tests(folder: str) -> bool:
    return not _TEST_FOLDERS.isdisjoint(folder.lower().split("/"))


def is_left_out_folder(name: str, *, plain: bool) -> bool:
    """Whether a folder of this name is passed by; `plain` where no git says what is built."""
    lower = name.lower()
    return lower in _LEFT_OUT or (plain and lower in BUILT)
