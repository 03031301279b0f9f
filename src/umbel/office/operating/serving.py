# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Serving: the processes that answer, and the worker beside them, started and stopped together."""

from __future__ import annotations

import atexit
import contextlib
import logging
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING

from umbel.model.errors import EvidenceError, UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from umbel.office.accounts.models import User

log = logging.getLogger("umbel.office.serving")
SOON, LATEST = 1.0, 60.0
"""Seconds after which a worker that died is started again: longer each time, unless it lived for a while."""
SERVED_BY = "UMBEL_SERVED_BY"
"""The process that started those that answer: they end with it."""
MULTIPROCESS = "PROMETHEUS_MULTIPROC_DIR"
"""Where processes of one server put their counts, so that any of them tells all."""
MEASURES = "umbel-measures-"
ACCOUNT = "office"
"""The account that an office of one person begins with."""


def prepare(workspace: Path, *, processes: int = 1) -> None:
    """Make Django ready for a workspace, to be answered for by so many processes. Raises `UsageError`."""
    if processes > 1:
        _count_together()
    os.environ["UMBEL_WORKSPACE"] = str(workspace.absolute())
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "umbel.office.settings")
    try:
        import django
    except ImportError as error:
        raise UsageError("The office isn't installed.", "Install it: pip install 'umbel[office]'") from error
    from umbel.office.config import config

    try:
        config().folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UsageError(
            f"{config().folder} can't be made: {error.strerror}.", "The office keeps what is its own there."
        ) from error
    django.setup()


@contextlib.contextmanager
def reached() -> Iterator[None]:
    """A block in which the database's being away, or behind, is an error in one line. Raises `EvidenceError`."""
    from django.db import DatabaseError, OperationalError

    try:
        yield
    except OperationalError as error:
        raise EvidenceError(
            f"The office's database can't be reached: {str(error).strip().splitlines()[0]}.",
            "UMBEL_DATABASE_URL says where it is.",
        ) from error
    except DatabaseError as error:
        raise EvidenceError(
            f"The office's database refused: {str(error).strip().splitlines()[0]}.",
            "Is it at this version? umbel office migrate",
        ) from error


def migrate() -> None:
    """Bring the database's tables to this version; several at once wait for each other."""
    from django.core.management import call_command

    call_command("migrate", verbosity=0, interactive=False)


def first_account() -> tuple[User, bool]:
    """The account of whoever started the office, and whether it was made just now."""
    from umbel.office.accounts.models import User
    from umbel.office.records import audit
    from umbel.office.roles import Role

    there = User.objects.filter(is_active=True).order_by("pk").iterator()
    for user in there:
        if Role.OFFICE in user.all_roles():
            return user, False
    made = User.objects.create(name=ACCOUNT, roles=[Role.OFFICE.value])
    made.set_unusable_password()
    made.save()
    audit("umbel serve", "account.create", made.name, "roles: office")
    return made, True


def sign_in_link(host: str, port: int) -> str:
    """A link that signs one person in, once, within minutes."""
    from umbel.office.accounts.links import link_for

    user, _ = first_account()
    return f"{address(host, port)}{link_for(user)}"


def address(host: str, port: int) -> str:
    """Where the office is reached: what the deployment says, else the socket."""
    from umbel.office.config import config

    shown = f"[{host}]" if ":" in host else host
    return config().address or f"http://{shown}:{port}"


