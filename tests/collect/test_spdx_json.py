# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""What SPDX 2 documents and packages in JSON mean, sound and unsound."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from tests.collect.spdx_documents import (
    SPDX,
    doc,
    doubts,
    edges,
    fault,
    names,
    only,
    pack,
    read,
    refused,
    rel,
    rooted,
    sound,
)
from umbel.collect import _spdx, _spdx_graph, _spdx_names, registry
from umbel.collect.interface import Component

# -- the document itself


def test_document_says_who_made_it_and_when() -> None:
    creators = ["Organization: Acme", "Tool: syft-0.80.0", "Person: Jo (jo@example.org)", "Tool: wrapper"]
    created = {"created": "2024-03-01T12:00:00Z", "creators": creators}
    reading = read(doc(pack("a"), creationInfo=created))
    assert reading.format == "SPDX 2.3 JSON"
    assert reading.producer == "syft 0.80.0, wrapper"
    assert reading.observed_at == datetime(2024, 3, 1, 12, tzinfo=UTC)
    assert (reading.subject, reading.subject_version, reading.subject_purl) == ("the document", None, None)
    assert reading.complete
    assert not reading.faults


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("syft-v1.2.3", "syft v1.2.3"),
        ("Microsoft.SBOMTool-1.1.1", "Microsoft.SBOMTool 1.1.1"),
        ("scancode-toolkit 30.1.0", "scancode-toolkit 30.1.0"),
        ("example.org/bom/pkg/spdx", "example.org/bom/pkg/spdx"),
        ("Dependency-Graph", "Dependency-Graph"),
        ("maker-v0.0.0-20250919084336-6301d6fbb0b9+dirty", "maker v0.0.0-20250919084336-6301d6fbb0b9+dirty"),
        ("view-3d-models", "view-3d-models"),
    ],
)
def test_versions_of_tools_stand_apart(text: str, name: str) -> None:
    assert _spdx_names.tool(text) == name


@pytest.mark.parametrize(
    ("text", "moment", "level"),
    [
        ("2024-03-01T12:00:00.123Z", datetime(2024, 3, 1, 12, 0, 0, 123000, tzinfo=UTC), "note"),
        ("2024-03-01T14:00:00+02:00", datetime(2024, 3, 1, 12, tzinfo=UTC), "note"),
        ("2024-03-01T12:00:00", datetime(2024, 3, 1, 12, tzinfo=UTC), "warning"),
        ("2024-03-01", datetime(2024, 3, 1, tzinfo=UTC), "warning"),
        ("0001-01-01T00:00:00Z", None, "warning"),
        ("yesterday", None, "warning"),
    ],
)
def test_times(text: str, moment: datetime | None, level: str) -> None:
    reading = read(doc(pack("a"), creationInfo={"created": text, "creators": ["Tool: a"]}))
    assert reading.observed_at == moment
    assert fault(reading, "invalid-time").level == level
    assert fault(reading, "invalid-time").place == "$.creationInfo.created"


