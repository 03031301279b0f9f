# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""The model by which stances are given (`data/stance.toml`): lines, rules in order, measures and weights."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib.resources import files

import msgspec

from umbel.strategy.interface import Ranked, StanceName  # noqa: TC001 - msgspec reads it


class Line(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """From which figure on a condition holds, what the figure is, and why the line lies there."""

    value: float
    what: str
    reason: str


class Rule(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A stance, and the conditions that must hold (or must not)."""

    stance: StanceName
    when: dict[str, bool]
    reason: str


class Measure(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """By which metric a contribution is measured, and how far its figure should move."""

    metric: str
    reason: str
    step: float = 0.0
    factor: float = 1.0


class AreaLines(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """From which on an area of a project counts as on too few shoulders; folders and files that are none."""

    absence_factor: int
    top_share: float
    least_commits: int
    shown: int
    reason: str
    beside: tuple[str, ...]
    prose: tuple[str, ...]


class Model(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The file says what each is for."""

    lines: dict[str, Line]
    rule: tuple[Rule, ...]
    measures: dict[str, Measure]
    areas: AreaLines

    def first(self, holds: dict[str, bool]) -> Rule:
        """The first rule whose conditions all hold; the last one has none."""
        return next(r for r in self.rule if all(holds[name] is wanted for name, wanted in r.when.items()))


def is_strategic(ranked: Ranked) -> bool:
    """Whether there is a verdict, and business depends on the project at least as much as the line says."""
    return (
        ranked.verdict
        and ranked.strategic is not None
        and ranked.strategic >= model().lines["strategic"].value
    )


@cache
def model() -> Model:
    """The model that ships."""
    text = (files("umbel.strategy") / "data/stance.toml").read_text("utf-8")
    return msgspec.convert(tomllib.loads(text), Model)
