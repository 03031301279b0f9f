# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Whatever a CycloneDX document holds, it is read or refused; JSON and XML say the same."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape, quoteattr

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from umbel.collect.cyclonedx_json import CyclonedxJsonCollector
from umbel.collect.cyclonedx_xml import CyclonedxXmlCollector
from umbel.collect.interface import Document, Reading, UnreadableError

JSON, XML = CyclonedxJsonCollector(), CyclonedxXmlCollector()


def read(data: bytes, name: str = "bom.json") -> Reading | None:
    """The reading, None if the document was refused. Whatever comes, nothing else is raised."""
    collector = XML if name.endswith("xml") else JSON
    try:
        reading = collector.read(Document(Path(name), data=data))
    except UnreadableError as error:
        return None if error.fault.message else pytest.fail("a document was refused without a word")
    refs = [component.ref for component in reading.components]
    assert len(refs) == len(set(refs))
    assert {edge.source for edge in reading.edges} <= {None, *refs}
    assert {edge.target for edge in reading.edges} <= {None, *refs}
    assert all(fault.code and fault.message for fault in reading.faults)
    msgspec.json.encode(reading)  # no half characters, no values that can't be stored
    return reading


# -- documents that are alike in both syntaxes

WORDS = st.text("abc-é<&\"'] ", min_size=1, max_size=8).map(str.strip).filter(bool)
NAMES = st.sampled_from(["left", "right", "up", "down"])
LICENCES = st.one_of(
    st.sampled_from(["MIT", "Apache-2.0", "Zlib"]).map(lambda i: {"license": {"id": i}}),
    WORDS.map(lambda n: {"license": {"name": n}}),
    st.tuples(st.sampled_from(["MIT", "ISC"]), st.sampled_from(["declared", "concluded"])).map(
        lambda p: {"license": {"id": p[0], "acknowledgement": p[1]}}
    ),
)
COMPONENT_FIELDS: dict[str, st.SearchStrategy[Any]] = {
    "version": WORDS,
    "group": WORDS,
    "description": WORDS,
    "author": WORDS,
    "publisher": WORDS,
    "copyright": WORDS,
    "scope": st.sampled_from(["required", "optional", "excluded"]),
    "supplier": st.fixed_dictionaries({"name": WORDS}),
    "authors": st.lists(st.fixed_dictionaries({"name": WORDS}), min_size=1, max_size=2),
    "hashes": st.lists(
        st.sampled_from([{"alg": "MD5", "content": "ab" * 16}, {"alg": "SHA-1", "content": "cd" * 20}]).map(
            dict
        )
    ),
    "licenses": st.lists(LICENCES, max_size=3),
    "purl": st.tuples(NAMES, st.integers(0, 3)).map(lambda p: f"pkg:npm/%40a/{p[0]}@{p[1]}"),
    "cpe": st.just("cpe:2.3:a:b:c:1:*:*:*:*:*:*:*"),
    "externalReferences": st.lists(st.fixed_dictionaries({"type": st.just("vcs"), "url": WORDS}), max_size=2),
    "properties": st.lists(st.fixed_dictionaries({"name": WORDS, "value": WORDS}), max_size=2),
}


@st.composite
def boms(draw: st.DrawFn) -> dict[str, Any]:
    """A sound document of 1.6 with some of everything that is read."""
    refs = draw(st.lists(st.text("abcdef", min_size=1, max_size=3), unique=True, max_size=5))
    components = []
    for ref in refs:
        fields = draw(st.fixed_dictionaries({"name": NAMES}, optional=COMPONENT_FIELDS))
        components.append({"type": "library", "bom-ref": ref, **fields})
    if len(components) > 2 and draw(st.booleans()):
        components[0]["components"] = [components.pop()]
    edges = draw(
        st.dictionaries(
            st.sampled_from(["root", *refs]), st.lists(st.sampled_from([*refs, "root"]), unique=True)
        )
    )
    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "metadata": {
            "tools": [{"name": draw(NAMES), "version": "1"}],
            "component": {"type": "application", "name": draw(NAMES), "bom-ref": "root"},
        },
        "components": components,
        "dependencies": [{"ref": ref, "dependsOn": targets} for ref, targets in edges.items()],
    }


ATTRIBUTES = {"type", "bom-ref", "acknowledgement", "alg"}
ITEMS = {"hashes": "hash", "licenses": "license", "externalReferences": "reference", "properties": "property",
         "authors": "author", "components": "component", "tools": "tool"}  # fmt: skip


def element(name: str, value: Any) -> str:
    """A value of a JSON document as the XML element that says the same."""
    if isinstance(value, list):
        return f"<{name}>{''.join(item(name, one) for one in value)}</{name}>"
    if isinstance(value, dict):
        attributes = "".join(f" {key}={quoteattr(value[key])}" for key in value if key in ATTRIBUTES)
        return f"<{name}{attributes}>{''.join(element(k, v) for k, v in value.items() if k not in ATTRIBUTES)}</{name}>"
    return f"<{name}>\n  {escape(value)} </{name}>"


