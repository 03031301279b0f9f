# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""`decisions/goals.toml`: what the program is for, who answers for it, and by which figures one tells.

A goal is amended by a later record of the same id: the newest on a day counts, the earlier ones stay. Nothing is
overwritten, so that what was promised on an earlier day can be told as it was.
"""

from __future__ import annotations

import re
from datetime import date
from typing import TYPE_CHECKING, Any

import msgspec

from umbel.model.errors import Fault, UsageError
from umbel.model.settings import SettingsError
from umbel.policy import files, records

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from umbel.policy.records import Say

FILE = "decisions/goals.toml"
COVERAGE = 0.8
"""How much of what a figure should speak of must be known before a target counts as reached, or as missed."""
MOST = 1e15
"""Beyond this a number is a slip of the finger."""
_ID = re.compile(r"[a-z0-9][a-z0-9-]{0,63}")
_KPI = re.compile(r"[a-z][a-z0-9_]{0,63}")
_HEADER = """\
# What the program is for, who answers for it, and by which figures one tells.
# Written by `umbel goals add` and `umbel goals end`, and free to be edited. A goal is amended by a later record with
# the same id; earlier ones stay. Shares are from 0 to 1.
"""


class Aim(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A figure that tells of a goal, what it should be, and by when (the last day that counts).

    `baseline` is what it was on `baseline_on`; where nobody wrote it down, it is read from the evidence of that day
    (of the day of the goal's first record where that isn't told either). `coverage` is how much must be known.
    """

    kpi: str
    target: float
    until: date
    baseline: float | None = None
    baseline_on: date | None = None
    coverage: float = COVERAGE


