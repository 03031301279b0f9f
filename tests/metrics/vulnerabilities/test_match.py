# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Matching by OSV's rules: the schema's own examples, a literal evaluation beside ours, what can't be told."""

from __future__ import annotations

import zipfile
from typing import TYPE_CHECKING, Any

import msgspec
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tests.metrics.vulnerabilities.osv_records import entry, index_of, is_vulnerable, record, table
from umbel.collect._osv_ecosystems import package_of
from umbel.metrics.vulnerabilities.index import Index
from umbel.metrics.vulnerabilities.match import match
from umbel.metrics.vulnerabilities.ranges import Entry

if TYPE_CHECKING:
    from pathlib import Path


def matches(
    records: list[dict[str, Any]], *rows: tuple[str | None, ...], **more: Any
) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = match(table(*rows, **more), index_of(*records)).to_pylist()
    return found


def affected(one: dict[str, Any], package: str, *versions: str) -> dict[str, bool | None]:
    """Version → whether it is affected; false where there is no match."""
    found = {row["version"]: row["affected"] for row in matches([one], *((package, v) for v in versions))}
    return {version: found.get(version, False) for version in versions}


SEMVER: dict[str, tuple[list[dict[str, str]], dict[str, bool | None]]] = {
    "unfixed": ([{"introduced": "0"}], {"0.0.1": True, "99.0.0": True}),
    "fixed": ([{"introduced": "0"}, {"fixed": "1.0.2"}], {"0.1.0": True, "1.0.1": True, "1.0.2": False, "1.0.2-rc.1": True, "2.0.0": False}),
    "multiple": (
        [{"introduced": "1.0.0"}, {"fixed": "1.0.2"}, {"introduced": "3.0.0"}, {"fixed": "3.2.5"}],
        {"0.9.0": False, "1.0.0": True, "1.0.1": True, "1.0.2": False, "2.0.0": False, "3.0.0": True, "3.2.4": True, "3.2.5": False, "4.0.0": False},
    ),
    "unsorted": (
        [{"fixed": "3.2.5"}, {"introduced": "3.0.0"}, {"fixed": "1.0.2"}, {"introduced": "1.0.0"}],
        {"0.9.0": False, "1.0.1": True, "2.0.0": False, "3.1.0": True, "3.2.5": False},
    ),
    "last affected": ([{"introduced": "0"}, {"last_affected": "2.1.214"}], {"2.1.214": True, "2.1.215": False}),
    "fixed at the same": ([{"introduced": "0"}, {"fixed": "2.1.214"}], {"2.1.213": True, "2.1.214": False, "2.1.215": False}),
    "limit": ([{"introduced": "1.0.0"}, {"limit": "2.0.0"}], {"0.9.0": False, "1.5.0": True, "2.0.0": False, "2.1.0": False}),
    "limits": ([{"introduced": "1.0.0"}, {"limit": "2.0.0"}, {"limit": "3.0.0"}], {"2.5.0": True, "3.0.0": False}),
    "no limit": ([{"introduced": "1.0.0"}, {"limit": "*"}], {"9.0.0": True}),
    "never introduced": ([{"fixed": "1.0.0"}], {"0.5.0": False, "1.0.0": False}),
}  # fmt: skip
"""The examples of ranges that the OSV schema works out, and their neighbours."""


@pytest.mark.parametrize("name", SEMVER)
def test_the_examples_of_ranges_in_the_schema(name: str) -> None:
    events, expected = SEMVER[name]
    one = record("EX-1", entry("npm", "left-pad", *events, kind="SEMVER"))
    assert affected(one, "pkg:npm/left-pad", *expected) == expected


