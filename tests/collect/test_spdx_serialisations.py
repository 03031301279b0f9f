# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""One SPDX 2 document in every serialisation gives the same evidence; each has oddities of its own."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from tests.collect.spdx_documents import (
    SPDX,
    WRITERS,
    as_rdf,
    as_xml,
    as_yaml,
    doc,
    doubts,
    edges,
    fault,
    names,
    pack,
    read,
    read_as,
    rel,
    rooted,
    sound,
)
from umbel.collect import registry
from umbel.collect.interface import About, Completeness, Document, UnreadableError

EVERY = sorted(WRITERS)


def full() -> dict[str, Any]:
    """A sound document with every field that is read, once."""
    document = sound()
    document["packages"][0] |= {
        "packageFileName": "a.tar.gz", "originator": "Person: Jo (jo@acme.example)", "homepage": "https://acme.example/a",
        "downloadLocation": "git+https://acme.example/a.git", "licenseConcluded": "MIT", "copyrightText": "© 2024\nAcme",
        "description": "A\nlong\n\none", "sourceInfo": "built by hand", "attributionTexts": ["Thanks <all>"],
        "filesAnalyzed": False, "versionInfo": "1.0",
    }  # fmt: skip
    document["packages"] += [
        pack("c", "pkg:npm/c@1.10", versionInfo="1.10", primaryPackagePurpose="OPERATING-SYSTEM")
    ]
    document["documentDescribes"] = ["SPDXRef-a"]
    document["relationships"] += [
        rel("c", "TEST_DEPENDENCY_OF", "a"),
        rel("b", "DEPENDS_ON", "NONE"),
        rel("a", "CONTAINS", "f"),
    ]
    document["files"] = [{"SPDXID": "SPDXRef-f", "fileName": "./a.c"}]
    document["creationInfo"]["creators"] = [
        "Organization: Acme (sbom@acme.example)",
        "Person: Jo",
        "Tool: scanner-1.2",
    ]
    return document


@pytest.mark.parametrize("collector", EVERY)
def test_every_serialisation_gives_the_same_evidence(collector: str) -> None:
    document = full()
    if collector == "spdx_rdf":  # other documents are written there by their addresses
        del document["externalDocumentRefs"]
    told, found = read(document), read_as(collector, WRITERS[collector](document))
    assert (told.faults, doubts(found)) == ([], [])
    assert found.about == told.about
    assert set(found.components) == set(told.components)
    assert set(found.edges) == set(told.edges)
    assert (found.subject, found.subject_version, found.producer, found.observed_at, found.complete) == (
        told.subject, told.subject_version, told.producer, told.observed_at, told.complete,
    )  # fmt: skip


def test_a_document_says_of_itself() -> None:
    told = read(full()).about
    assert told is not None
    root = told.root
    assert root is not None
    assert root.name == "a"
    assert root.description == "A\nlong\n\none"
    assert replace(told, root=None) == About(
        identity="https://example.org/spdx/1",
        created="2024-03-01T12:00:00Z",
        authors=("Acme (sbom@acme.example)", "Jo"),
        tools=("scanner 1.2",),
        supplier="Organization: Acme",
        licenses=("CC0-1.0",),
        completeness=(Completeness("dependencies", "SPDXRef-b", "complete"),),
    )


def test_what_isnt_said_is_none() -> None:
    about = read({"spdxVersion": "SPDX-2.3", "packages": [pack("a"), pack("b")]}).about
    assert about == About()


def test_unsaid_kinds_of_makers_are_authors() -> None:
    creators = ["Acme", "Tool: t", "Organization: ", "Person: Jo", "Person: Jo"]
    about = read(doc(pack("a"), creationInfo={"created": "2024-03-01T12:00:00Z", "creators": creators})).about
    assert about is not None
    assert about.authors == ("Acme", "Jo")


def test_who_doesnt_know_all_dependencies_says_so() -> None:
    reading = read(rooted(rel("root", "DEPENDS_ON", "a"), rel("a", "DEPENDS_ON", "NOASSERTION")))
    assert reading.about is not None
    assert reading.about.completeness == (Completeness("dependencies", "SPDXRef-a", "unknown"),)
    assert not reading.complete


# -- YAML


def test_yaml_keeps_what_looks_like_numbers_and_dates() -> None:
    text = (
        as_yaml(doc(pack("a")))
        .replace(b"'1.0'", b"1.10")
        .replace(b"'2024-03-01T12:00:00Z'", b"2024-03-01T12:00:00Z")
    )
    (component,) = read_as("spdx_yaml", text).components
    assert component.version == "1.10"


