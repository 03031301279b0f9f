# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""`decisions/stakeholders.toml`: who has a stake in open source here, how much they care, and how much they move.

It holds what people think of people: it is for the office only. The file can be read by its owner alone, a
`.gitignore` beside it keeps it out of commits, and no other document, answer or evidence pack tells it.
"""

from __future__ import annotations

import os
import secrets
from datetime import date
from typing import TYPE_CHECKING, Any, Literal, get_args

import msgspec

from umbel.model.errors import Fault, UsageError
from umbel.model.settings import SettingsError
from umbel.policy import files, records

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from umbel.policy.records import Say

FILE = "decisions/stakeholders.toml"
MODE = 0o600
Attitude = Literal["champion", "supporter", "neutral", "sceptic", "detractor"]
ATTITUDES: tuple[Attitude, ...] = get_args(Attitude)
"""From those who speak for it to those who speak against it."""
HIGH = 3.0
"""Above this (of 1 to 5) interest and influence count as high."""
_HEADER = """\
# Who has a stake in open source here: interest and influence from 1 to 5, attitude, and the next conversation.
# FOR THE OFFICE ONLY: what it says of people is personal data. Never commit or send it. A role does as well as a name.
# A later record about the same one takes an earlier one's place.
"""


class Stakeholder(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One who has a stake: a role, a team, or a name where it must be.

    `interest` and `influence` are 1 (hardly any) to 5. `last` is the day of the last talk, `next` that of the next,
    `about` what it is to be about, `wants` what they hope or fear.
    """

    who: str
    petal: str
    interest: int
    influence: int
    attitude: Attitude
    by: str
    decided: date
    wants: str | None = None
    last: date | None = None
    next: date | None = None
    about: str | None = None
    ended: date | None = None

    @property
    def approach(self) -> str:
        """What their place on the map asks for."""
        if self.influence > HIGH:
            return "work closely together" if self.interest > HIGH else "keep satisfied"
        return "keep informed" if self.interest > HIGH else "keep an eye on"

    def is_due(self, day: date) -> bool:
        """Whether the day of the next conversation has passed."""
        return self.next is not None and self.next < day


class Stakeholders(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The whole file."""

    stakeholder: tuple[Stakeholder, ...] = ()

    def as_of(self, day: date) -> list[Stakeholder]:
        """Who counts on a day: the newest word on each, the most influential first."""
        found: dict[str, Stakeholder] = {}
        known = [one for one in self.stakeholder if one.decided <= day]
        for one in sorted(known, key=lambda each: each.decided):
            found[one.who.casefold().strip()] = one
        counting = [one for one in found.values() if one.ended is None or one.ended > day]
        return sorted(counting, key=lambda one: (-one.influence, -one.interest, one.who.casefold()))


def load(path: Path) -> Stakeholders:
    """Read and check the file; a missing one names nobody. Raises `SettingsError` with every fault."""
    return records.load(path, Stakeholders, _meaning)


def load_unquoted(path: Path) -> Stakeholders:
    """As `load`, for answers that leave the office: a fault there quotes nothing of the file. Raises `UsageError`."""
    try:
        return load(path)
    except SettingsError:
        pass
    raise UsageError(f"{FILE} has faults.", "umbel document stakeholder-map tells them, to the office alone.")


def add(path: Path, entry: Stakeholder) -> None:
    """Write one more record, for its owner's eyes only. Raises `SettingsError` for one that can't be."""
    protect(path)
    try:
        with files.locked(path.parent.parent / records.LOCKS / f"{path.stem}.lock"):
            text = path.read_text("utf-8") if path.exists() else _HEADER
            text = f"{text.rstrip()}\n\n[[stakeholder]]\n{records.lines(entry)}"
            records.parse(text, path, Stakeholders, _meaning)
            write_private(path, text.encode())
    except UnicodeDecodeError as error:
        raise SettingsError(path, [Fault("encoding", "is no UTF-8 text", f"byte {error.start}")]) from error
    except OSError as error:
        raise UsageError(f"{path} can't be written: {error.strerror}.") from error


def write_private(path: Path, content: bytes) -> None:
    """Write a file whole or not at all, which only its owner can read at any moment. Raises `OSError`."""
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_name(f".{path.name}.{secrets.token_hex(6)}.new")
    try:
        with os.fdopen(os.open(fresh, os.O_CREAT | os.O_EXCL | os.O_WRONLY, MODE), "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        fresh.replace(path)
    except BaseException:
        fresh.unlink(missing_ok=True)
        raise
    files.settle(path.parent)


def protect(path: Path) -> None:
    """Let only its owner read the file, and keep it out of commits by a `.gitignore` beside it."""
    try:
        if path.exists() and path.stat().st_mode & 0o077:
            path.chmod(MODE)
        keep_out(path.with_name(".gitignore"), path.name)
    except OSError as error:
        raise UsageError(f"{path} can't be protected: {error.strerror}.") from error


def keep_out(ignore: Path, *names: str) -> None:
    """Add names to a `.gitignore` that it doesn't have. Raises `OSError`."""
    told = ignore.read_bytes() if ignore.exists() else b""
    there = {line.strip() for line in told.splitlines()}
    new = "".join(f"{name}\n" for name in names if name.encode() not in there).encode()
    if new:
        lead = b"" if not told or told.endswith(b"\n") else b"\n"
        files.replace(ignore, told + lead + new)


def exposed(folder: Path) -> list[str]:
    """Why the file can be seen by more than the office: one sentence each; nothing where all is well.

    Others on this machine may read it, or git has it in its index.
    """
    path = folder / FILE
    found = []
    try:
        if os.name == "posix" and path.stat().st_mode & 0o077:
            found.append(f"{FILE} can be read by others on this machine: chmod 600 {FILE}")
    except FileNotFoundError:
        return []
    except OSError as error:
        return [f"{FILE} can't be looked at: {error.strerror}."]
    if _is_tracked(path):
        found.append(f"{FILE} is committed to git: git rm --cached {FILE}, and take it out of the history")
    return found


def _is_tracked(path: Path) -> bool:
    from umbel.collect import _git

    here = path.resolve()
    root = next((folder for folder in here.parents if (folder / ".git").exists()), None)
    if root is None:
        return False
    told = _git.run(root, "ls-files", "-z", "--", here.relative_to(root).as_posix())
    return told.code == 0 and bool(told.out)


def _meaning(data: Mapping[str, Any], say: Say) -> None:
    """What types can't say: figures lie from 1 to 5, words aren't empty, days are in order."""
    entries = data.get("stakeholder")
    for index, entry in enumerate(entries if isinstance(entries, list) else []):
        if not isinstance(entry, dict):
            continue
        for key in ("who", "petal", "by"):
            if isinstance(entry.get(key), str) and not entry[key].strip():
                say(("stakeholder", index, key), "is empty")
        for key in ("interest", "influence"):
            if type(entry.get(key)) is int and not 1 <= entry[key] <= 5:
                say(("stakeholder", index, key), "must be 1 to 5")
        last, decided = entry.get("last"), entry.get("decided")
        if type(last) is date and type(decided) is date and decided < last:
            say(("stakeholder", index, "last"), "lies after the day of the record")
