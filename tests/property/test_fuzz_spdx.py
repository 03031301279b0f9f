# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Whatever an SPDX document in JSON holds, it is read or refused."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from umbel.collect import _spdx_graph, _spdx_names
from umbel.collect.columns import SCOPES
from umbel.collect.interface import Document, Reading, UnreadableError
from umbel.collect.spdx_json import SpdxJsonCollector

SPDX = SpdxJsonCollector()


def read(data: bytes) -> Reading | None:
    """The reading, None if the document was refused. Whatever comes, nothing else is raised."""
    try:
        reading = SPDX.read(Document(Path("x.spdx.json"), data=data))
    except UnreadableError as error:
        return None if error.fault.message else pytest.fail("a document was refused without a word")
    refs = [component.ref for component in reading.components]
    assert len(refs) == len(set(refs))
    assert {edge.source for edge in reading.edges} <= {None, *refs}
    assert {edge.target for edge in reading.edges} <= set(refs)
    assert {component.scope for component in reading.components} <= {None, *SCOPES}
    assert all(fault.code and fault.message for fault in reading.faults)
    assert all(component.package and component.version != "" for component in reading.components)
    msgspec.json.encode(reading)  # no half characters, no values that can't be stored
    return reading


def sound(**fields: object) -> dict[str, Any]:
    """A sound document with these sections."""
    return {
        "spdxVersion": "SPDX-2.3",
        "SPDXID": "SPDXRef-DOCUMENT",
        "dataLicense": "CC0-1.0",
        "name": "doc",
        "documentNamespace": "https://example.org/1",
        "creationInfo": {"created": "2024-03-01T12:00:00Z", "creators": ["Tool: scanner-1.2"]},
        **fields,
    }


WORDS = st.text("ab-é<&\"'@:/% .1", min_size=1, max_size=10)
SAID = WORDS | st.sampled_from(["NOASSERTION", "NONE", ""])
LICENCES = st.sampled_from(
    ["MIT", "NOASSERTION", "NONE", "GPL-2.0, MIT", "LicenseRef-1", "MIT AND LicenseRef-2", ""]
)
LOCATORS = st.sampled_from(
    [
        "pkg:npm/a@1",
        "pkg:npm/%40a/b%401",
        "pkg:rpm/x/a@1-2",
        "cpe:/a:b:c",
        "a:b:c",
        "@a/b@1",
        "https://u:p@a/b",
    ]
)
REFS = st.fixed_dictionaries(
    {
        "referenceCategory": st.sampled_from(["SECURITY", "PACKAGE-MANAGER", "PACKAGE_MANAGER", "OTHER"]),
        "referenceType": st.sampled_from(
            [
                "purl",
                "cpe23Type",
                "npm",
                "maven-central",
                "swh",
                "advisory",
                "http://spdx.org/rdf/references/purl",
            ]
        ),
        "referenceLocator": LOCATORS | SAID,
    }
)
FIELDS: dict[str, st.SearchStrategy[Any]] = {
    "versionInfo": st.sampled_from(["", "1", "1-2", ">= 1", "v1"]) | SAID,
    "supplier": SAID,
    "originator": SAID,
    "homepage": SAID,
    "sourceInfo": SAID | st.just("acquired package info from a: b"),
    "packageFileName": SAID,
    "copyrightText": SAID,
    "description": SAID,
    "licenseDeclared": LICENCES,
    "licenseConcluded": LICENCES,
    "licenseInfoFromFiles": st.lists(LICENCES, max_size=3),
    "filesAnalyzed": st.booleans(),
    "primaryPackagePurpose": st.sampled_from(["LIBRARY", "CONTAINER", "OPERATING_SYSTEM", "TOY"]),
    # Built anew each time: one that a test mangles must not be another's.
    "checksums": st.lists(
        st.builds(dict, algorithm=st.just("SHA1"), checksumValue=st.just("ab" * 20)), max_size=2
    ),
    "externalRefs": st.lists(REFS, max_size=4),
    "hasFiles": st.lists(st.sampled_from(["SPDXRef-F1", "SPDXRef-F2"]), max_size=2),
    "attributionTexts": st.lists(SAID, max_size=2),
}
KINDS = sorted(
    {*_spdx_graph.NEEDS, *_spdx_graph.NEEDED_BY, *_spdx_graph.OTHERS, "CONTAINS", "CONTAINED_BY", "KNOWS"}
)