def test_yaml_faults_have_lines() -> None:
    document = doc(pack("a", supplier=["x", "y"]), pack("b"))
    reading = read_as("spdx_yaml", as_yaml(document))
    line = as_yaml(document).decode().splitlines().index("packages:") + 2
    assert fault(reading, "wrong-type").place == f"line {line} packages[0].supplier"
    assert names(reading) == {"a", "b"}


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("spdxVersion: SPDX-2.3\npackages: [\n", "malformed-yaml"),
        ("spdxVersion: &a SPDX-2.3\nname: *b\n", "malformed-yaml"),
        ("spdxVersion: SPDX-2.3\nx: " + "[" * 5000, "too-deep"),
        ("# nothing\n", "not-spdx"),
        ("- a\n- b\n", "not-spdx"),
        ("name: a\n", "not-spdx"),
    ],
)
def test_yaml_in_which_nothing_can_be_read(text: str, code: str) -> None:
    with pytest.raises(UnreadableError) as caught:
        registry.collectors()["spdx_yaml"].read(Document(Path("x"), data=text.encode()))
    assert caught.value.fault.code == code


# -- XML


def test_xml_of_2_1_with_wrapped_records() -> None:
    packages = "<packages><Package><SPDXID>SPDXRef-a</SPDXID><name>a</name></Package></packages>"
    reading = read_as(
        "spdx_xml", f"<Document><SPDXID>SPDXRef-DOCUMENT</SPDXID>{packages}</Document>".encode()
    )
    assert names(reading) == {"a"}


def test_xml_faults_have_lines() -> None:
    text = as_xml(doc(pack("a", checksums=["x"]), pack("b"))) + b"<!-- end --> rest"
    reading = read_as("spdx_xml", text)
    line = text.decode().splitlines().index("<packages>") + 1
    assert fault(reading, "wrong-type").place == f"line {line} packages[0].checksums[0]"
    assert fault(reading, "trailing-text").place
    assert names(reading) == {"a", "b"}


def test_xml_says_a_thing_once() -> None:
    text = as_xml(doc(pack("a"))).replace(b"<name>a</name>", b"<name>a</name><name>b</name>")
    reading = read_as("spdx_xml", text)
    assert names(reading) == {"a"}
    assert fault(reading, "repeated-tag").level == "error"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("<Document><SPDXID>SPDXRef-DOCUMENT</SPDXID>", "malformed-xml"),
        ("<bom/>", "not-spdx"),
        ("<Document><a/></Document>", "not-spdx"),
        ("<!DOCTYPE a [<!ENTITY b 'c'>]><Document><SPDXID>&b;</SPDXID></Document>", "xml-entities"),
        ("<Document><SPDXID>a</SPDXID><packages>" + "<a>" * 20_000, "too-deep"),
        ("", "malformed-xml"),
    ],
)
def test_xml_in_which_nothing_can_be_read(text: str, code: str) -> None:
    with pytest.raises(UnreadableError) as caught:
        registry.collectors()["spdx_xml"].read(Document(Path("x"), data=text.encode()))
    assert caught.value.fault.code == code


@pytest.mark.parametrize("encoding", ["utf-16", "latin-1"])
def test_xml_and_its_encoding(encoding: str) -> None:
    text = as_xml(doc(pack("a", supplier="Organization: Ü"))).decode().replace("'UTF-8'", f"'{encoding}'")
    (component,) = read_as("spdx_xml", text.encode(encoding)).components
    assert component.supplier == "Organization: Ü"


# -- RDF

HEAD = '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://spdx.org/rdf/terms#" xml:base="https://a.example/d">'


def rdf(text: str) -> bytes:
    return f'{HEAD}<SpdxDocument rdf:about="#SPDXRef-DOCUMENT"/>{text}</rdf:RDF>'.encode()


@pytest.mark.parametrize(
    "text",
    [
        '<Package rdf:ID="SPDXRef-a"><name>a</name><checksum rdf:parseType="Resource"><checksumValue>AB</checksumValue></checksum></Package>',
        '<Package rdf:about="https://a.example/d#SPDXRef-a" name="a"><checksum checksumValue="AB"/></Package>',
        '<rdf:Description rdf:about="#SPDXRef-a"><rdf:type rdf:resource="http://spdx.org/rdf/terms#Package"/><name>a</name><checksum rdf:nodeID="c"/></rdf:Description><Checksum rdf:nodeID="c"><checksumValue>AB</checksumValue></Checksum>',
        '<File rdf:about="#SPDXRef-f"><relationship><Relationship><relatedSpdxElement><Package rdf:about="#SPDXRef-a"><name>a</name><checksum><Checksum checksumValue="AB"/></checksum></Package></relatedSpdxElement></Relationship></relationship></File>',
    ],
)
def test_rdf_in_every_notation(text: str) -> None:
    (component,) = read_as("spdx_rdf", rdf(text)).components
    assert (component.ref, component.name, component.hashes) == ("SPDXRef-a", "a", (("unknown", "ab"),))


