# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Numerators and denominators, held against a plain reading of small evidence; what is unknown stays unknown."""

from __future__ import annotations

import tempfile
from datetime import timedelta
from pathlib import Path
from typing import Any, NamedTuple

from hypothesis import given, settings
from hypothesis import strategies as st

from tests import acme
from umbel.app import Workspace
from umbel.collect.interface import Reading as Document

NAMES = (
    "inventory_coverage", "inventory_fresh", "inventory_history", "licenses_concluded", "unknown_licenses",
    "projects_in_products", "supplier_known", "direct_known",
)  # fmt: skip


class Part(NamedTuple):
    """A component as a document of the estate has it."""

    name: str
    version: str
    license: str | None
    supplier: str | None


_PARTS = st.builds(
    Part,
    name=st.sampled_from(["a", "b", "c"]),
    version=st.sampled_from(["1.0", "2.0"]),
    license=st.sampled_from([None, "MIT", "NOASSERTION"]),
    supplier=st.sampled_from([None, "Acme"]),
)
_ESTATES = st.dictionaries(
    st.sampled_from(["shop", "till", "stock"]),
    st.tuples(
        st.lists(_PARTS, max_size=3, unique_by=lambda part: (part.name, part.version)), st.integers(0, 200)
    ),
    max_size=3,
)


def _document(parts: list[Part]) -> Document:
    components = [
        acme.component(
            part.name, part.version, declared=(part.license,) if part.license else (), supplier=part.supplier
        )
        for part in parts
    ]
    return Document(format="test", components=components)


@settings(max_examples=8)
@given(_ESTATES)
def test_figures_agree_with_a_plain_count(estate: dict[str, tuple[list[Part], int]]) -> None:
    with tempfile.TemporaryDirectory() as name:
        here = Workspace(name)
        (Path(name) / "umbel.toml").write_text('[[products]]\nname = "Shop"\nprojects = ["shop", "web"]\n')
        entries = [
            (
                acme.stamp(subject, observed_at=acme.NOW - timedelta(days=age), content_sha256=f"{age:064d}"),
                _document(parts),
            )
            for subject, (parts, age) in estate.items()
        ]
        acme.publish(here.lake(create=True), *entries)
        told = here.readings(NAMES, acme.NOW, cached=False)

    def figure(indicator: str) -> tuple[float | None, float | None]:
        return told[indicator].numerator, told[indicator].denominator

    if not estate:
        assert all(each.value is None and each.why for each in told.values())
        return
    # "web" is declared and was never seen; so is "shop", where no document is of it
    known = {*estate, "shop", "web"}
    assert figure("inventory_coverage") == (len(estate), len(known))
    recent = [age for _, age in estate.values() if age < 92]
    assert figure("inventory_fresh") == (len(recent), len(estate))
    assert figure("projects_in_products") == (2, len(known))
    _licenses(estate, told)
    suppliers: dict[tuple[str, str], set[str | None]] = {}
    for parts, _ in estate.values():
        for part in parts:
            suppliers.setdefault((part.name, part.version), set()).add(part.supplier)
    sure = sum("Acme" in each for each in suppliers.values())
    assert figure("supplier_known") == (sure, len(suppliers))
    if not suppliers:
        assert told["supplier_known"].value is None
        assert told["supplier_known"].why


def _licenses(estate: dict[str, tuple[list[Part], int]], told: dict[str, Any]) -> None:
    """A licence that one document states is known, whatever another leaves open."""
    licenses: dict[tuple[str, str], set[str | None]] = {}
    for parts, _ in estate.values():
        for part in parts:
            licenses.setdefault((part.name, part.version), set()).add(part.license)
    sure = sum("MIT" in each for each in licenses.values())
    if not licenses:
        assert told["licenses_concluded"].value is None
        return
    assert told["licenses_concluded"].numerator == sure
    assert told["unknown_licenses"].numerator == len(licenses) - sure
    assert told["licenses_concluded"].value + told["unknown_licenses"].value == 1


def test_a_conclusion_makes_a_licence_known(tmp_path: Path) -> None:
    here = Workspace(tmp_path)
    acme.publish(here.lake(create=True), (acme.stamp(), acme.reading(["a@1", "b@1"])))
    (tmp_path / "decisions").mkdir()
    (tmp_path / "decisions/licenses.toml").write_text(
        '[[conclude]]\npackage = "pkg:npm/a"\nlicense = "MIT"\nreason = "its read me"\n'
        'by = "legal@acme.example"\ndecided = 2026-02-01\n'
    )
    told = here.readings(["unknown_licenses"], acme.NOW, cached=False)["unknown_licenses"]
    assert (told.numerator, told.denominator) == (1, 2)
    assert told.evidence["by_people"] == 1
    before = here.readings(["unknown_licenses"], acme.day(-40), cached=False)["unknown_licenses"]
    assert before.value is None


def test_a_new_package_is_one_that_later_documents_show(tmp_path: Path) -> None:
    here = Workspace(tmp_path)
    lake = here.lake(create=True)
    first = acme.stamp(observed_at=acme.day(-300), content_sha256="1" * 64)
    acme.publish(lake, (first, acme.reading(["old@1"])))
    acme.publish(lake, (acme.stamp(content_sha256="2" * 64), acme.reading(["old@1", "new@1", "told@1"])))
    (tmp_path / "decisions").mkdir()
    (tmp_path / "decisions/evaluations.toml").write_text(
        '[[evaluations]]\npackage = "pkg:npm/told"\nring = "adopt"\nreason = "fits"\nby = "dev@acme.example"\n'
        "decided = 2026-02-01\n"
    )
    told = here.readings(["due_diligence"], acme.NOW, cached=False)["due_diligence"]
    assert (told.numerator, told.denominator) == (1, 2)
    assert told.evidence["undecided"] == ["pkg:npm/new"]
    assert here.readings(["inventory_history"], acme.NOW, cached=False)["inventory_history"].value == 1.0
