# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Which projects a day knows: also those whose history, read later, reaches back to it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests import acme
from tests.evidence.histories import commit, publish
from umbel.app import Workspace
from umbel.evidence.lake import Lake
from umbel.evidence.questions.coverage import coverage, known_projects, totals
from umbel.evidence.session import Session

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    made = Lake(tmp_path / ".umbel/lake")
    publish(made, [commit("a", acme.day(-400)), commit("b", acme.day(-2))], subject="old")
    publish(made, [commit("c", acme.day(-30))], subject="young")
    publish(made, [commit("d", None)], subject="undated")
    publish(made, [], subject="empty")
    acme.publish(made, (acme.stamp("with-sbom", observed_at=acme.day(-100)), acme.reading(["a@1"])))
    return made


@pytest.mark.parametrize(
    ("day", "projects"),
    [
        (-500, []),
        (-300, ["old"]),
        (-50, ["old", "with-sbom"]),
        (-10, ["old", "with-sbom", "young"]),
        (0, ["empty", "old", "undated", "with-sbom", "young"]),
    ],
)
def test_a_day_knows_the_projects_whose_history_had_begun(
    lake: Lake, tmp_path: Path, day: int, projects: list[str]
) -> None:
    with Workspace(tmp_path).session(acme.day(day)) as session:
        assert known_projects(session) == projects
        assert sorted(row[0] for row in coverage(session).rows()) == projects
        assert totals(session).records()[0]["projects"] == len(projects)
        assert totals(session, ["old", "empty"]).records()[0]["projects"] == len(
            {"old", "empty"} & {*projects}
        )
    with Session(lake, acme.day(day), ("usage",)) as session:
        assert set(known_projects(session)) <= set(projects)


def test_a_project_of_which_only_a_history_tells_has_no_evidence_yet(lake: Lake) -> None:
    with Session(lake, acme.day(-50)) as session:
        rows = {row["project"]: row for row in coverage(session).records()}
    assert (rows["old"]["evidence"], rows["old"]["documents"], rows["old"]["components"]) == ("none", 0, None)
    assert rows["with-sbom"]["evidence"] == "complete"
