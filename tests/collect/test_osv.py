# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""One OSV record, of any form, becomes rows; what can't be read loses only itself."""

from __future__ import annotations

import json
import zipfile
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest

from umbel.collect import osv
from umbel.collect._osv_ecosystems import NO_PACKAGES, is_known, package_of, release_of, release_of_distro
from umbel.collect._osv_severity import base_score, severity_of
from umbel.evidence.syncing import rows_table
from umbel.model.tables import TABLES

if TYPE_CHECKING:
    from pathlib import Path

NOW = datetime(2024, 6, 1, tzinfo=UTC)


def read(record: Any) -> osv.Reading:
    return osv.read(record if isinstance(record, bytes) else json.dumps(record).encode(), NOW)


def advisory(record: Any) -> dict[str, Any]:
    row = read(record).advisory
    assert row is not None
    return dict(zip([column.name for column in TABLES["advisories"].columns[1:]], row, strict=True))


def ranges(record: Any) -> list[dict[str, Any]]:
    names = [column.name for column in TABLES["advisory_ranges"].columns[1:]]
    return [dict(zip(names, row, strict=True)) for row in read(record).ranges]


FULL = {
    "id": "GHSA-aaaa-bbbb-cccc",
    "modified": "2024-01-02T03:04:05.123456Z",
    "published": "2024-01-01T00:00:00Z",
    "withdrawn": "2024-03-01T00:00:00Z",
    "aliases": ["CVE-2024-1", "CVE-2024-1", "GHSA-aaaa-bbbb-cccc"],
    "related": ["CVE-2024-2"],
    "upstream": ["CVE-2024-3"],
    "summary": " Two\nlines ",
    "details": "# Long",
    "severity": [
        {"type": "CVSS_V3", "score": "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"},
        {"type": "CVSS_V4", "score": "CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N"},
    ],
    "affected": [
        {
            "package": {"ecosystem": "npm", "name": "@acme/core"},
            "ranges": [{"type": "SEMVER", "events": [{"introduced": "0"}, {"fixed": "1.2.3"}]}],
            "versions": ["1.0.0", ""],
        }
    ],
    "references": [{"type": "WEB", "url": "https://acme.example/a"}, {"type": "FIX"}],
    "database_specific": {"cwe_ids": ["CWE-79", "no", 3], "cwes": [{"cweId": "CWE-506"}]},
}


def test_a_whole_record() -> None:
    row = advisory(FULL)
    assert (row["advisory"], row["source"], row["seen_at"], row["kind"]) == (
        "GHSA-aaaa-bbbb-cccc",
        "osv",
        NOW,
        "vulnerability",
    )
    assert row["modified_at"] == datetime(2024, 1, 2, 3, 4, 5, 123456, tzinfo=UTC)
    assert row["withdrawn_at"] == datetime(2024, 3, 1, tzinfo=UTC)
    assert (row["aliases"], row["related"], row["upstream"]) == (
        ["CVE-2024-1"],
        ["CVE-2024-2"],
        ["CVE-2024-3"],
    )
    assert (row["summary"], row["score"], row["severity"]) == ("Two lines", 9.3, "critical")
    assert [one["kind"] for one in row["severities"]] == ["CVSS_V3", "CVSS_V4"]
    assert (row["cwes"], row["urls"]) == (
        ["CWE-79", "CWE-506"],
        [{"kind": "WEB", "url": "https://acme.example/a"}],
    )
    (one,) = ranges(FULL)
    assert (one["package"], one["scheme"], one["versions"]) == ("pkg:npm/%40acme/core", "npm", ["1.0.0"])
    assert one["ranges"][0]["events"] == [
        {"kind": "introduced", "version": "0"},
        {"kind": "fixed", "version": "1.2.3"},
    ]
    assert read(FULL).faults == []


