# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""The documents of a checkout as they were at another commit: written to a folder, to be walked like any other.

Only files that some collector may claim are taken, each bounded, and all of them together. Links and
submodules are left out, and so is a path that would lead out of the folder.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from umbel.collect import _git, registry
from umbel.collect._git_contents import Contents
from umbel.collect.interface import MAX_BYTES
from umbel.collect.walk import SKIPPED
from umbel.model.errors import UsageError

if TYPE_CHECKING:
    from pathlib import Path

MOST_BYTES = 1 << 30
MOST_FILES = 50_000
_REVISION = re.compile(r"[0-9A-Za-z][0-9A-Za-z._/@{}^~+-]*")
_ROW = re.compile(rb"(\d+) (\w+) ([0-9a-f]+) +(\d+|-)\t(.*)", re.DOTALL)


def commit_of(repository: Path, revision: str) -> str:
    """The id of a commit. Raises `UsageError` if there is none of that name."""
    if not _REVISION.fullmatch(revision):
        raise UsageError(f"{revision[:80]!r} names no commit.")
    name = f"{revision}^{{commit}}"
    said = _git.run(repository, "rev-parse", "--verify", "--quiet", "--end-of-options", name)
    if said.code:
        hint = "A shallow clone may lack it: fetch it first (git fetch --depth=1 origin REF)."
        raise UsageError(f"There is no commit {revision!r} in {repository}.", hint)
    return said.out.decode("ascii", "replace").strip()


def write(repository: Path, revision: str, folder: Path, under: str = "") -> int:
    """Write the documents at a commit below a folder, at their paths; gives their number.

    `under` is a path in the repository, all of it if empty. Raises `UsageError` if there is no such commit, or
    if its documents are too many or too large to compare with.
    """
    commit = commit_of(repository, revision)
    wanted = _listed(repository, commit, under)
    if len(wanted) > MOST_FILES or sum(size for _, size, _ in wanted) > MOST_BYTES:
        raise UsageError(
            f"{revision} holds more documents than can be compared with.", "Name a smaller PATH."
        )
    contents = Contents(repository)
    try:
        for blob, size, path in wanted:
            data = contents.read(blob.encode(), size)
            if data is None:
                hint = "A partial clone may lack it: fetch it first."
                raise UsageError(f"{_shown(path)} of {revision} can't be read.", hint)
            _put(folder / path, data, f"{_shown(path)} of {revision}")
    finally:
        contents.close()
    return len(wanted)


def _put(target: Path, data: bytes, what: str) -> None:
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(data)
    except OSError as error:
        raise UsageError(f"{what} can't be written: {error.strerror}.", "Name a smaller PATH.") from error


def _shown(path: str) -> str:
    return path.encode("utf-8", "replace").decode()[:200]


def _listed(repository: Path, commit: str, under: str) -> list[tuple[str, int, str]]:
    """Blob, size and path of each document."""
    paths = ["--", under] if under not in {"", "."} else []
    said = _git.run(repository, "ls-tree", "-r", "-l", "-z", "--full-tree", commit, *paths, seconds=120)
    if said.code:
        raise UsageError(f"The files of {commit[:12]} can't be listed: {said.words or 'git failed'}.")
    suffixes = registry.sniffed_suffixes()
    found = []
    for raw in said.out.split(b"\0"):
        row = _ROW.fullmatch(raw)
        if not row or not row[1].startswith(b"100") or row[4] == b"-" or int(row[4]) > MAX_BYTES:
            continue
        path = row[5].decode("utf-8", "surrogateescape")
        if not _is_sound(path) or not (registry.is_claimed(f"/{path}") or path.lower().endswith(suffixes)):
            continue
        found.append((row[3].decode(), int(row[4]), path))
    return found


def _is_sound(path: str) -> bool:
    parts = path.split("/")
    return not path.startswith("/") and not any(p in {"", ".", ".."} or p in SKIPPED for p in parts)
