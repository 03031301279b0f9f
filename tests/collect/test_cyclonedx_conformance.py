# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""The standard's own documents, published examples and BOMs from the wild, all of them."""

from __future__ import annotations

import copy
import json
import random
from collections import Counter
from functools import cache
from pathlib import Path
from typing import Any

import msgspec
import pytest

from tests.formats import remembering
from umbel.collect import _cyclonedx_licence, _cyclonedx_shape
from umbel.collect.cyclonedx_json import CyclonedxJsonCollector
from umbel.collect.cyclonedx_xml import CyclonedxXmlCollector
from umbel.collect.interface import Document, Reading, UnreadableError
from umbel.model.errors import Fault

JSON, XML = CyclonedxJsonCollector(), CyclonedxXmlCollector()
DOUBTFUL = {"error", "warning"}

MISSED: dict[str, str] = {}
"""Invalid documents of the suite whose fault isn't noticed → why. None is left."""

DIFFERING = {
    "1.4/invalid-component-ref-1.4": "nested in XML only",
    "1.4/invalid-dependency-1.4": "names of components",
    "1.4/invalid-license-choice-1.4": "another component; the invalid choice is another one",
    "1.4/invalid-license-encoding-1.4": "another component",
    "1.4/invalid-license-id-1.4": "another component",
    "1.4/invalid-metadata-timestamp-1.4": "another day",
    "1.4/invalid-serialnumber-1.4": "components in XML only",
    "1.4/valid-bom-1.4": "components and their facts",
    "1.4/valid-component-ref-1.4": "a third component in XML only",
    "1.4/valid-compositions-1.4": "a component's version",
    "1.4/valid-dependency-1.4": "names of components",
    "1.4/valid-external-reference-1.4": "publisher in JSON only",
    "1.4/valid-license-expression-1.4": "another component",
    "1.4/valid-license-id-1.4": "another component",
    "1.4/valid-license-name-1.4": "another component",
    "1.4/valid-metadata-timestamp-1.4": "another day",
    "1.4/valid-properties-1.4": "a second property in XML only",
    "1.4/valid-service-1.4": "publisher in JSON only",
    "1.5/invalid-component-ref-1.5": "nested in XML only",
    "1.5/invalid-dependency-1.5": "names of components",
    "1.5/invalid-license-choice-1.5": "another component; the invalid choice is another one",
    "1.5/invalid-license-encoding-1.5": "another component",
    "1.5/invalid-license-id-1.5": "another component",
    "1.5/invalid-metadata-timestamp-1.5": "another day",
    "1.5/invalid-serialnumber-1.5": "components in XML only",
    "1.5/valid-bom-1.5": "components and their facts",
    "1.5/valid-component-ref-1.5": "a third component in XML only",
    "1.5/valid-compositions-1.5": "a component's version",
    "1.5/valid-dependency-1.5": "names of components",
    "1.5/valid-external-reference-1.5": "publisher in JSON only",
    "1.5/valid-license-expression-1.5": "another component",
    "1.5/valid-license-id-1.5": "another component",
    "1.5/valid-license-name-1.5": "another component",
    "1.5/valid-machine-learning-1.5": "publisher in XML only",
    "1.5/valid-metadata-timestamp-1.5": "another day",
    "1.5/valid-properties-1.5": "a second property in XML only",
    "1.5/valid-service-1.5": "publisher in JSON only",
    "cern-lhc-vdm-editor-e564943/bom": "made at another second",
    "dropwizard-1.3.15/bom": "scopes in XML only",
    "v11.1.2/bom": "made at another minute",
}
"""Pairs of one name whose JSON and XML say different things → what."""

