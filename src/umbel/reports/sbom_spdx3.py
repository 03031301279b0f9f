# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""A bill as SPDX 3.0.1 in JSON-LD.

Packages are built as those of SPDX 2.3, and then become elements: people, organisations and licences are
elements of their own, what SPDX 2 says in a package is a relationship. What the standard has no place
for is a property in an extension as in CycloneDX. Elements are written one by one.
"""

from __future__ import annotations

import re
from hashlib import blake2b
from typing import TYPE_CHECKING, Any

from umbel._version import __version__
from umbel.collect._umbel_properties import PREFIX, fits
from umbel.reports.sbom import ROOT, Part
from umbel.reports.sbom_licenses import REFERENCE
from umbel.reports.sbom_spdx import NAMESPACE, Writer, separated, spdx_id
from umbel.reports.sbom_words import HEX, by_source, is_url, subject

if TYPE_CHECKING:
    from collections.abc import Iterator

    from umbel.collect.interface import Component
    from umbel.reports.sbom import Bill, Form

_CONTEXT = "https://spdx.org/rdf/3.0.1/spdx-context.jsonld"
_TERMS = "https://spdx.org/rdf/3.0.1/terms"
_CREATION = "_:creationinfo"
_NOBODY = {
    "NOASSERTION": f"{_TERMS}/ExpandedLicensing/NoAssertionLicense",
    "NONE": f"{_TERMS}/ExpandedLicensing/NoneLicense",
}
_HASHES = {
    "sha1": ("sha1", 40), "sha224": ("sha224", 56), "sha256": ("sha256", 64), "sha384": ("sha384", 96),
    "sha512": ("sha512", 128), "md2": ("md2", 32), "md4": ("md4", 32), "md5": ("md5", 32),
    "sha3-256": ("sha3_256", 64), "sha3-384": ("sha3_384", 96), "sha3-512": ("sha3_512", 128),
    "blake2b-256": ("blake2b256", 64), "blake2b-384": ("blake2b384", 96), "blake2b-512": ("blake2b512", 128),
    "adler32": ("adler32", 8),
}  # fmt: skip
_PURPOSES = {
    re.sub(r"(?=[A-Z])", "-", word).lower(): word
    for word in (
        "application", "archive", "bom", "configuration", "container", "data", "device", "deviceDriver",
        "diskImage", "documentation", "evidence", "executable", "file", "filesystemImage", "firmware",
        "framework", "install", "library", "manifest", "module", "operatingSystem", "other", "patch",
        "platform", "requirement", "source", "specification", "test",
    )
} | {"machine-learning-model": "model"}  # fmt: skip
_REFERENCES = {
    "advisories": "securityAdvisory", "build-meta": "buildMeta", "build-system": "buildSystem", "chat": "chat",
    "distribution": "altDownloadLocation", "documentation": "documentation", "issue-tracker": "issueTracker",
    "license": "license", "mailing-list": "mailingList", "release-notes": "releaseNotes",
    "social": "socialMedia", "source-distribution": "sourceArtifact", "support": "support", "vcs": "vcs",
    "website": "altWebPage",
}  # fmt: skip
_IDENTIFIERS = {"cpe22Type": "cpe22", "cpe23Type": "cpe23"}
_DEPENDS = {
    "runtime": ("dependsOn", "runtime"), "development": ("dependsOn", "development"), "test": ("dependsOn", "test"),
    "build": ("dependsOn", "build"), "optional": ("hasOptionalDependency", None), None: ("dependsOn", None),
}  # fmt: skip
"""Scope of a dependency → the relationship, and the part of the life cycle that it is of."""
_PARTIES = {"Organization": "Organization", "Person": "Person"}
_WITH_MAIL = re.compile(r"(.*\S) \(([^()\s]+@[^()\s]+)\)")


def pieces(bill: Bill, form: Form) -> Iterator[bytes]:  # noqa: ARG001 - as the other writers
    """The document, piece by piece."""
    yield b'{"@context":"%s","@graph":[' % _CONTEXT.encode()
    yield from separated(Writer3(bill).elements())
    yield b"\n]}\n"


class Writer3(Writer):
    """Makes the elements of one document."""

    def __init__(self, bill: Bill) -> None:
        """Prepare; what readers take of the edges is as in SPDX 2.3."""
        super().__init__(bill, 3)
        self._namespace = f"{NAMESPACE}{bill.identity}"
        self._made: set[str] = set()
        self._count = 0

    def elements(self) -> Iterator[dict[str, Any]]:
        """All elements, those that others need first as a rule."""
        bill = self._bill
        yield from self._document()
        more = (*subject(bill), ("root", "true"))
        yield from self._package_elements(Part(component=bill.root, more=more), None)
        for part in bill.parts():
            yield from self._package_elements(part, part.component.ref)
        for licence in self.licenses.extracted():
            element = self._element("simplelicensing_SimpleLicensingText", licence["licenseId"])
            yield {
                **element,
                "name": licence["name"],
                "simplelicensing_licenseText": licence["extractedText"],
            }
        yield from self._dependencies()
        yield from self._containing()

    # -- the document

    def _id(self, name: str) -> str:
        return f"{self._namespace}#{name}"

    def _element(self, kind: str, name: str) -> dict[str, Any]:
        return {"type": kind, "spdxId": self._id(name), "creationInfo": _CREATION}

    def _document(self) -> Iterator[dict[str, Any]]:
        made = f"umbel-{__version__}"
        yield {
            "@id": _CREATION,
            "type": "CreationInfo",
            "specVersion": "3.0.1",
            "created": self._bill.created.strftime("%Y-%m-%dT%H:%M:%SZ"),
            "createdBy": [self._id("Agent-umbel")],
            "createdUsing": [self._id("Tool-umbel")],
        }
        yield {**self._element("SoftwareAgent", "Agent-umbel"), "name": made}
        yield {**self._element("Tool", "Tool-umbel"), "name": made}
        yield {
            **self._element("SpdxDocument", "Document"),
            "name": self.header()["name"],
            "profileConformance": ["core", "software", "simpleLicensing", "extension"],
            "rootElement": [self._id("Sbom")],
        }
        yield {**self._element("software_Sbom", "Sbom"), "rootElement": [self._id(spdx_id(ROOT))]}

    # -- packages

    def _package_elements(self, part: Part, source: str | None) -> Iterator[dict[str, Any]]:
        record, ours = self._built(part, source)
        element = {**self._element("software_Package", record["SPDXID"]), "name": record["name"]}
        for key, field in _FIELDS.items():
            if key in record:
                element[field] = record[key]
        if record["downloadLocation"] != "NOASSERTION":
            element["software_downloadLocation"] = record["downloadLocation"]
        yield from self._parties(record, element)
        _references(record, element)
        properties = [*self._own_properties, *((PREFIX + name, value) for name, value in ours)]
        if properties:
            entries = [
                {
                    "type": "extension_CdxPropertyEntry",
                    "extension_cdxPropName": name,
                    "extension_cdxPropValue": value,
                }
                for name, value in properties
            ]
            element["extension"] = [
                {"type": "extension_CdxPropertiesExtension", "extension_cdxProperty": entries}
            ]
        yield element
        yield from self._statements(record)

    def _parties(self, record: dict[str, Any], element: dict[str, Any]) -> Iterator[dict[str, Any]]:
        """Who supplies and who made it, as elements; each of them once in the document."""
        for key, field in (("supplier", "suppliedBy"), ("originator", "originatedBy")):
            if key not in record:
                continue
            name = _named("Agent", record[key])
            element[field] = self._id(name) if key == "supplier" else [self._id(name)]
            if name not in self._made:
                self._made.add(name)
                kind, _, said = record[key].partition(": ")
                yield self._party(kind, said, name)

    def _party(self, kind: str, said: str, name: str) -> dict[str, Any]:
        party = self._element(_PARTIES[kind], name)
        match = _WITH_MAIL.fullmatch(said)
        if match is None:
            return {**party, "name": said}
        mail = {"type": "ExternalIdentifier", "externalIdentifierType": "email", "identifier": match[2]}
        return {**party, "name": match[1], "externalIdentifier": [mail]}

    def _statements(self, record: dict[str, Any]) -> Iterator[dict[str, Any]]:
        """What licence is declared, and what was concluded."""
        for key, word in (
            ("licenseDeclared", "hasDeclaredLicense"),
            ("licenseConcluded", "hasConcludedLicense"),
        ):
            text = record.get(key)
            if text is None:
                continue
            target = _NOBODY.get(text)
            if target is None:
                name = _named("License", text)
                target = self._id(name)
                if name not in self._made:
                    self._made.add(name)
                    yield self._expression(name, text)
            yield self._relationship(word, self._id(record["SPDXID"]), [target])

    def _expression(self, name: str, text: str) -> dict[str, Any]:
        element = self._element("simplelicensing_LicenseExpression", name)
        element["simplelicensing_licenseExpression"] = text
        own = dict.fromkeys(REFERENCE.findall(text))
        if own:
            element["simplelicensing_customIdToUri"] = [
                {"type": "DictionaryEntry", "key": reference, "value": self._id(reference)}
                for reference in own
            ]
        return element

    # -- relationships

    def _relationship(
        self, word: str, source: str, targets: list[str], scope: str | None = None
    ) -> dict[str, Any]:
        self._count += 1
        kind = "Relationship" if scope is None else "LifecycleScopedRelationship"
        element = self._element(kind, f"Relationship-{self._count}")
        element |= {"relationshipType": word, "from": source, "to": targets}
        if scope is not None:
            element["scope"] = scope
        if self._bill.partial and source == self._id(spdx_id(ROOT)) and word in {"dependsOn", "contains"}:
            element["completeness"] = "incomplete"
        return element

    def _dependencies(self) -> Iterator[dict[str, Any]]:
        """One relationship for all that a package needs in one scope."""
        for source, between in by_source(self._bill.edges):
            found: dict[str | None, list[str]] = {}
            for alike in between:
                for edge in self._written(alike):
                    found.setdefault(edge.scope, []).append(self._id(spdx_id(edge.target)))
            for scope, targets in found.items():
                word, cycle = _DEPENDS[scope]
                yield self._relationship(word, self._id(spdx_id(source)), targets, cycle)

    def _containing(self) -> Iterator[dict[str, Any]]:
        """What no dependency leads to is contained in its project."""
        for group in self._bill.groups:
            holder = self._id(spdx_id(group.project.component.ref if group.project else ROOT))
            loose = [self._id(spdx_id(ref)) for ref in self._loose(group)]
            if loose:
                yield self._relationship("contains", holder, loose)

    # -- what a package says otherwise than in SPDX 2

    def _addresses(
        self, c: Component, record: dict[str, Any], reads: dict[str, Any], references: list[dict[str, str]]
    ) -> None:
        references[:] = [one for one in references if one["referenceType"] in {*_IDENTIFIERS, "purl"}]
        told = self._places(c, record)
        rest = dict.fromkeys(pair for pair in c.urls if pair not in told and _is_address(pair[1]))
        record["addresses"] = [(_REFERENCES.get(kind, "other"), url) for kind, url in rest]
        read = [(_READ.get(word, word), url) for word, url in record["addresses"]]
        reads["urls"] = (*told, *read)

    def _hashes(self, c: Component, record: dict[str, Any], reads: dict[str, Any]) -> None:
        fitting = (pair for pair in c.hashes if self._fits_hash(*pair))
        reads["hashes"] = found = tuple(dict.fromkeys(fitting))
        if found:
            record["verified"] = [
                {"type": "Hash", "algorithm": _HASHES[name][0], "hashValue": value} for name, value in found
            ]

    def _fits_hash(self, algorithm: str, value: str) -> bool:
        _, length = _HASHES.get(algorithm, ("", 0))
        return len(value) == length and HEX.fullmatch(value) is not None

    def _texts(self, c: Component, record: dict[str, Any], reads: dict[str, Any]) -> None:
        super()._texts(c, record, reads)
        reads.pop("location", None)

    def _licenses(self, c: Component, record: dict[str, Any], reads: dict[str, Any]) -> None:
        """Properties have a place in SPDX 3, if they can stand there as they are."""
        own = tuple(c.properties) if all(_fits_property(*pair) for pair in c.properties) else ()
        self._own_properties = own
        reads["properties"] = own
        super()._licenses(c, record, reads)

    def _kind(self, c: Component, record: dict[str, Any], reads: dict[str, Any]) -> None:
        if c.type in _PURPOSES:
            record["primaryPackagePurpose"] = _PURPOSES[c.type]
            reads["type"] = c.type


_FIELDS = {
    "versionInfo": "software_packageVersion", "homepage": "software_homePage",
    "copyrightText": "software_copyrightText", "description": "description",
    "primaryPackagePurpose": "software_primaryPurpose", "verified": "verifiedUsing",
}  # fmt: skip
_READ = {"securityAdvisory": "advisories"}
"""Types of references that readers have another word for."""


def _is_address(url: str) -> bool:
    """Whether readers take it for an address, and as it is."""
    return "://" in url[:20] and "@" not in url and is_url(url)


def _fits_property(name: str, value: str) -> bool:
    return bool(name) and fits(name) and fits(value) and not name.startswith(PREFIX)


def _references(record: dict[str, Any], element: dict[str, Any]) -> None:
    """Identifiers and addresses."""
    identifiers = []
    for one in record.get("externalRefs", ()):
        if one["referenceType"] == "purl":
            element["software_packageUrl"] = one["referenceLocator"]
        else:
            kind = _IDENTIFIERS[one["referenceType"]]
            said = {"externalIdentifierType": kind, "identifier": one["referenceLocator"]}
            identifiers.append({"type": "ExternalIdentifier", **said})
    if identifiers:
        element["externalIdentifier"] = identifiers
    if record["addresses"]:
        element["externalRef"] = [
            {"type": "ExternalRef", "externalRefType": kind, "locator": [url]}
            for kind, url in record["addresses"]
        ]


def _named(kind: str, text: str) -> str:
    """The id of an element that is the same wherever it is said."""
    return f"{kind}-{blake2b(text.encode('utf-8', 'replace'), digest_size=8).hexdigest()}"