@pytest.mark.parametrize(
    ("path", "value", "code"),
    [
        ("spdxVersion", None, "missing-field"),
        ("spdxVersion", "SPDX-9.1", "spdx-version"),
        ("dataLicense", None, "missing-field"),
        ("dataLicense", "MIT", "data-licence"),
        ("SPDXID", "SPDXRef-Me", "spdx-id"),
        ("name", None, "missing-field"),
        ("documentNamespace", None, "missing-field"),
        ("documentNamespace", "https://example.org/a#b", "namespace"),
        ("documentNamespace", "nowhere", "namespace"),
        ("creationInfo.created", None, "missing-field"),
        ("creationInfo.creators", None, "missing-field"),
        ("creationInfo.creators", [], "missing-field"),
        ("creationInfo.creators", ["Me"], "creator"),
        ("packages.0.name", None, "missing-field"),
        ("packages.0.SPDXID", None, "missing-field"),
        ("packages.0.SPDXID", "SPDXRef-a_b", "spdx-id"),
        ("packages.0.downloadLocation", None, "missing-field"),
        ("packages.0.downloadLocation", "somewhere", "download-location"),
        ("packages.0.supplier", "Acme", "party"),
        ("packages.0.primaryPackagePurpose", "TOY", "unknown-word"),
        ("packages.0.validUntilDate", "soon", "invalid-time"),
        ("packages.0.licenseDeclared", "Own license", "licence"),
        ("packages.0.licenseDeclared", "LicenseRef-none", "licence-ref"),
        ("packages.0.licenseInfoFromFiles", ["MIT"], "files-analyzed"),
        ("packages.0.checksums.0.algorithm", "SHA", "unknown-word"),
        ("packages.0.checksums.0.checksumValue", "ab", "hash"),
        ("packages.0.externalRefs.0.referenceCategory", "MANAGER", "unknown-word"),
        ("packages.0.externalRefs.0.referenceLocator", None, "missing-field"),
        ("packages.0.externalRefs.0.referenceLocator", "npm/a@1", "purl"),
        ("packages.0.externalRefs.1.referenceLocator", "a:b", "cpe"),
        ("relationships.0.relationshipType", None, "missing-field"),
        ("relationships.0.relationshipType", "KNOWS", "unknown-word"),
        ("relationships.0.relatedSpdxElement", "SPDXRef-x", "unknown-ref"),
        ("relationships.0.spdxElementId", "DocumentRef-x:SPDXRef-a", "unknown-ref"),
        ("documentDescribes.0", "SPDXRef-x", "unknown-ref"),
        ("hasExtractedLicensingInfos.0.licenseId", None, "missing-field"),
        ("externalDocumentRefs.0.spdxDocument", None, "missing-field"),
        ("pakages", [], "unknown-field"),
    ],
)  # fmt: skip
def test_one_defect_is_named_and_costs_nothing(path: str, value: object, code: str) -> None:
    document = sound()
    assert not read(document).faults
    *steps, last = [int(step) if step.isdigit() else step for step in path.split(".")]
    holder: Any = document
    for step in steps:
        holder = holder[step]
    if value is None:
        del holder[last]
    else:
        holder[last] = value
    reading = read(document)
    assert code in doubts(reading)
    assert len(reading.components) == 2
    assert "error" not in {found.level for found in reading.faults}


def test_older_versions_require_more() -> None:
    bare = {"SPDXID": "SPDXRef-a", "name": "a", "downloadLocation": "NONE", "filesAnalyzed": False}
    assert not read(doc(bare, minor=3)).faults
    messages = [str(found) for found in read(doc(bare, bare | {"SPDXID": "SPDXRef-b"}, minor=2)).faults]
    for field in ("licenseConcluded", "licenseDeclared", "copyrightText"):
        assert any(f"{field!r}" in message and "(2 times)" in message for message in messages)


def test_documents_of_2_1_are_read_with_a_note() -> None:
    reading = read(doc(pack("a"), minor=1))
    assert reading.format == "SPDX 2.1 JSON"
    assert fault(reading, "spdx-version").level == "note"


# -- packages


def test_everything_that_a_package_says_is_kept() -> None:
    component = only(
        doc(
            pack(
                "a",
                "pkg:npm/%40acme/a@1.0",
                supplier="Organization: Acme (mail@example.org)",
                originator="Person: Jo",
                copyrightText="(c) Jo",
                homepage="https://example.org",
                downloadLocation="git+https://me:secret@example.org/a.git@v1#sub",
                checksums=[{"algorithm": "SHA256", "checksumValue": "AB" * 32}],
                licenseDeclared="MIT OR Apache-2.0",
                licenseConcluded="MIT",
                licenseInfoFromFiles=["MIT", "ISC", "MIT"],
                filesAnalyzed=True,
                packageVerificationCode={"packageVerificationCodeValue": "ab" * 20},
                summary="short",
                description="long",
                primaryPackagePurpose="OPERATING_SYSTEM",
                packageFileName="./a.tgz",
                sourceInfo="from a checkout",
                attributionTexts=["thanks"],
                releaseDate="2024-01-01T00:00:00Z",
            )
        )
    )
    assert component == Component(
        ref="SPDXRef-a",
        package="pkg:npm/%40acme/a",
        version="1.0",
        purl="pkg:npm/%40acme/a@1.0",
        type="operating-system",
        name="a",
        namespace="@acme",
        declared=("MIT OR Apache-2.0",),
        detected=("MIT", "ISC"),
        concluded=("MIT",),
        hashes=(("sha256", "ab" * 32),),
        supplier="Organization: Acme (mail@example.org)",
        author="Person: Jo",
        copyright="(c) Jo",
        description="long",
        urls=(("website", "https://example.org"), ("vcs", "git+https://example.org/a.git@v1#sub")),
        properties=(
            ("spdx:sourceInfo", "from a checkout"),
            ("spdx:attributionText", "thanks"),
            ("spdx:releaseDate", "2024-01-01T00:00:00Z"),
        ),
        location="./a.tgz",
    )


