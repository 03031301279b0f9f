# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Which registries there are: found by walking the package, so that nobody keeps a list."""

from __future__ import annotations

import importlib
import pkgutil
from functools import cache

from umbel.collect.registries.interface import Registry

_FOLDER = "umbel.collect.registries"


@cache
def registries() -> dict[str, type[Registry]]:
    """Every registry by id. Raises `RuntimeError` at start for an id that isn't its module's stem."""
    found: dict[str, type[Registry]] = {}
    for info in pkgutil.iter_modules(importlib.import_module(_FOLDER).__path__):
        if info.name.startswith("_"):
            continue
        module = importlib.import_module(f"{_FOLDER}.{info.name}")
        for value in list(vars(module).values()):
            if (
                isinstance(value, type)
                and issubclass(value, Registry)
                and value.__module__ == module.__name__
            ):
                if value is Registry:
                    continue
                if value.id != info.name or value.id in found:
                    raise RuntimeError(f"registry {value.id!r} in {module.__name__}: ids are unique stems")
                found[value.id] = value
    return dict(sorted(found.items()))
