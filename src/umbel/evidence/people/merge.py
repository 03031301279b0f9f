# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Which identities are one person's: what .mailmap says, then rules that rather leave two apart.

The result doesn't depend on the order of rows. Rules stand in `RULES` from the strongest to the
weakest; what is too weak to be made is proposed.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from itertools import pairwise
from operator import attrgetter
from typing import TYPE_CHECKING, NamedTuple

import msgspec

from umbel.evidence.people import addresses, names
from umbel.evidence.people.clusters import MOST_NAMES, Clusters, Link, all_agree
from umbel.evidence.people.words import words

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Hashable, Iterable, Iterator, Mapping, Sequence

    from umbel.evidence.people.bots import Bots

RULES = {
    "decision": "somebody decided that they are one person",
    "claim": "the person claimed the address as theirs, with a proof",
    "mailmap": "a repository's .mailmap says so",
    "account": "the same account of a forge",
    "email": "the same e-mail address",
    "bot": "the same program",
    "plus-address": "the same e-mail address but for what follows the plus sign, and no other name",
    "name-and-domain": "the same full name in one domain",
    "name-and-login": "the same full name and login at one provider",
    "login-and-domain": "the same login on hosts of one domain, and no other name",
    "name-local": "the same full name, and one address only names a machine",
    "login-and-host": "the same login on the same machine, in one project",
    "login-in-project": "the same unusual login in one project, which gives no other name",
}
"""The rules that merge, and how each is told."""
PROPOSALS = {
    "name": "the same full name in different domains",
    "name-and-login-elsewhere": "the same full name and login in different domains",
    "names": "linked, but under too many different names",
}
_RANK = {rule: max(0, rank - 1) for rank, rule in enumerate(RULES)}
MOST_PER_NAME = 8
"""A name that more people have than this says nothing of any two of them."""
_NOWHERE = frozenset({"local", "none"})
SHORTEST_LOGIN = 5
"""Shorter logins are too common to say who someone is."""


class Identity(msgspec.Struct, frozen=True, gc=False):
    """A name and an address as commits write them, with their key."""

    key: int
    name: str | None
    email: str | None


class Merge(NamedTuple):
    """Why two identities are, or might be, one person's. `rule` is a key of RULES or PROPOSALS."""

    rule: str
    one: int
    other: int


class Given(NamedTuple):
    """What is known beside names and addresses; identities are named by their keys.

    `mailmap` has a project, an identity and the one it stands for; `decided` pairs with their rule
    (`decision`, `claim`); `apart` a split's two sides each; `humans` are people although they look like
    programs. `projects_of` tells for some identities in which projects they wrote, `in_one_project`
    for identities with labels which of one label wrote in one project.
    """

    mailmap: Sequence[tuple[str, int, int]] = ()
    decided: Sequence[tuple[str, int, int]] = ()
    apart: Sequence[tuple[Collection[int], Collection[int]]] = ()
    humans: Collection[int] = ()
    projects_of: Callable[[Collection[int]], Iterable[tuple[str, int]]] = lambda _: ()
    in_one_project: Callable[[Sequence[tuple[int, str]]], Iterable[tuple[str, list[int]]]] = lambda _: ()


class Merged(NamedTuple):
    """Who is who: sets of keys (each sorted), the links that made them, what is proposed, and bots."""

    people: list[list[int]]
    links: list[Merge]
    proposals: list[Merge]
    bots: dict[int, str]


def merge(
    identities: Iterable[Identity],
    bots: Bots,
    given: Given | None = None,
    parsed: Mapping[int, addresses.Address] | None = None,
) -> Merged:
    """Bring identities together to people. `parsed` are their addresses by key, where they are known already."""
    known = sorted(identities, key=attrgetter("key"))
    if parsed is None:
        found = addresses.parse_all(identity.email for identity in known)
        parsed = {identity.key: found[identity.email] for identity in known}
    return _Merging(known, [parsed[identity.key] for identity in known], bots, given or Given()).run()


class _Alike:
    """What is equal in something, by places."""

    def __init__(self) -> None:
        self.groups: dict[Hashable, list[int]] = {}

    def add(self, what: Hashable, place: int) -> None:
        members = self.groups.get(what)
        if members is None:
            self.groups[what] = [place]
        else:
            members.append(place)


def _repeated(texts: Iterable[str]) -> set[str]:
    return {text for text, number in Counter(texts).items() if number > 1}