def test_no_assertion_says_nothing_but_of_licences() -> None:
    fields = ("supplier", "originator", "copyrightText", "homepage", "downloadLocation", "description")
    component = only(doc(pack("a", **dict.fromkeys(fields, "NOASSERTION"), licenseDeclared="NONE")))
    expected = Component(
        ref="SPDXRef-a",
        package="unidentified:a",
        version="1.0",
        name="a",
        declared=("NONE",),
        concluded=("NOASSERTION",),
    )
    assert component == expected


def test_a_package_without_a_purl_is_unidentified() -> None:
    assert only(doc(pack("Some Lib"))).package == "unidentified:Some%20Lib"


def test_nothing_is_known_by_nothing() -> None:
    reading = read(
        doc(pack("a"), {"SPDXID": "SPDXRef-x", "downloadLocation": "NONE", "filesAnalyzed": False})
    )
    assert names(reading) == {"a"}
    assert fault(reading, "nameless").level == "error"
    assert fault(reading, "nameless").place == "$.packages[1]"


@pytest.mark.parametrize("kind", ["purl", "http://spdx.org/rdf/references/purl", "npm"])
@pytest.mark.parametrize("category", ["PACKAGE-MANAGER", "PACKAGE_MANAGER", "OTHER"])
def test_purls_are_known_in_every_notation(kind: str, category: str) -> None:
    ref = {"referenceCategory": category, "referenceType": kind, "referenceLocator": "pkg:npm/left-pad@1.0"}
    reading = read(doc(pack("a", externalRefs=[ref])))
    assert reading.components[0].purl == "pkg:npm/left-pad@1.0"
    assert not reading.faults


def test_the_first_sound_purl_is_the_identity() -> None:
    component = only(doc(pack("a", "not a purl", "pkg:npm/a@1.0", "pkg:npm/a@1.0", "pkg:github/acme/a@1.0")))
    assert component.purl == "pkg:npm/a@1.0"
    assert component.properties == (("spdx:purl", "pkg:github/acme/a@1.0"),)


def test_a_purl_that_is_none_is_kept_as_written() -> None:
    component = only(doc(pack("a", "https://example.org/a")))
    assert (component.package, component.purl, component.purl_raw) == (
        "unidentified:a",
        None,
        "https://example.org/a",
    )


@pytest.mark.parametrize(
    ("purl", "repaired"),
    [
        ("pkg:nuget/Acme.Tool%401.0", "pkg:nuget/Acme.Tool@1.0"),
        ("pkg:npm/%40acme/a%401.0", "pkg:npm/%40acme/a@1.0"),
        ("pkg:npm/@acme/a@1.0", "pkg:npm/%40acme/a@1.0"),
        ("pkg:npm/%2540acme/a@1.0", "pkg:npm/%40acme/a@1.0"),
    ],
)
def test_faulty_encodings_of_purls_are_repaired(purl: str, repaired: str) -> None:
    reading = read(doc(pack("a", purl)))
    (component,) = reading.components
    assert (component.purl, component.version, component.purl_raw) == (repaired, "1.0", purl)
    assert fault(reading, "purl-repaired").level == "note"


@pytest.mark.parametrize(
    ("kind", "locator", "purl"),
    [
        ("npm", "@acme/shop@1.0", "pkg:npm/%40acme/shop@1.0"),
        ("npm", "shop", "pkg:npm/shop"),
        ("nuget", "Acme.Shop/1.0", "pkg:nuget/Acme.Shop@1.0"),
        ("bower", "shop#1.0", "pkg:bower/shop@1.0"),
        ("maven-central", "org.acme:shop:1.0", "pkg:maven/org.acme/shop@1.0"),
        ("http://spdx.org/rdf/references/maven-central", "org.acme:shop", "pkg:maven/org.acme/shop"),
        ("maven-central", "shop", None),
        ("npm", "", None),
    ],
)
def test_locators_of_package_managers_become_purls(kind: str, locator: str, purl: str | None) -> None:
    ref = {"referenceCategory": "PACKAGE-MANAGER", "referenceType": kind, "referenceLocator": locator}
    assert only(doc(pack("a", externalRefs=[ref]))).purl == purl


