# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""SPDX 3 in JSON-LD: what elements mean, in every form that they may have."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from tests.collect.spdx_documents import doc as doc_2
from tests.collect.spdx_documents import doubts, edges, fault, names, pack, read_as, rel, scopes
from tests.collect.spdx_documents import read as read_2
from umbel.collect import registry
from umbel.collect._spdx3_licences import listed, nobody, reference
from umbel.collect.interface import About, Completeness, Document, Reading, UnreadableError

CONTEXT = "https://spdx.org/rdf/3.0.1/spdx-context.jsonld"
NS = "https://acme.example/d/"


def element(kind: str, name: str, **fields: Any) -> dict[str, Any]:
    return {"type": kind, "spdxId": NS + name, "creationInfo": "_:c", "name": name, **fields}


def package(name: str, purl: str = "", **fields: Any) -> dict[str, Any]:
    identifiers = [{"type": "ExternalIdentifier", "externalIdentifierType": "packageUrl", "identifier": purl}]
    more = {"externalIdentifier": identifiers} if purl else {}
    return element("software_Package", name, software_packageVersion="1.0", **more, **fields)


def related(source: str, kind: str, *targets: str, **fields: Any) -> dict[str, Any]:
    to = [one if ":" in one else NS + one for one in targets]
    spdx_id = f"{NS}r-{source}-{kind}-{'-'.join(targets)}"
    kinds = {
        "type": "LifecycleScopedRelationship" if "scope" in fields else "Relationship",
        "spdxId": spdx_id,
    }
    return {**kinds, "creationInfo": "_:c", "from": NS + source, "relationshipType": kind, "to": to, **fields}


def doc(*elements: dict[str, Any], root: str = "root", **fields: Any) -> dict[str, Any]:
    creation = {
        "type": "CreationInfo", "@id": "_:c", "specVersion": "3.0.1", "created": "2024-03-01T12:00:00Z",
        "createdBy": [NS + "acme"], "createdUsing": [NS + "tool"],
    }  # fmt: skip
    about = element("SpdxDocument", "doc", rootElement=[NS + root], **fields)
    mail = [{"type": "ExternalIdentifier", "externalIdentifierType": "email", "identifier": "a@acme.example"}]
    agents = [element("Organization", "acme", externalIdentifier=mail), element("Tool", "tool")]
    graph = [creation, about, *agents, *elements]
    return {"@context": CONTEXT, "@graph": graph}


def read(document: Any) -> Reading:
    return read_as("spdx_3", json.dumps(document).encode())


