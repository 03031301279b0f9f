# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Whatever an SPDX document holds, in any serialisation, it is read or refused; and all tell the same."""

from __future__ import annotations

import copy
import json
import re
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from tests.collect.spdx_documents import WRITERS, as_tags, as_xml, as_yaml
from tests.property.test_fuzz_spdx import ANYTHING, SAID, WORDS, documents, places
from umbel.collect import registry
from umbel.collect._spdx_expression import Licence, expression
from umbel.collect.columns import SCOPES
from umbel.collect.interface import Component, Document, Reading, UnreadableError

COLLECTORS = {name: registry.collectors()[name] for name in ("spdx_json", "spdx_3", *WRITERS)}


def read(collector: str, data: bytes) -> Reading | None:
    """The reading, None if the document was refused. Whatever comes, nothing else is raised."""
    try:
        reading = COLLECTORS[collector].read(Document(Path("x"), data=data))
    except UnreadableError as error:
        return None if error.fault.message else pytest.fail("a document was refused without a word")
    refs = [component.ref for component in reading.components]
    assert len(refs) == len(set(refs))
    assert {edge.source for edge in reading.edges} <= {None, *refs}
    assert {edge.target for edge in reading.edges} <= set(refs)
    assert {component.scope for component in reading.components} <= {None, *SCOPES}
    assert all(fault.code and fault.message for fault in reading.faults)
    assert all(component.package and component.version != "" for component in reading.components)
    assert reading.about is not None
    assert "" not in (*reading.about.authors, *reading.about.tools, *reading.about.licenses)
    msgspec.json.encode(reading)  # no half characters, no values that can't be stored
    return reading


# -- the same in every serialisation


def tidy(value: Any) -> Any:
    """A value as every serialisation can hold it: without white space at its ends, without empty ones."""
    if isinstance(value, str):
        return re.sub(r"\s+", " ", value).strip()
    if isinstance(value, list):
        return [one for one in map(tidy, value) if one not in ("", {})]
    if isinstance(value, dict):
        return {key: one for key, one in ((k, tidy(v)) for k, v in value.items()) if one != ""}
    return value


def common(document: dict[str, Any], collector: str) -> dict[str, Any]:
    """A document that a serialisation can hold in full."""
    document = tidy(copy.deepcopy(document))
    for package in document["packages"]:
        package["name"] = package.get("name") or "x"
        package.pop("hasFiles", None)  # tags have an order for it, the others a field
        refs = [one for one in package.get("externalRefs", ()) if len(one) == 3]
        package["externalRefs"] = refs[:1] if collector == "spdx_rdf" else refs
    for licence in document["hasExtractedLicensingInfos"]:
        licence["extractedText"] = licence.get("extractedText") or "x"
    if collector == "spdx_rdf":
        document["relationships"] = [
            one
            for one in document["relationships"]
            if "DocumentRef" not in str(one) and one["spdxElementId"].startswith("SPDX")
        ]
        document["documentDescribes"] = [
            one for one in document["documentDescribes"] if one.startswith("SPDXRef-")
        ]
    return document


def plain(component: Component, *, ordered: bool) -> Component:
    """A component; where its serialisation knows no order, in an order of its own."""
    if ordered:
        return component
    lists = {
        name: tuple(sorted(getattr(component, name)))
        for name in ("hashes", "properties", "urls", "cpes", "detected")
    }
    words = {
        name: tuple(" ".join(sorted(re.findall(r"[^\s()]+", text))) for text in getattr(component, name))
        for name in ("declared", "concluded")
    }
    detected = tuple(sorted(" ".join(sorted(re.findall(r"[^\s()]+", text))) for text in component.detected))
    return replace(component, **{**lists, **words, "detected": detected})


@pytest.mark.parametrize("collector", sorted(WRITERS))
@given(document=documents())
def test_every_serialisation_tells_the_same(collector: str, document: dict[str, Any]) -> None:
    document = common(document, collector)
    told, found = (
        read("spdx_json", json.dumps(document).encode()),
        read(collector, WRITERS[collector](document)),
    )
    assert told is not None
    assert found is not None
    ordered = collector != "spdx_rdf"
    assert {plain(c, ordered=ordered) for c in found.components} == {
        plain(c, ordered=ordered) for c in told.components
    }
    assert set(found.edges) == set(told.edges)
    assert (found.subject, found.subject_version, found.subject_purl, found.complete) == (
        told.subject, told.subject_version, told.subject_purl, told.complete,
    )  # fmt: skip
    if ordered:
        assert found.about == told.about
        assert {f.code for f in found.faults} == {f.code for f in told.faults}


# -- mangled


