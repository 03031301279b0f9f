# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""`decisions/attestations.toml`: what people say of a claim, from a day on, with proof and a last day.

A later record takes the place of an earlier one; nothing is overwritten. Read as of a past day, only what was said up
to it counts.
"""

from __future__ import annotations

import calendar
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, Literal

import msgspec

from umbel.frameworks.interface import Attestation  # noqa: TC001 - msgspec reads it
from umbel.policy import records

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from umbel.frameworks.claims import Claim
    from umbel.frameworks.interface import Practice
    from umbel.policy.records import Say

FILE = "decisions/attestations.toml"
_HEADER = """\
# What people say of practices that no evidence can answer: who answers for it, on what proof, until when.
# Written by `umbel maturity attest` and `umbel maturity ask`, and free to be added to. A later record of the same claim
# takes the place of an earlier one; leave the earlier one where it is.
"""
_DAYS = ("decided", "until")


class Attestations(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The whole file."""

    attestations: tuple[Attestation, ...] = ()


class Said(msgspec.Struct, frozen=True):
    """The newest attestation of a practice's claim, and whether it still counts on the day asked for."""

    attestation: Attestation
    until: date
    state: Literal["valid", "expired"]


class Book:
    """The newest attestation of each claim as of a day."""

    def __init__(self, entries: tuple[Attestation, ...], today: date) -> None:
        """Keep what was said up to a day; of two of one day the later in the file counts."""
        self.today = today
        self._newest: dict[str, Attestation] = {}
        for entry in entries:
            before = self._newest.get(entry.claim)
            if entry.decided <= today and (before is None or entry.decided >= before.decided):
                self._newest[entry.claim] = entry

    @property
    def claims(self) -> set[str]:
        """The claims that somebody spoke of."""
        return set(self._newest)

    def said(self, framework: str, practice: Practice, claim: Claim | None) -> Said | None:
        """What was said of a practice: of its shared claim, or of it alone, whichever is newer."""
        found = [self._newest.get(name) for name in keys(framework, practice)]
        newest = max(
            (each for each in found if each is not None), key=lambda each: each.decided, default=None
        )
        if newest is None:
            return None
        months = claim.expires if claim is not None else practice.expires
        until = newest.until or after(newest.decided, months)
        return Said(newest, until, "valid" if self.today <= until else "expired")


def keys(framework: str, practice: Practice) -> tuple[str, ...]:
    """The claims under which a practice is attested, the one of its own first."""
    own = f"{framework}/{practice.id}"
    return (own,) if practice.claim is None else (own, practice.claim)


def main_key(framework: str, practice: Practice) -> str:
    """The claim that a person is asked of: the shared one where there is one."""
    return keys(framework, practice)[-1]


def load(folder: Path, as_of: datetime | date) -> Book:
    """What was said in a workspace's folder up to a day; nothing where nobody did. Raises `SettingsError`."""
    day = as_of.date() if isinstance(as_of, datetime) else as_of
    return Book(every(folder), day)


def every(folder: Path) -> tuple[Attestation, ...]:
    """Every record of a workspace's folder, in the order of the file. Raises `SettingsError`."""
    return records.load(folder / FILE, Attestations, meaning).attestations


def add(folder: Path, entry: Attestation) -> None:
    """Write one more record. Raises `SettingsError` for one that can't be."""
    records.add(folder / FILE, "attestations", entry, Attestations, _HEADER, meaning)


def after(day: date, months: int) -> date:
    """The same day some months later, or that month's last.

    >>> after(date(2026, 8, 31), 6)
    datetime.date(2027, 2, 28)
    """
    whole = day.year * 12 + day.month - 1 + months
    year, month = min(whole // 12, 9999), whole % 12 + 1
    return date(year, month, min(day.day, calendar.monthrange(year, month)[1]))


def meaning(data: Mapping[str, Any], say: Say) -> None:
    """What types can't say: who and what is told, a reason where something doesn't apply, days in order."""
    entries = data.get("attestations")
    for index, entry in enumerate(entries if isinstance(entries, list) else []):
        if not isinstance(entry, dict):
            continue

        def tell(key: str, words: str, index: int = index) -> None:
            say(("attestations", index, key), words)

        for key in ("claim", "owner", "by"):
            if isinstance(entry.get(key), str) and not entry[key].strip():
                tell(key, "is empty")
        reason = entry.get("reason")
        if entry.get("says") == "not-applicable" and not (isinstance(reason, str) and reason.strip()):
            tell("reason", "is needed where something doesn't apply: say why it doesn't")
        grade = entry.get("grade")
        if type(grade) is int and not 0 <= grade <= 20:
            tell("grade", "must be a grade of the framework, 0 or above")
        decided, until = (entry.get(key) for key in _DAYS)
        if type(decided) is date and type(until) is date and until < decided:
            tell("until", "lies before the day on which it was said")
