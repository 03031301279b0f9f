# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""A user's own SQL over the lake, in a process that can only read what it was given.

The text is foreign: a colleague's, a web page's. DuckDB's own means aren't enough. With all settings
locked a path that may be read may still be written, and the text needs no COPY statement for it: a
query in a WITH clause or a table function that runs text does it. So there are layers, each of which
the tests try with the others left out:

1. *statement*: the text must be one SELECT whose syntax tree holds only known kinds of query and table
   functions (`_sandbox_statement.py`). For clear refusals, and against native code tricks.
2. *binding*: it is bound as the value of `SELECT * FROM query(?)`, which takes one SELECT.
3. *settings*: DuckDB may open the pinned files only; no extensions, no Python variables, no spilling to
   disk; then the configuration is locked.
4. *files*: Landlock leaves the process the pinned files to read, and no other file (Linux ≥ 5.13).
5. *calls*: a seccomp filter refuses to open for writing, to create, remove or change files, to run
   programs, to make sockets and to reach other processes (Linux on x86-64 and AArch64).
6. *limits*: address space, processor time, files that can't grow, no core dump. Wall time, size of the
   answer and the process's end are the parent's; it dies with its parent.

Against writing, any one of 4 and 5 suffices; where there is neither (macOS, Windows), DuckDB gets no path
at all and Arrow reads the files. The process inherits no environment but a search path and a locale,
no open files, and an empty folder as its home. See `docs/adr/0003-read-only-queries.md`.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
from contextlib import suppress
from typing import IO, TYPE_CHECKING, Self

import msgspec

from umbel.evidence._sandbox_child import Complaint, Layer, Order, QueryJob
from umbel.model.errors import UmbelError

if TYPE_CHECKING:
    import subprocess

    import pyarrow as pa

__all__ = ["QueryFailed", "QueryJob", "QueryRefused", "QueryTimeout", "run_query"]

RESULT_BYTES = 1_000_000_000
"""How much of an answer is taken in, in bytes of its Arrow stream."""

_START = (
    "import json, sys; sys.path[:] = json.loads(sys.argv[1]); "
    "from umbel.evidence._sandbox_child import main; main()"
)
_COMPLAINT_BYTES = 1 << 16


class QueryRefused(UmbelError):
    """The text isn't a question that only reads the lake."""


class QueryFailed(UmbelError):
    """The question can't be answered: wrong names, too large an answer, too little memory."""


class QueryTimeout(UmbelError):
    """The deadline passed before the answer was complete."""

    exit_code = 3


class _TooLarge(Exception):
    pass


def run_query(job: QueryJob) -> pa.Table:
    """The answer to a user's query, as an Arrow table; times with a zone are in UTC.

    Raises `QueryRefused`, `QueryFailed` or `QueryTimeout`, each in one line. Takes about a fifth of a
    second beyond the query's own time.
    """
    return _run(job)


def _run(job: QueryJob, *, without: frozenset[Layer] = frozenset(), most: int = RESULT_BYTES) -> pa.Table:
    try:
        order = msgspec.json.encode(Order(job, os.getpid(), without)) + b"\n"
    except UnicodeEncodeError:
        raise QueryRefused("The query isn't valid UTF-8 text.", "Save it as UTF-8.") from None
    with _Child(job.seconds) as child:
        child.send(order)
        try:
            table = child.receive(most)
        except _TooLarge:
            raise QueryFailed(
                f"The answer is larger than {most / 1e6:,.0f} MB.",
                "Aggregate, select fewer columns or use LIMIT.",
            ) from None
        child.end(job)
    if table is None:
        raise QueryFailed("The answer of the query process can't be read.")
    return table


