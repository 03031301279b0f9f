# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""crates: cargo's sparse index tells of versions and yanks; the registry's API, if configured, of the rest.

Source: The Cargo Book, "Index format" and "Web API".
"""

from __future__ import annotations

from typing import Any, ClassVar

import msgspec

from umbel.collect.registries._http import escaped
from umbel.collect.registries._ordering import lost, newest, ordered
from umbel.collect.registries._reading import LONGEST_LICENSE, decode, moment, piece, text, url
from umbel.collect.registries.interface import (
    Answer,
    Asked,
    PackageFacts,
    Registry,
    Unanswered,
    VersionFacts,
    absent,
    answered,
    unchanged,
)

_API_PER_SECOND = 1.0
"""The crawler policy of the public registry: one request a second."""


class _Line(msgspec.Struct):
    name: str
    vers: str
    yanked: Any = None
    pubtime: Any = None


class _Crate(msgspec.Struct):
    crate: dict[str, Any]
    versions: list[msgspec.Raw] = []


class _Version(msgspec.Struct):
    num: str
    yanked: Any = None
    yank_message: Any = None
    created_at: Any = None
    license: Any = None


class Crates(Registry):
    """A registry of crates."""

    id: ClassVar[str] = "crates"
    kinds: ClassVar[tuple[str, ...]] = ("cargo",)
    source: ClassVar[str] = "crates"

    def ask(self, asked: Asked) -> Answer:
        """Facts of one package. Raises `Unanswered`."""
        for address in self.places(asked):
            got = self.fetch.get(address, path_of(asked.name), accept="text/plain", validator=asked.validator)
            if got.status == 304:
                return unchanged(asked)
            if got.status == 200:
                facts = read(got.body)
                told = self._api(asked)
                return answered(asked, _joined(facts, told) if told else facts, got.validator)
        return absent(asked)

    def _api(self, asked: Asked) -> PackageFacts | None:
        address = self.options.cargo_api
        if address is None:
            return None
        path = f"api/v1/crates/{escaped(asked.name)}"
        got = self.fetch.get(address, path, per_second=_API_PER_SECOND)
        if got.status != 200:
            return None
        owners = self.fetch.get(address, f"{path}/owners", per_second=_API_PER_SECOND)
        users = decode(owners.body, dict[str, Any]).get("users") if owners.status == 200 else None
        number = len(users) if isinstance(users, list) else None
        return msgspec.structs.replace(read_api(got.body), maintainers=number)


def path_of(name: str) -> str:
    """Where the index keeps a crate: by the first letters of its name."""
    low = escaped(name.lower())
    if len(name) <= 3:
        return f"{len(name)}/{low[0]}/{low}" if len(name) == 3 else f"{len(name)}/{low}"
    return f"{low[:2]}/{low[2:4]}/{low}"


def read(body: bytes) -> PackageFacts:
    """The facts of a file of the index: a JSON object a line. Raises `Unanswered` if it is none."""
    lines = [line for line in body.splitlines() if line.strip()]
    records = [piece(msgspec.Raw(line), _Line) for line in lines]
    good = [record for record in records if record is not None]
    if not good:
        raise Unanswered("not-understood", "answered with no file of an index", "index")
    versions = ordered(
        "cargo",
        [
            VersionFacts(
                version=record.vers,
                released_at=moment(record.pubtime),
                yanked=record.yanked if isinstance(record.yanked, bool) else None,
                deprecation="yanked" if record.yanked is True else None,
            )
            for record in good
        ],
    )
    latest, latest_at = newest(versions)
    faults = lost(len(records) - len(good))
    return PackageFacts(latest=latest, latest_at=latest_at, versions=versions, faults=faults)


def read_api(body: bytes) -> PackageFacts:
    """The facts of the API's answer for a crate. Raises `Unanswered` if it is none."""
    found = decode(body, _Crate, "the API's answer")
    records = [piece(raw, _Version) for raw in found.versions]
    good = [record for record in records if record is not None]
    versions = ordered("cargo", [_version(record) for record in good])
    latest, latest_at = newest(versions)
    return PackageFacts(
        latest=latest,
        latest_at=latest_at,
        versions=versions,
        license=next((v.license for v in versions if v.version == latest), None),
        repository=url(found.crate.get("repository")),
        homepage=url(found.crate.get("homepage")),
        description=text(found.crate.get("description")),
        faults=lost(len(records) - len(good)),
    )


def _version(record: _Version) -> VersionFacts:
    yanked = record.yanked if isinstance(record.yanked, bool) else None
    return VersionFacts(
        version=record.num,
        released_at=moment(record.created_at),
        yanked=yanked,
        deprecation=(text(record.yank_message) or "yanked") if yanked else None,
        license=text(record.license, LONGEST_LICENSE),
    )


def _joined(index: PackageFacts, told: PackageFacts) -> PackageFacts:
    """The versions of the index, which is never late, with what the API knows of them."""
    known = {v.version: v for v in told.versions}
    versions = tuple(
        msgspec.structs.replace(
            v,
            released_at=v.released_at or k.released_at,
            license=k.license,
            deprecation=(k.deprecation or v.deprecation) if v.yanked else None,
        )
        if (k := known.get(v.version))
        else v
        for v in index.versions
    )
    latest, latest_at = newest(versions)
    faults = (*index.faults, *told.faults)
    return msgspec.structs.replace(told, latest=latest, latest_at=latest_at, versions=versions, faults=faults)
