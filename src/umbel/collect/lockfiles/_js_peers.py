# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Which packages stand in for a peer: those that the dependants of the asking package provide."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping

    from umbel.collect.faults import Faults
    from umbel.collect.lockfiles._js_graph import Need

_MOST_STEPS = 3_000_000
"""A lockfile of 5,000 packages takes a tenth of it."""


class Provider(NamedTuple):
    """A package with what it needs, by the names that it asks for, and the peers that it leaves to others."""

    node: str
    name: str
    needs: Mapping[str, str | None]
    peers: Mapping[str, str]


_Slot = tuple[str, str]


def providers(
    packages: list[Provider], needs: Mapping[str, list[Need]], faults: Faults
) -> dict[_Slot, set[str]]:
    """The nodes that may stand in, by node and name of the peer.

    A dependant provides its own dependency of that name, else itself if that is its name, else what stands
    in for its own peer.
    """
    found: dict[_Slot, set[str]] = {}
    passed: dict[_Slot, list[_Slot]] = {}
    asked = {package.node: package.peers for package in packages if package.peers}
    steps = 0
    for package in packages:
        for target, _, _, _ in needs.get(package.node, ()):
            wanted = asked.get(target) if target is not None else None
            if not wanted or target is None:
                continue
            steps += len(wanted)
            if steps > _MOST_STEPS:
                break
            _provide(package, target, wanted, found, passed)
    todo = list(found)
    while todo and steps <= _MOST_STEPS:
        slot = todo.pop()
        for other in passed.get(slot, ()):
            known = found.setdefault(other, set())
            before = len(known)
            known |= found[slot]
            steps += len(found[slot])
            if len(known) > before:
                todo.append(other)
    if steps > _MOST_STEPS:
        faults.add("peers", "has more peers than can be followed; some edges to peers are missing", "")
    return found


def _provide(
    package: Provider,
    target: str,
    wanted: Mapping[str, str],
    found: dict[_Slot, set[str]],
    passed: dict[_Slot, list[_Slot]],
) -> None:
    """What one dependant provides to one of its dependencies."""
    for name in wanted:
        given = package.needs.get(name)
        if given is not None:
            found.setdefault((target, name), set()).add(given)
        elif name == package.name:
            found.setdefault((target, name), set()).add(package.node)
        elif name in package.peers:
            passed.setdefault((package.node, name), []).append((target, name))
