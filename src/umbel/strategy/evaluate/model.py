# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""The declared numbers of evaluations and of the radar (`strategy/data/evaluate.toml`); each has its reason there."""

from __future__ import annotations

import tomllib
from functools import cache, lru_cache
from importlib.resources import files
from typing import TYPE_CHECKING

import msgspec

if TYPE_CHECKING:
    from umbel.strategy.score.model import Role

OTHER = "library"
"""The kind of what no table names."""


class Evaluate(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Of comparisons."""

    candidates: int
    recent_days: int
    spread: float
    alternatives: int
    obligations: int
    projects: int
    inversions: float
    least_dated: int
    trials: int


class Radar(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Of the radar."""

    least_projects: int
    least_share: float
    undecided: int
    moved_days: int


class Sector(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A part of the radar, and the kinds of packages that it shows unless somebody says otherwise."""

    name: str
    kinds: tuple[str, ...]


class Model(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The whole file."""

    evaluate: Evaluate
    radar: Radar
    sectors: tuple[Sector, ...]

    def sector(self, kind: str) -> str:
        """The sector of a kind of package."""
        return next((each.name for each in self.sectors if kind in each.kinds), self.sectors[-1].name)


@cache
def model() -> Model:
    """The numbers that ship."""
    text = files("umbel.strategy").joinpath("data", "evaluate.toml").read_text("utf-8")
    return msgspec.convert(tomllib.loads(text), Model)


@lru_cache(maxsize=1 << 12)
def role_of(package: str) -> Role | None:
    """What a well-known package does, by `kinds.toml`; None for one that stands nowhere there."""
    from umbel.strategy.score.model import kinds

    for role in kinds().roles:
        if any(is_like(package, pattern) for pattern in role.packages):
            return role
    return None


def is_like(package: str, pattern: str) -> bool:
    """Whether a pattern of `kinds.toml` means a package: itself, or the beginning of its name before a *."""
    return package.startswith(pattern[:-1]) if pattern.endswith("*") else package == pattern


@lru_cache(maxsize=1 << 12)
def sector_of(package: str) -> str:
    """The sector in which the radar shows a package (with a range or not) that nobody gave an area."""
    from umbel.policy.naming import query

    role = role_of(query(package).package or package)
    return model().sector(OTHER if role is None else role.kind)
