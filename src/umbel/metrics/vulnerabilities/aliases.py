# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Which advisories tell of the same vulnerability.

An alias is an assertion of one record about another id. Most are sound, and joining what they name by
union-find gives one vulnerability. Some records bundle: a Go or Rust advisory names four CVEs with their
four GitHub advisories, and following its aliases would make one vulnerability of four. So:

- a vulnerability has at most one CVE; an assertion that would join two is not followed;
- what a record says of its own id counts before what others say of it;
- a record that names several CVEs joins nothing: it tells of each of them, and stands with each.

`related` ids are never joined. `upstream` is, where a distribution's id contains that of its one CVE
(`DEBIAN-CVE-2024-1234`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence


class Said(NamedTuple):
    """What one advisory asserts about ids."""

    advisory: str
    aliases: Sequence[str]
    upstream: Sequence[str] = ()


class Group(NamedTuple):
    """One vulnerability: the id that it goes by, and all of its ids."""

    id: str
    ids: tuple[str, ...]


_VAGUE = ("GHSA-", "OSV-", "GSD-", "UVI-")
"""Databases of everything: an ecosystem's own id says more."""


def groups(records: Iterable[Said]) -> dict[str, list[Group]]:
    """Each advisory's vulnerabilities: one as a rule, more where it bundles several CVEs."""
    said = {record.advisory: _names(record) for record in records}
    joined = _Joined()
    bundles = {own for own, names in said.items() if len(_cves(own, names)) > 1}
    single = sorted(own for own in said if own not in bundles)
    for own in single:
        for cve in _cves(own, said[own]):
            joined.join(own, cve)
    for own in single:
        for name in said[own]:
            if name not in bundles and not is_cve(name):
                joined.join(own, name)
    told = {own: joined.of([own]) for own in single}
    for own in bundles:
        told[own] = joined.of(_cves(own, said[own]))
    return told


def is_cve(name: str) -> bool:
    """Whether an id is a CVE's."""
    return name.startswith("CVE-")


def specific(ids: Iterable[str]) -> list[str]:
    """Ids, the one to go by first: a CVE, then an ecosystem's own, then those of databases of everything."""
    return sorted(ids, key=lambda name: (not is_cve(name), name.startswith(_VAGUE), name))


def _names(record: Said) -> tuple[str, ...]:
    upstream = [name for name in record.upstream if is_cve(name)]
    own = len(upstream) == 1 and record.advisory.endswith(f"-{upstream[0]}")
    return (*record.aliases, *(upstream if own else ()))


def _cves(own: str, names: Iterable[str]) -> list[str]:
    return [own] if is_cve(own) else sorted({name for name in names if is_cve(name)})


class _Joined:
    """Union-find over ids, where no set holds two CVEs."""

    def __init__(self) -> None:
        self._above: dict[str, str] = {}
        self._members: dict[str, list[str]] = {}
        self._cve: dict[str, str | None] = {}
        self._groups: dict[str, Group] = {}

    def _top(self, name: str) -> str:
        above = self._above
        if name not in above:
            above[name], self._members[name] = name, [name]
            self._cve[name] = name if is_cve(name) else None
            return name
        while above[name] != name:
            above[name] = above[above[name]]
            name = above[name]
        return name

    def join(self, a: str, b: str) -> None:
        """Make one of two, unless each has a CVE of its own."""
        a, b = self._top(a), self._top(b)
        if a == b or (self._cve[a] and self._cve[b]):
            return
        if len(self._members[a]) < len(self._members[b]):
            a, b = b, a
        self._above[b] = a
        self._members[a] += self._members.pop(b)
        self._cve[a] = self._cve[a] or self._cve[b]

    def of(self, names: Iterable[str]) -> list[Group]:
        """The groups of some ids."""
        return [self._group(top) for top in dict.fromkeys(map(self._top, names))]

    def _group(self, top: str) -> Group:
        if top not in self._groups:
            ids = specific(self._members[top])
            self._groups[top] = Group(ids[0], tuple(ids))
        return self._groups[top]
