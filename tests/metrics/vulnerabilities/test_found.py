# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Advisories of one vulnerability become one; what joins too much joins nothing; withdrawn, fixed, severe."""

from __future__ import annotations

import zipfile
from typing import TYPE_CHECKING, Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.metrics.vulnerabilities.osv_records import entry, index_of, record, table
from umbel.metrics.vulnerabilities.aliases import Said, groups, is_cve
from umbel.metrics.vulnerabilities.found import clearing, vulnerabilities
from umbel.metrics.vulnerabilities.match import match
from umbel.model.vulnerability import Vulnerability, rating, severity_word

if TYPE_CHECKING:
    from pathlib import Path


def found(version: str, *records: dict[str, Any], package: str = "pkg:npm/p") -> list[Vulnerability]:
    index = index_of(*records)
    told = vulnerabilities(match(table((package, version)), index), index)
    return told.get((package, version), [])


def about(advisory: str, fixed: str | None = None, introduced: str = "0", **more: Any) -> dict[str, Any]:
    events = [{"introduced": introduced}, *([{"fixed": fixed}] if fixed else [])]
    return record(advisory, entry("npm", "p", *events), **more)


def told(*said: tuple[str, list[str]]) -> dict[str, list[str]]:
    return {own: [group.id for group in each] for own, each in groups(Said(*one) for one in said).items()}


def test_aliases_are_joined_in_any_direction_and_over_ids_without_a_record() -> None:
    assert told(
        ("PYSEC-2024-1", ["CVE-2024-1"]),
        ("GHSA-aaaa", ["PYSEC-2024-1"]),
        ("OSV-2024-7", ["GHSA-aaaa"]),
        ("RUSTSEC-2024-1", ["GHSA-cccc"]),
        ("GO-2024-1", ["GHSA-cccc"]),
        ("EX-1", []),
    ) == {
        "PYSEC-2024-1": ["CVE-2024-1"],
        "GHSA-aaaa": ["CVE-2024-1"],
        "OSV-2024-7": ["CVE-2024-1"],
        "RUSTSEC-2024-1": ["GO-2024-1"],
        "GO-2024-1": ["GO-2024-1"],
        "EX-1": ["EX-1"],
    }


def test_several_records_of_one_database_may_tell_of_one_cve() -> None:
    assert told(("GHSA-aaaa", ["CVE-2024-1"]), ("GHSA-bbbb", ["CVE-2024-1"])) == {
        "GHSA-aaaa": ["CVE-2024-1"],
        "GHSA-bbbb": ["CVE-2024-1"],
    }


def test_a_record_of_several_cves_tells_of_each_and_joins_none() -> None:
    assert told(
        ("GO-2020-0005", ["CVE-2020-15106", "CVE-2020-15112", "GHSA-m332", "GHSA-p4g4"]),
        ("GHSA-m332", ["CVE-2020-15106", "GO-2020-0005"]),
        ("GHSA-p4g4", ["CVE-2020-15112", "GO-2020-0005"]),
    ) == {
        "GO-2020-0005": ["CVE-2020-15106", "CVE-2020-15112"],
        "GHSA-m332": ["CVE-2020-15106"],
        "GHSA-p4g4": ["CVE-2020-15112"],
    }


def test_what_a_record_says_of_itself_counts_before_what_others_say() -> None:
    assert told(("A-1", ["CVE-2024-1", "GHSA-bbbb"]), ("GHSA-bbbb", ["CVE-2024-2"])) == {
        "A-1": ["CVE-2024-1"],
        "GHSA-bbbb": ["CVE-2024-2"],
    }


def test_a_distributions_id_of_a_cve_is_that_cve_and_other_upstream_ids_are_not_joined() -> None:
    said = [Said("DEBIAN-CVE-2024-1", [], ["CVE-2024-1"]), Said("DSA-1", [], ["CVE-2024-1"])]
    assert {own: [one.id for one in each] for own, each in groups(said).items()} == {
        "DEBIAN-CVE-2024-1": ["CVE-2024-1"],
        "DSA-1": ["DSA-1"],
    }


_IDS = st.sampled_from(["CVE-1", "CVE-2", "CVE-3", "GHSA-1", "GHSA-2", "GO-1", "GO-2", "PYSEC-1"])


@given(st.dictionaries(_IDS, st.lists(_IDS, max_size=4), max_size=8))
def test_no_vulnerability_ever_has_two_cves_and_the_order_of_records_is_nothing(
    said: dict[str, list[str]],
) -> None:
    records = [Said(own, names) for own, names in said.items()]
    first = groups(records)
    assert first == groups(reversed(records))
    assert first.keys() == said.keys()
    for own, each in first.items():
        assert each
        assert all(sum(map(is_cve, group.ids)) <= 1 for group in each)
        assert not is_cve(own) or [group.id for group in each] == [own]


