# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Small SPDX documents, and what tests ask of their readings."""

from __future__ import annotations

import json
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from umbel.collect import registry
from umbel.collect.interface import Component, Document, Reading, UnreadableError
from umbel.collect.spdx_json import SpdxJsonCollector

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from umbel.model.errors import Fault

SPDX = SpdxJsonCollector()
DIGEST = "sha256:" + "5e" * 32


def doc(*packages: Any, minor: Any = 3, **fields: Any) -> dict[str, Any]:
    """A sound document with these packages."""
    return {
        "spdxVersion": f"SPDX-2.{minor}",
        "SPDXID": "SPDXRef-DOCUMENT",
        "dataLicense": "CC0-1.0",
        "name": "the document",
        "documentNamespace": "https://example.org/spdx/1",
        "creationInfo": {"created": "2024-03-01T12:00:00Z", "creators": ["Tool: scanner-1.2"]},
        "packages": list(packages),
        **fields,
    }


def pack(name: str, *purls: str, **fields: Any) -> dict[str, Any]:
    """A sound package, its id made of its name."""
    refs = [
        {"referenceCategory": "PACKAGE-MANAGER", "referenceType": "purl", "referenceLocator": purl}
        for purl in purls
    ]
    return {
        "SPDXID": f"SPDXRef-{name}",
        "name": name,
        "versionInfo": "1.0",
        "downloadLocation": "NOASSERTION",
        "filesAnalyzed": False,
        "licenseConcluded": "NOASSERTION",
        "licenseDeclared": "NOASSERTION",
        "copyrightText": "NOASSERTION",
        **({"externalRefs": refs} if refs else {}),
        **fields,
    }


def rel(source: str, kind: str, target: str) -> dict[str, str]:
    """A relationship of elements by their short names."""
    ends = [
        end if end in {"NONE", "NOASSERTION"} or "Ref-" in end else f"SPDXRef-{end}"
        for end in (source, target)
    ]
    return {"spdxElementId": ends[0], "relationshipType": kind, "relatedSpdxElement": ends[1]}


def rooted(*relationships: dict[str, str], packages: str = "a b c") -> dict[str, Any]:
    """A document that describes `root`, with these relationships."""
    described = rel("DOCUMENT", "DESCRIBES", "root")
    names = ["root", *packages.split()]
    return doc(*map(pack, names), relationships=[described, *relationships])


def read(document: object) -> Reading:
    """A reading of a document given as objects, text or bytes."""
    if not isinstance(document, str | bytes):
        document = json.dumps(document)
    data = document.encode() if isinstance(document, str) else document
    return SPDX.read(Document(Path("x.spdx.json"), data=data))


def only(document: object) -> Component:
    """The one component of a document."""
    (component,) = read(document).components
    return component


def doubts(reading: Reading) -> list[str]:
    """The codes of the faults that are more than notes."""
    return [fault.code for fault in reading.faults if fault.level != "note"]


def fault(reading: Reading, code: str) -> Fault:
    """The reading's one fault of a code."""
    (found,) = [fault for fault in reading.faults if fault.code == code]
    return found


def refused(data: bytes) -> str:
    """The code for which a document is refused."""
    with pytest.raises(UnreadableError) as caught:
        read(data)
    return caught.value.fault.code


def names(reading: Reading) -> set[str | None]:
    """Names of the components."""
    return {component.name for component in reading.components}


def edges(reading: Reading) -> set[tuple[str | None, str | None, str | None]]:
    """Edges by short names, with their scopes; the project is None."""
    short = {None: None} | {c.ref: c.name for c in reading.components}
    return {(short[edge.source], short[edge.target], edge.scope) for edge in reading.edges}


def scopes(reading: Reading) -> dict[str | None, str | None]:
    """Scope of each component by name."""
    return {component.name: component.scope for component in reading.components}


