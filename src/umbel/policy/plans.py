# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""`decisions/end-of-life.toml`: by what software whose life ends is replaced, by whom, until when.

A plan speaks of a package (`pkg:npm/angular@<2`) or of a product of the lists of lifecycles with its cycle (`python`,
`3.8`). One whose day has passed while what it replaces is still in use becomes an alert.
"""

from __future__ import annotations

import hashlib
from datetime import date
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any

import msgspec

from umbel.model import purl
from umbel.policy import records
from umbel.policy.naming import named, query

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

    from umbel.evidence.session import Session
    from umbel.model.finding import Finding
    from umbel.policy.records import Say
    from umbel.policy.risks import Owned

FILE = "decisions/end-of-life.toml"
TABLES = ("usage", "components", "lifecycles")
"""The stored tables that `in_use` asks."""
_HEADER = """\
# By what software whose life ends is replaced: by whom, until when, and what protects it until then.
# Written by `umbel plans add`, and free to be edited. `done` is the day on which somebody closed a plan.
"""
_USES = "SELECT DISTINCT project, package, version FROM usage ORDER BY ALL"


class Plan(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One plan. Exactly one of `package` and `software` says what goes; `cycle` narrows software to one cycle.

    `product` is the product (a pattern) whose plan it is, None: that of all. `until` is the last day of its use.
    """

    owner: str
    until: date
    decided: date
    by: str
    software: str | None = None
    cycle: str | None = None
    package: str | None = None
    product: str | None = None
    replacement: str | None = None
    mitigation: str | None = None
    done: date | None = None
    id: str | None = None

    @property
    def name(self) -> str:
        """Its id, or one made from what goes, where and until when."""
        if self.id:
            return self.id
        parts = (self.software, self.cycle, self.package, self.product, self.until)
        text = "\0".join(str(part) for part in parts)
        return "l-" + hashlib.blake2b(text.encode("utf-8", "replace"), digest_size=4).hexdigest()

    @property
    def goes(self) -> str:
        """What is to go, in words."""
        if self.package is not None:
            return self.package
        return f"{self.software} {self.cycle}" if self.cycle else str(self.software)

    @property
    def sentence(self) -> str:
        """The plan as one sentence."""
        to = f" by {self.replacement}" if self.replacement else ""
        until = f"{self.owner} replaces {self.goes}{to} until {self.until}"
        return f"{until}; meanwhile: {self.mitigation}" if self.mitigation else f"{until}."

    def is_of(self, products: Iterable[str]) -> bool:
        """Whether it speaks of any of these products."""
        wanted = self.product
        return wanted is None or any(fnmatchcase(one.casefold(), wanted.casefold()) for one in products)

    def means(self, software: str | None, cycle: str | None) -> bool:
        """Whether it speaks of a product of the lists of lifecycles and its cycle."""
        if self.software is None or software is None or self.software.casefold() != software.casefold():
            return False
        return self.cycle is None or self.cycle == cycle

    def is_for(self, finding: Finding, owned: Sequence[Owned]) -> bool:
        """Whether a finding at the end of a life is what it mends."""
        if not self.is_of(one.product for one in owned):
            return False
        if self.package is not None:
            return named(self.package, finding.package, finding.version) is True
        return self.means(finding.evidence.get("product"), finding.evidence.get("cycle"))


class Plans(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The whole file."""

    plans: tuple[Plan, ...] = ()

    @property
    def standing(self) -> list[Plan]:
        """Those that nobody closed."""
        return [plan for plan in self.plans if plan.done is None]

    def late(self, today: date) -> list[Plan]:
        """Those whose day has passed."""
        return [plan for plan in self.standing if plan.until < today]


class Use(msgspec.Struct, frozen=True):
    """Where what a plan is about is still in use; `package` is None of a distribution."""

    project: str
    package: str | None
    version: str | None


def load(path: Path) -> Plans:
    """Read and check the file; a missing one plans nothing. Raises `SettingsError` with every fault."""
    return records.load(path, Plans, _meaning)


def add(path: Path, plan: Plan) -> None:
    """Write one more plan at the file's end. Raises `SettingsError` for one that can't be."""
    records.add(path, "plans", plan, Plans, _HEADER, _meaning)


def in_use(session: Session, plans: Sequence[Plan], owned: Any) -> dict[str, list[Use]]:
    """By a plan's name: where what it is about is in use, in the projects that it speaks of.

    `owned` gives the products of a project. The session must hold `TABLES`.
    """
    found: dict[str, dict[Use, None]] = {plan.name: {} for plan in plans}
    if not plans:
        return {}
    of_packages = [plan for plan in plans if plan.package is not None]
    uses = session.ask(_USES).rows() if of_packages else []
    for project, package, version in uses:
        for plan in of_packages:
            if named(plan.package or "", package, version) is True and plan.is_of(_products(owned, project)):
                found[plan.name][Use(project, package, version)] = None
    if len(of_packages) < len(plans):
        _software(session, [plan for plan in plans if plan.software is not None], owned, found)
    return {name: list(each) for name, each in found.items()}


def _software(session: Session, plans: Sequence[Plan], owned: Any, found: dict[str, dict[Use, None]]) -> None:
    from umbel.metrics.lifecycle_ends import in_use

    for each in in_use(session):
        for plan in plans:
            if not plan.means(each.state.product, each.state.cycle):
                continue
            for project in each.projects:
                if plan.is_of(_products(owned, project)):
                    found[plan.name][Use(project, each.package, each.version)] = None


def _products(owned: Any, project: str) -> list[str]:
    return [one.product for one in owned(project)]


def _meaning(data: Mapping[str, Any], say: Say) -> None:
    """What types can't say: one thing goes, days are in order, names mean something."""
    entries = data.get("plans")
    for index, entry in enumerate(entries if isinstance(entries, list) else []):
        if not isinstance(entry, dict):
            continue

        def tell(key: str, words: str, index: int = index) -> None:
            say(("plans", index, key), words)

        if (entry.get("package") is None) == (entry.get("software") is None):
            tell("package", "a plan needs one of package and software")
        if entry.get("cycle") is not None and entry.get("software") is None:
            tell("cycle", "is of software; a package takes a range: pkg:npm/name@<2")
        for key in ("owner", "by", "software"):
            if isinstance(entry.get(key), str) and not entry[key].strip():
                tell(key, "is empty")
        _package(entry.get("package"), tell)
        decided, until = entry.get("decided"), entry.get("until")
        if type(decided) is date and type(until) is date and until < decided:
            tell("until", "lies before the day of the decision")


def _package(text: Any, tell: Any) -> None:
    if not isinstance(text, str):
        return
    try:
        query(text)
    except purl.PurlError as error:
        tell("package", f"{text[:80]!r} names no package: {error}")
