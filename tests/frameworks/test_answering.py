# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""How a practice stands, by evidence and by people's word."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Any, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.frameworks import made
from umbel.frameworks.answering import decide
from umbel.frameworks.assess import assess
from umbel.frameworks.interface import Check, Kind, Outcome
from umbel.frameworks.judging import Evidence, together
from umbel.frameworks.wording import Word

if TYPE_CHECKING:
    from collections.abc import Sequence

    from umbel.frameworks.interface import Reading

KINDS = st.sampled_from(get_args(Kind))
EVIDENCE = st.sampled_from(get_args(Evidence))
WORDS = st.sampled_from(get_args(Word))
SILENT = {"unknown", "error", "none"}
COVERED = made.practice("covered", "evidence")
CONFIRMED = made.practice("confirmed", "proxy")
SAID = made.practice("said")


@given(KINDS, EVIDENCE, WORDS, st.booleans())
def test_nothing_is_met_by_neither_evidence_nor_word(
    kind: Kind,
    evidence: Evidence,
    word: Word,
    before: bool,  # noqa: FBT001
) -> None:
    outcome, by = decide(kind, evidence, word, before=before)
    assert outcome in get_args(Outcome)
    if outcome == "met":
        assert by is not None
        assert word == "met" or (kind == "evidence" and evidence == "met")
    if outcome == "contradicted":
        assert word == "met"
        assert evidence == "unmet"
    if outcome == "decayed":
        assert evidence == "stale" or word == "ran-out" or before
    if outcome == "not-applicable":
        assert word == "not-applicable"
    assert (by is None) == (outcome in {"unknown", "error"})


@given(KINDS, WORDS, st.sampled_from(["unknown", "error", "stale"]))
def test_evidence_that_speaks_for_it_takes_no_yes_away(kind: Kind, word: Word, less: Evidence) -> None:
    if decide(kind, less, word)[0] == "met":
        assert decide(kind, "met", word)[0] == "met"


@given(KINDS, WORDS)
def test_evidence_never_meets_a_practice_of_word_alone(kind: Kind, word: Word) -> None:
    if kind == "attestation":
        assert decide(kind, "none", word) == decide(kind, "none", word, before=True)
        assert (decide(kind, "none", word)[0] == "met") == (word == "met")


@given(st.lists(EVIDENCE.filter(lambda each: each != "none"), min_size=1), st.booleans())
def test_one_more_check_that_holds_changes_no_joint_answer_for_the_worse(
    found: Sequence[Evidence],
    any_check: bool,  # noqa: FBT001
) -> None:
    now, more = together(found, any_check=any_check), together([*found, "met"], any_check=any_check)
    assert more == now if not any_check else more == "met"


@pytest.mark.parametrize(
    ("reading", "outcome", "words"),
    [
        (made.reading(0.8), "met", "inventory_coverage is 0.8"),
        (made.reading(0.3), "unmet", "20 more of 40"),
        (made.reading(None), "unknown", "nothing was collected"),
        (made.reading(0.9, coverage=0.5), "unknown", "Only 50 % of what it speaks of is known"),
        (made.reading(0.9, denominator=0), "unknown", "Too few to tell"),
        (
            made.reading(0.9, error=True, why="the query is slow"),
            "error",
            "can't be computed: the query is slow",
        ),
        (made.reading(float("nan")), "unknown", "Nobody knows yet"),
    ],
)
def test_evidence_answers_alone(reading: Reading, outcome: Outcome, words: str) -> None:
    found = made.answered(COVERED, readings=(reading,))
    assert found.outcome == outcome
    assert words in f"{found.sentence} {found.gap}"


FEW: dict[str, Any] = {"unit": "count", "numerator": None, "denominator": None, "coverage": 0.02}


