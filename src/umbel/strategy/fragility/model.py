# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""The model: declared weights over features of a history, summed and put through a logistic curve.

More of what is worse never lowers the risk: each feature's danger rises one way only, and no weight is negative.
"""

from __future__ import annotations

import math
import tomllib
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Literal, NamedTuple

import msgspec

from umbel.model.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from umbel.strategy.interface import Level

FILE = Path(__file__).parent.parent / "data" / "fragility.toml"


class Feature(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One feature: from `calm` (no danger) to `alarm` (full danger); `usual` is an ordinary project's danger.

    `unknown` says when it can't be known, `theme` with which others it says the same. With
    `of_work` it is about those who work now: where nobody did in the last year it isn't missed.
    """

    name: str
    title: str
    worse: Literal["higher", "lower"]
    calm: float
    alarm: float
    weight: float
    usual: float
    unknown: str
    scale: Literal["linear", "log"] = "linear"
    theme: str | None = None
    of_work: bool = False

    def danger(self, value: float) -> float:
        """0 to 1; rises with the value where `worse` is higher, falls where it is lower."""
        low, high, at = self.calm, self.alarm, value
        if self.scale == "log":
            low, high, at = math.log1p(low), math.log1p(high), math.log1p(max(0.0, value))
        return min(1.0, max(0.0, (at - low) / (high - low)))


class Levels(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The risk from which on a project is called so."""

    medium: float
    high: float


class Score(NamedTuple):
    """A project's risk (0 to 1), the share of the weights that was known, and each known feature's points.

    Points are log odds: above 0 a feature raises the risk, below it lowers it.
    """

    risk: float
    confidence: float
    points: dict[str, float]


class Model(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The file `fragility.toml`, checked."""

    version: str
    base: float
    least_contributions: int
    practices_counted: tuple[str, ...]
    levels: Levels
    feature: tuple[Feature, ...]

    def __post_init__(self) -> None:
        """Raise `ValueError` for a sign that the figures contradict, or a weight that would turn one round."""
        for each in self.feature:
            if (each.alarm > each.calm) != (each.worse == "higher") or each.alarm == each.calm:
                raise ValueError(f"{each.name}: calm and alarm say otherwise than worse = {each.worse!r}")
            if each.weight <= 0 or not 0 <= each.usual <= 1:
                raise ValueError(f"{each.name}: a weight is above 0, and usual from 0 to 1")
        if len({each.name for each in self.feature}) != len(self.feature):
            raise ValueError("a feature is declared twice")

    def score(self, values: Mapping[str, float | None], *, idle: bool = False) -> Score:
        """The risk by what is known of these features; others count as usual, and lower the confidence.

        `idle` says that nobody worked in the last year.
        """
        points = {
            each.name: each.weight * (each.danger(value) - each.usual)
            for each in self.feature
            if (value := values.get(each.name)) is not None
        }
        known = sum(each.weight for each in self.feature if each.name in points)
        total = sum(f.weight for f in self.feature if f.name in points or not (idle and f.of_work))
        odds = self.base + math.fsum(points.values())
        return Score(1 / (1 + math.exp(-odds)), known / total, points)

    def level(self, risk: float) -> Level:
        """What a risk is called."""
        return "high" if risk >= self.levels.high else "medium" if risk >= self.levels.medium else "low"

    def equal(self) -> Model:
        """The same features, all of one weight: what the declared weights add is seen beside it."""
        mean = sum(each.weight for each in self.feature) / len(self.feature)
        return msgspec.structs.replace(
            self, feature=tuple(msgspec.structs.replace(each, weight=mean) for each in self.feature)
        )


@cache
def built_in() -> Model:
    """The model that comes with Umbel."""
    return load(FILE)


def load(path: Path) -> Model:
    """A model of a file. Raises `UsageError` where it is none."""
    try:
        return msgspec.convert(tomllib.loads(path.read_text("utf-8")), Model)
    except (OSError, ValueError) as error:
        raise UsageError(f"{path.name} is no model of fragility: {error}") from error