def test_other_references_are_sorted() -> None:
    given = {
        "cpe22Type": "cpe:/a:acme:a:1.0",
        "cpe23Type": "cpe:2.3:a:acme:a:1.0:*:*:*:*:*:*:*",
        "advisory": "https://example.org/advisory",
        "http://spdx.org/rdf/references/fix": "https://me:secret@example.org/fix",
        "swh": "swh:1:cnt:94a9ed024d3859793618152ea559a168bbcbb5e2",
        "acme-id": "acme/4.1",
        "url": "NOASSERTION",
    }
    refs = [
        {"referenceCategory": "SECURITY", "referenceType": kind, "referenceLocator": locator}
        for kind, locator in given.items()
    ]
    component = only(doc(pack("a", externalRefs=refs)))
    assert component.cpes == (given["cpe22Type"], given["cpe23Type"])
    assert component.urls == (
        ("advisories", "https://example.org/advisory"),
        ("fix", "https://example.org/fix"),
    )
    assert component.properties == (("spdx:swh", given["swh"]), ("spdx:acme-id", "acme/4.1"))


@pytest.mark.parametrize(
    ("said", "purl", "version", "doubt"),
    [
        ("", "pkg:npm/a@1.0", "1.0", False),
        ("1.0", "pkg:npm/a", "1.0", False),
        ("1.0", "pkg:rpm/redhat/a@1.0-3.el8", "1.0-3.el8", False),
        ("1.0", "pkg:rpm/redhat/a@4:1.0-3.el8", "4:1.0-3.el8", False),
        ("1.0", "pkg:golang/example.org/a@v1.0", "v1.0", False),
        ("1:1.0-3.el8", "pkg:rpm/redhat/a@1.0-3.el8", "1:1.0-3.el8", False),
        ("1.0", "pkg:npm/a@11.0", "1.0", True),
        ("1.0", "pkg:npm/a@1.01", "1.0", True),
        ("2.0", "pkg:npm/a@1.0", "2.0", True),
        ("2.0", f"pkg:github/acme/a@{'5e' * 20}", "2.0", False),
    ],
)
def test_which_version_counts(said: str, purl: str, version: str, *, doubt: bool) -> None:
    reading = read(doc(pack("a", purl, versionInfo=said)))
    assert reading.components[0].version == version
    assert ("version-mismatch" in doubts(reading)) is doubt


def test_a_range_is_the_requirement_of_the_edge() -> None:
    document = rooted(rel("root", "DEPENDS_ON", "a"), packages="a")
    document["packages"][1] |= {"name": "pip:requests", "versionInfo": ">= 2.0, < 3"}
    reading = read(document)
    (component,), (edge,) = reading.components, reading.edges
    assert (component.package, component.version) == ("pkg:pypi/requests", None)
    assert component.properties == (("spdx:versionInfo", ">= 2.0, < 3"),)
    assert (edge.requirement, edge.pinned) == (">= 2.0, < 3", None)


@pytest.mark.parametrize(
    ("name", "purl"),
    [
        ("npm:@acme/shop", "pkg:npm/%40acme/shop@1.0"),
        ("rubygems:rails", "pkg:gem/rails@1.0"),
        ("maven:org.acme:shop", "pkg:maven/org.acme/shop@1.0"),
        ("actions:actions/checkout", "pkg:githubactions/actions/checkout@1.0"),
        ("go:", None),
        ("other:thing", None),
    ],
)
def test_names_of_repository_exports_are_purls(name: str, purl: str | None) -> None:
    assert only(doc(pack("a") | {"name": name})).purl == purl


def test_hashes_in_every_spelling() -> None:
    sums = [
        {"algorithm": "SHA1", "checksumValue": "AB" * 20},
        {"algorithm": "checksumAlgorithm_sha256", "checksumValue": "ab" * 32},
        {"algorithm": "SHA-512", "checksumValue": "ab" * 64},
        {"algorithm": "whirlpool", "checksumValue": "ab" * 64},
        {"algorithm": "MD5", "checksumValue": ""},
    ]
    hashes = only(doc(pack("a", checksums=sums))).hashes
    assert dict(hashes) == {
        "sha1": "ab" * 20,
        "sha256": "ab" * 32,
        "sha512": "ab" * 64,
        "whirlpool": "ab" * 64,
    }


