# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""A real PostgreSQL of this machine on a free port, for as long as it is used; thrown away afterwards.

`python -m tests.office.postgres COMMAND …` runs a command with `UMBEL_TEST_DATABASE_URL` pointing to one. Where there is
no PostgreSQL, it says so and ends well. It keeps to loopback, in a folder of its own.
"""

from __future__ import annotations

import contextlib
import os
import pwd
import shutil
import socket
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

WITHOUT_CARE = (
    "fsync=off", "synchronous_commit=off", "full_page_writes=off", "max_connections=60", "shared_buffers=64MB",
)  # fmt: skip
"""What makes a server quick whose data nobody needs tomorrow."""


def programs() -> Path | None:
    """The folder of the newest PostgreSQL that is installed; None where there is none."""
    found = [*Path("/usr/lib/postgresql").glob("*/bin/postgres")]
    found.sort(key=lambda path: int(path.parts[-3]) if path.parts[-3].isdigit() else 0)
    there = shutil.which("postgres")
    return found[-1].parent if found else Path(there).resolve().parent if there else None


class Postgres:
    """A server that can be stopped and started again, on the same port and with the same data."""

    def __init__(self, home: Path, folder: Path) -> None:
        self.home, self.folder, self.as_user = home, folder, _other_user()
        self.port = _free_port()
        if self.as_user is not None:
            shutil.chown(folder, self.as_user)
        self._run(
            "initdb", "-D", self.data, "-U", "umbel", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync"
        )

    @property
    def data(self) -> Path:
        """Where its data lie."""
        return self.folder / "data"

    @property
    def url(self) -> str:
        """Its address, as UMBEL_DATABASE_URL has it."""
        return f"postgresql://umbel@127.0.0.1:{self.port}/postgres"

    def start(self) -> None:
        """Start it, and wait until it answers."""
        told = [
            *WITHOUT_CARE,
            f"port={self.port}",
            f"unix_socket_directories={self.folder}",
            "listen_addresses=127.0.0.1",
        ]
        options = " ".join(part for setting in told for part in ("-c", setting))
        self._run(
            "pg_ctl", "-D", self.data, "-w", "-t", "60", "-l", self.folder / "log", "-o", options, "start"
        )

    def stop(self) -> None:
        """Stop it without a word to those who are connected."""
        self._run("pg_ctl", "-D", self.data, "-w", "-t", "60", "-m", "immediate", "stop")

    def _run(self, program: str, *arguments: str | Path) -> None:
        subprocess.run(
            [self.home / program, *arguments],
            check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, user=self.as_user, cwd=self.folder,
        )  # fmt: skip


@contextlib.contextmanager
def running() -> Iterator[Postgres | None]:
    """A server that runs; None where none can be had."""
    home = programs()
    if home is None:
        yield None
        return
    folder = Path(tempfile.mkdtemp(prefix="umbel-pg-"))
    try:
        made = Postgres(home, folder)
        made.start()
        try:
            yield made
        finally:
            with contextlib.suppress(subprocess.CalledProcessError):
                made.stop()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextlib.contextmanager
def server() -> Iterator[str | None]:
    """The address of a server, as UMBEL_DATABASE_URL has it; None where none can be had."""
    with running() as made:
        yield None if made is None else made.url


def _other_user() -> str | None:
    """PostgreSQL refuses to run as root: then as whom."""
    if os.geteuid() != 0:
        return None
    names = {each.pw_name for each in pwd.getpwall()}
    return "postgres" if "postgres" in names else "nobody"


def _free_port() -> int:
    with socket.socket() as tried:
        tried.bind(("127.0.0.1", 0))
        port: int = tried.getsockname()[1]
        return port


def main() -> int:
    """Run the command that is named, beside a server."""
    with server() as url:
        if url is None:
            print("There is no PostgreSQL here, so the office was tried on SQLite alone.")
            return 0
        return subprocess.run(
            sys.argv[1:], check=False, env={**os.environ, "UMBEL_TEST_DATABASE_URL": url}
        ).returncode


if __name__ == "__main__":
    sys.exit(main())
