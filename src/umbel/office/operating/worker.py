# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""The process beside those that answer: it sees new evidence and records, and has editions made of them.

Each edition is made by a process of its own, which gives its memory back when it is done. One worker works in a
workspace's folder; another that is started waits in case the first one dies. Whatever is away is waited for.
"""

from __future__ import annotations

import logging
import os
import subprocess
import sys
import threading
import time
from typing import TYPE_CHECKING

from django.db import close_old_connections

from umbel.model.errors import UmbelError
from umbel.office.away import away
from umbel.office.config import config
from umbel.office.editions.make import died, is_whole, wanted
from umbel.office.editions.store import Pointer, Store
from umbel.policy import files

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date

    from umbel.office.editions.interface import Edition

log = logging.getLogger("umbel.office.worker")
PAUSE = 2.0
MAIL_EVERY = 15.0
EXPIRE_EVERY = 3600.0
EVALUATE_EVERY = 5.0
KILLED_PAUSE = 5.0
FAILED_PAUSE = 60.0
PART_PAUSE = 600.0
"""Seconds after which an edition is tried again: its maker was killed, or gave up, or some of its parts failed."""
LONGEST_PAUSE = 3600.0
"""Each time that it fails again the pause doubles, up to this."""


class _Again:
    """When something is tried again, for as long as the same edition is wanted."""

    def __init__(self, key: str) -> None:
        self.key, self.times, self.at = key, 0, 0.0

    def later(self, pause: float) -> None:
        self.at = time.monotonic() + min(pause * 2**self.times, LONGEST_PAUSE)
        self.times += 1


class Worker:
    """Looks for what is to be made, until it is told to stop."""

    def __init__(self) -> None:
        """Of the deployment that this process belongs to."""
        self.stopped = threading.Event()
        self.store = Store(config().folder)
        self._child: subprocess.Popen[bytes] | None = None
        self._again: dict[date | None, _Again] = {}
        self._every = {self._send: MAIL_EVERY, self._expire: EXPIRE_EVERY, self._evaluate: EVALUATE_EVERY}
        self._due = dict.fromkeys(self._every, 0.0)
        self._complained: dict[str, str] = {}

    def stop(self, *_: object) -> None:
        """End soon; an edition that is being made is left, and carried on with next time."""
        self.stopped.set()
        child = self._child
        if child is not None and child.poll() is None:
            child.terminate()

    def run(self) -> None:
        """Work until told to stop, as soon as nobody else does in this folder."""
        while not self.stopped.is_set():
            self.guarded("lock", self._run_alone)
            self.stopped.wait(PAUSE)

    def _run_alone(self) -> None:
        with files.locked(self.store.root / "worker.lock", wait=0) as had:
            while had and not self.stopped.is_set():
                self.guarded("step", self.step)
                self.stopped.wait(PAUSE)

    def step(self) -> None:
        """Make the edition of now if it is missing, else one of the days that somebody asked for; send what is due."""
        self._do_due()
        if (edition := self._missing(None)) is not None:
            self._make(None, edition)
            return
        for day in self.store.wanted():
            if (edition := self._missing(day)) is not None:
                self._make(day, edition)
            self.store.given(day)
            return

    def _missing(self, day: date | None) -> Edition | None:
        """The edition that is to be made of a day now; None: it is there, or its time hasn't come."""
        from umbel.office.core import must_have_lake, workspace

        must_have_lake()
        edition = wanted(workspace(), day)
        pointer = self.store.pointer(day)
        is_finished = pointer is not None and pointer.finished == edition.key
        again = self._again.get(day)
        if again is None or again.key != edition.key:
            again = self._again[day] = _Again(edition.key)
            if is_finished and self.store.made(edition.key).failed:
                again.later(PART_PAUSE)
        if is_finished and is_whole(self.store, edition.key):
            return None
        if time.monotonic() < again.at:
            return None
        self.store.point(day, Pointer(wanted=edition.key, finished=pointer.finished if pointer else None))
        return edition

    def _make(self, day: date | None, edition: Edition) -> None:
        command = [sys.executable, "-m", "umbel.office.operating.making", "--with-parent", str(os.getpid())]
        self._child = subprocess.Popen(
            [*command, *([day.isoformat()] if day else [])],
            env={**os.environ, "UMBEL_WORKSPACE": str(config().workspace)},
        )
        while self._child.poll() is None and not self.stopped.is_set():
            self.stopped.wait(0.2)
            self._do_due()
        if self.stopped.is_set() and self._child.poll() is None:
            self._child.terminate()
        status = self._child.wait()
        self._child = None
        if not self.stopped.is_set():
            self._ended(day, edition, status)

    def _ended(self, day: date | None, edition: Edition, status: int) -> None:
        """See how the making of an edition ended, and when it is tried again."""
        again = self._again.setdefault(day, _Again(edition.key))
        pointer = self.store.pointer(day)
        if status < 0:
            log.error("Whoever made an edition was killed; it is carried on with", extra={"signal": -status})
            died(self.store, edition.key)
            again.later(KILLED_PAUSE)
        elif status:
            log.error("An edition couldn't be made; it is tried again in a while", extra={"status": status})
            again.later(FAILED_PAUSE)
        elif failed := self.store.made(edition.key).failed:
            log.warning("%d parts of an edition failed; they are tried again in a while", len(failed))
            again.later(PART_PAUSE)
        elif pointer is None or pointer.finished != edition.key:
            # evidence came meanwhile; or Umbel was updated under this process, which then asks for what nobody makes
            again.later(KILLED_PAUSE)

    def _do_due(self) -> None:
        """What is done every so often, also while an edition is being made."""
        for act, due in self._due.items():
            if time.monotonic() >= due:
                self._due[act] = time.monotonic() + self._every[act]
                self.guarded(
                    act.__name__, act
                )  # mail that can't be sent must not keep editions from being made

    def guarded(self, name: str, act: Callable[[], None]) -> None:
        """Do something; what goes wrong is logged once for as long as it goes wrong in the same way."""
        close_old_connections()  # a database that was away and is back is asked anew
        said = ""
        try:
            act()
        except (UmbelError, OSError) as error:
            said = str(error)
            if self._complained.get(name) != said:
                log.warning("%s", said)
        except Exception as error:
            found = away(error)
            said = found.logged if found else repr(error)
            if self._complained.get(name) == said:
                pass
            elif found:
                log.warning("%s", said)
            else:
                log.exception("The worker met something unforeseen and goes on")
        if not said and self._complained.pop(name, ""):
            log.info("It works again: %s", name.strip("_"))
        elif said:
            self._complained[name] = said

    @staticmethod
    def _send() -> None:
        from umbel.office.inbox.sending import send_due

        send_due()

    @staticmethod
    def _expire() -> None:
        from umbel.office.inbox.expiring import expire_due

        expire_due()

    @staticmethod
    def _evaluate() -> None:
        from umbel.office.inbox.evaluating import evaluate_due

        evaluate_due()
