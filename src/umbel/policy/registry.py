# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Which rules there are: found by walking the package, so that nobody keeps a list."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from umbel.policy import rules as package
from umbel.policy.discovery import found_in
from umbel.policy.interface import ComponentRule, ProjectRule, Rule
from umbel.policy.outbound.registry import outbound_rules

if TYPE_CHECKING:
    from umbel.policy.outbound.interface import OutboundRule


@cache
def rules() -> dict[str, Rule]:
    """Every rule by its name, sorted.

    Raises `RuntimeError` at start for a module without exactly one rule, a name that isn't its module's stem,
    or a rule that is neither of components nor of projects.
    """
    found: dict[str, Rule] = found_in(package, Rule)
    strays = [name for name, rule in found.items() if not isinstance(rule, ComponentRule | ProjectRule)]
    if strays:
        raise RuntimeError(f"rule {strays[0]!r} is neither of components nor of projects")
    return found


@cache
def every_rule() -> dict[str, Rule | OutboundRule]:
    """The rules on what is used, then those on what leaves the house, by the names that findings give."""
    return {**rules(), **outbound_rules()}
