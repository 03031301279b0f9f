# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Parts of a repository: which commits they have, and what is refused."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests import acme
from tests.evidence import histories as written
from tests.metrics.histories import Commit, at, repository
from umbel.app import Workspace
from umbel.evidence.lake import Lake
from umbel.evidence.people import attach
from umbel.evidence.people.rules import Rules
from umbel.evidence.questions import areas
from umbel.evidence.session import Session
from umbel.model.errors import UsageError

if TYPE_CHECKING:
    from pathlib import Path

STORY = [
    *(Commit("ann", -day, files=("src/core/a.py", "README")) for day in range(10, 100, 10)),
    *(Commit("bob", -day, files=("src/core/a.py", "docs/i.md")) for day in (15, 25, 400, 500)),
    *(Commit("cyd", -day, files=("docs/i.md", "srcs/x")) for day in range(200, 900, 100)),
    Commit("cyd", -12, files=("src/core",), project="other"),
    Commit("dependabot[bot]", -11, files=("lock/a.lock",)),
    Commit("ann", -5, parents=2),
    Commit("bob", -1000, files=("ünï/ö.md",)),
]
SHOP = [commit for commit in STORY if commit.project == "shop"]


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """A collected repository with folders, a merge, a bot, and a name beyond ASCII."""
    folder = tmp_path_factory.mktemp("areas")
    repository(folder / "repos/shop", SHOP)
    (folder / "umbel.toml").write_text("[history]\npaths = true\n")
    workspace = Workspace(folder)
    workspace.collect([folder / "repos"])
    return workspace


def git(workspace: Workspace, *paths: str, before: float = 0) -> int:
    """How many commits git itself lists for some paths."""
    until = f"--before={at(before).isoformat()}"
    command = ["git", "rev-list", "--count", "--no-merges", "--full-history", until, "HEAD", "--", *paths]
    repo = workspace.folder / "repos/shop"
    return int(subprocess.run(command, cwd=repo, check=True, capture_output=True).stdout)


def narrowed(workspace: Workspace, *paths: str, day: float = 0) -> int:
    with workspace.attached(at(day), (*areas.TABLES, "releases")) as (session, _):
        areas.narrow(session, ["shop"], paths)
        counts = [
            session.ask(sql).one()[0]
            for sql in (
                "SELECT count(*) FROM commits",
                "SELECT count(*) FROM contributions WHERE role = 'author'",
            )
        ]
        assert counts[0] == counts[1]
        assert session.ask("SELECT count(*) FROM releases").one()[0] == 0
        return int(counts[0])


@pytest.mark.parametrize(
    "paths",
    [
        ("src",),
        ("./src/",),
        ("src/core/a.py",),
        ("docs",),
        ("docs", "src"),
        ("srcs",),
        ("lock",),
        ("ünï",),
        ("README",),
    ],
)
def test_a_part_has_the_commits_that_git_lists(shop: Workspace, paths: tuple[str, ...]) -> None:
    assert narrowed(shop, *paths) == git(shop, *paths) > 0


def test_a_part_is_cut_at_the_day(shop: Workspace) -> None:
    assert narrowed(shop, "docs", day=-350) == git(shop, "docs", before=-350) < git(shop, "docs")


def test_people_of_a_part_have_their_share_of_it(shop: Workspace) -> None:
    found = shop.people("shop", paths=["docs"], as_of=acme.NOW)
    assert [each["commits"] for each in found] == [7, 4]
    assert [each["share"] for each in found] == [7 / 11, 4 / 11]
    assert len(shop.people("shop", as_of=acme.NOW)) == 3
    assert [each["commits"] for each in shop.people("shop", paths=["lock"], bots=True, as_of=acme.NOW)] == [1]
    assert shop.people("shop", paths=["lock"], as_of=acme.NOW) == []
    with pytest.raises(UsageError, match="A path is of a project"):
        shop.people(paths=["docs"])


def test_areas_stand_side_by_side(shop: Workspace) -> None:
    found = {(each["area"], each["kind"]): each for each in shop.health_areas("shop", as_of=acme.NOW)}
    names = [("src", "folder"), ("docs", "folder"), ("srcs", "folder"), ("lock", "folder"), ("ünï", "folder")]
    assert set(found) == {*names, (".", "files")}
    docs = found["docs", "folder"]
    assert (docs["commits"], docs["recent_commits"], docs["people"]) == (11, 4, 2)
    assert (docs["absence_factor"], docs["top_share"]) == (1, 0.5)
    assert docs["last_commit"] == at(-15)
    lock = found["lock", "folder"]
    assert (lock["commits"], lock["people"], lock["absence_factor"], lock["top_share"]) == (0, 0, None, None)
    assert lock["last_commit"] is None
    assert lock["top_person"] is None


def test_areas_say_what_the_metrics_say_of_each(shop: Workspace) -> None:
    for each in shop.health_areas("shop", as_of=acme.NOW):
        if each["area"] not in {"docs", "lock"}:
            continue
        for metric, key in (("absence_factor", "absence_factor"), ("top_share", "top_share")):
            (figure,) = shop.metric(metric, ["shop"], window="365", paths=[each["area"]], as_of=acme.NOW)
            assert figure.value == each[key], (each["area"], metric)


