# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""The catalogue, who works on what, and badges, over real small repositories of ours and upstream."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests import acme
from tests.metrics.histories import NOW, Commit, repository
from umbel.app import Workspace
from umbel.evidence.people import attach
from umbel.frameworks.catalogue import SHOWN, catalogue
from umbel.frameworks.recognition import VOUCHED, WEEKS, earned, working

if TYPE_CHECKING:
    from pathlib import Path

UPSTREAM = "git.example/acme/frame"
ORGANISATION = '[organisation]\nname = "Acme"\ndomains = ["acme.example"]\n'


@pytest.fixture(scope="module")
def space(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    folder = tmp_path_factory.mktemp("recognition")
    place = folder / "workspace"
    place.mkdir()
    weekly = [Commit("ann", -7 * week - 1) for week in range(WEEKS)]
    seldom = [Commit("bob", -30 * month - 2) for month in range(5)]
    vouched = [Commit("eve", -3 * n - 2.5, trailers=(("Reviewed-by", "bob"),)) for n in range(VOUCHED)]
    repository(folder / "frame", [*weekly, *seldom, *vouched, Commit("old", -900)])
    (place / "umbel.toml").write_text(
        f'{ORGANISATION}[lake]\nurl = ".umbel/lake-upstream"\n[[projects]]\nname = "{UPSTREAM}"\nmatch = ["frame"]\n'
    )
    Workspace(place).collect([folder / "frame"])
    (place / "umbel.toml").write_text(ORGANISATION)
    ours = folder / "ours"
    for name in ("shop", "till", "bare"):
        _ours(ours / name, name)
    Workspace(place).collect([ours])
    return Workspace(place)


def _ours(folder: Path, name: str) -> None:
    commits = [Commit("bob", -3), Commit("ann", -400)] if name != "bare" else [Commit("ann", -5)]
    repository(folder, [Commit(c.person, c.day, files=("README.md",)) for c in commits])
    acme.git(folder, "reset", "-q", "--hard")
    if name == "shop":
        for file in ("CONTRIBUTING.md", "MAINTAINERS.md", "LICENSE"):
            (folder / file).write_text("Copyright Acme. Ask us.\n")


def person(space: Workspace, name: str) -> str:
    with space.upstream_session(tables=attach.TABLES) as session:
        people = attach.attach(session, space.who()).people
        return next(people.person[key] for key, each in people.identities.items() if each.name == name)


def test_the_catalogue_tells_what_was_seen_and_leaves_the_rest_unknown(space: Workspace) -> None:
    with space.known(NOW) as known:
        found = {each.project: each for each in catalogue(known)}
    assert sorted(found) == ["bare", "shop", "till"]
    shop, till = found["shop"], found["till"]
    assert [each.practice for each in shop.practices] == [name for name in SHOWN if shop.practice(name)]
    assert shop.last_commit == acme.day(-3).date()
    assert (shop.commits, shop.people) == (1, 1), "of the last year"
    assert shop.reused_by is None, "no SBOM says as what it is published"
    readme = till.practice("readme")
    assert readme is not None
    assert (readme.outcome, readme.path) == ("met", "README.md")
    assert till.ready is False


def test_nobody_is_named_who_did_not_agree(space: Workspace) -> None:
    with space.known(NOW) as known:
        told = {each.project: each for each in working(known, {})}
        assert earned(known, {}) == []
    assert all(each.named == () for each in told.values())
    assert told[UPSTREAM].upstream
    assert told[UPSTREAM].people == 3
    assert told[UPSTREAM].ours == 3
    assert not told["shop"].upstream


def test_badges_stand_on_what_histories_show(space: Workspace) -> None:
    ann, bob = person(space, "ann"), person(space, "bob")
    with space.known(NOW) as known:
        told = earned(known, {ann: "Ann", bob: "Bob"})
        named = {each.project: each.named for each in working(known, {ann: "Ann"})}
    mine = {(each.name, each.badge): each for each in told}
    assert ("Ann", "steady") in mine
    assert ("Bob", "steady") not in mine, "five weeks are not every other one"
    assert ("Bob", "reviewer") in mine
    assert ("Ann", "reviewer") not in mine
    assert mine["Ann", "first-upstream"].projects == (UPSTREAM,)
    assert mine["Ann", "first-upstream"].day == acme.day(-7 * (WEEKS - 1) - 1).date()
    assert ("Bob", "across") not in mine, "two projects of ours are not three"
    assert {each.name for each in told} == {"Ann", "Bob"}
    assert named[UPSTREAM] == ("Ann",)
    assert named["shop"] == (), "Ann's last commit there is older than a year"
