# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""The records that frameworks, goals and documents hand to each other.

An *indicator* is one figure about the whole program (or one product) on one day: what share of it is so, out of how
many, and how much of what it should speak of is known. Frameworks judge practices by indicators, goals follow them
as KPIs, documents print them: one item of evidence, many uses.
"""

from __future__ import annotations

from datetime import date, datetime  # noqa: TC003 - msgspec reads them
from typing import TYPE_CHECKING, Any, Literal, Protocol

import msgspec

from umbel.model.measurement import Better  # noqa: TC001 - msgspec reads it

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from umbel.evidence.people.rules import Rules
    from umbel.evidence.session import Session
    from umbel.metrics.definition import Catalog
    from umbel.metrics.vulnerabilities.index import Index
    from umbel.model.settings import Settings
    from umbel.policy.file import Policy
    from umbel.policy.verdict import Verdict
    from umbel.strategy.contributions import Contribution
    from umbel.strategy.interface import Mapped, Ranked

Kind = Literal["evidence", "proxy", "attestation"]
"""How a practice is answered: computed; computed and confirmed by a person; by a person's word."""
Outcome = Literal["met", "unmet", "unknown", "not-applicable", "error", "contradicted", "decayed"]
"""`contradicted`: somebody claims it and the evidence says otherwise. `decayed`: it was met, and the evidence is old
or has turned, or the attestation has run out."""
Effort = Literal["small", "medium", "large"]
Unit = Literal["share", "count", "days", "years", "yes", "score", "amount"]
"""`share` is 0 to 1; `yes` is 1 or 0; `amount` is money of the currency that the indicator names."""
PetalId = str


# ---- indicators


class Reading(msgspec.Struct, frozen=True, kw_only=True):
    """What an indicator says as of a day.

    `value` is None where it isn't known, and `why` says why; 0 was counted. `numerator` and `denominator` are what a
    share is made of (None where it is no share); `coverage` (0 to 1) how much of what it should speak of was known.
    `observed_at` is the newest evidence it stands on, `oldest_at` the oldest that it would not be true without.
    `stated` marks what a person or another system told us, not what was observed. `evidence` are the few figures it
    stands on, `sentence` one plain sentence with numerator and denominator, `ask` the command that shows the rows.
    """

    indicator: str
    as_of: datetime
    value: float | None
    unit: Unit
    numerator: float | None = None
    denominator: float | None = None
    coverage: float | None = None
    observed_at: datetime | None = None
    oldest_at: datetime | None = None
    stated: bool = False
    error: bool = False
    evidence: dict[str, Any] = {}
    sentence: str = ""
    why: str | None = None
    ask: str | None = None

    @property
    def at_least(self) -> bool:
        """Whether its value is only the least that it can be: a count for which not all was looked at."""
        return (
            self.unit == "count"
            and self.value is not None
            and self.coverage is not None
            and self.coverage < 1
        )


class Indicator(msgspec.Struct, frozen=True, kw_only=True):
    """One indicator's definition (a .toml file; its stem is its name), whichever way it is computed."""

    name: str
    title: str
    question: str
    definition: str
    unit: Unit
    better: Better
    source: str
    limits: str
    petal: PetalId | None = None
    noun: str | None = None
    currency: str | None = None
    own: bool = False
    path: str | None = None


class Known(Protocol):
    """What indicators may ask, as of one day; each is made when it is first asked for, and kept.

    `upstream` is None where no upstream project was examined; `verdict` and `ranked` are the whole portfolio's.
    The surfaces give it (`umbel.app.indicators`); tests give their own.
    """

    @property
    def as_of(self) -> datetime: ...  # noqa: D102
    @property
    def folder(self) -> Path: ...  # noqa: D102
    @property
    def settings(self) -> Settings: ...  # noqa: D102
    @property
    def policy(self) -> Policy: ...  # noqa: D102
    @property
    def who(self) -> Rules: ...  # noqa: D102
    @property
    def metrics(self) -> Catalog: ...  # noqa: D102
    @property
    def session(self) -> Session:
        """Our own portfolio; every stored table can be asked."""

    @property
    def upstream(self) -> Session | None:
        """The upstream projects."""

    @property
    def index(self) -> Index | None:
        """The advisories that are known, ready to be matched; None where none were brought in."""

    @property
    def projects(self) -> Sequence[str] | None:
        """The projects that are asked of; None is all."""

    @property
    def verdict(self) -> Verdict:
        """Findings of the policy in force."""

    @property
    def ranked(self) -> Sequence[Ranked]:
        """The strategic list with fragility and stances; empty where nothing maps to a project."""

    @property
    def mapped(self) -> Sequence[Mapped]: ...  # noqa: D102
    @property
    def contributions(self) -> Sequence[Contribution]: ...  # noqa: D102


