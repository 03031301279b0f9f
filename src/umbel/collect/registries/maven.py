# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Maven: a repository lists versions, the newest POM tells licence and source, its relocation a successor.

A repository has no word for dates: they come from its search API or the listing of its folders, where
`umbel.toml` says that it has one; else they are unknown. Source: Maven's documentation of these files.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, ClassVar
from urllib.parse import quote

import msgspec

from umbel.collect.registries._configured_files import local, xml
from umbel.collect.registries._http import escaped
from umbel.collect.registries._ordering import newest, ordered
from umbel.collect.registries._reading import LONGEST_LICENSE, decode, of_epoch, text, url
from umbel.collect.registries.interface import (
    Answer,
    Asked,
    PackageFacts,
    Registry,
    Skipped,
    Unanswered,
    VersionFacts,
    absent,
    answered,
    unchanged,
)

if TYPE_CHECKING:
    from umbel.collect.registries.addresses import Address

_XML = 8 << 20
_PARENTS = 4
_ROWS = 200
_LISTED = re.compile(
    r"href=\"(?:[^\"]*/)?([^\"/]+)/\"[^<>]{0,1000}>[^<>]{0,1000}</a>(?:\s|<[^<>]{0,1000}>){0,200}"
    r"(\d{4}-\d{2}-\d{2} \d{2}:\d{2}|\d{2}-[A-Za-z]{3}-\d{4} \d{2}:\d{2})"
)
_PROPERTY = re.compile(r"\$\{")


class _Found(msgspec.Struct):
    response: dict[str, Any]


class Maven(Registry):
    """A repository of Maven artefacts."""

    id: ClassVar[str] = "maven"
    kinds: ClassVar[tuple[str, ...]] = ("maven",)
    source: ClassVar[str] = "maven"

    def ask(self, asked: Asked) -> Answer:
        """Facts of one package. Raises `Unanswered`."""
        group, _, artifact = asked.name.rpartition(":")
        if not group:
            raise Unanswered("name", "has no group")
        path = f"{quote(group.replace('.', '/'))}/{escaped(artifact)}"
        for address in self.places(asked):
            metadata = f"{path}/maven-metadata.xml"
            got = self.fetch.get(
                address, metadata, accept="application/xml", validator=asked.validator, longest=_XML
            )
            if got.status == 304:
                return unchanged(asked)
            if got.status == 200:
                facts = dated(read(got.body), self._dates(address, group, artifact, path))
                about = self._pom(address, group, artifact, facts.latest or _last(facts), 0)
                return answered(asked, with_pom(facts, about), got.validator)
        return absent(asked)

    def _dates(self, address: Address, group: str, artifact: str, path: str) -> dict[str, datetime]:
        if self.options.maven_search:
            query = quote(f'g:"{group}" AND a:"{artifact}"')
            where = f"?q={query}&core=gav&rows={_ROWS}&wt=json"
            got = self.fetch.get(self.options.maven_search, where, per_second=4.0)
            return read_search(got.body) if got.status == 200 else {}
        if self.options.maven_listing:
            got = self.fetch.get(address, f"{path}/", accept="text/html", longest=_XML)
            return read_listing(got.body) if got.status == 200 else {}
        return {}

    def _pom(
        self, address: Address, group: str, artifact: str, version: str | None, depth: int
    ) -> Any | None:
        """The newest POM; what it leaves to its parent is looked up there."""
        if version is None or depth > _PARENTS or _PROPERTY.search(group + artifact + version):
            return None
        folder = f"{quote(group.replace('.', '/'))}/{escaped(artifact)}/{escaped(version)}"
        where = f"{folder}/{escaped(artifact)}-{escaped(version)}.pom"
        try:
            got = self.fetch.get(address, where, accept="application/xml", longest=_XML)
        except Skipped:
            return None
        root = xml(got.body) if got.status == 200 else None
        if root is None:
            return None
        about = About.of(root)
        parent = _child(root, "parent")
        if parent is None or (about.license and about.repository):
            return about
        of, name, at = (_text(parent, key) for key in ("groupId", "artifactId", "version"))
        above = self._pom(address, of, name, at, depth + 1) if of and name else None
        return about.over(above) if above else about


