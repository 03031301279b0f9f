# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Run git against a remote: the user's own settings and credentials, watched, and never asking.

Only here does git see the user's settings (credential helpers, proxies, `insteadOf`, ssh). What
they could do beyond reaching the remote (hooks, submodules, background work) is overruled, the one
protocol that was asked for is allowed, and nothing can prompt: there is no terminal. Processes are
started by `_git.start`, as all are.
"""

from __future__ import annotations

import os
import re
import shlex
import signal
import subprocess
import sys
import tempfile
import threading
import time
from contextlib import suppress
from pathlib import Path
from typing import IO, TYPE_CHECKING, NamedTuple

import msgspec

from umbel.collect import _git, _remote_url
from umbel.collect._remote_words import RemoteError, failure
from umbel.model.errors import EvidenceError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

_SETTINGS = (
    "core.logAllRefUpdates=false",
    "credential.interactive=false",
    "fetch.recurseSubmodules=false",
    "fetch.writeCommitGraph=false",
    "fetch.uriProtocols=",
    "transfer.bundleURI=false",
    # Real histories hold dates and zones that a strict check refuses; nothing of them is checked out.
    "transfer.fsckObjects=false",
    "fetch.fsckObjects=false",
    "http.followRedirects=initial",
    "protocol.version=2",
)
_KEPT = re.compile(
    r"GIT_(?:CONFIG_(?:GLOBAL|SYSTEM|NOSYSTEM|COUNT|KEY_\d+|VALUE_\d+)|ASKPASS|SSH|SSH_COMMAND|SSH_VARIANT"
    r"|SSL_\w+|HTTP_\w+|PROXY_\w+|EXEC_PATH)"
)
_PROGRESS = re.compile(r"(?:remote: )?([A-Z][a-z]+ [a-z]+):\s+(\d+)%")
_MOST_WORDS = 1 << 16
_MOST_OUTPUT = 1 << 26
_MOST_MEMORY = 2 << 30
_TICK = 0.1
LOCAL_SERVER = "git -c 'safe.directory=*' -c uploadpack.allowFilter=true upload-pack"
"""For file:// addresses: git's own server on this machine, which may leave out what isn't asked for."""


class Watch(msgspec.Struct, kw_only=True):
    """The bounds of one remote's clone or update; times are of `time.monotonic`.

    `stall` are seconds without any progress, `most` bytes that the clone may have on disk; `stop` ends it
    from another thread; `say` hears how far it is, in a few words.
    """

    deadline: float
    stall: float
    most: int
    stop: threading.Event
    say: Callable[[str], None]


class Said(NamedTuple):
    """What a command wrote: its results, and its words on the way."""

    out: str
    words: str


class Remotely:
    """Git commands that talk with one remote."""

    def __init__(self, remote: _remote_url.Remote, home: Path, watch: Watch) -> None:
        """Settle how the remote is reached; `home` is a folder that is no repository.

        Raises `RemoteError` if the user's settings lead to something that is not allowed.
        """
        self.remote = remote
        self.watch = watch
        self._home = home.resolve()
        self._environment = _environment(self._home)
        self.scheme = self._scheme()
        # A plain http:// host may send on to https://, never the other way round.
        allowed = "http:https" if self.scheme == "http" else self.scheme
        self._environment["GIT_ALLOW_PROTOCOL"] = allowed
        if self.scheme == "ssh":
            self._environment |= self._ssh()

    def run(self, *arguments: str, folder: Path | None = None, given: str | None = None) -> Said:
        """What a command writes; `folder` grows while it runs and is watched.

        Raises `RemoteError` with a clear sentence, `EvidenceError` if there is no git.
        """
        with tempfile.TemporaryFile() as words:
            if given is not None:
                words.write(given.encode())
                words.seek(0)
            process = self._start(arguments, words if given is not None else subprocess.DEVNULL)
            return _Watched(process, self.watch, folder).result()

    def _start(self, arguments: Sequence[str], given: IO[bytes] | int) -> subprocess.Popen[bytes]:
        line = _git.line(_SETTINGS, *arguments)
        try:
            process = _git.start(line, self._environment, stdin=given, folder=self._home, group=True)
        except OSError as error:
            raise EvidenceError(
                f"git can't be started: {error.strerror}.", "Install git, or mend PATH."
            ) from error
        _bound_memory(process.pid)
        return process

    def _scheme(self) -> str:
        """The protocol after the user's own `insteadOf`; what it leads to may hold a secret and is dropped."""
        address = self.run("ls-remote", "--get-url", self.remote.address).out.strip()
        if address == self.remote.address:
            return self.remote.scheme
        found = _remote_url.scheme(address)
        if found not in _remote_url.SCHEMES or re.match(r"[\w+.-]+::|-", address):
            raise RemoteError(
                "remote-protocol", "git's insteadOf sends it to a kind of address that is not allowed"
            )
        if "://" not in address and not _remote_url.is_url(address):
            return "file"
        return found

    def _ssh(self) -> dict[str, str]:
        """The user's ssh, told not to ask. Other programs in its place are started as they are."""
        if "GIT_SSH" in self._environment and "GIT_SSH_COMMAND" not in self._environment:
            return {}
        try:
            chosen = (
                self._environment.get("GIT_SSH_COMMAND") or self.run("config", "core.sshCommand").out.strip()
            )
        except RemoteError:
            chosen = ""
        try:
            program = Path(shlex.split(chosen or "ssh")[0]).name.lower()
        except (ValueError, IndexError):
            return {}
        if program not in {"ssh", "ssh.exe"}:
            return {}
        return {"GIT_SSH_COMMAND": f"{chosen or 'ssh'} -o BatchMode=yes -o ConnectTimeout=30"}


