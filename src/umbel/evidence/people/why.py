# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Looking people up: who is meant, which identities make them up and why, what is proposed."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import msgspec

from umbel.evidence.people import addresses
from umbel.evidence.people.handles import HANDLE
from umbel.evidence.people.merge import PROPOSALS, RULES
from umbel.model.errors import UsageError

if TYPE_CHECKING:
    from umbel.evidence.people.attach import People
    from umbel.evidence.people.merge import Merge


class Alias(msgspec.Struct, frozen=True, kw_only=True):
    """One identity of a person, and by which rule it was joined to which other one.

    Names and addresses are None unless they were asked for.
    """

    person: str
    identity: str
    joined_to: str | None
    rule: str | None
    reason: str
    name: str | None = None
    address: str | None = None


class Proposal(msgspec.Struct, frozen=True, kw_only=True):
    """Two people who may be one; accept it with `umbel people merge`."""

    one: str
    other: str
    rule: str
    reason: str
    names: list[str | None] | None = None


def find(people: People, text: str) -> str:
    """The person that a pseudonym (any they ever had), an identity or an address means. Raises `UsageError`."""
    wanted = text.strip()
    if HANDLE.fullmatch(wanted) and wanted[0] in "pi":
        for key, person in people.person.items():
            if people.handle(key)[2:] == wanted[2:]:
                return person
        raise UsageError(f"Nobody here is {wanted}.", "Is it of another lake? Each has its own pseudonyms.")
    if "@" not in wanted:
        raise UsageError(
            f"{wanted!r} names no person.", "Give a pseudonym (p-…), an identity (i-…) or an address."
        )
    found = {people.person[key] for key in with_address(people, wanted)}
    if not found:
        raise UsageError("No commit or tag here has that address.")
    if len(found) > 1:
        raise UsageError(f"{len(found)} people use that address: {', '.join(sorted(found))}.", "Name one.")
    return found.pop()


def with_address(people: People, text: str) -> list[int]:
    """The identities with an address, in any spelling of it."""
    asked = addresses.parse(text, people.rules.free_mail)
    plain = text.strip().strip("<>").casefold()
    return [
        key
        for key, address in people.addresses.items()
        if (asked.same and address.same == asked.same)
        or (people.identities[key].email or "").strip().casefold() == plain
    ]


def name_of(people: People, person: str) -> str | None:
    """The name under which most of a person's identities go, if they wished it to be shown."""
    if not people.spoken.opted_in.intersection(people.members[person]):
        return None
    return _name(people, person)


def names_shown(people: People) -> dict[str, str | None]:
    """The names of all who wished theirs to be shown."""
    opted_in = {people.person[key] for key in people.spoken.opted_in}
    return {person: _name(people, person) for person in sorted(opted_in)}


def _name(people: People, person: str) -> str | None:
    names = Counter(
        identity.name.strip()
        for key in people.members[person]
        if (identity := people.identities.get(key)) and identity.name and identity.name.strip()
    )
    return min(names, key=lambda name: (" " not in name, -names[name], name)) if names else None


def why(people: People, person: str, *, reveal: bool = False) -> list[Alias]:
    """Each identity of a person with the link that joined it, the oldest identity first."""
    keys = people.members[person]
    joined: dict[int, tuple[int, str]] = {}
    seen = {keys[0]}
    links = [link for link in people.merged.links if people.person[link.one] == person]
    while links:
        left = []
        for link in links:
            near = {link.one, link.other} & seen
            if near:
                old = near.pop()
                new = link.other if link.one == old else link.one
                joined.setdefault(new, (old, link.rule))
                seen.add(new)
            else:
                left.append(link)
        if len(left) == len(links):
            break
        links = left
    return [_alias(people, person, key, joined.get(key), reveal=reveal) for key in (keys[0], *joined)]


def _alias(people: People, person: str, key: int, link: tuple[int, str] | None, *, reveal: bool) -> Alias:
    identity = people.identities.get(key)
    gone = key in people.forgotten
    reason = RULES[link[1]] if link else "was asked to be forgotten" if gone else "the oldest of them"
    return Alias(
        person=person,
        identity=people.handle(key),
        joined_to=people.handle(link[0]) if link else None,
        rule=link[1] if link else None,
        reason=reason,
        name=identity.name if reveal and identity else None,
        address=identity.email if reveal and identity else None,
    )


def proposals(people: People, *, reveal: bool = False) -> list[Proposal]:
    """Which people may be one, the strongest first; without what was decided against."""
    found: dict[tuple[str, str], Merge] = {}
    for merge in people.merged.proposals:
        one, other = people.person[merge.one], people.person[merge.other]
        apart = any(
            {merge.one, merge.other} & a and {merge.one, merge.other} & b for a, b in people.spoken.apart
        )
        if one != other and not apart:
            found.setdefault((min(one, other), max(one, other)), merge)
    rank = {rule: place for place, rule in enumerate(("name-and-login-elsewhere", "name", "names"))}
    return [
        Proposal(
            one=one,
            other=other,
            rule=merge.rule,
            reason=PROPOSALS[merge.rule],
            names=[_who(people, merge.one), _who(people, merge.other)] if reveal else None,
        )
        for (one, other), merge in sorted(found.items(), key=lambda item: (rank[item[1].rule], item[0]))
    ]


def _who(people: People, key: int) -> str | None:
    identity = people.identities.get(key)
    return f"{identity.name or ''} <{identity.email or ''}>" if identity else None
