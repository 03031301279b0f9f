# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""What SPDX 2 documents consist of, as typed records named as in SPDX JSON.

The JSON reader decodes straight into them; readers of other serialisations fill them. An empty
text or list is "not said".
"""

from __future__ import annotations

from typing import NamedTuple, Protocol

import msgspec


class Where(Protocol):
    """How a reader tells a place: of the n-th entry of a section, or of a field of the document."""

    def __call__(self, section: str, n: int = -1, inside: str = "") -> str:
        """`("packages", 3, ".name")` → `$.packages[3].name` or the line it stands on."""
        ...


class Checksum(msgspec.Struct, gc=False):
    """A digest as SPDX writes it."""

    algorithm: str = ""
    value: str = msgspec.field(default="", name="checksumValue")


class ExternalRef(msgspec.Struct, gc=False, rename="camel"):
    """A reference out: a purl, a CPE, an advisory and the like."""

    reference_category: str = ""
    reference_type: str = ""
    reference_locator: str = ""


class VerificationCode(msgspec.Struct, gc=False):
    """Digest over a package's files."""

    value: str = msgspec.field(default="", name="packageVerificationCodeValue")


class Package(msgspec.Struct, gc=False, kw_only=True, rename="camel"):
    """A package's fields."""

    spdx_id: str = msgspec.field(default="", name="SPDXID")
    name: str = ""
    version_info: str = ""
    package_file_name: str = ""
    supplier: str = ""
    originator: str = ""
    download_location: str = ""
    homepage: str = ""
    source_info: str = ""
    license_concluded: str = ""
    license_declared: str = ""
    license_info_from_files: list[str] = []
    copyright_text: str = ""
    description: str = ""
    summary: str = ""
    primary_package_purpose: str = ""
    release_date: str = ""
    built_date: str = ""
    valid_until_date: str = ""
    files_analyzed: bool = True
    package_verification_code: VerificationCode | None = None
    checksums: list[Checksum] = []
    external_refs: list[ExternalRef] = []
    has_files: list[str] = []
    attribution_texts: list[str] = []


class Relationship(msgspec.Struct, gc=False, kw_only=True, rename="camel"):
    """Something between two elements, by their ids."""

    spdx_element_id: str = ""
    relationship_type: str = ""
    related_spdx_element: str = ""


class ExtractedLicence(msgspec.Struct, gc=False, kw_only=True, rename="camel"):
    """A licence that SPDX doesn't list, under an id of the document's own."""

    license_id: str = ""
    name: str = ""
    extracted_text: str = ""


class Element(msgspec.Struct, gc=False, kw_only=True, rename="camel"):
    """A file or snippet, of which only the id and name matter here."""

    spdx_id: str = msgspec.field(default="", name="SPDXID")
    file_name: str = ""


class ExternalDocument(msgspec.Struct, gc=False, kw_only=True, rename="camel"):
    """Another document that this one refers to."""

    external_document_id: str = ""
    spdx_document: str = ""
    checksum: Checksum = msgspec.field(default_factory=Checksum)


class CreationInfo(msgspec.Struct, gc=False, kw_only=True):
    """Who made the document, and when."""

    created: str = ""
    creators: list[str] = []


class Header(msgspec.Struct, gc=False, kw_only=True, rename="camel"):
    """The document's own fields. Only SPDX 3 says of which part of the life of software it speaks."""

    spdx_version: str = ""
    spdx_id: str = msgspec.field(default="", name="SPDXID")
    data_license: str = ""
    name: str = ""
    document_namespace: str = ""
    creation_info: CreationInfo = msgspec.field(default_factory=CreationInfo)
    lifecycles: list[str] = []


class Elements(NamedTuple):
    """What isn't a package: the ids of files and snippets, and the names of the files asked for."""

    ids: set[str]
    names: dict[str, str]