ODDITIES = {
    "dependency-track/bom-custom-license.json": {"missing-field"},
    "dependency-track/bom-issue3309.json": {"missing-field"},
    "dependency-track/bom-issue3936-authors.json": {"missing-field", "nameless"},
    "dependency-track/bom-metadata-components.json": {"unknown-ref"},
    "dependency-track/bom-no-purl.json": {"missing-field"},
    "sbomqs/fixtures/cdx-custom-license.cdx.json": {"licence-id"},
    "sbomqs/fixtures/cdx-mixed-licenses.cdx.json": {"licence-id"},
    "sbomqs/fixtures/cdx-no-dependencies.json": {"hash"},
    "sbomqs/fixtures/cdx-old-version.json": {"wrong-type"},
    "sbomqs/fixtures/cdx-perfect-score.json": {"hash", "unknown-field"},
    "sbomqs/fixtures/cdx-with-complete-signature.json": {"hash"},
    "sbomqs/fixtures/cdx-with-ec-signature.json": {"hash"},
    "sbomqs/fixtures/cdx-with-incomplete-signature.json": {"hash"},
    "sbomqs/fixtures/cdx-with-multiple-signers.json": {"hash"},
    "sbomqs/fixtures/cdx-with-signature-no-key.json": {"hash"},
    "sbomqs/sboms/advanced-comprehensive-violations.cdx.json": {"licence-choice", "unknown-field"},
    "sbomqs/sboms/clean-permissive.cdx.json": {"hash", "serial-number"},
    "sbomqs/sboms/community-health-violations.cdx.json": {"unknown-field"},
    "sbomqs/sboms/enterprise-approved-suppliers-violations.cdx.json": {"unknown-field"},
    "sbomqs/sboms/enterprise-complete-sbom-violations.cdx.json": {"unknown-field"},
    "sbomqs/sboms/gpl-copyleft.cdx.json": {"hash", "serial-number"},
    "sbomqs/sboms/industry-finance-compliance-violations.cdx.json": {"unknown-field"},
    "sbomqs/sboms/license-allowlist-violations.cdx.json": {"licence-id", "unknown-field"},
    "sbomqs/sboms/license-block-copyleft-violations.cdx.json": {"unknown-field"},
    "sbomqs/sboms/license-block-proprietary-violations.cdx.json": {"licence-id", "unknown-field"},
    "sbomqs/sboms/license-dual-check-violations.cdx.json": {"unknown-field"},
    "sbomqs/sboms/license-expressions-acknowledgement.cdx.json": {"hash", "serial-number"},
    "sbomqs/sboms/metadata-identifiers-violations.cdx.json": {"unknown-field"},
    "sbomqs/sboms/metadata-provenance-violations.cdx.json": {"unknown-field"},
    "sbomqs/sboms/metadata-required-violations.cdx.json": {"missing-field", "nameless", "unknown-field"},
    "sbomqs/sboms/missing-metadata.cdx.json": {"serial-number"},
    "sbomqs/sboms/open-source-distribution-violations.cdx.json": {"unknown-field"},
    "sbomqs/sboms/proprietary-licenses.cdx.json": {"hash", "licence-id", "serial-number"},
    "sbomqs/sboms/security-ban-vulnerables-violations.cdx.json": {"unknown-field"},
    "sbomqs/sboms/security-no-snapshots-violations.cdx.json": {"unknown-field"},
    "sbomqs/sboms/security-required-fields-violations.cdx.json": {"unknown-field"},
    "sbomqs/sboms/security-verified-sources-violations.cdx.json": {"unknown-field"},
    "sbomqs/sboms/snapshot-versions.cdx.json": {"hash", "serial-number"},
    "sbomqs/sboms/vulnerable-log4j.cdx.json": {"hash", "serial-number"},
    "sbomqs/validation/cyclonedx/cdx-1-4-invalid-sbom.cdx.json": {"licence-empty", "purl"},
    "sbomqs/validation/cyclonedx/cdx-1-6-invalid-sbom.cdx.json": {"unknown-word"},
}
"""Faults of the documents that aren't the standard's own; all others have none."""


def read(path: Path) -> Reading | Fault:
    """A document's reading, or the fault for which it was refused."""
    raw = path.read_bytes()
    collector = next((c for c in (JSON, XML) if c.sniff(path.name, raw[:65536], raw[-65536:])), JSON)
    try:
        return collector.read(Document(path, data=raw))
    except UnreadableError as error:
        return error.fault


