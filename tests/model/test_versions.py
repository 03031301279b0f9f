# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Order and ranges of versions; what can't be told is unknown."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from umbel.model import versions


@pytest.mark.parametrize(
    ("kind", "version", "spec", "answer"),
    [
        ("npm", "4.17.20", "<4.17.21", True),
        ("npm", "4.17.21", "<4.17.21", False),
        ("npm", "1.10.0", ">1.9", True),
        ("npm", "1.2.3", "^1.0", True),
        ("npm", "2.0.0", "^1.0", False),
        ("maven", "2.14.1", ">=2.0,<2.17.1", True),
        ("maven", "2.14.1", ">=2.0 <2.17.1", True),
        ("maven", "2.17.1", "[2.0,2.17.1)", False),
        ("pypi", "1.4", "~=1.0", True),
        ("pypi", "1.0", "1.0.0", True),
        ("pypi", "2.0rc1", ">=1.0", True),
        ("deb", "1:2.0-1", "<1:2.1", True),
        ("deb", "1.0~rc1", "<1.0", True),
        ("golang", "v1.2.3", ">=v1.2.0", True),
        ("cargo", "1.4.0", "^1", True),
        ("pypi", "1.0", "vers:pypi/>=0.5|<2", True),
        ("gem", "1.1", "~> 1.0", True),
        ("no-such-scheme", "1", "<2", None),
        (None, "1", "<2", None),
        (None, "1", "1", True),
        ("npm", "not a version", "<2", None),
        ("npm", "1.0.0", "what is this", None),
        ("pypi", "1.0", ">=", None),
        ("npm", "1" * 1000, "<2", None),
    ],
)
def test_a_version_is_in_a_range_or_not_or_unknown(
    kind: str | None,
    version: str,
    spec: str,
    answer: bool | None,  # noqa: FBT001
) -> None:
    assert versions.satisfies(kind, version, spec) is answer


number = st.integers(0, 30)
release = st.tuples(number, number, number).map(lambda t: ".".join(map(str, t)))


@given(st.sampled_from(["npm", "pypi", "cargo", "maven", "deb", "gem", "golang"]), release, release)
def test_plain_releases_are_ordered_by_their_numbers(kind: str, a: str, b: str) -> None:
    left, right = [int(x) for x in a.split(".")], [int(x) for x in b.split(".")]
    assert versions.compare(kind, a, b) == (left > right) - (left < right)
    assert versions.satisfies(kind, a, f">={b}") == (left >= right)


@given(
    st.sampled_from(["npm", "pypi", "maven", "deb", "rpm", "x", None]),
    st.text(max_size=20),
    st.text(min_size=1, max_size=20),
)
def test_no_text_whatever_crashes(kind: str | None, version: str, spec: str) -> None:
    assert versions.satisfies(kind, version, spec) in {True, False, None}
    assert versions.compare(kind, version, spec) in {-1, 0, 1, None}
