# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Alerts and messages made by tests, in few words."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from umbel.model.alert_settings import AlertTarget
from umbel.policy.alerting.alert import Alert, Event, Grade, name_of
from umbel.policy.alerting.delivery import Message

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


def day(number: int) -> datetime:
    """Noon of the n-th day after today."""
    return NOW + timedelta(days=number)


def alert(what: str = "CVE-2026-0001", product: str | None = "Shop", **more: Any) -> Alert:
    """An alert of a vulnerability of high severity."""
    given: dict[str, Any] = {
        "cause": "vulnerability",
        "severity": "high",
        "title": f"{what} in left-pad",
        "reason": f"{what} (high): Reads what it should not.",
        "remedy": "Move to 1.3.1 or later.",
        "owner": "shop@acme.example",
        "components": ("left-pad@1.3.0",),
        "components_total": 1,
        "projects": ("github.com/acme/shop",),
        "projects_total": 1,
        "ways": ("github.com/acme/shop → outer@1.0.0 → left-pad@1.3.0",),
        "urls": ("https://advisories.example/1",),
        "due": day(20).date(),
    }
    given |= more
    return Alert(id=name_of(given["cause"], what, product), what=what, product=product, **given)


def raised(one: Alert, episode: int = 1, at: datetime = NOW) -> Event:
    """The event that it was raised."""
    return Event(kind="raised", alert=one.id, episode=episode, at=at, grade=one.grade(at.date()), told=one)


def message(one: Alert | None = None, **more: Any) -> Message:
    """A message of an alert that is new."""
    told = one or alert()
    given: dict[str, Any] = {"key": f"{told.id}-1-300", "episode": 1, "grade": Grade(3), "at": NOW}
    return Message(alert=told, **(given | more))


def target(**more: Any) -> AlertTarget:
    """A target of a file, unless told otherwise."""
    return AlertTarget(**({"kind": "file", "path": "out.jsonl"} | more))
