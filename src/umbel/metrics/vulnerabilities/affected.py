# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""All versions of one package against its advisories at once: sorted once, each range is two bisections."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from typing import TYPE_CHECKING, Any, NamedTuple

from umbel.metrics.vulnerabilities.ranges import numbers, unreadable
from umbel.model import versions

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from umbel.metrics.vulnerabilities.ranges import Entry, Line


class Hits(NamedTuple):
    """Which versions, by their place, are affected (and whether they are listed), and of which it is unknown why."""

    affected: dict[int, bool]
    unknown: dict[int, str]


class _Order(NamedTuple):
    keys: list[Any]
    places: list[int]
    unread: list[int]
    """Places of versions that can't be read."""


class Versions:
    """Versions of one package that are in use. Each is read once for each order that is asked of it."""

    def __init__(self, found: Sequence[str | None]) -> None:
        """They are named by their places from here on."""
        self.found = found
        self._places: dict[str, list[int]] = {}
        for place, version in enumerate(found):
            if version is not None:
                self._places.setdefault(version, []).append(place)
        self._nameless = [place for place, version in enumerate(found) if version is None]
        self._numbers: dict[str, list[int]] | None = None
        self._orders: dict[str | None, _Order] = {}
        self._keys: dict[str | None, dict[int, Any]] = {}

    def hits(self, entries: Iterable[Entry]) -> Hits:
        """What entries of one advisory say of them: one that affects a version is enough."""
        affected: dict[int, bool] = {}
        unknown: dict[int, str] = {}
        for entry in entries:
            self._entry(entry, affected, unknown)
        for place in affected:
            unknown.pop(place, None)
        return Hits(affected, unknown)

    def _entry(self, entry: Entry, affected: dict[int, bool], unknown: dict[int, str]) -> None:
        for line in entry.lines:
            self._line(line, affected, unknown)
        self._named(entry, affected)
        why = entry.unread
        if entry.empty:
            why = "it names commits only" if entry.commits else "it doesn't say which versions"
        if why:
            for place in range(len(self.found)):
                unknown.setdefault(place, why)
        for place in self._nameless:
            unknown.setdefault(place, unreadable(None, None))

    def _named(self, entry: Entry, affected: dict[int, bool]) -> None:
        """Versions that are listed, in this spelling or another, and commits."""
        for version in entry.versions & self._places.keys():
            affected.update(dict.fromkeys(self._places[version], True))
        for version in entry.commits & self._places.keys():
            for place in self._places[version]:
                affected.setdefault(place, False)
        if entry.versions and len(affected) < len(self.found):
            self._equal(entry, affected)

    def _equal(self, entry: Entry, affected: dict[int, bool]) -> None:
        """Versions that are listed in another spelling. Few are: only those of the same numbers are read."""
        if self._numbers is None:
            self._numbers = {}
            for version, places in self._places.items():
                self._numbers.setdefault(numbers(version), []).extend(places)
        listed = entry.alike()
        for same in self._numbers.keys() & listed.keys():
            for place in self._numbers[same]:
                key = None if place in affected else self.key(entry.scheme, place)
                if key is not None and any(
                    _same(key, versions.parsed(entry.scheme, t)) for t in listed[same]
                ):
                    affected[place] = True

    def _line(self, line: Line, affected: dict[int, bool], unknown: dict[int, str]) -> None:
        if line.whole:
            for place in range(len(self.found)):
                affected.setdefault(place, False)
            return
        order = self.order(line.scheme)
        for place in order.unread:
            unknown.setdefault(place, unreadable(self.found[place], line.scheme))
        try:
            inside = _inside(order.keys, line)
        except (TypeError, ValueError):  # as one version, so all: nobody can compare them with the range
            for place in order.places:
                unknown.setdefault(place, unreadable(self.found[place], line.scheme))
            return
        for low, high in inside:
            for place in order.places[low:high]:
                affected.setdefault(place, False)

    def order(self, scheme: str | None) -> _Order:
        """They in the order of a scheme."""
        if scheme not in self._orders:
            self._orders[scheme] = self._ordered(scheme)
        return self._orders[scheme]

    def key(self, scheme: str | None, place: int) -> Any | None:
        """One of them in the order of a scheme; None if it has no place there."""
        if scheme not in self._keys:
            self.order(scheme)
        return self._keys[scheme].get(place)

    def _ordered(self, scheme: str | None) -> _Order:
        read: dict[int, Any] = {}
        for version, places in self._places.items():
            key = versions.parsed(scheme, version)
            if key is not None:
                read.update(dict.fromkeys(places, key))
        try:
            places = sorted(read, key=read.__getitem__)
        except (TypeError, ValueError):  # versions that can't be compared have no order
            read, places = {}, []
        self._keys[scheme] = read
        unread = [
            place for place, version in enumerate(self.found) if version is not None and place not in read
        ]
        return _Order([read[place] for place in places], places, unread)


def _inside(keys: list[Any], line: Line) -> list[tuple[int, int]]:
    """The stretches of sorted versions that are in a range."""
    found = []
    for start, end, closed in line.intervals() if keys else ():
        low = 0 if start is None else bisect_left(keys, line.keys[start])
        find = bisect_right if closed else bisect_left
        found.append((low, len(keys) if end is None else find(keys, line.keys[end])))
    return found


class Fixes:
    """Versions that mend one advisory, in their order: those that none of its entries affects."""

    def __init__(self, entries: Sequence[Entry]) -> None:
        """Find them."""
        self._ordered: dict[str | None, tuple[list[Any], list[str]]] = {}
        self._above: dict[tuple[Any, ...], list[str]] = {}
        lines = [line for entry in entries for line in entry.lines if line.fixed]
        for scheme in {line.scheme for line in lines}:
            found = {text: key for line in lines if line.scheme == scheme for key, text in line.fixed}
            good = [(found[text], text) for text in found if not is_affected(text, entries)]
            try:
                good.sort(key=lambda one: one[0])
            except (TypeError, ValueError):
                continue
            self._ordered[scheme] = [key for key, _ in good], [text for _, text in good]

    def above(self, known: Versions, place: int) -> list[str]:
        """Those above a version, lowest first."""
        places = []
        for scheme, (keys, _) in self._ordered.items():
            key = known.key(scheme, place)
            places.append(len(keys) if key is None else bisect_right(keys, key))
        found = tuple(places)
        if found not in self._above:
            suffixes = (
                texts[start:] for start, (_, texts) in zip(found, self._ordered.values(), strict=True)
            )
            self._above[found] = list(dict.fromkeys(text for texts in suffixes for text in texts))
        return self._above[found]


def _same(key: Any, other: Any) -> bool:
    try:
        return other is not None and bool(key == other)
    except (TypeError, ValueError):
        return False


def is_affected(version: str, entries: Iterable[Entry]) -> bool:
    """Whether any entry affects a version, or may."""
    keys: dict[str | None, Any] = {}
    return any(entry.outcome(version, keys).affected is not False for entry in entries)
