# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""The constants by which money is split (`data/funding.toml`); the file says what each is for."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib.resources import files

import msgspec


class PartModel(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One part of need and its weight."""

    name: str
    weight: float
    asks: str
    reason: str


class Channel(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A place that takes money, and who gets it there; with a `path`, only below it."""

    name: str
    hosts: tuple[str, ...]
    takes: str
    path: str = ""


class Assumptions(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What nobody knows and is taken so."""

    unseen: float


class Model(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The whole file."""

    least_confidence: float
    half_users: float
    parts: tuple[PartModel, ...]
    assumptions: Assumptions
    channels: tuple[Channel, ...]
    places: dict[str, int]


@cache
def model() -> Model:
    """The constants that ship."""
    text = (files("umbel.strategy") / "data" / "funding.toml").read_text("utf-8")
    return msgspec.convert(tomllib.loads(text), Model)
