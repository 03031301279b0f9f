# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""The declared numbers of strategic value (`strategy/data/score.toml`, `kinds.toml`); each has its reason there."""

from __future__ import annotations

import math
import tomllib
from functools import cache
from importlib.resources import files
from typing import NamedTuple

import msgspec

Numbers = dict[str, float]


class Kind(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A kind of package: what is at stake whatever the code says, what usually, how hard it is to replace (0 to 1)."""

    floor: float
    usual: float
    hardness: float
    reason: str
    imported: bool = True


class Role(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Well-known packages that do the same: alternatives to each other."""

    name: str
    kind: str
    packages: tuple[str, ...]


class Kinds(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The whole table of kinds."""

    kinds: dict[str, Kind]
    roles: tuple[Role, ...]


class Model(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """All numbers, by the part that they are of."""

    version: int
    dependency: Numbers
    reach: Numbers
    way: Numbers
    depth: Numbers
    hardness: Numbers
    inversion: Numbers
    effort: Numbers
    known: Numbers
    opportunity: Numbers
    supportability: Numbers
    languages: dict[str, tuple[str, ...]]


class Signal(NamedTuple):
    """One input of a weighted mean: its `value` from 0 to 1 (None: not known), what is usual, and its weight."""

    value: float | None
    usual: float
    weight: float

    @property
    def taken(self) -> float:
        """The value, or what is usual where nobody knows it."""
        return self.usual if self.value is None else self.value


class Mean(NamedTuple):
    """A weighted mean of signals, and where it would lie if all that isn't known were nothing, or all."""

    value: float
    low: float
    high: float


@cache
def model() -> Model:
    """The numbers of the score."""
    return msgspec.convert(tomllib.loads(_text("score.toml")), Model)


@cache
def kinds() -> Kinds:
    """The table of kinds."""
    return msgspec.convert(tomllib.loads(_text("kinds.toml")), Kinds)


def _text(name: str) -> str:
    return files("umbel.strategy").joinpath("data", name).read_text("utf-8")


def half(amount: float, at: float) -> float:
    """A curve that rises from 0 towards 1, and is one half where the amount is `at`."""
    return amount / (amount + at)


def logarithm(amount: float, low: float, high: float) -> float:
    """0 up to `low`, 1 from `high` on, between them as the logarithm goes."""
    if amount <= low:
        return 0.0
    return min(1.0, math.log(amount / low) / math.log(high / low))


def mean(signals: list[Signal]) -> Mean:
    """The weighted mean of signals; what isn't known stands with what is usual, and keeps its weight."""
    total = sum(each.weight for each in signals)
    known = sum(each.weight * each.value for each in signals if each.value is not None)
    open_ = sum(each.weight for each in signals if each.value is None)
    taken = sum(each.weight * each.taken for each in signals)
    return Mean(taken / total, known / total, (known + open_) / total)


def share_known(signals: list[Signal]) -> float:
    """The share of the weights whose values are known."""
    return sum(each.weight for each in signals if each.value is not None) / sum(s.weight for s in signals)


def points(share: float) -> float:
    """A share from 0 to 1 as points from 1 to 10."""
    return 1 + 9 * min(1.0, max(0.0, share))
