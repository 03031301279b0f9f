# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""SPDX 3 elements → the records of SPDX 2, so that both give the same evidence.

- What the document's root elements are is what it describes; a root that is an SBOM stands for its
  own roots.
- Relationships become those of SPDX 2 that mean the same. A life cycle gives a dependency its scope;
  a tool is used in the scope of its relationship. Links are of the product, whenever they are made.
- Licences are relationships to elements. Several of one kind all apply.
- A file that a package is distributed as gives `packageFileName` and, where the package has none of
  its own, the hashes. Files are no components.
- Models (`ai_AIPackage`) and data (`dataset_DatasetPackage`) are components of the types
  `machine-learning-model` and `data`; what they say beyond other packages are properties.
- Elements that the document imports are in other documents, which aren't read with it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec
from msgspec.structs import replace

from umbel.collect._spdx import Builder
from umbel.collect._spdx3_elements import (
    Collection3,
    Creation3,
    Elements3,
    Other3,
    Package3,
    Raw,
    Relationship3,
    where,
)
from umbel.collect._spdx3_licences import KINDS as LICENCES
from umbel.collect._spdx3_licences import Licences, nobody
from umbel.collect._spdx_graph import DOCUMENT, known_word
from umbel.collect._spdx_packages import algorithm
from umbel.collect._spdx_records import (
    Checksum,
    CreationInfo,
    Elements,
    ExternalRef,
    Header,
    Package,
    Relationship,
)

if TYPE_CHECKING:
    from collections.abc import Iterable

    from umbel.collect._spdx3_elements import Hash, Identifier
    from umbel.collect.faults import Faults
    from umbel.collect.interface import Reading

PACKAGES = {"Package": None, "AIPackage": "machine-learning-model", "DatasetPackage": "data"}
_RELATIONSHIPS = frozenset({"Relationship", "LifecycleScopedRelationship"})
_COLLECTIONS = frozenset({"SpdxDocument", "Sbom", "Bom", "Bundle", "ElementCollection"})
_AGENTS = {
    "Person": "Person: ", "Organization": "Organization: ", "Agent": "", "SoftwareAgent": "Tool: ", "Tool": "Tool: ",
}  # fmt: skip
_DEPENDS = {
    "runtime": ("RUNTIME_DEPENDENCY_OF", True), "build": ("BUILD_DEPENDENCY_OF", True),
    "development": ("DEV_DEPENDENCY_OF", True), "test": ("TEST_DEPENDENCY_OF", True),
}  # fmt: skip
_USES = {
    "build": ("BUILD_TOOL_OF", True), "development": ("DEV_TOOL_OF", True), "test": ("TEST_TOOL_OF", True),
}  # fmt: skip
_KINDS = {
    "hasPrerequisite": ("HAS_PREREQUISITE", False), "hasOptionalDependency": ("OPTIONAL_DEPENDENCY_OF", True),
    "hasProvidedDependency": ("PROVIDED_DEPENDENCY_OF", True), "hasDynamicLink": ("DYNAMIC_LINK", False),
    "hasStaticLink": ("STATIC_LINK", False), "hasOptionalComponent": ("OPTIONAL_COMPONENT_OF", True),
    "contains": ("CONTAINS", False), "describes": ("DESCRIBES", False), "generates": ("GENERATES", False),
    "hasVariant": ("VARIANT_OF", True), "dependsOn": ("DEPENDS_ON", False), "usesTool": ("DEPENDS_ON", False),
}  # fmt: skip
"""Relationship → that of SPDX 2, and whether its ends change places."""
_OTHERS = frozenset(
    """
    affects amendedBy ancestorOf availableFrom configures coordinatedBy copiedTo delegatedTo descendantOf
    doesNotAffect expandsTo exploitCreatedBy fixedBy fixedIn foundBy hasAddedFile hasAssessmentFor
    hasAssociatedVulnerability hasConcludedLicense hasDataFile hasDeclaredLicense hasDeletedFile
    hasDependencyManifest hasDistributionArtifact hasDocumentation hasEvidence hasExample hasHost hasInput
    hasMetadata hasOutput hasRequirement hasSpecification hasTest hasTestCase invokedBy modifiedBy other
    packagedBy patchedBy publishedBy reportedBy republishedBy serializedInArtifact testedOn trainedOn
    underInvestigationFor
    """.split()
)
"""Relationships that say nothing of dependencies or parts."""
_IDENTIFIERS = {
    "packageUrl": ("PACKAGE-MANAGER", "purl"), "cpe22": ("SECURITY", "cpe22Type"),
    "cpe23": ("SECURITY", "cpe23Type"), "swhid": ("PERSISTENT-ID", "swh"),
    "gitoid": ("PERSISTENT-ID", "gitoid"), "swid": ("SECURITY", "swid"),
}  # fmt: skip
_REFERENCES = {
    "mavenCentral": ("PACKAGE-MANAGER", "maven-central"), "npm": ("PACKAGE-MANAGER", "npm"),
    "nuget": ("PACKAGE-MANAGER", "nuget"), "bower": ("PACKAGE-MANAGER", "bower"),
    "securityAdvisory": ("SECURITY", "advisory"), "securityFix": ("SECURITY", "fix"),
}  # fmt: skip
_IMPORTED = "DocumentRef-imported"
_CONFORMS = frozenset({"3.0.0", "3.0.1"})
_LONGEST = 2000


