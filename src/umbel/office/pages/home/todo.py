# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""What to do next, in one order: what is late, then what is worth most of each list in turn."""

from __future__ import annotations

from datetime import date
from itertools import zip_longest
from typing import TYPE_CHECKING, TypeVar
from urllib.parse import urlencode

import msgspec

from umbel.office.navigation import link_to
from umbel.office.roles import Role

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping, Sequence

    from umbel.frameworks.interface import Move, Recommendation
    from umbel.office.pages.home.figures import Upgrade
    from umbel.office.seen import Seen
    from umbel.strategy.actions import Action

MOST = 6
"""Of what is somebody's own, and of what is others'."""
T = TypeVar("T")
_BY_COMMAND = " (umbel maturity attest "
"""How a person's word is asked for on a command line; on its page there is a form."""
_ROLES: Mapping[str, Role] = {
    "legal": Role.LEGAL,
    "business": Role.SECURITY,
    "contributors": Role.CONTRIBUTOR,
    "office": Role.OFFICE,
    "management": Role.OFFICE,
    "ecosystem": Role.OFFICE,
}
"""The role that looks after each petal."""


class Todo(msgspec.Struct, frozen=True, kw_only=True):
    """One thing to do: why, the way to its evidence, how much work it is, and whose it is."""

    title: str
    about: str = ""
    about_url: str | None = None
    reason: str
    moves: str = ""
    evidence: str | None = None
    effort: str
    role: str
    mine: bool = False
    due: date | None = None
    late: bool = False
    command: str | None = None


def first(things: Iterable[T], petals: Callable[[T], Collection[str]], seen: Seen) -> list[T]:
    """Of a long ranking the first that are of whoever looks, and the first that are of others, as they stand."""
    left = {True: MOST, False: MOST}
    found = []
    for each in things:
        mine = is_mine(petals(each), seen)
        if left[mine]:
            left[mine] -= 1
            found.append(each)
        elif not any(left.values()):
            break
    return found


def ranked(*lists: Iterable[Todo]) -> list[Todo]:
    """Late things by their day, then the lists in turn, each in its own order."""
    every = [list(each) for each in lists]
    late = sorted((each for one in every for each in one if each.late), key=lambda each: each.due or date.max)
    rest = [[each for each in one if not each.late] for one in every]
    turns = [each for row in zip_longest(*rest) for each in row if each is not None]
    return [*late, *turns]


def of_moves(moves: Iterable[Move], seen: Seen, titles: Mapping[str, str]) -> list[Todo]:
    """Practices that aren't met yet: what is worth most for its effort first."""
    found = []
    for move in moves:
        framework, _, practice = move.practice.partition("/")
        action, _, claim = move.action.partition(_BY_COMMAND)
        found.append(
            Todo(
                title=f"{action}: {move.title}" if claim else action,
                reason=move.why or move.title,
                moves=move.moves,
                evidence=link_to("practice", framework, practice),
                effort=move.effort,
                role=", ".join(titles.get(each, each) for each in move.petals) or "The office",
                mine=is_mine(move.petals, seen),
            )
        )
    return found


def of_recommendations(found: Iterable[Recommendation], seen: Seen, titles: Mapping[str, str]) -> list[Todo]:
    """Scenarios that the outcomes show."""
    return [
        Todo(
            title=each.step,
            reason=each.scenario,
            evidence=_practice(each.moves),
            effort=each.effort,
            role=titles.get(each.petal, each.petal),
            mine=is_mine([each.petal], seen),
        )
        for each in found
    ]


def of_actions(
    actions: Iterable[Action],
    seen: Seen,
    today: date,
    *,
    upgrades: Mapping[str, Upgrade] | None = None,
    names: Collection[str] = (),
) -> list[Todo]:
    """What is to be done about the projects that we rely on. `names` are how whoever looks is called."""
    found = []
    for each in actions:
        upgrade = (upgrades or {}).get(each.about) if each.kind == "upgrade" else None
        if not seen.shows(each.about) or (each.kind == "upgrade" and not _may_see(upgrade, seen)):
            continue
        where = _about(each, upgrade)
        found.append(
            Todo(
                title=each.title,
                about=each.about,
                about_url=where,
                reason=_sentence(each.reason, each.about),
                evidence=where,
                effort=each.effort,
                role=f"The office, with {each.who}" if each.who else "The office",
                mine=Role.OFFICE in seen.roles or each.who in names,
                due=each.due,
                late=each.due is not None and each.due < today,
                command=None if where else each.command,
            )
        )
    return found


def _sentence(reason: str, about: str) -> str:
    """A reason begins with a capital, but a name is written as it is."""
    return reason if reason.startswith(about) else reason[:1].upper() + reason[1:]


def _may_see(upgrade: Upgrade | None, seen: Seen) -> bool:
    """Whether a package may be named: not where none but hidden projects have it, or nobody knows who has it."""
    if upgrade is None:
        return not seen.hidden
    return upgrade.among is None or any(map(seen.shows, upgrade.among))


def _practice(names: Sequence[str]) -> str | None:
    framework, _, practice = (names[0] if names else "").partition("/")
    return link_to("practice", framework, practice) if practice else None


def _about(action: Action, upgrade: Upgrade | None) -> str | None:
    if action.kind == "owner-silent":
        return link_to("product", action.about)
    if action.kind == "plan-late":
        ends = link_to("end-of-life")
        return None if ends is None else f"{ends}?{urlencode({'q': action.about})}"
    if action.kind != "upgrade":
        return link_to("strategic-project", action.about)
    package = upgrade.package if upgrade is not None else None
    return None if package is None else link_to("package", package)


def is_mine(petals: Iterable[str], seen: Seen) -> bool:
    """Whether whoever looks has a role that looks after one of these petals."""
    return any(_ROLES.get(each) in seen.roles for each in petals)
