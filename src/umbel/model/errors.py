# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""What can go wrong, said so that a person knows what to do.

Two kinds are kept apart. A *fault* is something wrong in a document: it is evidence, is stored
with the snapshot and never stops anything else. An *error* stops the command that was asked for.
"""

from __future__ import annotations

from typing import Literal

import msgspec

Level = Literal["error", "warning", "note"]


class Fault(msgspec.Struct, frozen=True):
    """One thing wrong with one document, with its place.

    `level` says what it cost: `error` lost evidence that the document meant to give; `warning`
    was read all the same but is doubtful; `note` is only worth knowing (an unpinned manifest).
    `place` is a line (`line 12`), a JSON path (`$.components[3].purl`) or empty for the whole.
    """

    code: str
    message: str
    place: str = ""
    level: Level = "error"

    def __str__(self) -> str:
        """One line: place, message and code."""
        where = f"{self.place}: " if self.place else ""
        return f"{where}{self.message} [{self.code}]"


class UmbelError(Exception):
    """A command can't go on: one sentence, and a hint what to do about it.

    `exit_code` is the process's: 2 wrong usage, 3 evidence incomplete (design section 7).
    """

    exit_code = 2

    def __init__(self, message: str, hint: str = "") -> None:
        """Keep the sentence and the hint apart, so that each surface can render them."""
        super().__init__(message)
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        """The sentence, then the hint."""
        return f"{self.message} {self.hint}".strip()


class UsageError(UmbelError):
    """The question was asked wrongly (unknown option value, no such project …)."""


class EvidenceError(UmbelError):
    """The evidence can't be read or written: a broken lake, no permission, a full disk."""

    exit_code = 3


class NoEvidenceError(EvidenceError):
    """There is no lake where one was looked for: nothing was collected yet, which is no fault of the evidence."""
