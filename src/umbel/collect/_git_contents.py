# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Contents of a repository's objects, asked for one by one: `git cat-file --batch`."""

from __future__ import annotations

import subprocess
import threading
import time
from contextlib import suppress
from typing import IO, TYPE_CHECKING

from umbel.collect import _git

if TYPE_CHECKING:
    from pathlib import Path

_DRAINED = 4 << 20


class Contents:
    """The contents of objects, one after the other, by a process that stays for the next."""

    def __init__(self, place: Path) -> None:
        """Nothing is started before something is asked for."""
        self._place = place
        self._process: subprocess.Popen[bytes] | None = None
        self._asked: float | None = None

    def read(self, blob: bytes, limit: int) -> bytes | None:
        """The first bytes of a blob; None if it isn't here."""
        process = self._process = self._process or self._start()
        if process is None or process.stdin is None or process.stdout is None:
            return None
        self._asked = time.monotonic()
        try:
            process.stdin.write(blob + b"\n")
            process.stdin.flush()
            words = process.stdout.readline(1024).split()
            if len(words) != 3 or words[1] != b"blob":
                return None
            size = int(words[2])
            data = process.stdout.read(min(size, limit))
            if size - len(data) > _DRAINED:
                self.close()  # starting anew is cheaper than reading the rest
            else:
                _drain(process.stdout, size - len(data) + 1)
        except (OSError, ValueError):
            self.close()
            return None
        finally:
            self._asked = None
        return data

    def close(self) -> None:
        """End the process."""
        process, self._process = self._process, None
        if process is not None:
            process.kill()
            for stream in (process.stdin, process.stdout):
                if stream is not None:
                    with suppress(OSError):
                        stream.close()
            process.wait()

    def _start(self) -> subprocess.Popen[bytes] | None:
        arguments = _git.command(self._place, "cat-file", "--batch")
        try:
            process = _git.start(
                arguments, _git.environment(self._place), stdin=subprocess.PIPE, stderr=subprocess.DEVNULL
            )
        except (OSError, ValueError):
            return None
        threading.Thread(target=self._watch, args=(process,), daemon=True).start()
        return process

    def _watch(self, process: subprocess.Popen[bytes]) -> None:
        while True:
            try:
                process.wait(timeout=_git.SILENCE / 4)
            except subprocess.TimeoutExpired:
                asked = self._asked
                if asked is not None and time.monotonic() - asked > _git.SILENCE:
                    process.kill()
            else:
                return


def _drain(stream: IO[bytes], size: int) -> None:
    while size > 0 and (data := stream.read(min(size, _git.PIECE))):
        size -= len(data)
