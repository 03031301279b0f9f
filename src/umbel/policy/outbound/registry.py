# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Which rules on outgoing code there are: found by walking the package, so that nobody keeps a list."""

from __future__ import annotations

import importlib
import pkgutil
from functools import cache

from umbel.policy.outbound import rules as package
from umbel.policy.outbound.interface import PREFIX, OutboundRule


@cache
def outbound_rules() -> dict[str, OutboundRule]:
    """Every rule by its id, sorted.

    Raises `RuntimeError` at start for a module without exactly one rule, or an id that isn't its module's stem.
    """
    found: dict[str, OutboundRule] = {}
    for info in pkgutil.iter_modules(package.__path__, f"{package.__name__}."):
        stem = info.name.rpartition(".")[2]
        if stem.startswith("_"):
            continue
        module = importlib.import_module(info.name)
        own = [v for v in vars(module).values() if _is_rule_of(v, module.__name__)]
        if len(own) != 1:
            raise RuntimeError(f"{info.name} has {len(own)} rules; a file holds one")
        rule = own[0]()
        if rule.id != PREFIX + stem.replace("_", "-"):
            raise RuntimeError(
                f"rule {rule.id!r} in {info.name}: its id is {PREFIX} and the stem, with dashes"
            )
        found[rule.id] = rule
    return dict(sorted(found.items()))


def _is_rule_of(value: object, module: str) -> bool:
    return isinstance(value, type) and issubclass(value, OutboundRule) and value.__module__ == module