def doubts(found: Reading | Fault) -> list[Fault]:
    """What is wrong with a document, notes left out."""
    faults = [found] if isinstance(found, Fault) else found.faults
    return [fault for fault in faults if fault.level in DOUBTFUL]


@pytest.fixture
def data(shared_data: Path) -> Path:
    """The folder of BOMs."""
    return shared_data / "sbom"


@cache
def suite(data: Path, kind: str) -> list[Path]:
    """The standard's documents whose name begins with `valid-` or `invalid-`."""
    found = (data / "cyclonedx-conformance").rglob(f"{kind}-*")
    return sorted(path for path in found if path.suffix in {".json", ".xml"})


def test_every_valid_document_is_read(data: Path) -> None:
    documents = suite(data, "valid")
    bad = {path.name: list(map(str, doubts(found))) for path in documents if doubts(found := read(path))}
    assert len(documents) == 200
    assert bad == {}


def test_every_invalid_document_is_refused_or_its_fault_named(data: Path) -> None:
    documents = suite(data, "invalid")
    missed = {path.name for path in documents if not doubts(read(path))}
    assert len(documents) == 136
    assert missed == set(MISSED), "a table of misses that isn't up to date helps nobody"


def test_faults_of_invalid_documents_name_what_the_file_is_named_after(data: Path) -> None:
    expected = {
        "bomformat": "bom-format", "component-swid": "missing-field", "component-type": "unknown-word",
        "dependency": "missing-field", "hash-alg": "unknown-word", "hash-md5": "hash", "hash-sha512": "hash",
        "issue-type": "unknown-word", "license-encoding": "unknown-word", "license-id": "licence-id",
        "license-name-count": "repeated-element", "metadata-license": "licence-id",
        "metadata-timestamp": "invalid-time", "missing-component-type": "missing-field",
        "namespace": "spec-version", "patch-type": "unknown-word", "scope": "unknown-word",
        "serialnumber": "serial-number", "service-data": "unknown-word", "properties": "missing-field",
        "license-declared-concluded-mix": "licence-mix",
    }  # fmt: skip
    for path in suite(data, "invalid"):
        what = path.name.removeprefix("invalid-").rpartition("-")[0]
        if what in expected:
            assert expected[what] in {fault.code for fault in doubts(read(path))}, path.name


@cache
def others(data: Path) -> list[Path]:
    """Every other document in the data that is CycloneDX, whatever its name."""
    found = []
    for folder in ("bom-examples", "dependency-track", "in-the-wild", "sbomqs"):
        for path in sorted((data / folder).rglob("*")):
            if path.is_file():
                raw = path.read_bytes()
                if any(c.sniff(path.name, raw[:65536], raw[-65536:]) for c in (JSON, XML)):
                    found.append(path)
    return found


def test_documents_of_the_wild_are_read_and_each_oddity_is_named(data: Path) -> None:
    odd = {}
    for path in others(data):
        found = read(path)
        assert isinstance(found, Reading), path
        if doubts(found):
            odd[str(path.relative_to(data))] = {fault.code for fault in doubts(found)}
    assert len(others(data)) == 126
    assert odd == ODDITIES


def evidence(reading: Reading) -> tuple[Any, ...]:
    """What a reading says, whatever its references are called."""
    facts: dict[str | None, str | None] = {None: None}
    for component in reading.components:
        facts[component.ref] = str(msgspec.structs.replace(component, ref=""))
    edges = {
        (facts[e.source], facts[e.target], e.package, e.requirement, e.scope, e.pinned) for e in reading.edges
    }
    named = (reading.producer, reading.subject, reading.subject_version, reading.subject_purl)
    said = reading.about
    assert said is not None
    told = Counter((each.what, facts[each.ref], each.aggregate) for each in said.completeness)
    said = msgspec.structs.replace(said, completeness=())
    return Counter(facts.values()), edges, named, reading.observed_at, reading.complete, told, said


