# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Alerts, incidents and plans: what somebody has to know, do, and has said."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import msgspec

from umbel.app.policies import Policies
from umbel.model.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from umbel.model.alert_settings import AlertTarget
    from umbel.model.errors import Fault
    from umbel.policy.alerting.alert import Event
    from umbel.policy.alerting.book import Book, Standing
    from umbel.policy.alerting.delivery import Delivery, Sender
    from umbel.policy.alerting.journal import Journal
    from umbel.policy.file import Policy
    from umbel.policy.plans import Plan, Plans

_STATE = ".umbel/alerts/last.json"
_LOCK = ".umbel/alerts/update.lock"
_SENDING = ".umbel/alerts/send.lock"
_PATIENCE = 60.0
"""Seconds for which another process that delivers is waited for."""
_LICENSES = ".umbel/alerts/licenses.parquet"


class Updated(msgspec.Struct, frozen=True, kw_only=True):
    """What a look at the portfolio brought: alerts by what became of them, and what was delivered.

    `unchanged`: nothing was new since the last look, so nothing was asked. `held` stand since nobody can say now.
    """

    unchanged: bool = False
    raised: int = 0
    graver: int = 0
    resolved: int = 0
    held: int = 0
    open: int = 0
    faults: list[Fault] = []
    delivered: list[Delivery] = []
    sending: bool = True
    """False: another process is delivering right now."""


