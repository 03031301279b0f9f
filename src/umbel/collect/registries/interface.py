# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""What a registry is: asked for a package, it gives facts, or says that nothing changed or that it has none.

A registry's own module reads what its server answers; how that is fetched (network, saved files) and
where the server stands are given to it.
"""

from __future__ import annotations

from datetime import datetime  # noqa: TC003 - msgspec reads it
from typing import TYPE_CHECKING, ClassVar, Literal, Protocol

import msgspec

from umbel.model.errors import Fault

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from umbel.collect.registries.addresses import Address

Outcome = Literal["new", "unchanged", "absent", "failed", "skipped"]
LONGEST_BODY = 128 << 20
"""Bytes of the longest answer that is read; the largest packuments have about 60 MB."""


class VersionFacts(msgspec.Struct, frozen=True, kw_only=True):
    """One version as a registry lists it: a row of `package_versions`, whose fields have its meaning."""

    version: str
    position: int | None = None
    prerelease: bool | None = None
    released_at: datetime | None = None
    yanked: bool | None = None
    deprecation: str | None = None
    license: str | None = None


class PackageFacts(msgspec.Struct, frozen=True, kw_only=True):
    """What a registry says of a package: a row of `packages`, whose fields have its meaning, and its versions."""

    found: bool = True
    latest: str | None = None
    latest_at: datetime | None = None
    versions: tuple[VersionFacts, ...] = ()
    license: str | None = None
    repository: str | None = None
    homepage: str | None = None
    description: str | None = None
    deprecated: bool | None = None
    deprecation: str | None = None
    successor: str | None = None
    archived: bool | None = None
    maintainers: int | None = None
    funding: tuple[str, ...] = ()
    faults: tuple[Fault, ...] = ()


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """A package to ask for.

    `name` is how its users write it, `used` are versions that are in use and worth a request of their own
    where a registry gives dates one by one. With `validator` only what changed since is wanted.
    """

    package: str
    name: str
    used: tuple[str, ...] = ()
    validator: str | None = None
    spelled: bool = True
    """Whether `name` is as its users write it; purls of some types lose capital letters."""


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """What became of one package: facts with `new` and `absent`, faults with `failed` and `skipped`."""

    package: str
    outcome: Outcome
    facts: PackageFacts | None = None
    validator: str | None = None
    faults: tuple[Fault, ...] = ()


class Got(msgspec.Struct, frozen=True, kw_only=True):
    """A response that is an answer: 200 with its body, 304 (nothing changed) or 404 (nothing there)."""

    status: Literal[200, 304, 404]
    url: str
    body: bytes = b""
    validator: str | None = None
    content_type: str = ""


class Fetch(Protocol):
    """Gets one document below an address. Raises `Unanswered` where there is no answer to rely on."""

    def get(
        self,
        address: Address,
        path: str,
        *,
        accept: str = "application/json",
        validator: str | None = None,
        longest: int = LONGEST_BODY,
        per_second: float | None = None,
    ) -> Got:
        """The document at `path` (escaped, without a leading slash, or a whole address)."""
        ...


class Unanswered(Exception):
    """No answer to rely on: out of reach, refused, too large, not understood. Its fault tells which."""

    def __init__(self, code: str, message: str, place: str = "") -> None:
        """Keep what went wrong as a fault; messages hold no credentials."""
        super().__init__(message)
        self.fault = Fault(code, message, place)


class Skipped(Unanswered):
    """It was not asked: there is nothing saved for it, or its name must not leave the house."""


class Registry:
    """One source of facts on packages: a module of this folder, whose stem is its id.

    `kinds` are the purl types whose packages it knows; `source` is its name in the evidence.
    """

    id: ClassVar[str]
    kinds: ClassVar[tuple[str, ...]]
    source: ClassVar[str]
    on_request: ClassVar[bool] = False
    """Only asked where the user names it."""

    def __init__(self, fetch: Fetch, addresses: Mapping[str, Sequence[Address]], options: Options) -> None:
        """`addresses` by purl type or `npm:@scope`, in the order in which they are tried."""
        self.fetch = fetch
        self.addresses = addresses
        self.options = options

    def ask(self, asked: Asked) -> Answer:
        """Facts of one package. Raises `Unanswered`."""
        raise NotImplementedError

    def places(self, asked: Asked) -> Sequence[Address]:
        """Where a package may be asked for, in turn."""
        return self.addresses.get(asked.package[4:].partition("/")[0], ())


class Options(msgspec.Struct, frozen=True, kw_only=True):
    """What a workspace says of how registries are asked: further addresses beside the registry's own."""

    cargo_api: Address | None = None
    maven_search: Address | None = None
    maven_listing: bool = False


def answered(asked: Asked, facts: PackageFacts, validator: str | None) -> Answer:
    """An answer with facts."""
    outcome: Outcome = "new" if facts.found else "absent"
    return Answer(
        package=asked.package, outcome=outcome, facts=facts, validator=validator, faults=facts.faults
    )


def unchanged(asked: Asked) -> Answer:
    """Nothing changed since the validator that was sent."""
    return Answer(package=asked.package, outcome="unchanged", validator=asked.validator)


def absent(asked: Asked) -> Answer:
    """The registry knows no such package."""
    return answered(asked, PackageFacts(found=False), None)
