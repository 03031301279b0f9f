# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Contribution strategies: records, drafts from the evidence, and what was really done."""

from __future__ import annotations

import tomllib
from datetime import date
from typing import TYPE_CHECKING, Any

import msgspec
import pytest

from tests.metrics.histories import NOW, Commit, at, repository
from tests.strategy.strategic import DAY, FLASK, ranked
from umbel.app import Workspace
from umbel.evidence.people import attach
from umbel.evidence.people.shown import Shown
from umbel.model.errors import UsageError
from umbel.model.settings import SettingsError
from umbel.strategy import contributions, drafting, follow_up
from umbel.strategy.contributions import Contribution, Review
from umbel.strategy.drafting import Area, Facts, Used

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from umbel.evidence.people.attach import Attached
    from umbel.evidence.session import Session


def planned(**more: Any) -> Contribution:
    given: dict[str, Any] = {
        "project": FLASK,
        "goal": "A second person who can release",
        "serves": "The shop stays open",
        "owner": "shop@acme.example",
        "hours": 20,
        "measure": "our_commits",
        "target": 24,
        "start": date(2026, 1, 1),
        "review": date(2026, 7, 1),
        "decided": date(2025, 12, 20),
        "by": "ospo@acme.example",
    }
    return Contribution(**(given | more))


# ---- records


def test_a_contribution_comes_back_and_its_reviews_say_how_it_stands(tmp_path: Path) -> None:
    one = planned(areas=("src/flask",), people=("team: web",), goal='quoted "\n[[review]]')
    contributions.add(tmp_path, one, ())
    assert contributions.load(tmp_path, date(2025, 12, 19)) == []
    (found,) = contributions.load(tmp_path, date(2026, 7, 1))
    assert (found.contribution, found.state, found.due, found.late) == (one, "planned", one.review, False)
    assert contributions.load(tmp_path, date(2026, 7, 2))[0].late
    look = Review(
        contribution=one.name, by="ospo@acme.example", decided=date(2026, 7, 3), found="half of it",
        review=date(2027, 1, 1),
    )  # fmt: skip
    contributions.review(tmp_path, look)
    (found,) = contributions.load(tmp_path, date(2026, 7, 3))
    assert (found.state, found.due, found.late, found.reviews) == ("active", date(2027, 1, 1), False, (look,))
    assert contributions.load(tmp_path, date(2026, 7, 2))[0].late, "what was written later isn't known before"
    ended = msgspec.structs.replace(look, decided=date(2026, 8, 1), state="done", review=None)
    contributions.review(tmp_path, ended)
    (found,) = contributions.load(tmp_path, date(2030, 1, 1))
    assert (found.state, found.due, found.late) == ("done", None, False)


def test_the_same_twice_and_a_review_of_nothing_are_refused(tmp_path: Path) -> None:
    contributions.add(tmp_path, planned(), ())
    with pytest.raises(SettingsError, match="stands there already"):
        contributions.add(tmp_path, planned(), ())
    entry = Review(contribution="c-0", by="x", decided=DAY, found="y", state="dropped")
    with pytest.raises(UsageError, match="no contribution 'c-0'"):
        contributions.review(tmp_path, entry)


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"owner": ""}, "owner: is empty"),
        ({"serves": " "}, "serves: is empty"),
        ({"hours": 0}, "above 0"),
        ({"hours": float("nan")}, "above 0"),
        ({"review": date(2026, 1, 1)}, "must lie after the start"),
        ({"people": ("ann@acme.example",)}, "holds an address"),
        ({"people": ("p-12",)}, "must look like p-0123456789ab"),
        ({"people": ("i-0123456789ab",)}, "must look like p-"),
        ({"people": ("p-0123456789ab",)}, "didn't agree to be named"),
        ({"areas": ("../etc",)}, "is no path inside a repository"),
        ({"measure": "our commits"}, "must be a metric"),
        ({"target": float("inf")}, "must be a number"),
    ],
)
def test_what_cannot_be_is_refused(tmp_path: Path, more: dict[str, Any], words: str) -> None:
    with pytest.raises(SettingsError, match=words):
        contributions.add(tmp_path, planned(**more), ())
    assert not (tmp_path / contributions.FILE).exists()