class _Child:
    """The process, with its deadline; gone when the `with` block is left, however it is left."""

    def __init__(self, seconds: float) -> None:
        self._timer = threading.Timer(seconds, self._expire)
        self._timer.daemon = True
        self._expired = False
        self._last_words = b""
        self._listener = threading.Thread(target=self._listen, daemon=True)

    def __enter__(self) -> Self:
        import subprocess
        import tempfile

        self._home = tempfile.TemporaryDirectory(prefix="umbel-query-")
        try:
            self._process: subprocess.Popen[bytes] = subprocess.Popen(
                _command(),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                cwd=self._home.name,
                env=_environment(self._home.name),
                start_new_session=True,  # an interrupt at the terminal is the parent's to handle
            )
        except OSError as error:
            self._home.cleanup()
            raise QueryFailed(f"The query process can't be started: {_one_line(str(error))}.") from error
        self._timer.start()
        self._listener.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._timer.cancel()
        self._kill()
        self._process.wait()
        self._listener.join()
        for pipe in (self._process.stdin, self._process.stdout, self._process.stderr):
            if pipe is not None:
                with suppress(OSError):
                    pipe.close()
        self._home.cleanup()

    def send(self, order: bytes) -> None:
        """Hand over the order. The pipe stays open: its end tells the process that we are gone."""
        with suppress(BrokenPipeError):  # it died already; how, is found out at its end
            pipe = _open(self._process.stdin)
            pipe.write(order)
            pipe.flush()

    def receive(self, most: int) -> pa.Table | None:
        """The rows, up to so many bytes (else `_TooLarge`); `None` if they broke off."""
        import pyarrow as pa

        stream = _Bounded(_open(self._process.stdout), most)
        try:
            with pa.ipc.open_stream(pa.PythonFile(stream, mode="r")) as reader:
                table = reader.read_all()
            table.validate(full=True)  # the process handled foreign text: its word isn't taken for it
        except (pa.ArrowException, OSError, EOFError):
            return None
        return table

    def end(self, job: QueryJob) -> None:
        """Wait for the process, and raise what it ended with."""
        status = self._process.wait()
        self._listener.join()
        if self._expired or -status == getattr(signal, "SIGXCPU", 0):
            raise QueryTimeout(
                f"The query took longer than {job.seconds:g} s and was stopped.",
                "Ask for less, or allow more time.",
            )
        if status == 0:
            return
        complaint = _read_complaint(self._last_words)
        if complaint is None:
            raise QueryFailed(
                f"The query process ended unexpectedly ({_cause(status)}).",
                "Ask for less at a time, or write it more simply.",
            )
        message, hint = _one_line(complaint.message), _one_line(complaint.hint)
        if complaint.kind == "refused":
            raise QueryRefused(message, hint)
        if complaint.kind == "memory":
            hint = f"{job.memory_bytes / 1e6:,.0f} MB are allowed: ask for less at a time, or allow more."
        elif complaint.kind == "evidence":
            hint = "Ask again; it may have been compacted meanwhile."
        raise QueryFailed(message, hint)

    def _expire(self) -> None:
        self._expired = True
        self._kill()

    def _kill(self) -> None:
        with suppress(ProcessLookupError, PermissionError):
            if self._process.poll() is None:
                if hasattr(os, "killpg"):
                    os.killpg(self._process.pid, signal.SIGKILL)
                else:
                    self._process.kill()

    def _listen(self) -> None:
        """Keep the end of what it says on standard error, and never let it block on that."""
        pipe = _open(self._process.stderr)
        with suppress(OSError, ValueError):
            while words := pipe.read1(_COMPLAINT_BYTES):  # type: ignore[attr-defined]
                self._last_words = (self._last_words + words)[-_COMPLAINT_BYTES:]


class _Bounded:
    """A pipe to read from, up to so many bytes; what pyarrow wants of a file."""

    def __init__(self, pipe: IO[bytes], most: int) -> None:
        self._pipe = pipe
        self._left = most
        self.closed = False

    def read(self, size: int = -1) -> bytes:
        if size < 0 or size > self._left:
            raise _TooLarge
        data = self._pipe.read(size)
        self._left -= len(data)
        return data

    def close(self) -> None:
        self.closed = True


def _command() -> list[str]:
    """Python without site packages' start-up files, user folder or environment; our own import path."""
    ours = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
    path = [os.path.abspath(place) for place in sys.path if place]
    if ours not in path:
        path.append(ours)
    return [sys.executable, "-I", "-S", "-B", "-c", _START, msgspec.json.encode(path).decode()]


def _environment(home: str) -> dict[str, str]:
    environment = {
        "PATH": os.defpath,
        "LANG": "C.UTF-8",
        "TZ": "UTC",
        "HOME": home,
        # Address space is what is limited: no pools that reserve more of it than they use, and no
        # thread of Arrow's that would be there before Landlock is.
        "ARROW_DEFAULT_MEMORY_POOL": "system",
        "JE_ARROW_MALLOC_CONF": "background_thread:false",
        "MALLOC_ARENA_MAX": "2",
    }
    needed = ("SYSTEMROOT", "LD_LIBRARY_PATH")  # where Windows, and some Pythons, find their libraries
    return environment | {name: os.environ[name] for name in needed if name in os.environ}


def _open(pipe: IO[bytes] | None) -> IO[bytes]:
    if pipe is None:
        raise ValueError("the process was started without this pipe")
    return pipe


def _read_complaint(words: bytes) -> Complaint | None:
    for line in reversed(words.splitlines()):
        with suppress(msgspec.DecodeError, RecursionError):
            return msgspec.json.decode(line, type=Complaint)
    return None


def _cause(status: int) -> str:
    if status >= 0:
        return f"exit code {status}"
    try:
        return signal.Signals(-status).name
    except ValueError:
        return f"signal {-status}"


def _one_line(text: str) -> str:
    """Foreign text made fit for a terminal: one line, nothing that controls it."""
    return " ".join("".join(char if char.isprintable() else " " for char in text).split())
