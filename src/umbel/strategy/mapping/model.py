# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""The declared numbers of the mapping (`strategy/data/mapping.toml`): who is believed how much, and why."""

from __future__ import annotations

import re
import tomllib
from functools import cache
from importlib.resources import files
from typing import Any

import msgspec

FILE = "data/mapping.toml"


class How(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How far one source is believed, and the reason."""

    confidence: float
    reason: str


class Together(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What sources that agree add, the most that they reach, and what rivals take away."""

    agree: float
    most: float
    disagree: float


class Packaging(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Hosts where distributions keep their packaging, and the purl types that this is about."""

    hosts: tuple[str, ...]
    types: tuple[str, ...]


class Module(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Go modules whose names a service documents, and the repository behind them."""

    pattern: str
    repository: str
    source: str


class Reach(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Weights of products by their criticality."""

    low: int
    medium: int
    high: int
    critical: int
    undeclared: int

    def of(self, criticality: str | None) -> int:
        """The weight of one product."""
        found: int = getattr(self, criticality or "undeclared")
        return found


class Examine(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How many projects are examined thoroughly, and for how many hours that holds."""

    top: int
    fresh_hours: int


class Model(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """All of the file."""

    how: dict[str, How]
    kind: dict[str, float]
    together: Together
    packaging: Packaging
    module: tuple[Module, ...]
    reach: Reach
    examine: Examine

    def of_module(self, path: str) -> str | None:
        """The repository that serves a Go module under a documented name."""
        for each in self.module:
            found = re.match(each.pattern, path)
            if found:
                return found.expand(each.repository)
        return None


@cache
def model() -> Model:
    """The declared model."""
    text = (files("umbel.strategy") / FILE).read_text("utf-8")
    data: dict[str, Any] = tomllib.loads(text)
    return msgspec.convert(data, Model)
