# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""The Cyber Resilience Act: the duties of manufacturers and stewards, with their articles and their limits."""

from __future__ import annotations

import re

import msgspec

from tests.frameworks.content import readings

CRA = readings.read("cra")
BY_ID = {each.id: each for each in CRA.practices}


def test_all_eight_requirements_on_vulnerabilities_are_there() -> None:
    refs = " ".join(each.ref for each in CRA.practices)
    assert all(f"Annex I, Part II ({number})" in refs for number in range(1, 9))


def test_each_practice_names_its_article() -> None:
    assert [each.id for each in CRA.practices if not re.search(r"Article|Annex", each.ref)] == []


def test_reporting_comes_before_all_else() -> None:
    assert [level.title for level in CRA.levels] == ["Reporting", "All duties"]
    assert "11 September 2026" in CRA.levels[0].about
    assert "11 December 2027" in CRA.levels[1].about
    early = {each.id for each in CRA.practices if each.level == 1}
    assert early == {
        each.id for each in CRA.practices if re.search(r"Article 14|Articles 2 |3\(14\)", each.ref)
    }


def test_the_clocks_are_told() -> None:
    ref = BY_ID["reporting-clocks"].ref
    assert all(words in ref for words in ("24 hours", "72 hours", "14 days", "one month"))


def test_stewards_are_asked_only_where_something_is_published() -> None:
    stewards = [each for each in CRA.practices if each.dimension == "stewards"]
    assert len(stewards) == 7
    assert {each.applies_if for each in stewards} == {"published_projects"}
    given = readings.best(CRA)
    given["published_projects"] = msgspec.structs.replace(given["published_projects"], value=0.0)
    found = readings.assessed(CRA, given)
    outcomes = {each.practice.id: each.outcome for each in found.answers}
    assert {outcomes[each.id] for each in stewards} == {"not-applicable"}


def test_it_says_where_counsel_is_needed_and_promises_nothing() -> None:
    need = {each.id for each in CRA.practices if "eeds counsel" in each.note}
    assert {"role", "conformity", "essential-requirements", "steward-role", "steward-reporting"} <= need
    assert "No legal advice" in CRA.about
    assert readings.faults_of_style(CRA) == []


def test_what_evidence_answers_is_as_we_classified_it() -> None:
    kinds = readings.by_kind(CRA)
    asked = {
        "sbom": "A", "vulnerabilities-mended": "A", "due-diligence": "A", "reporting-clocks": "P",
        "support-period": "P", "disclosure-policy": "P", "steward-policy": "P", "conformity": "H",
    }  # fmt: skip
    assert {name: kinds[name] for name in asked} == asked


def test_a_disclosure_policy_that_no_project_names_is_doubted() -> None:
    given = readings.best(CRA)
    given["own_security_policy"] = msgspec.structs.replace(given["own_security_policy"], value=0.0)
    found = readings.assessed(CRA, given, [readings.word(BY_ID["disclosure-policy"], CRA.id)])
    outcomes = {each.practice.id: each.outcome for each in found.answers}
    assert outcomes["disclosure-policy"] == outcomes["reporting-address"] == "contradicted"


def test_all_met_is_the_top_and_nothing_is_none() -> None:
    found = readings.confirmed(CRA)
    assert found.overall.level is not None
    assert found.overall.level.title == "All duties"
    empty = readings.assessed(CRA, readings.unknown(CRA))
    assert (empty.overall.level, empty.overall.met) == (None, 0)


def test_an_incident_that_was_late_holds_reporting_back() -> None:
    given = readings.best(CRA)
    given["incident_clock"] = msgspec.structs.replace(given["incident_clock"], value=0.5)
    found = readings.assessed(CRA, given, [readings.word(each, CRA.id) for each in CRA.practices])
    assert found.overall.level is None
    assert found.overall.held_by == ("reporting-kept",)