def free(host: str, port: int) -> str:
    """See that nobody else listens there; gives the host as a number, as servers want it. Raises `UsageError`."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        family, _, _, _, place = min(found, key=lambda each: each[0] != socket.AF_INET)
        with contextlib.closing(socket.socket(family)) as tried:
            tried.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            tried.bind(place)
    except OSError as error:
        raise UsageError(
            f"{host}:{port} can't be listened at: {error.strerror}.", "Choose another with --host or --port."
        ) from error
    return str(place[0])


@contextlib.contextmanager
def worker() -> Iterator[None]:
    """A worker beside this process, for a block: started again if it dies, asked to stop at the end and waited for."""
    beside = _Beside()
    beside.start()
    try:
        yield
    finally:
        beside.end()


class _Beside(threading.Thread):
    """Keeps a worker alive: who runs out of memory is killed without a word, and pages would stand still."""

    def __init__(self) -> None:
        super().__init__(daemon=True)
        self._guard = threading.Lock()
        self._is_over = threading.Event()
        self._child: subprocess.Popen[bytes] | None = None

    def run(self) -> None:
        """Start it, as often as it ends."""
        pause = SOON
        while (child := self._begun()) is not None:
            begun = time.monotonic()
            status = child.wait()
            if self._is_over.is_set():
                return
            pause = SOON if time.monotonic() - begun > LATEST else min(2 * pause, LATEST)
            log.error("The worker ended; another one is started", extra={"status": status, "pause": pause})
            self._is_over.wait(pause)

    def _begun(self) -> subprocess.Popen[bytes] | None:
        with self._guard:
            if self._is_over.is_set():
                return None
            command = [
                sys.executable,
                "-m",
                "umbel.office.operating.working",
                "--with-parent",
                str(os.getpid()),
            ]
            # In a group of its own: Ctrl-C is for who started it, and reaches it from there.
            self._child = subprocess.Popen(command, process_group=0)
            return self._child

    def end(self) -> None:
        """Ask it to stop, and wait for it; who doesn't answer is killed."""
        with self._guard:
            self._is_over.set()
        child = self._child
        if child is None:
            return
        child.terminate()
        try:
            child.wait(20)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()


def answer(host: str, port: int, *, processes: int, threads: int) -> None:
    """Answer requests until asked to stop; open ones are finished."""
    from granian import Granian
    from granian.constants import Interfaces
    from granian.log import LogLevels

    os.environ[SERVED_BY] = str(os.getpid())
    Granian(
        "umbel.office.wsgi:application",
        address=host,
        port=port,
        interface=Interfaces.WSGI,
        workers=processes,
        blocking_threads=threads,
        backlog=1024,
        respawn_failed_workers=True,
        workers_kill_timeout=20,
        log_level=LogLevels.error,
        log_access=False,
        websockets=False,
    ).serve()


def follow(stop: Callable[[], None], parent: int, stopped: Callable[[float], object] = time.sleep) -> None:
    """Call `stop` when whoever started this process is gone: it may be killed without a word."""

    def watch() -> None:
        while os.getppid() == parent:
            stopped(1.0)
        stop()

    threading.Thread(target=watch, daemon=True).start()


def _count_together() -> None:
    """Processes put their measures into one folder, which any of them reads for all.

    In memory where that can be had: a process that counts into a file is killed when its disk is full. To be called
    before anything is counted: what counts looks once where it is to put it.
    """
    memory = Path("/dev/shm")  # noqa: S108 - a folder of its own, which nobody else may enter
    home = memory if os.access(memory, os.W_OK | os.X_OK) else Path(tempfile.gettempdir())
    for left in home.glob(f"{MEASURES}*"):
        _throw_away(left, unless_alive=True)
    folder = Path(tempfile.mkdtemp(prefix=f"{MEASURES}{os.getpid()}-", dir=home))
    os.environ[MULTIPROCESS] = str(folder)
    owner = os.getpid()
    atexit.register(lambda: _throw_away(folder) if os.getpid() == owner else None)


def _throw_away(folder: Path, *, unless_alive: bool = False) -> None:
    """Remove a folder of measures; `unless_alive`: if who made it was killed."""
    pid = folder.name.removeprefix(MEASURES).partition("-")[0]
    if unless_alive and (
        not pid.isdecimal() or Path(f"/proc/{pid}").exists() or not Path("/proc/self").exists()
    ):
        return
    shutil.rmtree(folder, ignore_errors=True)
