# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Object rules: which projects are confidential to others, by `[[office.confidential]]` in `umbel.toml`."""

from __future__ import annotations

import threading
import time
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, NamedTuple

from umbel.app.names import matcher
from umbel.model.errors import EvidenceError
from umbel.office.config import config
from umbel.office.core import workspace

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

    from umbel.app.workspace import Workspace
    from umbel.evidence.lake import Lake
    from umbel.model.office_settings import Confidential, OfficeSettings
    from umbel.office.accounts.models import User

FRESH = 5.0
"""Seconds for which names of projects are not asked for again: object storage takes 30 ms to say that nothing is new.
What came in since is known by its pattern all the same (`Hidden`)."""


class Hidden(frozenset[str]):
    """The names of the projects that are kept from somebody; also knows a name that came in a moment ago."""

    named: Callable[[str], bool]

    @classmethod
    def of(cls, names: Iterable[str], named: Callable[[str], bool]) -> Hidden:
        """Of the known names that patterns fit, and what tells of the others."""
        hidden = cls(name for name in names if named(name))
        hidden.named = named
        return hidden

    def __contains__(self, name: object) -> bool:
        """Whether a project of this name is kept from them."""
        return super().__contains__(name) or (isinstance(name, str) and self.named(name))

    def __bool__(self) -> bool:
        """Something is kept from them: also where rules alone say so, and no evidence has a name for it yet."""
        return True


class _Known(NamedTuple):
    """What is known of the projects of a workspace, and what was made of it."""

    ws: Workspace
    place: Path
    lake: Lake | None
    version: int
    asked_at: float
    names: frozenset[str]
    sets: dict[tuple[int, ...], Hidden]


_last: _Known | None = None
_lock = threading.Lock()
NOTHING: frozenset[str] = frozenset()


def public_catalogue() -> bool:
    """Whether the catalogue may be read without an account."""
    return workspace().settings.office.public_catalogue


def hidden_from(user: User | None) -> frozenset[str]:
    """Projects that are confidential to an account (None: to who has none)."""
    ws = workspace()
    rules = ws.settings.office.confidential
    if not rules:
        return NOTHING
    against = tuple(place for place, rule in enumerate(rules) if not _named(user, rule, ws.settings.office))
    if not against:
        return NOTHING
    known = _known(ws)
    found = known.sets.get(against)
    if found is None:
        patterns = [pattern for place in against for pattern in rules[place].projects]
        found = known.sets[against] = Hidden.of(known.names, matcher(patterns))
    return found


def _named(user: User | None, rule: Confidential, said: OfficeSettings) -> bool:
    """Whether a rule lets somebody see its projects."""
    if user is None:
        return False
    if any(role.value in rule.roles for role in user.all_roles()):
        return True
    teams = [team for team in said.teams if team.name in rule.teams]
    groups = [*rule.groups, *(group for team in teams for group in team.groups)]
    if any(fnmatchcase(str(mine), group) for group in groups for mine in user.groups):
        return True
    people = {
        address.casefold() for address in (*rule.people, *(one for team in teams for one in team.people))
    }
    return bool(people) and not people.isdisjoint(user.proven_addresses)


def _known(ws: Workspace) -> _Known:
    """The names that there are, asked for again when evidence came in, and when umbel.toml changed."""
    global _last  # noqa: PLW0603 - one for the whole process
    with _lock:
        last = _last if _last is not None and _last.ws is ws else None
        if last is not None and time.monotonic() - last.asked_at < FRESH:
            return last
        try:
            found = _asked(ws, last)
        except EvidenceError:
            # Evidence that is away makes nothing less confidential: what was known of names still is.
            before = _last.names if _last is not None and _last.place == config().workspace else NOTHING
            found = last or _Known(ws, config().workspace, None, -1, 0.0, before | _declared(ws), {})
        _last = found._replace(asked_at=time.monotonic())
        return _last


def _asked(ws: Workspace, last: _Known | None) -> _Known:
    """What evidence says of the names now: the same as before where nothing came in. Raises `EvidenceError`."""
    lake = (last.lake if last is not None else None) or ws.lake()
    version = lake.table("snapshots", fresh=True).version()
    if last is not None and last.version == version:
        return last
    return _Known(ws, config().workspace, lake, version, 0.0, _declared(ws) | _seen(ws), {})


def _declared(ws: Workspace) -> frozenset[str]:
    """Every project that umbel.toml names."""
    named = (name for product in ws.settings.products for name in product.projects)
    return frozenset(
        (
            *(name for name in named if not set(name) & set("*?[")),
            *(rule.name for rule in ws.settings.projects),
        )
    )


def _seen(ws: Workspace) -> frozenset[str]:
    """Every project that evidence of any day speaks of."""
    with ws.session(tables=("snapshots",)) as session:
        rows = session.ask("SELECT DISTINCT subject FROM raw_snapshots").rows()
        return frozenset(row[0] for row in rows if row[0])


def forget() -> None:
    """Ask anew who is there: for tests."""
    global _last  # noqa: PLW0603 - as above
    with _lock:
        _last = None
