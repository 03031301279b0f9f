# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""`decisions/value.toml`: what people state of cost and saving, each with its day, owner and source.

Amounts are in the one currency of the assumptions; another is refused, since nobody here knows the rate of the day.
Hours that are stated for a project and a time take the place of those guessed from commits.
"""

from __future__ import annotations

import datetime as dt  # a record has a field named date
from typing import TYPE_CHECKING, Any, Literal

import msgspec

from umbel.model.settings import SettingsError
from umbel.policy import records

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from umbel.policy.records import Say

FILE = "decisions/value.toml"
PROGRAM = "(no project)"
"""Where what is of no single project stands: a foundation's membership."""


class _Stated(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What every record has: who answers for it, and where it stands."""

    owner: str
    source: str


class Money(_Stated, frozen=True, kw_only=True):
    """Money that was spent; with `until` it is spread evenly from `date` to that day."""

    amount: float
    date: dt.date
    project: str | None = None
    until: dt.date | None = None
    kind: Literal["sponsoring", "membership", "travel", "other"] = "sponsoring"
    currency: str | None = None


class Hours(_Stated, frozen=True, kw_only=True):
    """All hours of our people on a project between two days, both counted; no two records share a day."""

    project: str
    hours: float
    since: dt.date
    until: dt.date


class Patch(_Stated, frozen=True, kw_only=True):
    """Private patches no longer carried since `dropped`: `hours` for each at each of the `releases` a year.

    Without `releases` those that the project really made are counted, where its history is known.
    """

    project: str
    hours: float
    dropped: dt.date
    patches: int = 1
    releases: float | None = None
    what: str | None = None


class Upgrade(_Stated, frozen=True, kw_only=True):
    """Upgrades that became easier since a day: `hours` saved at each of the `upgrades` a year."""

    project: str
    hours: float
    upgrades: float
    since: dt.date
    until: dt.date | None = None
    what: str | None = None


class Avoided(_Stated, frozen=True, kw_only=True):
    """Another cost that is no longer paid (support, a licence); with `until` it is spread evenly up to that day."""

    project: str
    amount: float
    date: dt.date
    what: str
    until: dt.date | None = None
    currency: str | None = None


class Failure(_Stated, frozen=True, kw_only=True):
    """What a failure of the project would cost us in all, replacing it included; stated on a day."""

    project: str
    cost: float
    date: dt.date
    currency: str | None = None


class Ledger(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The whole file."""

    money: tuple[Money, ...] = ()
    hours: tuple[Hours, ...] = ()
    patch: tuple[Patch, ...] = ()
    upgrade: tuple[Upgrade, ...] = ()
    avoided: tuple[Avoided, ...] = ()
    failure: tuple[Failure, ...] = ()

    @property
    def projects(self) -> list[str]:
        """Every project that a record speaks of."""
        groups: tuple[tuple[Any, ...], ...] = (
            self.money,
            self.hours,
            self.patch,
            self.upgrade,
            self.avoided,
            self.failure,
        )
        return sorted({one.project or PROGRAM for group in groups for one in group})

    def of(self, project: str) -> Ledger:
        """Only the records of one project."""
        kept = {
            name: tuple(one for one in getattr(self, name) if (one.project or PROGRAM) == project)
            for name in self.__struct_fields__
        }
        return Ledger(**kept)


def load(path: Path, currency: str) -> Ledger:
    """Read and check the file; a missing one states nothing. Raises `SettingsError` with every fault."""
    try:
        return records.load(path, Ledger, lambda data, say: _meaning(data, say, currency))
    except SettingsError as error:
        # The assumptions' file has the same name.
        error.message = error.message.replace(path.name, FILE, 1)
        raise


def portion(start: dt.date, end: dt.date | None, since: dt.date, until: dt.date) -> float:
    """The share of [start, end] that lies in (since, until]; something of one day lies in it or not."""
    last = end or start
    days = (last - start).days + 1
    first = max(start.toordinal(), since.toordinal() + 1)
    return max(min(last, until).toordinal() - first + 1, 0) / days


_AMOUNTS = ("amount", "hours", "cost", "patches", "releases", "upgrades")
_LARGEST = 1e12


def _meaning(data: Mapping[str, Any], say: Say, currency: str) -> None:
    """What types can't say: one currency, amounts that can be, days in order, texts that say something."""
    for table in Ledger.__struct_fields__:
        entries = data.get(table)
        for index, entry in enumerate(entries if isinstance(entries, list) else []):
            if isinstance(entry, dict):
                _entry(entry, lambda key, words, at=(table, index): say((*at, key), words), currency)
    _overlaps(data.get("hours"), say)


def _overlaps(entries: Any, say: Say) -> None:
    """A record of hours tells all of its days: two that share a day would count it twice."""
    spans = sorted(
        (str(entry.get("project")), entry["since"], entry["until"], index)
        for index, entry in enumerate(entries if isinstance(entries, list) else [])
        if isinstance(entry, dict) and type(entry.get("since")) is type(entry.get("until")) is dt.date
    )
    reached: dict[str, tuple[dt.date, int]] = {}
    for project, since, until, index in spans:
        end, other = reached.get(project, (dt.date.min, index))
        if since <= end:
            words = (
                f"lies within the time of hours[{other + 1}] of the same project, which tells all hours of it"
            )
            say(("hours", index, "since"), f"{words}: give one sum, or split the days")
        reached[project] = max((end, other), (until, index))


def _entry(entry: Mapping[str, Any], tell: Any, currency: str) -> None:
    said = entry.get("currency")
    if isinstance(said, str) and said != currency:
        tell(
            "currency", f"is {said[:20]!r}, but this workspace counts in {currency}: convert it, and say how"
        )
    for key in _AMOUNTS:
        number: Any = entry.get(key)
        known = isinstance(number, int | float) and not isinstance(number, bool)
        if known and not 0 <= number <= _LARGEST:  # which no NaN does
            tell(key, "must be a number from 0 up")
    for key in ("owner", "source", "project", "what"):
        if isinstance(entry.get(key), str) and not entry[key].strip():
            tell(key, "is empty")
    start, end = entry.get("date", entry.get("since")), entry.get("until")
    if type(start) is dt.date and type(end) is dt.date and end < start:
        tell("until", "lies before its beginning")