def sound() -> dict[str, Any]:
    """A document with some of everything that is looked at."""
    first = pack(
        "a",
        "pkg:npm/a@1.0",
        checksums=[{"algorithm": "MD5", "checksumValue": "ab" * 16}],
        primaryPackagePurpose="LIBRARY",
        supplier="Organization: Acme",
        validUntilDate="2030-01-01T00:00:00Z",
        licenseDeclared="LicenseRef-own",
    )
    cpe = "cpe:2.3:a:a:a:1.0:*:*:*:*:*:*:*"
    first["externalRefs"].append(
        {"referenceCategory": "SECURITY", "referenceType": "cpe23Type", "referenceLocator": cpe}
    )
    checksum = {"algorithm": "SHA1", "checksumValue": "ab" * 20}
    other = {
        "externalDocumentId": "DocumentRef-o",
        "spdxDocument": "https://example.org/o",
        "checksum": checksum,
    }
    return doc(
        first,
        pack("b"),
        documentDescribes=["SPDXRef-a", "SPDXRef-b"],
        relationships=[rel("a", "DEPENDS_ON", "b")],
        hasExtractedLicensingInfos=[
            {"licenseId": "LicenseRef-own", "name": "Own", "extractedText": "Be nice."}
        ],
        externalDocumentRefs=[other],
    )


# -- the same document in other serialisations

_TAGS = {
    "name": "PackageName", "SPDXID": "SPDXID", "versionInfo": "PackageVersion",
    "packageFileName": "PackageFileName", "supplier": "PackageSupplier", "originator": "PackageOriginator",
    "downloadLocation": "PackageDownloadLocation", "homepage": "PackageHomePage",
    "sourceInfo": "PackageSourceInfo", "licenseConcluded": "PackageLicenseConcluded",
    "licenseInfoFromFiles": "PackageLicenseInfoFromFiles", "licenseDeclared": "PackageLicenseDeclared",
    "copyrightText": "PackageCopyrightText", "description": "PackageDescription", "summary": "PackageSummary",
    "primaryPackagePurpose": "PrimaryPackagePurpose", "releaseDate": "ReleaseDate", "builtDate": "BuiltDate",
    "validUntilDate": "ValidUntilDate", "filesAnalyzed": "FilesAnalyzed",
    "attributionTexts": "PackageAttributionText",
}  # fmt: skip
_LONG = {"sourceInfo", "copyrightText", "description", "summary", "attributionTexts"}


def as_tags(document: dict[str, Any]) -> bytes:
    """The document as tags and values."""
    return ("\n".join(_tag_lines(document)) + "\n").encode()


def _tag_lines(document: dict[str, Any]) -> Iterator[str]:
    info = document.get("creationInfo", {})
    for key, tag in (("spdxVersion", "SPDXVersion"), ("dataLicense", "DataLicense"), ("SPDXID", "SPDXID")):
        yield f"{tag}: {document[key]}"
    yield f"DocumentName: {document['name']}"
    yield f"DocumentNamespace: {document['documentNamespace']}"
    for other in document.get("externalDocumentRefs", ()):
        check = other["checksum"]
        line = f"{other['externalDocumentId']} {other['spdxDocument']}"
        yield f"ExternalDocumentRef: {line} {check['algorithm']}: {check['checksumValue']}"
    yield from (f"Creator: {creator}" for creator in info.get("creators", ()))
    yield f"Created: {info['created']}"
    for file in document.get("files", ()):
        yield from ("", f"FileName: {file['fileName']}", f"SPDXID: {file['SPDXID']}")
    for package in document.get("packages", ()):
        yield from _package_lines(package)
    for licence in document.get("hasExtractedLicensingInfos", ()):
        yield from ("", f"LicenseID: {licence['licenseId']}")
        yield f"ExtractedText: <text>{licence['extractedText']}</text>"
        if "name" in licence:
            yield f"LicenseName: {licence['name']}"
    for spdx_id in document.get("documentDescribes", ()):
        yield f"Relationship: SPDXRef-DOCUMENT DESCRIBES {spdx_id}"
    for r in document.get("relationships", ()):
        yield f"Relationship: {r['spdxElementId']} {r['relationshipType']} {r['relatedSpdxElement']}"


