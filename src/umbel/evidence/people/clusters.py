# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Joining identities one link at a time, with the guards that keep strangers apart."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from umbel.evidence.people.names import agree

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

MOST_NAMES = 6
"""Full names that rules may bring together in one person; people's own decisions know no limit."""
MOST_MAPPED = 20
"""The same for what a .mailmap says: a longer list is no person, whoever wrote it."""


class Link(NamedTuple):
    """Two identities (by their places) that a rule says are one person's."""

    rank: int
    one: int
    other: int
    rule: str


class Clusters:
    """Sets of identities that are one person's, by place; links are kept with their rule.

    `sides` says for each split that people decided on which side of it an identity stands; a person
    never stands on both. Links must come in a fixed order: which of two contradicting ones holds
    depends on it.
    """

    def __init__(
        self, names: Sequence[str], bots: Mapping[int, str], sides: Mapping[int, Mapping[int, int]]
    ) -> None:
        """Each identity alone. `names` are full names to compare, empty where there is none."""
        self._parent = list(range(len(names)))
        self._names: dict[int, set[str]] = {}
        self._full = names
        self._bots = bots
        self._sides = {place: dict(sides_of) for place, sides_of in sides.items()}
        self.made: list[Link] = []
        self.refused: list[Link] = []

    def find(self, place: int) -> int:
        """The identity that stands for the whole set."""
        parent = self._parent
        while parent[place] != place:
            parent[place] = place = parent[parent[place]]
        return place

    def roots(self) -> list[int]:
        """What `find` gives of each identity."""
        return [parent if parent == place else self.find(place) for place, parent in enumerate(self._parent)]

    def join_all(self, links: Iterable[Link]) -> None:
        """Join what the links say, strongest first."""
        for link in sorted(links):
            self.join(link)

    def join(self, link: Link) -> None:
        """Join two sets, unless a guard forbids it."""
        one, other = self.find(link.one), self.find(link.other)
        if one == other:
            return
        decided = link.rank == 0
        if not decided and (self._bots.get(link.one) is None) != (self._bots.get(link.other) is None):
            return
        if self._apart(one, other):
            return
        if self._full[one] == self._full[other] and one not in self._names and other not in self._names:
            names: set[str] = set()  # one name, which the set's first has
        else:
            names = self._names_of(one) | self._names_of(other)
        if not decided and len(names) > (MOST_MAPPED if link.rank == 1 else MOST_NAMES):
            self.refused.append(link)
            return
        one, other = min(one, other), max(one, other)
        self._parent[other] = one
        self._names.pop(other, None)
        if names:
            self._names[one] = names
        if other in self._sides:
            self._sides[one] = {**self._sides.get(one, {}), **self._sides.pop(other)}
        self.made.append(link)

    def _apart(self, one: int, other: int) -> bool:
        ours, theirs = self._sides.get(one), self._sides.get(other)
        if not ours or not theirs:
            return False
        return any(theirs.get(split, side) != side for split, side in ours.items())

    def _names_of(self, root: int) -> set[str]:
        found = self._names.get(root)
        if found is not None:
            return found
        name = self._full[root]
        return {name} if name else set()


def all_agree(names: Iterable[str]) -> bool:
    """Whether names can all be one person's."""
    found = {name for name in names if name}
    if len(found) < 2:
        return True
    distinct = sorted(found, key=lambda name: (-len(name.split()), name))
    if len(distinct) > MOST_NAMES:
        return False
    return all(agree(a, b) for index, a in enumerate(distinct) for b in distinct[index + 1 :])
