# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Which collectors there are, and whose a file is. Nobody keeps a list by hand: `make docs` walks the package.

What each claims stands in `_claims.py`, so that a gate that reads one lockfile loads one collector and not all.
"""

from __future__ import annotations

import importlib
import pkgutil
import re
from collections.abc import Iterator, Mapping
from fnmatch import translate
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

from umbel.collect._claims import CLAIMS
from umbel.collect.interface import WILD, Collector, is_named

if TYPE_CHECKING:
    from pathlib import Path
    from types import ModuleType


class Claims(NamedTuple):
    """What a collector declares of itself (`Collector` has the words); `whole` tells that it may claim any folder."""

    id: str
    module: str
    names: tuple[str, ...]
    paths: tuple[str, ...]
    folders: tuple[str, ...]
    suffixes: tuple[str, ...]
    describes_project: bool
    whole: bool

    @classmethod
    def of(cls, collector: Collector) -> Claims:
        """What a loaded one declares."""
        kind = type(collector)
        return cls(
            collector.id, kind.__module__, collector.names, collector.paths, collector.folders,
            collector.suffixes, collector.describes_project,
            kind.claims_folder is not Collector.claims_folder,
        )  # fmt: skip


class _Catalogue(Mapping[str, Collector]):
    """Collectors by id, each loaded when it is first asked for."""

    def __getitem__(self, key: str) -> Collector:
        return _load(_declared()[key].module)

    def __iter__(self) -> Iterator[str]:
        return iter(_declared())

    def __len__(self) -> int:
        return len(_declared())


@cache
def collectors() -> Mapping[str, Collector]:
    """Every collector by id, lockfiles and other exact names first; a value is loaded when it is taken."""
    return _Catalogue()


@cache
def _declared() -> dict[str, Claims]:
    return {entry[0]: Claims(*entry) for entry in CLAIMS}


@cache
def _load(name: str) -> Collector:
    module = importlib.import_module(name)
    found: list[type[Collector]] = [each for each in vars(module).values() if _is_collector_of(each, module)]
    stem = name.rpartition(".")[2]
    if len(found) != 1 or found[0].id != stem:
        raise RuntimeError(f"{name} must hold one collector, with the id {stem!r}")
    return found[0]()


_FOLDERS = ("umbel.collect", "umbel.collect.lockfiles")
"""Packages whose modules are collectors; others hold what these are made of."""


def discovered() -> tuple[Claims, ...]:
    """What every collector in the package declares, in the order in which they are asked: what `CLAIMS` must be.

    Raises `RuntimeError` for two in one module, or an id that isn't its module's stem.
    """
    found = [Claims.of(_load(name)) for name in _modules()]
    return tuple(sorted(found, key=lambda each: (not each.describes_project, each.id)))


def _modules() -> Iterator[str]:
    for folder in _FOLDERS:
        for info in pkgutil.iter_modules(importlib.import_module(folder).__path__, f"{folder}."):
            if info.ispkg or info.name.rpartition(".")[2].startswith("_"):
                continue
            module = importlib.import_module(info.name)
            if any(_is_collector_of(value, module) for value in vars(module).values()):
                yield info.name


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
    every = _declared().values()
    names = {pattern for c in every for pattern in c.names}
    paths = {pattern for c in every for pattern in c.paths}
    whole = frozenset(name for name in names if not WILD.search(name))
    return _Claimed(whole, tuple(WILD.split(f"*/{path}")[-1] for path in paths))


@cache
def _names() -> re.Pattern[str]:
    return _any_of({pattern for c in _declared().values() for pattern in c.names if WILD.search(pattern)})


@cache
def _paths() -> re.Pattern[str]:
    return _any_of({f"*/{pattern}" for c in _declared().values() for pattern in c.paths})


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
    return [collectors()[c.id] for c in _declared().values() if c.whole]


def claim_folder(folder: Path, names: frozenset[str]) -> Collector | None:
    """The collector that reads a folder with these entries as one document; None if nobody does."""
    return next((c for c in _whole() if c.claims_folder(folder, names)), None)


def claim(path: str, head: bytes, tail: bytes) -> Collector | None:
    """The collector for a file by its path and its first and last bytes; None if it is nobody's.

    A lockfile is known by its name. An SBOM is known by its content, since names lie; only then
    does its name count, so that a broken `bom.json` is reported rather than passed over.
    """
    named = _named(path) if is_claimed(path) else []
    for collector in named:
        if collector.describes_project:
            return collector
    name = path.rpartition("/")[2]
    for collector in _sniffers(name.lower()):
        if collector.sniff(name, head, tail):
            return collector
    return named[0] if named else None


def _named(path: str) -> list[Collector]:
    """Who claims a path. A collector may claim fewer than its patterns fit, never more."""
    name = path.rpartition("/")[2].lower()
    # To compile the patterns costs more than all the rest, and a name that is known whole fits nobody else's.
    if name in _claimed().whole:
        fitting = [c.id for c in _declared().values() if name in c.names]
    else:
        fitting = [c.id for c in _declared().values() if is_named(path, c.names, c.paths)]
    return [collector for each in fitting if (collector := collectors()[each]).claims(path)]


def _sniffers(name: str) -> list[Collector]:
    """Who looks inside of a file of this name; everyone, where its ending is nobody's."""
    every = collectors()
    chosen = [every[c.id] for c in _with_suffixes() if name.endswith(c.suffixes)]
    return chosen or list(every.values())


@cache
def _with_suffixes() -> list[Claims]:
    return [c for c in _declared().values() if c.suffixes]


@cache
def sniffed_suffixes() -> tuple[str, ...]:
    """Endings of the files that are worth a look inside."""
    return tuple({suffix for c in _declared().values() for suffix in c.suffixes})


@cache
def folder_names() -> dict[str, str]:
    """Folder name → id of the collector that reads such a folder as a whole."""
    return {name: c.id for c in _declared().values() for name in c.folders}