def _package_lines(package: dict[str, Any]) -> Iterator[str]:
    yield ""
    for key, tag in _TAGS.items():
        value = package.get(key, [])
        for one in value if isinstance(value, list) else [value]:
            text = str(one).lower() if isinstance(one, bool) else str(one)
            yield f"{tag}: <text>{text}</text>" if key in _LONG else f"{tag}: {text}"
    for check in package.get("checksums", ()):
        yield f"PackageChecksum: {check['algorithm']}: {check['checksumValue']}"
    for ref in package.get("externalRefs", ()):
        words = (ref["referenceCategory"], ref["referenceType"], ref["referenceLocator"])
        yield f"ExternalRef: {' '.join(words)}"


def as_yaml(document: dict[str, Any]) -> bytes:
    """The document in YAML."""
    return yaml.safe_dump(document, sort_keys=False, allow_unicode=True).encode()


def as_xml(document: dict[str, Any]) -> bytes:
    """The document in XML: lists are repeated elements."""
    return f"<?xml version='1.0' encoding='UTF-8'?>\n{''.join(_elements('Document', document))}".encode()


def _elements(name: str, value: Any) -> Iterator[str]:
    if isinstance(value, list):
        for one in value:
            yield from _elements(name, one)
    elif isinstance(value, dict):
        yield f"<{name}>\n"
        for key, inner in value.items():
            yield from _elements(key, inner)
        yield f"</{name}>\n"
    else:
        text = str(value).lower() if isinstance(value, bool) else str(value)
        yield f"<{name}>{escape(text)}</{name}>\n"


_RDF = """<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"
  xmlns:doap="http://usefulinc.com/ns/doap#" xmlns:s="http://spdx.org/rdf/terms#">
"""
_TERMS = "http://spdx.org/rdf/terms#"
_NOWHERE = {"NOASSERTION": f"{_TERMS}noassertion", "NONE": f"{_TERMS}none"}


def as_rdf(document: dict[str, Any]) -> bytes:
    """The document in RDF/XML, without relationships to other documents."""
    space = document["documentNamespace"]
    out = [_RDF, f'<s:SpdxDocument rdf:about="{space}#{document["SPDXID"]}">']
    out += [_said("specVersion", document["spdxVersion"]), _said("name", document["name"])]
    out.append(_named("dataLicense", f"http://spdx.org/licenses/{document['dataLicense']}"))
    info = document["creationInfo"]
    out.append(f"<s:creationInfo><s:CreationInfo>{_said('created', info['created'])}")
    out += [_said("creator", creator) for creator in info["creators"]]
    out.append("</s:CreationInfo></s:creationInfo>")
    for licence in document.get("hasExtractedLicensingInfos", ()):
        out.append(
            f'<s:hasExtractedLicensingInfo><s:ExtractedLicensingInfo rdf:about="{space}#{licence["licenseId"]}">'
        )
        out += [_said(key, value) for key, value in licence.items()]
        out.append("</s:ExtractedLicensingInfo></s:hasExtractedLicensingInfo>")
    out += [_named("describesPackage", f"{space}#{one}") for one in document.get("documentDescribes", ())]
    out.append("</s:SpdxDocument>")
    for file in document.get("files", ()):
        out.append(
            f'<s:File rdf:about="{space}#{file["SPDXID"]}">{_said("fileName", file["fileName"])}</s:File>'
        )
    out += [_rdf_package(package, space) for package in document.get("packages", ())]
    for r in document.get("relationships", ()):
        kind = _named("relationshipType", f"{_TERMS}relationshipType_{_camel(r['relationshipType'])}")
        end = _NOWHERE.get(r["relatedSpdxElement"], f"{space}#{r['relatedSpdxElement']}")
        inner = f"<s:Relationship>{kind}{_named('relatedSpdxElement', end)}</s:Relationship>"
        source = _NOWHERE.get(r["spdxElementId"], f"{space}#{r['spdxElementId']}")
        out.append(
            f'<rdf:Description rdf:about="{source}"><s:relationship>{inner}</s:relationship></rdf:Description>'
        )
    return ("\n".join(out) + "\n</rdf:RDF>").encode()


