# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Alerts come once each, end by themselves, and come back."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from hypothesis import given
from hypothesis import strategies as st

from tests.policy.alerting.alerts import NOW, alert, day, raised
from umbel.policy.alerting.acknowledged import Acknowledged, grade_words
from umbel.policy.alerting.alert import Event, Grade, name_of
from umbel.policy.alerting.book import Book, Unsure

if TYPE_CHECKING:
    from collections.abc import Sequence

    from umbel.policy.alerting.alert import Alert


def _looked(
    events: Sequence[Event], *found: Alert, at: Any = NOW, unsure: Unsure | None = None
) -> list[Event]:
    """All events after another look."""
    new, _ = Book(events).look(found, at, unsure=unsure)
    return [*events, *new]


def _kinds(events: Sequence[Event]) -> list[str]:
    return [event.kind for event in events]


def test_what_stands_is_raised_once() -> None:
    events = _looked([], alert())
    again = _looked(_looked(events, alert(), at=day(1)), alert(), at=day(2))
    assert _kinds(again) == ["raised"]
    (standing,) = Book(again)
    assert (standing.state, standing.raised_at) == ("open", NOW)


def test_it_ends_when_nothing_is_left_and_comes_back_as_another_episode() -> None:
    events = _looked(_looked([], alert()), at=day(1))
    (ended,) = Book(events)
    assert (ended.state, ended.resolved_at) == ("resolved", day(1))
    assert _kinds(_looked(events, at=day(2))) == ["raised", "resolved"]
    (back,) = Book(_looked(events, alert(), at=day(3)))
    assert (back.state, back.episode, back.raised_at) == ("open", 2, day(3))


def test_more_projects_change_it_and_a_graver_grade_is_told() -> None:
    events = _looked([], alert())
    events = _looked(events, alert(projects_total=4), at=day(1))
    events = _looked(events, alert(projects_total=4, exploited=True), at=day(2))
    assert _kinds(events) == ["raised", "changed", "graver"]
    events = _looked(events, alert(projects_total=4, severity="low"), at=day(3))
    assert _kinds(events)[3:] == ["changed"]  # that it is less grave is no news to anybody
    (standing,) = Book(events)
    assert standing.grade == Grade(3, exploited=True)


def test_a_day_that_passes_makes_it_graver_once() -> None:
    events = _looked([], alert())
    late = _looked(events, alert(), at=day(21))
    assert _kinds(_looked(late, alert(), at=day(22))) == ["raised", "graver"]
    (standing,) = Book(late)
    assert standing.grade.overdue


def test_a_vulnerability_that_gets_its_cve_later_stays_the_same_alert() -> None:
    first = alert("GHSA-xxxx", ids=("PYSEC-1",))
    later = alert("CVE-2026-0009", ids=("GHSA-xxxx", "PYSEC-1"))
    events = _looked(_looked([], first), later, at=day(1))
    assert _kinds(events) == ["raised", "changed"]
    assert {event.alert for event in events} == {first.id}
    other = alert("CVE-2026-0009", "Pay", ids=("GHSA-xxxx",))
    assert _kinds(_looked(events, later, other, at=day(2))) == ["raised", "changed", "raised"]


def test_what_nobody_can_say_now_is_not_over() -> None:
    events = _looked([], alert())
    for unsure in (
        Unsure(frozenset({"vulnerability"})),
        Unsure(matters=frozenset({("vulnerability", "CVE-2026-0001", "Shop")})),
        Unsure(matters=frozenset({("vulnerability", "left-pad", "Shop")})),
    ):
        assert _looked(events, unsure=unsure) == events
    for other in (
        Unsure(frozenset({"end-of-life"})),
        Unsure(matters=frozenset({("vulnerability", "CVE-2026-0001", "Pay")})),
    ):
        assert _kinds(_looked(events, unsure=other)) == ["raised", "resolved"]


def test_a_clock_that_jumps_back_breaks_nothing() -> None:
    events = _looked([], alert())
    events = _looked(events, at=day(-400))
    (ended,) = Book(events)
    assert (ended.resolved_at, ended.state) == (NOW, "resolved")  # not before it came
    (back,) = Book(_looked(events, alert(), at=day(-399)))
    assert (back.state, back.episode) == ("open", 2)


def test_who_acknowledges_does_so_for_this_episode_and_grade() -> None:
    events = _looked([], alert())
    said = Acknowledged(alert=alert().id, by="dev@acme.example", decided=NOW.date(), episode=1, grade="high")
    assert [s.state for s in Book(events, [said])] == ["acknowledged"]
    graver = _looked(events, alert(exploited=True))
    assert [s.state for s in Book(graver, [said])] == ["open"]
    back = _looked(_looked(events, at=day(1)), alert(), at=day(2))
    assert [s.state for s in Book(back, [said])] == ["open"]
    assert grade_words(Grade(4, exploited=True, overdue=True)) == "critical exploited overdue"


def test_a_lost_line_is_made_up_for() -> None:
    one = alert()
    delivered = Event(kind="delivered", alert=one.id, episode=1, at=NOW, grade=Grade(3), target="mail")
    (standing,) = Book([delivered])
    assert (standing.state, standing.told) == ("open", None)
    (after,) = Book(_looked([delivered], one, at=day(1)))
    assert after.told == one
    assert after.delivered == {"mail": Grade(3)}  # nobody is told twice


@given(st.permutations(range(5)), st.lists(st.integers(0, 4), max_size=4))
def test_order_and_repetition_of_lines_mean_nothing(order: list[int], twice: list[int]) -> None:
    one = alert()
    events = [
        raised(one),
        Event(kind="delivered", alert=one.id, episode=1, at=NOW, grade=Grade(3), target="mail"),
        Event(kind="resolved", alert=one.id, episode=1, at=day(1), grade=Grade(3)),
        raised(one, 2, day(2)),
        Event(kind="delivered", alert=one.id, episode=2, at=day(2), grade=Grade(3), target="hook"),
    ]
    (standing,) = Book([events[place] for place in (*order, *twice)])
    assert (standing.episode, standing.state, standing.raised_at) == (2, "open", day(2))
    assert set(standing.delivered) == {"hook"}


@given(st.lists(st.tuples(st.booleans(), st.integers(-3, 3)), max_size=12))
def test_however_it_comes_and_goes_there_is_one_raise_an_episode(days: list[tuple[bool, int]]) -> None:
    events: list[Event] = []
    now, there, episodes = NOW, False, 0
    for found, step in days:
        now += timedelta(days=step)
        events = _looked(events, *([alert(due=None)] if found else []), at=now)
        episodes += found and not there
        there = found
    assert _kinds(events).count("raised") == episodes
    assert [event.episode for event in events if event.kind == "raised"] == [*range(1, episodes + 1)]


def test_names_stay_and_tell_products_apart() -> None:
    assert name_of("vulnerability", "CVE-1", None) != name_of("vulnerability", "CVE-1", "")
    assert name_of("vulnerability", "CVE-1", "Shop") == "a-04ee13bc96"
