# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Which project a file belongs to: its git checkout, or the topmost folder that holds a lockfile.

Git is only asked for the commit that is checked out, with hooks, transports and everything else
that the examined repository could configure switched off.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import urlsplit

from umbel.collect import _git

if TYPE_CHECKING:
    from pathlib import Path

_SCP = re.compile(r"^(?:[^@/]+@)?(?P<host>[A-Za-z0-9.-]+\.[A-Za-z]{2,}):(?P<path>[^/].*)$")
_SECTION = re.compile(r'^\s*\[\s*remote\s+"origin"\s*\]', re.IGNORECASE)
_URL = re.compile(r"^\s*url\s*=\s*(.+?)\s*$", re.IGNORECASE)


class Project(NamedTuple):
    """A project on disk. `name` is its id in the lake; `revision` and `committed_at` of its head."""

    name: str
    root: Path
    origin: str
    is_git: bool = False
    revision: str | None = None
    committed_at: datetime | None = None
    bare: bool = False


def git_project(folder: Path, fallback: str) -> Project:
    """The project of a git checkout or a bare repository: named by its remote, else by `fallback`."""
    remote = remote_name(origin_url(folder))
    revision, committed_at = head(folder)
    origin = f"git:{remote}" if remote else f"file:{folder}"
    bare = _git.is_bare(folder)
    name = remote or (fallback.removesuffix(".git") or fallback if bare else fallback)
    return Project(name, folder, origin, True, revision, committed_at, bare)  # noqa: FBT003


def remote_name(url: str | None) -> str | None:
    """`host/owner/name` of a remote's URL, without credentials; None for a local path.

    >>> remote_name("git@example.org:acme/shop.git")
    'example.org/acme/shop'
    """
    if not url or len(url) > 2048:
        return None
    scp = None if "://" in url else _SCP.match(url)
    if scp:
        host, path = scp["host"], scp["path"]
    else:
        try:
            parts = urlsplit(url)
            host, path = parts.hostname or "", parts.path
        except ValueError:
            return None
        if parts.scheme not in {"http", "https", "ssh", "git", "git+ssh"}:
            return None
    path = path.strip("/").removesuffix(".git").strip("/")
    return f"{host.lower()}/{path}" if host and path else None


def head(folder: Path) -> tuple[str | None, datetime | None]:
    """Commit id and committer time of what is checked out; (None, None) if git can't tell."""
    said = _git.run(folder, "log", "-1", "--no-show-signature", "--no-mailmap", "--format=%H %ct", "HEAD")
    text = said.out.decode("ascii", "replace") if said.code == 0 else ""
    revision, _, seconds = text.strip().partition(" ")
    if not revision:
        return None, None
    try:
        return revision, datetime.fromtimestamp(int(seconds), UTC)
    except (ValueError, OverflowError, OSError):
        return revision, None


def origin_url(folder: Path) -> str | None:
    """The remote's URL as written in the repository's own config, which is read as text only."""
    repository = _git.git_dir(folder)
    if repository is None:
        return None
    inside = False
    for line in _git.small(repository / "config").splitlines():
        if line.lstrip().startswith("["):
            inside = bool(_SECTION.match(line))
        elif inside and (found := _URL.match(line)):
            return found[1].strip('"')
    return None
