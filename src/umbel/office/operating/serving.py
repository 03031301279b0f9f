# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Serving: the processes that answer, and the worker beside them, started and stopped together."""

from __future__ import annotations

import atexit
import contextlib
import os
import shutil
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING

from umbel.model.errors import EvidenceError, UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from umbel.office.accounts.models import User

SERVED_BY = "UMBEL_SERVED_BY"
"""The process that started those that answer: they end with it."""
ACCOUNT = "office"
"""The account that an office of one person begins with."""


def prepare(workspace: Path) -> None:
    """Make Django ready for a workspace. Raises `UsageError`."""
    os.environ["UMBEL_WORKSPACE"] = str(workspace.absolute())
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "umbel.office.settings")
    try:
        import django
    except ImportError as error:
        raise UsageError("The office isn't installed.", "Install it: pip install 'umbel[office]'") from error
    from umbel.office.config import config

    config().folder.mkdir(parents=True, exist_ok=True)
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


def free(host: str, port: int) -> None:
    """See that nobody else listens there. Raises `UsageError`."""
    with contextlib.closing(socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET)) as tried:
        tried.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            tried.bind((host, port))
        except OSError as error:
            raise UsageError(
                f"{host}:{port} can't be listened at: {error.strerror}.", "Choose another with --port."
            ) from error


@contextlib.contextmanager
def worker() -> Iterator[None]:
    """A worker beside this process, for a block; it is asked to stop and waited for."""
    child = subprocess.Popen(
        [sys.executable, "-m", "umbel.office.operating.working", "--with-parent", str(os.getpid())]
    )
    try:
        yield
    finally:
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
    if processes > 1:
        _count_together()
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
    """Processes put their measures into one folder, which any of them reads for all."""
    from umbel.office.config import config
    from umbel.office.operating.measures import MULTIPROCESS

    folder = config().folder / f"measures-{os.getpid()}"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    os.environ[MULTIPROCESS] = str(folder)
    owner = os.getpid()

    def throw_away() -> None:
        if os.getpid() == owner:
            shutil.rmtree(folder, ignore_errors=True)

    atexit.register(throw_away)