def _said(name: str, value: object) -> str:
    text = str(value).lower() if isinstance(value, bool) else str(value)
    return f"<s:{name}>{escape(text)}</s:{name}>"


def _named(name: str, uri: str) -> str:
    return f'<s:{name} rdf:resource="{escape(uri)}"/>'


def _camel(word: str) -> str:
    first, *rest = word.replace("-", "_").lower().split("_")
    return first + "".join(part.title() for part in rest)


def _rdf_package(package: dict[str, Any], space: str) -> str:
    out = [f'<s:Package rdf:about="{space}#{package["SPDXID"]}">']
    for key, value in package.items():
        values = value if isinstance(value, list) else [value]
        if key != "SPDXID":
            out += [_rdf_statement(key, one, space) for one in values]
    return "\n".join([*out, "</s:Package>"])


def _rdf_statement(key: str, value: Any, space: str) -> str:
    if key.startswith("license"):
        return f"<s:{key}>{_rdf_licence(value, space)}</s:{key}>"
    if key == "homepage":
        return f"<doap:homepage>{escape(value)}</doap:homepage>"
    if key == "primaryPackagePurpose":
        return _named(key, f"{_TERMS}purpose_{value.lower()}")
    if key == "checksums":
        word = value["algorithm"].lower().replace("-", "_")
        inner = _named("algorithm", f"{_TERMS}checksumAlgorithm_{word}")
        inner += _said("checksumValue", value["checksumValue"])
        return f"<s:checksum><s:Checksum>{inner}</s:Checksum></s:checksum>"
    if key == "externalRefs":
        word = _camel(value["referenceCategory"])
        inner = _named("referenceCategory", f"{_TERMS}referenceCategory_{word}")
        inner += _said("referenceLocator", value["referenceLocator"])
        inner += _named("referenceType", value["referenceType"])
        return f"<s:externalRef><s:ExternalRef>{inner}</s:ExternalRef></s:externalRef>"
    return _said({"attributionTexts": "attributionText"}.get(key, key), value)


def _rdf_licence(text: str, space: str) -> str:
    for word, kind in ((" AND ", "ConjunctiveLicenseSet"), (" OR ", "DisjunctiveLicenseSet")):
        if word in text:
            members = [f"<s:member>{_rdf_licence(one, space)}</s:member>" for one in text.split(word)]
            return f"<s:{kind}>{''.join(members)}</s:{kind}>"
    if text.startswith("LicenseRef-"):
        return f'<rdf:Description rdf:about="{space}#{text}"/>'
    if text in _NOWHERE:
        return f'<rdf:Description rdf:about="{_NOWHERE[text]}"/>'
    if " " in text or not text:
        return escape(text)
    return f'<s:ListedLicense rdf:about="http://spdx.org/licenses/{text}"/>'


WRITERS: dict[str, Callable[[dict[str, Any]], bytes]] = {
    "spdx_tag_value": as_tags,
    "spdx_yaml": as_yaml,
    "spdx_xml": as_xml,
    "spdx_rdf": as_rdf,
}
"""Collector → what writes the document for it."""


def read_as(collector: str, data: bytes) -> Reading:
    """The reading by a collector, which knows the document as its own."""
    claimed = registry.claim("folder/x", data[:65536], data[-65536:])
    assert claimed is not None
    assert claimed.id == collector
    return claimed.read(Document(Path("x"), data=data))