def test_the_same_evidence_as_of_spdx_2() -> None:
    cpe = "cpe:2.3:a:a:a:1.0:*:*:*:*:*:*:*"
    fields_2 = {
        "checksums": [{"algorithm": "SHA3-256", "checksumValue": "ab" * 32}], "supplier": "Organization: acme (a@acme.example)",
        "originator": "Organization: acme (a@acme.example)", "primaryPackagePurpose": "OPERATING-SYSTEM", "homepage": "https://acme.example",
        "downloadLocation": "git+https://acme.example/a.git", "licenseDeclared": "LicenseRef-own OR MIT", "copyrightText": "2024 Acme",
        "description": "D", "summary": "S", "sourceInfo": "found", "attributionTexts": ["Thanks"], "builtDate": "2024-01-01T00:00:00Z",
        "packageFileName": "a.tar.gz",
    }  # fmt: skip
    first = pack("a", "pkg:npm/a@1.0", **fields_2)
    first["externalRefs"] += [
        {"referenceCategory": "SECURITY", "referenceType": "cpe23Type", "referenceLocator": cpe},
        {
            "referenceCategory": "SECURITY",
            "referenceType": "advisory",
            "referenceLocator": "https://acme.example/s",
        },
    ]
    info = {
        "created": "2024-03-01T12:00:00Z",
        "creators": ["Organization: acme (a@acme.example)", "Tool: tool"],
    }
    told = read_2(
        doc_2(
            pack("root", "pkg:npm/root@1.0"), first, pack("b", "pkg:npm/b@1.0"), pack("t", "pkg:npm/t@1.0"),
            name="doc", creationInfo=info, documentDescribes=["SPDXRef-root"],
            hasExtractedLicensingInfos=[{"licenseId": "LicenseRef-own", "name": "Own", "extractedText": "Be nice."}],
            relationships=[
                rel("root", "DEPENDS_ON", "a"), rel("b", "RUNTIME_DEPENDENCY_OF", "a"), rel("t", "TEST_TOOL_OF", "root"),
            ],
        )
    )  # fmt: skip
    fields_3 = {
        "verifiedUsing": [{"type": "Hash", "algorithm": "sha3_256", "hashValue": "ab" * 32}],
        "suppliedBy": NS + "acme", "originatedBy": [NS + "acme"], "software_primaryPurpose": "operatingSystem",
        "software_homePage": "https://acme.example", "software_downloadLocation": "git+https://acme.example/a.git",
        "software_copyrightText": "2024 Acme", "description": "D", "summary": "S", "software_sourceInfo": "found",
        "software_attributionText": ["Thanks"], "builtTime": "2024-01-01T00:00:00Z",
        "externalRef": [{"type": "ExternalRef", "externalRefType": "securityAdvisory", "locator": ["https://acme.example/s"]}],
    }  # fmt: skip
    one = package("a", "pkg:npm/a@1.0", **fields_3)
    one["externalIdentifier"].append({"externalIdentifierType": "cpe23", "identifier": cpe})
    own = {"key": "LicenseRef-own", "value": NS + "own"}
    none = "https://spdx.org/rdf/3.0.1/terms/Licensing/NoAssertion"
    found = read(
        doc(
            package("root", "pkg:npm/root@1.0"), one, package("b", "pkg:npm/b@1.0"), package("t", "pkg:npm/t@1.0"),
            element("software_File", "a.tar.gz"), related("a", "hasDistributionArtifact", "a.tar.gz"),
            element("simplelicensing_LicenseExpression", "x", simplelicensing_licenseExpression="LicenseRef-own OR MIT", simplelicensing_customIdToUri=[own]),
            {**element("simplelicensing_SimpleLicensingText", "own", simplelicensing_licenseText="Be nice."), "name": "Own"},
            related("a", "hasDeclaredLicense", "x"), related("a", "hasConcludedLicense", none),
            *(related(o, f"has{k}License", none) for o in ("root", "b", "t") for k in ("Declared", "Concluded")),
            related("root", "dependsOn", "a"), related("a", "dependsOn", "b", scope="runtime"), related("root", "usesTool", "t", scope="test"),
            dataLicense="https://spdx.org/licenses/CC0-1.0",
        )
    )  # fmt: skip
    assert told.faults == found.faults == []
    short = [replace(c, ref=c.ref.removeprefix("SPDXRef-")) for c in told.components]
    assert {replace(c, ref=c.ref.removeprefix(NS)) for c in found.components} == set(short)
    assert edges(found) == edges(told)
    assert found.about is not None
    assert told.about is not None
    assert found.about.root is not None
    assert replace(found.about, root=None) == replace(told.about, root=None, identity=NS + "doc")
    assert (found.subject, found.subject_version, found.subject_purl) == ("root", "1.0", "pkg:npm/root@1.0")
    assert (found.format, found.producer, found.observed_at) == (
        "SPDX 3.0.1 JSON-LD",
        "tool",
        told.observed_at,
    )


