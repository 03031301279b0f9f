# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Whatever a registry answers: facts, or one plain word why there are none. Never anything else."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from umbel.collect.registries import _pypi_project, crates, deps_dev, golang, maven, npm, pypi, rubygems
from umbel.collect.registries._ordering import newest, ordered
from umbel.collect.registries.interface import Got, PackageFacts, Unanswered, VersionFacts
from umbel.evidence.sync_packages import row_of
from umbel.evidence.syncing import rows_table
from umbel.model.errors import Fault
from umbel.model.versions import compare

if TYPE_CHECKING:
    from collections.abc import Callable

KEYS = st.sampled_from(
    "versions time files info releases license licenses deprecated 1.0.0 2.0.0-rc.1 v1.0.0 dist-tags latest maintainers "
    "repository url funding filename upload-time yanked pad-1.0.tar.gz classifiers project_urls crate num vers name "
    "yanked created_at number versionKey version isDeprecated response docs v timestamp unpublished ownership roles".split()
)
LEAVES = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20) | KEYS
JSON = st.recursive(
    LEAVES,
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(KEYS | st.text(max_size=5), inner, max_size=6)
    ),
    max_leaves=25,
)
READERS: dict[str, Callable[[bytes], object]] = {
    "npm": npm.read,
    "simple": lambda body: pypi.read(Got(status=200, url="x", body=body)),
    "project": _pypi_project.read,
    "metadata": _pypi_project.of_metadata,
    "index": crates.read,
    "crates": crates.read_api,
    "gems": rubygems.read,
    "compact": rubygems.read_compact,
    "metadata.xml": maven.read,
    "search": maven.read_search,
    "listing": maven.read_listing,
    "deps.dev": lambda body: deps_dev.read("npm", body),
    "deps.dev version": lambda body: deps_dev.with_version(PackageFacts(), body),
    "gem": lambda body: (
        rubygems.joined(PackageFacts(), value, None) if isinstance(value := json.loads(body), dict) else None
    ),
    "go.mod": lambda body: golang.facts_of((), body.decode("utf-8", "replace"), {}, None),
}


def held(read: Callable[[bytes], object], body: bytes) -> None:
    """It gives facts that the lake takes, or says what is wrong."""
    found: object
    try:
        found = read(body)
    except Unanswered as error:
        found = error.fault
    if isinstance(found, Fault):
        assert found.code
        assert "\n" not in found.message
    facts = found[0] if isinstance(found, tuple) else found
    if isinstance(facts, PackageFacts):
        rows_table("packages", [row_of("pkg:x/y", "x", datetime.now(UTC), facts, 1, None)], 1)


@pytest.mark.parametrize(
    "name", [n for n in READERS if n not in {"metadata.xml", "go.mod", "compact", "listing", "metadata"}]
)
@given(value=JSON)
def test_any_json(name: str, value: Any) -> None:
    held(READERS[name], json.dumps(value).encode())


@pytest.mark.parametrize("name", [n for n in READERS if n != "gem"])
@given(body=st.binary(max_size=300))
def test_any_bytes(name: str, body: bytes) -> None:
    held(READERS[name], body)


@given(
    text=st.lists(
        st.sampled_from(
            [
                "// Deprecated: x",
                "module a.b/c",
                "retract",
                "retract (",
                ")",
                "retract [v1, v2]",
                "[v1.0.0, v2]",
                "v1",
                "// no",
            ]
        ),
        max_size=8,
    )
)
def test_any_go_mod(text: list[str]) -> None:
    held(READERS["go.mod"], "\n".join(text).encode())


@given(
    names=st.lists(st.text("0123456789.abrc-+v", max_size=12), max_size=12),
    kind=st.sampled_from(["npm", "pypi", "maven", "gem", "golang", "cargo"]),
)
def test_places_follow_the_order_of_the_ecosystem(names: list[str], kind: str) -> None:
    found = ordered(kind, [VersionFacts(version=name) for name in names])
    assert {v.version for v in found} == {name for name in names if name}
    placed = [v for v in found if v.position is not None]
    assert [v.position for v in placed] == list(range(len(placed)))
    for older, newer in pairwise(placed):
        assert compare(kind, older.version, newer.version) != 1
    latest, _ = newest(found)
    assert latest is None or all(
        v.prerelease is not False or compare(kind, v.version, latest) != 1 for v in placed
    )