class About(msgspec.Struct, frozen=True, kw_only=True):
    """What a POM says of its artefact."""

    license: str | None = None
    repository: str | None = None
    homepage: str | None = None
    description: str | None = None
    relocated: str | None = None
    message: str | None = None

    @classmethod
    def of(cls, root: Any) -> About:
        """A POM's own words; properties that aren't filled in are unknown."""
        licenses = _child(root, "licenses")
        names = (
            [_text(each, "name") or _text(each, "url") for each in licenses if local(each) == "license"]
            if licenses is not None
            else []
        )
        scm = _child(root, "scm")
        moved = _child(_child(root, "distributionManagement"), "relocation")
        return cls(
            license=" OR ".join(dict.fromkeys(filter(None, names)))[:LONGEST_LICENSE] or None,
            repository=url(_text(scm, "url") or _text(scm, "connection")),
            homepage=url(_text(root, "url")),
            description=text(_text(root, "description")),
            relocated=_moved(root, moved) if moved is not None else None,
            message=_text(moved, "message"),
        )

    def over(self, parent: About) -> About:
        """Itself, with its parent's licence and source where it has none of its own."""
        return msgspec.structs.replace(
            self,
            license=self.license or parent.license,
            repository=self.repository or parent.repository,
        )


def _moved(root: Any, moved: Any) -> str | None:
    """The purl of where an artefact moved to; what the relocation leaves out stays as it is."""
    from umbel.model.purl import PurlError, make

    parent = _child(root, "parent")
    group = _text(moved, "groupId") or _text(root, "groupId") or _text(parent, "groupId")
    artifact = _text(moved, "artifactId") or _text(root, "artifactId")
    if not group or not artifact:
        return None
    try:
        return make("maven", group, artifact).package
    except PurlError:
        return None


def read(body: bytes) -> PackageFacts:
    """The facts of a maven-metadata.xml. Raises `Unanswered` if it is none."""
    root = xml(body)
    versioning = _child(root, "versioning") if root is not None and local(root) == "metadata" else None
    if root is None or local(root) != "metadata":
        raise Unanswered("not-understood", "answered with no metadata of Maven", "maven-metadata.xml")
    listed = _child(versioning, "versions")
    names = [(each.text or "").strip() for each in listed] if listed is not None else []
    versions = ordered("maven", [VersionFacts(version=name) for name in names if name])
    latest, latest_at = newest(versions)
    return PackageFacts(latest=latest, latest_at=latest_at, versions=versions)


def read_search(body: bytes) -> dict[str, datetime]:
    """Release dates by version, of a search API's answer. Raises `Unanswered` if it is none."""
    docs = decode(body, _Found, "search").response.get("docs")
    found = {}
    for doc in docs if isinstance(docs, list) else ():
        version, at = (
            (doc.get("v"), of_epoch(doc.get("timestamp"))) if isinstance(doc, dict) else (None, None)
        )
        if isinstance(version, str) and at:
            found[version] = at
    return found


def read_listing(body: bytes) -> dict[str, datetime]:
    """Release dates by version, of a folder's listing as common servers write it."""
    found = {}
    for name, when in _LISTED.findall(body.decode("utf-8", "replace")):
        form = "%Y-%m-%d %H:%M" if when[4] == "-" else "%d-%b-%Y %H:%M"
        try:
            found[name] = datetime.strptime(when, form).replace(tzinfo=UTC)
        except ValueError:
            continue
    return found


def dated(facts: PackageFacts, dates: dict[str, datetime]) -> PackageFacts:
    """The facts with the dates of their versions."""
    versions = tuple(msgspec.structs.replace(v, released_at=dates.get(v.version)) for v in facts.versions)
    latest, latest_at = newest(versions)
    return msgspec.structs.replace(facts, latest=latest, latest_at=latest_at, versions=versions)


def with_pom(facts: PackageFacts, about: About | None) -> PackageFacts:
    """The facts with what the newest POM says; a relocation is Maven's word for deprecated."""
    if about is None:
        return facts
    moved = about.relocated is not None
    return msgspec.structs.replace(
        facts,
        license=about.license,
        repository=about.repository,
        homepage=about.homepage,
        description=about.description,
        deprecated=moved,
        deprecation=(about.message or f"moved to {about.relocated}") if moved else None,
        successor=about.relocated,
    )


def _last(facts: PackageFacts) -> str | None:
    return facts.versions[-1].version if facts.versions else None


def _child(element: Any, name: str) -> Any | None:
    return None if element is None else next((child for child in element if local(child) == name), None)


def _text(element: Any, name: str) -> str | None:
    found = _child(element, name)
    said = text(found.text) if found is not None else None
    return None if said is None or _PROPERTY.search(said) else " ".join(said.split())
