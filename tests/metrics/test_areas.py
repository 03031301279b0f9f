# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Metrics of a part of a repository: what stands on its commits, and what is of the whole only."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
import pytest

from tests import acme
from tests.metrics.histories import Commit, Release, repository
from tests.reports import pages
from umbel.app import Workspace
from umbel.metrics import areas
from umbel.metrics.definition import Definition, catalog
from umbel.metrics.dialect import lint
from umbel.model.errors import UsageError
from umbel.reports import health

if TYPE_CHECKING:
    from umbel.metrics.health import Health

BUILT_IN = catalog().told_by_history()
OF_THE_WHOLE = {
    "days_since_release", "release_frequency", "release_regularity", "maintainers", "silent_maintainers",
}  # fmt: skip
OWN = """/*
title = "Own"
question = "?"
unit = "things"
definition = "d"
source = "s"
limits = "l"
windows = [365]
missing = 0
*/
select project as subject, cast(count(*) as double) as value from {} group by project
"""


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """Ann made the project and its releases; Bob came lately, and works on the documentation only."""
    folder = tmp_path_factory.mktemp("shop")
    ann = [Commit("ann", -day, files=("src/a",)) for day in range(400, 1000, 20)]
    once = [Commit("cyd", -700, files=("docs/i",)), Commit("ann", -3, parents=2)]
    bob = [Commit("bob", -day, files=("docs/i",)) for day in (10, 20, 30, 40)]
    releases = [Release(f"v1.{n}.0", -100 + 20 * n, tagger="ann") for n in range(5)]
    repository(folder / "repos/shop", [*ann, *bob, *once], releases)
    repository(folder / "repos/till", [Commit("ann", -1, files=("src/t",))])
    (folder / "umbel.toml").write_text("[history]\npaths = true\n")
    for name in ("releases", "reviews"):
        (folder / "metrics").mkdir(exist_ok=True)
        (folder / f"metrics/own_{name}.sql").write_text(OWN.format(name))
    workspace = Workspace(folder)
    workspace.collect([folder / "repos"])
    return workspace


@pytest.fixture(scope="module")
def docs(shop: Workspace) -> Health:
    answer = shop.health(["shop"], paths=["./docs/"], as_of=acme.NOW)
    assert answer.broken == []
    return answer.projects[0]


@pytest.mark.parametrize("metric", BUILT_IN.values(), ids=list(BUILT_IN))
def test_what_a_metric_reads_is_read_alike_by_the_parser(metric: Definition) -> None:
    assert areas.relations(metric) == lint(metric.sql).relations


def test_what_is_of_the_whole_is_unknown_and_says_so(docs: Health) -> None:
    assert {name for name, metric in BUILT_IN.items() if areas.beyond(metric)} >= OF_THE_WHOLE
    for name in OF_THE_WHOLE:
        figure = docs.figure(name)
        assert figure is not None
        assert (figure.value, figure.evidence, figure.denominator) == (None, None, None)
        assert "of the whole project" in (figure.why or "")
    assert not [
        figure for figure in docs.figures if figure.measurement.metric in OF_THE_WHOLE and figure.before
    ]
    assert {point.value for point in docs.series["release_frequency"]} == {None}
    assert not any("release" in line for line in docs.sentences)


def test_the_rest_is_of_the_parts_commits(shop: Workspace, docs: Health) -> None:
    (whole,) = shop.health(["shop"], as_of=acme.NOW, periods=0).projects
    figures = {each.metric: each for each in (f.measurement for f in docs.figures)}
    commits, new = figures["commit_activity"], figures["new_contributors"]
    assert (commits.value, new.value) == (4, 1)
    assert figures["days_since_commit"].value == 10
    last = whole.figure("days_since_commit")
    assert last is not None
    assert last.value == 3
    assert docs.paths == ("docs",)
    assert (
        docs.about
        == "All of this is about the five commits that ever touched docs, merges aside. Who is new is new there."
    )
    assert (whole.paths, whole.about) == ((), None)


def test_a_hand_over_of_a_part_is_told_by_its_commits(shop: Workspace, docs: Health) -> None:
    figure = docs.figure("handover_signs")
    assert figure is not None
    assert figure.value == 1
    assert isinstance(figure.evidence, dict)
    assert not figure.evidence.keys() & {"releases", "release_share"}
    assert any(line.startswith("Someone new made all of the commits in") for line in docs.sentences)
    signed = docs.figure("signed_share")
    assert signed is not None
    assert signed.evidence == {"signed": 0}
    (of_all,) = shop.metric("signed_share", ["shop"], as_of=acme.NOW)
    assert isinstance(of_all.evidence, dict)
    assert of_all.evidence["releases"] == 5


def test_a_metric_of_ones_own_is_unknown_where_it_reads_more(docs: Health) -> None:
    releases, reviews = docs.figure("own_releases"), docs.figure("own_reviews")
    assert releases is not None
    assert reviews is not None
    assert (releases.value, releases.why) == (None, "a release is of the whole project")
    assert reviews.value == 0


def test_a_project_that_a_path_is_not_in_is_unknown(shop: Workspace) -> None:
    figures = shop.metric("commit_activity", ["shop", "till"], paths=["docs"], as_of=acme.NOW)
    assert [(f.subject, f.value, f.why) for f in figures] == [
        ("shop", 4, None),
        ("till", None, "no commit touched it"),
    ]
    (story,) = [h for h in shop.health(["shop", "till"], paths=["docs"]).projects if h.project == "till"]
    assert story.about == "No commit ever touched docs."
    assert story.sentences == ["Nothing can be said: no commit touched it."]


def test_a_series_of_a_part_begins_with_it(shop: Workspace) -> None:
    points = shop.metric("commit_activity", ["shop"], over="year", periods=4, paths=["docs"], as_of=acme.NOW)
    assert [p.value for p in points][-1] == 4
    assert (points[0].value, points[0].why) == (None, "no commit had touched it yet")


def test_a_path_needs_its_project(shop: Workspace) -> None:
    with pytest.raises(UsageError, match="A path is of a project"):
        shop.metric("gini", paths=["docs"])


def test_the_page_of_a_part_says_that_it_is_one(docs: Health) -> None:
    page = health.page(pages.facts(), msgspec.structs.replace(docs, series={}))
    assert "<title>Who keeps it alive · shop · docs" in page
    assert "All of this is about the five commits that ever touched docs" in page
    assert "umbel health shop --path=docs --as-of" in page
    assert "Releases a year" not in {trend.title for trend in health.trends(docs)}
