# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Scopes of what is only reached through others: the strongest of the ways that lead there."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from umbel.collect.columns import SCOPES

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from umbel.collect.interface import Component

Node = tuple[str, str]
"""A component's reference and one of its extras ("" for itself)."""


def scopes(roots: Mapping[str, Sequence[Node]], edges: Mapping[Node, Sequence[Node]]) -> dict[str, str]:
    """Scope of every component that some root reaches.

    `roots` holds, by scope, what the project itself asks for; `edges` what each node needs.
    Scopes are tried strongest first, so that each node is visited once.
    """
    found: dict[Node, str] = {}
    for scope in SCOPES:
        stack = list(roots.get(scope, ()))
        while stack:
            node = stack.pop()
            if node not in found:
                found[node] = scope
                stack.extend(edges.get(node, ()))
    strongest: dict[str, str] = {}
    for (reference, _), scope in found.items():
        old = strongest.get(reference)
        if old is None or SCOPES.index(scope) < SCOPES.index(old):
            strongest[reference] = scope
    return strongest


def scoped(components: Sequence[Component], found: Mapping[str, str]) -> list[Component]:
    """The components with the scopes that were found; unreached ones keep None."""
    return [msgspec.structs.replace(c, scope=found.get(c.ref)) for c in components]
