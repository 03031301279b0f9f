# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Many questions of one state: the same answers as one by one, and what is dear computed once."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests import acme
from umbel.app import Workspace, licensing
from umbel.app.products import product_states
from umbel.collect.interface import Reading
from umbel.evidence.lake import Lake
from umbel.evidence.questions import coverage
from umbel.evidence.questions.obligations import obliged
from umbel.model.license_policy import Use
from umbel.policy.license_decisions import Taken

if TYPE_CHECKING:
    from pathlib import Path

SETTINGS = """
[[products]]
name = "Shop"
distribution = ["distributed-binary"]
projects = ["shop*"]
[[products]]
name = "Till"
distribution = ["hosted"]
projects = ["till", "shop-web"]
[[products]]
name = "Planned"
projects = ["planned"]
"""
POLICY = '[rules.license-denied]\nlevel = "fail"\n[[rules.license-denied.licenses]]\nlicenses = ["GPL-3.0-only"]\nverdict = "deny"\n'


@pytest.fixture
def space(tmp_path: Path) -> Workspace:
    (tmp_path / "umbel.toml").write_text(SETTINGS)
    (tmp_path / "policy.toml").write_text(POLICY)
    lake = Lake(str(tmp_path / ".umbel/lake"), create=True)
    used = {
        "shop-web": [acme.component("a", "1", declared=("MIT",)), acme.component("b", "1", scope="test")],
        "shop-app": [acme.component("a", "1", declared=("Apache-2.0",)), acme.component("c", None)],
        "till": [acme.component("a", "2", declared=("GPL-3.0-only",)), acme.component("a", "1")],
        "free": [acme.component("d", "1")],
    }
    for name, components in used.items():
        acme.publish(
            lake,
            (acme.stamp(name, content_sha256=name), Reading(format="test", components=components, edges=[])),
        )
    return Workspace(tmp_path)


def test_what_is_held_is_what_is_asked_and_computed_once(space: Workspace) -> None:
    with space.known() as known:
        over = space.over(lambda: known, None)
        assert over.ranking() is over.ranking()
        assert over.verdict().findings == space.verdict().findings
        assert over.verdict().findings[0] is over.verdict().findings[0]
        assert over.upstreams() == space.upstreams()
        over.verdict().findings.clear()
        assert over.verdict().findings, "whoever sorts or cuts a verdict has a list of their own"


def test_questions_of_another_moment_or_part_are_asked_anew(space: Workspace) -> None:
    with space.known() as known:
        over = space.over(lambda: known, None)
        assert over.verdict(project="till").projects == 1
        assert over.verdict(as_of=acme.day(-40)).projects == 0
        assert over.ranking(order="priority") is not over.ranking()


def test_products_asked_at_once_are_told_what_each_is_told_alone(space: Workspace) -> None:
    with space.session() as session:
        told = list(licensing.obliged_products(space, session))
        for (name, projects, found), product in zip(told, space.settings.products, strict=True):
            use = Use(distribution=product.distribution)
            if name == "Planned":
                assert (projects, found) == ([], None)
            else:
                taken = Taken(space.license_decisions(), [name], session.as_of.date())
                assert found == obliged(session, name, projects, use, taken)


def test_products_are_counted_as_each_alone(space: Workspace) -> None:
    with space.session() as session:
        for state in product_states(space, session):
            (row,) = coverage.totals(session, state.members).records()
            assert (state.components, state.components - state.license_unknown) == (
                row["components"],
                row["components_licensed"],
            )
        assert [state.components for state in product_states(space, session)] == [3, 3, 0, 1]
