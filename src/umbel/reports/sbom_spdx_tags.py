# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""SPDX 2 records as tags and values."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

    from umbel.reports.sbom_spdx import Writer

_HEADER = (
    ("SPDXVersion", "spdxVersion"),
    ("DataLicense", "dataLicense"),
    ("SPDXID", "SPDXID"),
    ("DocumentName", "name"),
    ("DocumentNamespace", "documentNamespace"),
)
_PACKAGE = (
    ("PackageName", "name"),
    ("SPDXID", "SPDXID"),
    ("PackageVersion", "versionInfo"),
    ("PackageFileName", "packageFileName"),
    ("PackageSupplier", "supplier"),
    ("PackageOriginator", "originator"),
    ("PackageDownloadLocation", "downloadLocation"),
    ("PrimaryPackagePurpose", "primaryPackagePurpose"),
    ("PackageHomePage", "homepage"),
    ("PackageLicenseConcluded", "licenseConcluded"),
    ("PackageLicenseDeclared", "licenseDeclared"),
)
"""Tags of one line, in the order of the specification, and what JSON calls them."""
_TEXTS = (("PackageCopyrightText", "copyrightText"), ("PackageDescription", "description"))


def pieces(writer: Writer) -> Iterator[bytes]:
    """The document, piece by piece."""
    header = writer.header()
    yield "".join(f"{tag}: {header[key]}\n" for tag, key in _HEADER).encode()
    info = header["creationInfo"]
    yield "".join(f"Creator: {creator}\n" for creator in info["creators"]).encode()
    yield f"Created: {info['created']}\n".encode()
    for record in writer.packages():
        yield "".join(_package(record)).encode()
    for licence in writer.licenses.extracted():
        text = f"<text>{licence['extractedText']}</text>"
        yield f"\nLicenseID: {licence['licenseId']}\nExtractedText: {text}\nLicenseName: {licence['name']}\n".encode()
    yield b"\n"
    for one, kind, other in writer.relationships():
        yield f"Relationship: {one} {kind} {other}\n".encode()


def _package(record: dict[str, Any]) -> Iterator[str]:
    yield "\n"
    for tag, key in _PACKAGE:
        if key in record:
            yield f"{tag}: {record[key]}\n"
    yield "FilesAnalyzed: false\n"
    for checksum in record.get("checksums", ()):
        yield f"PackageChecksum: {checksum['algorithm']}: {checksum['checksumValue']}\n"
    for tag, key in _TEXTS:
        if key in record:
            said = record[key]
            yield f"{tag}: {said if said == 'NOASSERTION' else f'<text>{said}</text>'}\n"
    for ref in record.get("externalRefs", ()):
        yield f"ExternalRef: {ref['referenceCategory']} {ref['referenceType']} {ref['referenceLocator']}\n"
