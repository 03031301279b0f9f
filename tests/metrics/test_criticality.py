# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""OpenSSF's criticality score in both published forms, against the formula worked out by hand."""

from __future__ import annotations

from math import log
from typing import TYPE_CHECKING, Any

import pytest

from tests.metrics import histories
from tests.metrics.histories import Commit, Release
from umbel.metrics.definition import catalog

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from umbel.model.measurement import Measurement

METRICS = catalog().metrics
FORMS = ("criticality_score_readme", "criticality_score_yaml")


def both(
    folder: Path, commits: Sequence[Commit], releases: Sequence[Release] = ()
) -> tuple[Measurement, Measurement]:
    """The figures of `shop` in both forms."""
    with histories.session(folder) as session:
        engine = histories.tell(session, commits, releases)
        found = [{each.subject: each for each in engine.measure(METRICS[name])}["shop"] for name in FORMS]
    return found[0], found[1]


def evidence(of: Measurement) -> dict[str, Any]:
    assert isinstance(of.evidence, dict)
    return of.evidence


def ratio(signal: float, threshold: float) -> float:
    """One signal, as the formula has it."""
    return log(1 + signal) / log(1 + max(signal, threshold))


# 400 days ago the first, 70 days ago the last: 13 and 2 months of 30 days. 26 commits in the year, two of three firms.
HISTORY = [
    Commit("ann", -400, organisation="Acme"),
    *(Commit("ann", -100 - n, organisation="Acme") for n in range(20)),
    *(Commit("bob", -70 - n, organisation="Bit") for n in range(5)),
    Commit("cat", -75.5),
    Commit("bump[bot]", -1),
]
TAGS = [Release("v1", -90), Release("v1.1", -80), Release("v2rc1", -80, prerelease=True), Release("v0", -399)]
MONTHS, LAST, PEOPLE, FIRMS, WEEKLY, RELEASES = 13, 0, 3, 2, 26 * 7 / 365, 2
KNOWN = [(1, MONTHS, 120), (2, PEOPLE, 5000), (1, FIRMS, 10), (1, WEEKLY, 1000), (0.5, RELEASES, 26)]
SUM = sum(alpha * ratio(signal, threshold) for alpha, signal, threshold in KNOWN)


def test_the_form_of_the_readme(tmp_path: Path) -> None:
    found, _ = both(tmp_path, HISTORY, TAGS)
    assert found.value == pytest.approx((SUM - ratio(LAST, 120)) / 4.5, abs=1e-12)
    assert found.denominator == 4.5
    told = evidence(found)
    assert (told["created_months"], told["updated_months"], told["contributors"], told["organisations"]) == (
        13,
        0,
        3,
        2,
    )
    assert (told["commits_a_week"], told["releases"]) == (pytest.approx(WEEKLY), 2)


def test_the_form_of_the_yaml(tmp_path: Path) -> None:
    _, found = both(tmp_path, HISTORY, TAGS)
    assert found.value == pytest.approx((SUM + ratio(120 - LAST, 120)) / 6.5, abs=1e-12)
    assert found.denominator == 6.5


@pytest.mark.parametrize(("days", "months"), [(29, 0), (30, 1), (200, 6), (3650, 121), (5000, 166)])
def test_silence_lowers_both_and_by_how_much_they_differ(tmp_path: Path, days: int, months: int) -> None:
    commits = [Commit("ann", -days, organisation="Acme")]
    readme, yaml = both(tmp_path, commits, [Release("v1", -days)])
    weekly = 7 / 365 if days < 365 else 0
    rest = ratio(months, 120) + 2 * ratio(1, 5000) + ratio(1, 10) + ratio(weekly, 1000)
    rest += 0.5 * ratio(1 if days < 365 else 0, 26)
    assert readme.value == pytest.approx((rest - ratio(months, 120)) / 4.5, abs=1e-12)
    assert yaml.value == pytest.approx((rest + ratio(120 - min(120, months), 120)) / 6.5, abs=1e-12)
    assert evidence(yaml)["updated_months"] == months


def test_a_missing_signal_leaves_the_divisor_and_says_how_far_the_score_could_move(tmp_path: Path) -> None:
    """Without affiliations and tags the figure rises: what failed to be collected must be seen."""
    poor = [commit._replace(organisation=None) for commit in HISTORY]
    whole, _ = both(tmp_path / "whole", HISTORY, TAGS[:1])
    less, _ = both(tmp_path / "less", poor)
    assert less.denominator == 3.0
    assert less.value is not None
    assert whole.value is not None
    for figure, missing in ((whole, 4.0), (less, 5.5)):
        told = evidence(figure)
        assert told["missing_alpha"] == missing
        assert told["mentions"] is None
        score = (figure.value or 0) * (figure.denominator or 0)
        assert told["at_least"] == pytest.approx(score / 8.5)
        assert told["at_most"] == pytest.approx((score + missing) / 8.5)
        assert told["at_least"] <= (figure.value or 0) <= told["at_most"]
    assert evidence(less)["organisations"] is None
    assert evidence(less)["releases"] is None


def test_amounts_beyond_the_threshold_count_whole_and_no_more(tmp_path: Path) -> None:
    firms = [Commit(f"dev{n}", -5000 + n * 40, organisation=f"Firm {n}") for n in range(12)]
    readme, _ = both(tmp_path, firms)
    told = evidence(readme)
    months = told["updated_months"]
    rest = 1 + 2 * ratio(12, 5000) + 1 + 0 - ratio(months, 120)
    assert readme.value == pytest.approx(rest / 4.0, abs=1e-12)


def test_a_bot_alone_is_nobody(tmp_path: Path) -> None:
    readme, yaml = both(tmp_path, [Commit("bump[bot]", -3)])
    for found in (readme, yaml):
        assert found.value is None
        assert found.why == "it has no commits by people"