class _Merging:
    def __init__(
        self, known: list[Identity], parsed: list[addresses.Address], bots: Bots, given: Given
    ) -> None:
        self.known, self.given, self.addresses = known, given, parsed
        self.place = {identity.key: place for place, identity in enumerate(known)}
        found = names.parse_all(identity.name for identity in known)
        named = [found[identity.name] for identity in known]
        self.full = [name.key if name.full else "" for name in named]
        # A name that is the login says no more than that.
        self.spoken = ["" if n.key == a.local else n.key for n, a in zip(named, parsed, strict=True)]
        self.repeated = _repeated(self.full) - {""}
        programs = bots.which_of(known)
        human = {programs[place] for place in self._places(given.humans)}
        self.bots = {p: bot for p, bot in enumerate(programs) if bot is not None and bot not in human}
        sides: dict[int, dict[int, int]] = {}
        for split, both in enumerate(given.apart):
            for side, members in enumerate(both):
                for place in self._places(members):
                    sides.setdefault(place, {})[split] = side
        self.clusters = Clusters(self.full, self.bots, sides)

    def run(self) -> Merged:
        self.clusters.join_all(self._strong())
        self.clusters.join_all(self._by_local_name())
        self.clusters.join_all(self._in_projects())
        sets: dict[int, list[int]] = {}
        roots = self.clusters.roots()
        for root, identity in zip(roots, self.known, strict=True):
            if root in sets:
                sets[root].append(identity.key)
            else:
                sets[root] = [identity.key]
        made = [self._told(link) for link in self.clusters.made]
        bots = {self.known[place].key: bot for place, bot in self.bots.items()}
        return Merged(list(sets.values()), made, self._proposals(roots), bots)

    def _told(self, link: Link) -> Merge:
        return Merge(link.rule, self.known[link.one].key, self.known[link.other].key)

    def _places(self, keys: Iterable[int]) -> list[int]:
        return [self.place[key] for key in keys if key in self.place]

    # ---- what needs no more than the identities themselves

    def _strong(self) -> Iterator[Link]:
        for rule, one, other in self.given.decided:
            if one in self.place and other in self.place:
                yield Link(0, self.place[one], self.place[other], rule)
        yield from self._mapped()
        for rule, alike in self._groups().items():
            holds, rank = _LINKS[rule], _RANK[rule]
            for members in alike.groups.values():
                if len(members) > 1 and holds(self, members):
                    first = members[0]
                    for other in members[1:]:
                        yield Link(rank, first, other, rule)

    def _groups(self) -> dict[str, _Alike]:
        """In which groups of possibly one person identities are, by rule; who is alone anyway is left out."""
        found = {rule: _Alike() for rule in _LINKS}
        number = found["account"].add
        tagged = {(address.local, address.host) for address in self.addresses if address.tag}
        logins = _repeated([address.local for address in self.addresses])
        repeated, no_evidence = self.repeated, words().generic_domains
        for place, (address, full) in enumerate(zip(self.addresses, self.full, strict=True)):
            if address.account:
                number((address.host, address.account), place)
            if address.local in logins:
                self._by_login(found, tagged, address, place)
            if full in repeated and address.domain and address.domain not in no_evidence:
                if address.kind == "own":
                    found["name-and-domain"].add((full, address.domain), place)
                elif address.kind != "forge" and not address.generic:
                    plain = "".join(filter(str.isalnum, address.local))
                    found["name-and-login"].add((full, address.domain, plain), place)
        for place, bot in self.bots.items():
            found["bot"].add(bot, place)
        return found

    @staticmethod
    def _by_login(
        found: Mapping[str, _Alike],
        tagged: Collection[tuple[str, str]],
        address: addresses.Address,
        place: int,
    ) -> None:
        if address.generic:
            return
        if address.same:
            found["account" if address.kind == "forge" else "email"].add(address.same, place)
        if tagged and (address.local, address.host) in tagged:
            found["plus-address"].add((address.local, address.host), place)
        if address.kind == "own" and address.domain and not address.tag:
            found["login-and-domain"].add((address.local, address.domain), place)

    def _mapped(self) -> Iterator[Link]:
        """What .mailmap says; of an address that many share, only where all its commits are the project's."""
        pairs = [(p, i, c) for p, i, c in self.given.mailmap if i in self.place and c in self.place]
        shared = {i for _, i, _ in pairs if self.addresses[self.place[i]].generic}
        elsewhere: set[tuple[int, str]] = set()
        if shared:
            said: dict[int, set[str]] = defaultdict(set)
            for project, identity, _ in pairs:
                said[identity].add(project)
            elsewhere = {(i, p) for p, i in self.given.projects_of(shared) if p not in said[i]}
        barred = {identity for identity, _ in elsewhere}
        for _, identity, canonical in set(pairs):
            if identity != canonical and identity not in barred:
                yield Link(_RANK["mailmap"], self.place[identity], self.place[canonical], "mailmap")

    def same_address(self, members: list[int]) -> bool:
        """One address is one person, unless so many names use it that it must be a shared one."""
        most = MOST_NAMES - 2
        return len(members) <= most or len({self.full[place] for place in members} - {""}) <= most

    def same_account(self, members: list[int]) -> bool:
        """Accounts can be renamed, and a login be taken by another: two numbers are two accounts."""
        return len({self.addresses[place].account for place in members} - {""}) <= 1

    def same_if_names_agree(self, members: list[int]) -> bool:
        """The same login, as long as no two names contradict each other."""
        return all_agree([self.spoken[place] for place in members])

    def linked(self, _: list[int]) -> bool:
        """Nothing more to ask."""
        return True

    # ---- addresses that only name a machine

    def _by_local_name(self) -> Iterator[Link]:
        local: dict[str, list[int]] = defaultdict(list)
        for place, address in enumerate(self.addresses):
            if address.kind in _NOWHERE and self.full[place]:
                local[self.full[place]].append(place)
        elsewhere: dict[str, list[int]] = defaultdict(list)
        for place, name in enumerate(self.full):
            if name in local and self.addresses[place].domain:
                elsewhere[name].append(place)
        for name, members in sorted(local.items()):
            yield from self._of_one_name(name, members, elsewhere[name])

    def _of_one_name(self, name: str, members: list[int], elsewhere: list[int]) -> Iterator[Link]:
        people = {self.clusters.find(place) for place in elsewhere}
        common = all(word in words().common_names for word in name.split())
        if len(people) <= 1 and not common:
            yield from _chain("name-local", members + elsewhere)
            return
        logins: dict[str, list[int]] = defaultdict(list)
        for place in members:
            if not self.addresses[place].generic:
                logins[self.addresses[place].local].append(place)
        for login, of_login in logins.items():
            same = [place for place in elsewhere if self.addresses[place].local == login]
            one = len({self.clusters.find(place) for place in same}) == 1
            yield from _chain("name-local", of_login + (same if one else []))

    # ---- histories that give no names

    def _in_projects(self) -> Iterator[Link]:
        unnamed = {
            address.local
            for address, spoken in zip(self.addresses, self.spoken, strict=True)
            if not spoken or address.kind in _NOWHERE
            if not address.generic and address.kind != "forge"
        }
        asked = [
            place
            for place, address in enumerate(self.addresses)
            if address.local in unnamed or address.second[0] in unnamed
            if address.kind != "forge"
        ]
        labels = [
            (self.known[place].key, label) for place in asked for label in self._says(self.addresses[place])
        ]
        if len(labels) < 2:
            return
        for label, keys in sorted(self.given.in_one_project(labels)):
            members = self._places(keys)
            if self._nameless(members):
                yield from self._unnamed(label.partition(" ")[0], sorted(set(members)))

    def _says(self, address: addresses.Address) -> Iterator[str]:
        """By what someone may be known in a project: a rule, and what must be equal for it."""
        if distinctive(address.local):
            yield f"login-in-project {address.local}"
        for login, host in ((address.local, address.host), address.second):
            machine = host.partition(".")[0]
            if not login or not machine or login in words().generic_locals:
                continue
            if machine not in words().generic_hosts:
                yield f"login-and-host {login} {machine}"

    def _nameless(self, members: Collection[int]) -> bool:
        return len(members) > 1 and any(
            not self.spoken[place] or self.addresses[place].kind in _NOWHERE for place in members
        )

    def _unnamed(self, rule: str, members: list[int]) -> Iterator[Link]:
        """Those without a name are one; someone who has it joins them if nobody else might be meant."""
        if not all_agree(self.spoken[place] for place in members):
            return
        named = [place for place in members if self.spoken[place] and self.addresses[place].domain]
        if len({self.clusters.find(place) for place in named}) > 1:
            members = [place for place in members if place not in named]
        yield from _chain(rule, members)

    # ---- what is left to people

    def _proposals(self, roots: Sequence[int]) -> list[Merge]:
        refused = [Merge("names", *self._told(link)[1:]) for link in self.clusters.refused]
        alike = _Alike()
        for place, name in enumerate(self.full):
            if name in self.repeated and place not in self.bots:
                alike.add(name, place)
        weak = []
        for members in alike.groups.values():
            people: dict[int, int] = {}
            for place in members:
                people.setdefault(roots[place], place)
            if 2 <= len(people) <= MOST_PER_NAME:
                for one, other in pairwise(sorted(people.values())):
                    same = self.addresses[one].local == self.addresses[other].local
                    rule = "name-and-login-elsewhere" if same else "name"
                    weak.append(Merge(rule, self.known[one].key, self.known[other].key))
        return sorted(set(refused)) + sorted(weak)


def distinctive(login: str) -> bool:
    """Whether a login alone can say who someone is, within one project."""
    plain = login.strip("0123456789._-")
    if len(plain) < SHORTEST_LOGIN:
        return False
    return plain not in words().common_names and plain not in words().generic_locals


def _chain(rule: str, members: Sequence[int]) -> Iterator[Link]:
    first = members[0] if members else 0
    for other in members[1:]:
        yield Link(_RANK[rule], first, other, rule)


_LINKS: dict[str, Callable[[_Merging, list[int]], bool]] = {
    "account": _Merging.same_account,
    "email": _Merging.same_address,
    "bot": _Merging.linked,
    "plus-address": _Merging.same_if_names_agree,
    "name-and-domain": _Merging.linked,
    "name-and-login": _Merging.linked,
    "login-and-domain": _Merging.same_if_names_agree,
}
