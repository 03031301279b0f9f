# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Collecting: what lands, what is skipped, what is withdrawn, what is said."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests import acme
from umbel.evidence.ingest import Summary, collect
from umbel.evidence.lake import Lake
from umbel.evidence.questions.coverage import coverage
from umbel.evidence.questions.inventory import Filter, inventory
from umbel.evidence.questions.where import where
from umbel.evidence.session import Session
from umbel.evidence.upkeep import verify
from umbel.model.naming import Naming, Rule
from umbel.model.purl import parse_query

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    return Lake(tmp_path / "lake")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "sboms").mkdir()
    return tmp_path / "sboms"


def numbers(summary: Summary) -> tuple[int, int, int, int, int]:
    """complete, partial, unchanged, failed, absent."""
    return summary.complete, summary.partial, summary.unchanged, summary.failed, summary.absent


def projects(lake: Lake) -> list[str]:
    with Session(lake) as session:
        return [row[0] for row in session.ask("SELECT DISTINCT project FROM usage ORDER BY 1").rows()]


def raw_rows(lake: Lake, table: str) -> int:
    with Session(lake) as session:
        return int(session.ask(f"SELECT count(*) FROM raw_{table}").one()[0])


def test_a_second_run_reads_nothing_again(lake: Lake, folder: Path) -> None:
    acme.folder_of_sboms(folder, 5)
    assert numbers(collect(lake, [folder], workers=1)) == (5, 0, 0, 0, 0)
    before = {table: raw_rows(lake, table) for table in ("snapshots", "usage", "dependencies")}
    assert numbers(collect(lake, [folder], workers=1)) == (0, 0, 5, 0, 0)
    assert {table: raw_rows(lake, table) for table in before} == before


def test_worker_processes_give_the_same_evidence(lake: Lake, folder: Path, tmp_path: Path) -> None:
    acme.folder_of_sboms(folder, 70)
    other = Lake(tmp_path / "other")
    collect(lake, [folder], workers=1)
    collect(other, [folder], workers=2)
    sql = "SELECT project, package, version, license, direct, scope, sources FROM inventory ORDER BY ALL"
    with Session(lake) as one, Session(other) as two:
        assert one.ask(sql).rows() == two.ask(sql).rows()
    assert verify(other) == []


def test_an_equal_set_of_components_adds_a_snapshot_and_no_facts(lake: Lake, folder: Path) -> None:
    file = folder / "shop.cdx.json"
    file.write_bytes(acme.sbom("shop", ["a@1", "b@2"]))
    collect(lake, [folder], workers=1)
    facts = raw_rows(lake, "usage")
    file.write_bytes(acme.sbom("shop", ["b@2", "a@1"], timestamp="2026-02-20T00:00:00Z"))

    assert numbers(collect(lake, [folder], workers=1)) == (1, 0, 0, 0, 0)
    assert raw_rows(lake, "usage") == facts
    assert raw_rows(lake, "snapshots") == 2
    with Session(lake) as session:
        assert session.ask("SELECT count(*), max(observed_at)::DATE::VARCHAR FROM present").one() == (
            1,
            "2026-02-20",
        )
        assert session.ask("SELECT count(*) FROM usage").one() == (2,)
    assert verify(lake) == []


def test_a_document_that_goes_back_to_an_older_content_counts_again(lake: Lake, tmp_path: Path) -> None:
    shop = acme.checkout(tmp_path / "shop", {"requirements.txt": "a==1\n"})
    for text in ("a==1\n", "a==2\n", "a==1\n"):
        (shop / "requirements.txt").write_text(text)
        collect(lake, [shop], workers=1)
    with Session(lake) as session:
        assert session.ask("SELECT version FROM usage").rows() == [("1",)]


