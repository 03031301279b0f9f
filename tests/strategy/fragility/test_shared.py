# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Real histories, on the eve of what befell them and on ordinary days."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from tests.metrics import histories
from umbel.strategy.fragility import Judged, fragility_of
from umbel.strategy.fragility.backtest import MODEL, backtest
from umbel.strategy.fragility.events import load
from umbel.strategy.fragility.features import Pair, seen
from umbel.strategy.fragility.model import built_in

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from umbel.evidence.session import Session

BUNDLES = ("left-pad", "colors.js", "event-stream", "request", "svcs", "flask")


@pytest.fixture(scope="module")
def session(shared_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Session]:
    scratch = tmp_path_factory.mktemp("bundles")
    bundles = [shared_data / "git" / f"{name}.meta.bundle" for name in BUNDLES]
    with histories.session(scratch) as made:
        histories.replaced(made, histories.read(bundles, scratch))
        yield made


def judged(session: Session, project: str, day: str) -> Judged:
    moment = datetime.fromisoformat(day).replace(tzinfo=UTC)
    (found,) = seen(session, [Pair(project, moment)], built_in())
    return fragility_of(found, built_in())


def test_the_hand_over_of_event_stream_is_seen_before_it_stole(session: Session) -> None:
    before, after = (
        judged(session, "event-stream", "2018-09-01"),
        judged(session, "event-stream", "2018-10-04"),
    )
    assert before.risk is not None
    assert after.risk is not None
    assert after.risk > before.risk
    assert after.reasons[0].text == (
        "Someone who began in the last half year made all of the commits and all of the releases of that time."
    )


def test_colors_was_deserted_before_it_was_sabotaged(session: Session) -> None:
    found = judged(session, "colors.js", "2021-10-01")
    assert found.level == "high"
    said = " ".join(reason.text for reason in found.reasons)
    assert "No release for 740 days; before, one came every 40 days." in said
    assert "Nobody new came in the last year." in said


def test_one_very_active_person_is_neither_safe_nor_lost(session: Session) -> None:
    found = judged(session, "svcs", "2025-06-01")
    assert found.level == "medium"
    assert found.reasons[0].of == "top_share"


def test_a_finished_project_has_little_to_be_done(session: Session) -> None:
    found = judged(session, "left-pad", "2022-06-01")
    assert found.level in {"medium", "high"}
    assert "upkeep" in {reason.of for reason in found.relief}


def test_a_popular_project_in_its_best_years_is_safe(session: Session) -> None:
    found = judged(session, "flask", "2014-06-01")
    assert found.level == "low"


def test_the_backtest_runs_on_what_is_there(session: Session) -> None:
    found = backtest(session, None, load(), leads=(30, 180), draws=50)
    assert {c.project for c in found.cases} == {"event-stream", "colors.js", "left-pad", "request"}
    for figure in found.figures:
        assert figure.events <= 4
        if figure.score == MODEL:
            assert figure.area is not None
            assert figure.area > 0.5
    assert len(found.missing) == len(load()) - 4
