# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""What value comes to: records of ranges, of what they are made, and of what is left out because nobody knows it."""

from __future__ import annotations

from datetime import datetime  # noqa: TC003 - msgspec reads it
from typing import Any, Literal

import msgspec

Bound = Literal["lower", "upper", "open"]
Side = Literal["investment", "benefit"]


class Range(msgspec.Struct, frozen=True, kw_only=True):
    """What 1, 5 and 9 of 10 draws lie below.

    `bound` says that what is left out could only raise it (`lower`: it is a lower bound), only lower it (`upper`), or
    move it either way (`open`).
    """

    p10: float
    p50: float
    p90: float
    bound: Bound | None = None


class Unknown(msgspec.Struct, frozen=True, kw_only=True):
    """Something that is left out, the side that is too small for it, and how to find it out."""

    of: Side
    what: str
    find_out: str


class Share(msgspec.Struct, frozen=True, kw_only=True):
    """One part of a side: its range, the arithmetic in words, and whether a person stated it (and where)."""

    of: Side
    name: str
    range: Range
    how: str
    stated: bool = False
    sources: tuple[str, ...] = ()


class ProjectValue(msgspec.Struct, frozen=True, kw_only=True):
    """One project: amounts in the currency over the window; None is unknown, and `why` of `returned` says why.

    `returned` is (benefit - investment) / investment. `rewrite` is what writing the whole project anew would cost by
    COCOMO II: what we stand on, not what contributing saves, and never part of the benefit.
    """

    project: str
    investment: Range | None
    benefit: Range | None
    net: Range | None
    returned: Range | None
    why: str | None
    rewrite: Range | None
    parts: tuple[Share, ...]
    unknown: tuple[Unknown, ...]
    evidence: dict[str, Any]
    sentence: str


class Driver(msgspec.Struct, frozen=True, kw_only=True):
    """What one assumption moves: the net of all with it at its P10 and its P90, the others at their median.

    `swing` is the distance between the two, `correlation` that of ranks with the net over all draws.
    """

    assumption: str
    what: str
    unit: str
    low: float
    high: float
    net_low: float
    net_high: float
    correlation: float | None
    own: bool
    sentence: str

    @property
    def swing(self) -> float:
        """How far it moves the net."""
        return abs(self.net_high - self.net_low)


class Assumed(msgspec.Struct, frozen=True, kw_only=True):
    """An assumption as it was used."""

    name: str
    what: str
    unit: str
    shape: str
    low: float
    likely: float
    high: float
    source: str
    own: bool


class Valued(msgspec.Struct, frozen=True, kw_only=True):
    """The whole answer.

    `drivers` are the assumptions that move the net, the strongest first (three are named to people); `left_out` is how
    many examined projects had neither our work nor a record.
    """

    since: datetime
    as_of: datetime
    currency: str
    seed: int
    draws: int
    projects: tuple[ProjectValue, ...]
    total: ProjectValue
    drivers: tuple[Driver, ...]
    assumptions: tuple[Assumed, ...]
    own: tuple[str, ...]
    left_out: int