def test_a_document_that_is_gone_is_withdrawn_and_one_that_returns_counts_again(
    lake: Lake, folder: Path
) -> None:
    file = folder / "shop.cdx.json"
    file.write_bytes(acme.sbom("shop", ["a@1"]))
    (folder / "till.cdx.json").write_bytes(acme.sbom("till", ["a@1"]))
    collect(lake, [folder], workers=1)
    text = file.read_bytes()
    file.unlink()

    assert collect(lake, [folder], workers=1).absent == 1
    assert projects(lake) == ["till"]
    file.write_bytes(text)
    summary = collect(lake, [folder], workers=1)
    assert projects(lake) == ["shop", "till"]
    assert [fault.code for item in summary.trouble for fault in item.faults] == ["returned"]


def test_a_walk_withdraws_only_what_it_looked_at(lake: Lake, tmp_path: Path) -> None:
    for name in ("a", "ab"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "x.cdx.json").write_bytes(acme.sbom(f"in-{name}", ["p@1"]))
    collect(lake, [tmp_path / "a", tmp_path / "ab"], workers=1)
    (tmp_path / "a/x.cdx.json").unlink()
    (tmp_path / "ab/x.cdx.json").unlink()
    collect(lake, [tmp_path / "a"], workers=1)
    assert projects(lake) == ["in-ab"]


def test_a_document_that_now_speaks_of_another_project_leaves_the_first(lake: Lake, folder: Path) -> None:
    file = folder / "bom.json"
    file.write_bytes(acme.sbom("shop", ["a@1"]))
    collect(lake, [folder], workers=1)
    file.write_bytes(acme.sbom("till", ["a@1"]))
    collect(lake, [folder], workers=1)
    assert projects(lake) == ["till"]


def test_a_broken_document_is_named_and_what_was_known_of_it_stays(lake: Lake, folder: Path) -> None:
    file = folder / "shop.cdx.json"
    file.write_bytes(acme.sbom("shop", ["a@1"]))
    (folder / "till.cdx.json").write_bytes(acme.sbom("till", ["a@1"]))
    collect(lake, [folder], workers=1)
    file.write_bytes(file.read_bytes()[:100])

    for _ in range(2):  # it is said each time, and recorded once
        summary = collect(lake, [folder], workers=1)
        assert numbers(summary) == (0, 0, 1, 1, 0)
        assert summary.incomplete
        assert [item.path for item in summary.trouble] == [str(file)]
    assert projects(lake) == ["shop", "till"]
    with Session(lake) as session:
        assert session.ask("SELECT count(*) FROM raw_snapshots WHERE outcome = 'failed'").one() == (1,)


def test_a_date_in_the_future_is_clamped_and_marked(lake: Lake, folder: Path) -> None:
    (folder / "x.cdx.json").write_bytes(acme.sbom("shop", ["a@1"], timestamp="2999-01-01T00:00:00Z"))
    summary = collect(lake, [folder], workers=1)
    assert [fault.code for item in summary.trouble for fault in item.faults] == ["future-time"]
    with Session(lake) as session:
        assert session.ask("SELECT observed_at = collected_at FROM present").one() == (True,)


def test_several_producers_of_one_project_stand_side_by_side(lake: Lake, folder: Path) -> None:
    (folder / "syft.json").write_bytes(acme.sbom("shop", ["a@1", "b@1"]))
    (folder / "trivy.json").write_bytes(acme.sbom("shop", ["a@1"]).replace(b'"syft"', b'"trivy"'))
    collect(lake, [folder], workers=1)
    with Session(lake) as session:
        rows = session.ask("SELECT package, sources FROM inventory ORDER BY 1").rows()
    assert rows == [("pkg:npm/a", 2), ("pkg:npm/b", 1)]


def test_an_upgraded_producer_continues_its_lineage(lake: Lake, folder: Path) -> None:
    file = folder / "bom.json"
    file.write_bytes(acme.sbom("shop", ["a@1"]))
    collect(lake, [folder], workers=1)
    newer = acme.sbom("shop", ["b@1"], timestamp="2026-02-02T00:00:00Z").replace(b'"1.0.0"', b'"2.0.0"')
    file.write_bytes(newer)
    assert collect(lake, [folder], workers=1).absent == 0
    with Session(lake) as session:
        assert session.ask("SELECT count(DISTINCT lineage) FROM raw_snapshots").one() == (1,)
        assert session.ask("SELECT package FROM usage").rows() == [("pkg:npm/b",)]