@pytest.mark.parametrize(
    ("ecosystem", "name", "package", "scheme"),
    [
        ("PyPI", "Foo_Bar.baz", "pkg:pypi/foo-bar-baz", "pypi"),
        ("npm", "@a/b", "pkg:npm/%40a/b", "npm"),
        ("Go", "github.com/Acme/mod", "pkg:golang/github.com/acme/mod", "golang"),
        ("Go", "stdlib", "pkg:golang/stdlib", "golang"),
        ("Go", "toolchain", "pkg:golang/toolchain", "golang"),
        ("Kubernetes", "k8s.io/apiserver", "pkg:golang/k8s.io/apiserver", "golang"),
        ("Maven", "org.acme:core", "pkg:maven/org.acme/core", "maven"),
        ("Maven:https://maven.acme.example", "org.acme:core", "pkg:maven/org.acme/core", "maven"),
        ("Maven", "no-group", None, None),
        ("Packagist:https://packages.acme.example/8", "acme/Tool", "pkg:composer/acme/tool", "composer"),
        ("NuGet", "Acme.Core", "pkg:nuget/acme.core", "nuget"),
        ("RubyGems", "rails", "pkg:gem/rails", "gem"),
        ("crates.io", "serde", "pkg:cargo/serde", "cargo"),
        ("Hex", "phoenix", "pkg:hex/phoenix", "hex"),
        ("Pub", "http", "pkg:pub/http", "pub"),
        ("Hackage", "aeson", "pkg:hackage/aeson", "hackage"),
        ("CRAN", "ggplot2", "pkg:cran/ggplot2", "cran"),
        ("Bioconductor", "limma", "pkg:bioconductor/limma", None),
        ("Bitnami", "wordpress", "pkg:bitnami/wordpress", "bitnami"),
        ("ConanCenter", "zlib", "pkg:conan/zlib", "conan"),
        ("GitHub Actions", "Acme/Act", "pkg:github/acme/act", "github"),
        ("SwiftURL", "https://github.com/Acme/Kit", "pkg:swift/github.com/acme/kit", "swift"),
        ("VSCode", "acme.tool", "pkg:vscode-extension/acme/tool", None),
        ("opam", "dune", "pkg:opam/dune", None),
        ("Debian:12", "openssl", "pkg:deb/debian/openssl", "deb"),
        ("Debian", "openssl", "pkg:deb/debian/openssl", "deb"),
        ("Ubuntu:22.04:LTS", "openssl", "pkg:deb/ubuntu/openssl", "deb"),
        ("Alpine:v3.20", "zlib", "pkg:apk/alpine/zlib", "apk"),
        ("Red Hat:enterprise_linux:8::baseos", "kernel", "pkg:rpm/redhat/kernel", "rpm"),
        ("Rocky Linux:9", "kernel", "pkg:rpm/rocky/kernel", "rpm"),
        ("SUSE:Linux Enterprise Server 15 SP4", "zlib", "pkg:rpm/suse/zlib", "rpm"),
        ("Android", "platform/frameworks/base", None, None),
        ("Linux", "Kernel", None, None),
        ("OSS-Fuzz", "icu", None, None),
        ("pypi", "flask", None, None),
        ("Ecosystem1", "x", None, None),
        (None, "x", None, None),
        ("npm", None, None, None),
    ],
)  # fmt: skip
def test_a_name_of_an_ecosystem_is_a_package_or_none(
    ecosystem: str | None, name: str | None, package: str | None, scheme: str | None
) -> None:
    assert package_of(ecosystem, name) == (package, scheme)


def test_a_purl_of_its_own_counts_where_the_ecosystem_is_not_known() -> None:
    assert package_of("Oracle Linux:8", "zlib", "pkg:rpm/oraclelinux/zlib?arch=x") == (
        "pkg:rpm/oraclelinux/zlib",
        "rpm",
    )
    assert package_of("Linux", "Kernel", "pkg:generic/linux") == (None, None)
    assert package_of("New", "x", "no purl") == (None, None)


def test_every_ecosystem_of_the_schema_is_known(shared_data: Path) -> None:
    listed = json.loads((shared_data / "osv/schema/ecosystems.json").read_bytes())
    assert len(listed) > 40
    assert [name for name in listed if not is_known(name)] == []
    assert {name for name in listed if package_of(name, "org.acme:tool").package is None} <= NO_PACKAGES


def test_releases() -> None:
    assert [
        release_of(name)
        for name in ("Debian:12", "Debian", "Debian:sid", "npm", "Red Hat:openshift:4.1::el8")
    ] == ["12", "", "sid", "", None]
    assert [
        release_of_distro(name) for name in ("debian-12.5", "bookworm", "jammy", "debian-sid", "debian")
    ] == ["12.5", "12", "22.04", "sid", None]


@pytest.mark.parametrize(
    ("vector", "score"),
    [
        ("AV:N/AC:L/Au:N/C:P/I:P/A:P", 7.5),
        ("CVSS:3.0/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H", 9.8),
        ("CVSS:3.1/AV:N/AC:H/PR:N/UI:N/S:C/C:H/I:N/A:N", 6.8),
        ("CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N", 9.3),
        ("CVSS:3.1/AV:N", None),
        ("7.5", None),
        ("", None),
        ("CVSS:9.9/X", None),
        ("AV:N" * 1000, None),
    ],
)
def test_base_scores(vector: str, score: float | None) -> None:
    assert base_score(vector) == score


def test_severity_is_by_the_newest_vector_that_can_be_read_else_by_a_word() -> None:
    good = "CVSS:3.1/AV:N/AC:H/PR:N/UI:N/S:C/C:H/I:N/A:N"
    assert severity_of([("CVSS_V4", "broken"), ("CVSS_V3", good)], ("LOW",)) == (6.8, "medium")
    assert severity_of([("Ubuntu", "negligible")]) == (None, "low")
    assert severity_of([], (None, 3, "MODERATE")) == (None, "medium")
    assert severity_of([], ("not yet assigned",)) == (None, None)


