# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Changes of records: a writing use case of the core runs under a lock, and what it changed is kept and noted.

It runs in a folder of its own. What it wrote is kept whole or not at all: an error keeps nothing.
"""

from __future__ import annotations

import secrets
from contextlib import ExitStack, contextmanager
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

from django.db import transaction

from umbel.app.workspace import Workspace
from umbel.model import settings
from umbel.model.errors import UmbelError, UsageError
from umbel.office.config import config
from umbel.office.records import database, decisions, folders
from umbel.office.records.auditing import alone, audit
from umbel.office.records.difference import unified
from umbel.office.records.moving import brought, portable
from umbel.policy import files as safe
from umbel.policy.records import LOCKS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

    from umbel.office.records.folders import Changes, Text

T = TypeVar("T")
_PATIENCE = 60.0
_TRIES = 5


class _Edited(Exception):
    """Somebody edited one of the files by hand meanwhile."""


class _Told(NamedTuple):
    """What is noted of a change, and what is done with it."""

    who: Any
    action: str
    subject: str
    detail: str
    also: Callable[[Any], None] | None

    def note(self, difference: str, given: Any) -> None:
        """Add the line of the audit log, and do what belongs to the change; in one transaction."""
        audit(self.who, self.action, self.subject, self.detail, difference)
        if self.also is not None:
            self.also(given)


def change(
    who: Any,
    *,
    action: str,
    subject: str,
    act: Callable[[Workspace], T],
    detail: str = "",
    also: Callable[[T], None] | None = None,
) -> T:
    """Run a writing use case on the newest records, keep what it wrote, and note who did it. Gives what it gives.

    `who` is a request, an account or an `Actor`. `act` writes through the workspace that it is given, and may be called
    again where somebody edited the same file by hand meanwhile. `also` changes rows of the office together with it, and
    is given the same. Raises what either raises; nothing is kept then.
    """
    told = _Told(who, action, subject, detail, also)
    if config().records == "database":
        return _in_database(told, act)
    with safe.locked(config().folder / "change.lock", wait=_PATIENCE) as had:
        if not had:
            raise UsageError("Somebody else is changing records just now.", "Try again in a while.")
        for _ in range(_TRIES):
            try:
                return _in_files(told, act)
            except _Edited:
                continue
    raise UsageError("Somebody edits the same files by hand just now.", "Try again in a while.")


def tried(act: Callable[[Workspace], T]) -> T:
    """Run a writing use case on a copy that nobody keeps: raises what it would raise."""
    return _worked(standing(), act)[0]


def standing() -> Mapping[str, Text]:
    """The records as they stand."""
    if decisions.in_database():
        return database.texts()
    return folders.read(config().workspace)


def _in_database(told: _Told, act: Callable[[Workspace], T]) -> T:
    with transaction.atomic():
        alone()
        if database.head()[0] == 0:
            brought(config().workspace, told.who)  # the first change of all
        given, before, changed = _worked(database.texts(), act)
        if changed:
            database.keep(changed)
        told.note(unified(before, changed), given)
        transaction.on_commit(decisions.forget)
    decisions.forget()
    return given


def _in_files(told: _Told, act: Callable[[Workspace], T]) -> T:
    home = config().workspace
    given, before, changed = _worked(folders.read(home), act)
    done: Changes = {}
    try:
        with transaction.atomic():
            told.note(unified(before, changed), given)
            _apply(home, before, changed, done)
    except BaseException:
        _undo(home, before, done)
        raise
    return given


def _worked(
    before: Mapping[str, Text], act: Callable[[Workspace], T]
) -> tuple[T, Mapping[str, Text], Changes]:
    """Run the use case in a folder of its own: what it gives, what stood before, what it changed."""
    place = config().folder / "work" / secrets.token_hex(8)
    try:
        folders.lay_out(place, before, config().workspace)
        with _told_plainly(place):
            given = act(Workspace(place))
            changed = folders.changes(before, folders.read(place))
            if settings.FILE in changed:
                must_be_usable(Workspace(place))
        if stray := folders.strays(place):
            raise UsageError(f"{stray[0]} is no record, and wouldn't be kept.")
        return given, before, changed
    finally:
        folders.removed(place)


def must_be_usable(workspace: Workspace) -> None:
    """Raise `UsageError` for settings that nobody could work with any more."""
    if config().records == "database":
        portable(workspace)
    else:
        _ = workspace.settings


@contextmanager
def _told_plainly(place: Path) -> Iterator[None]:
    """What is refused names files as the workspace has them, not where they lay for a moment."""
    try:
        yield
    except UmbelError as error:
        for name in ("message", "hint"):
            setattr(
                error,
                name,
                getattr(error, name).replace(f"{place}/", "").replace(str(place), "the workspace"),
            )
        error.args = (error.message,)
        raise


def _apply(home: Path, before: Mapping[str, Text], changed: Changes, done: Changes) -> None:
    """Put changes into the workspace, unless a file isn't any more what the use case saw."""
    with ExitStack() as stack:
        for stem in sorted({PurePosixPath(name).stem for name in changed}):
            stack.enter_context(safe.locked(home / LOCKS / f"{stem}.lock", wait=_PATIENCE))
        if any(_as_it_is(home / name) != _content(before.get(name)) for name in changed):
            raise _Edited
        for name, text in changed.items():
            done[name] = text
            _write(home / name, text)


def _undo(home: Path, before: Mapping[str, Text], done: Changes) -> None:
    """What was put there and couldn't be noted is taken back, unless somebody has edited it since."""
    for name, text in done.items():
        if _as_it_is(home / name) == _content(text):
            _write(home / name, before.get(name))


def _write(path: Path, text: Text | None) -> None:
    try:
        if text is None:
            path.unlink(missing_ok=True)
            return
        if text.private and not path.exists():
            folders.put(path, text)
        safe.replace(path, text.content)
        if text.private:
            path.chmod(0o600)
    except OSError as error:
        raise UsageError(
            f"{path.name} can't be written: {error.strerror}.", "Is there room on the disk?"
        ) from error


def _as_it_is(path: Path) -> bytes | None:
    try:
        return path.read_bytes()
    except OSError:
        return None


def _content(text: Text | None) -> bytes | None:
    return None if text is None else text.content
