# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""What is held about somebody, for themselves: they are known by addresses that were proven to be theirs."""

from __future__ import annotations

from datetime import datetime  # noqa: TC003 - msgspec reads it
from typing import TYPE_CHECKING

import msgspec

from umbel.evidence.people.handles import of_address
from umbel.evidence.people.why import Alias, why, with_address

if TYPE_CHECKING:
    from collections.abc import Iterable

    from umbel.app.base import Base
    from umbel.evidence.people.attach import Attached, People
    from umbel.evidence.session import Session

_WORK = """
SELECT project, count(*) AS commits, min("at") AS since, max("at") AS last
FROM contributions WHERE person = $person GROUP BY project ORDER BY commits DESC, project
"""
_EMPLOYMENT = """
SELECT organisation, since, until FROM affiliations WHERE person = $person ORDER BY since NULLS FIRST, until
"""


class Work(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody's commits in a project, with those that they helped to write."""

    project: str
    commits: int
    since: datetime | None
    last: datetime | None


class Employment(msgspec.Struct, frozen=True, kw_only=True):
    """For whom somebody is held to work; without days: ever since, until now."""

    organisation: str | None
    since: datetime | None
    until: datetime | None


class HeldPerson(msgspec.Struct, frozen=True, kw_only=True):
    """One person behind somebody's addresses: `person` is their pseudonym, `named` whether they wished to be named.

    `upstream`: known from projects elsewhere that were examined, not from our own.
    """

    person: str
    upstream: bool
    named: bool
    identities: tuple[Alias, ...]
    work: tuple[Work, ...]
    employment: tuple[Employment, ...]


class HeldAddress(msgspec.Struct, frozen=True, kw_only=True):
    """One of somebody's addresses: whether anything is known under it, and whether it was claimed."""

    address: str
    person: str | None
    claimed: bool


class Held(msgspec.Struct, frozen=True, kw_only=True):
    """All that evidence and decisions hold about the owner of some addresses."""

    addresses: tuple[HeldAddress, ...]
    people: tuple[HeldPerson, ...]


def held(workspace: Base, addresses: Iterable[str]) -> Held:
    """What is held in our lake, and in the one of upstream projects. Nothing where nothing was collected."""
    from umbel.app.upstream import has_upstream, over_upstream
    from umbel.evidence.people import attach

    mine = tuple(addresses)
    told: dict[str, HeldAddress] = {}
    people: list[HeldPerson] = []
    places = [(workspace, False)] if workspace._lake_if_any() is not None else []  # noqa: SLF001 - of this package
    if places and has_upstream(workspace):
        places.append((over_upstream(workspace), True))
    for place, upstream in places:
        with place.session(None, attach.TABLES) as session:
            attached = attach.attach(session, place.who())
            for address in mine:
                found = _address(attached.people, address)
                if address not in told or found.person:
                    told[address] = found
            found_here = _persons(attached.people, mine)
            people.extend(_person(session, attached, each, upstream=upstream) for each in found_here)
    nothing = (HeldAddress(address=address, person=None, claimed=False) for address in mine)
    return Held(addresses=tuple(told[one] for one in mine) if told else tuple(nothing), people=tuple(people))


def _persons(people: People, addresses: Iterable[str]) -> list[str]:
    found = (people.person[key] for address in addresses for key in with_address(people, address))
    return list(dict.fromkeys(found))


def _address(people: People, address: str) -> HeldAddress:
    from umbel.evidence.people import addresses

    person = next(iter(_persons(people, [address])), None)
    parsed = addresses.parse(address, people.rules.free_mail)
    claimed = of_address(people.rules.salt, parsed) in people.spoken.claims
    return HeldAddress(address=address, person=person, claimed=claimed)


def _person(session: Session, attached: Attached, person: str, *, upstream: bool) -> HeldPerson:
    people, bound = attached.people, {"person": person}
    return HeldPerson(
        person=person,
        upstream=upstream,
        named=not people.spoken.opted_in.isdisjoint(people.members[person]),
        identities=tuple(why(people, person, reveal=True)),
        work=tuple(Work(**row) for row in session.ask(_WORK, bound).records()),
        employment=tuple(Employment(**row) for row in session.ask(_EMPLOYMENT, bound).records()),
    )
