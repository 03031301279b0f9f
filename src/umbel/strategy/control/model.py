# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""The constants by which control is told, and the table of foundations: `data/{control,foundations}.toml`."""

from __future__ import annotations

import tomllib
from datetime import date  # noqa: TC003 - msgspec reads it
from functools import cache
from importlib.resources import files
from typing import Any, Literal

import msgspec


class BandModel(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Zones from `since` to `until` minutes east of UTC, both within."""

    name: str
    since: int
    until: int
    holds: str


class Cannot(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a zone can't tell."""

    text: str


class Model(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The file says what each is for."""

    window: int
    vendor_share: float
    least_commits: int
    least_maintainers: int
    least_people: int
    council: int
    unseen: float
    left_least: float
    namesake: int
    dco_share: float
    dco_rare: float
    shown: int
    area_least: int
    bands: tuple[BandModel, ...]
    cannot: Cannot


class Foundation(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A foundation, and what it `holds` of its projects: the project itself, or only its money."""

    name: str
    holds: Literal["project", "money"]
    source: str
    names: tuple[str, ...] = ()
    projects: tuple[str, ...] = ()
    domains: tuple[str, ...] = ()


class Foundations(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The whole table, and the day on which it was last held against its sources."""

    checked: date
    foundations: tuple[Foundation, ...]


@cache
def model() -> Model:
    """The constants that ship."""
    return msgspec.convert(_data("control.toml"), Model)


@cache
def foundations() -> Foundations:
    """The table that ships."""
    return msgspec.convert(_data("foundations.toml"), Foundations)


def _data(name: str) -> dict[str, Any]:
    return tomllib.loads((files("umbel.strategy") / "data" / name).read_text("utf-8"))