class _Watched:
    """A running git: what it says is gathered, its time and its folder's size are bounded."""

    def __init__(self, process: subprocess.Popen[bytes], watch: Watch, folder: Path | None) -> None:
        self._process = process
        self._watch = watch
        self._folder = folder
        self._out = bytearray()
        self._words = bytearray()
        self._alive = time.monotonic()
        self._size = 0
        self._threads = [
            threading.Thread(target=work, args=(pipe,), daemon=True)
            for work, pipe in ((self._hear, process.stderr), (self._take, process.stdout))
        ]

    def result(self) -> Said:
        """Wait for its end. Raises `RemoteError`."""
        for thread in self._threads:
            thread.start()
        try:
            while self._running():
                self._check()
        finally:
            self._end()
        words = self._words.decode("utf-8", "replace")
        if self._process.returncode:
            raise failure(words)
        return Said(self._out.decode("utf-8", "replace"), words)

    def _running(self) -> bool:
        try:
            self._process.wait(_TICK)
        except subprocess.TimeoutExpired:
            return True
        return False

    def _check(self) -> None:
        now, watch = time.monotonic(), self._watch
        if watch.stop.is_set():
            raise RemoteError("stopped", "stopped before it was done")
        if now > watch.deadline:
            raise RemoteError("remote-timeout", "took longer than [remotes] timeout allows, and was ended")
        if len(self._out) > _MOST_OUTPUT:
            raise RemoteError("remote-too-large", "it names more branches and tags than are read")
        if self._folder is not None:
            size = bytes_of(self._folder)
            if size != self._size:
                self._size, self._alive = size, now
            if size > watch.most:
                raise RemoteError(
                    "remote-too-large",
                    f"its clone passes {watch.most:,} bytes ([remotes] max_size), and was ended",
                )
        if now - self._alive > watch.stall:
            raise RemoteError("remote-stalled", f"nothing came for {watch.stall:,.0f} s, and it was ended")

    def _end(self) -> None:
        """Leave no process and no open pipe behind."""
        if self._process.poll() is None:
            _signal(self._process, hard=False)
            with suppress(subprocess.TimeoutExpired):
                self._process.wait(2)
        _signal(self._process, hard=True)  # helpers in its group may outlive it
        self._process.wait()
        for thread in self._threads:
            thread.join(5)
        for pipe in (self._process.stdout, self._process.stderr):
            if pipe is not None:
                pipe.close()

    def _hear(self, pipe: IO[bytes]) -> None:
        """Standard error: progress is told, the rest kept to find out what went wrong."""
        while chunk := os.read(pipe.fileno(), 1 << 14):
            self._alive = time.monotonic()
            for line in re.split(rb"[\r\n]", chunk):
                found = _PROGRESS.match(line.decode("utf-8", "replace"))
                if found:
                    self._watch.say(f"{found[1].lower()} {found[2]} %")
                elif line:
                    self._words += line + b"\n"
            del self._words[:-_MOST_WORDS]

    def _take(self, pipe: IO[bytes]) -> None:
        while chunk := os.read(pipe.fileno(), 1 << 16):
            self._alive = time.monotonic()
            self._out += chunk
            if len(self._out) > _MOST_OUTPUT:
                return


def bytes_of(folder: Path) -> int:
    """Bytes of a folder's files; what vanishes meanwhile counts nothing."""
    total = 0
    waiting = [str(folder)]
    while waiting:
        try:
            with os.scandir(waiting.pop()) as entries:
                for entry in entries:
                    if entry.is_dir(follow_symlinks=False):
                        waiting.append(entry.path)
                    else:
                        total += entry.stat(follow_symlinks=False).st_size
        except OSError:
            continue
    return total


def _environment(home: Path) -> dict[str, str]:
    """The user's surroundings without what would make git trace, ask or look elsewhere."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith("GIT_") or _KEPT.fullmatch(name)
    }
    return kept | {
        "LANGUAGE": "C",
        "GIT_CEILING_DIRECTORIES": str(home.parent),
        "GCM_INTERACTIVE": "never",
        "SSH_ASKPASS_REQUIRE": "never",
    }


def _bound_memory(pid: int) -> None:
    """A server's endless list of branches would fill a git's memory, which no option bounds."""
    if sys.platform == "linux":
        import resource

        with suppress(OSError, ValueError):
            resource.prlimit(pid, resource.RLIMIT_DATA, (_MOST_MEMORY, _MOST_MEMORY))


def _signal(process: subprocess.Popen[bytes], *, hard: bool) -> None:
    if os.name == "nt":  # no process groups there
        process.kill()
        return
    try:
        os.killpg(process.pid, signal.SIGKILL if hard else signal.SIGTERM)
    except (ProcessLookupError, PermissionError):
        return