def test_where_a_scanner_found_something() -> None:
    found = pack("a", sourceInfo="acquired package info from installed java archive: /opt/a.jar:/opt/b.jar")
    assert only(doc(found)).location == "/opt/a.jar:/opt/b.jar"


def test_the_only_file_of_a_package_is_its_place() -> None:
    document = doc(
        pack("a", hasFiles=["SPDXRef-File-1"]),
        pack("b", hasFiles=["SPDXRef-File-1", "SPDXRef-File-2"]),
        pack("c", hasFiles=["SPDXRef-File-3"]),
        files=[{"SPDXID": f"SPDXRef-File-{i}", "fileName": f"lib/{i}.js"} for i in (1, 2)],
    )
    assert [c.location for c in read(document).components] == ["lib/1.js", None, None]


# -- licences


def test_own_licences_are_named_where_they_are_used() -> None:
    document = doc(
        pack("a", licenseDeclared="MIT AND LicenseRef-1", licenseConcluded="LicenseRef-1 OR LicenseRef-2"),
        hasExtractedLicensingInfos=[
            {"licenseId": "LicenseRef-1", "name": "Beerware", "extractedText": "text"},
            {"licenseId": "LicenseRef-2", "name": "NOASSERTION", "extractedText": "\n  Be nice.  \nAlways."},
        ],
    )
    component = only(document)
    assert component.declared == ("MIT AND LicenseRef-1",)
    assert component.properties == (
        ("spdx:licenseref", "LicenseRef-1: Beerware"),
        ("spdx:licenseref", "LicenseRef-2: Be nice."),
    )
    assert not read(document).faults


def test_licences_of_other_documents_need_no_definition() -> None:
    assert not read(doc(pack("a", licenseDeclared="DocumentRef-x:LicenseRef-1"))).faults


@pytest.mark.parametrize(
    ("licence", "is_sound"),
    [
        ("MIT", True),
        ("GPL-2.0", True),
        ("(MIT AND Zlib) OR GPL-2.0-or-later WITH Classpath-exception-2.0", True),
        ("GPL-2.0, MIT", False),
        ("GPLv2+", False),
        ("MIT AND GPLv3+", False),
        ("MIT AND", False),
    ],
)
def test_each_licence_that_is_no_expression_is_named_once(licence: str, *, is_sound: bool) -> None:
    reading = read(doc(pack("a", licenseDeclared=licence), pack("b", licenseConcluded=licence)))
    assert reading.components[1].concluded == (licence,)
    assert doubts(reading) == ([] if is_sound else ["licence"])


# -- files of all kinds


def test_a_repository_export_is_unwrapped() -> None:
    root = pack("root", "pkg:github/acme/shop@main", versionInfo="main") | {"name": "com.github.acme/shop"}
    document = doc(
        root, pack("a"), relationships=[rel("DOCUMENT", "DESCRIBES", "root"), rel("root", "DEPENDS_ON", "a")]
    )
    reading = read({"sbom": document})
    assert (reading.subject, reading.subject_version) == ("github.com/acme/shop", "main")
    assert edges(reading) == {(None, "a", None)}


def test_documents_of_2_1_with_packages_inside_are_read() -> None:
    inner = pack("a", checksums=[{"algorithm": "checksumAlgorithm_sha1", "checksumValue": "ab" * 20}])
    document = doc(
        minor=1, documentDescribes=[{"Package": inner}, {"Package": {"SPDXID": "SPDXRef-b", "name": 1}}]
    )
    del document["packages"]
    reading = read({"Document": document})
    assert names(reading) == {"a", "1"}
    assert reading.components[0].hashes == (("sha1", "ab" * 20),)
    assert fault(reading, "wrong-type").place == "$.documentDescribes[1].name"


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32"])
def test_encodings(encoding: str) -> None:
    data = json.dumps(doc(pack("a") | {"name": "é"}), ensure_ascii=False).encode(encoding)
    assert SPDX.sniff("x.json", data, data)
    assert names(read(data)) == {"é"}


def test_bytes_that_are_no_utf8_cost_a_character() -> None:
    data = json.dumps(doc(pack("a") | {"name": "@"})).replace("@", "\xe9").encode("latin-1")
    reading = read(data)
    assert names(reading) == {"\ufffd"}
    assert doubts(reading) == ["encoding"]


@pytest.mark.parametrize(
    "section", ["packages", "relationships", "documentDescribes", "creationInfo", "name"]
)
def test_bytes_that_are_no_utf8_where_they_do_not_belong(section: str) -> None:
    data = json.dumps(doc(pack("a"), **{section: "@"})).replace("@", "\xe9").encode("latin-1")
    assert "encoding" in doubts(read(data))