@pytest.mark.parametrize(
    ("kind", "scope", "edge"),
    [
        ("dependsOn", None, (None, "a", None)),
        ("dependsOn", "runtime", (None, "a", "runtime")),
        ("dependsOn", "build", (None, "a", "build")),
        ("dependsOn", "development", (None, "a", "development")),
        ("dependsOn", "test", (None, "a", "test")),
        ("dependsOn", "design", (None, "a", None)),
        ("hasPrerequisite", None, (None, "a", None)),
        ("hasOptionalDependency", None, (None, "a", "optional")),
        ("hasOptionalDependency", "runtime", (None, "a", "optional")),
        ("hasProvidedDependency", None, (None, "a", "build")),
        ("hasOptionalComponent", None, (None, "a", "optional")),
        ("hasDynamicLink", "build", (None, "a", "runtime")),
        ("hasStaticLink", None, (None, "a", "runtime")),
        ("usesTool", "build", (None, "a", "build")),
        ("usesTool", None, (None, "a", None)),
        ("contains", None, None),
        ("hasEvidence", None, None),
        ("DEPENDS_ON", None, (None, "a", None)),
    ],
)
def test_relationships_and_their_scopes(kind: str, scope: str | None, edge: object) -> None:
    fields = {"scope": scope} if scope else {}
    reading = read(
        doc(
            package("root"),
            package("a"),
            related("root", kind, "a", **fields),
            related("root", "contains", "a"),
        )
    )
    assert edges(reading) == ({edge} if edge else set())
    assert names(reading) == {"a"}
    assert doubts(reading) == []


def test_unknown_relationships_are_named() -> None:
    reading = read(
        doc(package("root"), package("a"), related("root", "contains", "a"), related("root", "admires", "a"))
    )
    assert fault(reading, "unknown-word").place == "$.@graph[7]"


def test_several_targets_are_several_edges() -> None:
    reading = read(doc(package("root"), package("a"), package("b"), related("root", "dependsOn", "a", "b")))
    assert {target for _, target, _ in edges(reading)} == {"a", "b"}


def test_a_root_that_is_an_sbom_stands_for_its_own() -> None:
    sbom = element(
        "software_Sbom",
        "sbom",
        rootElement=[NS + "root", NS + "sbom"],
        software_sbomType=["build", "analyzed"],
    )
    reading = read(doc(package("root"), package("a"), related("root", "contains", "a"), sbom, root="sbom"))
    assert reading.subject == "root"
    assert reading.about is not None
    assert reading.about.lifecycles == ("analyzed", "build")


def test_models_and_data() -> None:
    model = element(
        "ai_AIPackage", "model", software_packageVersion="2", software_primaryPurpose="model", ai_typeOfModel=["transformer"],
        ai_hyperparameter=[{"type": "DictionaryEntry", "key": "depth", "value": "7"}], ai_autonomyType="no",
        ai_energyConsumption={"type": "ai_EnergyConsumption", "ai_trainingEnergyConsumption": [{"ai_energyQuantity": 1.5}]},
    )  # fmt: skip
    data = element(
        "dataset_DatasetPackage",
        "data",
        dataset_datasetSize=3,
        dataset_knownBias=["old", "new"],
        dataset_sensor=None,
    )
    reading = read(doc(model, data, package("app"), related("app", "contains", "model", "data"), root="app"))
    assert {c.name: (c.type, c.properties) for c in reading.components} == {
        "model": (
            "machine-learning-model",
            (
                ("spdx:ai_typeOfModel", "transformer"),
                ("spdx:ai_hyperparameter", "depth=7"),
                ("spdx:ai_autonomyType", "no"),
                ("spdx:ai_energyConsumption", '{"type":"ai_EnergyConsumption","ai_trainingEnergyConsumption":[{"ai_energyQuantity":1.5}]}'),
            ),
        ),
        "data": ("data", (("spdx:dataset_datasetSize", "3"), ("spdx:dataset_knownBias", "old"), ("spdx:dataset_knownBias", "new"))),
    }  # fmt: skip


LISTED = "https://spdx.org/licenses/"