class Goal(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One record of a goal.

    `serves` is the business goal behind it, `review` when it is looked at next. `ended` is the last day on which a
    goal stands that came to its end, `dropped` that of one that was given up; both have a reason.
    """

    id: str
    statement: str
    serves: str
    owner: str
    review: date
    by: str
    decided: date
    kpis: tuple[Aim, ...] = ()
    ended: date | None = None
    dropped: date | None = None
    reason: str | None = None

    @property
    def end(self) -> date | None:
        """The last day on which it stands; None while it goes on."""
        return self.ended or self.dropped

    def stands(self, day: date) -> bool:
        """Whether it is pursued on a day."""
        return self.decided <= day and (self.end is None or day <= self.end)

    def due(self, day: date) -> bool:
        """Whether the day on which it should be looked at has passed."""
        return self.stands(day) and self.review < day


class Told(msgspec.Struct, frozen=True, kw_only=True):
    """A goal as of a day, with all of its records up to then, the oldest first."""

    goal: Goal
    records: tuple[Goal, ...]

    @property
    def since(self) -> date:
        """The day of its first record."""
        return self.records[0].decided


class _File(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    goals: tuple[Goal, ...] = ()


def every(folder: Path, day: date) -> list[Told]:
    """Every goal of a workspace as it stood on a day, with those that had ended; in the order of their first records.

    Raises `SettingsError` with every fault of the file.
    """
    found: dict[str, list[Goal]] = {}
    for each in records.load(folder / FILE, _File, _meaning).goals:
        if each.decided <= day:
            found.setdefault(each.id, []).append(each)
    told = [sorted(each, key=lambda one: one.decided) for each in found.values()]
    return [Told(goal=each[-1], records=tuple(each)) for each in told]


def load(folder: Path, day: date) -> list[Told]:
    """The goals that a workspace pursued on a day. Raises `SettingsError` with every fault of the file."""
    return [each for each in every(folder, day) if each.goal.stands(day)]


def add(folder: Path, goal: Goal) -> None:
    """Write one more record at the file's end, whole or not at all; what stands there stays.

    Raises `SettingsError` for a record that can't be, `UsageError` for one that is older than what it amends.
    """
    path = folder / FILE
    _must_be_sound(path, goal)
    try:
        with files.locked(folder / records.LOCKS / f"{path.stem}.lock"):
            before = records.load(path, _File, _meaning).goals
            newest = max((each.decided for each in before if each.id == goal.id), default=goal.decided)
            if goal.decided < newest:
                raise UsageError(
                    f"{goal.id} was decided anew on {newest}, after {goal.decided}.",
                    "A record takes the place of earlier ones only: give it a later day.",
                )
            text = path.read_text("utf-8") if path.exists() else _HEADER
            text = f"{text.rstrip()}\n\n{written(goal)}"
            records.parse(text, path, _File, _meaning)
            files.replace(path, text.encode())
    except OSError as error:
        raise UsageError(f"{path} can't be written: {error.strerror}.") from error


def written(goal: Goal) -> str:
    """A record as TOML."""
    parts = [f"[[goals]]\n{records.lines(msgspec.structs.replace(goal, kpis=None))}"]
    for aim in goal.kpis:
        told = msgspec.structs.replace(aim, coverage=None) if aim.coverage == COVERAGE else aim
        parts.append(f"[[goals.kpis]]\n{records.lines(told)}")
    return "\n".join(parts)


def _must_be_sound(path: Path, goal: Goal) -> None:
    """Say what is wrong with a record before anything of the file is touched, by the record's own words."""
    faults: list[Fault] = []
    plain = {name: value for name, value in msgspec.structs.asdict(goal).items() if value is not None}
    plain["kpis"] = [
        {name: value for name, value in msgspec.structs.asdict(aim).items() if value is not None}
        for aim in goal.kpis
    ]
    _entry(plain, lambda key, words: faults.append(Fault("settings", words, ".".join(map(str, key)))))
    if faults:
        raise SettingsError(path, faults)


def _meaning(data: Mapping[str, Any], say: Say) -> None:
    """What types can't say: names are names, texts say something, days are in order, numbers are numbers."""
    entries = data.get("goals")
    for index, entry in enumerate(entries if isinstance(entries, list) else []):
        if isinstance(entry, dict):
            _entry(entry, lambda key, words, at=index: say(("goals", at, *key), words))


def _entry(entry: Mapping[str, Any], tell: Any) -> None:
    for key in ("statement", "serves", "owner", "by"):
        if isinstance(entry.get(key), str) and not entry[key].strip():
            tell((key,), "is empty")
    if isinstance(entry.get("id"), str) and not _ID.fullmatch(entry["id"]):
        tell(("id",), "must be small letters, digits and dashes: fewer-unknown-licenses")
    decided, review = entry.get("decided"), entry.get("review")
    if type(decided) is date and type(review) is date and review < decided:
        tell(("review",), "lies before the day of the decision")
    _end(entry, tell)
    kpis = entry.get("kpis")
    seen: set[str] = set()
    for index, aim in enumerate(kpis if isinstance(kpis, list) else []):
        if isinstance(aim, dict):
            _aim(aim, seen, lambda key, words, at=index: tell(("kpis", at, key), words))


def _end(entry: Mapping[str, Any], tell: Any) -> None:
    given = [key for key in ("ended", "dropped") if entry.get(key) is not None]
    if len(given) > 1:
        tell(("dropped",), "a goal has either ended or was dropped")
    if given and not (isinstance(entry.get("reason"), str) and entry["reason"].strip()):
        tell((given[0],), "needs a reason beside it")


def _aim(aim: Mapping[str, Any], seen: set[str], tell: Any) -> None:
    name = aim.get("kpi")
    if isinstance(name, str):
        if not _KPI.fullmatch(name):
            tell("kpi", f"{name[:40]!r} is no name of a KPI (umbel kpis lists them)")
        elif name in seen:
            tell("kpi", f"{name!r} stands here twice")
        seen.add(name)
    for key in ("target", "baseline"):
        value = aim.get(key)
        if isinstance(value, int | float) and not isinstance(value, bool) and not -MOST < value < MOST:
            tell(key, "must be a number")
    coverage = aim.get("coverage")
    if isinstance(coverage, int | float) and not isinstance(coverage, bool) and not 0 <= coverage <= 1:
        tell("coverage", "is a share from 0 to 1")
    since, until = aim.get("baseline_on"), aim.get("until")
    if type(since) is date and type(until) is date and until <= since:
        tell("until", "must lie after the day of the baseline")
