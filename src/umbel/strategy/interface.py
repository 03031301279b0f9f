# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""The records that the parts of strategy hand to each other.

A *project* here is an upstream project: the repository that packages come from, by the name that its address gives
(`github.com/pallets/flask`). Scores are 1 to 10 as in CHAOSS's practitioner guide; None is "not known", and each
says with `confidence` (0 to 1) how much of what it should stand on was known.
"""

from __future__ import annotations

from datetime import date, datetime  # noqa: TC003 - msgspec reads them
from typing import Any, Literal

import msgspec

PartName = Literal["dependency", "opportunity", "supportability", "health_risk"]
PARTS: tuple[PartName, ...] = ("dependency", "opportunity", "supportability")
"""What CHAOSS's criticality is the mean of."""
StanceName = Literal["lead", "contribute", "sponsor", "watch", "replace"]
Level = Literal["low", "medium", "high"]
MIN_CONFIDENCE = 0.5
"""Below it there is no verdict, but a list of what to find out."""


class Mapped(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """Which project a package comes from.

    `how` names what says so (declared, purl, sbom, registry, metadata, lockfile, homepage, deps.dev); `path` is the
    package's folder in a repository of several. `rivals` are other projects that something names for it.
    `project` is None where nobody knows, and `why` says what was looked for.
    """

    package: str
    project: str | None = None
    url: str | None = None
    path: str | None = None
    how: str | None = None
    confidence: float = 0.0
    rivals: tuple[str, ...] = ()
    why: str | None = None


class Reason(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """One plain sentence that a figure stands on, the feature or part it is of, and how much it moved the figure."""

    text: str
    of: str
    weight: float = 0.0


class Opinion(msgspec.Struct, frozen=True, kw_only=True):
    """What a person says of a part of a project's score, and why. It overrules the data, which stays beside it.

    `products` are those whose owners gave a figure, where it is theirs; empty where it speaks for all. A figure of
    some owners may raise the data and not lower them: nobody spoke for the others.
    """

    project: str
    part: str
    value: float
    by: str
    decided: date
    reason: str
    until: date | None = None
    products: tuple[str, ...] = ()


class Part(msgspec.Struct, frozen=True, kw_only=True):
    """One part of a score by the data, and what a person says instead.

    `missing` says in plain words what was not known and how to find it out.
    """

    name: str
    value: float | None
    confidence: float
    reasons: tuple[Reason, ...] = ()
    missing: tuple[str, ...] = ()
    evidence: dict[str, Any] = {}
    opinion: Opinion | None = None

    @property
    def effective(self) -> float | None:
        """A person's word before the data's."""
        return self.value if self.opinion is None else self.opinion.value

    @property
    def sureness(self) -> float:
        """Confidence in the effective value: what a person said is certain to be what they said."""
        return self.confidence if self.opinion is None else 1.0


class Fragility(msgspec.Struct, frozen=True, kw_only=True):
    """How likely a project is to fail its users, as of a day, from its history alone.

    `risk` is 0 to 1 (None: too little is known, `why` says what), `reasons` the three strongest that raise it, the
    strongest first, `relief` what lowers it. `features` are what the model saw, by name; None was not known.
    """

    project: str
    as_of: datetime
    risk: float | None
    level: Level | None
    confidence: float
    reasons: tuple[Reason, ...] = ()
    relief: tuple[Reason, ...] = ()
    features: dict[str, float | None] = {}
    why: str | None = None

    @property
    def health_risk(self) -> float | None:
        """The same from 1 to 10, as CHAOSS's guide wants it."""
        return None if self.risk is None else 1 + 9 * self.risk


class Stance(msgspec.Struct, frozen=True, kw_only=True):
    """What to do with a project: None where too little is known. `change` says what would change it."""

    name: StanceName | None
    reason: str
    change: str
    decided_by: str | None = None
    decided: date | None = None


class Ranked(msgspec.Struct, frozen=True, kw_only=True):
    """One project in the strategic list.

    `strategic` is the effective value of the part `dependency`: what business depends on, times how hard it is to
    replace. `criticality` is the mean of the three parts of `PARTS`, `priority` that times the health risk (1 to
    100). `by_data` is the priority without anyone's opinion. With `verdict` False too little was known, and
    `find_out` says what to look for first.
    """

    project: str
    url: str | None
    packages: tuple[str, ...]
    products: tuple[str, ...]
    parts: dict[str, Part]
    strategic: float | None
    criticality: float | None
    health_risk: float | None
    priority: float | None
    by_data: float | None
    confidence: float
    verdict: bool
    find_out: tuple[str, ...] = ()
    fragility: Fragility | None = None
    stance: Stance | None = None
    place: int | None = None
