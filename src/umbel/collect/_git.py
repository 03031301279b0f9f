# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Run git: every process that Umbel starts of it is started here (`start`), on terms that hold for all.

Those that read a repository trust it in nothing: hooks, helpers, transports and programs that its
own configuration could name are switched off, as are the user's settings; nothing is fetched. What
is written is read piece by piece, and a git that falls silent is ended. `_remote_git` alone lets
git speak to a server, by the one protocol that was asked for.
"""

from __future__ import annotations

import os
import stat
import subprocess
import threading
import time
from pathlib import Path
from typing import IO, TYPE_CHECKING, NamedTuple, Self

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

ALWAYS = (
    "core.hooksPath=/dev/null",
    "core.fsmonitor=false",
    "gc.auto=0",
    "maintenance.auto=false",
    "protocol.allow=never",
    "submodule.recurse=false",
    "safe.directory=*",
)
"""Settings that no git may do without, whatever it is started for."""
SAFE = (
    "core.untrackedCache=false",
    "core.pager=cat",
    "core.attributesFile=/dev/null",
    "core.excludesFile=/dev/null",
    # What it says of parents and dates may differ from the commits themselves.
    "core.commitGraph=false",
    "core.quotePath=false",
    "advice.graftFileDeprecated=false",
    "log.showSignature=false",
    "gpg.program=false",
    "diff.orderFile=/dev/null",
    "diff.external=",
)
"""What a repository that is only read could configure besides."""
PIECE = 1 << 20
SILENCE = 300.0
"""Seconds without a word after which git is given up."""
_MOST_WORDS = 1 << 16
_SMALL = 1 << 20


class Said(NamedTuple):
    """What a finished command wrote; `code` is not 0 if it failed, -1 if it could not run or was ended."""

    code: int
    out: bytes
    words: str


def start(
    arguments: Sequence[str],
    environment: Mapping[str, str],
    *,
    stdin: int | IO[bytes] | None = subprocess.DEVNULL,
    stderr: int = subprocess.PIPE,
    folder: Path | None = None,
    group: bool = False,
    buffer: int = -1,
) -> subprocess.Popen[bytes]:
    """Start a command line that `line` made; `group` gives it processes of its own, and no terminal.

    Raises `OSError` or `ValueError` if it can't be started.
    """
    return subprocess.Popen(
        arguments,
        stdin=stdin,
        stdout=subprocess.PIPE,
        stderr=stderr,
        bufsize=buffer,
        cwd=folder,
        env=surroundings(environment),
        start_new_session=group,
    )


def line(settings: Sequence[str], *arguments: str) -> list[str]:
    """A command line: what holds always, settings of one use, and what git is to do."""
    words = [word for setting in (*ALWAYS, *settings) for word in ("-c", setting)]
    return ["git", "--no-pager", *words, *arguments]


def surroundings(environment: Mapping[str, str]) -> dict[str, str]:
    """An environment in which git asks nobody, fetches nothing by itself, and speaks only what it is told to.

    What is said here of protocols is above every configuration, also that of a hostile repository, which
    could allow `ext::` for itself.
    """
    return {
        "GIT_ALLOW_PROTOCOL": "",
        **environment,
        "LC_ALL": "C",
        "GIT_NO_LAZY_FETCH": "1",
        "GIT_TERMINAL_PROMPT": "0",
    }


def environment(folder: Path) -> dict[str, str]:
    """The environment of a git that reads a repository: nothing of the user's, nothing replaced or grafted."""
    return {
        "PATH": os.environ.get("PATH", os.defpath),
        "HOME": os.devnull,
        "GIT_ALLOC_LIMIT": "1g",
        "GIT_CEILING_DIRECTORIES": str(folder.parent),
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_GRAFT_FILE": os.devnull,
        "GIT_NO_REPLACE_OBJECTS": "1",
        "GIT_OPTIONAL_LOCKS": "0",
        **_quarantine(folder),
    }


