# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""`decisions/alerts.toml`: who takes care of which alert. It counts until that gets graver, or comes back."""

from __future__ import annotations

from datetime import date  # noqa: TC003 - msgspec reads it
from typing import TYPE_CHECKING

import msgspec

from umbel.model.finding import SEVERITIES
from umbel.policy import records

if TYPE_CHECKING:
    from pathlib import Path

    from umbel.policy.alerting.alert import Grade

FILE = "decisions/alerts.toml"
_HEADER = """\
# Who takes care of which alert; written by `umbel alerts ack`, and free to be edited.
# An entry counts for its episode and grade: an alert that gets graver, or comes back, is open again.
"""


class Acknowledged(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One word of one person. `grade` is how grave the alert was then; `what` and `product` are for readers."""

    alert: str
    by: str
    decided: date
    episode: int
    grade: str
    what: str | None = None
    product: str | None = None
    note: str | None = None


class _File(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    acknowledged: tuple[Acknowledged, ...] = ()


def grade_words(grade: Grade) -> str:
    """A grade as people read it: `high`, `critical exploited overdue`."""
    words: list[str] = [SEVERITIES[min(grade.severity, len(SEVERITIES) - 1)]]
    words += ["exploited"] if grade.exploited else []
    words += ["overdue"] if grade.overdue else []
    return " ".join(words)


def load(path: Path) -> tuple[Acknowledged, ...]:
    """Read and check the file; a missing one says nothing. Raises `SettingsError` with every fault."""
    return records.load(path, _File).acknowledged


def add(path: Path, entry: Acknowledged) -> None:
    """Write one more word at the file's end."""
    records.add(path, "acknowledged", entry, _File, _HEADER)