def test_json_and_xml_of_one_document_give_equal_evidence(data: Path) -> None:
    differing, pairs = set(), 0
    for markup in sorted(data.rglob("*.xml")):
        path = markup.with_suffix(".json")
        if not path.exists():
            continue
        pairs += 1
        one, other = read(path), read(markup)
        assert isinstance(one, Reading)
        assert isinstance(other, Reading)
        if evidence(one) != evidence(other):
            differing.add(f"{path.parent.name}/{path.stem}")
    assert pairs == 111
    assert differing == set(DIFFERING)


# -- the table against the published schemas


@cache
def schema(data: Path, minor: int) -> dict[str, Any]:
    """The published schema of a version; of the first two the strict one."""
    strict = "-strict" if minor < 4 else ""
    found: dict[str, Any] = json.loads(
        (data / f"cyclonedx-schema/bom-1.{minor}{strict}.schema.json").read_bytes()
    )
    return found


Alternatives = dict[str, list[tuple[dict[str, Any], set[str]]]]
"""Record → for each alternative its fields' schemas and those that are required."""


def flattened(data: Path, minor: int) -> tuple[Alternatives, dict[str, set[str]]]:
    """A schema's records and lists of words by name, those within others by a dotted name."""
    records: Alternatives = {}
    words: dict[str, set[str]] = {}

    def walk(name: str, part: dict[str, Any]) -> None:
        if "properties" in part:
            records.setdefault(name, []).append((part["properties"], set(part.get("required", ()))))
            for key, value in part["properties"].items():
                walk(f"{name}.{key}", value)
        if "enum" in part:
            words[name] = set(part["enum"])
        items = part.get("items", [])
        for inner in [items] if isinstance(items, dict) else items:
            walk(name, inner)
        for key in ("oneOf", "anyOf", "allOf"):
            for inner in part.get(key, ()):
                walk(name, inner)

    walk("bom", schema(data, minor))
    for name, part in schema(data, minor)["definitions"].items():
        walk(name, part)
    return records, words


def named(name: str, minor: int) -> str:
    """The schema's name for a record of the table, where it is another one in that version."""
    if minor == 2:
        name = name.replace("licenseChoice", "component.licenses")
    if minor == 5:
        name = name.replace("componentIdentityEvidence", "componentEvidence.identity")
    if name.startswith("licensing"):
        name = name.replace("party", "licensor")
        name = f"license.{name}" if minor < 7 else name
    return name


@pytest.mark.parametrize("minor", range(2, 8))
def test_table_agrees_with_the_published_schema(data: Path, minor: int) -> None:
    records, _ = flattened(data, minor)
    shape, checked = _cyclonedx_shape.shape(minor), 0
    for name in _cyclonedx_shape._FIELDS:  # noqa: SLF001 - the table itself is what is tested
        alternatives = records.get(named(name, minor))
        if alternatives is None:
            continue  # not in that version
        checked += 1
        fields = shape.record(name).fields
        assert set(fields) == {key for properties, _ in alternatives for key in properties}, name
        if len(alternatives) == 1:
            required = {key for key, field in fields.items() if field.required}
            assert required == alternatives[0][1], name
    assert checked > 20


TYPES = {
    "i": "integer",
    "n": "number",
    "b": "boolean",
    "s": "string",
    "t": "string",
    "ref": "string",
    "mime": "string",
}


@pytest.mark.parametrize("minor", range(2, 8))
def test_kinds_and_words_agree_with_the_published_schema(data: Path, minor: int) -> None:
    records, words = flattened(data, minor)
    shape, definitions = _cyclonedx_shape.shape(minor), schema(data, minor)["definitions"]
    for name in _cyclonedx_shape._FIELDS:  # noqa: SLF001
        for properties, _ in records.get(named(name, minor), ()):
            for key, part in properties.items():
                field = shape.record(name).fields[key]
                where = f"{named(name, minor)}.{key}"
                while part.get("$ref", "").startswith("#/definitions/"):
                    where = part["$ref"].rpartition("/")[2]
                    part = definitions[where]  # noqa: PLW2901 - following a reference
                if field.many:
                    inner = [part, *part.get("oneOf", ())]
                    assert any(p.get("type") == "array" for p in inner), (name, key)
                elif field.kind in TYPES and "type" in part:
                    assert part["type"] == TYPES[field.kind], (name, key)
                if field.kind[0] == "=":
                    item = part.get("items", {})
                    if "#/definitions/" in item.get("$ref", ""):
                        where = item["$ref"].rpartition("/")[2]
                    assert shape.words(field.kind[1:]) == words[where], (name, key)


