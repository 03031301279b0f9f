# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Order and ranges of versions; what can't be told is unknown."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections import Counter
from typing import TYPE_CHECKING

import pytest

from umbel.model import versions

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize(
    ("kind", "version", "spec", "answer"),
    [
        ("npm", "4.17.20", "<4.17.21", True),
        ("npm", "4.17.21", "<4.17.21", False),
        ("npm", "4.17.21", "4.17.21", True),
        ("npm", "4.17.21", "=4.17.20", False),
        ("npm", "4.17.21", "!=4.17.20", True),
        ("npm", "1.10.0", ">1.9", True),
        ("npm", "1.2.3", "^1.0", True),
        ("npm", "2.0.0", "^1.0", False),
        ("npm", "0.2.5", "^0.2.3", True),
        ("npm", "2.1.0", "^1.0 || ^2.0", True),
        ("npm", "1.5.0", "1.x", True),
        ("npm", "1.5.0", "1.2 - 1.4", False),
        ("npm", "1.0.0-beta.2", "<1.0.0-beta.11", True),
        ("npm", "9.9.9", "*", True),
        ("cargo", "1.4.0", "^1", True),
        ("pub", "1.4.0", "^1.0.0", True),
        ("maven", "2.14.1", ">=2.0,<2.17.1", True),
        ("maven", "2.14.1", ">=2.0 <2.17.1", True),
        ("maven", "2.14.1", ">= 2.0, < 2.17.1", True),
        ("maven", "2.17.1", "[2.0,2.17.1)", False),
        ("maven", "1.1", "(,1.0],[1.2,)", False),
        ("maven", "1.3", "(,1.0],[1.2,)", True),
        ("maven", "5.3.0.RELEASE", "5.3.0", True),
        ("nuget", "1.5.0", "[1.0, 2.0)", True),
        ("gem", "1.1", "~> 1.0", True),
        ("gem", "2.0", "~> 1.0", False),
        ("hex", "1.9.0", "~> 1.0", True),
        ("composer", "1.9.0", "^1.2", True),
        ("composer", "1.9.0", "~1.2", None),
        ("composer", "1.0.0-RC1", "<1.0.0", True),
        ("composer", "dev-master", "<1.0", None),
        ("pypi", "1.4", "~=1.0", True),
        ("pypi", "1.0", "1.0.0", True),
        ("pypi", "1.0", "=1.0.0", True),
        ("pypi", "2.0rc1", ">=1.0", True),
        ("pypi", "1.5", "1.*", True),
        ("deb", "1:2.0-1", "<1:2.1", True),
        ("deb", "1.0~rc1", "<1.0", True),
        ("apk", "1.2.3-r1", "<1.2.3-r2", True),
        ("alpine", "1.2.3-r1", "<1.2.3-r2", True),
        ("rpm", "1.0-1.el8", "<1.0-2.el8", True),
        ("golang", "v1.2.3", ">=v1.2.0", True),
        ("golang", "v1.2.3", ">=1.2.0", True),
        ("golang", "v2.0.0+incompatible", "v2.0.0", True),
        ("golang", "v0.0.0-20210101000000-abcdef012345", "<v0.0.0-20220101000000-012345abcdef", True),
        ("golang", "234fd47e07d1004f0aed9c", "<v1.2.3", None),
        ("github", "1234567", "<v2.0.0", None),
        ("cran", "0.1-2", "<0.1.3", True),
        ("pypi", "1.0", "vers:pypi/>=0.5|<2", True),
        ("npm", "3.0.0", "vers:npm/<1.0.0|>=2.0.0|<4.0.0", True),
        ("npm", "1.5.0", "vers:npm/<1.0.0|>=2.0.0|<4.0.0", False),
        ("npm", "5.0.0", "vers:npm/<1.0.0|>=2.0.0", True),
        ("npm", "1.0.0", "vers:npm/!=1.0.0", False),
        ("npm", "1.0.1", "vers:npm/!=1.0.0|!=2.0.0", True),
        ("npm", "1.0.0", "vers:npm/1.0.0|2.0.0", True),
        ("npm", "1.0.1", "vers:npm/1.0.0|2.0.0", False),
        ("npm", "1.0.1", "vers:npm/*", True),
        ("deb", "1.0+b1", "vers:deb/<=1.0%2Bb1", True),
        ("pypi", "1.0", "vers:npm/<2", False),
        (None, "1.0.0", "vers:npm/<2", True),
        ("npm", "1.0.0", "vers:npm/what is this", None),
        ("generic", "1.0", "<2", None),
        ("no-such-scheme", "1", "<2", None),
        (None, "1", "<2", None),
        (None, "1", "1", True),
        ("npm", "not a version", "<2", None),
        ("npm", "1.0.0", "what is this", None),
        ("npm", "1.0.0", "", None),
        ("npm", "", "<2", None),
        ("pypi", "1.0", ">=", None),
        ("npm", "1" * 1000, "<2", None),
        ("npm", "1", "<" * 1000, None),
    ],
)  # fmt: skip
def test_a_version_is_in_a_range_or_not_or_unknown(
    kind: str | None, version: str, spec: str, answer: object
) -> None:
    assert versions.satisfies(kind, version, spec) is answer


