# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""The process beside those that answer: it sees new evidence and records, and has editions made of them.

Each edition is made by a process of its own, which gives its memory back when it is done. One worker works in a
workspace's folder; another that is started waits in case the first one dies.
"""

from __future__ import annotations

import logging
import os
import subprocess
import sys
import threading
import time
from typing import TYPE_CHECKING

from umbel.model.errors import UmbelError
from umbel.office.config import config
from umbel.office.editions.make import wanted
from umbel.office.editions.store import Pointer, Store
from umbel.policy import files

if TYPE_CHECKING:
    from contextlib import AbstractContextManager
    from datetime import date

log = logging.getLogger("umbel.office.worker")
PAUSE = 2.0
MAIL_EVERY = 15.0
EXPIRE_EVERY = 3600.0
EVALUATE_EVERY = 5.0
FAILED_PAUSE = 60.0


class Worker:
    """Looks for what is to be made, until it is told to stop."""

    def __init__(self) -> None:
        """Of the deployment that this process belongs to."""
        self.stopped = threading.Event()
        self.store = Store(config().folder)
        self._child: subprocess.Popen[bytes] | None = None
        self._not_before: dict[date | None, float] = {}
        self._every = {self._send: MAIL_EVERY, self._expire: EXPIRE_EVERY, self._evaluate: EVALUATE_EVERY}
        self._due = dict.fromkeys(self._every, 0.0)

    def stop(self, *_: object) -> None:
        """End soon; an edition that is being made is left, and carried on with next time."""
        self.stopped.set()
        child = self._child
        if child is not None and child.poll() is None:
            child.terminate()

    def run(self) -> None:
        """Work until told to stop."""
        with self._alone() as had:
            while had and not self.stopped.is_set():
                try:
                    self.step()
                except (UmbelError, OSError) as error:
                    log.warning("%s", error)
                except Exception:
                    log.exception("The worker met something unforeseen and goes on")
                self.stopped.wait(PAUSE)

    def step(self) -> None:
        """Make the edition of now if it is missing, else one of the days that somebody asked for; send what is due."""
        self._do_due()
        if self._stands_out(None):
            self._make(None)
            return
        for day in self.store.wanted():
            if self._stands_out(day):
                self._make(day)
            self.store.given(day)
            return

    def _stands_out(self, day: date | None) -> bool:
        if time.monotonic() < self._not_before.get(day, 0.0):
            return False
        from umbel.office.core import workspace

        edition = wanted(workspace(), day)
        pointer = self.store.pointer(day)
        if pointer is not None and pointer.finished == edition.key:
            return False
        self.store.point(day, Pointer(wanted=edition.key, finished=pointer.finished if pointer else None))
        return True

    def _make(self, day: date | None) -> None:
        command = [sys.executable, "-m", "umbel.office.operating.making", *([day.isoformat()] if day else [])]
        self._child = subprocess.Popen(
            command, env={**os.environ, "UMBEL_WORKSPACE": str(config().workspace)}
        )
        while self._child.poll() is None and not self.stopped.is_set():
            self.stopped.wait(0.2)
            self._do_due()
        if self.stopped.is_set() and self._child.poll() is None:
            self._child.terminate()
        status = self._child.wait()
        self._child = None
        if status and not self.stopped.is_set():
            log.error("An edition couldn't be made; it is tried again in a minute", extra={"status": status})
            self._not_before[day] = time.monotonic() + FAILED_PAUSE

    def _do_due(self) -> None:
        """What is done every so often, also while an edition is being made."""
        for act, due in self._due.items():
            if time.monotonic() >= due:
                self._due[act] = time.monotonic() + self._every[act]
                try:
                    act()
                except Exception:  # mail that can't be sent must not keep editions from being made
                    log.exception("The worker met something unforeseen and goes on")

    def _alone(self) -> AbstractContextManager[bool]:
        return files.locked(self.store.root / "worker.lock", wait=float("inf"))

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
