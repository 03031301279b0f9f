# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Versions put in order: their places, which are pre-releases, and the newest stable one."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import msgspec

from umbel.model.versions import LONGEST, parsed, sort_key

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from umbel.collect.registries.interface import VersionFacts
    from umbel.model.errors import Fault

_SEMVER = frozenset({"npm", "cargo", "golang", "hex", "pub"})
_MAVEN_PRE = re.compile(
    r"(?<![a-z])(?:a|alpha|b|beta|m|milestone|rc|cr|pre|preview|ea|dev|snapshot|incubating)(?![a-z])",
    re.IGNORECASE,
).search
_GEM_PRE = re.compile(r"[A-Za-z]").search
PSEUDO = re.compile(
    r"v\d+\.\d+\.\d+-(?:[0-9A-Za-z.-]+\.)?(?:0\.)?(\d{14})-[0-9a-f]{12}(?:\+incompatible)?"
).fullmatch
"""A Go module's version that stands for a commit; its group is the commit's time."""


def prerelease(kind: str, version: str) -> bool | None:
    """Whether a version comes before a release; None where the ecosystem's rules can't read it."""
    value = parsed(kind, version)
    if value is None:
        return None
    if kind == "pypi":
        return bool(value.is_prerelease)
    if kind in _SEMVER:
        return "-" in version.partition("+")[0]
    if kind == "gem":
        return _GEM_PRE(version) is not None
    return _MAVEN_PRE(version) is not None if kind == "maven" else None


def ordered(kind: str, versions: Iterable[VersionFacts]) -> tuple[VersionFacts, ...]:
    """Each version once, from old to new, with its place; those without an order stand first, without one."""
    unique = {v.version: v for v in versions if 0 < len(v.version) <= LONGEST}
    known = [name for name in unique if parsed(kind, name) is not None]
    names = _sorted(kind, known)
    places = {name: place for place, name in enumerate(names)}
    strangers = sorted(unique.keys() - places.keys())
    return tuple(_placed(kind, unique[name], places.get(name)) for name in (*strangers, *names))


def _sorted(kind: str, names: list[str]) -> list[str]:
    def key(name: str) -> tuple[Any, str]:
        return parsed(kind, name), name

    try:
        return sorted(names, key=key)
    except (TypeError, ValueError):  # some readers give values that can't be held against each other
        return sorted(names, key=sort_key(kind))


def _placed(kind: str, facts: VersionFacts, position: int | None) -> VersionFacts:
    early = prerelease(kind, facts.version) if facts.prerelease is None else facts.prerelease
    return msgspec.structs.replace(facts, position=position, prerelease=early)


def newest(
    versions: Iterable[VersionFacts], *, deprecated: bool = False
) -> tuple[str | None, datetime | None]:
    """The newest stable version and its release: not withdrawn, nor deprecated unless all are (or it is asked)."""
    stable = [v for v in versions if v.position is not None and v.prerelease is False and not v.yanked]
    chosen = stable if deprecated else [v for v in stable if v.deprecation is None] or stable
    best = max(chosen, key=lambda v: v.position or 0, default=None)
    return (best.version, best.released_at) if best else (None, None)


def lost(unreadable: int, what: str = "version") -> tuple[Fault, ...]:
    """The fault that so many records of an answer could not be read."""
    from umbel.model.errors import Fault

    if not unreadable:
        return ()
    number = f"1 {what}" if unreadable == 1 else f"{unreadable:,} {what}s"
    return (Fault("record", f"{number} of its answer can't be read", level="warning"),)
