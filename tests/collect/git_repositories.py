# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Small real repositories, sound and odd, and readings of them without a lake."""

from __future__ import annotations

import os
import subprocess
from typing import TYPE_CHECKING, Any

from umbel.collect.git_history import VERSION, HistoryOptions, KnownHistory, read

if TYPE_CHECKING:
    from pathlib import Path

    from umbel.collect.git_history import HistoryReading

SALT = b"0123456789abcdef"
DEV = "Dev <dev@acme.example>"
WHEN = 1_700_000_000


def git(folder: Path, *arguments: str, stdin: bytes = b"") -> bytes:
    """Run git as a neutral person on a fixed day, and give what it writes."""
    who = {f"GIT_{role}_{key}": value for role in ("AUTHOR", "COMMITTER") for key, value in _WHO.items()}
    environment = {**os.environ, "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1", **who}
    command = ["git", "-c", "protocol.file.allow=always", "-C", str(folder), *arguments]
    return subprocess.run(command, check=True, capture_output=True, env=environment, input=stdin).stdout


_WHO = {"NAME": "Dev", "EMAIL": "dev@acme.example", "DATE": f"{WHEN} +0100"}


def say(folder: Path, *arguments: str) -> str:
    """What git writes, as a line of text."""
    return git(folder, *arguments).decode().strip()


def init(folder: Path, *options: str) -> Path:
    """An empty repository with a checkout."""
    folder.mkdir(parents=True, exist_ok=True)
    git(folder, "init", "-q", "-b", "main", *options)
    return folder


def commit(folder: Path, message: str = "work", files: dict[str, str] | None = None) -> str:
    """One more commit on the branch that is checked out; gives its id."""
    for name, text in (files or {}).items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    git(folder, "add", "-A")
    git(folder, "commit", "-q", "--allow-empty", "--cleanup=verbatim", "-m", message)
    return say(folder, "rev-parse", "HEAD")


def raw_commit(folder: Path, header: bytes, message: bytes = b"odd\n", *parents: str) -> str:
    """A commit of exactly these bytes, made HEAD's; gives its id."""
    tree = say(folder, "hash-object", "-t", "tree", "-w", "--stdin").encode()
    lines = b"".join(b"parent %s\n" % parent.encode() for parent in parents)
    body = b"tree %s\n%s%s\n\n%s" % (tree, lines, header.rstrip(b"\n"), message)
    command = ("hash-object", "-t", "commit", "-w", "--literally", "--stdin")
    sha = git(folder, *command, stdin=body).decode().strip()
    git(folder, "update-ref", "HEAD", sha)
    return sha


def by(author: str = DEV, seconds: object = WHEN, zone: str = "+0000", committer: str | None = None) -> bytes:
    """The author and committer lines of a commit."""
    lines = f"author {author} {seconds} {zone}\ncommitter {committer or author} {seconds} {zone}"
    return lines.encode()


def take(
    folder: Path, known: KnownHistory | None = None, **more: Any
) -> tuple[HistoryReading, list[dict[str, Any]]]:
    """Read a repository whole: the reading, and its new commits as records."""
    forgotten = more.pop("forgotten", frozenset())
    reading = read(folder, known, salt=SALT, forgotten=forgotten, options=HistoryOptions(**more))
    return reading, [row for batch in reading.commits() for row in batch.to_pylist()]


def known_by(reading: HistoryReading, commits: list[dict[str, Any]]) -> KnownHistory:
    """What a lake would know after a reading of a whole history."""
    shas = frozenset(row["sha"] for row in commits)
    place = reading.place
    people = reading.identities()
    return KnownHistory(
        writes=tuple(reading.writes),
        tips=place.tips,
        head=place.head,
        commits=reading.number,
        roots=reading.roots,
        shallow=reading.shallow,
        lines=reading.lines_known,
        paths=reading.paths_known,
        fingerprint=reading.fingerprint,
        heads=frozenset([place.head] if place.head else []),
        version=VERSION,
        outcome=reading.outcome,
        contains=lambda asked: shas & frozenset(asked),
        identities=lambda: people,
    )