@pytest.mark.parametrize(
    ("elements", "target", "text"),
    [
        ([], LISTED + "MIT", "MIT"),
        ([{"type": "expandedlicensing_ListedLicense", "spdxId": LISTED + "MIT", "name": "MIT License"}], LISTED + "MIT", "MIT"),
        ([], "https://spdx.org/rdf/3.0.1/terms/Licensing/None", "NONE"),
        ([{"type": "expandedlicensing_NoneLicense", "spdxId": NS + "l"}], "l", "NONE"),
        ([], "expandedlicensing_NoAssertionLicense:", "expandedlicensing_NoAssertionLicense:"),
        ([element("expandedlicensing_DisjunctiveLicenseSet", "l", expandedlicensing_member=[LISTED + "Zlib", LISTED + "MIT"])], "l", "MIT OR Zlib"),
        (
            [
                element("expandedlicensing_ConjunctiveLicenseSet", "l", expandedlicensing_member=[LISTED + "Zlib", NS + "m"]),
                element("expandedlicensing_DisjunctiveLicenseSet", "m", expandedlicensing_member=[NS + "n", NS + "LicenseRef-own"]),
                element("expandedlicensing_WithAdditionOperator", "n", expandedlicensing_subjectExtendableLicense=NS + "o", expandedlicensing_subjectAddition=LISTED + "Classpath-exception-2.0"),
                element("expandedlicensing_OrLaterOperator", "o", expandedlicensing_subjectLicense=LISTED + "GPL-2.0"),
                element("expandedlicensing_CustomLicense", "LicenseRef-own", simplelicensing_licenseText="Be nice."),
            ],
            "l",
            "(GPL-2.0+ WITH Classpath-exception-2.0 OR LicenseRef-own) AND Zlib",
        ),
        ([element("simplelicensing_SimpleLicensingText", "the own", simplelicensing_licenseText="Be nice.")], "the own", "LicenseRef-the-own"),
        ([element("License", "l-1")], "l-1", "l-1"),
        ([], "l-2", NS + "l-2"),
    ],
)  # fmt: skip
def test_licences_become_expressions(elements: list[dict[str, Any]], target: str, text: str) -> None:
    reading = read(doc(package("a"), *elements, related("a", "hasDeclaredLicense", target), root="a"))
    (component,) = reading.components
    assert component.declared == (text,)


def test_several_licences_all_apply() -> None:
    choice = element(
        "simplelicensing_LicenseExpression", "l", simplelicensing_licenseExpression="MIT OR Zlib"
    )
    none = "https://spdx.org/rdf/3.0.1/terms/Licensing/NoAssertion"
    more = [
        related("a", "hasConcludedLicense", NS + "l", LISTED + "ISC"),
        related("a", "hasConcludedLicense", none),
    ]
    (component,) = read(doc(package("a"), choice, *more, root="a")).components
    assert component.concluded == ("(MIT OR Zlib) AND ISC",)


def test_licences_that_hold_themselves_cost_only_themselves() -> None:
    sets = [
        element(
            "expandedlicensing_ConjunctiveLicenseSet",
            f"l{i}",
            expandedlicensing_member=[f"{NS}l{(i + 1) % 50}"] * 2,
        )
        for i in range(50)
    ]
    reading = read(doc(package("a"), *sets, related("a", "hasDeclaredLicense", "l0"), root="a"))
    (component,) = reading.components
    assert component.declared == ()
    assert fault(reading, "licence").place == "$.@graph[4]"


@pytest.mark.parametrize(
    ("uri", "word"),
    [
        ("https://spdx.org/rdf/3.0.1/terms/Core/NoAssertionElement", "NOASSERTION"),
        ("https://spdx.org/rdf/3.0.1/terms/Core/NoneElement", "NONE"),
        ("expandedlicensing_NoneLicense", "NONE"),
        ("NoAssertionElement", "NOASSERTION"),
        ("https://acme.example/Nonesuch", ""),
        ("https://acme.example/NoAssertionYet", ""),
    ],
)
def test_nobody(uri: str, word: str) -> None:
    assert nobody(uri) == word


def test_ids_of_licences() -> None:
    assert (listed(LISTED + "MIT"), listed(NS + "MIT")) == ("MIT", "")
    assert (reference(NS + "#LicenseRef-a.b"), reference("urn:x:*"), reference(NS + "a b")) == (
        "LicenseRef-a.b",
        "LicenseRef-unnamed",
        "LicenseRef-a-b",
    )