@pytest.mark.parametrize(
    ("limit", "value", "more", "outcome"),
    [
        ({"at_least": 2}, 2, {}, "met"),
        ({"at_least": 2}, 1, {}, "unknown"),
        ({"at_most": 0}, 1, {}, "unmet"),
        ({"at_most": 0}, 0, {}, "unknown"),
        ({"at_least": 2}, 2, {"denominator": 3}, "unknown"),  # a median may fall
        ({"at_least": 2}, 2, {"unit": "days"}, "unknown"),
    ],
)
def test_a_count_that_has_reached_its_limit_needs_no_more_coverage(
    limit: dict[str, Any], value: float, more: dict[str, Any], outcome: Outcome
) -> None:
    one = made.practice("covered", "evidence", checks=(Check(indicator="inventory_coverage", **limit),))
    assert made.answered(one, readings=(made.reading(value, **(FEW | more)),)).outcome == outcome


def test_an_indicator_that_is_not_there_is_an_error_and_no_pass() -> None:
    found = made.answered(COVERED)
    assert (found.outcome, found.sentence) == ("error", "There is no indicator inventory_coverage.")


def test_a_claim_against_the_evidence_is_contradicted_and_stays_on_record() -> None:
    found = made.answered(COVERED, made.attested("ours/covered"), readings=(made.reading(0.3),))
    assert (found.outcome, found.before, found.by) == ("contradicted", "met", "evidence")
    assert found.attestation is not None
    assert "cto@acme.example says that it is met" in found.sentence
    assert "The evidence says otherwise" in found.sentence


def test_a_person_answers_what_evidence_leaves_unknown() -> None:
    found = made.answered(
        COVERED, made.attested("ours/covered", proof="wiki/page"), readings=(made.reading(None),)
    )
    assert (found.outcome, found.by) == ("met", "attestation")
    assert "proof: wiki/page" in found.sentence


def test_a_proxy_needs_both_and_says_so() -> None:
    alone = made.answered(CONFIRMED, readings=(made.reading(0.9),))
    assert (alone.outcome, alone.by) == ("unknown", None)
    assert "nobody has confirmed it" in alone.sentence
    assert alone.gap == "Confirm it (umbel maturity attest ours/confirmed)."
    both = made.answered(CONFIRMED, made.attested("ours/confirmed"), readings=(made.reading(0.9),))
    assert (both.outcome, both.by) == ("met", "proxy")


def test_old_evidence_decays() -> None:
    check = Check(indicator="inventory_coverage", at_least=0.8, fresh=92)
    one = made.practice("covered", "evidence", checks=(check,))
    fresh = made.reading(0.9, observed_at=made.NOW - timedelta(days=92))
    old = made.reading(0.9, observed_at=made.NOW, oldest_at=made.NOW - timedelta(days=93))
    assert made.answered(one, readings=(fresh,)).outcome == "met"
    found = made.answered(one, readings=(old,))
    assert (found.outcome, found.before) == ("decayed", "met")
    assert "93 days old" in (found.gap or "")
    undated = made.answered(one, readings=(made.reading(0.9, observed_at=None),))
    assert undated.outcome == "unknown"


def test_what_was_met_a_quarter_before_has_decayed() -> None:
    asked: list[str] = []

    def earlier(names: Sequence[str]) -> dict[str, Reading]:
        asked.extend(names)
        return {"inventory_coverage": made.reading(0.9)}

    ours = made.framework(COVERED, SAID, levels=())
    told = made.facts(readings=(made.reading(0.3),), earlier=earlier)
    answers = assess(ours, told).answers
    assert [each.outcome for each in answers] == ["decayed", "unknown"]
    assert answers[0].sentence.startswith("It was met a quarter before, and isn't now")
    assert asked == ["inventory_coverage"]


def test_the_quarter_before_is_asked_only_for_what_evidence_fails() -> None:
    def never(names: Sequence[str]) -> dict[str, Reading]:
        raise AssertionError(names)

    ours = made.framework(COVERED, SAID, levels=())
    assert assess(ours, made.facts(readings=(made.reading(0.9),), earlier=never)).overall.met == 1


