# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Decisions and imports about people, applied to the identities that are there."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from umbel.evidence.people.affiliations import Span, moment, named, overlay
from umbel.evidence.people.handles import digits, of_address

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from umbel.evidence.people.addresses import Address
    from umbel.evidence.people.decisions import AffiliationEntry, ClaimEntry, MergeEntry, SplitEntry
    from umbel.evidence.people.rules import Rules


class Spoken:
    """What was decided, by the keys of identities. A decision about someone unknown waits for them.

    `together` pairs of identities with their rule, `apart` both sides of each split, `bots` who is one,
    `opted_in` identities of those whose names may be shown, `people` and `domains` spans that were said
    of an identity's person or of a domain, `claims` each claimed address's handle with its claim.
    """

    def __init__(self, rules: Rules, keys: Collection[int], addresses: Mapping[int, Address]) -> None:
        """Apply the decisions to the identities there are."""
        self._rules = rules
        self.together: list[tuple[str, int, int]] = []
        self.apart: list[tuple[set[int], set[int]]] = []
        self.bots: dict[int, bool] = {}
        self.opted_in: set[int] = set()
        self.people: dict[int, list[Span]] = {}
        self.domains: dict[str, list[Span]] = {}
        self.claims: dict[str, ClaimEntry] = {}
        self._said: dict[str, list[Span]] = {}
        entries = rules.book.entries
        self._keys = {digits(rules.salt, key): key for key in keys} if entries else {}
        self._addresses: dict[str, list[int]] = defaultdict(list)
        self.speaks_of_addresses = bool(rules.imported.addresses)
        if any(kind in {"claim", "revoke"} or getattr(entry, "address", None) for kind, entry in entries):
            self.speaks_of_addresses = True
        if any(kind == "claim" for kind, _ in entries):
            for key, address in addresses.items():
                self._addresses[of_address(rules.salt, address)].append(key)
        for kind, entry in entries:
            getattr(self, "_" + kind)(entry)
        self._claimed()

    def key(self, handle: str) -> int | None:
        """The identity that a handle names, whatever the letter before its digits."""
        return self._keys.get(handle[2:])

    def of_addresses(self, addresses: Mapping[int, Address]) -> dict[int, list[Span]]:
        """What was decided, claimed or imported of each identity's address."""
        found = {}
        imported = self._rules.imported.addresses
        for key, address in addresses.items():
            handle = of_address(self._rules.salt, address)
            spans = imported.get(handle, [])
            claim = self.claims.get(handle)
            if claim:
                spans = overlay(spans, [Span(moment(claim.since), None, self._us, ours=True)])
            if handle in self._said:
                spans = overlay(spans, self._said[handle])
            if spans:
                found[key] = [self._ours(span) for span in spans]
        return found

    @property
    def _us(self) -> str | None:
        return self._rules.organisation or next(iter(self._rules.ours), "us")

    def _ours(self, span: Span) -> Span:
        us = self._us
        same = bool(span.organisation and us and span.organisation.casefold() == us.casefold())
        return span._replace(ours=span.ours or same)

    def _found(self, handles: Collection[str]) -> set[int]:
        return {key for key in map(self.key, handles) if key is not None}

    def _merge(self, entry: MergeEntry) -> None:
        keys = sorted(self._found(entry.people))
        # Who is brought together now was not meant to stay apart.
        self.apart = [sides for sides in self.apart if not (sides[0] & set(keys) and sides[1] & set(keys))]
        self.together += [("decision", keys[0], other) for other in keys[1:]]

    def _split(self, entry: SplitEntry) -> None:
        sides = self._found(entry.identities), self._found(entry.apart_from)
        self.apart.append(sides)
        self.together = [
            (rule, one, other)
            for rule, one, other in self.together
            if not any({one, other} & a and {one, other} & b for a, b in (sides, sides[::-1]))
        ]

    def _claim(self, entry: ClaimEntry) -> None:
        self.claims[entry.address] = entry

    def _revoke(self, entry: ClaimEntry) -> None:
        self.claims.pop(entry.address, None)

    def _claimed(self) -> None:
        for address, claim in self.claims.items():
            keys = [*self._addresses.get(claim.holder, ()), *self._addresses.get(address, ())]
            self.together += [("claim", keys[0], other) for other in keys[1:]]

    def _opt_in(self, entry: MergeEntry) -> None:
        self.opted_in |= self._person(entry)

    def _opt_out(self, entry: MergeEntry) -> None:
        self.opted_in -= self._person(entry)

    def _person(self, entry: object) -> set[int]:
        return self._found([getattr(entry, "person", None) or ""])

    def _bot(self, entry: object) -> None:
        for key in self._person(entry):
            self.bots[key] = getattr(entry, "kind", "bot") == "bot"

    def _affiliation(self, entry: AffiliationEntry) -> None:
        span = self._ours(Span(moment(entry.since), moment(entry.until), named(entry.organisation)))
        if entry.domain:
            domain = entry.domain.casefold()
            self.domains[domain] = overlay(self.domains.get(domain, []), [span])
        elif entry.address:
            self._said[entry.address] = overlay(self._said.get(entry.address, []), [span])
        for key in self._person(entry):
            self.people[key] = overlay(self.people.get(key, []), [span])