def test_versions_are_sorted_from_old_to_new_and_unreadable_ones_stand_first() -> None:
    mixed = ["1.10.0", "latest", "1.2.0", "1.2.0-rc.1", "v1.2.0", "2", "a1b2c3"]
    assert sorted(mixed, key=versions.sort_key("npm")) == [
        "a1b2c3",
        "latest",
        "1.2.0-rc.1",
        "1.2.0",
        "v1.2.0",
        "1.10.0",
        "2",
    ]
    assert sorted(["b", "a"], key=versions.sort_key(None)) == ["a", "b"]


def test_semantic_versions_and_exact_questions_need_no_library() -> None:
    code = (
        "import sys; from umbel.model import versions;"
        "assert versions.satisfies('maven', '1', '1'); assert versions.satisfies('npm', '1.2.3', '>=1,<2');"
        "assert versions.satisfies('golang', 'v1.2.3', 'vers:golang/<2');"
        "assert not {'univers', 'packaging', 'semantic_version'} & sys.modules.keys()"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


TABLES = {
    "alpine": ("apk", 0, 46),
    "cran": ("cran", 0, 0),
    "debian": ("deb", 0, 0),
    "hackage": ("hackage", 0, 0),
    "maven": ("maven", 1, 0),
    "nuget": ("nuget", 0, 0),
    "packagist": ("composer", 0, 7),
    "pub": ("pub", 0, 0),
    "pypi": ("pypi", 0, 11),
    "redhat": ("rpm", 2, 21),
    "rubygems": ("gem", 0, 2),
    "semver": ("npm", 0, 0),
}
"""Table → purl type, and how many lines we answer otherwise or not at all. Better is welcome: lower it."""


@pytest.mark.parametrize("table", TABLES)
def test_the_order_of_real_versions(shared_data: Path, table: str) -> None:
    kind, wrong, unknown = TABLES[table]
    outcomes: Counter[str] = Counter()
    for line in (shared_data / f"versions/semantic/{table}-versions.txt").read_text("utf-8").splitlines():
        found = re.fullmatch(r"(?!#|//)(.+?) ([<=>]) (.+)", line.strip())
        if found:
            order = versions.compare(kind, found[1].strip(), found[3].strip())
            right = order == {"<": -1, "=": 0, ">": 1}[found[2]]
            outcomes["right" if right else "unknown" if order is None else "wrong"] += 1
    assert outcomes["right"] > 10
    assert (outcomes["wrong"], outcomes["unknown"]) == (wrong, unknown)


def test_the_containment_cases_of_the_vers_specification(shared_data: Path) -> None:
    cases = [
        case["input"] | {"expected": case["expected_output"]}
        for file in sorted((shared_data / "versions/vers").glob("*.json"))
        for case in json.loads(file.read_bytes())["tests"]
        if case["test_type"] == "containment"
    ]
    assert len(cases) == 11
    for case in cases:
        kind = case["vers"].removeprefix("vers:").partition("/")[0]
        assert versions.satisfies(kind, case["version"], case["vers"]) is case["expected"], case


def test_the_equality_and_order_cases_of_the_vers_specification_for_nuget(shared_data: Path) -> None:
    cases = json.loads((shared_data / "versions/vers/nuget_version_cmp_test.json").read_bytes())["tests"]
    assert len(cases) == 33
    for case in cases:
        a, b = case["input"]["versions"]
        order = versions.compare("nuget", a, b)
        if case["test_type"] == "equality":
            assert (order == 0) is case["expected_output"]
        else:
            assert order is not None
            first = min((a, b), key=versions.sort_key("nuget"))
            assert first.lower() == case["expected_output"][0].lower()
