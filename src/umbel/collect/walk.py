# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Walking folders: which documents there are, whose, and which could not be looked at."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, NamedTuple

from umbel.collect import _git, projects, registry
from umbel.collect.projects import Project
from umbel.model.errors import Fault

if TYPE_CHECKING:
    from collections.abc import Callable, Container, Iterator
    from pathlib import Path

SKIPPED = frozenset(
    {
        ".git", ".hg", ".svn", ".bzr", ".umbel", "node_modules", "__pycache__",
        ".mypy_cache", ".ruff_cache", ".pytest_cache", ".hypothesis", ".tox", ".nox",
    }
)  # fmt: skip
"""Folders that hold no document of the project itself."""
STATEMENTS = ("decisions", "vex")
"""The folder in which a workspace keeps what others say of vulnerabilities: it speaks of no component in use."""
_BARE = frozenset({"HEAD", "objects", "refs"})
PEEK = 65536
_DEEPEST = 200


class Found(NamedTuple):
    """A document to read: `origin` names its place in a way that outlives a new checkout."""

    path: Path
    origin: str
    relative: str
    project: Project
    in_git: bool
    collector: str
    size: int


class Trouble(NamedTuple):
    """A place that could not be looked at."""

    path: Path
    origin: str
    fault: Fault


class Walk:
    """One walk through one path. After it, `complete` says whether everything was seen.

    `origin` is the stable name of the start (a folder's path unless the caller knows better);
    `covered` lists the origins under which everything was looked at.
    """

    def __init__(
        self, start: Path, origin: str | None = None, seen: Callable[[int], None] | None = None
    ) -> None:
        """Prepare a walk; `seen` is called with each number of entries passed."""
        self.start = start.resolve()
        self.origin = origin or f"file:{self.start}"
        self.complete = True
        self.projects: dict[str, Project] = {}
        self.entries = 0
        self.covered: list[str] = []
        self._seen = seen or (lambda _: None)
        self._folders = registry.folder_names()
        self._suffixes = registry.sniffed_suffixes()

    def __iter__(self) -> Iterator[Found | Trouble]:  # noqa: C901 - one loop over the folders
        """Every document below the start, folders in order of name."""
        if self.start.is_file():
            yield from self._single()
            return
        enclosing = self._enclosing()
        self.covered.append(self._origin_of(self.start, enclosing))
        stack: list[tuple[Path, Project | None, int]] = [(self.start, enclosing, 0)]
        while stack:
            folder, project, depth = stack.pop()
            project = self._project_at(folder, project)
            try:
                entries = sorted(os.scandir(folder), key=lambda entry: entry.name)
            except OSError as error:
                yield self._trouble(folder, project, error.strerror or str(error))
                continue
            self.entries += len(entries)
            self._seen(len(entries))
            if self._is_bare(folder, entries):
                continue
            whole = registry.claim_folder(folder, frozenset([entry.name for entry in entries]))
            if whole is not None:
                yield self._found(folder, project or self._remember(self._plain(folder)), whole.id, 0)
                continue
            below = []
            found, project = self._files(folder, entries, project)
            yield from found
            for entry in entries:
                if not entry.is_dir(follow_symlinks=False):
                    continue
                path = folder / entry.name
                if entry.name in SKIPPED and entry.name not in self._folders:
                    continue
                if (folder.name, entry.name) == STATEMENTS:
                    continue
                if entry.name in self._folders:
                    yield self._found(path, project or self._plain(folder), self._folders[entry.name], 0)
                elif depth < _DEEPEST:
                    below.append((path, project, depth + 1))
                else:
                    yield self._trouble(path, project, f"lies more than {_DEEPEST} folders deep")
            stack.extend(reversed(below))

    def _files(
        self, folder: Path, entries: list[os.DirEntry[str]], project: Project | None
    ) -> tuple[list[Found | Trouble], Project | None]:
        """The documents among a folder's entries; a lockfile makes a plain folder a project."""
        claimed = []
        out: list[Found | Trouble] = []
        for entry in entries:
            if not entry.is_file(follow_symlinks=False):
                continue
            try:
                collector = self._claim(entry)
                if collector:
                    claimed.append((entry, collector, entry.stat(follow_symlinks=False).st_size))
            except OSError as error:
                out.append(self._trouble(folder / entry.name, project, error.strerror or str(error)))
        every = registry.collectors()
        passed = {name for _, collector, _ in claimed for name in every[collector].prevails}
        if passed:
            claimed = [item for item in claimed if item[0].name not in passed]
        if project is None:
            homes = [
                every[collector].project_folder(folder / entry.name)
                for entry, collector, _ in claimed
                if every[collector].describes_project
            ]
            if homes:
                home = min(homes, key=lambda path: len(path.parts))
                project = self._remember(self._plain(home if home.is_relative_to(self.start) else self.start))
        owner = project or self._plain(folder)
        out += [self._found(folder / e.name, owner, collector, size) for e, collector, size in claimed]
        return out, project

    def _claim(self, entry: os.DirEntry[str]) -> str | None:
        if not registry.is_claimed(entry.path) and not entry.name.lower().endswith(self._suffixes):
            return None
        head, tail = peek(entry.path)
        collector = registry.claim(entry.path, head, tail)
        return collector.id if collector else None

    def _single(self) -> Iterator[Found | Trouble]:
        project = self._enclosing()
        self.entries += 1
        self._seen(1)
        try:
            head, tail = peek(str(self.start))
            size = self.start.stat().st_size
        except OSError as error:
            yield self._trouble(self.start, project, error.strerror or str(error))
            return
        collector = registry.claim(self.start.as_posix(), head, tail)
        if collector is None:
            message = "is no SBOM, lockfile or manifest that Umbel knows"
            yield Trouble(self.start, self._origin_of(self.start, project), Fault("unrecognised", message))
            return
        home = collector.project_folder(self.start)
        if project is None and home != self.start.parent:
            project = Project(home.name or "root", home, f"file:{home}")
        yield self._found(self.start, project or self._plain(self.start.parent), collector.id, size)

    def _enclosing(self) -> Project | None:
        """The git checkout that the start lies in, if any."""
        for folder in (self.start, *self.start.parents):
            if (folder / ".git").exists():
                return self._remember(projects.git_project(folder, folder.name))
        return None

    def _project_at(self, folder: Path, project: Project | None) -> Project | None:
        if (project is None or folder != project.root) and (folder / ".git").exists():
            project = self._remember(projects.git_project(folder, self._relative(folder)))
            self.covered.append(project.origin)
        return project

    def _is_bare(self, folder: Path, entries: list[os.DirEntry[str]]) -> bool:
        """Whether a folder is a repository without a checkout: it holds no documents, only a history."""
        if not _BARE.issubset(entry.name for entry in entries) or not _git.is_bare(folder):
            return False
        project = self._remember(projects.git_project(folder, self._relative(folder)))
        self.covered.append(project.origin)
        return True

    def _remember(self, project: Project) -> Project:
        known = self.projects.get(project.origin)
        if known is None or (known.bare and not project.bare):
            self.projects[project.origin] = project
        return project

    def _plain(self, folder: Path) -> Project:
        return Project(self._relative(folder), folder, self._origin_of(folder, None))

    def _relative(self, folder: Path) -> str:
        relative = folder.relative_to(self.start).as_posix() if folder.is_relative_to(self.start) else "."
        return self.start.name or "root" if relative == "." else relative

    def _origin_of(self, path: Path, project: Project | None) -> str:
        if project is not None and project.is_git and path.is_relative_to(project.root):
            return join(project.origin, path.relative_to(project.root).as_posix())
        if path.is_relative_to(self.start):
            return join(self.origin, path.relative_to(self.start).as_posix())
        return f"file:{path}"

    def _found(self, path: Path, project: Project, collector: str, size: int) -> Found:
        relative = path.relative_to(project.root).as_posix()
        origin = self._origin_of(path, project)
        return Found(path, origin, relative, project, project.is_git, collector, size)

    def _trouble(self, path: Path, project: Project | None, message: str) -> Trouble:
        self.complete = False
        return Trouble(path, self._origin_of(path, project), Fault("unreadable", message))


def join(origin: str, relative: str) -> str:
    """Origin of something below another origin: `git:host/owner/name#path`, `file:/folder/path`."""
    if relative in {"", "."}:
        return origin
    return (
        f"{origin}#{relative}" if origin.startswith("git:") and "#" not in origin else f"{origin}/{relative}"
    )


def covered(origin: str, places: Container[str]) -> bool:
    """Whether walks that covered these places looked at the place of an origin, too."""
    if origin in places:
        return True
    return any(origin[:index] in places for index, mark in enumerate(origin) if mark in "#/")


def peek(path: str) -> tuple[bytes, bytes]:
    """The first and last 64 KiB of a file. Raises `OSError`."""
    with open(path, "rb") as file:
        head = file.read(PEEK)
        size = os.fstat(file.fileno()).st_size
        if size <= PEEK:
            return head, head
        file.seek(max(PEEK, size - PEEK))
        return head, file.read(PEEK)