@pytest.mark.parametrize(
    ("licence", "text"),
    [
        ('<licenseDeclared rdf:resource="http://spdx.org/licenses/MIT.html"/>', "MIT"),
        ('<licenseDeclared rdf:resource="http://spdx.org/rdf/terms#none"/>', "NONE"),
        ("<licenseDeclared>MIT OR Zlib</licenseDeclared>", "MIT OR Zlib"),
        (
            '<licenseDeclared><OrLaterOperator><member rdf:resource="http://spdx.org/licenses/GPL-2.0"/></OrLaterOperator></licenseDeclared>',
            "GPL-2.0+",
        ),
        (
            '<licenseDeclared><WithExceptionOperator><member rdf:resource="http://spdx.org/licenses/GPL-2.0-only"/><licenseException><LicenseException licenseExceptionId="Classpath-exception-2.0"/></licenseException></WithExceptionOperator></licenseDeclared>',
            "GPL-2.0-only WITH Classpath-exception-2.0",
        ),
        (
            '<licenseDeclared><ConjunctiveLicenseSet><member rdf:resource="http://spdx.org/licenses/Zlib"/><member><DisjunctiveLicenseSet><member rdf:resource="http://spdx.org/licenses/MIT"/><member rdf:resource="http://spdx.org/licenses/Apache-2.0"/></DisjunctiveLicenseSet></member></ConjunctiveLicenseSet></licenseDeclared>',
            "(Apache-2.0 OR MIT) AND Zlib",
        ),
    ],
)
def test_rdf_licences_are_written_as_expressions(licence: str, text: str) -> None:
    (component,) = read_as(
        "spdx_rdf", rdf(f'<Package rdf:about="#SPDXRef-a" name="a">{licence}</Package>')
    ).components
    assert component.declared == (text,)


@pytest.mark.parametrize(
    "nodes",
    [
        '<ConjunctiveLicenseSet rdf:nodeID="l0"><member rdf:nodeID="l0"/></ConjunctiveLicenseSet>',
        "".join(
            f'<ConjunctiveLicenseSet rdf:nodeID="l{i}"><member rdf:nodeID="l{i + 1}"/><member rdf:nodeID="l{i + 1}"/></ConjunctiveLicenseSet>'
            for i in range(60)
        ),
        '<ConjunctiveLicenseSet rdf:nodeID="l0"/>',
    ],
)
def test_licences_that_hold_themselves_cost_only_themselves(nodes: str) -> None:
    package = '<Package rdf:about="#SPDXRef-a" name="a"><licenseDeclared rdf:nodeID="l0"/></Package>'
    reading = read_as("spdx_rdf", rdf(package + nodes))
    (component,) = reading.components
    assert component.declared == ()
    assert fault(reading, "licence").level == "error"


def test_rdf_names_elements_of_other_documents() -> None:
    text = as_rdf(rooted(rel("root", "DEPENDS_ON", "a"))).decode()
    text = text.replace("#SPDXRef-a", "#SPDXRef-x", 0).replace(
        '<s:relatedSpdxElement rdf:resource="https://example.org/spdx/1#SPDXRef-a"/>',
        '<s:relatedSpdxElement rdf:resource="https://other.example/o#SPDXRef-a"/>',
    )
    other = '<s:ExternalDocumentRef rdf:about="https://example.org/spdx/1#DocumentRef-o"><s:spdxDocument rdf:resource="https://other.example/o"/></s:ExternalDocumentRef>'
    reading = read_as(
        "spdx_rdf",
        text.replace(
            "</s:SpdxDocument>", f"<s:externalDocumentRef>{other}</s:externalDocumentRef></s:SpdxDocument>", 1
        ).encode(),
    )
    assert fault(reading, "other-documents").level == "note"
    assert not edges(reading)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (f"{HEAD}<SpdxDocument>", "malformed-xml"),
        (f"{HEAD}<a/></rdf:RDF>", "not-spdx"),
        ("<bom/>", "not-spdx"),
        (
            f"<!DOCTYPE a [<!ENTITY b 'c'>]>{HEAD}<Package><name>&b;</name></Package></rdf:RDF>",
            "xml-entities",
        ),
        (HEAD + "<a>" * 100_001, "too-deep"),
    ],
)
def test_rdf_in_which_nothing_can_be_read(text: str, code: str) -> None:
    with pytest.raises(UnreadableError) as caught:
        registry.collectors()["spdx_rdf"].read(Document(Path("x"), data=text.encode()))
    assert caught.value.fault.code == code


# -- whose a file is


@pytest.mark.parametrize("collector", ["spdx_json", *EVERY])
@pytest.mark.parametrize("name", ["a.spdx", "a.bom", "whatever"])
def test_a_document_is_known_by_its_content(collector: str, name: str) -> None:
    data = WRITERS[collector](sound()) if collector in WRITERS else json.dumps(sound()).encode()
    found = registry.claim(name, data[:65536], data[-65536:])
    assert found is not None
    assert found.id == collector
    assert not SPDX.sniff(name, data, data) or collector == "spdx_json"


@pytest.mark.parametrize("collector", EVERY)
def test_yaml_and_the_like_of_others_are_left_alone(collector: str) -> None:
    others = [
        b"name: build\non: push\njobs: {}\n", b"<project><name>SPDXRef-a</name></project>", b"SPDX is a standard\n",
        b"SPDX-License-" + b"Identifier: MIT\n", b"bomFormat: CycloneDX\n", b"<rdf:RDF xmlns:rdf='a'/>",
        b'{"name": "spdxVersion: SPDX-2.3"}', b"# see\nversion: SPDX-2.3\n", b"",
    ]  # fmt: skip
    sniff = registry.collectors()[collector].sniff
    assert not any(sniff("x", other, other) for other in others)
