# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""What CycloneDX documents say of themselves, whom one can write to, and model cards."""

from __future__ import annotations

from typing import Any

import pytest

from tests.collect.cyclonedx_documents import bom, codes, lib, only, read, read_xml
from umbel.collect.interface import About, Completeness, Reading

SERIAL = "urn:uuid:3e671687-395b-41f5-a30f-a58921a69b79"


def about(reading: Reading) -> About:
    """What a document says of itself."""
    assert reading.about is not None
    return reading.about


def test_document_tells_who_made_it_when_and_with_what() -> None:
    metadata = {
        "timestamp": "2024-03-01T12:00:00Z",
        "lifecycles": [{"phase": "build"}, {"name": "scan of an image"}],
        "authors": [{"name": "N", "email": "n@acme.example"}, {"email": "m@acme.example"}],
        "manufacturer": {"name": "Acme", "url": ["https://acme.example"]},
        "supplier": {"name": "Shop Ltd"},
        "licenses": [{"license": {"id": "CC0-1.0"}}],
        "tools": {"components": [{"type": "application", "name": "syft", "version": "1.9"}]},
        "component": {"type": "application", "name": "shop", "version": "2", "hashes": [], "bom-ref": "r"},
    }
    found = about(read(bom(metadata=metadata, serialNumber=SERIAL, version=3)))
    assert found.identity == f"{SERIAL}/3"
    assert found.created == "2024-03-01T12:00:00Z"
    assert found.authors == ("N <n@acme.example>", "m@acme.example", "Acme <https://acme.example>")
    assert (found.tools, found.supplier, found.licenses) == (("syft 1.9",), "Shop Ltd", ("CC0-1.0",))
    assert found.lifecycles == ("build", "scan of an image")
    assert found.signed is False
    assert found.root is not None
    assert (found.root.name, found.root.version) == ("shop", "2")


def test_a_document_that_says_nothing_of_itself() -> None:
    document = bom(components=[lib("a")])
    document = {key: document[key] for key in document if key not in {"serialNumber", "version", "metadata"}}
    assert about(read(document)) == About(signed=False)


def test_older_documents_name_the_manufacturer_of_the_product() -> None:
    metadata = {"manufacture": {"name": "Acme", "contact": [{"email": "info@acme.example"}]}}
    found = about(read(bom(5, metadata=metadata)))
    assert (found.supplier, found.authors) == ("Acme", ())


@pytest.mark.parametrize("signature", [{"algorithm": "ES256", "value": "x"}, "x"])
def test_a_signature_is_noted(signature: Any) -> None:
    assert about(read(bom(components=[lib("a")], signature=signature))).signed is True


def test_null_is_no_signature() -> None:
    assert about(read(bom(components=[lib("a")], signature=None))).signed is False


def test_a_signature_in_xml_is_noted() -> None:
    signature = '<Signature xmlns="http://www.w3.org/2000/09/xmldsig#"><SignedInfo/></Signature>'
    assert about(read_xml(signature)).signed is True
    assert about(read_xml('<Signature xmlns="urn:other"/>')).signed is False


def test_completeness_is_told_of_the_project_of_components_and_of_the_whole() -> None:
    compositions = [
        {"aggregate": "complete", "assemblies": ["r"], "dependencies": ["a", "nowhere"]},
        {"aggregate": "unknown"},
        {"aggregate": "incomplete", "vulnerabilities": ["v"]},
    ]
    metadata = {"component": {"type": "application", "name": "shop", "bom-ref": "r"}}
    reading = read(bom(components=[lib("a")], compositions=compositions, metadata=metadata))
    ref = only(reading).ref
    assert about(reading).completeness == (
        Completeness("components", None, "complete"),
        Completeness("dependencies", ref, "complete"),
        Completeness("components", None, "unknown"),
        Completeness("dependencies", None, "unknown"),
    )


def test_component_keeps_where_to_write_to() -> None:
    component = lib(
        "a",
        supplier={"name": "S", "url": ["https://s.example"], "contact": [{"email": "s@s.example"}]},
        manufacturer={"name": "M", "contact": [{"name": "somebody", "email": "m@m.example"}]},
        authors=[{"name": "A", "email": "a@a.example"}],
    )
    assert only(read(bom(components=[component]))).properties == (
        ("supplier:url", "https://s.example"),
        ("supplier:email", "s@s.example"),
        ("manufacturer:name", "M"),
        ("manufacturer:email", "m@m.example"),
        ("author:email", "a@a.example"),
    )


def test_component_keeps_rarer_identifiers_and_hashes_of_what_it_refers_to() -> None:
    component = lib(
        "a",
        swid={"tagId": "tag", "name": "a"},
        swhid=["swh:1:cnt:94a9ed024d3859793618152ea559a168bbcbb5e2"],
        externalReferences=[
            {
                "type": "distribution",
                "url": "https://example.org/a.tgz",
                "hashes": [{"alg": "SHA-512", "content": "AB" * 64}],
            }
        ],
    )
    assert only(read(bom(components=[component]))).properties == (
        ("swid", "tag"),
        ("swhid", "swh:1:cnt:94a9ed024d3859793618152ea559a168bbcbb5e2"),
        ("distribution:sha512", "ab" * 64),
    )


def test_components_within_others_say_what_they_are_part_of() -> None:
    inner = lib("c", purl="pkg:npm/c@1.0", components=[lib("d")])
    metadata = {"component": {"type": "application", "name": "shop", "components": [lib("own")]}}
    reading = read(bom(components=[lib("a", group="g", components=[inner]), lib("b")], metadata=metadata))
    parts = {c.name: dict(c.properties).get("part_of") for c in reading.components}
    assert parts == {"own": "shop", "a": None, "b": None, "c": "g/a@1.0", "d": "pkg:npm/c@1.0"}
    assert reading.edges == []


