# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""What the first page is made of: the journal of changes, how parts stand, the drawing, visits, what to do."""

from __future__ import annotations

import math
import re
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

import msgspec
import pytest
from defusedxml.ElementTree import fromstring

from umbel.frameworks.interface import (
    Answer,
    Assessment,
    Framework,
    Level,
    Move,
    Outcome,
    Practice,
    Recommendation,
    Standing,
)
from umbel.office.pages.home import flower, journal, shown, standing, todo, visits
from umbel.office.pages.home.figures import Raised, Upgrade
from umbel.office.pages.home.journal import Thing
from umbel.office.roles import Role
from umbel.office.seen import Seen
from umbel.strategy.actions import Action

if TYPE_CHECKING:
    from pathlib import Path
    from xml.etree.ElementTree import Element

NOW = datetime(2026, 10, 1, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
ROOTED, FLOWERING = Level(number=1, title="Rooted"), Level(number=3, title="Flowering")


# ---- the journal


def state(*packages: str, **findings: str) -> journal.State:
    return {
        "package": {name: Thing(name, ("shop",)) for name in packages},
        "finding": {name: Thing(name, ("till",), grade) for name, grade in findings.items()},
    }


def test_the_first_look_tells_no_news(tmp_path: Path) -> None:
    kept = journal.take(tmp_path / "new", "e1", NOW, state("a", "b"))
    assert (kept.began, kept.steps) == (NOW, ())


def test_what_appears_and_goes_is_written_down_once(tmp_path: Path) -> None:
    journal.take(tmp_path, "e1", NOW, state("a", "b", f1="low"))
    journal.take(tmp_path, "e2", NOW + HOUR, state("b", "c", f2="critical", f3="low"))
    again = journal.take(tmp_path, "e2", NOW + 2 * HOUR, state("b", "c", f2="critical", f3="low"))
    (step,) = again.steps
    assert step.at == NOW + HOUR
    assert step.counts == {"package new": 1, "package gone": 1, "finding new": 2, "finding gone": 1}
    told = [(each.kind, each.turn, each.key) for each in step.items]
    assert told == [
        ("finding", "new", "f2"),
        ("finding", "new", "f3"),
        ("finding", "gone", "f1"),
        ("package", "new", "c"),
        ("package", "gone", "a"),
    ]
    assert again.began == NOW


def test_newer_evidence_is_news_and_the_same_is_none(tmp_path: Path) -> None:
    old = {
        "project": {"shop": Thing("shop", ("shop",), newest="2026-09-01"), "till": Thing("till", newest="x")}
    }
    new = {
        "project": {"shop": Thing("shop", ("shop",), newest="2026-10-01"), "till": Thing("till", newest="x")}
    }
    journal.take(tmp_path, "e1", NOW, old)
    kept = journal.take(tmp_path, "e2", NOW + HOUR, new)
    assert kept.steps[0].counts == {"project newer": 1}
    assert journal.take(tmp_path, "e3", NOW + 2 * HOUR, new).steps == kept.steps


def test_a_file_that_broke_begins_anew(tmp_path: Path) -> None:
    journal.take(tmp_path, "e1", NOW, state("a"))
    (tmp_path / journal.NAME).write_bytes(b"torn")
    assert journal.load(tmp_path) is None
    assert journal.take(tmp_path, "e2", NOW + HOUR, state("b")).steps == ()
    assert [each.name for each in tmp_path.iterdir()] == [journal.NAME]


def test_the_journal_stays_small(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(journal, "MOST_STEPS", 20)  # each step is a file written
    many = [f"p{number}" for number in range(40)]
    for number in range(journal.MOST_STEPS + 5):
        kept = journal.take(
            tmp_path, f"e{number}", NOW + number * HOUR, state(*many) if number % 2 else state()
        )
    assert len(kept.steps) == journal.MOST_STEPS
    assert max(len(step.items) for step in kept.steps) == journal.MOST_ITEMS
    assert kept.steps[0].counts == {"package gone": 40}


def test_news_are_those_after_a_moment(tmp_path: Path) -> None:
    for number, names in enumerate(("a", "ab", "abc", "bc")):
        kept = journal.take(tmp_path, f"e{number}", NOW + number * HOUR, state(*names))
    told = journal.since(kept.steps, NOW + HOUR, lambda _: True)
    assert [(each.kind, each.turn, each.count, [item.key for item in each.items]) for each in told] == [
        ("package", "gone", 1, ["a"]),
        ("package", "new", 1, ["c"]),
    ]
    assert journal.since(kept.steps, NOW + 3 * HOUR, lambda _: True) == []


def test_what_may_not_be_seen_is_neither_named_nor_counted(tmp_path: Path) -> None:
    journal.take(tmp_path, "e1", NOW, state())
    kept = journal.take(tmp_path, "e2", NOW + HOUR, state("a", f1="low"))
    told = journal.since(kept.steps, NOW, lambda item: item.projects != ("till",))
    assert [each.kind for each in told] == ["package"]


# ---- how parts stand


def petal(
    met: int, unmet: int, unknown: int, level: Level | None = None, held: tuple[str, ...] = ()
) -> Standing:
    counted = met + unmet + unknown
    return Standing(
        id="legal", title="Legal", level=level, next_level=None, held_by=held,
        met=met, unmet=unmet, unknown=unknown, not_applicable=0,
        share=met / counted if counted else None, at_most=(met + unknown) / counted if counted else None,
        evidenced=None, attested=None, unanswered=None,
    )  # fmt: skip


def assessed(*petals: Standing) -> Assessment:
    """By a framework whose practices are called as they are answered."""
    outcomes: tuple[Outcome, ...] = ("unmet", "unknown")
    framework = Framework(id="x", title="X", about="", version="1", source="", license="", url="")
    answers = tuple(
        Answer(practice=Practice(id=each, title=each, question="?", kind="evidence"), outcome=each, by=None, sentence="")
        for each in outcomes
    )  # fmt: skip
    return Assessment(
        framework=framework,
        as_of=NOW,
        answers=answers,
        overall=petals[0],
        dimensions=(),
        petals=petals,
        moves=(),
    )


def parts_of(
    *petals: Standing, before: dict[str, Standing] | None = None, since: date | None = None
) -> list[standing.Part]:
    moves = [move("flower/legal-policy", "Write it"), move("flower/legal-gate", "Turn it on")]
    return standing.parts(assessed(*petals), moves, before, since, lambda name: f"/{name[:5]}/")


@pytest.mark.parametrize(
    ("one", "tone", "word"),
    [
        (petal(9, 0, 0, FLOWERING), "good", "flowering"),
        (petal(3, 4, 0, ROOTED), "warn", "rooted"),
        (petal(3, 4, 1, None, ("unmet", "unknown")), "bad", "not rooted yet"),
        (petal(3, 4, 1, None, ("unknown",)), "unknown", "unknown"),
        (petal(3, 0, 5), "unknown", "unknown"),
        (petal(0, 0, 0), "none", "doesn't apply"),
    ],
)
def test_a_part_stands_as_its_evidence_says(one: Standing, tone: str, word: str) -> None:
    (part,) = parts_of(one)
    assert (part.tone, part.word) == (tone, word)
    if tone != "none":
        assert part.said.startswith(f"Legal: {word}. {one.met} of {part.counted} practices met")
        assert part.said.endswith("2 open actions.")


@pytest.mark.parametrize(
    ("then", "now", "trend", "tone"),
    [
        (petal(3, 4, 0, ROOTED), petal(9, 0, 0, FLOWERING), "▲ 2 stages up", "good"),
        (petal(3, 4, 0, ROOTED), petal(3, 4, 0), "▼ 1 stage down", "bad"),
        (petal(3, 4, 0), petal(4, 3, 0), "▲ 1 more met", "good"),
        (petal(3, 4, 0), petal(3, 4, 0), "as before", "none"),
        (petal(0, 0, 7), petal(3, 4, 0), "nothing was known a quarter before", "unknown"),
    ],
)
def test_a_trend_is_against_a_quarter_before(then: Standing, now: Standing, trend: str, tone: str) -> None:
    day = date(2026, 7, 1)
    (part,) = parts_of(now, before={"legal": then}, since=day)
    assert (part.trend, part.trend_tone, part.since) == (trend, tone, day)
    (part,) = parts_of(now)
    assert (part.trend, part.since) == ("trend is being worked out", None)


# ---- the drawing


def drawn(number: int) -> Element:
    names = ["office", *(f"part{n} <b>" for n in range(number))]
    found = [msgspec.structs.replace(petal(3, 4, 2, ROOTED), id=name, title=name) for name in names]
    made: Element = fromstring(flower.draw(tuple(parts_of(*found)), title="The flower"))
    return made


@pytest.mark.parametrize("number", [1, 2, 5, 6, 8, 12])
def test_a_flower_has_as_many_petals_as_there_are_parts(number: int) -> None:
    svg = drawn(number)
    links = svg.findall(".//a")
    assert len(links) == number + 1
    assert all(link.get("aria-label", "").count("of 9 practices met") == 1 for link in links)
    for text in svg.findall(".//text"):
        assert 0 <= float(text.get("x", "-1")) <= flower.WIDTH
        assert 0 <= float(text.get("y", "-1")) <= flower.HEIGHT
    corners = [
        float(x)
        for path in svg.findall(".//path[@class='edge']")
        for x in re.findall(r"[\d.]+", path.get("d", ""))
    ]
    assert min(corners) >= 0
    assert max(corners) <= flower.WIDTH


def test_a_flower_has_a_name_and_its_facts_in_words() -> None:
    svg = drawn(5)
    ids = {each.get("id"): each.text for each in svg if each.get("id")}
    assert svg.get("role") == "group"
    assert ids[svg.get("aria-labelledby")] == "The flower"
    assert (ids[svg.get("aria-describedby")] or "").count("practices met") == 6
    assert not [each for each in svg.iter() if "style" in each.attrib]


@pytest.mark.parametrize("share", [0.1, 0.25, 0.5, 0.75, 0.9])
def test_areas_are_true(share: float) -> None:
    def area(to: float) -> float:
        steps = 4000
        return sum(flower.half(to * (step + 0.5) / steps) for step in range(steps)) * to / steps

    assert math.isclose(area(flower.reach(share)) / area(1.0), share, abs_tol=0.01)


# ---- visits


@pytest.mark.django_db
def test_a_visit_is_what_lies_an_hour_apart(people: dict[str, Any]) -> None:
    from umbel.office.accounts.models import User

    def come(when: datetime) -> datetime | None:
        return visits.before(User.objects.get(pk=people["legal"].pk), when)

    assert come(NOW) is None
    assert come(NOW + timedelta(minutes=40)) is None
    assert come(NOW + timedelta(hours=30)) == NOW + timedelta(minutes=40)
    assert come(NOW + timedelta(hours=30, minutes=50)) == NOW + timedelta(minutes=40)
    assert come(NOW + timedelta(hours=60)) == NOW + timedelta(hours=30, minutes=50)


# ---- what to do


def action(about: str, due: date | None = None) -> Action:
    return Action(
        kind="fragile", title="Decide", about=about, reason="r", weight=1, effort="an hour", hours=1, command="umbel x", due=due
    )  # fmt: skip


def move(practice: str, action: str) -> Move:
    return Move(
        practice=practice, title="A policy", action=action, petals=("legal",), effort="small", moves="1 of 3", worth=1,
        outcome="unmet", why="It isn't so.",
    )  # fmt: skip


def test_what_is_late_comes_first_then_each_list_in_turn() -> None:
    seen = Seen(roles=frozenset({Role.VIEWER, Role.LEGAL}), hidden=frozenset({"secret"}))
    today = date(2026, 10, 1)
    acts = [action("a"), action("secret"), action("b", today - timedelta(1)), action("c", today)]
    recommended = Recommendation(
        id="x",
        scenario="Nobody decides.",
        because=("y",),
        step="Decide.",
        petal="legal",
        effort="small",
        moves=(),
    )
    found = todo.ranked(
        todo.of_moves([move("flower/legal-policy", "Write it"), move("flower/legal-gate", "Turn it on")], seen, {"legal": "Legal"}),
        todo.of_actions(acts, seen, today),
        todo.of_recommendations([recommended], seen, {"legal": "Legal"}),
    )  # fmt: skip
    assert [(each.title, each.about) for each in found] == [
        ("Decide", "b"),
        ("Write it", ""),
        ("Decide", "a"),
        ("Decide.", ""),
        ("Turn it on", ""),
        ("Decide", "c"),
    ]
    assert [each.mine for each in found] == [False, True, False, True, True, False]
    office = todo.of_actions(acts, Seen(roles=frozenset({Role.OFFICE})), today)
    assert all(each.mine for each in office), "the office drives what is to be done about projects"
    assert found[0].late
    assert all(each.reason and each.effort and each.role for each in found)
    assert found[1].evidence == "/office/frameworks/flower/legal-policy/"


def test_a_word_that_is_asked_for_is_told_without_its_command() -> None:
    (found,) = todo.of_moves(
        [move("flower/legal-policy", "Answer it (umbel maturity attest policy).")], Seen(), {}
    )
    assert found.title == "Answer it: A policy"


def test_what_is_ones_own_is_found_far_down_a_ranking() -> None:
    """The first of 40 moves are others': who looks after the last ones sees them all the same."""
    legal = Seen(roles=frozenset({Role.VIEWER, Role.LEGAL}))
    theirs = [move(f"flower/x{number}", f"Theirs {number}") for number in range(40)]
    moves = [msgspec.structs.replace(each, petals=("management",)) for each in theirs]
    moves += [move(f"flower/legal-{number}", f"Mine {number}") for number in range(9)]
    found = todo.first(moves, lambda each: each.petals, legal)
    assert [each.action for each in found if each.petals == ("legal",)] == [f"Mine {n}" for n in range(6)]
    assert [each.action for each in found if each.petals != ("legal",)] == [f"Theirs {n}" for n in range(6)]
    nobody = todo.first(moves, lambda each: each.petals, Seen(roles=frozenset({Role.VIEWER})))
    assert [each.action for each in nobody] == [f"Theirs {n}" for n in range(6)]


@pytest.mark.parametrize(
    ("reason", "said"), [("nobody said so", "Nobody said so"), ("left-pad clears 3", "left-pad clears 3")]
)
def test_a_reason_is_a_sentence_and_a_name_stays_one(reason: str, said: str) -> None:
    asked = msgspec.structs.replace(action("left-pad"), reason=reason)
    (found,) = todo.of_actions([asked], Seen(), date(2026, 10, 1))
    assert found.reason == said


def test_what_waits_for_somebody_is_theirs_by_address() -> None:
    late = msgspec.structs.replace(action("shop"), kind="plan-late", who="owner@acme.example")
    seen, today = Seen(roles=frozenset({Role.CONTRIBUTOR})), date(2026, 10, 1)
    (mine,) = todo.of_actions([late], seen, today, names={"owner@acme.example"})
    (other,) = todo.of_actions([late], seen, today, names={"mate@acme.example"})
    assert (mine.mine, other.mine) == (True, False)
    assert mine.role == "The office, with owner@acme.example"
    assert mine.about_url == "/end-of-life/?q=shop"


@pytest.mark.parametrize(
    ("upgrade", "hidden", "url"),
    [
        (Upgrade(package="pkg:npm/outer", among=("shop", "secret")), {"secret"}, "/packages/pkg:npm/outer/"),
        (Upgrade(package="pkg:npm/outer", among=None), {"secret"}, "/packages/pkg:npm/outer/"),
        (Upgrade(package=None, among=("shop",)), set(), ""),
        (Upgrade(package="pkg:npm/outer", among=("secret",)), {"secret"}, None),
        (None, {"secret"}, None),
        (None, set(), ""),
    ],
)
def test_an_upgrade_is_named_to_whom_its_package_may_be(
    upgrade: Upgrade | None, hidden: set[str], url: str | None
) -> None:
    """A package that only hidden projects have isn't named, nor one of which nobody knows who has it."""
    known = {} if upgrade is None else {"outer": upgrade}
    asked = msgspec.structs.replace(action("outer"), kind="upgrade")
    seen = Seen(roles=frozenset({Role.VIEWER}), hidden=frozenset(hidden))
    found = todo.of_actions([asked], seen, date(2026, 10, 1), upgrades=known)
    assert [unquote(each.about_url or "") for each in found] == ([] if url is None else [url])
    assert all((each.command is None) == bool(each.about_url) for each in found)


# ---- what changed, as it is told


def raised(number: int, *projects: str) -> Raised:
    return Raised(
        id=f"a{number}",
        title="CVE-2026-0001 in inner",
        severity="critical",
        projects=projects,
        raised_at=NOW,
        resolved_at=None,
    )


def test_many_alerts_are_counted_and_few_are_told() -> None:
    alerts = [raised(number, "shop") for number in range(30)] + [raised(99, "secret")]
    told = shown.alerts(alerts, Seen(hidden=frozenset({"secret"})), whole=True)
    assert (told.count, len(told.items), told.more) == (30, shown.MOST, 30 - shown.MOST)


@pytest.mark.parametrize(
    ("projects", "said"),
    [
        ((), ""),
        (("shop",), "shop"),
        (("secret", "shop"), "shop"),
        (("a", "b", "secret", "c"), "a and 2 more"),
    ],
)
def test_an_alert_says_where(projects: tuple[str, ...], said: str) -> None:
    (told,) = shown.alerts([raised(1, *projects)], Seen(hidden=frozenset({"secret"})), whole=True).items
    assert told["where"] == said


def test_a_sentence_says_how_parts_stand() -> None:
    part = standing.Part(
        id="legal", title="Legal", url=None, tone="none", word="doesn't apply", met=0, unmet=0, unknown=0, counted=0,
        share=0, at_most=0, trend="", trend_tone="none", since=None, actions=0,
    )  # fmt: skip
    parts = [part, *(msgspec.structs.replace(part, tone=tone) for tone in ("bad", "bad", "good"))]
    assert shown.lead(parts) == (
        "How the 4 parts of the open source program stand: 1 flowering or better, 2 not rooted yet, "
        "1 not asked for here."
    )