# -- forms


def test_elements_inside_of_others_are_elements() -> None:
    info = {
        "type": "CreationInfo",
        "specVersion": "3.0.1",
        "created": "2024-03-01T12:00:00Z",
        "createdBy": [{"type": "Person", "name": "Jo"}],
    }
    inner = {
        **package("a", suppliedBy={"type": "Organization", "@id": "_:o", "name": "Acme"}),
        "creationInfo": "_:c",
    }
    root = {**package("root"), "creationInfo": "_:c"}
    link = {**related("root", "dependsOn"), "from": root, "to": [inner]}
    document = {
        "type": "SpdxDocument",
        "spdxId": NS + "doc",
        "creationInfo": info,
        "name": "d",
        "rootElement": [NS + "root"],
    }
    reading = read({"@context": CONTEXT, "@graph": [document, link]})
    assert edges(reading) == {(None, "a", None)}
    assert reading.components[0].supplier == "Organization: Acme"
    assert reading.about is not None
    assert reading.about.authors == ("Jo",)
    assert doubts(reading) == []


def test_a_single_element_is_a_document() -> None:
    reading = read({"@context": CONTEXT, **package("a", "pkg:npm/a@1.0")})
    assert names(reading) == {"a"}
    assert {f.code for f in reading.faults} == {"missing-field", "spdx-version"}


def test_full_names_of_properties_are_understood() -> None:
    terms = "https://spdx.org/rdf/3.0.1/terms/"
    full = [
        {"@id": NS + "a", "@type": [terms + "Software/Package"], terms + "Core/name": [{"@value": "a"}], terms + "Software/packageVersion": [{"@value": "1"}]},
        {"@id": NS + "b", "@type": terms + "Software/Package", terms + "Core/name": "b"},
        {
            "@type": terms + "Core/Relationship", terms + "Core/from": [{"@id": NS + "a"}], terms + "Core/to": {"@id": NS + "b"},
            terms + "Core/relationshipType": [{"@id": terms + "Core/RelationshipType/dependsOn"}],
        },
        {"@type": [terms + "Core/SpdxDocument"], "@id": NS + "doc", terms + "Core/rootElement": [{"@id": NS + "a"}]},
    ]  # fmt: skip
    reading = read(full)
    assert edges(reading) == {(None, "b", None)}
    assert (reading.subject, reading.subject_version) == ("a", "1")


def test_one_value_may_stand_without_its_list() -> None:
    link = related("root", "dependsOn", "a") | {"to": NS + "a"}
    reading = read(
        doc(package("root", verifiedUsing={"algorithm": "md5", "hashValue": "ab" * 16}), package("a"), link)
    )
    assert edges(reading) == {(None, "a", None)}
    assert doubts(reading) == []
    assert reading.about is not None
    assert reading.about.root is not None
    assert reading.about.root.hashes == (("md5", "ab" * 16),)


def test_what_is_imported_is_elsewhere() -> None:
    imports: dict[str, Any] = {
        "import": [{"type": "ExternalMap", "externalSpdxId": "https://other.example/a"}]
    }
    reading = read(doc(package("root"), related("root", "dependsOn", "https://other.example/a"), **imports))
    assert fault(reading, "other-documents").level == "note"
    assert not reading.complete
    assert doubts(reading) == []


def test_a_document_says_how_much_it_tells() -> None:
    reading = read(
        doc(
            package("root"), package("a"), package("b"), related("root", "dependsOn", "a", completeness="complete"),
            related("a", "dependsOn", "b", completeness="incomplete"), related("b", "dependsOn", "NoneElement:", completeness="noAssertion"),
            related("doc", "contains", "root", completeness="complete"),
        )
    )  # fmt: skip
    assert reading.about is not None
    assert set(reading.about.completeness) == {
        Completeness("dependencies", None, "complete"),
        Completeness("components", None, "complete"),
        Completeness("dependencies", NS + "a", "incomplete"),
    }
    assert not reading.complete