@pytest.mark.parametrize("inner", ["[]", "{}", "[1]", '"text"', "null", '{"a": 1}'])
@pytest.mark.parametrize("tail", ["", "]"])
def test_wrappings_that_hold_no_document(inner: str, tail: str) -> None:
    assert refused(f'{{"sbom": {inner}}}{tail}'.encode()) == "not-spdx"


@pytest.mark.parametrize(("tail", "code"), [(b"]", "trailing-text"), (b"\0\0\n", "malformed-json")])
def test_what_follows_the_document_is_named(tail: bytes, code: str) -> None:
    reading = read(json.dumps(doc(pack("a"))).encode() + tail)
    assert names(reading) == {"a"}
    assert doubts(reading) == [code]


def test_control_characters_and_a_list_around_it_are_forgiven() -> None:
    assert names(read(json.dumps([doc(pack("a"))]).replace('"a"', '"a\tb"'))) == {"a\tb"}


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "malformed-json"),
        (b" \n", "malformed-json"),
        (b"{", "malformed-json"),
        (b"nothing", "malformed-json"),
        (b"[]", "not-spdx"),
        (b"[{}, {}]", "not-spdx"),
        (b"{}", "not-spdx"),
        (b'{"packages": {}}', "not-spdx"),
        (b'{"bomFormat": "CycloneDX", "SPDXID": "x"}', "not-spdx"),
        (b'{"@context": "https://example.org", "@graph": []}', "spdx-3"),
        (b"SPDXVersion: SPDX-2.3\nDataLicense: CC0-1.0\n", "tag-value"),
        (b'{"SPDXID": ' + b"[" * 200_000, "too-deep"),
        (b'{"SPDXID": ' + b'{"a":' * 200_000, "too-deep"),
    ],
)
def test_documents_in_which_nothing_can_be_read(data: bytes, code: str) -> None:
    assert refused(data) == code


@pytest.mark.parametrize(
    ("name", "data", "collector"),
    [
        ("sbom.json", json.dumps(doc()), "spdx_json"),
        ("sbom.spdx", "\ufeff \n" + json.dumps(doc(), indent=1), "spdx_json"),
        ("sbom.json", json.dumps({"sbom": doc()}), "spdx_json"),
        ("sbom.json", json.dumps({"files": [{"SPDXID": "SPDXRef-File"}]}), "spdx_json"),
        ("broken.spdx.json", "{", "spdx_json"),
        ("x.spdx.json", '{"bomFormat": "CycloneDX", "specVersion": "1.5"}', "cyclonedx_json"),
        ("sbom.spdx", "SPDXVersion: SPDX-2.3\nSPDXID: SPDXRef-DOCUMENT\n", None),
        ("sbom.json", '{"@context": "https://example.org", "spdxVersion": "SPDX-2.3"}', None),
        ("schema.json", '{"properties": {"SPDXID": {"type": "string"}}}', None),
    ],
)
def test_whose_a_file_is(name: str, data: str, collector: str | None) -> None:
    found = registry.claim(name, data.encode(), data.encode())
    # A reader of another SPDX syntax may come to claim what isn't ours.
    assert (found.id if found else None) == collector or (collector is None and found is not SPDX)
    assert SPDX.sniff(name, data.encode(), b"") is (collector == "spdx_json" and data != "{")


def test_a_document_is_known_by_its_end_too() -> None:
    assert SPDX.sniff("sbom.json", b'{"name": "a", ', b'"spdxVersion" : "SPDX-2.2"}')


# -- wrong types and endless ones


@pytest.mark.parametrize("wrong", [None, 1, True, "text", [], {}, [[]], [{}], 1.5])
@pytest.mark.parametrize(
    "section", ["packages", "relationships", "documentDescribes", "files", "creationInfo", "hasExtractedLicensingInfos",
                "externalDocumentRefs", "snippets", "name", "spdxVersion", "SPDXID"]
)  # fmt: skip
def test_any_section_may_be_of_a_wrong_type(section: str, wrong: object) -> None:
    reading = read(doc(pack("a"), **{section: wrong}))
    assert section == "packages" or names(reading) == {"a"}


