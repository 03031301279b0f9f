# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Who is told what: each target once, filtered, and none waits for another."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any

from tests.policy.alerting.alerts import NOW, alert, day, message, raised, target
from umbel.policy.alerting.acknowledged import Acknowledged
from umbel.policy.alerting.alert import Event, Grade
from umbel.policy.alerting.book import Book
from umbel.policy.alerting.delivery import Message, Post, Refused, Sender, due, name_of

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from umbel.model.alert_settings import AlertTarget


class _Takes:
    """Takes everything."""

    def send(self, messages: Sequence[Message], taken: Callable[[Sequence[Message]], None]) -> None:
        for one in messages:
            taken([one])


class _Fails:
    def __init__(self, error: Exception) -> None:
        self.error = error

    def send(self, messages: Sequence[Message], taken: Callable[[Sequence[Message]], None]) -> None:
        taken(messages[:1])
        raise self.error


class _Hangs:
    def __init__(self) -> None:
        self.over = threading.Event()

    def send(self, messages: Sequence[Message], taken: Callable[[Sequence[Message]], None]) -> None:  # noqa: ARG002
        self.over.wait(30)


def _due(events: Sequence[Event], acknowledged: Sequence[Acknowledged] = (), **more: Any) -> list[str]:
    return [f"{m.alert.what} {m.kind}" for m in due(Book(events, acknowledged), target(**more), day(1))]


def test_each_target_is_told_once() -> None:
    one = alert()
    events = [raised(one)]
    assert _due(events) == ["CVE-2026-0001 raised"]
    told = Event(kind="delivered", alert=one.id, episode=1, at=NOW, grade=Grade(3), target=name_of(target()))
    assert _due([*events, told]) == []
    assert _due([*events, told], name="other") == ["CVE-2026-0001 raised"]
    graver = Event(
        kind="graver", alert=one.id, episode=1, at=NOW, grade=Grade(4), told=alert(severity="critical")
    )
    assert _due([*events, told, graver]) == ["CVE-2026-0001 graver"]


def test_the_end_is_told_to_those_who_heard_the_beginning() -> None:
    one = alert()
    over = Event(kind="resolved", alert=one.id, episode=1, at=NOW, grade=Grade(3), note="gone")
    told = Event(kind="delivered", alert=one.id, episode=1, at=NOW, grade=Grade(3), target=name_of(target()))
    closed = Event(
        kind="delivered",
        alert=one.id,
        episode=1,
        at=NOW,
        grade=Grade(3),
        target=name_of(target()),
        closing=True,
    )
    assert _due([raised(one), over]) == []
    assert _due([raised(one), told, over]) == ["CVE-2026-0001 resolved"]
    assert _due([raised(one), told, over], resolved=False) == []
    assert _due([raised(one), told, over, closed]) == []


def test_filters() -> None:
    events = [
        raised(alert()),
        raised(alert("CVE-2026-0002", None, severity="low", owner=None)),
        raised(alert("python 3.8", "Pay", cause="end-of-life", owner="pay@acme.example")),
    ]
    assert len(_due(events)) == 3
    assert _due(events, severity="medium", causes=("vulnerability",)) == ["CVE-2026-0001 raised"]
    assert _due(events, products=("pa*",)) == ["python 3.8 raised"]
    assert _due(events, products=("(no product)",)) == ["CVE-2026-0002 raised"]
    assert _due(events, owners=("PAY@*",)) == ["python 3.8 raised"]


def test_what_somebody_takes_care_of_is_not_told_to_new_targets() -> None:
    said = Acknowledged(alert=alert().id, by="dev", decided=NOW.date(), episode=1, grade="high")
    assert _due([raised(alert())], [said]) == []


def test_a_target_that_fails_or_hangs_keeps_no_other() -> None:
    recorded: list[Event] = []
    lock = threading.Lock()

    def record(events: Sequence[Event]) -> None:
        with lock:
            recorded.extend(events)

    hangs = _Hangs()
    work: list[tuple[AlertTarget, Sender, list[Message]]] = [
        (target(name="hangs"), hangs, [message()]),
        (
            target(name="refuses"),
            _Fails(Refused("It said no.")),
            [message(), message(alert("CVE-2026-0002"))],
        ),
        (target(name="breaks"), _Fails(RuntimeError("http://s3cr3t")), [message()]),
        (target(name="takes"), _Takes(), [message(), message(alert("CVE-2026-0002"))]),
        (target(name="idle"), hangs, []),
    ]
    done = {each.target: each for each in Post(record, lambda: NOW).send(work, longest=0.5)}
    hangs.over.set()
    assert (done["takes"].sent, done["takes"].trouble) == (2, [])
    assert (done["refuses"].sent, done["refuses"].trouble) == (1, ["It said no."])
    assert done["breaks"].trouble == ["It failed: RuntimeError."]
    assert "was left" in done["hangs"].trouble[0]
    assert done["idle"].due == 0
    assert sorted(event.target or "" for event in recorded) == ["breaks", "refuses", "takes", "takes"]


def test_a_target_without_a_name_is_known_by_where_it_leads() -> None:
    assert name_of(target()) == name_of(target(severity="high"))
    assert name_of(target()) != name_of(target(path="other.jsonl"))
    assert name_of(target(kind="webhook", url="https://hooks.example/s3cr3t", path=None)).startswith(
        "webhook-"
    )
