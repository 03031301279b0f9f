# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""What every rule takes and gives: a component (or a project) and facts in, judgements out.

A rule is one module with one subclass of `Rule`; its stem, with dashes, is its name everywhere. It sees
no lake and no network, and decides nothing but its own question: levels, exceptions and the verdict are the
engine's. Where its question can't be answered it says `unknown`, never nothing.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, Any, ClassVar, Literal

import msgspec

from umbel.model.finding import Level, Outcome, Severity  # noqa: TC001 - msgspec reads it

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from umbel.policy.facts import Facts

RuleLevel = Literal["off", "note", "warn", "fail"]
Scope = Literal["runtime", "build", "test", "development", "optional", "unknown"]
Fact = Literal["vulnerabilities", "packages", "versions", "lifecycles", "measurements"]

EVERYWHERE: tuple[Scope, ...] = ("runtime", "build", "test", "development", "optional", "unknown")
SHIPPED: tuple[Scope, ...] = ("runtime", "optional", "unknown")
"""What may reach users: of a package whose scope nobody says, the worse is assumed."""


class RuleSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What every rule can be told.

    `level` is what its findings are worth, `unknown` what it is worth that its question can't be
    answered, `scopes` the uses of a package that it looks at.
    """

    level: RuleLevel = "warn"
    unknown: RuleLevel = "note"
    scopes: tuple[Scope, ...] = EVERYWHERE


class Use(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """One package version as something uses it: what a rule judges.

    None is unknown throughout. `license` is an SPDX expression; `license_from` who says so, where it isn't
    the evidence itself; `license_chosen` the alternative that was chosen for this use. `distribution` is how the
    products reach their users in which it is used (empty: unknown). `project` is given to rules that ask by project.
    """

    package: str
    version: str | None = None
    license: str | None = None
    license_from: str | None = None
    license_chosen: str | None = None
    project: str | None = None
    direct: bool | None = None
    scope: str | None = None
    distribution: tuple[str, ...] = ()

    @property
    def reach(self) -> Scope:
        """Its scope, or `unknown`."""
        return self.scope if self.scope in EVERYWHERE else "unknown"


class ProjectUse(msgspec.Struct, frozen=True, kw_only=True):
    """One project as a whole: what rules of projects judge.

    `documents` counts those that tell what it uses, None where nobody looked; `has_code` whether files were
    seen; `undeclared` are packages that its code imports and no document names, with the files that do.
    """

    project: str
    documents: int | None = None
    partial: int = 0
    failed: int = 0
    has_code: bool | None = None
    undeclared: dict[str, int] = {}
    quality: dict[str, Any] | None = None
    distribution: tuple[str, ...] = ()


class Judgement(msgspec.Struct, frozen=True, kw_only=True):
    """What a rule says of one component or project: the part of a finding that is the rule's to tell.

    `level` is given only where the rule's own settings make it another than theirs.
    """

    reason: str
    outcome: Outcome = "unmet"
    severity: Severity = "medium"
    what: str = ""
    remedy: str | None = None
    evidence: dict[str, Any] = {}
    level: Level | None = None


class Rule(ABC):
    """One rule. Class attributes declare it; help, reference and reports are made from them."""

    id: ClassVar[str]
    """Equal to the module's stem, with dashes."""
    title: ClassVar[str]
    """Its question, in a few words."""
    what: ClassVar[str]
    """What it finds, in a sentence or two."""
    why: ClassVar[str]
    """Why that matters."""
    remedy: ClassVar[str]
    """What to do about it, in general."""
    example: ClassVar[str]
    """Lines of `policy.toml` that make use of its settings."""
    needs: ClassVar[frozenset[Fact]] = frozenset()
    """What must be known besides the component: without it the answer is unknown."""
    settings: ClassVar[type[RuleSettings]] = RuleSettings
    """Its settings; their defaults are the shipped policy's."""
    by_project: ClassVar[bool] = False
    """Whether it asks for what is known of a component in one project: since when it is there, what uses it."""

    def asks(self, settings: Any) -> bool:  # noqa: ARG002 - for subclasses
        """Whether these settings give it anything to look for."""
        return True

    def check(self, said: Mapping[str, Any]) -> Iterable[tuple[str, str]]:  # noqa: ARG002 - for subclasses
        """What is wrong with what a file says of this rule beyond its types: key and words, one by one."""
        return ()

    @abstractmethod
    def judge(self, subject: Any, facts: Facts, settings: Any) -> Iterable[Judgement]:
        """What the rule says of one component in one use, or of one project; nothing where all is well."""


class ComponentRule(Rule):
    """A rule that looks at one component in one use."""

    @abstractmethod
    def judge(self, subject: Use, facts: Facts, settings: Any) -> Iterable[Judgement]:
        """As of `Rule`."""


class ProjectRule(Rule):
    """A rule that looks at one project as a whole."""

    @abstractmethod
    def judge(self, subject: ProjectUse, facts: Facts, settings: Any) -> Iterable[Judgement]:
        """As of `Rule`."""