WHOLE: dict[str, tuple[dict[str, Any], str, dict[str, bool | None]]] = {
    "npm in GitHub's database": (
        record("GHSA-r9p9-mrjm-926w", entry("npm", "elliptic", {"introduced": "0"}, {"fixed": "6.5.4"})),
        "pkg:npm/elliptic", {"6.5.3": True, "6.5.4": False},
    ),
    "Rust": (
        record("RUSTSEC-2019-0033", entry("crates.io", "http", {"introduced": "0"}, {"fixed": "0.1.20"}, kind="SEMVER")),
        "pkg:cargo/http", {"0.1.19": True, "0.1.20": False, "0.2.0": False},
    ),
    "Python": (
        record("PYSEC-2021-1", {
            **entry("PyPI", "pikepdf", {"introduced": "2.8.0"}, {"fixed": "2.10.0"}),
            "versions": ["2.8.0", "2.8.0.post1", "2.8.0.post2", "2.9.0", "2.9.1", "2.9.2"],
        }),
        "pkg:pypi/pikepdf", {"2.7.0": False, "2.8.0.post2": True, "2.9.2": True, "2.10.0": False},
    ),
    "Debian": (
        record("DSA-3029-1", entry("Debian:7", "nginx", {"introduced": "0"}, {"fixed": "1.2.1-2.2+wheezy3"})),
        "pkg:deb/debian/nginx", {"1.2.1-2.2+wheezy2": None, "1.2.1-2.2+wheezy3": False},
    ),
    "Ruby": (
        record("CVE-2019-3881", {
            **entry("RubyGems", "bundler", {"introduced": "1.14.0"}, {"fixed": "2.1.0"}), "versions": ["1.14.0", "2.1.0.pre.3"],
        }),
        "pkg:gem/bundler", {"1.13.9": False, "1.17.3": True, "2.1.0.pre.3": True, "2.1.0": False},
    ),
    "Haskell": (
        record("HSEC-2023-0006", entry("Hackage", "x509-validation", {"introduced": "1.4.0"}, {"fixed": "1.4.8"})),
        "pkg:hackage/x509-validation", {"1.3.9": False, "1.4.7": True, "1.4.8": False},
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", WHOLE)
def test_the_examples_of_records_in_the_schema(name: str) -> None:
    one, package, expected = WHOLE[name]
    assert affected(one, package, *expected) == expected


def test_names_of_one_ecosystem_are_not_those_of_another() -> None:
    one = record("EX-1", entry("npm", "zlib", {"introduced": "0"}))
    assert affected(one, "pkg:npm/zlib", "1.0.0") == {"1.0.0": True}
    assert affected(one, "pkg:pypi/zlib", "1.0.0") == {"1.0.0": False}


def test_a_listed_version_is_affected_though_no_range_holds_it() -> None:
    one = record("EX-1", {**entry("PyPI", "p", {"introduced": "1.0"}, {"fixed": "1.5"}), "versions": ["2.0"]})
    rows = matches(
        [one], ("pkg:pypi/p", "2.0"), ("pkg:pypi/p", "2.0.0"), ("pkg:pypi/p", "1.2"), ("pkg:pypi/p", "1.9")
    )
    assert [(row["version"], row["listed"]) for row in rows] == [
        ("2.0", True),
        ("2.0.0", True),
        ("1.2", False),
    ]


def test_git_ranges_tell_of_named_commits_only() -> None:
    events = ({"introduced": "a" * 40}, {"fixed": "b" * 40})
    one = record("EX-1", entry("GitHub Actions", "acme/act", *events, kind="GIT"))
    assert affected(one, "pkg:github/acme/act", "a" * 40, "b" * 40, "1.0.0") == {
        "a" * 40: True,
        "b" * 40: None,
        "1.0.0": None,
    }
    also = record("EX-2", {**entry("GitHub Actions", "acme/act", *events, kind="GIT"), "versions": ["1.0.0"]})
    assert affected(also, "pkg:github/acme/act", "1.0.0", "1.0.1") == {"1.0.0": True, "1.0.1": False}


@pytest.mark.parametrize(
    ("ecosystem", "name", "package", "version", "why"),
    [
        ("PyPI", "p", "pkg:pypi/p", "not a version", "has no place in the order of pypi versions"),
        ("PyPI", "p", "pkg:pypi/p", None, "the version isn't known"),
        ("opam", "p", "pkg:opam/p", "1.0", "have no order that is known"),
        ("VSCode", "acme.tool", "pkg:vscode-extension/acme/tool", "1.0", "have no order that is known"),
    ],
)
def test_what_has_no_order_is_unknown_and_never_not_affected(
    ecosystem: str, name: str, package: str, version: str | None, why: str
) -> None:
    events = ({"introduced": "1"}, {"fixed": "2"})
    (row,) = matches([record("EX-1", entry(ecosystem, name, *events))], (package, version))
    assert row["affected"] is None
    assert why in row["why"]
    assert row["fixed"] == []


def test_a_range_that_holds_every_version_needs_no_order() -> None:
    rows = matches(
        [record("MAL-2024-1", entry("npm", "evil", {"introduced": "0"}))],
        ("pkg:npm/evil", "what?"),
        ("pkg:npm/evil", None),
    )
    assert [row["affected"] for row in rows] == [True, True]


def test_an_entry_that_says_nothing_is_unknown() -> None:
    (row,) = matches([record("EX-1", entry("npm", "p"))], ("pkg:npm/p", "1.0.0"))
    assert (row["affected"], row["why"]) == (None, "it doesn't say which versions")


def test_fixes_are_those_above_that_are_not_affected_again() -> None:
    one = record(
        "EX-1",
        entry("npm", "p", {"introduced": "1.0.0"}, {"fixed": "1.4.0"}),
        entry(
            "npm",
            "p",
            {"introduced": "2.0.0"},
            {"fixed": "2.2.0"},
            {"introduced": "2.3.0"},
            {"fixed": "2.4.0"},
        ),
        {**entry("npm", "p"), "versions": ["2.2.0"]},
    )
    rows = matches(
        [one], ("pkg:npm/p", "1.1.0"), ("pkg:npm/p", "2.1.0"), ("pkg:npm/p", "2.2.0"), ("pkg:npm/p", "2.3.5")
    )
    assert [row["fixed"] for row in rows] == [["1.4.0", "2.4.0"], ["2.4.0"], ["2.4.0"], ["2.4.0"]]


def test_spellings_that_a_registry_takes_for_one_are_one() -> None:
    records = [
        record("EX-1", entry("NuGet", "Newtonsoft.Json", {"introduced": "0"})),
        record("EX-2", entry("PyPI", "ruamel-yaml", {"introduced": "0"})),
        record("EX-3", entry("Packagist", "Acme/Tool", {"introduced": "0"})),
        record(
            "EX-4", entry("SwiftURL", "https://github.com/Acme/Kit.git", {"introduced": "0"}, kind="SEMVER")
        ),
        record("EX-5", entry("Maven:https://maven.acme.example", "org.acme:core", {"introduced": "0"})),
        record("EX-6", entry("Go", "github.com/Acme/Mod/v2", {"introduced": "0"}, kind="SEMVER")),
    ]
    rows = matches(
        records,
        ("pkg:nuget/newtonsoft.json", "1.0"),
        ("pkg:pypi/ruamel-yaml", "1.0"),
        ("pkg:composer/acme/tool", "1.0"),
        ("pkg:swift/github.com/acme/kit", "1.0.0"),
        ("pkg:maven/org.acme/core", "1.0"),
        ("pkg:golang/github.com/acme/mod/v2", "v2.0.0"),
    )
    assert [row["advisory"] for row in rows] == ["EX-1", "EX-2", "EX-3", "EX-4", "EX-5", "EX-6"]


def test_a_version_that_only_looks_like_one_has_no_place() -> None:
    broken = record("EX-1", entry("NuGet", "acme", {"introduced": "0"}, {"last_affected": "v"}))
    sound = record("EX-2", entry("NuGet", "acme", {"introduced": "0"}, {"fixed": "2.0.0"}))
    rows = matches([broken, sound], ("pkg:nuget/acme", "1.0.0"), ("pkg:nuget/acme", "v"))
    assert [(row["version"], row["advisory"], row["affected"]) for row in rows] == [
        ("1.0.0", "EX-1", None),
        ("1.0.0", "EX-2", True),
        ("v", "EX-1", None),
        ("v", "EX-2", None),
    ]


def test_the_go_distribution_is_matched_as_its_advisories_write_it() -> None:
    one = record(
        "GO-1",
        entry(
            "Go",
            "stdlib",
            {"introduced": "0"},
            {"fixed": "1.20.5"},
            {"introduced": "1.21.0-0"},
            {"fixed": "1.21.0"},
            kind="SEMVER",
        ),
    )
    package = "pkg:golang/stdlib"
    expected = {
        "go1.20.4": True,
        "1.20.4": True,
        "v1.20": True,
        "go1.20.5": False,
        "go1.21rc2": True,
        "go1.21.0": False,
    }
    assert affected(one, package, *expected) == expected


NAMES = ("package", "version", "purl")


def systems(one: dict[str, Any], *purls: str) -> list[tuple[str, bool | None]]:
    """The distro of a purl → whether it is affected."""
    rows = []
    for purl in purls:
        package, _, rest = purl.partition("@")
        rows.append((package, rest.partition("?")[0], purl))
    return [(row["purl"].partition("?")[2], row["affected"]) for row in matches([one], *rows, names=NAMES)]


def test_a_distribution_is_matched_with_its_own_release_only() -> None:
    one = record(
        "DSA-1",
        entry("Debian:11", "openssl", {"introduced": "0"}, {"fixed": "1.1.1w-0"}),
        entry("Debian:12", "openssl", {"introduced": "0"}, {"fixed": "3.0.9-1"}),
    )
    purl = "pkg:deb/debian/openssl@1.1.1w-0?"
    assert systems(one, f"{purl}distro=debian-12", f"{purl}distro=debian-12.5", f"{purl}distro=bookworm") == [
        ("distro=debian-12", True),
        ("distro=debian-12.5", True),
        ("distro=bookworm", True),
    ]
    assert systems(one, f"{purl}distro=debian-11", f"{purl}distro=debian-13", f"{purl}distro=debian-1") == []
    assert systems(one, f"{purl}arch=amd64") == [("arch=amd64", None)]
    assert systems(one, "pkg:deb/debian/openssl@3.0.9-1?arch=amd64") == []


def test_release_suffixes_of_every_distribution() -> None:
    cases = [
        ("Alpine:v3.18", "apk/alpine", "alpine-3.18.4", "alpine-3.19.0"),
        ("Ubuntu:22.04:LTS", "deb/ubuntu", "ubuntu-22.04", "ubuntu-22.10"),
        ("Ubuntu:Pro:18.04:LTS", "deb/ubuntu", "bionic", "ubuntu-20.04"),
        ("Rocky Linux:9", "rpm/rocky", "rocky-9.3", "rocky-8.9"),
        ("AlmaLinux:8", "rpm/almalinux", "almalinux-8.9", "almalinux-9.1"),
        ("Red Hat:enterprise_linux:8::baseos", "rpm/redhat", "rhel-8.6", "rhel-9.0"),
        ("SUSE:Linux Enterprise Server 15 SP4", "rpm/suse", "sles-15.4", "sles-15.5"),
        ("openSUSE:Leap 15.4", "rpm/opensuse", "opensuse-leap-15.4", "opensuse-leap-15.5"),
        ("openSUSE:Tumbleweed", "rpm/opensuse", "opensuse-tumbleweed-20240101", "opensuse-leap-15.5"),
        ("openEuler:22.03-LTS-SP1", "rpm/openeuler", "openeuler-22.03", "openeuler-24.03"),
        ("Photon OS:3.0", "rpm/photon", "photon-3.0", "photon-4.0"),
        ("Azure Linux:3", "rpm/azurelinux", "azurelinux-3.0", "azurelinux-2.0"),
        ("Mageia:9", "rpm/mageia", "mageia-9", "mageia-8"),
        ("Wolfi", "apk/wolfi", "wolfi-20230201", ""),
    ]
    for ecosystem, path, same, other in cases:
        one = record("EX-1", entry(ecosystem, "zlib", {"introduced": "0"}, {"fixed": "9"}))
        purl = f"pkg:{path}/zlib@1.0-r1?distro="
        assert systems(one, purl + same) == [(f"distro={same}", True)], ecosystem
        assert not other or systems(one, purl + other) == [], ecosystem


def test_other_products_of_red_hat_are_not_its_system_and_elsewhere_they_may_be() -> None:
    one = record("RHSA-1", entry("Red Hat:openshift:4.1::el8", "zlib", {"introduced": "0"}, {"fixed": "9"}))
    assert systems(one, "pkg:rpm/redhat/zlib@1-1?distro=rhel-8.6") == []
    one = record("SU-1", entry("SUSE:Manager Server", "zlib", {"introduced": "0"}, {"fixed": "9"}))
    assert systems(one, "pkg:rpm/suse/zlib@1-1?distro=sles-15.4") == [("distro=sles-15.4", None)]


def test_a_binary_package_is_matched_by_its_source() -> None:
    one = record("DSA-1", entry("Debian:12", "openssl", {"introduced": "0"}, {"fixed": "3.0.9-1"}))
    base = "pkg:deb/debian/libssl3"
    names = ("package", "version", "purl", "distro")
    rows = matches(
        [one],
        (base, "3.0.8-1", f"{base}@3.0.8-1?distro=debian-12&upstream=openssl", None),
        (base, "3.0.9-1+b1", f"{base}@3.0.9-1%2Bb1?distro=debian-12&upstream=openssl%403.0.8-1", None),
        (base, "3.0.9-1+b1", f"{base}@3.0.9-1%2Bb1?distro=debian-12&upstream=openssl%403.0.9-1", None),
        (base, "3.0.7-1", f"{base}@3.0.7-1?upstream=openssl", "debian-12"),
        (base, "3.0.8-1", f"{base}@3.0.8-1?distro=debian-12", None),
        names=names,
    )
    assert [(row["version"], row["matched"], row["affected"]) for row in rows] == [
        ("3.0.8-1", "pkg:deb/debian/openssl", True),
        ("3.0.9-1+b1", "pkg:deb/debian/openssl", True),
        ("3.0.7-1", "pkg:deb/debian/openssl", True),
    ]


def test_an_rpm_counts_by_its_own_name_and_its_source_with_its_epoch() -> None:
    one = record("ALSA-1", entry("AlmaLinux:9", "openssl", {"introduced": "0"}, {"fixed": "1:3.0.7-25.el9"}))
    base = "pkg:rpm/almalinux/openssl-libs"
    tail = "arch=x86_64&distro=almalinux-9.3&upstream=openssl-3.0.7-24.el9.src.rpm"
    assert systems(one, f"{base}@3.0.7-24.el9?epoch=1&{tail}") == [(f"epoch=1&{tail}", True)]
    assert systems(one, f"{base}@3.0.7-25.el9?epoch=1&{tail}") == []
    assert systems(one, "pkg:rpm/almalinux/openssl@1:3.0.7-24.el9?distro=almalinux-9.3") == [
        ("distro=almalinux-9.3", True)
    ]


_VERSIONS = st.sampled_from(
    [
        "0.0.1",
        "0.9.0",
        "1.0.0-rc.1",
        "1.0.0",
        "1.0.0+build",
        "1.0.1",
        "1.1.0",
        "1.10.0",
        "2.0.0-alpha",
        "2.0.0",
        "3.0.0",
    ]
)
_EVENT = st.tuples(st.sampled_from(["introduced", "fixed", "last_affected", "limit"]), _VERSIONS).map(
    lambda e: {e[0]: e[1]}
)
_FIRST = st.sampled_from([[], [{"introduced": "0"}], [{"limit": "*"}]])
_RANGE = st.builds(
    lambda first, events: {"type": "SEMVER", "events": first + events}, _FIRST, st.lists(_EVENT, max_size=6)
)
_ENTRY = st.fixed_dictionaries(
    {"ranges": st.lists(_RANGE, max_size=3), "versions": st.lists(_VERSIONS, max_size=3)}
)


@example(
    affected=[
        {
            "ranges": [
                {
                    "type": "SEMVER",
                    "events": [{"introduced": "1.0.0"}, {"last_affected": "1.0.1"}, {"fixed": "1.0.1"}],
                }
            ],
            "versions": [],
        }
    ],
    found=["1.0.1"],
)
@given(
    affected=st.lists(_ENTRY, min_size=1, max_size=3),
    found=st.lists(_VERSIONS, min_size=1, max_size=6, unique=True),
)
def test_it_agrees_with_a_literal_evaluation_of_the_specification(
    affected: list[dict[str, Any]], found: list[str]
) -> None:
    from umbel.metrics.vulnerabilities.affected import Versions

    entries = [_ready("npm", "npm", one) for one in affected]
    hits = Versions(found).hits(entries)
    for place, version in enumerate(found):
        expected = is_vulnerable("npm", version, affected)
        one = [entry.outcome(version, {}) for entry in entries]
        assert any(each.affected for each in one) is expected
        assert (place in hits.affected) is expected
        spans = [span for entry in entries for line in entry.lines for span in line.spans()]
        listed = any(version in entry.versions or entry.outcome(version, {}).listed for entry in entries)
        assert (listed or any(_inside(version, span) for span in spans)) is expected


def _inside(version: str, span: Any) -> bool:
    from umbel.model.versions import compare

    above = span.start is None or (compare("npm", version, span.start) or 0) >= 0
    order = -1 if span.end is None else compare("npm", version, span.end)
    return above and order is not None and (order < 0 or (order == 0 and span.closed))


def _ready(scheme: str, ecosystem: str, one: dict[str, Any]) -> Entry:
    ranges = [
        {
            "kind": each["type"],
            "events": [{"kind": k, "version": v} for event in each["events"] for k, v in event.items()],
        }
        for each in one.get("ranges", [])
    ]
    return Entry(scheme, ecosystem, ranges, one.get("versions", []))


@pytest.mark.parametrize("ecosystem", ["PyPI", "Go", "crates.io"])
def test_real_records_agree_with_a_literal_evaluation(
    shared_data: Path, tmp_path: Path, ecosystem: str
) -> None:
    """At each listed version, each event, and beside them; some records of each export."""
    path = shared_data / "osv" / ecosystem / "all.zip"
    index = Index.of_file(path, tmp_path)
    with zipfile.ZipFile(path) as archive:
        names = archive.namelist()
        records = [msgspec.json.decode(archive.read(name)) for name in names[:: max(1, len(names) // 80)]]
    asked = 0
    for one in records:
        for package in {each["package"]["name"] for each in one["affected"]}:
            asked += _compared(index, one, ecosystem, package)
    assert asked > 200


def _compared(index: Index, one: dict[str, Any], ecosystem: str, name: str) -> int:
    from umbel.model.versions import parsed

    entries = [each for each in one["affected"] if each["package"]["name"] == name]
    key, scheme = package_of(ecosystem, name)
    assert key is not None
    assert scheme is not None
    texts = {v for each in entries for v in each.get("versions", [])[:8]} | {"0.0.1", "99.0.0"}
    texts |= {
        v
        for each in entries
        for r in each.get("ranges", [])
        if r["type"] != "GIT"
        for e in r["events"]
        for v in e.values()
        if v != "0"
    }
    versions = sorted(
        v
        for v in texts
        if key != "pkg:golang/stdlib" and parsed(scheme if ecosystem == "PyPI" else "npm", v) is not None
    )
    if not versions:
        return 0
    plain = [
        {**each, "ranges": [r for r in each.get("ranges", []) if r["type"] != "GIT"]} for each in entries
    ]
    rows = match(table(*((key, version) for version in versions)), index).to_pylist()
    found = {row["version"] for row in rows if row["advisory"] == one["id"] and row["affected"]}
    assert found == {version for version in versions if is_vulnerable(scheme, version, plain)}, one["id"]
    return len(versions)