@pytest.mark.parametrize("collector", sorted(WRITERS))
@given(document=documents(), data=st.data())
def test_mangled_bytes_are_read_or_refused(
    collector: str, document: dict[str, Any], data: st.DataObject
) -> None:
    document = common(document, collector)
    whole = WRITERS[collector](document)
    start = data.draw(st.integers(0, len(whole)))
    length = data.draw(st.integers(0, 20))
    bits = [
        b'"',
        b"<text>",
        b"</text>",
        b"\n",
        b"\r",
        b":",
        b"<",
        b"/>",
        b"&x;",
        b"\0",
        b"\xff",
        b"&a ",
        b"*a",
        b"<<: ",
        b"- ",
        b"%TAG",
    ]
    other = data.draw(st.binary(max_size=6) | st.sampled_from(bits))
    read(collector, whole[:start] + other + whole[start + length :])
    read(collector, whole[:start])


@pytest.mark.parametrize("collector", sorted(COLLECTORS))
@given(data=st.binary(max_size=60))
def test_any_bytes_are_read_or_refused(collector: str, data: bytes) -> None:
    read(collector, data)
    COLLECTORS[collector].sniff("x", data, data)


TAGS = [line.partition(":")[0] for line in as_tags(
    {"spdxVersion": "", "dataLicense": "", "SPDXID": "", "name": "", "documentNamespace": "", "creationInfo": {"created": ""}}
).decode().splitlines()]  # fmt: skip
LINES = st.lists(
    st.tuples(
        st.sampled_from(
            [*TAGS, "PackageName", "SPDXID", "FileName", "PackageVersion", "PackageDescription", "PackageChecksum", "ExternalRef",
             "Relationship", "LicenseID", "ExtractedText", "FilesAnalyzed", "FileNotice", "packagename", "Odd", "# x", "SnippetSPDXID"]
        ),
        st.sampled_from(["", "<text>", "<text>a</text>", "</text>", "SPDXRef-a", "SPDXRef-a DEPENDS_ON SPDXRef-b", "SHA1: ab", "a b c", "true"]) | SAID,
    ).map(": ".join)
    | WORDS,
    max_size=30,
)  # fmt: skip


@given(lines=LINES, end=st.sampled_from(["\n", "\r\n", "\r"]))
def test_any_lines_are_read_or_refused(lines: list[str], end: str) -> None:
    read("spdx_tag_value", end.join(lines).encode())
    reading = read(
        "spdx_tag_value",
        end.join(["SPDXVersion: SPDX-2.3", *lines, "", "</text>", "PackageName: last"]).encode(),
    )
    assert reading is not None
    assert "last" in {component.name for component in reading.components} | {reading.subject}


@pytest.mark.parametrize("write", [as_yaml, as_xml])
@given(document=documents(), value=ANYTHING, rng=st.randoms(use_true_random=False))
def test_any_value_in_any_place_costs_only_what_is_there(
    write: Any, document: dict[str, Any], value: Any, rng: Any
) -> None:
    document = common(document, "")
    value = json.loads(
        re.sub(r"\\u[0-9a-f]{4}|[^ -~]", "?", json.dumps(value)).replace("NaN", "1").replace("Infinity", "2")
    )
    document["packages"].append({"SPDXID": "SPDXRef-sound", "name": "sound", "downloadLocation": "NONE"})
    last = len(document["packages"]) - 1
    path = rng.choice([p for p in places(document) if p[0] != "packages" or p[1:2] != (last,)])
    holder: Any = document
    for key in path[:-1]:
        holder = holder[key]
    holder[path[-1]] = value
    try:
        data = write(document)
    except UnicodeEncodeError:
        return
    if write is as_xml and re.search(
        rb"<[^A-Za-z/?]|<[A-Za-z]*[^A-Za-z>]|</[^A-Za-z]", data.split(b"?>", 1)[1]
    ):
        read("spdx_xml", data)  # names that no element can have
        return
    reading = read("spdx_xml" if write is as_xml else "spdx_yaml", data)
    assert reading is not None
    assert path == ("packages",) or "sound" in {component.name for component in reading.components}


# -- SPDX 3

