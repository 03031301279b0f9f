# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""deps.dev: one index of npm, PyPI, crates, Maven, Go and RubyGems, for those that can't be asked themselves.

It is a third party: it hears which packages are in use, so it is only asked where a user names it.
Source: the deps.dev API, version 3.
"""

from __future__ import annotations

from typing import Any, ClassVar

import msgspec

from umbel.collect.registries._http import escaped
from umbel.collect.registries._ordering import lost, newest, ordered
from umbel.collect.registries._reading import LONGEST_LICENSE, decode, items, moment, piece, table, text, url
from umbel.collect.registries.interface import (
    Answer,
    Asked,
    PackageFacts,
    Registry,
    VersionFacts,
    absent,
    answered,
    unchanged,
)

SYSTEMS = {
    "npm": "npm",
    "pypi": "pypi",
    "cargo": "cargo",
    "maven": "maven",
    "golang": "go",
    "gem": "rubygems",
}


class _Key(msgspec.Struct):
    version: str


class _Version(msgspec.Struct):
    key: _Key = msgspec.field(name="versionKey")
    published: Any = msgspec.field(default=None, name="publishedAt")
    deprecated: Any = msgspec.field(default=None, name="isDeprecated")
    reason: Any = msgspec.field(default=None, name="deprecatedReason")


class _Package(msgspec.Struct):
    versions: list[msgspec.Raw]


class DepsDev(Registry):
    """The public index deps.dev."""

    id: ClassVar[str] = "deps_dev"
    kinds: ClassVar[tuple[str, ...]] = tuple(SYSTEMS)
    source: ClassVar[str] = "deps.dev"
    on_request: ClassVar[bool] = True

    def ask(self, asked: Asked) -> Answer:
        """Facts of one package. Raises `Unanswered`."""
        kind = asked.package[4:].partition("/")[0]
        path = f"systems/{SYSTEMS[kind]}/packages/{escaped(asked.name)}"
        for address in self.addresses.get(self.id, ()):
            got = self.fetch.get(address, path, validator=asked.validator)
            if got.status == 304:
                return unchanged(asked)
            if got.status == 200:
                facts = read(kind, got.body)
                newer = f"{path}/versions/{escaped(facts.latest)}" if facts.latest else None
                about = self.fetch.get(address, newer) if newer else None
                if about and about.status == 200:
                    facts = with_version(facts, about.body)
                return answered(asked, facts, got.validator)
        return absent(asked)


def read(kind: str, body: bytes) -> PackageFacts:
    """The facts of a package's answer. Raises `Unanswered` if it is none."""
    records = [piece(raw, _Version) for raw in decode(body, _Package, "package").versions]
    good = [record for record in records if record is not None]
    versions = ordered(
        kind,
        [
            VersionFacts(
                version=record.key.version,
                released_at=moment(record.published),
                deprecation=(text(record.reason) or "deprecated") if record.deprecated is True else None,
            )
            for record in good
        ],
    )
    latest, latest_at = newest(versions)
    last = next((v for v in versions if v.version == latest), None)
    return PackageFacts(
        latest=latest,
        latest_at=latest_at,
        versions=versions,
        deprecated=None if last is None else last.deprecation is not None,
        deprecation=last.deprecation if last else None,
        faults=lost(len(records) - len(good)),
    )


def with_version(facts: PackageFacts, body: bytes) -> PackageFacts:
    """The facts with what the index says of the newest version. Raises `Unanswered` if that is nothing."""
    found = decode(body, dict[str, Any], "version")
    names = [text(each, LONGEST_LICENSE) for each in items(found.get("licenses"))]
    links = {table(link).get("label"): table(link).get("url") for link in items(found.get("links"))}
    return msgspec.structs.replace(
        facts,
        license=" AND ".join(filter(None, names))[:LONGEST_LICENSE] or None,
        repository=url(links.get("SOURCE_REPO")),
        homepage=url(links.get("HOMEPAGE")),
    )
