# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Figures as sentences that a person understands without knowing the metrics' names."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest

from umbel.metrics.definition import catalog
from umbel.metrics.sentences import sentence, story
from umbel.metrics.words import ago, count, of_all, percent, rounded, since
from umbel.model.measurement import Measurement

HEADERS = {name: metric.header for name, metric in catalog().metrics.items()}
TODAY = datetime(2024, 11, 20, tzinfo=UTC)


def figure(metric: str, value: float | None, window: int | None = 365, **more: Any) -> Measurement:
    known: dict[str, Any] = {"outcome": "measured"} if value is not None else {"outcome": "unknown"}
    return Measurement(
        metric=metric, subject="shop", value=value, unit=HEADERS[metric].unit, window=window, as_of=TODAY,
        **(known | more),
    )  # fmt: skip


def said(metric: str, value: float | None, window: int | None = 365, **more: Any) -> str:
    return sentence(figure(metric, value, window, **more), HEADERS[metric])


def test_the_sentence_of_the_design() -> None:
    evidence = {"people": 9, "by_them": 60, "silent": 1, "silent_since": date(2024, 5, 3)}
    assert said("absence_factor", 2, denominator=100, evidence=evidence) == (
        "Two people make half of the changes. One of them has been silent since May."
    )


@pytest.mark.parametrize(
    ("value", "evidence", "text"),
    [
        (1, {"by_them": 97}, "One person makes 97 % of the changes."),
        (1, {"by_them": 100}, "One person makes all of the changes."),
        (
            1,
            {"by_them": 60, "silent": 1, "silent_since": date(2018, 4, 9)},
            "One person makes 60 % of the changes. That person has been silent since April 2018.",
        ),
        (
            2,
            {"silent": 2, "silent_since": date(2024, 3, 1)},
            "Two people make half of the changes. Both have been silent since March or longer.",
        ),
        (
            14,
            {"silent": 3, "silent_since": date(2024, 3, 1)},
            "14 people make half of the changes. Three of them have been silent since March or longer.",
        ),
    ],
)
def test_who_makes_half(value: float, evidence: dict[str, Any], text: str) -> None:
    assert said("absence_factor", value, denominator=100, evidence=evidence) == text


@pytest.mark.parametrize(
    ("metric", "value", "window", "evidence", "text"),
    [
        ("active_contributors", 0, 90, None, "Nobody contributed in the last three months."),
        ("active_contributors", 1, 30, {}, "One person contributed in the last month."),
        ("active_contributors", 1300, None, {}, "1,300 people contributed in its whole history."),
        ("new_contributors", 6, 365, {"active": 9}, "Six of the nine people who contributed in the last year were new."),
        ("new_contributors", 1, 365, {"active": 1}, "The only person who contributed in the last year was new."),
        ("contributor_retention", 0, 365, {"before": 5, "stayed": 0},
         "Of the five people who contributed the year before, nobody is still there."),
        ("contributor_conversion", 0.1, 365, {"newcomers": 89, "drive_by": 75}, "Of the 89 newcomers of the year before, 14 came back."),
        ("maintainers", 0, 365, None, "Nobody is seen to look after the work of others."),
        ("silent_maintainers", 4, 365, {"before": 7}, "Four of the seven maintainers of the year before have fallen silent."),
        ("silent_maintainers", 1, 365, {"before": 1}, "The only maintainer of the year before has fallen silent."),
        ("commit_activity", 1, 90, {}, "People made one commit in the last three months."),
        ("activity_trend", 0.41, 365, {}, "There is less work: 41 % of that in the year before."),
        ("activity_trend", 1.1, 365, {}, "There is about as much work as in the year before."),
        ("activity_trend", 3.77, 365, {}, "There is more work: 3.8 times that in the year before."),
        ("activity_trend", 0, 365, {}, "All work stopped: there was some in the year before."),
        ("days_since_commit", 981, None, {}, "The last change by a person was 2.7 years ago."),
        ("days_since_release", 1, None, {}, "The last release was yesterday."),
        ("release_frequency", 0, 365, {}, "No release was made in the last year."),
        ("release_regularity", 2.1, 1095, {"median_days": 13, "longest_days": 385},
         "Releases come in bursts: 13 days apart in the middle, 385 at most."),
        ("review_share", 0.35, 365, {}, "A second person looked at 35 % of the commits, as far as the history shows."),
        ("sign_off_share", 0, 365, {}, "None of the commits is signed off."),
        ("signed_share", 1, 365, {}, "All of the commits hold a signature, which nobody checked."),
        ("bot_share", 0, 365, {}, "No bot commits."),
        ("bot_share", 0.004, 365, {}, "Bots make less than 1 % of the commits."),
        ("top_share", 0.63, 365, {}, "The busiest person makes 63 % of the changes."),
        ("gini", 0.78, 365, {"people": 57}, "57 people share the work very unevenly in the last year."),
        ("concentration_trend", 0.088, 1825, {"first_year": 2013.0, "last_year": 2018.0},
         "The busiest person's share of the changes grew by 8.8 points a year between 2013 and 2018."),
        ("working_hours", 0.52, 365, {"weekend_share": 0.21}, "52 % of the commits are written in working hours, 21 % at weekends."),
        ("zone_spread", 1, 365, {}, "The work comes from one time zone."),
        ("elephant_factor", 1, 365, {"unknown_share": 0.35},
         "One organisation makes half of the changes; the affiliation behind 35 % of them is unknown."),
        ("organisational_diversity", 4, 365, {"unknown_share": 0.5},
         "People of four organisations take part; the affiliation behind 50 % of the changes is unknown."),
        ("our_share", 0, 365, {}, "None of the changes is known to be by our own people."),
        ("knowledge_at_risk", 0.48, 365, {}, "48 % of all changes ever made are by people who have been silent for a year."),
        ("knowledge_at_risk", 1, 365, {}, "All changes ever made are by people who have been silent for a year."),
        ("handover_signs", 0.02, 180, {}, "No newcomer has taken over in the last six months."),
        ("handover_signs", 1, 180, {"commit_share": 1.0, "release_share": 0.9, "since": date(2024, 9, 4)},
         "Someone new made all of the commits and 90 % of the releases in the last six months, and began in September."),
    ],
)  # fmt: skip
def test_sentences(
    metric: str, value: float, window: int | None, evidence: dict[str, Any] | None, text: str
) -> None:
    assert said(metric, value, window, evidence=evidence) == text


