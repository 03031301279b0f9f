# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Order and ranges of versions; what can't be told is unknown."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections import Counter
from typing import TYPE_CHECKING, Any

import pytest

from umbel.model import versions

if TYPE_CHECKING:
    from collections.abc import Callable
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
    "alpine": "apk",
    "cran": "cran",
    "debian": "deb",
    "hackage": "hackage",
    "maven": "maven",
    "nuget": "nuget",
    "packagist": "composer",
    "pub": "pub",
    "pypi": "pypi",
    "redhat": "rpm",
    "rubygems": "gem",
    "semver": "npm",
}
"""Table → purl type."""
NO_VERSIONS = {
    # apk refuses them: a letter before a number, empty numbers, suffixes that it doesn't know.
    "alpine": {
        "1-r", "1-r-0", "1-r-1", "0.r1", "0..1..0", "0...1...0", "0...1...0.r1", "0...1...0r1", "0..8", "0.8.21.r2",
        "10.2.24.r0", "6.6.2p1", "1-ruff", "1-r0-1", "1-ruff2", "1-r0-ruff2", "1.2_blah", "1.2_csv2", ".1", ".2", "a",
        "c", "23_foo", "1.0bc",
    },
    # A branch, and a sign that no version holds.
    "packagist": {"dev-foo", "1.2.3.#", "1.2.3.#.1", "1.2.3.#.p3", "1.2.3.#.beta"},
    # Not PEP 440: installers of today ignore such releases.
    "pypi": {
        "0.1-bulbasaur", "0.1-charmander", "0.9-doduo", "0.9-eevee", "0.9-fearow", "0.9-gyarados", "0.9-horsea",
        "0.9-ivysaur", "-class.-jw.util.version.version-pre", "-class.-jw.util.version.version-preview",
        "-class.-jw.util.version.version-dev",
    },
    # Gem::Version refuses a letter right after a number.
    "rubygems": {"1beta", "1gamma"},
}  # fmt: skip
"""What the tables order though its package manager takes it for no version: to us it has no order."""


@pytest.mark.parametrize("table", TABLES)
def test_the_order_of_real_versions(shared_data: Path, table: str) -> None:
    """Of versions every line is answered as the table has it; of what is none nothing is said."""
    kind, none = TABLES[table], NO_VERSIONS.get(table, set())
    outcomes: Counter[str] = Counter()
    for line in (shared_data / f"versions/semantic/{table}-versions.txt").read_text("utf-8").splitlines():
        found = re.fullmatch(r"(?!#|//)(.+?) ([<=>]) (.+)", line.strip())
        if not found:
            continue
        a, b = found[1].strip(), found[3].strip()
        order = versions.compare(kind, a, b)
        if a != b and {a, b} & none:
            assert order is None, line
            outcomes["none"] += 1
        else:
            assert order == {"<": -1, "=": 0, ">": 1}[found[2]], line
            outcomes["right"] += 1
    assert outcomes["right"] > 10
    assert all(versions.parsed(kind, text) is None for text in none)


@pytest.mark.parametrize(
    ("kind", "ordered"),
    [
        ("deb", ["1.0~~", "1.0~rc1", "1.0", "1.0a", "1.0+b1", "1.0.1", "1:0.1"]),
        ("rpm", ["1.0~rc1-1", "1.0", "1.0-1", "1.0-1.el8", "1.0-2", "1.0^git1-1", "1.0.1-1", "1:0.1-1"]),
        ("apk", ["1.0_alpha1", "1.0_rc1", "1.0", "1.0-r1", "1.0_git2024", "1.0_p1", "1.0a", "1.0.1", "1.10"]),
    ],
)
def test_the_order_of_distributions(kind: str, ordered: list[str]) -> None:
    assert sorted(set(ordered), key=versions.sort_key(kind)) == ordered
    assert len({versions.parsed(kind, version) for version in ordered}) == len(ordered)


@pytest.mark.parametrize("kind", ["deb", "rpm", "apk"])
def test_distributions_agree_with_another_reader(kind: str) -> None:
    """Of univers: where both can read two versions they order them alike."""
    from univers.version_range import RANGE_CLASS_BY_SCHEMES

    read: Any = RANGE_CLASS_BY_SCHEMES[kind].version_class
    texts = [
        f"{head}{tail}"
        for head in ("1", "1.0", "1.2.3", "1.10", "2")
        for tail in ("", "-r0", "-r1", "-1", "-2", "a", "b", "_rc1", "_p1", "~rc1")
    ]
    texts = [text for text in texts if _reads(read, text) and versions.parsed(kind, text) is not None]
    assert len(texts) > 10
    for a in texts:
        for b in texts:
            other = (read(a) > read(b)) - (read(a) < read(b))
            if kind == "rpm" and ("-" in a) != ("-" in b):
                continue  # it takes a version without a release for one with any
            assert versions.compare(kind, a, b) == other, (a, b)


def _reads(read: Callable[[str], object], text: str) -> bool:
    try:
        return read(text) is not None
    except Exception:  # noqa: BLE001 - univers raises many kinds
        return False


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
