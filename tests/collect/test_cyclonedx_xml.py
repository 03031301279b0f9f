# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""What only CycloneDX in XML has: elements, entities, encodings, lines."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.collect.cyclonedx_documents import XML, codes, edges, fault, only, read_xml, refused
from umbel.collect.interface import Document


def test_xml_component_says_what_json_does() -> None:
    reading = read_xml(
        """
        <metadata>
          <timestamp>2024-03-01T12:00:00Z</timestamp>
          <tools><tool><vendor>V</vendor><name>scanner</name><version>1</version></tool></tools>
          <component type="application" bom-ref="shop"><name>shop</name></component>
        </metadata>
        <components>
          <component type="library" bom-ref="a">
            <supplier><name>Acme</name><url>u1</url><url>u2</url></supplier>
            <name>
              a
            </name>
            <version>1.0</version>
            <scope>required</scope>
            <hashes><hash alg="MD5">efefefefefefefefefefefefefefefef</hash></hashes>
            <licenses><license><id>MIT</id></license><license><name>X</name></license></licenses>
            <purl><![CDATA[pkg:npm/a@1.0]]></purl>
            <externalReferences><reference type="vcs"><url>https://example.org</url></reference></externalReferences>
            <properties><property name="k">v</property></properties>
            <evidence>
              <occurrences><occurrence><location>a.js</location></occurrence></occurrences>
              <licenses><expression>MIT OR ISC</expression></licenses>
              <copyright><text>(c) A</text></copyright>
            </evidence>
            <components><component type="library" bom-ref="b"><name>b</name></component></components>
          </component>
        </components>
        <dependencies>
          <dependency ref="shop"><dependency ref="a"><dependency ref="b"/></dependency></dependency>
        </dependencies>
        """
    )
    first, second = reading.components
    assert (reading.format, reading.producer, reading.subject) == ("CycloneDX 1.5 XML", "scanner 1", "shop")
    assert (first.name, first.version, first.scope, first.supplier) == ("a", "1.0", "runtime", "Acme")
    assert first.hashes == (("md5", "ef" * 16),)
    assert (first.declared, first.detected) == (("MIT", "X"), ("MIT OR ISC",))
    assert (first.purl, first.location, first.copyright) == ("pkg:npm/a@1.0", "a.js", "(c) A")
    assert first.urls == (("vcs", "https://example.org"),)
    assert first.properties == (("k", "v"), ("supplier:url", "u1"), ("supplier:url", "u2"))
    assert second.name == "b"
    assert edges(reading) == {(None, "a"), ("a", "b")}
    assert not reading.faults


def test_xml_of_newer_versions() -> None:
    reading = read_xml(
        """
        <metadata><tools><components><component type="application"><name>t</name></component></components></tools></metadata>
        <components><component type="library">
          <manufacturer><name>M</name></manufacturer>
          <authors><author><name>A</name></author><author><name>B</name></author></authors>
          <name>a</name>
          <licenses>
            <expression acknowledgement="concluded">MIT</expression>
            <expression-detailed expression="ISC OR MIT"><details license-identifier="ISC"/></expression-detailed>
          </licenses>
          <omniborId>gitoid:1</omniborId><omniborId>gitoid:2</omniborId>
        </component></components>
        """,
        "1.7",
    )
    found = only(reading)
    assert reading.producer == "t"
    assert (found.author, found.concluded, found.declared) == ("A; B", ("MIT",), ("ISC OR MIT",))
    assert not codes(reading)


@pytest.mark.parametrize("minor", ["1.0", "1.1"])
def test_xml_of_the_first_versions(minor: str) -> None:
    inside = """<components><component type="library"><name>a</name><version>1</version>
                <modified>false</modified></component></components>"""
    reading = read_xml(inside, minor)
    assert only(reading).version == "1"
    assert not reading.faults


def test_foreign_elements_and_attributes_are_passed_over() -> None:
    reading = read_xml(
        """<x:note xmlns:x="urn:x"><component type="library"><name>no</name></component></x:note>
           <components x="1"><component type="library" y="2"><name>a</name><x:z xmlns:x="urn:x">7</x:z>
           <version>1</version></component></components>
           <ds:Signature xmlns:ds="http://www.w3.org/2000/09/xmldsig#"><ds:a/></ds:Signature>"""
    )
    assert (only(reading).name, only(reading).version) == ("a", "1")
    assert not reading.faults


def test_xml_faults_tell_their_line() -> None:
    reading = read_xml(
        '\n<components>\n<component type="gadget">\n<name>a</name><x/></component></components>'
    )
    assert fault(reading, "unknown-word").place == "line 3 component.type"
    assert fault(reading, "unknown-field").place == "line 3 component"


