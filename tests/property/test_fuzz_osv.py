# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Records of any form: no exception, rows that the lake takes, an index that can be asked."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from umbel.collect import osv
from umbel.evidence.syncing import rows_table
from umbel.metrics.vulnerabilities.affected import Fixes, Versions
from umbel.metrics.vulnerabilities.aliases import Said, groups
from umbel.metrics.vulnerabilities.ranges import Entry

NOW = datetime(2024, 6, 1, tzinfo=UTC)
_TEXT = st.one_of(
    st.text(max_size=20),
    st.sampled_from(["0", "1.0.0", "2024-01-02T03:04:05Z", "9999-12-31T23:59:59+14:00", "CVE-2024-1", "npm", "Debian:12", "Go", "SEMVER", "GIT", "\ud800", "\0", "v" * 300]),
)  # fmt: skip
_SCALAR = st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), _TEXT)
_KEYS = st.sampled_from(
    "id modified published withdrawn aliases related upstream summary details severity affected references package ecosystem name purl "
    "ranges events introduced fixed last_affected limit versions type score repo url database_specific ecosystem_specific cwe_ids imports "
    "symbols path informational".split()
)
_ANY: st.SearchStrategy[Any] = st.recursive(
    _SCALAR,
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(_KEYS, inner, max_size=6)),
    max_leaves=25,
)
_RECORD = st.builds(
    lambda more, affected: {"id": "EX-1", **more, **({"affected": affected} if affected is not None else {})},
    st.dictionaries(_KEYS, _ANY, max_size=6),
    st.one_of(st.none(), st.lists(st.dictionaries(_KEYS, _ANY, max_size=5), max_size=3)),
)


@given(st.binary(max_size=80))
def test_any_bytes(data: bytes) -> None:
    found = osv.read(data, NOW)
    assert found.advisory is not None or found.faults


@given(_RECORD)
def test_any_record(record: dict[str, Any]) -> None:
    found = osv.read(json.dumps(record).encode(), NOW)
    if found.advisory is None:
        assert found.faults
        return
    rows_table("advisories", [found.advisory], 1)
    rows_table("advisory_ranges", found.ranges, 1)
    groups([Said(found.advisory[0], found.advisory[7], found.advisory[9])])
    for row in found.ranges:
        entry = Entry(row[4], row[2], row[5], row[6])
        known = Versions(["1.0.0", "", None, "\0", "1.0-1"])
        affected, unknown = known.hits([entry])
        assert not affected.keys() & unknown.keys()
        fixes = Fixes([entry])
        for place in affected:
            fixes.above(known, place)


_VERSION = st.one_of(
    _TEXT, st.from_regex(r"\d{1,3}(\.\d{1,3}){0,3}(-?(rc|beta|a|r)\.?\d{0,2})?", fullmatch=True)
)
_SCHEMES = st.sampled_from(
    [
        "npm",
        "pypi",
        "maven",
        "gem",
        "deb",
        "rpm",
        "apk",
        "composer",
        "nuget",
        "golang",
        "conan",
        "hackage",
        "pub",
        "opam",
        None,
    ]
)
_EVENTS = st.lists(
    st.builds(lambda kind, version: {"kind": kind, "version": version}, st.sampled_from(["introduced", "fixed", "last_affected", "limit"]), _VERSION),
    max_size=6,
)  # fmt: skip


@given(
    _SCHEMES, st.lists(_EVENTS, max_size=3), st.lists(_VERSION, max_size=4), st.lists(_VERSION, max_size=5)
)
def test_one_by_one_and_all_at_once_give_the_same(
    scheme: str | None, ranges: list[list[dict[str, str]]], listed: list[str], versions: list[str]
) -> None:
    entry = Entry(scheme, "any", [{"kind": "ECOSYSTEM", "events": events} for events in ranges], listed)
    hits = Versions(versions).hits([entry])
    for place, version in enumerate(versions):
        one = entry.outcome(version, {})
        found = True if place in hits.affected else None if place in hits.unknown else False
        assert found is one.affected