def test_an_attestation_counts_through_its_last_day_and_then_decays() -> None:
    one = made.attested("ours/said", until=made.TODAY)
    assert made.answered(SAID, one).outcome == "met"
    ended = made.attested("ours/said", until=made.TODAY - timedelta(days=1))
    found = made.answered(SAID, ended)
    assert (found.outcome, found.before, found.by) == ("decayed", "met", "attestation")
    assert "ran out on 2026-03-30" in found.sentence
    assert made.answered(SAID, made.attested("ours/said", "unmet", until=ended.until)).outcome == "unknown"


def test_the_months_of_a_practice_end_what_has_no_last_day() -> None:
    half = made.practice("said", expires=6)
    old = made.attested("ours/said", decided=date(2025, 9, 29))
    assert made.answered(half, old).outcome == "decayed"
    assert made.answered(half, made.attested("ours/said", decided=date(2025, 9, 30))).outcome == "decayed"
    assert made.answered(half, made.attested("ours/said", decided=date(2025, 10, 1))).outcome == "met"


def test_a_later_record_takes_the_place_of_an_earlier_one() -> None:
    first = made.attested("ours/said", decided=date(2026, 1, 1))
    second = made.attested("ours/said", "unmet", decided=date(2026, 2, 1))
    future = made.attested("ours/said", decided=date(2026, 4, 1))
    assert made.answered(SAID, first, second, future).outcome == "unmet"
    assert made.answered(SAID, second, first).outcome == "unmet"


def test_what_does_not_apply_is_out_of_the_count() -> None:
    found = made.answered(SAID, made.attested("ours/said", "not-applicable", reason="we publish nothing"))
    assert (found.outcome, found.counts) == ("not-applicable", False)
    assert "we publish nothing" in found.sentence


def test_an_indicator_says_whether_a_practice_applies() -> None:
    one = made.practice("published", "evidence", applies_if="published_projects")
    none = made.reading(0, "published_projects", unit="count", sentence="No project is published.")
    found = made.answered(one, readings=(none, made.reading(0.9)))
    assert (found.outcome, found.by) == ("not-applicable", "evidence")
    some = made.reading(0, "published_projects", unit="count", coverage=0.5)
    assert made.answered(one, readings=(some, made.reading(0.9))).outcome == "met", "none of half isn't none"
    unknown = made.reading(None, "published_projects")
    assert made.answered(one, readings=(unknown, made.reading(0.9))).outcome == "met"


GRADES = ("unaware", "initial", "managed", "defined", "quantitative", "optimised")


@pytest.mark.parametrize(
    ("value", "grade", "outcome"), [(0.1, 0, "unmet"), (0.79, 2, "unmet"), (0.8, 3, "met"), (1, 5, "met")]
)
def test_steps_give_a_grade(value: float, grade: int, outcome: Outcome) -> None:
    check = Check(indicator="inventory_coverage", at_least=0.8, steps=(0.2, 0.5, 0.8, 0.9, 1.0))
    one = made.practice("covered", "evidence", checks=(check,))
    found = made.answered(one, readings=(made.reading(value),), grades=GRADES, met_at=3)
    assert (found.grade, found.outcome) == (grade, outcome)


@pytest.mark.parametrize(
    ("limit", "value", "grade"),
    [
        ({"at_least": 1}, 0, 0),
        ({"at_least": 0.9}, 0.6, 2),
        ({"at_least": 0.9}, 0.89, 2),
        ({"at_most": 5}, 10, 1),
        ({"at_most": 0}, 7, 0),
    ],
)
def test_without_steps_a_grade_is_how_far_one_came(limit: dict[str, Any], value: float, grade: int) -> None:
    one = made.practice("covered", "evidence", checks=(Check(indicator="inventory_coverage", **limit),))
    found = made.answered(one, readings=(made.reading(value),), grades=GRADES, met_at=3)
    assert (found.grade, found.outcome) == (grade, "unmet")


@pytest.mark.parametrize(("grade", "outcome"), [(2, "unmet"), (3, "met"), (99, "met")])
def test_a_grade_that_is_given_decides_what_is_met(grade: int, outcome: Outcome) -> None:
    found = made.answered(SAID, made.attested("ours/said", grade=grade), grades=GRADES, met_at=3)
    assert found.outcome == outcome
    assert found.grade == min(grade, 5)