@pytest.mark.parametrize(
    "head",
    [
        '<!DOCTYPE bom [<!ENTITY a "x">]>',
        '<!DOCTYPE bom [<!ENTITY a SYSTEM "file:///etc/passwd">]>',
        '<!DOCTYPE bom [<!ENTITY % a SYSTEM "file:///etc/passwd"> %a;]>',
        '<!DOCTYPE bom [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">]>',
    ],
)
def test_entities_are_refused(head: str) -> None:
    data = f'{head}<bom xmlns="http://cyclonedx.org/schema/bom/1.5"><components/></bom>'.encode()
    assert refused(data, "bom.xml").code == "xml-entities"


def test_external_definitions_are_never_fetched() -> None:
    head = '<!DOCTYPE bom SYSTEM "http://127.0.0.1:9/never.dtd">'
    component = '<components><component type="library"><name>a</name></component></components>'
    assert only(read_xml(component, head=head)).name == "a"
    inside = component.replace("<name>a", "<name>&unknown;")
    data = f'{head}<bom xmlns="http://cyclonedx.org/schema/bom/1.5">{inside}</bom>'.encode()
    assert refused(data, "bom.xml").code == "xml-entities"


@pytest.mark.parametrize(
    "inside", ["<components>" * 5000, '<x:a xmlns:x="urn:x">' * 20_000, "<vulnerabilities>" + "<a>" * 20_000]
)
def test_xml_nesting_without_end_is_refused(inside: str) -> None:
    data = f'<bom xmlns="http://cyclonedx.org/schema/bom/1.5">{inside}'.encode()
    assert refused(data, "bom.xml").code == "too-deep"


@pytest.mark.parametrize(
    ("data", "place"),
    [
        (b"<", "line 1"),
        (b"<bom>\n<components>\n", "line 3"),
        (b"<bom>\n</mob>", "line 2"),
        (b"<bom>\xff</bom>", ""),
    ],
)
def test_malformed_xml_is_refused_with_its_place(data: bytes, place: str) -> None:
    if place:
        found = refused(data, "bom.xml")
        assert (found.code, found.place) == ("malformed-xml", place)
    else:
        assert "encoding" in codes(XML.read(Document(Path("bom.xml"), data=data)))


def test_xml_that_is_something_else_is_refused() -> None:
    assert refused(b"<project/>", "bom.xml").code == "not-cyclonedx"
    assert refused(b"plain text", "bom.xml").code == "malformed-xml"


@pytest.mark.parametrize(
    ("declared", "encoding"),
    [("utf-8", "utf-8"), ("utf-8", "utf-8-sig"), ("utf-16", "utf-16"), ("iso-8859-1", "latin-1"), ("utf-8", "utf-16"),
     ("windows-1252", "cp1252"), ("no-such-encoding", "utf-8")],
)  # fmt: skip
def test_xml_encodings(declared: str, encoding: str) -> None:
    text = f"""<?xml version="1.0" encoding="{declared}"?>
        <bom xmlns="http://cyclonedx.org/schema/bom/1.5">
        <components><component type="library"><name>käse</name></component></components></bom>"""
    data = text.encode(encoding)
    assert XML.sniff("x.xml", data, data)
    assert only(XML.read(Document(Path("bom.xml"), data=data))).name == "käse"


def test_xml_with_blanks_before_and_text_after_is_read() -> None:
    data = b'\n\n<?xml version="1.0"?><bom xmlns="http://cyclonedx.org/schema/bom/1.5"/>\nand so on'
    reading = XML.read(Document(Path("bom.xml"), data=data))
    assert codes(reading) == ["trailing-text"]


@pytest.mark.parametrize("namespace", ["", 'xmlns="http://cyclonedx.org/schema/bom/12"', 'xmlns="urn:x"'])
def test_xml_without_a_known_namespace_is_read_and_named(namespace: str) -> None:
    data = f'<bom {namespace}><components><component type="library"><name>a</name></component></components></bom>'
    reading = XML.read(Document(Path("bom.xml"), data=data.encode()))
    assert only(reading).name == "a"
    assert codes(reading) == ["spec-version"]


def test_xml_vulnerabilities_are_counted_and_not_read() -> None:
    reading = read_xml(
        "<vulnerabilities><vulnerability><id>x</id></vulnerability><vulnerability/></vulnerabilities>"
    )
    assert "vulnerabilities (2)" in fault(reading, "not-read").message
    assert not codes(reading)