def item(within: str, value: dict[str, Any]) -> str:
    """An item of a list; some say in attributes and text what JSON says in fields."""
    if within == "hashes":
        return f'<hash alg="{value["alg"]}">{value["content"]}</hash>'
    if within == "properties":
        return f"<property name={quoteattr(value['name'])}>{escape(value['value'])}</property>"
    return element(ITEMS[within], value["license"] if within == "licenses" else value)


def as_xml(bom: dict[str, Any]) -> bytes:
    """The document in XML."""
    dependencies = "".join(
        f'<dependency ref="{d["ref"]}">{"".join(f"<dependency ref={quoteattr(t)}/>" for t in d["dependsOn"])}</dependency>'
        for d in bom["dependencies"]
    )
    inside = element("metadata", bom["metadata"]) + element("components", bom["components"])
    text = f'<bom xmlns="http://cyclonedx.org/schema/bom/1.6" version="1">{inside}<dependencies>{dependencies}</dependencies></bom>'
    return text.encode()


def evidence(reading: Reading) -> tuple[Any, ...]:
    """What a reading says, whatever its references are called."""
    facts: dict[str | None, Any] = {None: None}
    for component in reading.components:
        facts[component.ref] = msgspec.structs.replace(component, ref="")
    edges = Counter((str(facts[e.source]), str(facts[e.target]), e.package, e.pinned) for e in reading.edges)
    return Counter(map(str, facts.values())), edges, reading.subject, reading.producer


@given(boms())
def test_json_and_xml_of_one_document_say_the_same(bom: dict[str, Any]) -> None:
    bom["version"] = 1
    one, other = read(json.dumps(bom).encode()), read(as_xml(bom), "bom.xml")
    assert one is not None
    assert other is not None
    assert evidence(one) == evidence(other)
    assert len(one.components) == json.dumps(bom["components"]).count('"bom-ref"')


# -- documents that are broken

ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
SECTIONS = st.sampled_from(
    [
        "metadata",
        "components",
        "dependencies",
        "services",
        "compositions",
        "vulnerabilities",
        "version",
        "specVersion",
    ]
)


def places(tree: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Every place in a document."""
    steps = tree.items() if isinstance(tree, dict) else enumerate(tree) if isinstance(tree, list) else ()
    return ([path] if path else []) + [p for key, value in steps for p in places(value, (*path, key))]


@given(boms(), ANYTHING, st.randoms(use_true_random=False))
def test_any_value_in_any_place_costs_only_what_is_there(bom: dict[str, Any], value: Any, rng: Any) -> None:
    path = rng.choice(places(bom))
    holder = bom
    for key in path[:-1]:
        holder = holder[key]
    holder[path[-1]] = value
    reading = read(json.dumps(bom).encode())
    assert reading is not None
    assert path[0] == "components" or len(reading.components) >= len(bom.get("components") or [])


@given(st.dictionaries(SECTIONS, ANYTHING, max_size=6))
def test_any_object_is_read_or_refused(sections: dict[str, Any]) -> None:
    read(json.dumps({"bomFormat": "CycloneDX", **sections}).encode())


@given(ANYTHING | st.lists(ANYTHING))
def test_any_components_are_read_as_far_as_they_go(components: Any) -> None:
    sound = {"type": "library", "name": "sound"}
    components = [*components, sound] if isinstance(components, list) else sound
    reading = read(json.dumps({"bomFormat": "CycloneDX", "components": components}).encode())
    assert reading is not None
    assert "sound" in {component.name for component in reading.components}


@given(boms(), st.data())
def test_mangled_bytes_are_read_or_refused(bom: dict[str, Any], data: st.DataObject) -> None:
    for name, whole in (("bom.json", json.dumps(bom).encode()), ("bom.xml", as_xml(bom))):
        start = data.draw(st.integers(0, len(whole)))
        length = data.draw(st.integers(0, 20))
        other = data.draw(
            st.binary(max_size=6) | st.sampled_from([b"<", b">", b'"', b"{", b"]", b"\\", b"\0", b"&x;"])
        )
        read(whole[:start] + other + whole[start + length :], name)
        read(whole[:start], name)


@given(st.binary(max_size=60))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    for name in ("bom.json", "bom.xml"):
        read(data, name)
        JSON.sniff(name, data, data)
        XML.sniff(name, data, data)


@given(st.lists(st.sampled_from(["<bom>", "</bom>", "<components>", "</components>", '<component type="library">',
    "</component>", "<name>a</name>", "<licenses>", "</licenses>", "<license>", "</license>", "<dependencies>",
    "</dependencies>", '<dependency ref="a">', "</dependency>", "<evidence>", "</evidence>", "<identity>", "x",
    "</identity>", "<tools>", "</tools>", "<metadata>", "</metadata>", "<a xmlns='urn:x'>", "</a>"]), max_size=30))  # fmt: skip
def test_any_elements_in_any_order_are_read_or_refused(parts: list[str]) -> None:
    read(f"<bom xmlns='http://cyclonedx.org/schema/bom/1.6'>{''.join(parts)}</bom>".encode(), "bom.xml")
