# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""The standard's own SPDX 2 documents in JSON, those of tools, and those from the wild, all of them."""

from __future__ import annotations

import copy
import json
import tarfile
from collections import defaultdict
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from umbel.collect.interface import Document, Reading, UnreadableError
from umbel.collect.spdx_json import SpdxJsonCollector
from umbel.model.errors import Fault

SPDX = SpdxJsonCollector()

LACKS = "missing-field"
ODDITIES = {
    "in-the-lab/spdx-bom-newrelic_infrastructure-bundle": {"download-location"},
    "in-the-lab/spdx-tern-amazon_aws-secrets-manager-secret-sidecar": {"spdx-id"},
    "in-the-lab/spdx-tern-ibmcom_alertmanager": {"duplicate-ref"},
    "in-the-lab/spdx-trivy-amazon_cloudwatch-agent": {"unknown-word", LACKS},
    "in-the-lab/spdx-trivy-astronomerinc_ap-statsd-exporter": {"unknown-word", LACKS},
    "in-the-lab/spdx-trivy-rancher_cluster-proportional-autoscaler": {"unknown-word", LACKS},
    "in-the-lab/spdx-trivy-vmware_harbor-log": {"unknown-word", LACKS, "licence"},
    "in-the-lab/spdx-trivy-bitnami_jmx-exporter": {"unknown-word", LACKS, "licence"},
    "in-the-lab/spdx-trivy-ibmcom_spectrum-discover-exif-header-extractor": {
        "unknown-word",
        LACKS,
        "licence",
    },
    "in-the-lab/spdx-trivy-bitnami_python": {"unknown-word", LACKS, "licence", "licence-ref"},
    "in-the-lab/spdx-trivy-circleci_postgres": {"unknown-word", LACKS, "licence", "licence-ref"},
    "in-the-lab/spdx-trivy-rancher_kopf": {"unknown-word", LACKS, "licence", "licence-ref"},
    "in-the-lab/spdx-trivy-rancher_network-manager": {"unknown-word", LACKS, "licence", "licence-ref"},
    "in-the-wild/chronicle-sbom": {"duplicate-ref", "spdx-id", LACKS},
    "in-the-wild/flagger_1.18.0_sbom": {LACKS},
    "in-the-wild/grype-sbom-modified": {"tag-value"},
    "in-the-wild/grype-sbom.spdx": {LACKS, "party"},
    "in-the-wild/image-automation-controller_0.20.0_sbom": {LACKS},
    "in-the-wild/image-reflector-controller_0.16.0_sbom": {LACKS},
    "in-the-wild/julia": {"licence"},
    "in-the-wild/microsoft-sbom-tool": {"purl"},
    "in-the-wild/missionlz": {"purl", "files-analyzed", "party"},
    "in-the-wild/notification-controller_0.21.0_sbom": {LACKS},
    "in-the-wild/source-controller_0.21.2_sbom": {LACKS},
    "in-the-wild/win-x64-manifest": {"purl", "files-analyzed", "party"},
    "sbomqs/fixtures/spdx-compound-expression": {"licence-ref"},
    "sbomqs/fixtures/spdx-custom-license": {"licence-ref"},
    "sbomqs/fixtures/spdx-invalid-licenses": {"licence"},
    "sbomqs/fixtures/spdx-mixed-licenses": {"licence-ref"},
    "sbomqs/fixtures/spdx-no-authors": {LACKS},
    "sbomqs/fixtures/spdx-no-dependencies": {"hash"},
    "sbomqs/fixtures/spdx-no-timestamp": {LACKS},
    "sbomqs/fixtures/spdx-perfect-score": {"hash"},
    "spdx-examples/presentations/SBOMS-SPDX-Now-and-Future/ACME-v2.3": {"files-analyzed"},
    "spdx-tools-data/spdx-trivy-vmware_log-intelligence-fluentd": {
        "unknown-word",
        LACKS,
        "licence",
        "licence-ref",
    },
}
"""What is wrong with documents, by the beginning of their names; with all others nothing is."""

