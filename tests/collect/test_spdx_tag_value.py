# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""SPDX 2 as tags and values: what tools write, and what they get wrong."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from tests.collect.spdx_documents import as_tags, doc, doubts, edges, fault, names, pack, read_as, sound
from umbel.collect import _spdx_tags, registry
from umbel.collect.interface import Document, Reading, UnreadableError

HEAD = """SPDXVersion: SPDX-2.3
DataLicense: CC0-1.0
SPDXID: SPDXRef-DOCUMENT
DocumentName: the document
DocumentNamespace: https://example.org/1
Creator: Tool: scanner-1.2
Created: 2024-03-01T12:00:00Z
"""
PACKAGE = """
##### Package: a

PackageName: a
SPDXID: SPDXRef-a
PackageDownloadLocation: NOASSERTION
FilesAnalyzed: false
"""


def read(text: str) -> Reading:
    return read_as("spdx_tag_value", text.encode())


def test_the_small_document_is_sound() -> None:
    reading = read(HEAD + PACKAGE)
    assert reading.format == "SPDX 2.3 tag-value"
    assert names(reading) == {"a"}
    assert reading.faults == []


@pytest.mark.parametrize("end", ["\r\n", "\r", "\r\r\n"])
def test_every_kind_of_line_end(end: str) -> None:
    reading = read((HEAD + PACKAGE).replace("\n", end))
    assert names(reading) == {"a"}
    assert reading.faults == []


@pytest.mark.parametrize("encoding", ["utf-16", "utf-8-sig", "utf-16-le"])
def test_encodings(encoding: str) -> None:
    text = HEAD + PACKAGE + "PackageSupplier: Organization: Ü\n"
    (component,) = read_as("spdx_tag_value", text.encode(encoding)).components
    assert component.supplier == "Organization: Ü"


def test_bytes_that_are_no_utf8_cost_a_character() -> None:
    text = HEAD + PACKAGE + "PackageSupplier: Organization: Ü\n"
    reading = read_as("spdx_tag_value", text.encode("latin-1"))
    assert reading.components[0].supplier == "Organization: \ufffd"
    assert fault(reading, "encoding").place.startswith("byte ")


def test_long_texts_keep_their_lines() -> None:
    reading = read(
        HEAD
        + PACKAGE
        + "PackageDescription: <text>one\n\nPackageName: two\n# three</text>\nPackageVersion: 2\n"
    )
    (component,) = reading.components
    assert component.description == "one\n\nPackageName: two\n# three"
    assert component.version == "2"


@pytest.mark.parametrize(
    "text",
    [
        "PackageDescription: <text>one\ntwo\nPackageVersion: 2\n",
        "PackageDescription: <text>one\ntwo\nPackageVersion: 2\nPackageSummary: <text>three</text>\n",
        "PackageDescription: <text>one\ntwo\nPackageVersion: 2\nPackageCopyrightText: <text>three\nfour</text>\n",
    ],
)
def test_a_text_that_is_never_closed_ends_at_the_next_tag(text: str) -> None:
    reading = read(HEAD + PACKAGE + text)
    (component,) = reading.components
    assert (component.description, component.version) == ("one\ntwo", "2")
    assert fault(reading, "unclosed-text").place == f"line {(HEAD + PACKAGE).count(chr(10)) + 1}"


@pytest.mark.parametrize(
    ("line", "code", "level"),
    [
        ("PACKAGEVERSION: 2", "tag-case", "note"),
        ("PackageFlavour: sweet", "unknown-field", "warning"),
        ("no tag at all", "malformed-line", "warning"),
        ("PackageName2", "malformed-line", "warning"),
        ("PackageChecksum: 0123", "malformed-value", "error"),
        ("ExternalRef: purl pkg:npm/a", "malformed-value", "error"),
        ("FilesAnalyzed: perhaps", "malformed-value", "error"),
        ("Relationship: SPDXRef-a DEPENDS_ON", "malformed-value", "error"),
        ("ExternalDocumentRef: DocumentRef-a", "malformed-value", "error"),
        ("PackageDownloadLocation: https://acme.example/a", "repeated-tag", "error"),
        ("LicenseName: Own", "misplaced-tag", "error"),
        ("ExtractedText: Own", "misplaced-tag", "error"),
        ("DocumentName: another", "repeated-tag", "error"),
        ("Relationship: SPDXRef-a DEPENDS_ON SPDXRef-b", "unknown-ref", "warning"),
        ("SPDXID: SPDXRef-x", "repeated-tag", "error"),
    ],
)
def test_one_oddity_has_its_line_and_costs_nothing_else(line: str, code: str, level: str) -> None:
    reading = read(f"{HEAD}{PACKAGE}{line}\n\nPackageName: z\nPackageVersion: 1\n")
    found = fault(reading, code)
    assert found.level == level
    assert found.place == f"line {(HEAD + PACKAGE).count(chr(10)) + 1}"
    assert {"a", "z"} == names(reading)


def test_tags_of_packages_before_any_package_are_nobodys() -> None:
    reading = read(HEAD + "PackageVersion: 2\nPackageChecksum: SHA1: ab\n" + PACKAGE)
    assert [(f.code, f.place) for f in reading.faults] == [
        ("misplaced-tag", "line 8"),
        ("misplaced-tag", "line 9"),
    ]