# -- models and data

CARD: dict[str, Any] = {
    "modelParameters": {
        "approach": {"type": "supervised"},
        "task": "classification",
        "architectureFamily": "transformer",
        "modelArchitecture": "BERT",
        "datasets": [{"ref": "set"}, {"type": "dataset", "name": "Sentences", "bom-ref": "inline"}],
    },
    "quantitativeAnalysis": {
        "performanceMetrics": [{"type": "accuracy", "value": "0.9", "slice": "German"}, {"type": "F1"}]
    },
    "considerations": {
        "useCases": ["sorting mail"],
        "technicalLimitations": ["short texts"],
        "ethicalConsiderations": [{"name": "bias", "mitigationStrategy": "review"}],
    },
}


def model(**fields: Any) -> dict[str, Any]:
    """A model that was made from another."""
    pedigree = {"ancestors": [{"type": "machine-learning-model", "name": "base", "version": "1"}]}
    return {
        "type": "machine-learning-model", "name": "m", "version": "2", "bom-ref": "m",
        "modelCard": CARD, "pedigree": pedigree, **fields,
    }  # fmt: skip


def test_a_model_card_becomes_properties() -> None:
    data = {"type": "data", "name": "set", "bom-ref": "set", "version": "1"}
    reading = read(bom(components=[model(), data]))
    assert codes(reading) == []
    assert reading.components[0].properties == (
        ("model:approach", "supervised"),
        ("model:task", "classification"),
        ("model:architecture_family", "transformer"),
        ("model:architecture", "BERT"),
        ("model:dataset", "set"),
        ("model:dataset", "Sentences"),
        ("model:base_model", "base@1"),
        ("model:metric", "name=accuracy value=0.9 slice=German"),
        ("model:metric", "name=F1"),
        ("model:use_case", "sorting mail"),
        ("model:limitation", "short texts"),
        ("model:ethical_consideration", "bias: review"),
    )


def test_a_model_depends_on_the_data_that_it_refers_to() -> None:
    data = {"type": "data", "name": "set", "bom-ref": "set", "version": "1"}
    (edge,) = read(bom(components=[model(), data])).edges
    assert (edge.source, edge.target) == ("m", "set")


def test_the_project_may_be_a_model() -> None:
    data = {"type": "data", "name": "set", "bom-ref": "set", "version": "1"}
    reading = read(bom(components=[data], metadata={"component": model()}))
    assert [(edge.source, edge.target) for edge in reading.edges] == [(None, "set")]
    assert about(reading).root is not None


def test_unknown_data_is_a_fault() -> None:
    assert "unknown-ref" in codes(read(bom(components=[model()])))


def test_data_is_told_of() -> None:
    data = {
        "type": "data", "name": "set", "version": "1",
        "data": [{"type": "dataset", "name": "Sentences", "classification": "public", "sensitiveData": ["names"],
                  "contents": {"url": "https://example.org/set"}}],
    }  # fmt: skip
    assert only(read(bom(components=[data]))).properties == (
        ("data:type", "dataset"),
        ("data:name", "Sentences"),
        ("data:classification", "public"),
        ("data:sensitive", "names"),
        ("data:url", "https://example.org/set"),
    )


def test_xml_says_the_same_of_models_and_data() -> None:
    reading = read_xml(
        """
        <components>
          <component type="machine-learning-model" bom-ref="m"><name>m</name>
            <modelCard><modelParameters><task>classification</task>
              <datasets><ref>set</ref><dataset bom-ref="inline"><type>dataset</type><name>Sentences</name>
                <sensitiveData>names</sensitiveData><sensitiveData>addresses</sensitiveData></dataset></datasets>
            </modelParameters>
            <quantitativeAnalysis><performanceMetrics><performanceMetric><type>F1</type><value>0.8</value>
            </performanceMetric></performanceMetrics></quantitativeAnalysis>
            <considerations><useCases><useCase>sorting mail</useCase></useCases></considerations></modelCard>
          </component>
          <component type="data" bom-ref="set"><name>set</name>
            <data><type>dataset</type><name>A</name></data><data><type>other</type><name>B</name></data>
          </component>
        </components>
        """
    )
    first, second = reading.components
    assert codes(reading) == []
    assert first.properties == (
        ("model:task", "classification"),
        ("model:dataset", "set"),
        ("model:dataset", "Sentences"),
        ("model:metric", "name=F1 value=0.8"),
        ("model:use_case", "sorting mail"),
    )
    assert second.properties == (
        ("data:type", "dataset"), ("data:name", "A"), ("data:type", "other"), ("data:name", "B"),
    )  # fmt: skip
    assert [(edge.source, edge.target) for edge in reading.edges] == [("m", "set")]


@pytest.mark.parametrize(
    "card",
    [
        1,
        [],
        {"modelParameters": 1},
        {"modelParameters": {"datasets": [1, {}, None]}},
        {"considerations": [2]},
    ],
)
def test_a_model_card_that_makes_no_sense_costs_nothing_else(card: Any) -> None:
    found = read(bom(components=[model(modelCard=card)]))
    assert found.components[0].name == "m"
    assert codes(found)


def test_long_cards_are_cut() -> None:
    card = {"considerations": {"useCases": ["x" * 10_000, *map(str, range(1000))]}}
    properties = only(read(bom(components=[model(modelCard=card)]))).properties
    assert len(properties) == 200
    assert max(len(value) for _, value in properties) == 500