def test_licence_ids_are_those_of_the_specification(data: Path) -> None:
    listed = set(json.loads((data / "cyclonedx-schema/spdx.schema.json").read_bytes())["enum"])
    assert listed <= _cyclonedx_licence._listed()  # noqa: SLF001
    assert listed >= _cyclonedx_licence._MORE  # noqa: SLF001


# -- broken documents, judged by a validator

UNSEEN = {"anyOf", "format", "uniqueItems", "oneOf", "required", "maximum", "minimum", "pattern"}
"""Keywords of the schema that aren't looked at everywhere: mail and web addresses, doubles, ranges."""
VALUES: list[Any] = [None, 1, 1.5, True, "", "foo", [], {}, ["x"], {"a": 1}, "2020-01-01T00:00:00Z"]
OPAQUE = {"signature", "cryptoProperties", "formulation", "annotations", "citations", "declarations",
          "definitions", "patentAssertions", "governance", "graphics", "environmentalConsiderations",
          "proofOfConcept"}  # fmt: skip


def paths(tree: object, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Every place in a document that is looked at."""
    steps = tree.items() if isinstance(tree, dict) else enumerate(tree) if isinstance(tree, list) else ()
    found = [path] if path else []
    for key, value in steps:
        if key not in OPAQUE:
            found += paths(value, (*path, key))
    return found


def broken(tree: Any, rng: random.Random) -> Any:
    """A document with one place taken out, replaced, extended or wrapped."""
    tree = copy.deepcopy(tree)
    path = rng.choice(paths(tree))
    holder = tree
    for key in path[:-1]:
        holder = holder[key]
    value, how = holder[path[-1]], rng.randrange(4)
    if how == 0:
        del holder[path[-1]]
    elif how == 1 or not isinstance(value, dict | list):
        holder[path[-1]] = rng.choice([*VALUES, [value]])
    elif isinstance(value, dict):
        value["surprise"] = 1
    else:
        value.append(rng.choice(VALUES))
    return tree


def test_broken_documents_are_noticed_as_a_validator_does(data: Path) -> None:
    jsonschema = pytest.importorskip("jsonschema")
    referencing = pytest.importorskip("referencing")
    draft7 = referencing.jsonschema.DRAFT7
    registry = referencing.Registry()
    for path in (data / "cyclonedx-schema").glob("*.json"):
        resource = referencing.Resource.from_contents(json.loads(path.read_bytes()), draft7)
        registry = registry.with_resources(
            [(path.name, resource), (f"http://cyclonedx.org/schema/{path.name}", resource)]
        )
    checker = remembering(jsonschema.FormatChecker())
    validators = {
        f"1.{m}": jsonschema.Draft7Validator(schema(data, m), registry=registry, format_checker=checker)
        for m in range(2, 8)
    }
    rng = random.Random(7)  # a repeatable choice
    small = [
        json.loads(p.read_bytes())
        for p in suite(data, "valid")
        if p.suffix == ".json" and p.stat().st_size < 12_000
    ]
    seen, unseen, alarms = 0, Counter[str](), 0
    for _ in range(150):
        tree = broken(rng.choice(small), rng)
        version = tree.get("specVersion")
        if not isinstance(version, str) or version not in validators:
            continue
        error = jsonschema.exceptions.best_match(validators[version].iter_errors(tree))
        faults = JSON.read(Document(Path("x.json"), data=json.dumps(tree).encode())).faults
        if error is None:
            alarms += any(fault.level == "error" for fault in faults)
        elif any(fault.level in DOUBTFUL for fault in faults):
            seen += 1
        else:
            unseen[error.validator] += 1
    assert set(unseen) <= UNSEEN
    assert seen / (seen + unseen.total()) > 0.98
    assert alarms <= 5  # an empty name is valid, and yet there is nothing to know the component by
