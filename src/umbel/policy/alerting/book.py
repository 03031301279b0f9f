# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""What stands of alerts: events folded, whatever their order; and which events a new look at the portfolio adds."""

from __future__ import annotations

from datetime import datetime  # noqa: TC003 - msgspec reads it
from typing import TYPE_CHECKING, Literal

import msgspec

from umbel.policy.alerting.acknowledged import Acknowledged, grade_words
from umbel.policy.alerting.alert import Alert, Event, Grade

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from datetime import date

State = Literal["open", "acknowledged", "resolved"]


class Standing(msgspec.Struct, kw_only=True):
    """One episode of one alert: when it came, what it is now, whom it was told to, and when it ended.

    `told` is None where the lines that said it were lost. `delivered` has the gravest grade that each target was told,
    `closed` the targets that were told of its end.
    """

    id: str
    episode: int
    raised_at: datetime
    grade: Grade
    told: Alert | None = None
    changed_at: datetime | None = None
    resolved_at: datetime | None = None
    why: str | None = None
    delivered: dict[str, Grade] = {}
    closed: set[str] = set()
    acknowledged: Acknowledged | None = None

    @property
    def state(self) -> State:
        """Open, acknowledged by somebody, or resolved by itself."""
        if self.resolved_at is not None:
            return "resolved"
        return "open" if self.acknowledged is None else "acknowledged"


class Book:
    """Every alert's last episode."""

    def __init__(self, events: Iterable[Event] = (), acknowledged: Iterable[Acknowledged] = ()) -> None:
        """Fold events. Those of one alert may come in any order, and more than once."""
        every: dict[tuple[str, int], Standing] = {}
        self.counted = 0
        for event in events:
            self.counted += event.kind != "delivered"
            key = (event.alert, event.episode)
            standing = every.get(key)
            if standing is None:
                standing = every[key] = Standing(
                    id=event.alert, episode=event.episode, raised_at=event.at, grade=event.grade
                )
            _fold(standing, event)
        self._last: dict[str, Standing] = {}
        for (name, episode), standing in every.items():
            if name not in self._last or episode > self._last[name].episode:
                self._last[name] = standing
        for said in acknowledged:
            found = self._last.get(said.alert)
            if found is not None and said.episode == found.episode and said.grade == grade_words(found.grade):
                found.acknowledged = said

    def __iter__(self) -> Iterator[Standing]:
        """All of them, the gravest first, then by their last day."""
        return iter(sorted(self._last.values(), key=_order))

    def get(self, name: str) -> list[Standing]:
        """Alerts by name, or by the beginning of it."""
        text = name if name.startswith("a-") else f"a-{name}"
        exact = self._last.get(text)
        return [exact] if exact else [s for key, s in sorted(self._last.items()) if key.startswith(text)]

    def is_open(self, name: str) -> bool:
        """Whether an alert stands."""
        return name in self._last and self._last[name].resolved_at is None

    def look(
        self, found: Sequence[Alert], now: datetime, *, unsure: Unsure | None = None
    ) -> tuple[list[Event], list[Standing]]:
        """The events that a look at the portfolio adds; and the alerts that stand only since nobody can say now.

        What isn't found is resolved, unless `unsure` says that it could not be asked about.
        """
        events: list[Event] = []
        met: set[str] = set()
        by_id = self._by_other_names()
        for alert in found:
            known = self._known(alert, by_id)
            name = known.id if known else alert.id
            if name in met:
                continue
            met.add(name)
            events += self._met(msgspec.structs.replace(alert, id=name), now)
        kept = []
        for standing in self:
            if standing.resolved_at is not None or standing.id in met:
                continue
            if unsure is not None and unsure.holds(standing):
                kept.append(standing)
                continue
            events.append(
                Event(
                    kind="resolved",
                    alert=standing.id,
                    episode=standing.episode,
                    at=max(now, standing.raised_at),
                    grade=standing.grade,
                    note="Nothing that it was about is left.",
                )
            )
        return events, kept

    def _met(self, alert: Alert, now: datetime) -> Iterator[Event]:
        last = self._last.get(alert.id)
        grade = alert.grade(now.date())
        if last is None or last.resolved_at is not None:
            episode = 1 if last is None else last.episode + 1
            yield Event(kind="raised", alert=alert.id, episode=episode, at=now, grade=grade, told=alert)
        elif grade.rises_over(last.grade):
            whole = grade.with_(last.grade)
            yield Event(kind="graver", alert=alert.id, episode=last.episode, at=now, grade=whole, told=alert)
        elif alert != last.told:
            yield Event(
                kind="changed", alert=alert.id, episode=last.episode, at=now, grade=last.grade, told=alert
            )

    def _by_other_names(self) -> dict[tuple[str, str | None, str], Standing]:
        """Open alerts by cause, product and any id of theirs: a vulnerability gets its CVE later."""
        found: dict[tuple[str, str | None, str], Standing] = {}
        for standing in self._last.values():
            if standing.told is not None and standing.resolved_at is None:
                for name in (standing.told.what, *standing.told.ids):
                    found[standing.told.cause, standing.told.product, name] = standing
        return found

    def _known(self, alert: Alert, by_id: dict[tuple[str, str | None, str], Standing]) -> Standing | None:
        if self.is_open(alert.id):
            return self._last[alert.id]
        names = (alert.what, *alert.ids)
        return next((hit for n in names if (hit := by_id.get((alert.cause, alert.product, n)))), None)


class Unsure(msgspec.Struct, frozen=True):
    """What nobody can say now: causes that could not be asked about, and single matters of products."""

    causes: frozenset[str] = frozenset()
    matters: frozenset[tuple[str, str, str | None]] = frozenset()

    def holds(self, standing: Standing) -> bool:
        """Whether an alert stands although it isn't found."""
        told = standing.told
        if told is None:
            return bool(self.causes)
        if told.cause in self.causes:
            return True
        packages = (name.rpartition("@")[0] or name for name in told.components)
        names = (told.what, *told.ids, *packages)
        return any((told.cause, name, told.product) in self.matters for name in names)


def _fold(standing: Standing, event: Event) -> None:
    standing.grade = standing.grade.with_(event.grade)
    if event.kind == "delivered" and event.target is not None:
        before = standing.delivered.get(event.target, event.grade)
        standing.delivered[event.target] = before.with_(event.grade)
        if event.closing:
            standing.closed.add(event.target)
    elif event.kind == "resolved":
        standing.resolved_at, standing.why = event.at, event.note
    elif event.kind == "raised":
        standing.raised_at = event.at
    if event.told is not None:
        standing.told = event.told
        if event.kind != "raised":
            standing.changed_at = event.at


def _order(standing: Standing) -> tuple[bool, int, bool, date | None, str]:
    from datetime import date

    due = standing.told.due if standing.told else None
    return (
        standing.resolved_at is not None,
        -standing.grade.severity,
        not standing.grade.exploited,
        due or date.max,
        standing.id,
    )