@st.composite
def documents(draw: st.DrawFn) -> dict[str, Any]:
    """A document with some of everything that is read."""
    ids = draw(st.lists(st.sampled_from([f"SPDXRef-{i}" for i in range(6)]), unique=True, max_size=6))
    packages = []
    for spdx_id in ids:
        fields = draw(st.fixed_dictionaries({"name": WORDS}, optional=FIELDS))
        packages.append({"SPDXID": spdx_id, "downloadLocation": draw(SAID), **fields})
    ends = st.sampled_from(
        [*ids, "SPDXRef-DOCUMENT", "SPDXRef-F1", "SPDXRef-no", "NONE", "NOASSERTION", "DocumentRef-x:y"]
    )
    relationships = st.fixed_dictionaries(
        {"spdxElementId": ends, "relationshipType": st.sampled_from(KINDS), "relatedSpdxElement": ends}
    )
    return sound(
        packages=packages,
        relationships=draw(st.lists(relationships, max_size=12)),
        documentDescribes=draw(st.lists(ends, max_size=3)),
        files=[{"SPDXID": "SPDXRef-F1", "fileName": "a.c"}],
        hasExtractedLicensingInfos=[{"licenseId": "LicenseRef-1", "extractedText": draw(SAID)}],
    )


@given(documents())
def test_all_packages_are_components_but_the_projects_own(document: dict[str, Any]) -> None:
    reading = read(json.dumps(document).encode())
    assert reading is not None
    given_ids = {package["SPDXID"] for package in document["packages"]}
    found = {component.ref for component in reading.components}
    assert found <= given_ids
    left_out = given_ids - found
    tied = {end for r in document["relationships"] for end in (r["spdxElementId"], r["relatedSpdxElement"])}
    purposes = {p["SPDXID"]: p.get("primaryPackagePurpose") for p in document["packages"]}
    unnamed = {p["SPDXID"] for p in document["packages"] if not p["name"].strip()}
    assert all(
        one in tied or one in unnamed or purposes[one] == "CONTAINER" or "oci" in str(document)
        for one in left_out
    )


@given(documents(), st.randoms(use_true_random=False))
def test_order_and_spacing_say_nothing(document: dict[str, Any], rng: Any) -> None:
    one = read(json.dumps(document).encode())
    for section in ("packages", "relationships", "documentDescribes"):
        rng.shuffle(document[section])
    keys = list(document)
    rng.shuffle(keys)
    other = read(json.dumps({key: document[key] for key in keys}, indent=2).encode("utf-16"))
    assert one is not None
    assert other is not None
    assert set(one.components) == set(other.components)
    assert set(one.edges) == set(other.edges)
    assert (one.subject, one.subject_version, one.producer, one.complete) == (
        other.subject, other.subject_version, other.producer, other.complete,
    )  # fmt: skip


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)


def places(tree: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Every place in a document."""
    steps = tree.items() if isinstance(tree, dict) else enumerate(tree) if isinstance(tree, list) else ()
    return ([path] if path else []) + [p for key, value in steps for p in places(value, (*path, key))]


@given(documents(), ANYTHING, st.randoms(use_true_random=False))
def test_any_value_in_any_place_costs_only_what_is_there(
    document: dict[str, Any], value: Any, rng: Any
) -> None:
    document["packages"].append({"SPDXID": "SPDXRef-sound", "name": "sound", "downloadLocation": "NONE"})
    path = rng.choice(
        [p for p in places(document) if p[0] != "packages" or p[1:2] != (len(document["packages"]) - 1,)]
    )
    holder: Any = document
    for key in path[:-1]:
        holder = holder[key]
    holder[path[-1]] = value
    reading = read(json.dumps(document).encode())
    assert reading is not None
    assert path == ("packages",) or "sound" in {component.name for component in reading.components}


SECTIONS = [
    "packages",
    "relationships",
    "documentDescribes",
    "creationInfo",
    "name",
    "files",
    "spdxVersion",
    "sbom",
]


@given(st.dictionaries(st.sampled_from(SECTIONS), ANYTHING, max_size=6))
def test_any_object_is_read_or_refused(sections: dict[str, Any]) -> None:
    assert read(json.dumps({"SPDXID": "SPDXRef-DOCUMENT", **sections}).encode()) is not None
    read(json.dumps({"Document": sections}).encode())


@given(documents(), st.data())
def test_mangled_bytes_are_read_or_refused(document: dict[str, Any], data: st.DataObject) -> None:
    whole = json.dumps(document).encode()
    start = data.draw(st.integers(0, len(whole)))
    length = data.draw(st.integers(0, 20))
    other = data.draw(
        st.binary(max_size=6) | st.sampled_from([b'"', b"{", b"]", b"\\", b"\0", b"\\ud800", b"1e999"])
    )
    read(whole[:start] + other + whole[start + length :])
    read(whole[:start])


@given(st.binary(max_size=60))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    read(data)
    SPDX.sniff("x.json", data, data)


@given(text=st.text(max_size=40) | st.text("a1-.v @/:\\~", max_size=40), image=st.booleans())
def test_any_name_is_taken_or_left(text: str, *, image: bool) -> None:
    name, version = _spdx_names.named(text, image=image)
    assert name is None or name.strip()
    assert version is None or version
    assert _spdx_names.tool(text).replace(" ", "") in {
        text.replace(" ", "").strip(),
        _spdx_names.tool(text).replace(" ", ""),
    }
