# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Alerts in files: lines of JSON added to one, or a file each in a folder. Neither ever shows half of one."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

import msgspec

from umbel.policy import files
from umbel.policy.alerting.delivery import Message, Refused

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from umbel.model.alert_settings import AlertTarget

_LOOKED_BACK = 8 << 20
"""Bytes of a file's end in which a message is looked for, which a killed run may have written."""


class ToFile:
    """One file or folder."""

    def __init__(
        self, target: AlertTarget, folder: Path, *, payload: Callable[[Message], dict[str, Any]]
    ) -> None:
        """`payload` makes the JSON of a message."""
        self._target = target
        self._folder = folder
        self._payload = payload

    def send(self, messages: Sequence[Message], taken: Callable[[Sequence[Message]], None]) -> None:
        """Write what isn't there yet."""
        try:
            if self._target.folder is not None:
                self._each(self._folder / self._target.folder, messages, taken)
            else:
                self._lines(self._folder / str(self._target.path), messages, taken)
        except OSError as error:
            where = self._target.folder or self._target.path
            raise Refused(f"{where} can't be written: {error.strerror}.") from error

    def _each(
        self, folder: Path, messages: Sequence[Message], taken: Callable[[Sequence[Message]], None]
    ) -> None:
        for message in messages:
            path = folder / f"{message.key}.json"
            if not path.exists():
                files.replace(path, msgspec.json.format(self._encoded(message), indent=2) + b"\n")
            taken([message])

    def _lines(
        self, path: Path, messages: Sequence[Message], taken: Callable[[Sequence[Message]], None]
    ) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        with files.locked(path, wait=30.0) as had:
            if not had:
                raise Refused(f"{self._target.path} is held by another process.")
            known = _end_of(path)
            fresh = [m for m in messages if f'"key":"{m.key}"'.encode() not in known]
            if fresh:
                files.append(path, b"".join(self._encoded(message) + b"\n" for message in fresh))
        taken(messages)

    def _encoded(self, message: Message) -> bytes:
        return msgspec.json.encode(self._payload(message))


def _end_of(path: Path) -> bytes:
    with path.open("rb") as file:
        size = file.seek(0, os.SEEK_END)
        file.seek(max(0, size - _LOOKED_BACK))
        return file.read()
