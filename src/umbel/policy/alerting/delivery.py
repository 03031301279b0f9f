# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Telling alerts: each once to each target, all targets at the same time, and none waits for another.

What was delivered is written down after the target took it. Whoever is killed in between tells it again: the key of a
message stays the same, so that the target can know it.
"""

from __future__ import annotations

import logging
import threading
import time
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Protocol

import msgspec

from umbel.model.finding import SEVERITIES
from umbel.policy.alerting.alert import Alert, Event, Grade

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime

    from umbel.model.alert_settings import AlertTarget
    from umbel.policy.alerting.book import Book, Standing

_log = logging.getLogger(__name__)
LONGEST_SECONDS = 600.0
"""After so long a target that hasn't ended is left to itself, and counts as failed."""


class Message(msgspec.Struct, frozen=True, kw_only=True):
    """What is to be told of one alert. `key` stays the same when it is told again.

    `closing` says that the alert has ended, `again` that it got graver.
    """

    key: str
    alert: Alert
    episode: int
    grade: Grade
    at: datetime
    closing: bool = False
    again: bool = False
    why: str | None = None

    @property
    def kind(self) -> str:
        """One word for programs: raised, graver, resolved."""
        return "resolved" if self.closing else "graver" if self.again else "raised"


class Refused(Exception):
    """A target did not take a message; the text says why without any secret.

    `alone` says that the others may be taken all the same.
    """

    def __init__(self, words: str, *, alone: bool = False) -> None:
        """Keep the sentence."""
        super().__init__(words)
        self.alone = alone


class Sender(Protocol):
    """How a kind of target takes messages."""

    def send(self, messages: Sequence[Message], taken: Callable[[Sequence[Message]], None]) -> None:
        """Deliver all of them; `taken` is called with those that the target took, at once. Raises `Refused`."""


class Delivery(msgspec.Struct, kw_only=True):
    """What became of one target: `due` messages, those `sent`, and why the others were not."""

    target: str
    kind: str
    due: int = 0
    sent: int = 0
    trouble: list[str] = []


def name_of(target: AlertTarget) -> str:
    """How a target is known in the journal: its name, or one made from where it leads."""
    import hashlib

    if target.name:
        return target.name
    where = "\0".join(
        (
            target.kind,
            *sorted(target.to),
            str(target.url or target.url_env),
            str(target.path or target.folder),
        )
    )
    return f"{target.kind}-{hashlib.blake2b(where.encode('utf-8', 'replace'), digest_size=4).hexdigest()}"


def due(book: Book, target: AlertTarget, now: datetime) -> list[Message]:
    """What a target has not been told yet, the gravest first."""
    name = name_of(target)
    found = []
    for standing in book:
        message = _message(standing, name, target, now)
        if message is not None:
            found.append(message)
    return found


def _message(standing: Standing, name: str, target: AlertTarget, now: datetime) -> Message | None:
    told = standing.told
    if told is None or not _wanted(told, standing.grade, target):
        return None
    before = standing.delivered.get(name)
    ended = standing.resolved_at is not None
    if ended and (before is None or name in standing.closed or not target.resolved):
        return None
    if not ended and (standing.acknowledged is not None or not _is_news(standing.grade, before)):
        return None
    grade = standing.grade
    mark = "end" if ended else f"{grade.severity}{grade.exploited:d}{grade.overdue:d}"
    return Message(
        key=f"{standing.id}-{standing.episode}-{mark}",
        alert=told,
        episode=standing.episode,
        grade=grade,
        at=standing.resolved_at or now,
        closing=ended,
        again=before is not None,
        why=standing.why,
    )


def _is_news(grade: Grade, before: Grade | None) -> bool:
    return before is None or grade.rises_over(before)


def _wanted(told: Alert, grade: Grade, target: AlertTarget) -> bool:
    if grade.severity < SEVERITIES.index(target.severity):
        return False
    if target.causes and told.cause not in target.causes:
        return False
    if target.products and not _any(target.products, told.of):
        return False
    return not target.owners or (told.owner is not None and _any(target.owners, told.owner))


def _any(patterns: Sequence[str], text: str) -> bool:
    return any(fnmatchcase(text.casefold(), pattern.casefold()) for pattern in patterns)


class Post:
    """Sends to all targets at once, and writes down what was taken."""

    def __init__(self, record: Callable[[Sequence[Event]], None], now: Callable[[], datetime]) -> None:
        """`record` puts events in the journal; it is called from several threads."""
        self._record = record
        self._now = now

    def send(
        self,
        work: Sequence[tuple[AlertTarget, Sender, Sequence[Message]]],
        longest: float = LONGEST_SECONDS,
    ) -> list[Delivery]:
        """Deliver; gives what became of each target. Never raises for one of them."""
        found = []
        running = []
        for target, sender, messages in work:
            delivery = Delivery(target=name_of(target), kind=target.kind, due=len(messages))
            found.append(delivery)
            if messages:
                # A daemon: a target that never answers must not keep the process from ending.
                thread = threading.Thread(target=self._one, args=(sender, messages, delivery), daemon=True)
                thread.start()
                running.append((thread, delivery))
        ends = time.monotonic() + longest
        for thread, delivery in running:
            thread.join(max(0.0, ends - time.monotonic()))
            if thread.is_alive():
                delivery.trouble.append(f"It had not ended after {longest:.0f} seconds, and was left.")
        return found

    def _one(self, sender: Sender, messages: Sequence[Message], delivery: Delivery) -> None:
        def taken(some: Sequence[Message]) -> None:
            self._record([_delivered(message, delivery.target, self._now()) for message in some])
            delivery.sent += len(some)

        try:
            sender.send(messages, taken)
        except Refused as error:
            delivery.trouble.append(str(error))
        except Exception as error:  # noqa: BLE001 - one target's unforeseen failure must not silence the others
            # Without the error's text and trace: they may hold an address that is secret.
            _log.warning("target %s failed: %s", delivery.target, type(error).__name__)
            delivery.trouble.append(f"It failed: {type(error).__name__}.")


def _delivered(message: Message, target: str, now: datetime) -> Event:
    return Event(
        kind="delivered",
        alert=message.alert.id,
        episode=message.episode,
        at=now,
        grade=message.grade,
        target=target,
        closing=message.closing,
    )