def _quarantine(folder: Path) -> dict[str, str]:
    """Where a repository keeps what is being pushed to it while its hooks still judge that (git receive-pack)."""
    names = ("GIT_QUARANTINE_PATH", "GIT_OBJECT_DIRECTORY", "GIT_ALTERNATE_OBJECT_DIRECTORIES")
    told = {name: os.environ[name] for name in names if os.environ.get(name)}
    try:
        inside = folder.resolve() in Path(told.get("GIT_QUARANTINE_PATH", os.sep)).resolve().parents
    except (OSError, ValueError, RuntimeError):
        return {}
    if not inside or "GIT_OBJECT_DIRECTORY" not in told:
        return {}
    return told | {"GIT_OBJECT_DIRECTORY": str(Path(told["GIT_OBJECT_DIRECTORY"]).resolve())}


def command(place: Path, *arguments: str) -> list[str]:
    """The command line for a checkout's folder, or for a repository as `git_dir` gives it."""
    where = ["-C", str(place)]
    if _is_git_dir(place) and not (place / ".git").exists():
        where = [f"--git-dir={place}", "-c", "core.bare=true"]
    return line(SAFE, *where, *arguments)


def run(place: Path, *arguments: str, stdin: bytes = b"", seconds: float = 30.0) -> Said:
    """Run a short command to its end. Never raises: what went wrong is in the answer."""
    try:
        with start(command(place, *arguments), environment(place), stdin=subprocess.PIPE) as process:
            try:
                out, words = process.communicate(stdin, timeout=seconds)
            except BaseException:
                process.kill()
                raise
    except (OSError, ValueError, subprocess.TimeoutExpired) as error:
        return Said(-1, b"", _why(error))
    return Said(process.returncode, out, _words(words[-_MOST_WORDS:]))


def _why(error: Exception) -> str:
    if isinstance(error, FileNotFoundError):
        return "git is not installed"
    return "git did not answer" if isinstance(error, subprocess.TimeoutExpired) else str(error)


def _words(raw: bytes) -> str:
    return raw.decode("utf-8", "replace").strip()


