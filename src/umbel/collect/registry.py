# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Which collectors there are: found by walking the package, so that nobody keeps a list."""

from __future__ import annotations

import importlib
import pkgutil
import re
from fnmatch import translate
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

from umbel.collect.interface import WILD, Collector

if TYPE_CHECKING:
    from pathlib import Path
    from types import ModuleType


@cache
def collectors() -> dict[str, Collector]:
    """Every collector by id, lockfiles and other exact names first.

    Raises `RuntimeError` at start for two of one id, or an id that isn't its module's stem.
    """
    found: dict[str, Collector] = {}
    for module in _modules():
        for value in list(vars(module).values()):
            if not _is_collector_of(value, module):
                continue
            collector: Collector = value()
            stem = module.__name__.rpartition(".")[2]
            if collector.id != stem or collector.id in found:
                raise RuntimeError(f"collector {collector.id!r} in {module.__name__}: ids are unique stems")
            found[collector.id] = collector
    return dict(sorted(found.items(), key=lambda item: (not item[1].describes_project, item[0])))


_FOLDERS = ("umbel.collect", "umbel.collect.lockfiles")
"""Packages whose modules are collectors; others hold what these are made of, and may be slow to load."""
_SLOW = frozenset(
    f"umbel.collect.{stem}"
    for stem in (
        "at_revision", "endoflife", "exploited", "git_history", "osv", "outgoing", "remotes", "spdx_licenses",
    )
)  # fmt: skip
"""Modules there that hold no collector, and would only cost time. A module that isn't named here is looked at."""


def _modules() -> list[ModuleType]:
    names = (
        info.name
        for folder in _FOLDERS
        for info in pkgutil.iter_modules(importlib.import_module(folder).__path__, f"{folder}.")
        if not info.ispkg and not info.name.rpartition(".")[2].startswith("_")
    )
    return [importlib.import_module(name) for name in names if name not in _SLOW]


def _is_collector_of(value: object, module: ModuleType) -> bool:
    return (
        isinstance(value, type)
        and issubclass(value, Collector)
        and value is not Collector
        and value.__module__ == module.__name__
    )


class _Claimed(NamedTuple):
    """What some collector claims: whole names, and the ends of paths."""

    whole: frozenset[str]
    ends: tuple[str, ...]


@cache
def _claimed() -> _Claimed:
    every = collectors().values()
    names = {pattern for c in every for pattern in c.names}
    paths = {pattern for c in every for pattern in c.paths}
    whole = frozenset(name for name in names if not WILD.search(name))
    return _Claimed(whole, tuple(WILD.split(f"*/{path}")[-1] for path in paths))


@cache
def _names() -> re.Pattern[str]:
    return _any_of({pattern for c in collectors().values() for pattern in c.names if WILD.search(pattern)})


@cache
def _paths() -> re.Pattern[str]:
    return _any_of({f"*/{pattern}" for c in collectors().values() for pattern in c.paths})


def _any_of(patterns: set[str]) -> re.Pattern[str]:
    return re.compile("|".join(map(translate, sorted(patterns))) or r"(?!)")


def is_claimed(path: str) -> bool:
    """Whether a file at this absolute POSIX path may be claimed by it alone. Asked for each file of a walk."""
    claimed = _claimed()
    name = path.rpartition("/")[2].lower()
    if name in claimed.whole or _names().match(name):
        return True
    return path.endswith(claimed.ends) and _paths().match(path) is not None


@cache
def _whole() -> list[Collector]:
    default = Collector.claims_folder
    return [c for c in collectors().values() if type(c).claims_folder is not default]


def claim_folder(folder: Path, names: frozenset[str]) -> Collector | None:
    """The collector that reads a folder with these entries as one document; None if nobody does."""
    return next((c for c in _whole() if c.claims_folder(folder, names)), None)


def claim(path: str, head: bytes, tail: bytes) -> Collector | None:
    """The collector for a file by its path and its first and last bytes; None if it is nobody's.

    A lockfile is known by its name. An SBOM is known by its content, since names lie; only then
    does its name count, so that a broken `bom.json` is reported rather than passed over.
    """
    named = [c for c in collectors().values() if c.claims(path)] if is_claimed(path) else []
    for collector in named:
        if collector.describes_project:
            return collector
    name = path.rpartition("/")[2]
    for collector in _sniffers(name.lower()):
        if collector.sniff(name, head, tail):
            return collector
    return named[0] if named else None


def _sniffers(name: str) -> list[Collector]:
    """Who looks inside of a file of this name; everyone, where its ending is nobody's."""
    return [c for c in _with_suffixes() if name.endswith(c.suffixes)] or list(collectors().values())


@cache
def _with_suffixes() -> list[Collector]:
    return [c for c in collectors().values() if c.suffixes]


@cache
def sniffed_suffixes() -> tuple[str, ...]:
    """Endings of the files that are worth a look inside."""
    return tuple({suffix for collector in collectors().values() for suffix in collector.suffixes})


@cache
def folder_names() -> dict[str, str]:
    """Folder name → id of the collector that reads such a folder as a whole."""
    return {name: c.id for c in collectors().values() for name in c.folders}
