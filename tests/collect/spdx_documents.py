# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Small SPDX documents, and what tests ask of their readings."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from umbel.collect.interface import Component, Document, Reading, UnreadableError
from umbel.collect.spdx_json import SpdxJsonCollector

if TYPE_CHECKING:
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
