# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""npm: one document a package (the packument) tells of all its versions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

import msgspec

from umbel.collect._node_manifest import repository
from umbel.collect.registries._ordering import lost, newest, ordered
from umbel.collect.registries._reading import (
    LONGEST_LICENSE,
    decode,
    items,
    moment,
    piece,
    table,
    text,
    url,
    urls,
)
from umbel.collect.registries.interface import (
    Answer,
    Asked,
    Got,
    PackageFacts,
    Registry,
    Unanswered,
    VersionFacts,
    absent,
    answered,
    unchanged,
)
from umbel.model.errors import Fault

if TYPE_CHECKING:
    from collections.abc import Sequence

    from umbel.collect.registries.addresses import Address

_WHOLE = "application/json"
_SHORT = "application/vnd.npm.install-v1+json"


class _Packument(msgspec.Struct):
    versions: dict[str, msgspec.Raw] = {}
    tags: Any = msgspec.field(default=None, name="dist-tags")
    time: Any = None
    license: Any = None
    licenses: Any = None
    repository: Any = None
    homepage: Any = None
    description: Any = None
    maintainers: Any = None
    modified: Any = None


class _Version(msgspec.Struct):
    license: Any = None
    licenses: Any = None
    deprecated: Any = None
    repository: Any = None
    homepage: Any = None
    description: Any = None
    maintainers: Any = None
    funding: Any = None


class Npm(Registry):
    """Packuments of an npm registry. One that is too large is asked for in its short form, without dates."""

    id: ClassVar[str] = "npm"
    kinds: ClassVar[tuple[str, ...]] = ("npm",)
    source: ClassVar[str] = "npm"

    def places(self, asked: Asked) -> Sequence[Address]:
        """The scope's own registry, where it has one: its packages are nobody else's to hear of."""
        scope = asked.name.partition("/")[0]
        return self.addresses.get(f"npm:{scope}") or super().places(asked)

    def ask(self, asked: Asked) -> Answer:
        """Facts of one package. Raises `Unanswered`."""
        for address in self.places(asked):
            got, short = self._get(address, asked)
            if got.status == 304:
                return unchanged(asked)
            if got.status == 200:
                facts = read(got.body)
                if short:
                    note = Fault(
                        "too-large", "was asked for in its short form: dates are unknown", level="note"
                    )
                    facts = msgspec.structs.replace(facts, faults=(*facts.faults, note))
                return answered(asked, facts, got.validator)
        return absent(asked)

    def _get(self, address: Address, asked: Asked) -> tuple[Got, bool]:
        path = asked.name.replace("/", "%2f")
        try:
            return self.fetch.get(address, path, accept=_WHOLE, validator=asked.validator), False
        except Unanswered as error:
            if error.fault.code != "too-large":
                raise
        return self.fetch.get(address, path, accept=_SHORT), True


def read(body: bytes) -> PackageFacts:
    """The facts of a packument. Raises `Unanswered` if it is none."""
    whole = decode(body, _Packument, "packument")
    times = table(whole.time)
    if not whole.versions:
        if "unpublished" in times:
            return PackageFacts(found=False, deprecation="unpublished")
        raise Unanswered("not-understood", "answered with no packument: it lists no version")
    records = {name: piece(raw, _Version) for name, raw in whole.versions.items()}
    versions = ordered("npm", [_version(n, r, times) for n, r in records.items() if r is not None])
    offered = records.get(text(table(whole.tags).get("latest"), 256) or "")
    deprecation = _deprecation(offered.deprecated) if offered else None
    latest, latest_at = newest(versions, deprecated=deprecation is not None)
    last = (records.get(latest) if latest else None) or _Version()
    people = whole.maintainers if isinstance(whole.maintainers, list) else last.maintainers
    return PackageFacts(
        latest=latest,
        latest_at=latest_at,
        versions=versions,
        license=_license(last) or _license(whole),
        repository=_repository(last.repository) or _repository(whole.repository),
        homepage=url(last.homepage) or url(whole.homepage),
        description=text(last.description) or text(whole.description),
        deprecated=deprecation is not None if offered and _tells(whole, versions) else None,
        deprecation=deprecation,
        maintainers=len(people) if isinstance(people, list) else None,
        funding=_funding(last.funding),
        faults=lost(sum(record is None for record in records.values())),
    )


def _tells(whole: _Packument, versions: tuple[VersionFacts, ...]) -> bool:
    """Whether the document tells of deprecation at all: some mirrors leave out what installing doesn't need."""
    return (
        whole.maintainers is not None
        or whole.modified is not None
        or any(version.deprecation is not None for version in versions)
    )


def _version(name: str, record: _Version, times: dict[Any, Any]) -> VersionFacts:
    return VersionFacts(
        version=name,
        released_at=moment(times.get(name)),
        deprecation=_deprecation(record.deprecated),
        license=_license(record),
    )


def _deprecation(value: Any) -> str | None:
    """Why it should not be used. An empty text takes a deprecation back."""
    return "deprecated" if value is True else text(value)


def _license(record: _Version | _Packument) -> str | None:
    """The licence as written: a text, an object with a type, or a list of these."""
    listed = [record.license, *items(record.licenses)]
    names = [
        text(table(each).get("type") or table(each).get("name") or each, LONGEST_LICENSE) for each in listed
    ]
    found = list(dict.fromkeys(name for name in names if name))
    return " OR ".join(found)[:LONGEST_LICENSE] or None


def _repository(value: Any) -> str | None:
    return url(repository(value))


def _funding(value: Any) -> tuple[str, ...]:
    listed = value if isinstance(value, list) else [value]
    return urls(table(each).get("url") or each for each in listed)