class Stream:
    """A long command, read in pieces; a `with` block ends it whatever happens.

    `source` is a stream whose output it reads, or bytes that it is fed.
    """

    def __init__(self, place: Path, *arguments: str, source: Stream | bytes | None = None) -> None:
        """Start it. A git that can't be started is one that says nothing and failed."""
        self.words = ""
        self.code: int | None = None
        self._process: subprocess.Popen[bytes] | None = None
        self._heard = time.monotonic()
        self._threads: list[threading.Thread] = []
        feed: int | IO[bytes] | None = subprocess.PIPE if isinstance(source, bytes) else subprocess.DEVNULL
        if isinstance(source, Stream):
            feed = source.out or subprocess.DEVNULL
        try:
            self._process = start(command(place, *arguments), environment(place), stdin=feed, buffer=0)
        except (OSError, ValueError) as error:
            self.words, self.code = _why(error), -1
            return
        if isinstance(source, Stream):
            source.release()
        self._widen()
        self._start(self._listen)
        self._start(self._watch)
        if isinstance(source, bytes):
            self._start(self._feed, source)

    def __enter__(self) -> Self:
        """The stream itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """End the process if it still runs."""
        self.close()

    @property
    def out(self) -> IO[bytes] | None:
        """The pipe that it writes to."""
        return self._process.stdout if self._process else None

    def release(self) -> None:
        """Let go of the output, which another process reads: it must see its end."""
        if self.out is not None:
            self.out.close()

    def pieces(self) -> Iterator[bytes]:
        """What it writes; after the last one `code` and `words` are known."""
        out = self.out
        while out is not None:
            try:
                piece = out.read(PIECE)
            except (OSError, ValueError):
                break
            if not piece:
                break
            self._heard = time.monotonic()
            yield piece
            self._heard = time.monotonic()
        self.finish()

    def finish(self) -> int:
        """Wait for its end; gives its code."""
        if self._process is not None and self.code is None:
            code = self._process.wait()
            for thread in self._threads:
                thread.join()
            self.code = code
        return self.code or 0

    def close(self) -> None:
        """End it now."""
        process = self._process
        if process is None:
            return
        if process.poll() is None:
            process.kill()
        self.finish()
        for pipe in (process.stdout, process.stderr, process.stdin):
            if pipe is not None:
                pipe.close()

    def _start(self, work: object, *arguments: object) -> None:
        thread = threading.Thread(target=work, args=arguments, daemon=True)  # type: ignore[arg-type]
        self._threads.append(thread)
        thread.start()

    def _widen(self) -> None:
        """Larger pipes mean fewer turns, where the system has them."""
        try:
            import fcntl

            if self.out is not None and hasattr(fcntl, "F_SETPIPE_SZ"):
                fcntl.fcntl(self.out.fileno(), fcntl.F_SETPIPE_SZ, PIECE)
        except (ImportError, OSError):
            return

    def _listen(self) -> None:
        """Keep the end of its words, however many there are."""
        pipe = self._process.stderr if self._process else None
        kept = b""
        while pipe is not None:
            try:
                piece = pipe.read(_MOST_WORDS)
            except (OSError, ValueError):
                break
            if not piece:
                break
            kept = (kept + piece)[-_MOST_WORDS:]
        self.words = _words(kept)

    def _feed(self, data: bytes) -> None:
        pipe = self._process.stdin if self._process else None
        if pipe is None:
            return
        try:
            view = memoryview(data)
            while view:
                view = view[pipe.write(view) or 0 :]
            pipe.close()
        except (OSError, ValueError):
            return  # it ended before it had read everything

    def _watch(self) -> None:
        process = self._process
        while process is not None:
            try:
                process.wait(timeout=max(0.05, self._heard + SILENCE - time.monotonic()))
            except subprocess.TimeoutExpired:
                if time.monotonic() - self._heard > SILENCE:
                    process.kill()
            else:
                return


def git_dir(folder: Path) -> Path | None:
    """The repository of a checkout, a linked worktree (the one that they share), or a bare one itself.

    None if the folder is none of these. Raises nothing.
    """
    try:
        if is_bare(folder):
            return folder.resolve()
        place = folder / ".git"
        if place.is_dir():
            return place.resolve()
        text = small(place)
        if not text.startswith("gitdir:"):
            return None
        target = (folder / text.removeprefix("gitdir:").strip()).resolve()
        common = small(target / "commondir").strip()
        found = (target / common).resolve() if common else target
    except (OSError, ValueError, RuntimeError):
        return None
    return found if found.is_dir() else None


def is_bare(folder: Path) -> bool:
    """Whether a folder is a repository without a checkout."""
    return folder.name != ".git" and _is_git_dir(folder) and not (folder / ".git").exists()


def _is_git_dir(folder: Path) -> bool:
    if not ((folder / "objects").is_dir() and (folder / "refs").is_dir()):
        return False
    head = folder / "HEAD"
    return head.is_file() or head.is_symlink()


def is_sound(repository: Path) -> bool:
    """Whether the files that git opens first are files: over a pipe in their place it would wait for ever."""
    if not _is_git_dir(repository):
        return False
    try:
        return all(not _is_other(repository / name) for name in _OPENED)
    except OSError:
        return False


def _is_other(path: Path) -> bool:
    return path.exists() and not path.is_file()


_OPENED = ("HEAD", "config", "shallow", "packed-refs", "commondir", "objects/info/alternates")


def small(path: Path) -> str:
    """The text of a small regular file; empty if it can't be had (a pipe would never end)."""
    try:
        with open(path, "rb", opener=_without_waiting) as file:
            if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
                return ""
            return file.read(_SMALL).decode("utf-8", "replace")
    except (OSError, ValueError):
        return ""


def _without_waiting(path: str, flags: int) -> int:
    return os.open(path, flags | getattr(os, "O_NONBLOCK", 0))
