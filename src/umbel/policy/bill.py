# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Files and folders, now or at another commit → evidence in memory, for a gate to judge.

What is read is what `umbel collect` reads of them, but for installed packages, code and histories: lockfiles,
manifests and SBOMs, which say what a build will use.
"""

from __future__ import annotations

import tempfile
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from umbel.collect import projects, registry, work
from umbel.collect.walk import Found, Walk
from umbel.model.errors import UsageError
from umbel.policy.verdict import Trouble

if TYPE_CHECKING:
    from collections.abc import Iterable

    from umbel.collect.columns import Batch
    from umbel.collect.projects import Project
    from umbel.model.naming import Naming


class Bill(msgspec.Struct, kw_only=True):
    """What was read: the tables, whose projects, how many documents, and what was wrong."""

    batch: Batch
    projects: list[str]
    documents: int
    trouble: list[Trouble]
    names: dict[str, str]
    """Each document's origin, and its path as reports name it."""
    files: dict[str, Path]
    """Each such path, and the file (where it still is one)."""


def read(paths: Iterable[Path], naming: Naming, now: datetime | None = None) -> Bill:
    """What stands in files and folders now. Raises `UsageError` if there is nothing to judge."""
    found: list[Found] = []
    trouble: list[Trouble] = []
    for path in paths:
        for item in Walk(path):
            if isinstance(item, Found):
                found.append(item)
            else:
                trouble.append(Trouble(str(item.path), item.fault))
    return _read(found, trouble, naming, now)


def read_at(path: Path, revision: str, naming: Naming, now: datetime | None = None) -> Bill:
    """What stood in a file or folder of a git checkout at a commit. Raises `UsageError`."""
    from umbel.collect import at_revision

    root = _root(path.resolve())
    under = path.resolve().relative_to(root).as_posix()
    project = projects.git_project(root, root.name)
    with tempfile.TemporaryDirectory(prefix="umbel-check-") as place:
        folder = Path(place)
        at_revision.write(root, revision, folder, under)
        found: list[Found] = []
        trouble: list[Trouble] = []
        for item in Walk(folder):
            if isinstance(item, Found):
                found.append(_as_of(item, folder, project))
            else:
                trouble.append(Trouble(str(item.path.relative_to(folder)), item.fault))
        return _read(found, trouble, naming, now)


def _root(path: Path) -> Path:
    for folder in (path, *path.parents):
        if (folder / ".git").exists():
            return folder
    raise UsageError(f"{path} lies in no git checkout, so there is nothing to compare with.")


def _as_of(item: Found, folder: Path, project: Project) -> Found:
    """A document of the other commit, as if it lay in the checkout."""
    relative = item.path.relative_to(folder).as_posix()
    return item._replace(
        relative=relative,
        origin=f"{project.origin}#{relative}",
        in_git=True,
        project=project._replace(root=folder),
    )


def _read(found: list[Found], trouble: list[Trouble], naming: Naming, now: datetime | None) -> Bill:
    every = registry.collectors()
    chosen = {item.path: item for item in found if not every[item.collector].folders}
    none: frozenset[str] = frozenset()
    tasks = [work.task(item, none, frozenset()) for item in chosen.values()]
    work.forget()
    done, batch = work.read_many(tasks, work.Context(b"umbel", now or datetime.now(UTC), naming))
    work.forget()
    for item, one in zip(chosen.values(), done, strict=True):
        trouble += [Trouble(item.relative, fault) for fault in one.faults if fault.level == "error"]
    return Bill(
        batch=batch,
        projects=sorted({one.subject for one in done if one.subject}),
        documents=len(done),
        trouble=trouble,
        names={item.origin: item.relative for item in chosen.values()},
        files={item.relative: item.path for item in chosen.values()},
    )
