# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Which project a file belongs to: its git checkout, or the topmost folder that holds a lockfile.

Git is only asked for the commit that is checked out, with hooks, transports and everything else
that the examined repository could configure switched off.
"""

from __future__ import annotations

import os
import re
import subprocess
from datetime import UTC, datetime
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from pathlib import Path

_SCP = re.compile(r"^(?:[^@/]+@)?(?P<host>[A-Za-z0-9.-]+\.[A-Za-z]{2,}):(?P<path>[^/].*)$")
_SECTION = re.compile(r'^\s*\[\s*remote\s+"origin"\s*\]', re.IGNORECASE)
_URL = re.compile(r"^\s*url\s*=\s*(.+?)\s*$", re.IGNORECASE)
_SAFE = (
    "core.hooksPath=/dev/null",
    "core.fsmonitor=false",
    "core.pager=cat",
    "core.attributesFile=/dev/null",
    "log.showSignature=false",
    "gpg.program=false",
    "protocol.allow=never",
    "safe.directory=*",
)


class Project(NamedTuple):
    """A project on disk. `name` is its id in the lake; `revision` and `committed_at` of its head."""

    name: str
    root: Path
    origin: str
    is_git: bool = False
    revision: str | None = None
    committed_at: datetime | None = None


def git_project(folder: Path, fallback: str) -> Project:
    """The project of a git checkout: named by its remote, else by `fallback`."""
    remote = remote_name(_origin_url(folder))
    revision, committed_at = head(folder)
    origin = f"git:{remote}" if remote else f"file:{folder}"
    return Project(
        remote or fallback, folder, origin, revision=revision, committed_at=committed_at, is_git=True
    )


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
    text = _git(folder, "log", "-1", "--no-show-signature", "--no-mailmap", "--format=%H %ct", "HEAD")
    revision, _, seconds = text.strip().partition(" ")
    if not revision:
        return None, None
    try:
        return revision, datetime.fromtimestamp(int(seconds), UTC)
    except (ValueError, OverflowError, OSError):
        return revision, None


def _git(folder: Path, *arguments: str) -> str:
    options = [word for setting in _SAFE for word in ("-c", setting)]
    environment = {
        "PATH": os.environ.get("PATH", os.defpath),
        "HOME": os.devnull,
        "LC_ALL": "C",
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_OPTIONAL_LOCKS": "0",
        "GIT_NO_LAZY_FETCH": "1",
        "GIT_TERMINAL_PROMPT": "0",
        "GIT_CEILING_DIRECTORIES": str(folder.parent),
    }
    try:
        done = subprocess.run(
            ["git", *options, "-C", str(folder), *arguments],
            capture_output=True,
            text=True,
            errors="replace",
            timeout=30,
            check=False,
            env=environment,
        )
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return done.stdout if done.returncode == 0 else ""


def _origin_url(folder: Path) -> str | None:
    """The remote's URL as written in the checkout's own config, which is read as text only."""
    try:
        lines = (_git_dir(folder) / "config").read_text("utf-8", "replace")[: 1 << 20].splitlines()
    except OSError:
        return None
    inside = False
    for line in lines:
        if line.lstrip().startswith("["):
            inside = bool(_SECTION.match(line))
        elif inside and (found := _URL.match(line)):
            return found[1].strip('"')
    return None


def _git_dir(folder: Path) -> Path:
    """The folder that holds the repository's config: of the main checkout for a linked worktree."""
    place = folder / ".git"
    if place.is_dir():
        return place
    text = place.read_text("utf-8", "replace")[:4096]
    target = (folder / text.removeprefix("gitdir:").strip()).resolve()
    common = target / "commondir"
    if common.is_file():
        return (target / common.read_text("utf-8", "replace")[:4096].strip()).resolve()
    return target