class Builder3(Builder):
    """Takes records as of SPDX 2, made of elements of SPDX 3."""

    version = "3.0.1"

    def _required(self, header: Header) -> None:
        info = header.creation_info
        said = {"created": info.created, "createdBy": self._authors or info.creators}
        for field, value in said.items():
            if not value:
                self.faults.add("missing-field", f"has no {field!r}, which SPDX requires", "$")

    def _version(self, said: str) -> int:
        self.packages.edition = 3
        if said not in _CONFORMS:
            known = f"has {said[:80]!r} as specVersion" if said else "doesn't say which version it is of"
            self.faults.add("spdx-version", f"{known}; it is read as {self.version}", "$")
        else:
            self.version = said
        return 0

    def _identity(self, header: Header) -> None:
        """A document's name and licence have no fixed form in SPDX 3."""

    def _edition(self) -> str:
        return self.version

    def special(self, package: Package, at: int, kind: str | None, more: Iterable[tuple[str, str]]) -> None:
        """A package of a kind, with properties of its own."""
        ref = self.packages.add(package, at)
        component = self.packages.by_id[ref]
        properties = (*component.properties, *more)
        self.packages.by_id[ref] = replace(component, type=kind or component.type, properties=properties)


class Mapping:
    """Gathers a document's elements, then gives them to a builder."""

    def __init__(self, faults: Faults) -> None:
        """Begin a document."""
        self._faults = faults
        self._elements = Elements3(faults)
        self._licences = Licences(faults)
        self._packages: list[tuple[Raw, Package3]] = []
        self._relationships: list[tuple[int, Relationship3]] = []
        self._creations: dict[str, tuple[int, Creation3]] = {}
        self._collections: dict[str, tuple[Raw, Collection3]] = {}
        self._agents: dict[str, tuple[str, Other3]] = {}
        self._files: dict[str, Other3] = {}
        self._ids: set[str] = set()
        self._imported: set[str] = set()
        self._declared: dict[str, list[str]] = {}
        self._concluded: dict[str, list[str]] = {}
        self._artefacts: dict[str, list[str]] = {}
        self._contained: dict[str, list[str]] = {}
        self._statements = {
            "hasDeclaredLicense": self._declared,
            "hasConcludedLicense": self._concluded,
            "hasDistributionArtifact": self._artefacts,
            "contains": self._contained,
        }
        self._parties: dict[str, str] = {}

    def read(self, graph: list[Any], serialisation: str) -> Reading:
        """The reading of a document with these elements."""
        for raw in self._elements.each(graph):
            self._take(raw)
        builder = Builder3(self._faults, self._where, self._others)
        document = self._document()
        builder.header(self._header(document))
        for licence in self._licences.own():
            self._own_licence(builder, licence.license_id, licence.name or licence.extracted_text)
        for raw, package in self._packages:
            self._package(builder, raw, package)
        self._described(builder, document)
        for at, relationship in self._relationships:
            self._relate(builder, relationship, at)
        return builder.finish(serialisation)

    # -- elements

    def _take(self, raw: Raw) -> None:
        kind, read = raw.kind, self._elements.record
        self._ids.add(raw.id)
        if kind in _RELATIONSHIPS:
            self._relationship(raw.place, read(Relationship3, raw))
        elif kind in PACKAGES:
            self._packages.append((raw, read(Package3, raw)))
        elif kind in LICENCES:
            self._licences.add(raw.id, kind, read(Other3, raw))
        elif kind in _AGENTS:
            self._agents[raw.id] = kind, read(Other3, raw)
        elif kind in {"File", "Snippet", "SoftwareArtifact"}:
            self._files[raw.id] = read(Other3, raw)
        elif kind == "CreationInfo":
            self._creations[raw.id] = raw.place, read(Creation3, raw)
        elif kind in _COLLECTIONS:
            self._collections[raw.id] = raw, read(Collection3, raw)

    def _relationship(self, place: int, relationship: Relationship3) -> None:
        """One relationship: what SPDX 2 says in packages is kept for these."""
        kind, source, targets = relationship.kind, relationship.source, relationship.targets
        said = self._statements.get(kind)
        if said is not None:
            said.setdefault(source, []).extend(targets)
        if kind not in _OTHERS or not (source and targets):
            self._relationships.append((place, relationship))

    def _where(self, section: str, n: int = -1, inside: str = "") -> str:
        if section in {"packages", "relationships"} and n >= 0:
            return where(n, inside if inside.startswith(".name") else "")
        return "$"

    def _others(self, wanted: Iterable[str]) -> Elements:
        asked = set(wanted)
        names = {uri: file.name for uri, file in self._files.items() if file.name and uri in asked}
        return Elements(self._ids | self._imported, names)

    # -- the document itself

    def _document(self) -> tuple[str, Collection3] | None:
        """The document, or the SBOM where there is none."""
        for kinds in ({"SpdxDocument"}, {"Sbom"}, _COLLECTIONS):
            found = [(i, c) for i, (raw, c) in self._collections.items() if raw.kind in kinds]
            if len(found) > 1 and kinds == {"SpdxDocument"}:
                self._faults.add("several-documents", "holds several documents; the first counts")
            if found:
                return found[0]
        return None

    def _header(self, document: tuple[str, Collection3] | None) -> Header:
        spdx_id, own = document or ("", Collection3())
        creation = self._creations.get(own.creation) or next(iter(self._creations.values()), None)
        place, info = creation or (-1, Creation3())
        for _, collection in self._collections.values():
            self._imported.update(item.uri for item in collection.imports if item.uri not in self._ids)
        makers = [self._party(uri, place) for uri in (*info.created_by, *info.created_using)]
        lifecycles = [one for _, c in self._collections.values() for one in c.lifecycles]
        return Header(
            spdx_version=info.version,
            spdx_id=spdx_id,
            data_license=self._licences.text(own.data_license, "$") if own.data_license else "",
            name=own.name,
            document_namespace="" if spdx_id.startswith("_:") else spdx_id,
            creation_info=CreationInfo(created=info.created, creators=list(filter(None, makers))),
            lifecycles=sorted(set(lifecycles)),
        )

    def _party(self, uri: str, place: int) -> str:
        """Who an agent is, as SPDX 2 writes it: `Person: Jane (jane@acme.example)`."""
        known = self._parties.get(uri)
        if known is None:
            known = self._parties[uri] = self._agent(uri, place)
        return known

    def _agent(self, uri: str, place: int) -> str:
        if not uri or nobody(uri):
            return ""
        found = self._agents.get(uri)
        if found is None:
            if uri not in self._imported:
                self._unknown(uri, place)
            return ""
        kind, agent = found
        mail = next((one.value for one in self._identifiers(agent, place) if one.kind == "email"), "")
        return f"{_AGENTS[kind]}{agent.name} ({mail})" if mail else f"{_AGENTS[kind]}{agent.name}"

    def _unknown(self, uri: str, place: int) -> None:
        message = f"speaks of {uri[:120]!r}, which nothing in it is called"
        self._faults.add("unknown-ref", message, where(place))

    def _identifiers(self, record: Other3 | Package3, place: int) -> list[Identifier]:
        if record.misspelt:
            message = "writes 'externalIdentifiers' instead of 'externalIdentifier'"
            self._faults.add("unknown-field", message, where(place))
        return [*record.identifiers, *record.misspelt]

    def _own_licence(self, builder: Builder3, name: str, text: str) -> None:
        lines = (line.strip() for line in text[:_LONGEST].splitlines())
        builder.packages.extracted[name] = next(filter(None, lines), "")[:200]

    def _described(self, builder: Builder3, document: tuple[str, Collection3] | None) -> None:
        """What the document's roots are, SBOMs opened."""
        builder.graph.own.update(self._collections)
        builder.graph.documents.add(_IMPORTED)
        waiting, seen = [document[0]] if document else [], set[str]()
        while waiting:
            uri = waiting.pop()
            if uri in seen:
                continue
            seen.add(uri)
            if uri in self._collections:
                waiting += reversed(self._collections[uri][1].roots)
            elif uri:
                builder.describes(self._name(uri), -1)

    def _name(self, uri: str) -> str:
        """What an element is called as an end of a relationship of SPDX 2."""
        if uri in self._imported:
            return f"{_IMPORTED}:{uri}"
        return uri if uri in self._ids else nobody(uri) or uri

    # -- packages

    def _package(self, builder: Builder3, raw: Raw, package: Package3) -> None:
        place = where(raw.place)
        artefact = self._artefact(raw.id)
        record = Package(
            spdx_id=raw.id,
            name=package.name,
            version_info=package.version,
            supplier=self._party(package.supplied_by, raw.place),
            originator="; ".join(
                filter(None, (self._party(uri, raw.place) for uri in package.originated_by))
            ),
            download_location=package.download,
            homepage=package.home,
            license_concluded=self._licences.joined(self._concluded.get(raw.id, ()), place),
            license_declared=self._licences.joined(self._declared.get(raw.id, ()), place),
            copyright_text=package.copyright,
            description=package.description,
        )
        record.package_file_name, record.source_info = artefact.name, package.source
        if package.originated_by:
            makers = (self._party(uri, raw.place) for uri in package.originated_by)
            record.originator = "; ".join(filter(None, makers))
        record.summary = package.summary
        record.primary_package_purpose = package.purpose
        record.release_date, record.built_date = package.released, package.built
        record.valid_until_date = package.valid_until
        record.checksums = _checksums(package.verified) or _checksums(artefact.verified)
        if raw.id in self._contained:
            record.has_files = [uri for uri in self._contained[raw.id] if uri in self._files]
        record.external_refs = self._references(package, raw.place)
        record.attribution_texts = package.attributions
        said = [(one.name, one.value) for each in package.extensions for one in each.properties if one.name]
        if raw.kind == "Package" and not said:
            builder.package(record, raw.place)
        else:
            more = _properties(self._elements.properties(raw)) if raw.kind != "Package" else ()
            builder.special(record, raw.place, PACKAGES[raw.kind], (*more, *said))

    def _artefact(self, uri: str) -> Other3:
        """The one file that a package is distributed as."""
        files = [self._files[one] for one in self._artefacts.get(uri, ()) if one in self._files]
        return files[0] if len(files) == 1 else Other3()

    def _references(self, package: Package3, place: int) -> list[ExternalRef]:
        found = [ExternalRef("PACKAGE-MANAGER", "purl", package.purl)] if package.purl else []
        for one in self._identifiers(package, place):
            category, kind = _IDENTIFIERS.get(one.kind, ("OTHER", one.kind))
            found.append(ExternalRef(category, kind, one.value))
        for reference in package.references:
            category, kind = _REFERENCES.get(reference.kind, ("OTHER", reference.kind))
            found += [ExternalRef(category, kind, locator) for locator in reference.locators]
        return found

    # -- relationships

    def _relate(self, builder: Builder3, relationship: Relationship3, at: int) -> None:
        kind = relationship.kind
        scoped = _DEPENDS if kind in {"dependsOn", "hasPrerequisite"} else _USES if kind == "usesTool" else {}
        word, turned = scoped.get(relationship.scope) or _KINDS.get(kind) or (known_word(kind), False)
        source = self._name(relationship.source)
        if not relationship.targets:
            builder.relationship(Relationship(), at)
        for target in map(self._name, relationship.targets):
            ends = (target, source) if turned else (source, target)
            builder.relationship(
                Relationship(spdx_element_id=ends[0], relationship_type=word, related_spdx_element=ends[1]),
                at,
            )
        self._completeness(builder, relationship, word)

    def _completeness(self, builder: Builder3, relationship: Relationship3, word: str) -> None:
        aggregate = relationship.completeness
        what = {"CONTAINS": "components", "DEPENDS_ON": "dependencies"}.get(word)
        if aggregate not in {"complete", "incomplete"} or what is None:
            return
        if relationship.source in builder.packages.by_id:
            builder.graph.completeness(what, relationship.source, aggregate)
        elif relationship.source in self._collections:
            builder.graph.completeness(what, DOCUMENT, aggregate)


def _checksums(verified: list[Hash]) -> list[Checksum]:
    hashes = (one for one in verified if one.type.rpartition("/")[2] in {"", "Hash"})
    return [Checksum(algorithm(one.algorithm), one.value) for one in hashes]


def _properties(found: dict[str, Any]) -> Iterable[tuple[str, str]]:
    """What models and data say beyond other packages, as pairs of texts."""
    for key, value in found.items():
        if key.startswith(("ai_", "dataset_")):
            for one in value if isinstance(value, list) else [value]:
                if text := _text(one):
                    yield f"spdx:{key[:80]}", text


def _text(value: Any) -> str:
    if isinstance(value, dict) and isinstance(value.get("key"), str) and "value" in value:
        return f"{value['key']}={_text(value['value'])}"[:_LONGEST]
    if isinstance(value, str):
        return value[:_LONGEST].strip()
    if value is None:
        return ""
    try:
        return msgspec.json.encode(value).decode()[:_LONGEST]
    except (TypeError, ValueError, RecursionError, OverflowError):
        return ""
