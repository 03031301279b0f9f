# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""SPDX 2 SBOMs in RDF/XML → evidence.

The statements are gathered first (`_spdx_triples`), then read as the records that the JSON reader
decodes. Licences are nodes here; their expression is written anew, its operands in order.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from xml.parsers import expat

from umbel.collect._spdx_expression import Licence, expression
from umbel.collect._spdx_graph import known_word
from umbel.collect._spdx_packages import algorithm
from umbel.collect._spdx_records import (
    Checksum,
    CreationInfo,
    Elements,
    ExternalDocument,
    ExternalRef,
    ExtractedLicence,
    Header,
    Package,
    Relationship,
    VerificationCode,
)
from umbel.collect._spdx_triples import Node, Ref, Triples
from umbel.collect.faults import Faults
from umbel.collect.interface import Collector, Document, Reading, UnreadableError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from umbel.model.errors import Fault

_TERMS = b"spdx.org/rdf/terms"
_ROOT = re.compile(rb"<(?:[\w.-]+:)?RDF[\s>]")
_LISTED = re.compile(r"https?://spdx\.org/licenses/([^/#\s]+?)(?:\.(?:html|json|jsonld|txt))?")
_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])")
_SETS = {
    "ConjunctiveLicenseSet": "AND",
    "DisjunctiveLicenseSet": "OR",
    "WithExceptionOperator": "WITH",
    "OrLaterOperator": "+",
}
_TEXTS = {
    "name": "name", "versionInfo": "version_info", "packageFileName": "package_file_name",
    "supplier": "supplier", "originator": "originator", "downloadLocation": "download_location",
    "homepage": "homepage", "sourceInfo": "source_info", "copyrightText": "copyright_text",
    "description": "description", "summary": "summary", "releaseDate": "release_date",
    "builtDate": "built_date", "validUntilDate": "valid_until_date",
}  # fmt: skip
"""Statements of packages that are texts → fields of the record."""
_WANTED = frozenset(
    """
    algorithm attributionText checksum checksumValue created creationInfo creator dataLicense
    describesPackage externalDocumentId externalDocumentRef externalRef extractedText fileName filesAnalyzed
    hasExtractedLicensingInfo hasFile licenseConcluded licenseDeclared licenseException licenseExceptionId
    licenseId licenseInfoFromFiles member packageVerificationCode primaryPackagePurpose referenceCategory
    referenceLocator referenceType relatedSpdxElement relationship relationshipType spdxDocument specVersion
    """.split()
) | frozenset(_TEXTS)


class SpdxRdfCollector(Collector):
    """SPDX 2 in RDF/XML."""

    id = "spdx_rdf"
    title = "SPDX RDF"
    reads = "SBOMs in SPDX 2.0 to 2.3 as RDF/XML; unsound ones as far as they go."
    limits = (
        "RDF in other notations (Turtle, N-Triples) is not read. Files, snippets, annotations and reviews are "
        "not kept; documents referred to are not read with it; operands of licences have no order in RDF."
    )
    names = ("*.spdx.rdf", "*.spdx.rdf.xml", "*-spdx.rdf")
    suffixes = (".rdf", ".xml", ".spdx", ".sbom", ".bom")
    describes_project = False

    def sniff(self, name: str, head: bytes, tail: bytes) -> bool:  # noqa: ARG002 - names lie
        """Whether its root is `RDF`, and the terms of SPDX are named in it."""
        head = head.replace(b"\0", b"").removeprefix(b"\xef\xbb\xbf").lstrip(b"\xff\xfe \t\r\n")
        return head.startswith(b"<") and _ROOT.search(head[:4096]) is not None and _TERMS in head

    def read(self, document: Document) -> Reading:
        """Read one document."""
        from umbel.collect.spdx_xml import malformed

        data = document.data
        try:
            return _attempt(data, None, [])
        except (expat.ExpatError, ValueError, LookupError) as first:
            # A declared encoding may be a lie; only after that is the document beyond help.
            if data.isascii():
                raise malformed(first) from None
        data, found = document.utf8()
        try:
            return _attempt(data, "utf-8", found)
        except (expat.ExpatError, ValueError, LookupError) as error:
            raise malformed(error) from None


def _attempt(data: bytes, encoding: str | None, found: list[Fault]) -> Reading:
    faults = Faults()
    for fault in found:
        faults.add(fault.code, fault.message, fault.place, fault.level)
    triples = Triples(_WANTED)
    trailing = triples.read(data, encoding)
    if trailing:
        faults.add("trailing-text", "goes on after its end", trailing)
    return _Rdf(triples.nodes, faults).read()