def test_what_databases_put_into_their_free_fields() -> None:
    rust = {
        "id": "RUSTSEC-1",
        "affected": [
            {
                "package": {"ecosystem": "crates.io", "name": "x"},
                "database_specific": {"informational": "unmaintained"},
                "ecosystem_specific": {"affects": {"functions": ["x::y"]}},
            }
        ],
    }
    go = {
        "id": "GO-1",
        "modified": "0001-01-01T00:00:00Z",
        "affected": [
            {
                "package": {"ecosystem": "Go", "name": "m"},
                "ecosystem_specific": {"imports": [{"path": "m/a", "symbols": ["F"]}, {"path": "m/b"}]},
            }
        ],
    }
    assert advisory(rust)["kind"] == "unmaintained"
    assert ranges(rust)[0]["symbols"] == ["x::y"]
    assert advisory(go)["modified_at"] is None
    assert ranges(go)[0]["symbols"] == ["m/a.F", "m/b"]
    assert advisory({"id": "MAL-2024-1"})["kind"] == "malicious"
    severity = [{"type": "CVSS_V3", "score": "CVSS:3.1/AV:N/AC:H/PR:N/UI:N/S:C/C:H/I:N/A:N"}]
    assert advisory({"id": "HSEC-1", "affected": [{"severity": severity}]})["score"] == 6.8


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "osv-json"),
        (b"{", "osv-json"),
        (b"[1]", "osv-shape"),
        (b"[" * 100_000, "osv-json"),
        (b"{}", "osv-none"),
        (b'{"id": ""}', "osv-id"),
        (b'{"id": 7, "affected": []}', "osv-type"),
        (b'{"id": "' + b"x" * 1000 + b'"}', "osv-id"),
    ],
)
def test_what_is_no_record_is_a_fault(data: bytes, code: str) -> None:
    found = osv.read(data, NOW)
    assert found.advisory is None
    assert code in {fault.code for fault in found.faults}


def test_what_is_wrong_loses_only_itself_and_is_named_with_its_place() -> None:
    found = read(
        {
            "id": "EX-1", "modified": "yesterday", "aliases": "CVE-2024-1", "summary": 3, "references": [{"url": "https://acme.example"}, 5],
            "affected": [7, {"package": {"ecosystem": "npm", "name": "p"}, "versions": ["1.0.0", 2], "ranges": [{"type": "SEMVER", "events": [{"introduced": 0}, {"fixed": "1.0.0"}]}]}],
        }
    )  # fmt: skip
    assert found.advisory is not None
    assert {fault.place for fault in found.faults} == {
        "$.modified", "$.aliases", "$.summary", "$.references[1]", "$.affected[0]", "$.affected[1].versions[1]",
        "$.affected[1].ranges[0].events[0].introduced",
    }  # fmt: skip
    (row,) = found.ranges
    assert row[0] == "pkg:npm/p"
    assert row[6] == ["1.0.0"]


def test_encodings_half_characters_and_long_lists() -> None:
    assert osv.read('{"id": "EX-1", "summary": "ä"}'.encode("utf-16"), NOW).advisory is not None
    assert osv.read(b'{"id": "EX-1", "summary": "\xff"}', NOW).advisory is not None
    found = osv.read(b'{"id": "EX-1", "summary": "a\\ud800b", "aliases": ["\\udc00"]}', NOW)
    assert found.advisory is not None
    rows_table("advisories", [found.advisory], 1)
    many = read({"id": "EX-1", "aliases": [f"A-{n}" for n in range(osv.MOST + 5)]})
    assert many.advisory is not None
    assert len(many.advisory[7]) == osv.MOST
    assert [fault.code for fault in many.faults] == ["osv-long"]


def test_every_real_record_is_read(shared_data: Path) -> None:
    total = 0
    for name in ("PyPI/all", "Go/all", "crates.io/all", "recorded-api-records"):
        advisories, entries = [], []
        with zipfile.ZipFile(shared_data / f"osv/{name}.zip") as archive:
            for member in archive.namelist():
                found = osv.read(archive.read(member), NOW)
                assert found.advisory is not None, member
                assert not [fault for fault in found.faults if fault.level == "error"], member
                advisories.append(found.advisory)
                entries += found.ranges
        assert rows_table("advisories", advisories, 1).num_rows == len(advisories)
        packages = rows_table("advisory_ranges", entries, 1).column("package")
        assert name == "recorded-api-records" or packages.null_count == 0
        total += len(advisories)
    assert total == 5609