def test_a_checkout_without_documents_is_seen(lake: Lake, tmp_path: Path) -> None:
    acme.checkout(tmp_path / "src/empty", {"main.c": "int main(){}"}, "https://github.com/acme/empty")
    for _ in range(2):
        assert collect(lake, [tmp_path / "src"], workers=1).projects == ["github.com/acme/empty"]
    with Session(lake) as session:
        assert session.ask("SELECT subject, collector FROM present ORDER BY ALL").rows() == [
            ("github.com/acme/empty", "checkout"),
            ("github.com/acme/empty", "git_history"),
        ]
    assert raw_rows(lake, "snapshots") == 2


def test_a_workspace_can_name_projects(lake: Lake, folder: Path) -> None:
    (folder / "shop-2.1.json").write_bytes(acme.sbom("registry.acme.example/shop:2.1", ["a@1"]))
    naming = Naming((Rule("shop", ("registry.acme.example/shop:*",)),))
    assert collect(lake, [folder], naming=naming, workers=1).projects == ["shop"]


def test_an_origin_of_ones_own_outlives_a_new_path(lake: Lake, tmp_path: Path) -> None:
    for number, packages in enumerate((["a@1"], ["b@1"])):
        place = tmp_path / f"build-{number}"
        place.mkdir()
        text = acme.sbom("shop", packages, timestamp=f"2026-02-0{number + 1}T00:00:00Z")
        (place / "bom.json").write_bytes(text)
        collect(lake, [place], origin="ci/shop", workers=1)
    with Session(lake) as session:
        assert session.ask("SELECT package FROM usage").rows() == [("pkg:npm/b",)]


def test_what_one_document_leaves_open_another_may_know(lake: Lake, folder: Path) -> None:
    known = acme.sbom("shop", ["a@1", "b@1"])
    silent = acme.sbom("shop", ["a@1", "c@1"], license_="").replace(b'"syft"', b'"trivy"')
    (folder / "known.json").write_bytes(known)
    (folder / "silent.json").write_bytes(
        silent.replace(b'"licenses": [{"license": {"id": ""}}]', b'"licenses": []')
    )
    collect(lake, [folder], workers=1)
    with Session(lake) as session:
        unknown = inventory(session, "component", Filter(license="unknown")).records()
        assert [row["package"] for row in unknown] == ["pkg:npm/c"]
        (row,) = coverage(session).records()
        assert (row["components"], row["license_unknown"]) == (3, 1)


def test_a_new_rule_renames_what_was_collected_before(lake: Lake, folder: Path) -> None:
    (folder / "shop-2.1.json").write_bytes(acme.sbom("registry/shop:2.1", ["a@1"]))
    collect(lake, [folder], workers=1)
    naming = Naming((Rule("shop", ("registry/shop:*",)),))
    for _ in range(2):
        summary = collect(lake, [folder], naming=naming, workers=1)
        assert projects(lake) == ["shop"]
    assert numbers(summary) == (0, 0, 1, 0, 0)
    assert collect(lake, [folder], again=True, workers=1).complete == 1
    assert projects(lake) == ["registry/shop:2.1"]


def test_overlapping_paths_are_read_once(lake: Lake, folder: Path) -> None:
    acme.folder_of_sboms(folder / "inner", 2)
    assert collect(lake, [folder, folder / "inner"], workers=1).documents == 2


def test_the_strongest_scope_of_several_documents_counts(lake: Lake, tmp_path: Path) -> None:
    files = {
        "requirements.txt": "a==1 --hash=sha256:" + "0" * 64,
        "requirements-dev.txt": "a==1 --hash=sha256:" + "0" * 64,
    }
    acme.checkout(tmp_path / "shop", files)
    collect(lake, [tmp_path / "shop"], workers=1)
    with Session(lake) as session:
        assert session.ask("SELECT scope FROM inventory").rows() == [("runtime",)]
        assert [hit.scope for hit in where(session, parse_query("a"))] == ["runtime"]