class Alerts(Policies):
    """See `umbel.app.workspace`."""

    def alerts(self) -> Book:
        """Every alert, as the journal and the people have it. Nothing is looked at anew."""
        return self._book()[0]

    def alert(self, name: str) -> Standing:
        """One alert by its name or the beginning of it. Raises `UsageError`."""
        found = self.alerts().get(name)
        if not found:
            raise UsageError(f"There is no alert {name!r}.", "umbel alerts lists them.")
        if len(found) > 1:
            names = ", ".join(standing.id for standing in found[:5])
            raise UsageError(f"{name!r} begins {len(found)} alerts: {names}.", "Give more of it.")
        return found[0]

    def update_alerts(
        self, *, send: bool = True, again: bool = False, now: datetime | None = None
    ) -> Updated:
        """Look for what is to be told, write it down, and deliver what was not. Cheap if nothing changed.

        `again` looks even so. Two that look at once take turns. Raises `EvidenceError`, `UsageError`.
        """
        from umbel.policy import files

        with files.locked(self.folder / _LOCK) as had:
            updated = self._update(now or datetime.now(UTC), again=again) if had else Updated(unchanged=True)
        if not send:
            return updated
        delivered = self.send_alerts()
        return msgspec.structs.replace(updated, delivered=delivered or [], sending=delivered is not None)

    def _update(self, now: datetime, *, again: bool) -> Updated:
        from umbel.policy import files
        from umbel.policy.alerting.looking import TABLES, Scene, look

        book, journal, faults = self._book()
        standing = sum(one.resolved_at is None for one in book)
        base = self._mark(now)
        if not again and base is not None and f"{base} {book.counted}" == _read(self.folder / _STATE):
            return Updated(unchanged=True, open=standing, faults=faults)
        scene = Scene(
            settings=self.settings.alerts,
            owned=self.owned,
            plans=self.plans(),
            book=book,
            memory=self.folder / _LICENSES,
            today=now.date(),
        )
        verdict = self.verdict(policy=self._asked())
        with self.session(None, TABLES) as session:
            seen = look(session, verdict, scene)
            events, held = book.look(seen.alerts, now, unsure=seen.unsure)
            journal.append(events)
            # Only now: whoever is killed before finds the same again.
            if seen.memory is not None:
                seen.memory.remember()
        # Of before the verdict: what came to the lake meanwhile is looked at the next time.
        files.replace(self.folder / _STATE, f"{base} {self._book()[0].counted}".encode())
        count = Counter(event.kind for event in events)
        return Updated(
            raised=count["raised"],
            graver=count["graver"],
            resolved=count["resolved"],
            held=len(held),
            open=standing + count["raised"] - count["resolved"],
            faults=faults,
        )

    def send_alerts(self, *, pause: Callable[[float], None] | None = None) -> list[Delivery] | None:
        """Deliver to each target what it was not told yet; None if another process is doing so."""
        from umbel.policy import files
        from umbel.policy.alerting import delivery

        targets = self.settings.alerts.targets
        if not targets:
            return []
        with files.locked(self.folder / _SENDING, wait=_PATIENCE) as had:
            if not had:
                return None
            book, journal, _ = self._book()
            now = datetime.now(UTC)
            work = [(t, self._sender(t, pause), delivery.due(book, t, now)) for t in targets]
            return delivery.Post(journal.append, lambda: datetime.now(UTC)).send(work)

    def acknowledge(self, name: str, by: str, note: str | None = None) -> Standing:
        """Write down who takes care of an alert. Raises `UsageError` for one that is over."""
        from umbel.policy.alerting import acknowledged

        found = self.alert(name)
        if found.resolved_at is not None:
            raise UsageError(f"{found.id} is over since {found.resolved_at:%Y-%m-%d}.")
        if not by.strip():
            raise UsageError("Say who takes care of it: --by WHO.")
        told = found.told
        entry = acknowledged.Acknowledged(
            alert=found.id,
            by=by,
            decided=datetime.now(UTC).date(),
            episode=found.episode,
            grade=acknowledged.grade_words(found.grade),
            what=told.what if told else None,
            product=told.product if told else None,
            note=note,
        )
        acknowledged.add(self.folder / acknowledged.FILE, entry)
        return found

    def plans(self) -> Plans:
        """By what software whose life ends is replaced (`decisions/end-of-life.toml`)."""
        from umbel.policy import plans

        return plans.load(self.folder / plans.FILE)

    def plan(self, plan: Plan) -> None:
        """Write a plan down. Raises `SettingsError` for one that can't be."""
        from umbel.policy import plans

        if any(known.name == plan.name and known.done is None for known in self.plans().plans):
            raise UsageError(f"There is such a plan already: {plan.name}.", "umbel plans list shows it.")
        plans.add(self.folder / plans.FILE, plan)

    def plans_in_use(self) -> dict[str, int]:
        """Of each standing plan: in how many projects what it replaces is still in use."""
        from umbel.policy import plans

        standing = self.plans().standing
        if not standing or self._lake_if_any() is None:
            return {}
        with self.session(None, plans.TABLES) as session:
            found = plans.in_use(session, standing, self.owned)
        return {name: len({use.project for use in uses}) for name, uses in found.items()}

    def _book(self) -> tuple[Book, Journal[Event], list[Fault]]:
        from umbel.policy.alerting import acknowledged
        from umbel.policy.alerting.alert import Event
        from umbel.policy.alerting.book import Book
        from umbel.policy.alerting.journal import Journal

        journal = Journal(self.folder / self.settings.alerts.journal, Event)
        events, faults = journal.read()
        return Book(events, acknowledged.load(self.folder / acknowledged.FILE)), journal, faults

    def _sender(self, target: AlertTarget, pause: Callable[[float], None] | None) -> Sender:
        import time

        from umbel.policy.alerting.mail import Mail
        from umbel.policy.alerting.to_file import ToFile
        from umbel.policy.alerting.webhook import Webhook
        from umbel.reports import alert_text

        wait = pause or time.sleep
        if target.kind == "mail":
            return Mail(
                target,
                self.settings.alerts.to,
                self.folder,
                words=alert_text.words,
                digest=alert_text.digest,
                pause=wait,
            )
        if target.kind == "webhook":
            return Webhook(target, self.folder, payload=alert_text.payload, pause=wait)
        return ToFile(target, self.folder, payload=alert_text.payload)

    def _asked(self) -> Policy:
        """The policy without rules that can't become an alert: what they cost would be for nothing."""
        from umbel.policy.alerting.causes import RULES
        from umbel.policy.file import Policy
        from umbel.policy.registry import rules

        policy = self.policy()
        excepted = {entry.rule for entry in self.exceptions(policy).exceptions}
        if "*" in excepted:
            return policy
        off: dict[str, dict[str, Any]] = {
            name: {"level": "off"} for name in rules() if name not in RULES and name not in excepted
        }
        said = msgspec.structs.replace(policy.said, rules={**policy.said.rules, **off})
        return Policy(said)

    def _mark(self, now: datetime) -> str | None:
        """What alerts follow from, in a few digits: evidence, policy, decisions, settings, the day."""
        import hashlib

        from umbel._version import __version__

        lake = self._lake_if_any()
        if lake is None:
            return None
        decided = (
            sorted((self.folder / "decisions").rglob("*")) if (self.folder / "decisions").is_dir() else []
        )
        parts: list[object] = [__version__, now.date(), lake.url, lake.pin(("snapshots",)).versions]
        parts += [self.policy().said, self.settings]
        parts += [_touched(path) for path in decided if "incidents" not in path.parts]
        return hashlib.blake2b(repr(parts).encode("utf-8", "replace"), digest_size=12).hexdigest()


def _touched(path: Path) -> tuple[str, int, int]:
    found = path.lstat()  # an editor's lock leads nowhere
    return (str(path), found.st_size, found.st_mtime_ns)


def _read(path: Path) -> str | None:
    try:
        return path.read_text("utf-8") or None
    except (OSError, UnicodeDecodeError):
        return None
