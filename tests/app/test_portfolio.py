# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""The portfolio's lists hold what the single questions say."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import duckdb
import pytest

from tests import acme
from umbel.app import Workspace
from umbel.collect.interface import Edge, Reading
from umbel.evidence.lake import Lake

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    import pyarrow as pa

    from umbel.app.portfolio import Rows


_CHANGES = "SELECT package, epoch(moment), was, became FROM read_parquet(?)"


@pytest.fixture(scope="module")
def space(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """Three projects; one has two documents that tell the same and more, one of unknown versions."""
    folder = tmp_path_factory.mktemp("portfolio")
    (folder / "umbel.toml").write_text(
        '[[products]]\nname = "Shop"\nowner = "owner@acme.example"\ncriticality = "high"\n'
        'distribution = ["hosted"]\nprojects = ["shop"]\n\n'
        '[[projects]]\nname = "planned"\nmatch = ["planned"]\n\n'
        '[[upstream]]\npackages = ["pkg:npm/outer"]\nrepository = "https://git.example/acme/outer"\n'
    )
    lake = Lake(str(folder / ".umbel/lake"), create=True)
    first = Reading(
        format="test",
        components=[
            acme.component("outer", "1.0", declared=("MIT",)),
            acme.component("inner", "2.0", declared=("Apache-2.0",)),
            acme.component("inner", "3.0"),
        ],
        edges=[Edge(source=None, target="outer@1.0"), Edge(source="outer@1.0", target="inner@2.0")],
    )
    second = Reading(
        format="test",
        components=[acme.component("inner", "3.0", declared=("MIT",)), acme.component("nameless", None)],
        edges=[],
    )
    acme.publish(lake, (acme.stamp("shop", content_sha256="1"), first))
    acme.publish(lake, (acme.stamp("shop", content_sha256="2", lineage="other"), second))
    acme.publish(lake, (acme.stamp("till", content_sha256="3"), acme.reading(["outer@1.0", "inner@2.0"])))
    acme.publish(lake, (acme.stamp("broken", content_sha256="4", outcome="failed"), None))
    return Workspace(folder)


@pytest.fixture
def rows(space: Workspace) -> Iterator[Rows]:
    with space.known() as known:
        yield space.portfolio(known)


def by_key(table: pa.Table) -> dict[str, dict[str, Any]]:
    keys = table.column("key").to_pylist()
    assert len(set(keys)) == len(keys)
    return dict(zip(keys, table.to_pylist(), strict=True))


def test_projects_say_what_the_inventory_and_coverage_say(space: Workspace, rows: Rows) -> None:
    found = by_key(rows.projects())
    inventory = {row["project"]: row for row in space.inventory("project").to_pylist()}
    assert set(found) == {"shop", "till", "broken", "planned"}
    for name, row in inventory.items():
        for figure in ("components", "packages", "direct", "license_unknown"):
            assert found[name][figure] == row[figure], (name, figure)
    assert found["shop"]["products"] == ["Shop"]
    assert found["shop"]["criticality"] == "high"
    assert found["shop"]["distribution"] == ["hosted"]
    assert (found["broken"]["evidence"], found["planned"]["evidence"]) == ("failed", "none")
    assert found["planned"]["components"] is None


def test_findings_are_counted_where_something_was_judged(space: Workspace, rows: Rows) -> None:
    found = by_key(rows.projects(space.verdict().findings))
    assert found["shop"]["fail"] is not None
    assert found["planned"]["fail"] is None
    assert by_key(rows.projects())["shop"]["fail"] is None


def test_packages_say_what_the_inventory_says(space: Workspace, rows: Rows) -> None:
    found = by_key(rows.packages())
    for row in space.inventory("package").to_pylist():
        mine = found[row["package"]]
        assert (mine["projects"], mine["versions"], mine["direct_in"]) == (
            row["projects"],
            row["versions"] or 1,  # one version that nobody knows is one
            row["direct_in"],
        )
    inner = found["pkg:npm/inner"]
    assert inner["licenses"] == ["Apache-2.0", "MIT"]
    assert inner["among"] == ["shop", "till"]
    assert inner["advisories"] is None, "no advisory was ever read: nobody can say that there is none"
    assert inner["ended"] is None
    assert inner["latest"] is None
    assert found["pkg:npm/outer"]["upstream"] == "git.example/acme/outer"


def test_components_merge_what_documents_say(space: Workspace, rows: Rows) -> None:
    found = by_key(rows.components())
    assert found["pkg:npm/inner@3.0"]["licenses"] == ["MIT"]
    assert found["pkg:npm/nameless@"]["version"] is None
    assert found["pkg:npm/outer@1.0"]["projects"] == 2
    assert found["pkg:npm/outer@1.0"]["deprecated"] is None
    assert len(found) == space.inventory("component").num_rows


def test_upstreams_count_our_projects(rows: Rows) -> None:
    found = by_key(rows.upstreams())
    assert found["git.example/acme/outer"]["projects"] == 2
    assert found["git.example/acme/outer"]["package_names"] == ["outer"]
    assert found["git.example/acme/outer"]["examined"] is False
    assert found["git.example/acme/outer"]["risk"] is None


def test_nobody_is_there_without_histories(rows: Rows) -> None:
    assert rows.people().num_rows == 0


def test_snapshots_hold_what_failed_too(rows: Rows) -> None:
    found = rows.snapshots().to_pylist()
    assert {(row["project"], row["outcome"], row["present"]) for row in found} == {
        ("shop", "complete", True),
        ("till", "complete", True),
        ("broken", "failed", False),
    }


def test_files_hold_every_use_and_edge(rows: Rows, tmp_path: Path) -> None:
    strange = tmp_path / "it's here"
    strange.mkdir()
    rows.write_package_rows(strange / "packages")
    rows.write_project_rows(strange / "projects")
    rows.write_project_edges(strange / "edges")

    def read(name: str, columns: str) -> list[tuple[Any, ...]]:
        return duckdb.execute(f"SELECT {columns} FROM read_parquet(?)", [str(strange / name)]).fetchall()

    users = read("packages", "package, project, version")
    assert users == sorted(users, key=lambda row: (row[0], row[2] or "", row[1]))
    assert ("pkg:npm/inner", "shop", "3.0") in users
    assert len(users) == 6
    assert len(read("projects", "package")) == 7, "a use that two documents show is there twice"
    edges = read("edges", "project, source, target, optional")
    assert len([row for row in edges if row[0] == "shop"]) == 2
    assert next(row[1] for row in edges if row[0] == "shop") is None


def test_an_empty_workspace_has_empty_lists(tmp_path: Path) -> None:
    space = Workspace(tmp_path)
    with space.known() as known:
        rows = space.portfolio(known)
        made = [
            rows.projects([]),
            rows.packages(),
            rows.components(),
            rows.upstreams(),
            rows.people(),
            rows.snapshots(),
        ]
        rows.write_project_edges(tmp_path / "edges")
        rows.write_health(tmp_path / "health", ours=True)
        rows.write_health(tmp_path / "health", ours=False)
        rows.write_leading(tmp_path / "leading", 5)
        rows.write_package_changes(tmp_path / "changes")
    for name in ("leading", "changes"):
        assert duckdb.execute("SELECT count(*) FROM read_parquet(?)", [str(tmp_path / name)]).fetchone() == (
            0,
        )
    assert [table.num_rows for table in made] == [0] * 6


def test_what_changed_between_readings_of_a_document(tmp_path: Path) -> None:
    lake = Lake(str(tmp_path / ".umbel/lake"), create=True)
    readings = (
        (-30, ["outer@1.0", "inner@1.0", "inner@2.0"]),
        (-20, ["outer@1.0", "inner@2.0", "inner@3.0"]),
        (-10, ["outer@1.0", "inner@2.0", "inner@3.0"]),  # another text, the same things
        (-5, ["inner@2.0", "inner@3.0", "fresh@0.1"]),
    )
    for number, parts in readings:
        when = acme.day(number)
        header = acme.stamp(content_sha256=f"shop{number}", observed_at=when, collected_at=when)
        acme.publish(lake, (header, acme.reading(parts)))
    space = Workspace(tmp_path)
    with space.known() as known:
        space.portfolio(known).write_package_changes(tmp_path / "changes")
    found = duckdb.execute(_CHANGES, [str(tmp_path / "changes")]).fetchall()
    assert found == [
        ("pkg:npm/fresh", acme.day(-5).timestamp(), [], ["0.1"]),
        ("pkg:npm/inner", acme.day(-20).timestamp(), ["1.0"], ["3.0"]),
        ("pkg:npm/outer", acme.day(-5).timestamp(), ["1.0"], []),
    ]


def test_a_document_that_is_gone_takes_its_packages_along(tmp_path: Path) -> None:
    lake = Lake(str(tmp_path / ".umbel/lake"), create=True)
    acme.publish(lake, (acme.stamp(observed_at=acme.day(-9)), acme.reading(["inner@1.0"])))
    failed = acme.stamp(observed_at=acme.day(-7), content_sha256="1", outcome="failed")
    acme.publish(lake, (failed, None))
    gone = acme.stamp(observed_at=acme.day(-5), content_sha256="", outcome="absent")
    acme.publish(lake, (gone, None))
    space = Workspace(tmp_path)
    with space.known() as known:
        space.portfolio(known).write_package_changes(tmp_path / "changes")
    found = duckdb.execute(_CHANGES, [str(tmp_path / "changes")])
    assert found.fetchall() == [("pkg:npm/inner", acme.day(-5).timestamp(), ["1.0"], [])], (
        "failed: says nothing"
    )
