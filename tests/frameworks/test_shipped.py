# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""The frameworks that come with Umbel: complete, sound, runnable on an empty and on a full lake, and never too kind."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING

import pytest

from tests.frameworks.indicators.house import house
from umbel.app import Workspace
from umbel.app.offering import offered
from umbel.frameworks import assess, claims, loading, recommend
from umbel.frameworks.checking import Names
from umbel.frameworks.indicators import catalog

if TYPE_CHECKING:
    from pathlib import Path

    from umbel.frameworks.interface import Assessment

FILES = sorted(loading.SHIPPED.glob("*.toml"))
PRACTICES = {"finos-osmm": 72, "ggi": 25}
"""Practices that the source has, where it counts them."""


@pytest.fixture(scope="module")
def units() -> dict[str, str | None]:
    return {name: each.unit for name, each in catalog(None).indicators.items()}


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> list[Assessment]:
    """Every framework, where nothing was ever collected, written or said."""
    return Workspace(tmp_path_factory.mktemp("empty")).assess_all(turned=False)


def test_all_are_there() -> None:
    told = {
        "flower",
        "todo",
        "finos-osmm",
        "iso-5230",
        "cra",
        "sbom-minimum",
        "ggi",
        "iso-18974",
        "innersource",
    }
    assert told <= {path.stem for path in FILES}


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_everything_that_a_framework_names_exists(path: Path, units: dict[str, str | None]) -> None:
    petals = [part.id for part in loading.library().petals()]
    templates = [about.name for about, _ in offered(Workspace)]
    names = Names(indicators=units, claims=claims.shipped(), templates=templates, petals=petals)
    found = loading.read(path, names)
    ids = [each.id for each in found.practices]
    assert len(ids) == len(set(ids)) == PRACTICES.get(path.stem, len(ids))
    for each in found.practices:
        assert each.next, each.id
        assert each.petals, each.id
        assert "?" in each.question, each.id
    if path.stem != loading.DEFAULT:
        assert [each.id for each in found.practices if not each.ref] == []


def test_all_activities_of_the_ggi_are_there() -> None:
    refs = {
        int(number)
        for each in loading.library().get("ggi").practices
        for number in re.findall(r"\d+", each.ref)[:1]
    }
    assert refs == {*range(16, 32), *range(33, 38), 39, *range(42, 45)}


def test_recommendations_name_practices_that_there_are() -> None:
    library = loading.library()
    practices = {
        f"{framework.id}/{each.id}"
        for framework in library.frameworks.values()
        for each in framework.practices
    }
    assert recommend.unknown_names(recommend.shipped(), practices) == {}
    petals = {part.id for part in library.petals()}
    templates = {about.name for about, _ in offered(Workspace)}
    for each in recommend.shipped():
        assert each.petal in petals, each.id
        assert each.template is None or each.template in templates, each.id


def test_every_shared_claim_is_asked_by_some_practice() -> None:
    asked = Counter(
        each.claim for framework in loading.library().frameworks.values() for each in framework.practices
    )
    assert [name for name in claims.shipped() if not asked[name]] == []


def test_nothing_passes_where_nothing_is_known(empty: list[Assessment]) -> None:
    met = [f"{each.framework.id}/{one.practice.id}" for each in empty for one in each.answers if one.met]
    assert met == []
    assert [each.framework.id for each in empty if each.overall.level is not None] == []
    assert {each.overall.share for each in empty} == {0.0}


def test_no_indicator_fails_on_an_empty_lake(empty: list[Assessment]) -> None:
    failed = {
        reading.indicator: reading.why
        for each in empty
        for one in each.answers
        for reading in one.readings
        if reading.error
    }
    assert failed == {}
    assert [one.practice.id for each in empty for one in each.answers if one.outcome == "error"] == []


def test_all_run_on_a_full_lake(tmp_path: Path) -> None:
    found = house(tmp_path).assess_all(turned=False)
    errors = {
        f"{each.framework.id}/{one.practice.id}": one.sentence
        for each in found
        for one in each.answers
        if one.outcome == "error"
    }
    assert errors == {}
    assert any(one.by == "evidence" for each in found for one in each.answers)
    asked = assess.wanted(loading.library().frameworks.values())
    assert {reading.indicator for each in found for one in each.answers for reading in one.readings} <= set(
        asked
    )