SUBJECTS = {
    "in-the-wild/chronicle-sbom": (None, None),
    "in-the-wild/julia": ("Julia", "1.8.0-DEV"),
    "in-the-wild/microsoft-sbom-tool": ("SBOMTool", "1.1.2"),
    "in-the-wild/missionlz": ("Mission LZ", "20220301.3"),
    "spdx-examples/presentations/OSS-NA-2023/SPDXVersion2.3/03-SBOMwDependency": ("tools-java", "1.5.1"),
    "spdx-examples/software/example7/spdx2.2/example7-third-party-modules": ("hello-imports.spdx.json", None),
    "spdx-examples/software/example8/spdx2.3/examplemaven-0.0.1": ("examplemaven", "0.0.1"),
    "spdx-tools-data/SPDXJSONExample-v2.3": ("glibc", "2.11.1"),
}


@cache
def documents(folder: Path) -> dict[str, Path]:
    """The documents that the collector is given: by their content, or by their name alone."""
    found = {}
    for path in sorted((folder / "sbom").rglob("*")):
        if path.is_file() and path.name.lower().endswith(SPDX.suffixes):
            data = path.read_bytes()
            if SPDX.sniff(path.name, data[:65536], data[-65536:]) or SPDX.claims(path.name):
                found[str(path.relative_to(folder / "sbom"))] = path
    return found


def read(data: bytes) -> Reading | Fault:
    """A document's reading, or the fault for which it was refused."""
    try:
        return SPDX.read(Document(Path("x.spdx.json"), data=data))
    except UnreadableError as error:
        return error.fault


def doubts(found: Reading | Fault) -> set[str]:
    """Codes of what is wrong with a document, notes left out."""
    faults = [found] if isinstance(found, Fault) else found.faults
    return {fault.code for fault in faults if fault.level != "note"}


def test_every_document_is_read_and_each_oddity_named(shared_data: Path) -> None:
    every = documents(shared_data)
    assert len(every) == 83
    wrong = {}
    for name, path in every.items():
        expected = next((codes for start, codes in ODDITIES.items() if name.startswith(start)), set())
        if (found := doubts(read(path.read_bytes()))) != expected:
            wrong[name] = found
    assert wrong == {}


def test_what_documents_describe(shared_data: Path) -> None:
    for start, expected in SUBJECTS.items():
        (path,) = [path for name, path in documents(shared_data).items() if name.startswith(start)]
        reading = read(path.read_bytes())
        assert isinstance(reading, Reading)
        assert (reading.subject, reading.subject_version) == expected, start


def test_documents_in_other_forms_are_left_alone(shared_data: Path) -> None:
    """Tag-value, YAML, RDF, SPDX 3 and CycloneDX aren't claimed by their content."""
    others = [path for path in (shared_data / "sbom").rglob("*") if path.is_file()]
    others = [path for path in others if path not in set(documents(shared_data).values())]
    assert sum(path.suffix == ".spdx" for path in others) > 20
    assert sum("spdx3" in path.name for path in others) > 20
    for path in others:
        data = path.read_bytes()
        assert not SPDX.sniff(path.name, data[:65536], data[-65536:]), path


@pytest.fixture(scope="module")
def example(shared_data: Path) -> dict[str, Any]:
    """The standard's own example of 2.3, with a sound reading."""
    document: dict[str, Any] = json.loads(
        (shared_data / "sbom/spdx-tools-data/SPDXJSONExample-v2.3.spdx.json").read_bytes()
    )
    assert not doubts(read(json.dumps(document).encode()))
    return document


SECTIONS = {
    "packages", "relationships", "creationInfo", "checksums", "externalRefs", "hasExtractedLicensingInfos",
    "externalDocumentRefs", "checksum",
}  # fmt: skip
"""Sections that are looked into; files, snippets, annotations and reviews are not."""


