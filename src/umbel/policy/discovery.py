# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Rules of a kind, found by walking the package that holds them: one a module, called by the module's stem."""

from __future__ import annotations

import importlib
import pkgutil
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from types import ModuleType


def found_in(package: ModuleType, kind: type[Any], prefix: str = "") -> dict[str, Any]:
    """Every rule by its id, sorted; the id is the prefix and the stem, with dashes.

    Raises `RuntimeError` for a module without exactly one rule of the kind, or an id that isn't its module's.
    """
    found: dict[str, Any] = {}
    for info in pkgutil.iter_modules(package.__path__, f"{package.__name__}."):
        stem = info.name.rpartition(".")[2]
        if stem.startswith("_"):
            continue
        module = importlib.import_module(info.name)
        own = [v for v in vars(module).values() if _is_of(v, kind, module.__name__)]
        if len(own) != 1:
            raise RuntimeError(f"{info.name} has {len(own)} rules; a file holds one")
        rule = own[0]()
        if rule.id != prefix + stem.replace("_", "-"):
            raise RuntimeError(
                f"rule {rule.id!r} in {info.name}: its id is {prefix!r} and the stem, with dashes"
            )
        found[rule.id] = rule
    return dict(sorted(found.items()))


def _is_of(value: object, kind: type[Any], module: str) -> bool:
    return isinstance(value, type) and issubclass(value, kind) and value.__module__ == module
