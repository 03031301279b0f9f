# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""`decisions/licenses.toml`: what somebody concluded of a package's licence, and which alternative was chosen.

A conclusion says what a package's licence is, where documents don't or are wrong. A choice takes one alternative of
an expression (`MIT OR GPL-2.0-only`); it belongs to the use of a package in a product or project.
"""

from __future__ import annotations

from datetime import date  # noqa: TC003 - msgspec reads it
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any

import msgspec

from umbel.model import licenses, purl
from umbel.model.license_logic import narrow, tree
from umbel.policy import records
from umbel.policy.file import names
from umbel.policy.naming import named, query

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from umbel.policy.records import Say

FILE = "decisions/licenses.toml"
_HEADER = """\
# What somebody concluded of a package's licence, and which alternative of one is taken.
# Free to be edited. The latest word about a package counts.
"""


class Conclusion(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What the licence of a package is, by whose word and why; a range where it changed."""

    package: str
    license: str
    reason: str
    by: str
    decided: date
    evidence: str | None = None

    @property
    def expression(self) -> str | None:
        """The licence as SPDX writes it."""
        return licenses.read(self.license).expression


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
            and licenses.read(one.license).expression == expression
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


class Taken:
    """What was decided by a day for the uses of one product or project: see `umbel.evidence.questions.obligations`."""

    def __init__(self, decided: LicenseDecisions, products: Iterable[str], today: date) -> None:
        """`products` are those whose choices count."""
        self._decided = decided
        self._products = tuple(products)
        self._today = today

    def license_of(self, package: str, version: str | None) -> str | None:
        """What was concluded, as an expression; None if nobody did."""
        found = self._decided.license_of(package, version, self._today) if self._decided.conclude else None
        return found.expression if found else None

    def chosen(
        self, package: str, version: str | None, expression: str, projects: Sequence[str]
    ) -> list[str | None]:
        """The alternatives that projects take of an expression; None where nobody chose."""
        if " OR " not in expression or not self._decided.touches(package):
            return [None]
        choices = (
            self._decided.chosen(package, version, expression, project, self._products, self._today)
            for project in projects
        )
        return list(dict.fromkeys(choice.chosen if choice else None for choice in choices))


def load(path: Path) -> LicenseDecisions:
    """Read and check the file; a missing one decides nothing. Raises `SettingsError` with every fault."""
    return records.load(path, LicenseDecisions, meaning)


def conclude(path: Path, entry: Conclusion) -> None:
    """Write one more conclusion at the file's end. Raises `SettingsError` for one that can't be."""
    records.add(path, "conclude", entry, LicenseDecisions, _HEADER, meaning)


def choose(path: Path, entry: Choice) -> None:
    """Write down which alternative is taken. Raises `SettingsError` for one that can't be."""
    records.add(path, "choose", entry, LicenseDecisions, _HEADER, meaning)


def meaning(data: Mapping[str, Any], say: Say) -> None:
    """What types can't say: packages are packages, licences are expressions, a choice is one of the alternatives."""
    for kind in ("conclude", "choose"):
        entries = data.get(kind)
        for index, entry in enumerate(entries if isinstance(entries, list) else []):
            for key, words in _faults(kind, entry) if isinstance(entry, dict) else ():
                say((kind, index, key), words)


def _faults(kind: str, entry: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """What is wrong with one entry: the key, and the words."""
    text = entry.get("package")
    if isinstance(text, str):
        try:
            query(text)
        except purl.PurlError as error:
            yield "package", f"{text[:80]!r} names no package: {error}"
    for key in ("license", "chosen"):
        said = entry.get(key)
        if isinstance(said, str) and licenses.read(said).expression is None:
            yield key, f"{said[:80]!r} is no SPDX expression"
    for key in ("reason", "by"):
        if isinstance(entry.get(key), str) and not entry[key].strip():
            yield key, "is empty"
    if kind == "choose":
        yield from _unchosen(entry)


def _unchosen(entry: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Why an entry chooses nothing: the key, and what is wrong there."""
    said, chosen = entry.get("license"), entry.get("chosen")
    expression = licenses.read(said).expression if isinstance(said, str) else None
    if expression is None:
        return
    found, _ = tree(expression)
    if " OR " not in expression or found is None:
        yield "license", "has no alternatives to choose from"
    elif isinstance(chosen, str) and narrow(found, chosen) is None:
        yield "chosen", f"{chosen[:80]!r} is no alternative of {expression[:200]}"
