# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""What holds of health metrics whatever the history: against plain Python, and under change."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from math import nan
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from tests.metrics import histories
from tests.metrics.histories import NOW, Commit, Release, at
from umbel.metrics.definition import catalog
from umbel.metrics.sentences import sentence, story

if TYPE_CHECKING:
    from collections.abc import Iterator

    from umbel.evidence.session import Session

METRICS = catalog().told_by_history()
FEW = settings(
    max_examples=6,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
PEOPLE = st.sampled_from(["p-01", "p-02", "p-03", "p-04", "p-05", "renovate[bot]"])
COMMITS = st.lists(
    st.builds(
        Commit,
        person=PEOPLE,
        day=st.integers(-1200, 0).map(float),
        project=st.sampled_from(["a", "b", "c"]),
        by=st.none() | PEOPLE,
        co=st.lists(PEOPLE, max_size=2).map(tuple),
        parents=st.integers(0, 3),
        zone=st.none() | st.integers(-12, 14).map(lambda hours: hours * 60),
        organisation=st.sampled_from([None, "acme", "other"]),
        ours=st.sampled_from([None, True, False]),
        signed=st.booleans(),
        trailers=st.lists(st.tuples(st.sampled_from(["signed-off-by", "other"]), PEOPLE), max_size=2).map(
            tuple
        ),
    ),
    min_size=1,
    max_size=60,
)
RELEASES = st.lists(
    st.builds(
        Release,
        tag=st.uuids().map(str),
        day=st.integers(-1200, 0).map(float),
        project=st.sampled_from(["a", "b", "c"]),
        tagger=st.none() | PEOPLE,
        of=st.none() | st.integers(0, 60),
        prerelease=st.booleans(),
        version=st.sampled_from([None, "1.0"]),
    ),
    max_size=12,
    unique_by=lambda release: release.tag,
)


@pytest.fixture(scope="module")
def session(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Session]:
    with histories.session(tmp_path_factory.mktemp("told")) as made:
        yield made


def by_person(commits: list[Commit], project: str, days: int = 365) -> Counter[str]:
    """Contributions of each person in the window, counted the slow way."""
    return Counter(
        person
        for commit in commits
        if commit.project == project and NOW - timedelta(days=days) < at(commit.day) <= NOW
        for person in {commit.person, *commit.co}
        if not person.endswith("[bot]")
    )


def factor(numbers: Counter[str]) -> int | None:
    reached, total = 0, sum(numbers.values())
    for people, (_, number) in enumerate(numbers.most_common(), 1):
        reached += number
        if 2 * reached >= total:
            return people
    return None


@FEW
@given(COMMITS)
def test_counts_are_those_of_a_plain_reading(session: Session, commits: list[Commit]) -> None:
    engine = histories.tell(session, commits)
    found = {name: {m.subject: m for m in engine.measure(METRICS[name], window=365)} for name in (
        "absence_factor", "active_contributors", "top_share", "gini", "elephant_factor",
    )}  # fmt: skip
    for project in engine.histories:
        numbers = by_person(commits, project)
        assert found["absence_factor"][project].value == factor(numbers)
        assert found["active_contributors"][project].value == len(numbers)
        top, gini = found["top_share"][project].value, found["gini"][project].value
        if numbers:
            assert top == pytest.approx(max(numbers.values()) / sum(numbers.values()))
        if len(numbers) > 1:
            total, n = sum(numbers.values()), len(numbers)
            apart = sum(abs(x - y) for x in numbers.values() for y in numbers.values())
            assert gini == pytest.approx(apart / (2 * n * total))


@FEW
@given(COMMITS, RELEASES)
def test_every_figure_is_sound_and_can_be_said(
    session: Session, commits: list[Commit], releases: list[Release]
) -> None:
    engine = histories.tell(session, commits, releases)
    headers = {name: metric.header for name, metric in METRICS.items()}
    figures = {name: engine.measure(metric) for name, metric in METRICS.items()}
    for name, each in figures.items():
        assert [m.subject for m in each] == sorted({c.project for c in commits})
        for m in each:
            if m.value is None:
                assert m.why
            elif headers[name].unit in {"share", "index"}:
                assert -1e-9 <= m.value <= 1 + 1e-9, m
            elif headers[name].unit != "share a year":
                assert m.value >= 0, m
            said = sentence(m, headers[name])
            assert said.endswith(".")
            assert "None" not in said.removeprefix("None of")
            assert "p-0" not in said
            assert "[bot]" not in said
    for index, _ in enumerate(figures["gini"]):
        assert story({name: each[index] for name, each in figures.items()}, headers)


@FEW
@given(COMMITS, st.integers(-900, -1))
def test_what_came_later_changes_no_past_figure(session: Session, commits: list[Commit], day: int) -> None:
    def figures(told: list[Commit]) -> dict[str, float | None]:
        engine = histories.tell(session, told)
        return {
            f"{name} of {m.subject}": m.value
            for name, metric in list(METRICS.items())[::3]
            for m in engine.measure(metric, as_of=at(day))
            if m.subject in known
        }

    past = [commit for commit in commits if commit.day <= day]
    known = {commit.project for commit in past}
    if past:
        told, then = figures(commits), figures(past)
        # Fractions that are added up in another order may differ in their last digit: nan is here "not known".
        assert list(told) == list(then)
        assert [nan if v is None else v for v in told.values()] == pytest.approx(
            [nan if v is None else v for v in then.values()], rel=1e-12, nan_ok=True
        )


@FEW
@given(COMMITS, st.randoms(use_true_random=False))
def test_the_order_of_rows_and_bots_change_no_figure_about_people(
    session: Session, commits: list[Commit], random: object
) -> None:
    about = ("absence_factor", "gini", "new_contributors", "knowledge_at_risk", "handover_signs")

    def figures(told: list[Commit]) -> dict[str, list[tuple[str, float | None]]]:
        engine = histories.tell(session, told)
        return {n: [(m.subject, m.value) for m in engine.measure(METRICS[n])] for n in about}

    bots = [Commit("bot[bot]", -5, project) for project in {c.project for c in commits}] * 3
    shuffled = [*commits, *bots]
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert figures(commits) == figures(shuffled)