def test_areas_of_a_folder(shop: Workspace) -> None:
    (core,) = shop.health_areas("shop", ["src"], as_of=acme.NOW)
    assert (core["area"], core["kind"], core["commits"]) == ("src/core", "folder", 13)
    (files,) = shop.health_areas("shop", ["src/core/"], as_of=acme.NOW)
    assert (files["area"], files["kind"], files["commits"]) == ("src/core", "files", 13)
    with pytest.raises(UsageError, match="is a file"):
        shop.health_areas("shop", ["src/core/a.py"])


@pytest.mark.parametrize(
    ("path", "near"),
    [
        ("scr", "src"),
        ("core", "src/core"),
        ("DOCS", "docs"),
        ("readme", "README"),
        ("zzzzz", "repository's root"),
    ],
)
def test_what_nobody_touched_is_refused_with_what_is_like_it(shop: Workspace, path: str, near: str) -> None:
    with pytest.raises(UsageError, match=f"No commit of shop had touched '{path}'") as refused:
        shop.health_areas("shop", [path])
    assert near in (refused.value.hint or "")


def test_a_path_that_came_later_is_unknown_before(shop: Workspace) -> None:
    with pytest.raises(UsageError, match="had touched 'src' by 20"):
        shop.health(["shop"], paths=["src"], as_of=at(-990))


@pytest.mark.parametrize("path", ["../x", "src/../x", "/etc", "a\0b", "x" * 5000])
def test_what_is_no_path_in_a_repository_is_refused(path: str) -> None:
    with pytest.raises(UsageError, match="is no path inside a repository"):
        areas.normal([path])


@pytest.mark.parametrize("path", ["", ".", "./", ".//."])
def test_the_whole_is_no_part(path: str) -> None:
    with pytest.raises(UsageError, match="is the whole repository"):
        areas.normal([path])


@given(st.lists(st.text("ab./", min_size=1, max_size=8), max_size=6))
def test_paths_are_made_alike_and_none_lies_in_another(paths: list[str]) -> None:
    try:
        found = areas.normal(paths)
    except UsageError:
        return
    assert areas.normal(found) == found
    assert not any(one.startswith(f"{other}/") for one in found for other in found)
    for path in paths:
        plain = "/".join(part for part in path.split("/") if part not in {"", "."})
        assert any(plain == one or plain.startswith(f"{one}/") for one in found)


@pytest.mark.parametrize(
    ("facts", "words", "hint"),
    [
        ({"kind": "full", "paths": False}, "paths of shop were not collected", '[history] paths = ["shop"]'),
        ({"kind": "full"}, "paths of shop were not collected", "collect it again"),
        ({"kind": "treeless", "paths": False}, "cloned without paths", '[remotes] blobless = ["shop"]'),
    ],
)
def test_a_history_without_paths_is_refused_with_what_to_do(
    tmp_path: Path, facts: dict[str, Any], words: str, hint: str
) -> None:
    with Session(_told(tmp_path, facts), written.later(1)) as session:
        attach.attach(session, Rules(salt=b"x" * 16))
        for ask in (lambda: areas.narrow(session, ["shop"], ["src"]), lambda: areas.areas(session, "shop")):
            with pytest.raises(UsageError, match=words) as refused:
                ask()
            assert hint in (refused.value.hint or "")


def _told(tmp_path: Path, *facts: dict[str, Any], shas: tuple[str, ...] = ("a", "b")) -> Lake:
    """One project; each of its repositories has the same commits."""
    lake = Lake(tmp_path / "lake", create=True)
    for number, fact in enumerate(facts):
        _publish(lake, number, fact, shas)
    return lake


def _publish(lake: Lake, number: int, fact: dict[str, Any], shas: tuple[str, ...]) -> None:
    from umbel.collect.columns import Batch, Columns

    origin = f"git:example.com/r{number}"
    stamp = acme.stamp(
        "shop", collector="git_history", lineage=f"git_history {origin}", origin=origin,
        collected_at=acme.NOW, observed_at=acme.NOW,
    )  # fmt: skip
    columns = Columns(lake.salt())
    columns.add(stamp, None)
    snapshots = columns.batch()["snapshots"]
    write = snapshots["write_id"][0].as_py()
    about = {"write_id": write, "writes": [write], "commits": len(shas), "tips": [shas[-1]], **fact}
    tables = {
        "commits": [{"write_id": write, **written.commit(sha, written.later(-9))} for sha in shas],
        "histories": [about],
        "changes": [{"write_id": write, "path": "src/a", "sha": sha} for sha in shas if fact.get("paths")],
    }
    rows = {name: written.rows(name, records) for name, records in tables.items() if records}
    lake.publish(Batch({**rows, "snapshots": snapshots}))


def test_a_second_repository_without_paths_is_harmless_where_it_adds_nothing(tmp_path: Path) -> None:
    told = {"kind": "full", "paths": True}
    lake = _told(tmp_path, told, {"kind": "treeless", "paths": False})
    with Session(lake, written.later(1)) as session:
        areas.require(session, ["shop"])
    _publish(lake, 2, {"kind": "treeless", "paths": False}, ("a", "b", "c"))
    with Session(lake, written.later(1)) as session, pytest.raises(UsageError, match="cloned without paths"):
        areas.require(session, ["shop"])
