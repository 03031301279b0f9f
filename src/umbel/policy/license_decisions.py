# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""`decisions/licenses.toml`: what somebody concluded of a package's licence, and which alternative was chosen.

A conclusion says what a package's licence is, where documents don't or are wrong. A choice takes one alternative of
an expression (`MIT OR GPL-2.0-only`); it belongs to the use of a package in a product or project.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date  # noqa: TC003 - msgspec reads it
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any

import msgspec

from umbel.model import licenses, purl
from umbel.policy import records
from umbel.policy.file import names
from umbel.policy.naming import named, query

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from umbel.policy.records import Say

FILE = "decisions/licenses.toml"


class Conclusion(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What the licence of a package is, by whose word and why; a range where it changed."""

    package: str
    license: str
    reason: str
    by: str
    decided: date
    evidence: str | None = None


class Choice(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which alternative of an expression is taken, in all uses or in those of a product or project."""

    package: str
    license: str
    chosen: str
    by: str
    decided: date
    reason: str | None = None
    product: str | None = None
    project: str | None = None


class LicenseDecisions(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The whole file."""

    conclude: tuple[Conclusion, ...] = ()
    choose: tuple[Choice, ...] = ()

    def license_of(self, package: str, version: str | None, today: date) -> Conclusion | None:
        """What was last concluded of a package by a day."""
        told = [
            one
            for one in self.conclude
            if one.decided <= today and named(one.package, package, version) is True
        ]
        return max(told, key=lambda one: one.decided) if told else None

    def chosen(
        self,
        package: str,
        version: str | None,
        expression: str,
        project: str,
        products: Iterable[str],
        today: date,
    ) -> Choice | None:
        """Which alternative was last chosen for a use by a day; of the nearest word: project, product, all."""
        told = [
            one
            for one in self.choose
            if one.decided <= today
            and one.license == expression
            and named(one.package, package, version) is True
            and (one.project is None or names(one.project, project))
            and (
                one.product is None
                or any(fnmatchcase(each.casefold(), one.product.casefold()) for each in products)
            )
        ]
        near = lambda one: (one.project is not None, one.product is not None, one.decided)  # noqa: E731 - a key
        return max(told, key=near) if told else None

    def touches(self, package: str) -> bool:
        """Whether a choice speaks of a package at all."""
        return any(named(one.package, package, None) is not False for one in self.choose)


class Taken(Mapping[tuple[str, str], str]):
    """The alternatives that were chosen by a day for one product or project, by package and expression."""

    def __init__(self, decided: LicenseDecisions, project: str, products: Iterable[str], today: date) -> None:
        """Look them up as they are asked for; a choice for a range of versions is none for the whole package."""
        self._decided = decided
        self._use = (project, tuple(products), today)

    def __getitem__(self, key: tuple[str, str]) -> str:
        """The alternative. Raises `KeyError` where nobody chose."""
        package, expression = key
        project, products, today = self._use
        choice = self._decided.chosen(package, None, expression, project, products, today)
        if choice is None:
            raise KeyError(key)
        return choice.chosen

    def __iter__(self) -> Iterator[tuple[str, str]]:
        """What choices speak of, as they write it."""
        return iter((one.package, one.license) for one in self._decided.choose)

    def __len__(self) -> int:
        """How many choices there are."""
        return len(self._decided.choose)


def load(path: Path) -> LicenseDecisions:
    """Read and check the file; a missing one decides nothing. Raises `SettingsError` with every fault."""
    return records.load(path, LicenseDecisions, _meaning)


def _meaning(data: Mapping[str, Any], say: Say) -> None:
    """What types can't say: packages are packages, licences are expressions, a choice is one of the alternatives."""
    for kind in ("conclude", "choose"):
        entries = data.get(kind)
        for index, entry in enumerate(entries if isinstance(entries, list) else []):
            if not isinstance(entry, dict):
                continue
            text = entry.get("package")
            if isinstance(text, str):
                try:
                    query(text)
                except purl.PurlError as error:
                    say((kind, index, "package"), f"{text[:80]!r} names no package: {error}")
            for key in ("license", "chosen"):
                said = entry.get(key)
                if isinstance(said, str) and licenses.read(said).expression is None:
                    say((kind, index, key), f"{said[:80]!r} is no SPDX expression")
            if kind == "choose" and isinstance(entry.get("license"), str) and " OR " not in entry["license"]:
                say((kind, index, "license"), "has no alternatives to choose from")