def test_a_wrong_value_costs_only_itself() -> None:
    refs = [
        {
            "referenceCategory": "PACKAGE-MANAGER",
            "referenceType": "purl",
            "referenceLocator": ["pkg:npm/a@2"],
        },
        7,
    ]
    bad = pack("b", versionInfo=2, supplier={}, externalRefs=refs, checksums="none", licenseDeclared=None)
    reading = read(doc(pack("a"), bad, "nothing", pack("c")))
    assert names(reading) == {"a", "b", "c"}
    found = reading.components[1]
    assert (found.version, found.purl, found.supplier, found.declared) == ("2", "pkg:npm/a@2", None, ())
    places = {(f.place, f.level) for f in reading.faults}
    assert {
        ("$.packages[1].versionInfo", "warning"),
        ("$.packages[1].supplier", "error"),
        ("$.packages[1].externalRefs[0].referenceLocator", "warning"),
        ("$.packages[1].externalRefs[1]", "error"),
        ("$.packages[1].checksums", "warning"),
        ("$.packages[1].licenseDeclared", "warning"),
        ("$.packages[2]", "error"),
    } <= places


def test_numbers_beyond_all_bounds_are_only_wrong_types() -> None:
    data = json.dumps(doc(pack("a"), pack("b") | {"name": 0}))
    reading = read(data.replace('"name": 0', f'"name": {"9" * 100_000}'))
    assert names(reading) == {"a", "inf"}
    assert fault(reading, "wrong-type").place == "$.packages[1].name"


def test_faults_that_packages_share_are_counted() -> None:
    reading = read(doc(pack("a", supplier="Acme"), pack("b", supplier="Acme"), pack("c", homepage="x")))
    assert fault(reading, "party").message.endswith("(2 times)")
    assert not fault(read(doc(pack("a", supplier="Acme"))), "party").message.endswith(")")


def test_ids_that_look_like_made_up_ones_cost_nothing() -> None:
    bare = {"name": "b", "downloadLocation": "NONE"}
    packages = [pack(name) | {"SPDXID": f"\0{i}"} for i, name in enumerate("acd")]
    assert names(read(doc(packages[0], bare, *packages[1:]))) == {"a", "b", "c", "d"}


def test_half_a_character_can_be_stored() -> None:
    (name,) = names(read(json.dumps(doc(pack("a") | {"name": "a\ud800"}))))
    assert name == "a?"


def test_long_texts_are_no_danger() -> None:
    long = "x" * 1_000_000
    component = only(
        doc(
            pack("a", f"pkg:npm/{long}", licenseDeclared=long, licenseConcluded="(" * 1_000_000)
            | {"name": long}
        )
    )
    assert component.name == long
    assert len(component.package) < 10_000


def test_cycles_end() -> None:
    ring = [f"p{i}" for i in range(1000)]
    around = [
        rel(a, "CONTAINS" if i % 2 else "DEPENDS_ON", b)
        for i, (a, b) in enumerate(zip(ring, ring[1:] + ring[:1], strict=True))
    ]
    reading = read(
        rooted(
            rel("p0", "DEV_DEPENDENCY_OF", "root"),
            rel("p0", "DEPENDS_ON", "p0"),
            *around,
            packages=" ".join(ring),
        )
    )
    assert len(reading.components) == 1000
    assert len(reading.edges) == 501


def test_faults_are_bounded() -> None:
    document = doc(
        *({"name": i} for i in range(500)), relationships=[rel("x", f"K{i}", "y") for i in range(500)]
    )
    reading = read(document)
    assert len(reading.components) == 500
    assert len(reading.faults) < 350
    assert any("more faults of this kind" in found.message for found in reading.faults)


def test_packages_and_dependencies_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_spdx, "MOST_PACKAGES", 3)
    monkeypatch.setattr(_spdx_graph, "MOST_EDGES", 1)
    reading = read(rooted(rel("root", "DEPENDS_ON", "a"), rel("root", "DEPENDS_ON", "b"), packages="a b c d"))
    assert len(reading.components) == 2
    assert len(reading.edges) == 1
    assert fault(reading, "too-many").level == "error"


def test_reading_is_the_same_whatever_the_order() -> None:
    document = sound()
    mirrored = {key: list(reversed(v)) if isinstance(v, list) else v for key, v in reversed(document.items())}
    one, other = read(document), read(mirrored)
    assert set(one.components) == set(other.components)
    assert one.edges == other.edges
    assert (one.subject, one.producer, one.format) == (other.subject, other.producer, other.format)