@pytest.mark.parametrize(
    ("broken", "code", "place"),
    [
        ("text", "wrong-type", "$.@graph[4]"),
        ({"spdxId": NS + "x"}, "untyped", "$.@graph[4]"),
        (package("x") | {"name": 7}, "wrong-type", "$.@graph[4].name"),
        (package("x") | {"verifiedUsing": ["a"]}, "wrong-type", "$.@graph[4].verifiedUsing[0]"),
        (package("x") | {"suppliedBy": NS + "nobody"}, "unknown-ref", "$.@graph[4]"),
        (package("x") | {"externalIdentifiers": [{"externalIdentifierType": "packageUrl", "identifier": "pkg:npm/x@1.0"}]}, "unknown-field", "$.@graph[4]"),
        (package("x") | {"software_primaryPurpose": "toy"}, "unknown-word", "$.@graph[4]"),
        (package("x", "pkg:x"), "purl", "$.@graph[4]"),
        (package("x") | {"name": ""}, "missing-field", "$.@graph[4]"),
        (related("root", "dependsOn"), "missing-field", "$.@graph[4]"),
        (related("root", "dependsOn", "nobody"), "unknown-ref", "$.@graph[4]"),
        (element("SpdxDocument", "x"), "several-documents", ""),
        ({"type": "Unheard", "of": 1}, None, ""),
    ],
)  # fmt: skip
def test_a_broken_element_costs_only_itself(broken: Any, code: str | None, place: str) -> None:
    reading = read(doc(broken, package("root"), package("a"), related("root", "dependsOn", "a")))
    assert (None, "a", None) in edges(reading)
    if code is None:
        assert doubts(reading) == []
    else:
        assert fault(reading, code).place == place


def test_a_document_of_another_version_is_read_with_a_fault() -> None:
    text = json.dumps(doc(package("root"))).replace('"3.0.1"', '"3.1.0"')
    reading = read_as("spdx_3", text.encode())
    assert reading.format == "SPDX 3.0.1 JSON-LD"
    assert "3.1.0" in fault(reading, "spdx-version").message


def test_what_isnt_said_is_none() -> None:
    reading = read({"@context": CONTEXT, "@graph": []})
    assert reading.about == About()
    assert fault(reading, "no-components").level == "note"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (f'{{"@context": "{CONTEXT}", "@graph": [', "malformed-json"),
        (f'{{"@context": "{CONTEXT}", "@graph": ' + "[" * 100_000, "too-deep malformed-json"),
        ('{"a": 1}', "not-spdx"),
        ("[]", "not-spdx"),
        ("7", "not-spdx"),
        ("", "malformed-json"),
    ],
)
def test_documents_in_which_nothing_can_be_read(text: str, code: str) -> None:
    with pytest.raises(UnreadableError) as caught:
        registry.collectors()["spdx_3"].read(Document(Path("x"), data=text.encode()))
    assert caught.value.fault.code in code.split()


def test_what_follows_and_bytes_that_are_no_utf8() -> None:
    data = json.dumps(doc(package("root", software_copyrightText="© Acme")), ensure_ascii=False).encode(
        "latin-1"
    )
    assert fault(read_as("spdx_3", data), "encoding").place.startswith("byte ")
    assert (
        fault(
            read_as("spdx_3", json.dumps(doc(package("a"), root="a")).encode() + b" end"), "trailing-text"
        ).place
        == "line 1"
    )


@pytest.mark.parametrize("encoding", ["utf-16", "utf-8-sig", "utf-32"])
def test_encodings(encoding: str) -> None:
    assert names(read_as("spdx_3", json.dumps(doc(package("a"), root="a")).encode(encoding))) == {"a"}


def test_scopes_are_derived_as_for_spdx_2() -> None:
    reading = read(
        doc(
            package("root"), package("a"), package("b"), related("root", "dependsOn", "a", scope="test"),
            related("a", "dependsOn", "b", scope="runtime"),
        )
    )  # fmt: skip
    assert scopes(reading) == {"a": "test", "b": "test"}
