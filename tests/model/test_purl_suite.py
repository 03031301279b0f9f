# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""The specification's own cases and type definitions, and the purls of real documents."""

from __future__ import annotations

import gzip
import json
import re
import tarfile
from collections import Counter
from typing import TYPE_CHECKING, Any

import pytest
from packageurl import PackageURL

from umbel.model import purl

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

MISSES: dict[str, str] = {}
"""Case → why we answer otherwise. A miss that isn't listed fails, and so does a listed one that passes."""

LOWERED_ALL_THE_SAME = {
    "golang": "its notes say 'shall be lowercased', its fields say case sensitive, and generators disagree",
}
"""Types whose names we lower although the definition's field says that case matters."""

DIFFERENCES = {
    "golang": "packageurl-python keeps the case of Go modules; their definition's notes lower them",
    "slash": "packageurl-python leaves a slash in qualifiers; the specification's own cases encode it",
    "digits": "packageurl-python lowers %2B to %2b where it lowers a name; digits of escapes are upper case",
}
"""Why real purls come out otherwise than from packageurl-python. Nothing else may differ."""


def cases(data: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    for file in sorted((data / "purl/tests").rglob("*.json")):
        for number, case in enumerate(json.loads(file.read_bytes())["tests"]):
            yield f"{file.stem}[{number}] {case['test_type']}: {case['description']}", case


def answer(case: dict[str, Any]) -> Any:
    """What we make of a case's input; None where it is refused."""
    given = case["input"]
    try:
        if case["test_type"] == "build":
            names = given["type"] or "", given["namespace"], given["name"] or ""
            return purl.make(*names, given["version"], given["qualifiers"], given["subpath"]).purl
        found = purl.parse(given)
    except purl.PurlError:
        return None
    if case["test_type"] == "validate":
        return found.purl
    rest = PackageURL.from_string(found.purl)
    return {
        "type": found.type,
        "namespace": found.namespace,
        "name": found.name,
        "version": found.version,
        "qualifiers": rest.qualifiers or None,
        "subpath": rest.subpath,
    }


def test_the_conformance_suite_of_the_specification(shared_data: Path) -> None:
    every = dict(cases(shared_data))
    assert Counter(case["test_type"] for case in every.values()) == {"parse": 43, "build": 38, "validate": 48}
    missed = {
        name
        for name, case in every.items()
        if answer(case) != (None if case["expected_failure"] else case["expected_output"])
    }
    assert missed == MISSES.keys()


def definitions(data: Path) -> Iterator[dict[str, Any]]:
    for file in sorted((data / "purl/types").iterdir()):
        text = gzip.decompress(file.read_bytes()) if file.suffix == ".gz" else file.read_bytes()
        yield json.loads(text)


@pytest.mark.parametrize("part", ["namespace", "name", "version"])
def test_case_is_kept_or_lowered_as_the_type_definitions_say(shared_data: Path, part: str) -> None:
    wrong = set()
    for definition in definitions(shared_data):
        rules = definition.get(f"{part}_definition", {})
        if rules.get("requirement") == "prohibited" or "permitted_characters" in rules:
            continue
        found = purl.make(definition["type"], "AbC" if part == "namespace" else "x", "AbC", "AbC")
        written = {"namespace": found.namespace, "name": found.name, "version": found.version}[part]
        expected = "AbC" if rules.get("case_sensitive", True) else "abc"
        if part == "namespace" and definition["type"] == "cpan":
            expected = "ABC"  # the authors' ids of CPAN are upper case
        if written != expected:
            wrong.add(definition["type"])
    assert wrong == (set() if part == "version" else LOWERED_ALL_THE_SAME.keys())


def test_the_examples_of_every_type_are_purls_of_that_type(shared_data: Path) -> None:
    examples = [(d["type"], text) for d in definitions(shared_data) for text in d["examples"]]
    assert len(examples) > 100
    for kind, text in examples:
        found = purl.parse(text)
        assert found.type == kind
        assert purl.parse(found.purl) == found._replace(note=None)


def strings(document: Any) -> Iterator[str]:
    stack = [document]
    while stack:
        item = stack.pop()
        if isinstance(item, dict):
            stack += item.values()
        elif isinstance(item, list):
            stack += item
        elif isinstance(item, str) and item.startswith("pkg:"):
            yield item


def purls_of(text: bytes) -> Iterator[str]:
    """Every purl of a document: of its strings if it is JSON, else what looks like one."""
    try:
        yield from strings(json.loads(text))
    except ValueError:
        for found in re.finditer(rb"[\s\"'>](pkg:[^\s\"'<>]+)", text):
            yield found[1].decode("utf-8", "replace").replace("&amp;", "&")


@pytest.fixture(scope="module")
def real(shared_data: Path) -> set[str]:
    """Every distinct purl in the SBOMs of the shared data."""
    found: set[str] = set()
    for file in sorted((shared_data / "sbom").rglob("*")):
        if file.name.endswith(".tar.xz"):
            with tarfile.open(file) as archive:
                for member in archive:
                    content = archive.extractfile(member)
                    if content is not None:
                        found.update(purls_of(content.read()))
        elif file.is_file():
            found.update(purls_of(file.read_bytes()))
    return found


def test_real_purls_come_out_as_packageurl_python_has_them_but_for_named_reasons(real: set[str]) -> None:
    assert len(real) > 26_000
    why: Counter[str] = Counter()
    unexplained = []
    for raw in real - {"pkg:/"}:
        ours, theirs = purl.parse(raw), PackageURL.from_string(raw)
        expected, reason = theirs.to_string(), None
        if ours.purl != expected and "?" in expected:
            head, _, qualifiers = expected.partition("?")
            expected, reason = f"{head}?{qualifiers.replace('/', '%2F')}", "slash"
        if ours.purl != expected:
            head, _, rest = expected.partition("@")
            digits = re.sub("%[0-9a-f]{2}", lambda found: found[0].upper(), head)
            expected, reason = (
                (f"{head.lower()}@{rest}", "golang")
                if ours.type == "golang"
                else (f"{digits}@{rest}", "digits")
            )
        names = (theirs.namespace, theirs.name, theirs.version)
        if ours.type == "golang":
            names = (theirs.namespace and theirs.namespace.lower(), theirs.name.lower(), theirs.version)
        if ours.purl != expected or (ours.namespace, ours.name, ours.version) != names:
            unexplained.append((raw, ours.purl))
        elif reason:
            why[reason] += 1
    assert unexplained == []
    assert why.keys() == DIFFERENCES.keys()
    assert why.total() < len(real) / 50


def test_real_purls_are_stable_once_they_are_canonical(real: set[str]) -> None:
    for raw in real - {"pkg:/"}:
        found = purl.parse(raw)
        assert purl.parse(found.purl) == found._replace(note=None)
        assert purl.parse(found.package).package == found.package


def test_real_purls_are_made_of_their_parts_again(real: set[str]) -> None:
    for raw in real - {"pkg:/"}:
        found = purl.parse(raw)
        made = purl.make(found.type, found.namespace, found.name, found.version)
        assert made[:2] == found[:2]
        assert made[3:] == found._replace(note=None)[3:]
