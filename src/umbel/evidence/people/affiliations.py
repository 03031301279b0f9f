# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""For whom people work, and since when: by decisions, by imported files, by the domains of addresses.

A decision about a person or an address comes first, then the person's own claim, then what an
imported file says of the address, then the address's domain: as decided, as ours, as imported. A domain that nothing
is known of stands for an organisation if two people or more use it: one person's own domain doesn't.
"""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, NamedTuple

import msgspec

from umbel.evidence.people.addresses import registrable

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from umbel.evidence.people.addresses import Address

NO_ORGANISATION = frozenset(
    """
    unknown (unknown) notfound (not_found) not-found none ? - independent *independent self independant individual
    unaffiliated hobbyist freelancer student (robots) robots undefined
    """.split()
)
"""How files say that someone works for nobody known: no organisation, and not one for them all."""


class Span(NamedTuple):
    """An organisation from a moment until before another; None is open, no organisation is unknown."""

    since: datetime | None
    until: datetime | None
    organisation: str | None
    ours: bool = False


class Affiliations(msgspec.Struct, frozen=True):
    """What files and decisions say: spans by domain, and by the handle of an address."""

    domains: dict[str, list[Span]] = {}
    addresses: dict[str, list[Span]] = {}


def moment(day: date | None) -> datetime | None:
    """The start of a day."""
    return datetime(day.year, day.month, day.day, tzinfo=UTC) if day else None


def named(organisation: str) -> str | None:
    """An organisation's name as a file gives it; None if it says that there is none."""
    text = " ".join(organisation.split())
    return None if not text or text.casefold() in NO_ORGANISATION else text


def overlay(below: Sequence[Span], above: Sequence[Span]) -> list[Span]:
    """Spans that don't overlap: those above cut those below, and of equals the later start wins."""
    spans: list[Span] = []
    for span in (*_in_order(below), *_in_order(above)):
        spans = [part for old in spans for part in _cut(old, span)]
        spans.append(span)
    return sorted(spans, key=lambda span: span.since or _FIRST)


_FIRST = datetime.min.replace(tzinfo=UTC)
_LAST = datetime.max.replace(tzinfo=UTC)


def _in_order(spans: Sequence[Span]) -> list[Span]:
    return sorted(
        spans, key=lambda span: (span.since or _FIRST, span.until or _LAST, span.organisation or "")
    )


def _cut(old: Span, new: Span) -> list[Span]:
    since, until = new.since or _FIRST, new.until or _LAST
    before = (old.since or _FIRST) < since
    after = (old.until or _LAST) > until
    parts = []
    if before:
        parts.append(old._replace(until=min(old.until or _LAST, since)))
    if after:
        parts.append(old._replace(since=max(old.since or _FIRST, until)))
    return [part for part in parts if (part.since or _FIRST) < (part.until or _LAST)]


_UNASKED: list[Span] = []


class Domains:
    """Which organisation a domain stands for; asked once for each host."""

    def __init__(
        self,
        decided: Mapping[str, list[Span]],
        ours: Iterable[str],
        organisation: str | None,
        imported: Mapping[str, list[Span]],
    ) -> None:
        """Put decisions, our own domains and imported ones in their order."""
        self._decided, self._imported = decided, imported
        self._ours = {domain.casefold().strip("@. "): organisation or domain for domain in ours}
        self._known: dict[tuple[str, str], list[Span] | None] = {}

    def of(self, address: Address) -> list[Span] | None:
        """What is known of the address's domain; None if nothing is."""
        place = address.kind, address.host
        found = self._known.get(place, _UNASKED)
        if found is _UNASKED:
            found = self._known[place] = self._of(address)
        return found

    def _of(self, address: Address) -> list[Span] | None:
        tails = _tails(address.host)
        found = next((self._decided[tail] for tail in tails if tail in self._decided), None)
        if found is not None:
            return found
        for tail in tails:
            if tail in self._ours:
                return [Span(None, None, self._ours[tail], ours=True)]
        if address.kind in {"free", "forge", "local", "none"}:
            return []
        return next((self._imported[tail] for tail in tails if tail in self._imported), None)


def _tails(host: str) -> list[str]:
    labels = host.split(".")
    shortest = registrable(labels).count(".") + 1
    tails = [".".join(labels[start:]) for start in range(len(labels))]
    return [tail for tail in tails if tail.count(".") + 1 >= min(shortest, 2)]


def of_identities(
    addresses: Mapping[int, Address], person_of: Mapping[int, str], domains: Domains, bots: Iterable[int]
) -> dict[int, list[Span]]:
    """What each identity's domain says; bots, and identities of which nothing is known, are left out."""
    left_out = set(bots)
    one_user: dict[str, str] = {}
    several: dict[str, list[Span]] = {}
    found: dict[int, list[Span]] = {}
    open_: dict[int, str] = {}
    by_host: dict[str, list[Span] | None] = {}
    for key, address in addresses.items():
        if key in left_out:
            continue
        host = address.host
        spans = by_host[host] if host in by_host else by_host.setdefault(host, domains.of(address))
        if spans:
            found[key] = spans
        elif spans is None and address.kind == "own":
            domain = open_[key] = address.domain
            if one_user.setdefault(domain, person_of[key]) != person_of[key] and domain not in several:
                several[domain] = [Span(None, None, domain)]
    found.update({key: several[domain] for key, domain in open_.items() if domain in several})
    return found


def of_person(dated: Sequence[tuple[datetime | None, list[Span]]], explicit: Sequence[Span]) -> list[Span]:
    """A person's spans: from the first commit under an organisation's address until the next one's.

    `dated` are the first commit and the domain's spans of each identity.
    """
    if len(dated) == 1 and not explicit and len(dated[0][1]) == 1 and dated[0][1][0][:2] == (None, None):
        ((first, (span,)),) = dated  # most people by far
        return [span._replace(since=first)] if span.organisation else []
    starts: dict[str, tuple[datetime, Span]] = {}
    for first, spans in dated:
        for span in spans:
            begin = max(first or _FIRST, span.since or _FIRST)
            if span.organisation and (span.until is None or begin < span.until):
                known = starts.get(span.organisation)
                if known is None or begin < known[0]:
                    starts[span.organisation] = begin, span
    below = [
        span._replace(since=None if begin == _FIRST else begin) for _, (begin, span) in sorted(starts.items())
    ]
    return [span for span in overlay(below, explicit) if span.organisation]