def test_who_agreed_may_stand_there(tmp_path: Path) -> None:
    contributions.add(tmp_path, planned(people=("p-0123456789ab",)), {"p-0123456789ab"})
    assert contributions.load(tmp_path, DAY)[0].contribution.people == ("p-0123456789ab",)


def test_hours_are_planned_by_the_day() -> None:
    assert planned().planned_hours(date(2025, 12, 31)) == 0
    assert planned().planned_hours(date(2026, 12, 31)) == pytest.approx(240, abs=0.2)


# ---- what was done


OTHERS = [Commit("cyd", -day, files=("src/api.py",)) for day in range(1, 60, 6)]
OURS = [Commit("ann", -day, files=("src/json/tag.py",)) for day in (5, 15, 25, 300, 310)] + [
    Commit("bob", -7, files=("docs/index.md",))
]


@pytest.fixture(scope="module")
def estate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One project with two of ours: ann in `src/json`, bob in `docs`; cyd works for somebody else."""
    folder = tmp_path_factory.mktemp("estate")
    (folder / "umbel.toml").write_text(
        '[organisation]\nname = "Acme"\ndomains = ["acme.example"]\n[history]\npaths = ["*"]\n'
        '[[projects]]\nname = "git.example/json"\nmatch = ["json"]\n'
    )
    repository(folder / "repos/json", [*OTHERS, *OURS])
    here = Workspace(folder)
    here.collect([folder / "repos"])
    (cyd,) = (each["person"] for each in here.people() if each["commits"] == len(OTHERS))
    with here.people_office() as office:
        office.affiliate(cyd, "Other")
    return folder


@pytest.fixture
def upstream(estate: Path) -> Iterator[tuple[Session, Attached]]:
    here = Workspace(estate)
    with here.session(NOW, follow_up.TABLES) as session:
        yield session, attach.attach(session, here.who())


def _done(estate: Path, session: Session, **more: Any) -> follow_up.Done:
    chosen = planned(project="git.example/json", **more)
    return follow_up.follow(session, Workspace(estate).metrics(), [chosen])[chosen.name]


START = at(-30).date()


def test_commits_of_ours_are_counted_since_the_start_in_their_areas(
    estate: Path, upstream: tuple[Session, Attached]
) -> None:
    done = _done(estate, upstream[0], start=START, areas=("src/json",), target=3)
    assert (done.commits, done.people, done.days, done.share, done.unknown) == (3, 1, 3, 1.0, 0)
    assert (done.then, done.now, done.met, done.whole) == (0, 3, True, False)
    assert done.planned_hours == pytest.approx(20 * 31 / contributions.MONTH)


def test_without_areas_it_is_the_whole_project_and_others_stand_beside(
    estate: Path, upstream: tuple[Session, Attached]
) -> None:
    done = _done(estate, upstream[0], start=START, measure="our_people", target=3)
    others = sum(commit.day >= -30.5 for commit in OTHERS)
    assert (done.commits, done.people, done.now, done.met) == (4, 2, 2, False)
    assert done.share == pytest.approx(4 / (4 + others))


def test_a_metric_is_measured_at_the_start_and_now(estate: Path, upstream: tuple[Session, Attached]) -> None:
    done = _done(estate, upstream[0], start=at(-100).date(), measure="active_contributors", target=3)
    assert (done.then, done.now, done.met) == (0, 3, True)
    unknown = _done(estate, upstream[0], start=START, measure="charm")
    assert unknown.met is None
    assert unknown.why == "there is no metric 'charm' of a project's history"


def test_what_is_not_known_is_said(estate: Path, upstream: tuple[Session, Attached]) -> None:
    here = Workspace(estate)
    far, soon = (
        planned(),
        planned(project="git.example/json", start=date(2030, 1, 1), review=date(2031, 1, 1)),
    )
    done = follow_up.follow(upstream[0], here.metrics(), [far, soon])
    assert done[far.name].commits is None
    assert "was not examined" in str(done[far.name].why)
    assert done[soon.name].why == "it has not begun"
    assert "not examined" in follow_up.sentence(far, done[far.name])


def test_where_nobody_can_tell_who_is_ours_commits_are_unknown_not_none(tmp_path: Path) -> None:
    here = Workspace(tmp_path)
    (tmp_path / "umbel.toml").write_text('[[projects]]\nname = "git.example/json"\nmatch = ["json"]\n')
    repository(tmp_path / "repos/json", OURS)
    here = Workspace(tmp_path)
    here.collect([tmp_path / "repos"])
    with here.session(NOW, follow_up.TABLES) as session:
        attach.attach(session, here.who())
        mine = planned(project="git.example/json", start=START)
        theirs = planned(project="git.example/json", start=START, goal="more", measure="active_contributors")
        done = follow_up.follow(session, here.metrics(), [mine, theirs], named=False)
    found = done[mine.name]
    assert (found.commits, found.now, found.met, found.share) == (None, None, None, None)
    assert "nobody can tell whose commits are ours" in follow_up.sentence(mine, found)
    assert done[theirs.name].now == 2


def test_ours_of_the_last_year(upstream: tuple[Session, Attached]) -> None:
    assert [(n, last.date()) for _, n, last in follow_up.our_people(upstream[0], "git.example/json")] == [
        (5, at(-5).date()), (1, at(-7).date()),
    ]  # fmt: skip


# ---- drafts

IN_JSON = Used(module="json", files=3, sites=9, projects=2, names=("dumps", "tag.Tagged"))


def test_areas_that_we_use_and_that_one_person_keeps_come_first(upstream: tuple[Session, Attached]) -> None:
    session, _ = upstream
    found = drafting.areas(session, "git.example/json", [IN_JSON])
    assert [(each.path, each.thin, each.used) for each in found] == [
        ("src/json/tag.py", True, "tag.Tagged"), ("src", True, None), ("src/api.py", True, None), ("src/json", True, None),
    ]  # fmt: skip
    assert (found[0].commits, found[0].people, found[0].top_share) == (5, 1, 1.0)
    assert follow_up.has_paths(session, "git.example/json")


FACTS = Facts(
    used=(IN_JSON,),
    areas=(
        Area(path="src/json", commits=9, people=1, absence_factor=1, top_share=1.0, thin=True, used="dumps"),
        Area(path="src/api", commits=9, people=1, absence_factor=1, top_share=1.0, thin=True),
    ),
    people=(("p-0123456789ab", 5, NOW),),
    measured=2.0,
)


def test_a_draft_is_refused_until_its_blanks_are_filled_in(tmp_path: Path) -> None:
    text = drafting.draft(ranked(), FACTS, DAY, Shown())
    path = tmp_path / "draft.toml"
    path.write_text(text)
    with pytest.raises(SettingsError) as caught:
        contributions.read(path)
    keys = {fault.place.rpartition(".")[2] for fault in caught.value.faults}
    assert keys == {"serves", "owner", "hours", "by"}
    filled = text.replace('= ""', '= "x@acme.example"').replace("hours = 0", "hours = 8")
    path.write_text(filled)
    (made,) = contributions.read(path)
    assert (made.measure, made.baseline, made.target, made.areas) == ("absence_factor", 2, 3, ("src/json",))
    assert made.people == (), "nobody is named who didn't agree"
    for said in (
        "Two products are built on it.",
        "One person wrote all.",
        "FEW SHOULDERS",
        "p-0123456789ab: 5 commits",
    ):
        assert said in text


def test_a_draft_is_toml_whatever_others_wrote() -> None:
    evil = Used(module='x"\n[[a]]\x1b', files=1, sites=1, projects=1, names=("\u2028\x7f\n= 1",))
    text = drafting.draft(ranked(packages=("\n",)), Facts(used=(evil,)), DAY, Shown())
    assert list(tomllib.loads(text)) == ["contribution"]
    assert "\x1b" not in text
    assert "its paths were not collected" in text


def test_a_figure_that_nobody_knows_is_a_blank() -> None:
    text = drafting.draft(ranked(), msgspec.structs.replace(FACTS, measured=None), DAY, Shown())
    (made,) = tomllib.loads(text)["contribution"]
    assert "baseline" not in made
    assert "BLANK: the figure now isn't known" in text


def test_no_file_and_no_entry_are_told(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="There is no file"):
        contributions.read(tmp_path / "none.toml")
    (tmp_path / "empty.toml").write_text("")
    with pytest.raises(UsageError, match=r"holds no \[\[contribution\]\]"):
        contributions.read(tmp_path / "empty.toml")
