# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""`[office]` in `umbel.toml`: who may come into the web office, as what, and which projects are kept from whom."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

import msgspec

from umbel.model.alert_settings import ADDRESS

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

    Say = Callable[[tuple[str | int, ...], str], None]

OfficeRole = Literal["viewer", "contributor", "legal", "security", "office"]


class OfficeRoles(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """By role: patterns of the groups that single sign-on tells of somebody (`ospo-*`).

    With `viewer` only people of a group that is named here, for any role, may come in by single sign-on;
    without it everybody whom the provider knows may read.
    """

    viewer: tuple[str, ...] = ()
    contributor: tuple[str, ...] = ()
    legal: tuple[str, ...] = ()
    security: tuple[str, ...] = ()
    office: tuple[str, ...] = ()


class OfficeTeam(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A team: people by their e-mail address, and everybody of a group."""

    name: str
    people: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()


class Confidential(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Projects (patterns, as those of products) that only some may see: whom any of the lists names."""

    projects: tuple[str, ...]
    people: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()
    teams: tuple[str, ...] = ()
    roles: tuple[OfficeRole, ...] = ()


class OfficeSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Who may come into the web office.

    `public_catalogue`: projects, packages and the like may be read without an account (what is confidential never is).
    `sign_up`: people may make an account of their own, as viewers, once they have confirmed their e-mail address.
    `sign_up_domains`: of these domains only (unless told: those of `[organisation]`).
    `answer_days`: within so many days a request is to be answered. `notify`: names of `[[alerts.targets]]` that get
    word of requests, too.
    """

    public_catalogue: bool = False
    sign_up: bool = False
    sign_up_domains: tuple[str, ...] = ()
    answer_days: int = 5
    notify: tuple[str, ...] = ()
    roles: OfficeRoles = OfficeRoles()
    teams: tuple[OfficeTeam, ...] = ()
    confidential: tuple[Confidential, ...] = ()


def meaning(data: Any, say: Say, webhooks: Collection[str] = ()) -> None:
    """What types can't say of the table `[office]`: each fault by its path in it. `webhooks`: names of such targets."""
    if not isinstance(data, dict):
        return
    days = data.get("answer_days")
    if type(days) is int and days < 1:
        say(("answer_days",), "must be at least 1")
    notify = data.get("notify")
    for index, name in enumerate(notify if isinstance(notify, list) else []):
        if isinstance(name, str) and name not in webhooks:
            say(("notify", index), f"{name[:80]!r} is no webhook of [[alerts.targets]]")
    names = _teams(data, say)
    for index, rule in _tables(data.get("confidential")):
        _confidential(rule, names, say, ("confidential", index))


def _teams(data: dict[str, Any], say: Say) -> set[str]:
    names: set[str] = set()
    for index, team in _tables(data.get("teams")):
        name = team.get("name")
        if isinstance(name, str) and name in names:
            say(("teams", index, "name"), f"{name!r} is used twice")
        names.add(str(name))
        _people(team, say, ("teams", index))
        if not team.get("people") and not team.get("groups"):
            say(("teams", index), "has nobody: give people or groups")
    return names


def _confidential(rule: dict[str, Any], names: set[str], say: Say, place: tuple[str | int, ...]) -> None:
    _people(rule, say, place)
    if not rule.get("projects"):
        say((*place, "projects"), "names no project")
    if not any(rule.get(key) for key in ("people", "groups", "teams", "roles")):
        say(place, "hides projects from everybody: say who may see them")
    teams = rule.get("teams")
    for index, team in enumerate(teams if isinstance(teams, list) else []):
        if isinstance(team, str) and team not in names:
            say((*place, "teams", index), f"{team!r} is no team of [[office.teams]]")


def _tables(entries: Any) -> list[tuple[int, dict[str, Any]]]:
    listed = entries if isinstance(entries, list) else []
    return [(index, entry) for index, entry in enumerate(listed) if isinstance(entry, dict)]


def _people(table: dict[str, Any], say: Say, place: tuple[str | int, ...]) -> None:
    people = table.get("people")
    for index, address in enumerate(people if isinstance(people, list) else []):
        if isinstance(address, str) and not ADDRESS.fullmatch(address):
            say((*place, "people", index), f"{address[:80]!r} is no mail address")
