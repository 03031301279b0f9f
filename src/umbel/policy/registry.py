# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Which rules there are: found by walking the package, so that nobody keeps a list."""

from __future__ import annotations

import importlib
import pkgutil
from functools import cache
from typing import TYPE_CHECKING

from umbel.policy import rules as package
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
    found: dict[str, Rule] = {}
    for info in pkgutil.iter_modules(package.__path__, f"{package.__name__}."):
        stem = info.name.rpartition(".")[2]
        if stem.startswith("_"):
            continue
        module = importlib.import_module(info.name)
        own = [v for v in vars(module).values() if _is_rule_of(v, module.__name__)]
        if len(own) != 1:
            raise RuntimeError(f"{info.name} has {len(own)} rules; a file holds one")
        rule = own[0]()
        if rule.id != stem.replace("_", "-") or not isinstance(rule, ComponentRule | ProjectRule):
            raise RuntimeError(f"rule {rule.id!r} in {info.name}: its name is the file's stem, with dashes")
        found[rule.id] = rule
    return dict(sorted(found.items()))


@cache
def every_rule() -> dict[str, Rule | OutboundRule]:
    """The rules on what is used, then those on what leaves the house, by the names that findings give."""
    return {**rules(), **outbound_rules()}


def _is_rule_of(value: object, module: str) -> bool:
    return isinstance(value, type) and issubclass(value, Rule) and value.__module__ == module
