# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""RubyGems: the API tells of versions and the gem; where a mirror has none, the compact index of versions.

Source: the RubyGems.org API and the compact index API. Versions that were yanked are not listed.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, ClassVar

import msgspec

from umbel.collect.registries._http import escaped
from umbel.collect.registries._ordering import lost, newest, ordered
from umbel.collect.registries._reading import LONGEST_LICENSE, decode, moment, piece, text, url, urls
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

if TYPE_CHECKING:
    from umbel.collect.registries.addresses import Address

_PER_SECOND = 8.0
"""The public registry's limit is ten a second."""
_LINE = re.compile(r"([0-9][0-9A-Za-z.]*)(?:-\S+)? .*\|").match
_CREATED = re.compile(r"created_at:([0-9T:.Z+-]+)").search


class _Version(msgspec.Struct):
    number: str
    created_at: Any = None
    prerelease: Any = None
    licenses: Any = None


class RubyGems(Registry):
    """A registry of gems."""

    id: ClassVar[str] = "rubygems"
    kinds: ClassVar[tuple[str, ...]] = ("gem",)
    source: ClassVar[str] = "rubygems"

    def ask(self, asked: Asked) -> Answer:
        """Facts of one package. Raises `Unanswered`."""
        name = escaped(asked.name)
        for address in self.places(asked):
            path = f"api/v1/versions/{name}.json"
            got = self.fetch.get(address, path, validator=asked.validator, per_second=_PER_SECOND)
            if got.status == 304:
                return unchanged(asked)
            if got.status == 200:
                return answered(asked, self._about(address, name, read(got.body)), got.validator)
            compact = self.fetch.get(address, f"info/{name}", accept="text/plain", per_second=_PER_SECOND)
            if compact.status == 200:
                return answered(asked, read_compact(compact.body), None)
        return absent(asked)

    def _about(self, address: Address, name: str, facts: PackageFacts) -> PackageFacts:
        got = self.fetch.get(address, f"api/v1/gems/{name}.json", per_second=_PER_SECOND)
        if got.status != 200:
            return facts
        about = decode(got.body, dict[str, Any], "gem's JSON")
        owners = self.fetch.get(address, f"api/v1/gems/{name}/owners.json", per_second=_PER_SECOND)
        people = decode(owners.body, list[Any], "owners") if owners.status == 200 else None
        return joined(facts, about, people)


def read(body: bytes) -> PackageFacts:
    """The facts of the API's list of versions. Raises `Unanswered` if it is none."""
    records = [piece(raw, _Version) for raw in decode(body, list[msgspec.Raw], "versions")]
    good = [record for record in records if record is not None]
    by_number: dict[str, VersionFacts] = {}
    for record in good:  # one a platform
        facts = VersionFacts(
            version=record.number,
            released_at=moment(record.created_at),
            prerelease=record.prerelease if isinstance(record.prerelease, bool) else None,
            yanked=False,
            license=_licenses(record.licenses),
        )
        old = by_number.get(record.number)
        if old is None or (
            facts.released_at and (not old.released_at or facts.released_at < old.released_at)
        ):
            by_number[record.number] = facts
    versions = ordered("gem", by_number.values())
    latest, latest_at = newest(versions)
    return PackageFacts(
        latest=latest,
        latest_at=latest_at,
        versions=versions,
        license=next((v.license for v in versions if v.version == latest), None),
        faults=lost(len(records) - len(good)),
    )


def read_compact(body: bytes) -> PackageFacts:
    """The facts of the compact index: versions, and dates where it has them. Raises `Unanswered`."""
    page = body.decode("utf-8", "replace")
    if not page.startswith("---"):
        raise Unanswered("not-understood", "answered with no compact index", "info")
    found: dict[str, VersionFacts] = {}
    for line in page.splitlines():
        number, created = _LINE(line), _CREATED(line)
        if number:
            at = moment(created[1]) if created else None
            found.setdefault(number[1], VersionFacts(version=number[1], released_at=at, yanked=False))
    versions = ordered("gem", found.values())
    latest, latest_at = newest(versions)
    return PackageFacts(found=bool(versions), latest=latest, latest_at=latest_at, versions=versions)


def joined(facts: PackageFacts, about: dict[str, Any], people: list[Any] | None) -> PackageFacts:
    """The facts of versions with what the API says of the gem."""
    return msgspec.structs.replace(
        facts,
        license=_licenses(about.get("licenses")) or facts.license,
        repository=url(about.get("source_code_uri")),
        homepage=url(about.get("homepage_uri")),
        description=text(about.get("info")),
        maintainers=None if people is None else len(people),
        funding=urls([about.get("funding_uri")]),
    )


def _licenses(value: Any) -> str | None:
    """All of them: a gem that names several lets one choose, by RubyGems' own guide."""
    names = [text(each, LONGEST_LICENSE) for each in value] if isinstance(value, list) else []
    return " OR ".join(dict.fromkeys(name for name in names if name))[:LONGEST_LICENSE] or None
