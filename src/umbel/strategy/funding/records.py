# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""What is said of money: where a project takes it, how much it needs it, and who gets how much of a budget."""

from __future__ import annotations

from decimal import Decimal  # noqa: TC003 - msgspec reads it
from typing import Literal

import msgspec

ApartName = Literal[
    "foundation",
    "vendor",
    "person",
    "no-address",
    "unknown",
    "no-priority",
    "too-little-known",
    "least",
    "most",
]
"""Why a project gets no amount: a foundation takes money for it; a vendor sells it; its people name no address; no
address was found; its files were never looked at; it has no priority; too little is known of its need; it would get
less than the least; there are enough before it."""


class Link(msgspec.Struct, frozen=True, kw_only=True):
    """A place where a project says that it takes money: never fetched, of the web, without credentials.

    `takes` says who gets the money there, None where the place isn't known. `source` is the file, or the package
    whose registry entry says it.
    """

    url: str
    channel: str | None
    takes: str | None
    source: str


class Asks(msgspec.Struct, frozen=True, kw_only=True):
    """Where a project asks for money.

    `looked` says whether its files were looked at, or a registry's entry names a link; `entity` is who takes it as its
    funding.json says: individual, group, organisation, other.
    """

    project: str
    links: tuple[Link, ...] = ()
    looked: bool = False
    entity: str | None = None


class NeedPart(msgspec.Struct, frozen=True, kw_only=True):
    """One part of need: 0 to 1, its weight, and what it stands on. None is not known, and adds nothing."""

    name: str
    weight: float
    value: float | None
    reason: str


class Need(msgspec.Struct, frozen=True, kw_only=True):
    """How much money would help a project, 0 to 1: the weighted mean of its parts, the unknown as 0.

    `confidence` is the weight of what was known.
    """

    value: float
    confidence: float
    parts: tuple[NeedPart, ...]


class Candidate(msgspec.Struct, frozen=True, kw_only=True):
    """A project that might get money: its priority (1 to 100, None unknown), its need, where it takes money.

    `foundation` and `vendor` are who holds it, if anyone is known to; `one_person` says that one carries it.
    """

    project: str
    priority: float | None
    need: Need
    asks: Asks
    foundation: str | None = None
    vendor: str | None = None
    one_person: bool = False


class Award(msgspec.Struct, frozen=True, kw_only=True):
    """What one project gets.

    `weight` = priority × need, `share` = weight ÷ all weights, `amount` = budget × share in whole cents.
    """

    project: str
    amount: Decimal
    priority: float
    need: float
    weight: float
    share: float
    confidence: float
    parts: tuple[NeedPart, ...]
    links: tuple[Link, ...]
    arithmetic: str


class Apart(msgspec.Struct, frozen=True, kw_only=True):
    """A project that gets no amount, why, and what to do instead."""

    project: str
    why: ApartName
    reason: str
    priority: float | None = None
    need: float | None = None
    links: tuple[Link, ...] = ()


class Proposal(msgspec.Struct, frozen=True, kw_only=True):
    """A budget split. The amounts sum to `budget` exactly, or `left` is all of it where nobody can take any."""

    budget: Decimal
    currency: str
    left: Decimal
    total_weight: float
    awards: tuple[Award, ...] = ()
    apart: tuple[Apart, ...] = ()
    assumptions: tuple[str, ...] = ()
