# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""What is said of projects of a kind: a verdict with plain reasons, or why there is none."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from tests.metrics import histories
from tests.metrics.histories import Commit
from tests.strategy.fragility import told
from umbel.strategy.fragility import Judged, fragility
from umbel.strategy.interface import Fragility

if TYPE_CHECKING:
    from collections.abc import Iterator

    from umbel.evidence.session import Session

MANY = [*told.steady(), *told.lonely(), *told.handed_over(), *told.finished()]


@pytest.fixture(scope="module")
def session(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Session]:
    with histories.session(tmp_path_factory.mktemp("told")) as made:
        yield made


@pytest.fixture(scope="module")
def found(session: Session) -> dict[str, Judged]:
    histories.tell(session, MANY, told.monthly("steady"))
    return {each.project: each for each in fragility(session, None)}


def texts(judged: Judged) -> list[str]:
    return [reason.text for reason in judged.reasons]


def test_where_nobody_works_what_is_of_work_is_not_missed(found: dict[str, Judged]) -> None:
    finished = found["finished"]
    assert (finished.features["top_share"], finished.features["newcomer_share"]) == (None, None)
    assert finished.confidence > 0.6


def test_the_shared_work_is_safest_and_the_hand_over_least_safe(found: dict[str, Judged]) -> None:
    risks = {name: each.risk or 0 for name, each in found.items()}
    assert min(risks, key=lambda name: risks[name]) == "steady"
    assert risks["lonely"] < risks["handed"]
    assert (found["steady"].level, found["lonely"].level) == ("low", "medium")
    assert found["handed"].level == "medium"


def test_shared_work_has_its_relief(found: dict[str, Judged]) -> None:
    relief = {reason.of for reason in found["steady"].relief}
    assert relief & {"top_share", "absence_factor"}
    assert all(reason.weight < 0 for reason in found["steady"].relief)


def test_one_very_active_person_reads_as_that(found: dict[str, Judged]) -> None:
    assert texts(found["lonely"])[0] == "One person wrote all of the last year's commits."
    assert "Nobody new came in the last year." in texts(found["lonely"])
    assert "Nobody new has taken over." in [reason.text for reason in found["lonely"].relief]


def test_a_hand_over_reads_as_that(found: dict[str, Judged]) -> None:
    assert texts(found["handed"])[0] == (
        "Someone who began in the last half year made all of the commits of that time."
    )


def test_a_finished_tiny_project_reads_as_that(found: dict[str, Judged]) -> None:
    finished = found["finished"]
    assert any("silent for half a year" in text for text in texts(finished))
    assert any(text.startswith("Little is to be done: a usual year took") for text in (
        reason.text for reason in finished.relief
    ))  # fmt: skip
    fallen = [Commit(f"big-{day % 5}", -2200 - day / 4, "big") for day in range(4000)]
    # the same silence weighs more where much was done
    assert finished.risk is not None
    big = _alone(fallen)
    assert big.risk is not None
    assert big.risk > finished.risk


def _alone(commits: list[Commit]) -> Judged:
    import tempfile
    from pathlib import Path

    with tempfile.TemporaryDirectory() as folder, histories.session(Path(folder)) as session:
        histories.tell(session, commits)
        (judged,) = fragility(session, None)
    return judged


def test_three_reasons_at_most_the_strongest_first_one_a_theme(found: dict[str, Judged]) -> None:
    for each in found.values():
        weights = [reason.weight for reason in each.reasons]
        assert len(weights) <= 3
        assert weights == sorted(weights, reverse=True)
        assert len({"top_share", "absence_factor"} & {reason.of for reason in each.reasons}) <= 1
        assert all(re.fullmatch(r"[A-Z0-9].*\.", reason.text) for reason in (*each.reasons, *each.relief))


def test_it_is_a_fragility_with_bounds(found: dict[str, Judged]) -> None:
    for each in found.values():
        assert isinstance(each, Fragility)
        assert each.health_risk is not None
        assert 1 <= each.health_risk <= 10
        assert each.unknown.keys() == {name for name, value in each.features.items() if value is None}


def test_only_those_named(session: Session, found: dict[str, Judged]) -> None:
    histories.tell(session, MANY, told.monthly("steady"))
    (one,) = fragility(session, None, ["lonely"])
    assert one == found["lonely"]


def test_too_little_known_is_no_verdict(session: Session) -> None:
    histories.tell(session, [Commit("ann", -3, "new"), Commit("ann", -1, "new")])
    (young,) = fragility(session, None)
    assert (young.risk, young.level, young.health_risk, young.reasons) == (None, None, None, ())
    assert young.why is not None
    assert young.why.startswith("too little is known: ")
    assert young.confidence < 0.5


def test_a_history_that_cannot_be_asked_says_why(session: Session) -> None:
    histories.tell(session, told.lonely(), shallow=["lonely"], empty=["void"])
    cut, void = fragility(session, None)
    assert (cut.risk, cut.why) == (
        None,
        "its history was cut off when it was cloned (a shallow clone)",
    )
    assert void.why == "the repository has no commits"


def test_only_bots_is_no_verdict(session: Session) -> None:
    histories.tell(session, [Commit("helper[bot]", -day, "auto") for day in range(1, 500, 5)])
    (auto,) = fragility(session, None)
    assert (auto.risk, auto.why) == (None, "people had contributed nothing by that day")


def test_nobody_is_named(found: dict[str, Judged]) -> None:
    for each in found.values():
        said = " ".join(reason.text for reason in (*each.reasons, *each.relief))
        assert "-one" not in said
        assert "-new" not in said
