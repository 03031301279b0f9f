# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Where documents of one project contradict each other, and where they only seem to."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from msgspec.structs import replace

from tests import acme
from umbel.collect.interface import Component, Edge, Reading
from umbel.evidence.lake import Lake
from umbel.evidence.questions.contradictions import TABLES, Contradiction, contradictions
from umbel.evidence.session import Session

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    return Lake(str(tmp_path / "lake"), create=True)


def document(
    lake: Lake, maker: str, *names: str, edges: dict[str, list[str]] | None = None, **more: Any
) -> None:
    """One document of the shop: direct packages as `name@version`, or edges between them; '' is the project."""
    components = [replace(acme.component(*name.split("@")), **more) for name in names]
    by_name = dict(zip(names, components, strict=True))
    links = []
    for source, targets in ({"": names} if edges is None else edges).items():
        one = by_name[source].ref if source else None
        links += [Edge(source=one, target=by_name[t].ref, package=by_name[t].package) for t in targets]
    reading = Reading(format="test", components=components, edges=links)
    stamp = acme.stamp(lineage=f"{maker} file:/{maker}.json", origin=f"file:/{maker}.json")
    acme.publish(lake, (stamp, reading))


def found(lake: Lake) -> list[Contradiction]:
    with Session(lake, None, TABLES) as session:
        return contradictions(session)


def points(lake: Lake) -> list[tuple[str, str, str | None, dict[str, list[str]]]]:
    return [(c.what, c.package, c.version, {v.value: v.sources for v in c.values}) for c in found(lake)]


def test_two_documents_that_give_one_version_each(lake: Lake) -> None:
    document(lake, "syft", "a@1.0", "b@1.0")
    document(lake, "trivy", "a@2.0", "b@1.0")
    document(lake, "lock", "a@2.0")
    assert points(lake) == [("versions", "pkg:npm/a", None, {"2.0": ["lock", "trivy"], "1.0": ["syft"]})]
    (point,) = found(lake)
    assert (point.agree, point.documents) == (2, 3)


def test_a_document_with_several_versions_contradicts_nobody(lake: Lake) -> None:
    document(lake, "syft", "a@1.0", "a@2.0")
    document(lake, "trivy", "a@2.0")
    assert points(lake) == []


def test_versions_that_are_equal_in_their_ecosystem_are_the_same(lake: Lake) -> None:
    document(lake, "syft", "a@1.0.0")
    document(lake, "trivy", "a@v1.0.0")
    assert points(lake) == []


def test_licences_differ_as_expressions_not_as_texts(lake: Lake) -> None:
    document(lake, "syft", "a@1.0", declared=("MIT OR Apache-2.0",))
    document(lake, "trivy", "a@1.0", declared=("Apache-2.0 or MIT",))
    document(lake, "silent", "a@1.0")
    assert points(lake) == []
    document(lake, "third", "a@1.0", declared=("GPL-3.0-only",))
    assert points(lake) == [
        (
            "licenses",
            "pkg:npm/a",
            "1.0",
            {"Apache-2.0 OR MIT": ["syft", "trivy"], "GPL-3.0-only": ["third"]},
        )
    ]


def test_an_edge_that_another_document_should_know(lake: Lake) -> None:
    document(lake, "lock", "a@1.0", "b@1.0", edges={"": ["a@1.0", "b@1.0"], "a@1.0": ["b@1.0"]})
    document(lake, "syft", "a@1.0", "b@1.0", "c@1.0", edges={"b@1.0": ["c@1.0"]})
    document(lake, "flat", "a@1.0", "b@1.0", edges={})
    document(lake, "partial", "a@1.0", "c@1.0", edges={"a@1.0": ["c@1.0"]})
    edges = [p for p in found(lake) if p.what == "edges"]
    assert [(p.package, p.version, p.target, p.target_version) for p in edges] == [
        ("pkg:npm/a", "1.0", "pkg:npm/b", "1.0"),
        ("pkg:npm/a", "1.0", "pkg:npm/c", "1.0"),
    ]
    assert {v.value: v.sources for v in edges[0].values} == {"needed": ["lock"], "not needed": ["syft"]}
    assert {v.value: v.sources for v in edges[1].values} == {"needed": ["partial"], "not needed": ["syft"]}


def test_direct_and_scope(lake: Lake) -> None:
    document(lake, "lock", "a@1.0", "b@1.0", edges={"": ["a@1.0"], "a@1.0": ["b@1.0"]}, scope="runtime")
    document(lake, "syft", "a@1.0", "b@1.0", scope="test")
    document(lake, "flat", "b@1.0", edges={})
    assert points(lake) == [
        ("direct", "pkg:npm/b", "1.0", {"direct": ["syft"], "transitive": ["lock"]}),
        ("scope", "pkg:npm/a", "1.0", {"runtime": ["lock"], "test": ["syft"]}),
        ("scope", "pkg:npm/b", "1.0", {"runtime": ["lock"], "test": ["syft"]}),
    ]


def test_documents_of_one_maker_are_told_apart_by_their_files(lake: Lake) -> None:
    for version, place in (("1.0", "a/bom.json"), ("2.0", "b/bom.json"), ("2.0", "c.json")):
        stamp = acme.stamp(lineage=f"syft file:/{place}", origin=f"file:/{place}")
        acme.publish(lake, (stamp, acme.reading([f"a@{version}"])))
    (point,) = points(lake)
    assert point[3] == {"2.0": ["syft c.json", "syft file:/b/bom.json"], "1.0": ["syft file:/a/bom.json"]}


def test_other_projects_never_contradict(lake: Lake) -> None:
    acme.publish(
        lake, (acme.stamp("shop"), acme.reading(["a@1.0"])), (acme.stamp("till"), acme.reading(["a@2.0"]))
    )
    assert points(lake) == []


def test_a_component_without_a_version_is_unknown_not_another(lake: Lake) -> None:
    document(lake, "syft", "a@1.0")
    stamp = acme.stamp(lineage="flat file:/flat.json", origin="file:/flat.json")
    bare = Component(ref="a", package="pkg:npm/a")
    acme.publish(lake, (stamp, Reading(format="test", components=[bare])))
    assert points(lake) == []