def test_aliases_of_real_records_make_no_chains(shared_data: Path) -> None:
    said = []
    for name in ("PyPI/all", "Go/all", "crates.io/all", "recorded-api-records"):
        with zipfile.ZipFile(shared_data / f"osv/{name}.zip") as archive:
            records = [msgspec.json.decode(archive.read(one)) for one in archive.namelist()]
        said += [Said(one["id"], one.get("aliases") or [], one.get("upstream") or []) for one in records]
    found = groups(said)
    # Bitnami has an id for each product that a CVE is in; they are of one vulnerability all the same.
    own = [
        [name for name in group.ids if not name.startswith("BIT-")]
        for each in found.values()
        for group in each
    ]
    assert len(found) > 5000
    assert max(map(len, own)) <= 7
    assert found["RUSTSEC-2020-0014"][0].id == "CVE-2020-35866"
    assert len(found["RUSTSEC-2020-0014"]) == 8


def test_one_vulnerability_has_an_attribution_of_each_database() -> None:
    (one,) = found(
        "1.0.0",
        about(
            "GHSA-aaaa", "1.5.0", aliases=["CVE-2024-1"], summary="Short", published="2024-01-01T00:00:00Z"
        ),
        about("SNYK-1", "1.4.0", aliases=["CVE-2024-1"]),
    )
    assert (one.id, one.ids) == ("CVE-2024-1", ("CVE-2024-1", "SNYK-1", "GHSA-aaaa"))
    assert [(a.advisory, a.source, a.active) for a in one.sources] == [
        ("SNYK-1", "SNYK", True),
        ("GHSA-aaaa", "GHSA", True),
    ]
    assert (one.summary, one.affected, one.active) == ("Short", True, True)
    assert (one.fixed, one.fixes) == ("1.5.0", ("1.5.0",)), "the other still calls 1.4.0 affected"


def test_a_withdrawn_advisory_makes_inactive_only_when_all_are() -> None:
    gone = about("GHSA-aaaa", aliases=["CVE-2024-1"], withdrawn="2024-02-01T00:00:00Z")
    (one,) = found("1.0.0", gone, about("SNYK-1", aliases=["CVE-2024-1"]))
    assert [(a.advisory, a.active) for a in one.sources] == [("SNYK-1", True), ("GHSA-aaaa", False)]
    assert one.active
    (one,) = found("1.0.0", gone)
    assert not one.active
    assert one.sources[0].withdrawn_at is not None


def test_the_worst_severity_of_those_that_count() -> None:
    high = "CVSS:3.1/AV:N/AC:H/PR:N/UI:N/S:C/C:H/I:N/A:N"
    severe = [{"type": "CVSS_V3", "score": "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"}]
    (one,) = found(
        "1.0.0",
        about("GHSA-aaaa", aliases=["CVE-2024-1"], severity=[{"type": "CVSS_V3", "score": high}]),
        about("X-1", aliases=["CVE-2024-1"], database_specific={"severity": "MODERATE"}),
        about("X-2", aliases=["CVE-2024-1"], severity=severe, withdrawn="2024-01-01T00:00:00Z"),
    )
    assert (one.severity, one.score, one.vector) == ("medium", 6.8, high)


@pytest.mark.parametrize(("score", "word"), [(0, "none"), (0.1, "low"), (3.9, "low"), (4, "medium"), (7, "high"), (8.9, "high"), (9, "critical")])  # fmt: skip
def test_scores_have_words(score: float, word: str) -> None:
    assert rating(score) == word
    assert severity_word(word.upper()) == word


def test_informational_advisories_tell_of_a_state_unless_there_is_a_cve() -> None:
    def unsound(**more: Any) -> dict[str, Any]:
        return record(
            "RUSTSEC-1",
            {**entry("npm", "p", {"introduced": "0"}), "database_specific": {"informational": "unsound"}},
            **more,
        )

    assert found("1.0.0", unsound())[0].kind == "unsound"
    assert found("1.0.0", unsound(aliases=["GHSA-aaaa"]), about("GHSA-aaaa"))[0].kind == "unsound"
    aliases = ["CVE-2024-1"]
    assert (
        found("1.0.0", unsound(aliases=aliases), about("GHSA-aaaa", aliases=aliases))[0].kind
        == "vulnerability"
    )
    assert found("1.0.0", about("MAL-1", aliases=["GHSA-aaaa"]), about("GHSA-aaaa"))[0].kind == "malicious"


def test_the_lowest_version_that_clears_all() -> None:
    first = about("EX-1", "1.2.0")
    second = record(
        "EX-2",
        entry(
            "npm", "p", {"introduced": "0"}, {"fixed": "1.1.0"}, {"introduced": "1.2.0"}, {"fixed": "1.3.0"}
        ),
    )
    told = found("1.0.0", first, second)
    assert {one.id: one.fixed for one in told} == {"EX-1": "1.2.0", "EX-2": "1.1.0"}
    assert clearing("pkg:npm/p", told) == "1.3.0"
    assert clearing("pkg:npm/p", [one for one in told if one.id == "EX-2"]) == "1.1.0"
    assert clearing("pkg:npm/p", []) is None
    assert clearing("pkg:npm/p", found("1.0.0", first, about("EX-3"))) is None


def test_unknown_stays_unknown_with_its_reason() -> None:
    (one,) = found("what?", about("EX-1", "2.0.0"))
    assert (one.affected, one.fixed) == (None, None)
    assert "what?" in (one.why or "")
