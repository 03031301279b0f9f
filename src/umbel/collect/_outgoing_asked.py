# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Which commits would leave: a range, one commit, the lines of a hook, or what pre-commit tells → tips and bounds.

Names become ids before git sees them again. An update that deletes a ref sends nothing.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from umbel.collect import _git
from umbel.collect.at_revision import commit_of
from umbel.model.errors import Fault, UsageError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

MOST_UPDATES = 10_000
_ID = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")
_REMOTE = re.compile(r"[\w][\w./-]{0,200}")
_HINT = "origin/main..HEAD, a commit, or - for the lines of a hook."


class Asked(NamedTuple):
    """Commits to look at: words for `git rev-list`. `tip` is the newest, `name` what people call it."""

    tip: str
    words: tuple[str, ...]
    name: str


class Update(NamedTuple):
    """A ref that is to be moved, and what one line of a hook says of it; None: the ref is new, or is deleted."""

    name: str
    new: str | None
    old: str | None
    receiving: bool


def of_range(repository: Path, text: str) -> list[Asked]:
    """`A..B`, or one commit. Raises `UsageError` if there is no such thing."""
    if "..." in text:
        raise UsageError(f"{text[:80]!r} has three dots; a push sends what two dots mean.", _HINT)
    start, dots, end = text.partition("..")
    if not dots:
        tip = commit_of(repository, text)
        return [Asked(tip, ("--no-walk", tip), text)]
    tip = commit_of(repository, end or "HEAD")
    return [Asked(tip, (tip, "--not", commit_of(repository, start or "HEAD")), text)]


def of_hook(
    repository: Path, lines: Iterable[str], remote: str | None = None
) -> tuple[list[Asked], list[Fault]]:
    """What the lines of a pre-push hook (four words) or a pre-receive hook (three) would send.

    `remote` is the name of the remote that is pushed to, as pre-push hooks are told it: what its branches have
    is not sent again. Raises `UsageError` for lines of neither kind.
    """
    found: list[Asked] = []
    faults: list[Fault] = []
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        if number > MOST_UPDATES:
            faults.append(
                Fault("too-many", f"only the first {MOST_UPDATES:,} refs were read", f"line {number}")
            )
            break
        update = _update(line, number)
        if update.new is None:
            continue
        tip = _commit(repository, update.new)
        if tip is None:
            faults.append(
                Fault("no-commit", f"{update.name} leads to no commit that can be judged", f"line {number}")
            )
            continue
        found.append(Asked(tip, (tip, *_known(repository, update, remote)), update.name))
    return found, faults


def of_pre_commit(repository: Path, told: Mapping[str, str]) -> list[Asked]:
    """What the pre-commit framework says in a pre-push hook's environment. Raises `UsageError`."""
    new = told.get("PRE_COMMIT_TO_REF") or told.get("PRE_COMMIT_LOCAL_BRANCH")
    if not new:
        hint = "pre-commit sets PRE_COMMIT_TO_REF for hooks of the stage pre-push."
        raise UsageError("There is no push that pre-commit would tell of.", hint)
    tip = commit_of(repository, new)
    old = _commit(repository, told.get("PRE_COMMIT_FROM_REF") or "")
    update = Update(new, tip, old, receiving=False)
    known = _known(repository, update, told.get("PRE_COMMIT_REMOTE_NAME"))
    return [Asked(tip, (tip, *known), told.get("PRE_COMMIT_LOCAL_BRANCH") or new)]


def _update(line: str, number: int) -> Update:
    words = line.split()
    receiving = len(words) == 3
    if receiving:
        old, new, name = words
    elif len(words) == 4:
        name, new, _, old = words
    else:
        raise UsageError(f"Line {number} is none of a pre-push or pre-receive hook.", _HINT)
    if not (_ID.fullmatch(old) and _ID.fullmatch(new)):
        raise UsageError(f"Line {number} has no ids of objects where a hook has them.", _HINT)
    return Update(
        name[:200], new if new.strip("0") else None, old if old.strip("0") else None, receiving=receiving
    )


def _known(repository: Path, update: Update, remote: str | None) -> tuple[str, ...]:
    """What the other side has already, as words for git."""
    if update.receiving:
        return ("--not", "--all")
    words: list[str] = []
    if update.old is not None and _commit(repository, update.old):
        words.append(update.old)
    if remote is not None and _REMOTE.fullmatch(remote):
        words.append(f"--remotes={remote}")
    return ("--not", *words) if words else ()


def _commit(repository: Path, name: str) -> str | None:
    """The id of the commit that an object's id leads to; None if it is none, or isn't here."""
    if not _ID.fullmatch(name):
        return None
    said = _git.run(repository, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{name}^{{commit}}")
    return said.out.decode("ascii", "replace").strip() if said.code == 0 else None