def required(schema: dict[str, Any], path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Paths of the fields that the schema requires, in sections that are read."""
    found: list[tuple[Any, ...]] = [(*path, name) for name in schema.get("required", ())]
    for name, inner in schema.get("properties", {}).items():
        if name in SECTIONS:
            if "items" in inner:
                found += required(inner["items"], (*path, name, 0))
            else:
                found += required(inner, (*path, name))
    return found


def at(document: Any, path: tuple[Any, ...]) -> list[Any]:
    """The objects at a path, taking any entry of a list that has one."""
    if not path:
        return [document]
    if path[0] == 0 and isinstance(document, list):
        return [found for entry in document for found in at(entry, path[1:])]
    if isinstance(document, dict) and path[0] in document:
        return at(document[path[0]], path[1:])
    return []


def test_each_field_that_the_schema_requires_is_missed(shared_data: Path, example: dict[str, Any]) -> None:
    schema = json.loads((shared_data / "sbom/spdx-schema/spdx-2.3-schema.json").read_bytes())
    paths = required(schema)
    assert len(paths) > 15
    unnoticed = []
    for path in paths:
        document = copy.deepcopy(example)
        holders = at(document, path[:-1])
        assert holders, path
        del holders[0][path[-1]]
        if not doubts(read(json.dumps(document).encode())):
            unnoticed.append(path)
    assert unnoticed == []


def worded(schema: dict[str, Any], path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Paths of the fields for which the schema gives a list of words, in sections that are read."""
    found: list[tuple[Any, ...]] = []
    for name, inner in schema.get("properties", {}).items():
        if "enum" in inner:
            found.append((*path, name))
        elif name in SECTIONS - {"externalDocumentRefs"}:
            deeper = (*path, name, 0) if "items" in inner else (*path, name)
            found += worded(inner.get("items", inner), deeper)
    return found


def test_each_word_that_the_schema_lists_is_known(shared_data: Path, example: dict[str, Any]) -> None:
    schema = json.loads((shared_data / "sbom/spdx-schema/spdx-2.3-schema.json").read_bytes())
    paths = worded(schema)
    assert len(paths) == 4
    for path in paths:
        words = schema
        for step in path:
            words = words["items"] if step == 0 else words["properties"][step]
        for word in [*words["enum"], "NOSUCHWORD"]:
            document = copy.deepcopy(example)
            at(document, path[:-1])[0][path[-1]] = word
            assert ("unknown-word" in doubts(read(json.dumps(document).encode()))) is (
                word == "NOSUCHWORD"
            ), word


@pytest.mark.parametrize("wrong", [None, 7, True, {"a": 1}, [["b"]]])
def test_any_value_of_a_wrong_type_is_named(example: dict[str, Any], wrong: object) -> None:
    """Every value of what is read, one after the other."""
    count, unnoticed = 0, []
    for path in leaves(example):
        document = copy.deepcopy(example)
        holder = document
        for step in path[:-1]:
            holder = holder[step]
        if path[-1] in READ and type(holder[path[-1]]) is not type(wrong):
            holder[path[-1]] = wrong
            count += 1
            if not doubts(read(json.dumps(document).encode())):
                unnoticed.append(path)
    assert count > 80
    assert unnoticed == []


READ = {
    "spdxVersion", "SPDXID", "dataLicense", "name", "documentNamespace", "created", "versionInfo", "supplier",
    "downloadLocation", "licenseConcluded", "licenseDeclared", "copyrightText", "checksumValue", "algorithm",
    "referenceType", "referenceLocator", "referenceCategory", "spdxElementId", "relatedSpdxElement",
    "relationshipType", "primaryPackagePurpose", "homepage", "originator", "sourceInfo", "licenseId", "packages",
    "relationships", "externalRefs", "checksums", "hasFiles",
}  # fmt: skip


def leaves(tree: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Every place of sections that are read."""
    steps = tree.items() if isinstance(tree, dict) else enumerate(tree) if isinstance(tree, list) else ()
    unread = {"files", "snippets", "annotations", "revieweds", "packageVerificationCode"}
    inside = [found for step, value in steps if step not in unread for found in leaves(value, (*path, step))]
    return [*inside, path] if path else inside


def test_generators_name_one_image_alike(shared_data: Path) -> None:
    """The smaller ones of each third of the 310 documents on container images."""
    chosen: dict[tuple[str, str], dict[str, Reading]] = defaultdict(dict)
    with tarfile.open(shared_data / "sbom/containers-310.tar.xz") as archive:
        for i, member in enumerate(archive):
            _, generator, name = member.name.rpartition("/")[2].removesuffix(".json").split("-", 2)
            file = archive.extractfile(member) if i % 3 == 0 and member.size < 400_000 else None
            if file is not None:
                reading = read(file.read())
                assert isinstance(reading, Reading)
                image, _, digest = name.partition("-sha256_")
                chosen[image, digest][generator] = reading
    assert sum(map(len, chosen.values())) > 60
    for (image, digest), readings in chosen.items():
        for generator, reading in readings.items():
            assert (reading.subject or "").replace("/", "_") == image, (generator, reading.subject)
            assert reading.subject_version == (None if generator == "tern" else f"sha256:{digest}")
            assert "sha256:" not in {(component.name or "")[:7] for component in reading.components}