NS = "https://acme.example/"
URIS = st.sampled_from(
    [f"{NS}{i}" for i in range(8)] + ["_:b", "NoAssertionElement", "https://spdx.org/licenses/MIT", ""]
)
KINDS = st.sampled_from(
    """
    software_Package software_File software_Sbom SpdxDocument CreationInfo Relationship LifecycleScopedRelationship
    Organization Person Tool simplelicensing_LicenseExpression expandedlicensing_ConjunctiveLicenseSet
    expandedlicensing_OrLaterOperator expandedlicensing_CustomLicense ai_AIPackage dataset_DatasetPackage Odd
    """.split()
)
RELATIONS = st.sampled_from(
    "dependsOn contains describes hasDeclaredLicense hasConcludedLicense hasDistributionArtifact hasStaticLink usesTool generates hasVariant odd".split()
)
PROPERTIES: dict[str, st.SearchStrategy[Any]] = {
    "spdxId": URIS, "@id": URIS, "name": SAID, "creationInfo": URIS, "from": URIS, "to": st.lists(URIS, max_size=3),
    "relationshipType": RELATIONS, "scope": st.sampled_from(["build", "runtime", "test", "odd"]), "completeness": st.sampled_from(["complete", "incomplete"]),
    "rootElement": st.lists(URIS, max_size=2), "suppliedBy": URIS, "originatedBy": st.lists(URIS, max_size=2), "created": SAID,
    "createdBy": st.lists(URIS, max_size=2), "createdUsing": st.lists(URIS, max_size=2), "software_packageVersion": SAID,
    "software_packageUrl": st.sampled_from(["pkg:npm/a@1", "a"]), "software_primaryPurpose": st.sampled_from(["library", "odd"]),
    "simplelicensing_licenseExpression": SAID, "expandedlicensing_member": st.lists(URIS, max_size=3),
    "expandedlicensing_subjectLicense": URIS, "dataLicense": URIS, "ai_domain": st.lists(SAID, max_size=2), "dataset_datasetSize": ANYTHING,
    "import": st.lists(st.fixed_dictionaries({"externalSpdxId": URIS}), max_size=2), "software_sbomType": st.lists(SAID, max_size=2),
    "verifiedUsing": st.lists(st.fixed_dictionaries({"algorithm": SAID, "hashValue": SAID}), max_size=2),
    "externalIdentifier": st.lists(st.fixed_dictionaries({"externalIdentifierType": st.sampled_from(["packageUrl", "cpe23", "odd"]), "identifier": SAID}), max_size=2),
    "simplelicensing_customIdToUri": st.lists(st.fixed_dictionaries({"key": SAID, "value": URIS}), max_size=2),
}  # fmt: skip
SHAPES = st.fixed_dictionaries({"type": KINDS}, optional=PROPERTIES)
GRAPHS = st.lists(SHAPES, max_size=10)


@given(graph=GRAPHS)
def test_any_graph_is_read(graph: list[dict[str, Any]]) -> None:
    reading = read("spdx_3", json.dumps({"@context": "x", "@graph": graph}).encode())
    assert reading is not None
    packages = [one for one in graph if one["type"].endswith("Package")]
    assert len(reading.components) <= len(packages)


@given(graph=GRAPHS, rng=st.randoms(use_true_random=False))
def test_the_order_of_a_graph_says_nothing(graph: list[dict[str, Any]], rng: Any) -> None:
    graph = [
        {**one, "spdxId": f"{NS}{i}"}
        for i, one in enumerate(graph)
        if one["type"] not in {"SpdxDocument", "CreationInfo", "software_Sbom"}
    ]
    for one in graph:
        one.pop("@id", None)
    first = read("spdx_3", json.dumps({"@graph": graph}).encode())
    rng.shuffle(graph)
    other = read("spdx_3", json.dumps({"@graph": graph}, indent=1).encode("utf-16"))
    assert first is not None
    assert other is not None
    assert {plain(c, ordered=False) for c in first.components} == {
        plain(c, ordered=False) for c in other.components
    }
    assert set(first.edges) == set(other.edges)


@given(graph=GRAPHS, value=ANYTHING, rng=st.randoms(use_true_random=False))
def test_any_value_in_any_place_of_a_graph_costs_only_what_is_there(
    graph: list[dict[str, Any]], value: Any, rng: Any
) -> None:
    sound = {"type": "software_Package", "spdxId": "urn:sound", "name": "sound"}
    document: dict[str, Any] = {"@context": "x", "@graph": [*graph, sound]}
    path = rng.choice([p for p in places(document) if p[:2] != ("@graph", len(graph))])
    holder: Any = document
    for key in path[:-1]:
        holder = holder[key]
    holder[path[-1]] = value
    reading = read("spdx_3", json.dumps(document).encode())
    assert reading is not None
    roots = {reading.about.root.name} if reading.about and reading.about.root else set()
    assert path == ("@graph",) or "sound" in {component.name for component in reading.components} | roots | {
        reading.subject
    }


@given(graph=GRAPHS, data=st.data())
def test_mangled_graphs_are_read_or_refused(graph: list[dict[str, Any]], data: st.DataObject) -> None:
    whole = json.dumps({"@graph": graph}).encode()
    start, length = data.draw(st.integers(0, len(whole))), data.draw(st.integers(0, 20))
    other = data.draw(
        st.binary(max_size=6)
        | st.sampled_from([b'"', b"{", b"]", b"\\", b"\0", b"\\ud800", b"1e999", b'{"@id": 1}'])
    )
    read("spdx_3", whole[:start] + other + whole[start + length :])
    read("spdx_3", whole[:start])


NODES = st.lists(
    st.tuples(st.sampled_from(["AND", "OR", "WITH", "+", ""]), st.lists(st.integers(0, 6), max_size=3)),
    min_size=7,
    max_size=7,
)


@given(nodes=NODES)
def test_any_nodes_of_licences_are_written_or_refused(nodes: list[tuple[str, list[int]]]) -> None:
    def node(key: str) -> Licence:
        operator, operands = nodes[int(key)]
        return Licence(operator, f"L{key}", tuple(map(str, operands)))

    try:
        text = expression("0", node)
    except ValueError:
        return
    assert text.count("(") == text.count(")")
