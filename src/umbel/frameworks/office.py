# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""`decisions/office.toml`: what the open source office itself is made of: mandate, people, means, channels, pilots.

People stand here by their role: a name is personal data that the plan does not need. Nothing is overwritten: a later
record about the same thing takes an earlier one's place, and `ended` closes it.
"""

from __future__ import annotations

import re
from datetime import date
from typing import TYPE_CHECKING, Any, Literal, TypeVar

import msgspec

from umbel.policy import records

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from umbel.policy.records import Say

FILE = "decisions/office.toml"
PilotState = Literal["planned", "running", "passed", "stopped"]
_HEADER = """\
# What the open source office is made of: [[mandate]], [[people]], [[technology]], [[budget]], [[channels]], [[pilots]].
# People stand here by role, not by name. A later record about the same thing takes an earlier one's place.
"""
_CURRENCY = re.compile(r"[A-Z]{3}")
_NAMED = {"people": "role", "technology": "name", "budget": "line", "channels": "name", "pilots": "name"}


class Mandate(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What the office is there for, and who stands behind it (`sponsor`, a role)."""

    statement: str
    sponsor: str
    by: str
    decided: date
    scope: str | None = None
    review: date | None = None
    ended: date | None = None


class Person(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A role of the office: how much of a full-time post it is (`share`, 1 is one post), and whether it is filled."""

    role: str
    share: float
    by: str
    decided: date
    filled: bool = True
    does: str | None = None
    petal: str | None = None
    ended: date | None = None


class Technology(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A tool or service of the office, what it is for, and which role looks after it."""

    name: str
    purpose: str
    by: str
    decided: date
    owner: str | None = None
    ended: date | None = None


class Budget(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One line of a year's budget: what is planned, and what was spent so far.

    `actual` is a figure that somebody wrote down, as of `actual_on` (not after `decided`: what is known later stands in
    a later record); `series` the name of an imported series whose newest value of that year tells it.
    """

    line: str
    year: int
    amount: float
    currency: str
    by: str
    decided: date
    actual: float | None = None
    actual_on: date | None = None
    series: str | None = None
    ended: date | None = None


class Channel(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How the office reaches the people of one petal: a list, a chat, a meeting; and how often."""

    name: str
    petal: str
    purpose: str
    by: str
    decided: date
    rhythm: str | None = None
    ended: date | None = None


class Pilot(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Something tried with a few before it is asked of all.

    `scope` is where it is tried, `until` the last day of its time, `measures` what would show success, `gate` what has
    to be so that it goes on. `outcome` says what was found.
    """

    name: str
    scope: str
    start: date
    until: date
    measures: tuple[str, ...]
    gate: str
    by: str
    decided: date
    owner: str | None = None
    state: PilotState = "planned"
    outcome: str | None = None
    ended: date | None = None

    def is_late(self, day: date) -> bool:
        """Whether its time is over and nobody said what came of it."""
        return self.until < day and self.state in {"planned", "running"}


class Office(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The whole file, or (`as_of`) what of it counts on a day."""

    mandate: tuple[Mandate, ...] = ()
    people: tuple[Person, ...] = ()
    technology: tuple[Technology, ...] = ()
    budget: tuple[Budget, ...] = ()
    channels: tuple[Channel, ...] = ()
    pilots: tuple[Pilot, ...] = ()

    def as_of(self, day: date) -> Office:
        """What counts on a day: the newest record about each thing that was decided by then and has not ended."""
        return Office(
            mandate=tuple(_newest(self.mandate, lambda _: "", day)),
            people=tuple(_newest(self.people, lambda one: one.role, day)),
            technology=tuple(_newest(self.technology, lambda one: one.name, day)),
            budget=tuple(_newest(self.budget, lambda one: (one.line, one.year), day)),
            channels=tuple(_newest(self.channels, lambda one: (one.petal, one.name), day)),
            pilots=tuple(_newest(self.pilots, lambda one: one.name, day)),
        )

    @property
    def posts(self) -> float | None:
        """Full-time posts that are filled; None where nobody wrote down any role."""
        return sum(one.share for one in self.people if one.filled) if self.people else None

    @property
    def is_empty(self) -> bool:
        """Whether nothing was written down at all."""
        return not any(msgspec.structs.astuple(self))


_Record = TypeVar("_Record", Mandate, Person, Technology, Budget, Channel, Pilot)
Entry = Mandate | Person | Technology | Budget | Channel | Pilot
_TABLES: dict[type[msgspec.Struct], str] = {
    Mandate: "mandate",
    Person: "people",
    Technology: "technology",
    Budget: "budget",
    Channel: "channels",
    Pilot: "pilots",
}


def load(path: Path) -> Office:
    """Read and check the file; a missing one says nothing. Raises `SettingsError` with every fault."""
    return records.load(path, Office, _meaning)


def add(path: Path, entry: Entry) -> None:
    """Write one more record at the file's end. Raises `SettingsError` for one that can't be."""
    records.add(path, _TABLES[type(entry)], entry, Office, _HEADER, _meaning)


def _newest(entries: Iterable[_Record], about: Any, day: date) -> list[_Record]:
    """The last word on each thing by a day; of two of one day the later one in the file."""
    found: dict[Any, _Record] = {}
    for entry in sorted((one for one in entries if one.decided <= day), key=lambda one: one.decided):
        found[_folded(about(entry))] = entry
    return [entry for entry in found.values() if entry.ended is None or entry.ended > day]


def _folded(about: Any) -> Any:
    return tuple(map(_folded, about)) if isinstance(about, tuple) else str(about).casefold().strip()


def _meaning(data: Mapping[str, Any], say: Say) -> None:
    """What types can't say: names are not empty, amounts not negative, days in order, pilots can be judged."""
    for table in ("mandate", *_NAMED):
        entries = data.get(table)
        for index, entry in enumerate(entries if isinstance(entries, list) else []):
            if isinstance(entry, dict):
                _entry(table, entry, lambda key, words, at=(table, index): say((*at, key), words))


def _entry(table: str, entry: Mapping[str, Any], tell: Any) -> None:
    for key in ("by", "statement", "sponsor", "purpose", "petal", "scope", "gate", _NAMED.get(table, "by")):
        if isinstance(entry.get(key), str) and not entry[key].strip():
            tell(key, "is empty")
    for key in ("share", "amount", "actual"):
        value = entry.get(key)
        if isinstance(value, int | float) and not 0 <= value < 1e15:
            tell(key, "must be 0 or more")
    if table == "budget":
        _budget(entry, tell)
    if table == "pilots" and entry.get("measures") == []:
        tell("measures", "is empty: a pilot without a measure can't succeed")
    for first, last in (("start", "until"), ("decided", "ended")):
        early, late = entry.get(first), entry.get(last)
        if type(early) is date and type(late) is date and late < early:
            tell(last, f"lies before {first}")


def _budget(entry: Mapping[str, Any], tell: Any) -> None:
    currency, year = entry.get("currency"), entry.get("year")
    if isinstance(currency, str) and not _CURRENCY.fullmatch(currency):
        tell("currency", "must be three capital letters, as EUR")
    if type(year) is int and not 1990 <= year <= 2200:
        tell("year", "is no year")
    if entry.get("actual") is not None and entry.get("series") is not None:
        tell("series", "and actual can't both be said")
    spent_on, decided = entry.get("actual_on"), entry.get("decided")
    if type(spent_on) is date and type(decided) is date and decided < spent_on:
        tell("actual_on", "lies after the day of the record: write a later record with it")
