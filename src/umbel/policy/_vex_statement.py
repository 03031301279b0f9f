# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""One statement of a VEX document: which vulnerability, in what, whose product, and what is said of it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import msgspec

from umbel.model import purl, versions
from umbel.model.errors import Fault
from umbel.model.vex import JUSTIFICATIONS, VexStatus

if TYPE_CHECKING:
    from collections.abc import Iterator

LONGEST = 2_000
"""Characters of a text that is kept."""
MOST = 500_000
"""Statements that are taken from one file."""


class Thing(msgspec.Struct, frozen=True, kw_only=True):
    """Software as a document names it: by purl (`package`, without version), else by `name`.

    `version` is one version, `range` a `vers:` range; neither: all versions. `serial` is that of the document that
    describes it.
    """

    package: str | None = None
    name: str | None = None
    version: str | None = None
    range: str | None = None
    serial: str | None = None

    def has(self, version: str | None) -> bool:
        """Whether a version is meant; not where that is unknown."""
        if self.version is None and self.range is None:
            return True
        if version is None:
            return False
        kind = purl.ecosystem(self.package) if self.package else None
        if self.range is not None:
            return versions.satisfies(kind, version, self.range) is True
        return version == self.version or versions.compare(kind, version, str(self.version)) == 0


class Identity(msgspec.Struct, frozen=True, kw_only=True):
    """By what a statement can mean a project: its name and its products' (case-folded), its purls, its documents.

    `versions` are those in which its documents describe it.
    """

    names: frozenset[str] = frozenset()
    packages: frozenset[str] = frozenset()
    versions: frozenset[str] = frozenset()
    serials: frozenset[str] = frozenset()

    def answers_to(self, product: Thing) -> bool:
        """Whether it is what a statement calls the product; in another version it isn't."""
        named = (
            (product.package in self.packages if product.package else False)
            or (product.name is not None and product.name.casefold() in self.names)
            or (product.serial is not None and product.serial in self.serials)
        )
        if not named or (product.version is None and product.range is None):
            return named
        return bool(self.versions) and all(product.has(version) for version in self.versions)


class Statement(msgspec.Struct, frozen=True, kw_only=True):
    """What an author says at a time of a vulnerability (by all of its `ids`) in a component, or in a product.

    With `component` and `product`: of that component in that product. With `product` alone: of the whole of it,
    and of it as a component. With `component` alone: wherever it is used. `action` is what to do in words,
    `responses` in CycloneDX's.
    """

    ids: tuple[str, ...]
    status: VexStatus
    time: datetime
    component: Thing | None = None
    product: Thing | None = None
    justification: str | None = None
    detail: str | None = None
    action: str | None = None
    responses: tuple[str, ...] = ()
    author: str | None = None
    document: str = ""

    def means(self, package: str, version: str | None, project: Identity) -> bool:
        """Whether it speaks of a component of a project; where a version can't be compared, it doesn't."""
        if self.component is not None:
            if package != self.component.package or not self.component.has(version):
                return False
            return self.product is None or project.answers_to(self.product)
        if self.product is None:
            return False
        itself = self.product.package == package and self.product.has(version)
        return itself or project.answers_to(self.product)


class Faults:
    """What is wrong in one document; a warning each, since a statement that is lost hides nothing."""

    MOST = 50

    def __init__(self) -> None:
        """Start with none."""
        self.found: list[Fault] = []

    def say(self, place: str, message: str, code: str = "vex") -> None:
        """Keep one, unless there are too many already."""
        if len(self.found) < self.MOST:
            self.found.append(Fault(code, message, place, "warning"))


def text(value: Any, longest: int = LONGEST) -> str | None:
    """A text that isn't empty, cut; None for anything else."""
    if not isinstance(value, str):
        return None
    found = value.strip()[:longest].strip()
    return found or None


def record(value: Any) -> dict[str, Any]:
    """An object, or an empty one in place of anything else."""
    return value if isinstance(value, dict) else {}


def items(value: Any) -> list[Any]:
    """A list, or an empty one in place of anything else."""
    return value if isinstance(value, list) else []


def records(value: Any) -> Iterator[tuple[int, dict[str, Any]]]:
    """The objects in a list with their places; what is none is left out."""
    return ((number, one) for number, one in enumerate(items(value)) if isinstance(one, dict))


def moment(value: Any) -> datetime | None:
    """A time as RFC 3339 writes it, in UTC; None for anything else."""
    said = text(value, 64)
    if said is None:
        return None
    try:
        found = datetime.fromisoformat(said)
        return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def thing_of(written: str) -> Thing | None:
    """What a purl names; None if it is none. `pkg:generic/a/b` is the name `a/b`, too."""
    try:
        found = purl.parse(written)
    except purl.PurlError:
        return None
    name = "/".join(filter(None, (found.namespace, found.name))) if found.type == "generic" else None
    return Thing(package=found.package, version=found.version, name=name)


def justification_of(value: Any, place: str, faults: Faults) -> str | None:
    """One of the words that there are."""
    said = text(value, 80)
    if said is None:
        return None
    if said not in JUSTIFICATIONS:
        faults.say(place, f"{said!r} is no justification of VEX")
        return None
    return said