class _Rdf:
    """One document's nodes."""

    def __init__(self, nodes: dict[str, Node], faults: Faults) -> None:
        self._nodes, self._faults = nodes, faults
        self._lines: dict[str, list[int]] = {}
        self._others: dict[str, str] = {}
        self._namespace = ""
        self._document: Node = Node(0)

    def read(self) -> Reading:
        from umbel.collect._spdx import Builder

        typed: dict[str, list[str]] = {}
        for uri, node in self._nodes.items():
            for kind in node.types:
                typed.setdefault(kind, []).append(uri)
        if not typed.keys() & {"SpdxDocument", "Package"}:
            raise UnreadableError("not-spdx", "is RDF, but no SPDX document")
        builder = Builder(self._faults, self._where, lambda wanted: self._elements(typed, wanted))
        builder.header(self._header(typed.get("SpdxDocument", [])))
        for i, uri in enumerate(self._document.said.get("externalDocumentRef", ())):
            builder.external_document(self._external(uri), i)
        for i, uri in enumerate(typed.get("ExtractedLicensingInfo", ())):
            builder.licence(self._extracted(uri), i)
        for i, uri in enumerate(typed.get("Package", ())):
            builder.package(self._package(uri), i)
        for i, uri in enumerate(self._document.said.get("describesPackage", ())):
            builder.describes(self._id(uri), i)
        for i, relationship in enumerate(self._relationships()):
            builder.relationship(relationship, i)
        return builder.finish("RDF")

    # -- places, ids, texts

    def _where(self, section: str, n: int = -1, inside: str = "") -> str:  # noqa: ARG002 - nodes have one line
        lines = self._lines.get(section, ())
        line = lines[n] if 0 <= n < len(lines) else self._document.line
        return f"line {line}" if line else ""

    def _note(self, section: str, uri: str) -> Node:
        """A node, its line remembered as that of a section's next entry."""
        node = self._nodes.get(uri) or Node(0)
        self._lines.setdefault(section, []).append(node.line)
        return node

    def _id(self, uri: str) -> str:
        """What an element is called within the document."""
        space, mark, name = uri.partition("#")
        if mark and space == self._namespace:
            return name
        if mark and space.endswith("spdx.org/rdf/terms"):
            return name.upper()  # noassertion, none
        # No text of a reading may be of the subclass that tells names of nodes from texts.
        return f"{self._others[space]}:{name}" if mark and space in self._others else str(uri)

    def _text(self, node: Node, predicate: str) -> str:
        values = node.said.get(predicate)
        if not values:
            return ""
        if len(values) > 1:
            message = f"gives {predicate!r} {len(values):,} times for the same element; the first counts"
            self._faults.add("repeated-tag", message, f"line {node.line}", "error")
        value = values[0]
        if isinstance(value, Ref) and value.rpartition("#")[2] in {"noassertion", "none"}:
            return value.rpartition("#")[2].upper()
        return str(value)

    def _word(self, node: Node, predicate: str) -> str:
        """A word that is named as `…#purpose_source`."""
        text = self._text(node, predicate).rpartition("#")[2]
        prefix = {"algorithm": "checksumAlgorithm_", "primaryPackagePurpose": "purpose_"}
        return text.removeprefix(prefix.get(predicate, f"{predicate}_"))

    def _inner(self, node: Node, predicate: str) -> list[Node]:
        """The nodes that a node's statements name."""
        values = node.said.get(predicate, ())
        return [self._nodes[value] for value in values if value in self._nodes]

    # -- records

    def _header(self, documents: list[str]) -> Header:
        if len(documents) > 1:
            self._faults.add("several-documents", "holds several documents; their elements are read as one's")
        if not documents:
            return Header()
        uri = documents[0]
        node = self._document = self._nodes[uri]
        self._namespace, _, name = uri.partition("#")
        info = next(iter(self._inner(node, "creationInfo")), Node(0))
        for other_uri in node.said.get("externalDocumentRef", ()):
            other = self._nodes.get(other_uri) or Node(0)
            space = self._text(other, "spdxDocument").partition("#")[0]
            self._others[space] = self._text(other, "externalDocumentId") or self._id(other_uri)
        return Header(
            spdx_version=self._text(node, "specVersion"),
            spdx_id=name,
            data_license=self._listed(self._text(node, "dataLicense")),
            name=self._text(node, "name"),
            document_namespace="" if uri.startswith("_:") else self._namespace,
            creation_info=CreationInfo(
                created=self._text(info, "created"), creators=sorted(map(str, info.said.get("creator", ())))
            ),
        )

    def _external(self, uri: str) -> ExternalDocument:
        node = self._note("externalDocumentRefs", uri)
        checksums = self._checksums(node)
        return ExternalDocument(
            external_document_id=self._text(node, "externalDocumentId") or self._id(uri),
            spdx_document=self._text(node, "spdxDocument"),
            checksum=checksums[0] if checksums else Checksum(),
        )

    def _extracted(self, uri: str) -> ExtractedLicence:
        node = self._note("hasExtractedLicensingInfos", uri)
        return ExtractedLicence(
            license_id=self._text(node, "licenseId") or self._id(uri),
            name=self._text(node, "name"),
            extracted_text=self._text(node, "extractedText"),
        )

    def _package(self, uri: str) -> Package:
        node = self._note("packages", uri)
        package = Package(spdx_id="" if uri.startswith("_:") else self._id(uri))
        for predicate, field in _TEXTS.items():
            if predicate in node.said:
                setattr(package, field, self._text(node, predicate))
        package.license_concluded = self._licence(node, "licenseConcluded")
        package.license_declared = self._licence(node, "licenseDeclared")
        found = {self._express(value, node) for value in node.said.get("licenseInfoFromFiles", ())}
        package.license_info_from_files = sorted(filter(None, found))
        package.primary_package_purpose = _upper(self._word(node, "primaryPackagePurpose"), "_")
        package.files_analyzed = self._text(node, "filesAnalyzed").lower() not in {"false", "0"}
        if node.said.get("packageVerificationCode"):
            package.package_verification_code = VerificationCode()
        package.checksums = self._checksums(node)
        package.external_refs = sorted(map(self._reference, self._inner(node, "externalRef")), key=_order)
        package.has_files = sorted({self._id(value) for value in node.said.get("hasFile", ())})
        package.attribution_texts = sorted(map(str, node.said.get("attributionText", ())))
        return package

    def _checksums(self, node: Node) -> list[Checksum]:
        found = self._inner(node, "checksum")
        checksums = (
            Checksum(algorithm(self._word(c, "algorithm")), self._text(c, "checksumValue")) for c in found
        )
        return sorted(checksums, key=lambda checksum: (checksum.algorithm, checksum.value))

    def _reference(self, node: Node) -> ExternalRef:
        return ExternalRef(
            _upper(self._word(node, "referenceCategory"), "-"),
            self._text(node, "referenceType"),
            self._text(node, "referenceLocator"),
        )

    def _relationships(self) -> Iterable[Relationship]:
        for uri, node in self._nodes.items():
            for value in node.said.get("relationship", ()):
                one = self._note("relationships", value)
                yield Relationship(
                    spdx_element_id=self._id(uri),
                    relationship_type=known_word(self._word(one, "relationshipType")),
                    related_spdx_element=self._id(self._text(one, "relatedSpdxElement")),
                )

    def _elements(self, typed: dict[str, list[str]], wanted: Iterable[str]) -> Elements:
        known, asked = Elements(set(), {}), set(wanted)
        for uri in (*typed.get("File", ()), *typed.get("Snippet", ())):
            spdx_id = self._id(uri)
            known.ids.add(spdx_id)
            if spdx_id in asked and (name := self._text(self._nodes[uri], "fileName")):
                known.names[spdx_id] = name
        return known

    # -- licences

    def _licence(self, node: Node, predicate: str) -> str:
        values = node.said.get(predicate)
        return self._express(values[0], node) if values else ""

    def _express(self, value: str, node: Node) -> str:
        if not isinstance(value, Ref):
            return value
        try:
            return expression(value, self._opened)
        except ValueError as error:
            self._faults.add(
                "licence", f"has a licence that can't be written: {error}", f"line {node.line}", "error"
            )
            return ""

    def _opened(self, uri: str) -> Licence:
        node = self._nodes.get(uri) or Node(0)
        kind = next((kind for kind in node.types if kind in _SETS), "")
        members = tuple(node.said.get("member", ()))
        if kind == "WithExceptionOperator":
            return Licence("WITH", operands=(*members[:1], *node.said.get("licenseException", ())[:1]))
        if kind:
            return Licence(_SETS[kind], operands=members[:1] if kind == "OrLaterOperator" else members)
        given = self._text(node, "licenseExceptionId") or self._text(node, "licenseId")
        return Licence("", given or self._listed(self._id(uri)))

    @staticmethod
    def _listed(uri: str) -> str:
        match = _LISTED.fullmatch(uri)
        return match[1] if match else uri


def _upper(text: str, between: str) -> str:
    """`packageManager` → `PACKAGE-MANAGER`."""
    return _CAMEL.sub(between, text).replace("_", between).upper()


def _order(ref: ExternalRef) -> tuple[str, str, str]:
    """References have no order in RDF; the first sound purl is the identity, so they are given one."""
    return ref.reference_category, ref.reference_type, ref.reference_locator
