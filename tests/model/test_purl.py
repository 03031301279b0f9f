# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Package URLs: canonical, repaired with a note, refused with a sentence."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from packageurl import PackageURL

from umbel.model import purl

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.mark.parametrize(
    ("raw", "package", "version", "note"),
    [
        ("pkg:npm/%40angular/core@17.0.1", "pkg:npm/%40angular/core", "17.0.1", None),
        (
            "pkg:npm/@angular/core@17.0.1",
            "pkg:npm/%40angular/core",
            "17.0.1",
            "had an unencoded @ in its scope",
        ),
        ("pkg:npm/@angular/core", "pkg:npm/%40angular/core", None, "had an unencoded @ in its scope"),
        ("pkg:npm/%2540angular/core@1", "pkg:npm/%40angular/core", "1", "was percent-encoded twice"),
        ("pkg://pypi/Foo_Bar@1", "pkg:pypi/foo-bar", "1", "was written with pkg:/ or pkg://"),
        ("PKG:PyPI/foo@1", "pkg:pypi/foo", "1", "had upper case in its scheme or type"),
        (" pkg:pypi/foo@1\n", "pkg:pypi/foo", "1", "had white space around it"),
        ("pkg:deb/debian/dpkg@1.19.0.4%2Bb1?arch=amd64", "pkg:deb/debian/dpkg", "1.19.0.4+b1", None),
        ("pkg:deb/debian/curl@1:2.0-1", "pkg:deb/debian/curl", "1:2.0-1", None),
        ("pkg:golang/github.com/Azure/go#sub", "pkg:golang/github.com/azure/go", None, None),
        ("pkg:oci/debian@SHA256:AB", "pkg:oci/debian", "sha256:ab", None),
    ],
)
def test_a_purl_is_taken_apart(raw: str, package: str, version: str | None, note: str | None) -> None:
    found = purl.parse(raw)
    assert (found.package, found.version, found.note) == (package, version, note)


@pytest.mark.parametrize(
    "raw",
    [
        "",
        "lodash",
        "pkg:",
        "pkg:npm",
        "pkg:npm/",
        "pkg:1npm/a",
        "pkg:n pm/a",
        "http://x/y",
        "pkg:npm/@/",
        "pkg:npm/a?b",
    ],
)
def test_what_is_no_purl_is_refused_in_words(raw: str) -> None:
    with pytest.raises(purl.PurlError, match=r"."):
        purl.parse(raw)


def test_a_million_characters_are_refused() -> None:
    with pytest.raises(purl.PurlError, match="at most 4,096"):
        purl.parse("pkg:npm/" + "a" * 1_000_000)


part = st.text(min_size=1, max_size=12).filter(lambda text: text.strip("/ \t\n") and "%" not in text)
kinds = st.sampled_from(
    ["npm", "pypi", "maven", "deb", "cargo", "gem", "nuget", "composer", "github", "generic"]
)


@given(kind=kinds, namespace=st.none() | part, name=part, version=st.none() | part)
def test_what_was_made_is_read_back(kind: str, namespace: str | None, name: str, version: str | None) -> None:
    try:
        made = purl.make(kind, namespace, name, version)
    except purl.PurlError:
        return
    again = purl.parse(made.purl)
    assert again[:6] == made[:6]
    assert again.note is None
    assert purl.parse(made.package).package == made.package
    assert purl.ecosystem(made.package) == kind


@given(st.text(max_size=60) | st.text(max_size=40).map("pkg:npm/".__add__))
def test_no_text_whatever_does_more_than_be_refused(text: str) -> None:
    try:
        found = purl.parse(text)
    except purl.PurlError:
        return
    assert purl.parse(found.purl).package == found.package


def real_purls(data: Path) -> Iterator[str]:
    """Every purl in the container SBOMs of the shared data."""
    for file in sorted((data / "sbom/in-the-lab").glob("*.json")):
        for package in json.loads(file.read_bytes()).get("packages", []):
            for ref in package.get("externalRefs") or []:
                if ref.get("referenceType") == "purl":
                    yield ref["referenceLocator"]


def test_real_purls_come_out_as_packageurl_python_has_them(shared_data: Path) -> None:
    seen = set(real_purls(shared_data))
    assert len(seen) > 1500
    differing = set()
    for raw in seen:
        expected = PackageURL.from_string(raw)
        found = purl.parse(raw)
        same = found.purl.replace("%2F", "/") == expected.to_string().replace("%2F", "/")
        if not same or found.version != expected.version:
            differing.add(found.type)
    # packageurl-python keeps upper case in Go paths, which the type's definition lowers.
    assert differing <= {"golang"}


def cases(data: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    for file in sorted((data / "purl/tests").rglob("*.json")):
        for case in json.loads(file.read_bytes())["tests"]:
            if case["test_type"] in {"parse", "build"}:
                yield file.stem, case


def outcome(case: dict[str, Any]) -> Any:
    given_ = case["input"]
    try:
        if case["test_type"] == "parse":
            found = purl.parse(given_)
            rest = PackageURL.from_string(found.purl)
            return {
                "type": found.type,
                "namespace": found.namespace,
                "name": found.name,
                "version": found.version,
                "qualifiers": rest.qualifiers or None,
                "subpath": rest.subpath,
            }
        made = purl.make(
            given_["type"] or "",
            given_["namespace"],
            given_["name"] or "",
            given_["version"],
            given_["qualifiers"],
        )
    except purl.PurlError:
        return None
    return purl.parse(made.purl + (f"#{given_['subpath']}" if given_["subpath"] else "")).purl


def test_the_conformance_suite_of_the_specification(shared_data: Path) -> None:
    every = list(cases(shared_data))
    assert len(every) > 70
    missed = [
        f"{suite}: {case['description']}: {outcome(case)}"
        for suite, case in every
        if outcome(case) != (None if case["expected_failure"] else case["expected_output"])
    ]
    assert missed == []


@pytest.mark.parametrize(
    ("text", "query"),
    [
        ("lodash", (None, "lodash", None)),
        ("@angular/core", (None, "%40angular/core", None)),
        ("@angular/core@^17", (None, "%40angular/core", "^17")),
        ("org.apache:x@>=2,<3", (None, "org.apache/x", ">=2,<3")),
        ("pkg:npm/lodash@<4.17.21", ("pkg:npm/lodash", None, "<4.17.21")),
        ("pkg:npm/@a/b@1", ("pkg:npm/%40a/b", None, "1")),
        ("a@vers:npm/>=1.0|<2", (None, "a", "vers:npm/>=1.0|<2")),
    ],
)
def test_a_question_is_understood(text: str, query: tuple[str | None, str | None, str | None]) -> None:
    assert tuple(purl.parse_query(text)) == query


def test_unidentified_components_have_keys_of_their_own() -> None:
    assert purl.unidentified("my lib/x", "org@y") == "unidentified:org%40y/my%20lib%2Fx"
    assert purl.ecosystem("unidentified:x") is None
    assert purl.display(purl.unidentified("my lib")) == "my lib"


@pytest.mark.parametrize(
    ("package", "shown"),
    [
        ("pkg:npm/%40angular/core", "@angular/core"),
        ("pkg:maven/org.apache.commons/commons-lang3", "org.apache.commons:commons-lang3"),
        ("pkg:pypi/requests", "requests"),
        ("pkg:golang/golang.org/x/net", "golang.org/x/net"),
    ],
)
def test_packages_are_shown_as_their_users_write_them(package: str, shown: str) -> None:
    assert purl.display(package) == shown