def test_the_unknown_is_a_question_and_its_reason() -> None:
    assert said("our_share", None, why="nobody's affiliation is known") == (
        "How much of it do our own people do? Unknown: nobody's affiliation is known."
    )


def test_a_metric_of_ones_own_is_said_plainly() -> None:
    mine = figure("gini", 0.5, 90)
    header = HEADERS["commit_activity"]
    told = Measurement(metric="mine", subject="shop", value=1234.5, unit="commits", window=90, as_of=TODAY)
    assert (
        sentence(told, header) == "How many commits did people make? 1,234 commits in the last three months."
    )
    assert mine.value == 0.5


def test_a_story_says_what_matters_and_no_more() -> None:
    quiet = {
        "days_since_commit": figure("days_since_commit", 900, None),
        "handover_signs": figure("handover_signs", 0.0, 180),
        "silent_maintainers": figure("silent_maintainers", 0, evidence={"before": 3}),
        "active_contributors": figure("active_contributors", 0, 90),
        "gini": figure("gini", 0.4, evidence={"people": 3}),
        "our_share": figure("our_share", None, why="nobody's affiliation is known"),
    }
    assert story(quiet, HEADERS) == [
        "The last change by a person was 2.5 years ago.", "Nobody contributed in the last three months.",
    ]  # fmt: skip


def test_of_a_history_that_could_not_be_read_nothing_is_said() -> None:
    unread = {name: figure(name, None, why="its history could not be read") for name in HEADERS}
    assert story(unread, HEADERS) == ["Nothing can be said: its history could not be read."]
    assert story({}, HEADERS) == []


def test_words() -> None:
    assert [count(n) for n in (0, 1, 12, 13, 1000)] == ["no", "one", "twelve", "13", "1,000"]
    assert [percent(x) for x in (0, 0.001, 0.5, 0.999, 1)] == [
        "0 %", "less than 1 %", "50 %", "more than 99 %", "100 %",
    ]  # fmt: skip
    assert of_all(0.5, "it", capital=True) == "50 % of it"
    assert [rounded(x) for x in (2.0, 2.345, 0.1234, 1234.5)] == ["2", "2.3", "0.12", "1,234"]
    assert [ago(x) for x in (0, 1, 2, 547, 800)] == [
        "today", "yesterday", "2 days ago", "547 days ago", "2.2 years ago",
    ]  # fmt: skip
    assert since(date(2023, 12, 31), TODAY) == "December 2023"
    assert since(date(2024, 1, 1), TODAY) == "January"