# ---- frameworks


class Level(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One level or stage of a framework, lowest first; `number` orders them."""

    number: int
    title: str
    about: str = ""


class Part(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A dimension of a framework, or a petal of the flower.

    `levels` are its own, where it is staged otherwise than the framework; `staged` False: it has no levels, only a
    share of practices met.
    """

    id: str
    title: str
    about: str = ""
    staged: bool = True
    levels: tuple[Level, ...] = ()


class Check(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """When an indicator meets a practice. Exactly one of `at_least` and `at_most`.

    Below `coverage` (share of what it should speak of) or a denominator below `of` the answer is unknown; evidence
    older than `fresh` days has decayed. `steps` are the values for grades 1, 2, 3 … in a framework with grades.
    """

    indicator: str
    at_least: float | None = None
    at_most: float | None = None
    coverage: float = 0.8
    of: float = 1
    fresh: int | None = None
    steps: tuple[float, ...] = ()


class Practice(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One practice of a framework, in our own words.

    `ref` is its id or title at the source. `checks` must all hold; with `any_check` one is enough. `claim` names the
    statement of claims.toml that a person attests (several practices may share one); without it the practice is its
    own claim (`framework/practice`). `expires` are the months that an attestation lasts. `next` is what to do when it
    isn't met, `effort` how much that is, `template` a document of `umbel document` that helps. `applies_if` names an
    indicator that says (by 1 or 0) whether the practice applies here at all. `note` is for the reader: needs counsel,
    stands for …
    """

    id: str
    title: str
    question: str
    kind: Kind
    ref: str = ""
    level: int = 0
    dimension: str = ""
    petals: tuple[PetalId, ...] = ()
    weight: float = 1
    checks: tuple[Check, ...] = ()
    any_check: bool = False
    claim: str | None = None
    expires: int = 12
    effort: Effort = "medium"
    next: str = ""
    template: str | None = None
    applies_if: str | None = None
    note: str = ""


class Framework(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A framework: what its file says. `overall` is how its stage is made of its staged dimensions.

    lowest: of all; first: of the first alone; none: it has no stage, only shares. A level counts as reached when
    `need` (share of weight, 1 is all) of its practices and all levels below are. `grades` are the names of the grades
    that a practice is answered in, lowest first, and `met_at` the one from which it counts as met.
    """

    id: str
    title: str
    about: str
    version: str
    source: str
    license: str
    url: str
    levels: tuple[Level, ...] = ()
    dimensions: tuple[Part, ...] = ()
    petals: tuple[Part, ...] = ()
    overall: Literal["lowest", "first", "none"] = "lowest"
    need: float = 1
    grades: tuple[str, ...] = ()
    met_at: int = 0
    practices: tuple[Practice, ...] = ()
    overlaid: tuple[str, ...] = ()
    own: bool = False


class Attestation(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a person says of a claim, from a day on (`decisions/attestations.toml`); a later one takes its place.

    `says` is met, unmet or not-applicable; `grade` where the framework has grades. `owner` answers for it, `by` wrote
    it down. `proof` is a link or a file beside; `until` the last day on which it counts.
    """

    claim: str
    says: Literal["met", "unmet", "not-applicable"]
    owner: str
    by: str
    decided: date
    reason: str = ""
    proof: str | None = None
    until: date | None = None
    grade: int | None = None


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """How one practice stands as of a day, and why.

    `by` is what answered it (None: nothing did); `sentence` says why in one plain sentence, `gap` what is missing to
    meet it. `before` is the outcome that stands behind decayed and contradicted: what was claimed or met.
    `grade` where the framework has them; `claim` is the name under which a person answers it.
    """

    practice: Practice
    outcome: Outcome
    by: Kind | None
    sentence: str
    gap: str | None = None
    readings: tuple[Reading, ...] = ()
    attestation: Attestation | None = None
    grade: int | None = None
    before: Outcome | None = None
    claim: str = ""

    @property
    def met(self) -> bool:
        """Whether it counts as met."""
        return self.outcome == "met"

    @property
    def counts(self) -> bool:
        """Whether it is in the denominator: what doesn't apply isn't."""
        return self.outcome != "not-applicable"


class Standing(msgspec.Struct, frozen=True, kw_only=True):
    """How a dimension, a petal or the whole stands.

    `level` is what is reached (None: not even the lowest, or it isn't staged), `next_level` the one after, `held_by`
    the ids of the practices that hold it back. `met`, `unmet` (with contradicted and decayed), `unknown` (with error)
    and `not_applicable` count practices; `share` is the met share of the weight that counts, `evidenced`, `attested`
    and `unanswered` how that weight is answered (they sum to 1; None where nothing counts); figures that somebody
    merely stated are people's word, too. `at_most` is the share if everything unknown were met.
    """

    id: str
    title: str
    level: Level | None
    next_level: Level | None
    held_by: tuple[str, ...]
    met: int
    unmet: int
    unknown: int
    not_applicable: int
    share: float | None
    at_most: float | None
    evidenced: float | None
    attested: float | None
    unanswered: float | None


class Move(msgspec.Struct, frozen=True, kw_only=True):
    """One next action: what it would move, for what effort; in the order of `worth` (move by effort).

    `practice` and those it answers (`answers`, this one first) are named `framework/practice`. `action` is one short
    step, `why` what is missing or not known.
    """

    practice: str
    title: str
    action: str
    petals: tuple[PetalId, ...]
    effort: Effort
    moves: str
    worth: float
    outcome: Outcome
    template: str | None = None
    answers: tuple[str, ...] = ()
    why: str = ""


class Assessment(msgspec.Struct, frozen=True, kw_only=True):
    """A framework's answers as of a day, and what they come to."""

    framework: Framework
    as_of: datetime
    answers: tuple[Answer, ...]
    overall: Standing
    dimensions: tuple[Standing, ...]
    petals: tuple[Standing, ...]
    moves: tuple[Move, ...]
    adapted: tuple[str, ...] = ()
    """What an overlay changed, with its reasons, in sentences."""


class Recommendation(msgspec.Struct, frozen=True, kw_only=True):
    """A scenario that the outcomes show, and what to do about it."""

    id: str
    scenario: str
    because: tuple[str, ...]
    step: str
    petal: PetalId
    effort: Effort
    moves: tuple[str, ...]
    template: str | None = None


# ---- goals and KPIs


class Point(msgspec.Struct, frozen=True, kw_only=True):
    """One point of a KPI's series: the reading as of the end of a period."""

    end: date
    reading: Reading


class Forecast(msgspec.Struct, frozen=True, kw_only=True):
    """Where a series goes if nothing changes: never without its interval and how it was made."""

    end: date
    value: float
    low: float
    high: float
    how: str


class Target(msgspec.Struct, frozen=True, kw_only=True):
    """A goal's KPI with its baseline and target; `state` says how it stands, None while nobody can tell.

    `late` is reached by now, and wasn't on the last day that counts.
    """

    goal: str
    kpi: str
    target: float
    until: date
    baseline: float | None = None
    baseline_on: date | None = None
    state: Literal["reached", "late", "on-track", "behind", "missed"] | None = None
    sentence: str = ""


class Kpi(msgspec.Struct, frozen=True, kw_only=True):
    """One KPI: its definition, its newest reading, its series (oldest first), its targets."""

    indicator: Indicator
    now: Reading
    series: tuple[Point, ...] = ()
    targets: tuple[Target, ...] = ()
    forecast: Forecast | None = None
