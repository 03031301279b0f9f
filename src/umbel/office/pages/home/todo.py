# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""What to do next, in one order: what is late, then what is worth most of each list in turn."""

from __future__ import annotations

from datetime import date
from itertools import zip_longest
from typing import TYPE_CHECKING

import msgspec

from umbel.office.navigation import link_to
from umbel.office.roles import Role

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from umbel.frameworks.interface import Move, Recommendation
    from umbel.office.seen import Seen
    from umbel.strategy.actions import Action

MOST = 8
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
                mine=_mine(move.petals, seen),
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
            mine=_mine([each.petal], seen),
        )
        for each in found
    ]


def of_actions(actions: Iterable[Action], seen: Seen, today: date) -> list[Todo]:
    """What is to be done about the projects that we rely on."""
    found = []
    for each in actions:
        if not seen.shows(each.about):
            continue
        where = _about(each.kind, each.about)
        found.append(
            Todo(
                title=each.title,
                about=each.about,
                about_url=where,
                reason=each.reason,
                evidence=where,
                effort=each.effort,
                role=each.who or "The office",
                mine=Role.OFFICE in seen.roles and each.who is None,
                due=each.due,
                late=each.due is not None and each.due < today,
                command=None if where else each.command,
            )
        )
    return found


def _practice(names: Sequence[str]) -> str | None:
    framework, _, practice = (names[0] if names else "").partition("/")
    return link_to("practice", framework, practice) if practice else None


def _about(kind: str, about: str) -> str | None:
    if kind == "owner-silent":
        return link_to("product", about)
    if kind == "upgrade":
        return link_to("package", about) if about.startswith("pkg:") else None
    return link_to("strategic-project", about)


def _mine(petals: Iterable[str], seen: Seen) -> bool:
    return any(_ROLES.get(each) in seen.roles for each in petals)