def test_spaces_and_tabs_make_no_difference() -> None:
    text = HEAD + PACKAGE.replace("PackageName: a", "\tPackageName :\ta  ").replace("SPDXID: ", "SPDXID:")
    reading = read(text)
    assert names(reading) == {"a"}
    assert doubts(reading) == []


def test_an_id_may_stand_before_the_name() -> None:
    text = HEAD + "".join(
        f"\nSPDXID: SPDXRef-{one}\n{tag}: {one}\n"
        for tag, one in [("FileName", "f"), ("PackageName", "a"), ("PackageName", "b")]
    )
    reading = read(
        text + "Relationship: SPDXRef-a DEPENDS_ON SPDXRef-b\nRelationship: SPDXRef-b CONTAINS SPDXRef-f\n"
    )
    assert {c.ref for c in reading.components} | {"SPDXRef-a"} == {"SPDXRef-a", "SPDXRef-b"}
    assert edges(reading) == {(None, "b", None)}


def test_files_after_a_package_are_its_own() -> None:
    reading = read(
        HEAD + PACKAGE + "\nFileName: ./lib/a.so\nSPDXID: SPDXRef-f\n\nPackageName: b\nSPDXID: SPDXRef-b\n"
    )
    assert {c.name: c.location for c in reading.components} == {"a": "./lib/a.so", "b": None}


def test_snippets_annotations_and_reviews_are_known() -> None:
    more = """
FileName: ./a.c
SPDXID: SPDXRef-f
FileChecksum: SHA1: ab
LicenseInfoInFile: MIT
FileNotice: <text>
PackageName: no
</text>

SnippetSPDXID: SPDXRef-s
SnippetFromFileSPDXID: SPDXRef-f
SnippetByteRange: 1:2

Annotator: Person: Jo
AnnotationDate: 2024-03-01T12:00:00Z
AnnotationType: OTHER
SPDXREF: SPDXRef-s
AnnotationComment: <text>fine</text>
Reviewer: Person: Jo
Relationship: SPDXRef-a CONTAINS SPDXRef-s
RelationshipComment: <text>as it is</text>
"""
    reading = read(HEAD + PACKAGE + more)
    assert names(reading) == {"a"}
    assert reading.faults == []


def test_shared_faults_name_the_first_line() -> None:
    document = doc(pack("a"), pack("b", checksums=[{"algorithm": "SHA1", "checksumValue": "x"}]))
    reading = read_as("spdx_tag_value", as_tags(document))
    line = as_tags(document).decode().splitlines().index("PackageName: b") + 1
    assert fault(reading, "hash").place == f"line {line}"


def test_json_under_the_name_is_read_as_json() -> None:
    collector = registry.collectors()["spdx_tag_value"]
    reading = collector.read(
        Document(Path("a.spdx"), data=b' {"SPDXID": "SPDXRef-DOCUMENT", "packages": []}')
    )
    assert reading.format == "SPDX 2.3 JSON"


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "is empty"),
        (b" \n\t\n", "is empty"),
        (b"hello\nworld\n", "is no SPDX document: no line has a tag of SPDX"),
        (b"<a/>", "is no SPDX document: no line has a tag of SPDX"),
        (b"FileType: SOURCE\n", "is no SPDX document: no line has a tag of SPDX"),
    ],
)
def test_documents_in_which_nothing_can_be_read(data: bytes, message: str) -> None:
    collector = registry.claim("folder/a.spdx", data, data)
    assert collector is not None
    with pytest.raises(UnreadableError) as caught:
        collector.read(Document(Path("a.spdx"), data=data))
    assert caught.value.fault.message == message


def test_hostile_documents_end_soon() -> None:
    begun = time.process_time()
    hostile = [
        HEAD + "PackageDescription: <text>\n" * 20_000,
        HEAD + "PackageName: a\n" + "FileNotice: <text>x\nno tag\n" * 10_000,
        HEAD + "SPDXID: SPDXRef-a\n" * 50_000,
        HEAD + "X" * 3_000_000,
        HEAD + "".join(f"Tag{i}: x\n" for i in range(50_000)),
        HEAD + "PackageDescription: <text>" + "<text>" * 300_000,
        HEAD + PACKAGE + "PackageChecksum: SHA1: x\n" * 20_000,
    ]
    for text in hostile:
        reading = read(text)
        assert len(reading.faults) < 1000
    assert time.process_time() - begun < 20


def test_unknown_tags_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_spdx_tags, "MOST_NAMES", 2)
    reading = read(HEAD + PACKAGE + "A: 1\nA: 2\nB: 1\nC: 1\nC: 2\n")
    assert sum(f.code == "unknown-field" for f in reading.faults) == 4


def test_more_is_known_than_the_first_document_says() -> None:
    reading = read_as("spdx_tag_value", as_tags(sound()))
    assert reading.faults == []
    assert {c.name: dict(c.properties) for c in reading.components} == {
        "a": {"spdx:licenseref": "LicenseRef-own: Own", "spdx:validUntilDate": "2030-01-01T00:00:00Z"},
        "b": {},
    }
