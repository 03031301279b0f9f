# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""`decisions/contributions.toml`: what we mean to do in upstream projects: why, who, where, how much, by which measure.

Entries are added; what became of one stands in reviews beside it, the newest of which says its state and when it is
looked at again. People stand here only by the handle of one who agreed to be named, or as a team.
"""

from __future__ import annotations

import hashlib
import re
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any, Literal

import msgspec

from umbel.evidence.people.handles import HANDLE
from umbel.evidence.questions.areas import normal
from umbel.model.errors import Fault, UsageError
from umbel.model.settings import SettingsError
from umbel.policy import records
from umbel.strategy.owners import is_project

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from pathlib import Path

    from umbel.policy.records import Say

FILE = "decisions/contributions.toml"
OURS = {
    "our_commits": "commits of our people since the start",
    "our_people": "people of ours who committed since the start",
}
"""Measures that are counts of the follow-up itself; every other is a metric of `umbel metrics`."""
State = Literal["planned", "active", "paused", "done", "dropped"]
OPEN: tuple[State, ...] = ("planned", "active", "paused")
MONTH = 365.25 / 12
_HEADER = """\
# What we mean to do in upstream projects, and what became of it.
# Written by `umbel contributions add` and `review`, and free to be edited. No name and no address of a person stands
# here: people are teams, or the p-… handles of those who agreed to be named.
"""


class Contribution(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One contribution strategy.

    `goal` is what should become of the project for us, `serves` the business goal behind it. `areas` are folders or
    files of the project (none is all of it), `hours` is a month's. `measure` is a metric or one of `OURS`, `target` the
    figure it should reach, `baseline` what it was at the start, where somebody wrote it down.
    """

    project: str
    goal: str
    serves: str
    owner: str
    hours: float
    measure: str
    target: float
    start: date
    review: date
    decided: date
    by: str
    state: State = "planned"
    people: tuple[str, ...] = ()
    areas: tuple[str, ...] = ()
    baseline: float | None = None
    id: str | None = None

    @property
    def name(self) -> str:
        """Its id, or one made from the project, the goal and the day on which it was decided."""
        if self.id:
            return self.id
        text = "\0".join((self.project, self.goal, str(self.decided)))
        return "c-" + hashlib.blake2b(text.encode("utf-8", "replace"), digest_size=4).hexdigest()

    def planned_hours(self, day: date) -> float:
        """Hours that were planned from the start up to a day, both counted."""
        return self.hours * max((day - self.start).days + 1, 0) / MONTH


class Review(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A look back at a contribution: what was found, its state from then on, and when it is looked at again."""

    contribution: str
    by: str
    decided: date
    found: str
    state: State = "active"
    review: date | None = None


class Standing(msgspec.Struct, frozen=True, kw_only=True):
    """A contribution as of a day: its state, when it is due to be looked at, and the reviews so far.

    `late` says that the day has passed. One that is done or dropped is due no more.
    """

    contribution: Contribution
    state: State
    due: date | None
    late: bool
    reviews: tuple[Review, ...] = ()


class _File(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    contribution: tuple[Contribution, ...] = ()
    review: tuple[Review, ...] = ()


def load(folder: Path, day: date) -> list[Standing]:
    """Contributions as they stood on a day, those that are due first. Raises `SettingsError` with every fault."""
    found = records.load(folder / FILE, _File, _meaning)
    made = [_standing(each, found.review, day) for each in found.contribution if each.decided <= day]
    return sorted(made, key=lambda each: (each.due is None, each.due or day, each.contribution.name))


def read(path: Path) -> list[Contribution]:
    """The contributions of a filled-in draft. Raises `SettingsError` with every fault, `UsageError` without any."""
    if not path.is_file():
        raise UsageError(
            f"There is no file {path}.", "umbel contributions draft PROJECT prints one to fill in."
        )
    found = records.load(path, _File, _meaning)
    if not found.contribution:
        raise UsageError(
            f"{path} holds no [[contribution]].", "umbel contributions draft PROJECT prints one."
        )
    return list(found.contribution)


def add(folder: Path, contribution: Contribution, agreed: Collection[str]) -> None:
    """Write one more at the file's end. `agreed` are the handles of those who opted in.

    Raises `SettingsError` for one that can't be: a person who didn't agree, one that stands there already.
    """
    path = folder / FILE
    strangers = [
        one
        for one in contribution.people
        if one.startswith("p-") and HANDLE.fullmatch(one) and one not in agreed
    ]
    if strangers:
        words = f"{strangers[0]} didn't agree to be named (umbel people opt-in); write a team instead"
        raise SettingsError(path, [Fault("settings", words, "people")])
    if any(each.name == contribution.name for each in records.load(path, _File, _meaning).contribution):
        raise SettingsError(
            path, [Fault("settings", f"{contribution.name} stands there already", "contribution")]
        )
    records.add(path, "contribution", contribution, _File, _HEADER, _meaning)


def review(folder: Path, entry: Review) -> None:
    """Write down a look back. Raises `UsageError` if there is no such contribution."""
    path = folder / FILE
    names = [each.name for each in records.load(path, _File, _meaning).contribution]
    if entry.contribution not in names:
        raise UsageError(
            f"There is no contribution {entry.contribution!r}.", "umbel contributions list shows them."
        )
    records.add(path, "review", entry, _File, _HEADER, _meaning)


def _standing(each: Contribution, reviews: tuple[Review, ...], day: date) -> Standing:
    mine = sorted(
        (one for one in reviews if one.contribution == each.name and one.decided <= day),
        key=lambda one: one.decided,
    )
    state: State = mine[-1].state if mine else each.state
    due = (mine[-1].review if mine else each.review) if state in OPEN else None
    return Standing(
        contribution=each, state=state, due=due, late=due is not None and due < day, reviews=tuple(mine)
    )


def _meaning(data: Mapping[str, Any], say: Say) -> None:
    """What types can't say: texts say something, days are in order, people agreed or are teams, areas are paths."""
    for table, check in (("contribution", _entry), ("review", _review)):
        entries = data.get(table)
        for index, entry in enumerate(entries if isinstance(entries, list) else []):
            if isinstance(entry, dict):
                check(entry, lambda key, words, at=(table, index): say((*at, key), words))


def _entry(entry: Mapping[str, Any], tell: Any) -> None:
    for key in ("goal", "serves", "owner", "by", "measure"):
        if isinstance(entry.get(key), str) and not entry[key].strip():
            tell(key, "is empty")
    project = entry.get("project")
    if isinstance(project, str) and not is_project(project):
        tell("project", "must be a project's name: github.com/pallets/flask")
    hours = entry.get("hours")
    if isinstance(hours, int | float) and not isinstance(hours, bool) and not 0 < hours <= 10_000:
        tell("hours", "must be a number of hours a month, above 0")
    for key in ("target", "baseline"):
        value = entry.get(key)
        if isinstance(value, int | float) and not -1e12 < value < 1e12:
            tell(key, "must be a number")
    if isinstance(entry.get("measure"), str) and not re.fullmatch(r"[a-z0-9_]*", entry["measure"].strip()):
        tell("measure", f"must be a metric (umbel metrics), or {' or '.join(OURS)}")
    _days(entry, tell)
    _people(entry.get("people"), tell)
    _areas(entry.get("areas"), tell)


def _days(entry: Mapping[str, Any], tell: Any) -> None:
    start, end = entry.get("start"), entry.get("review")
    if type(start) is date and type(end) is date and end <= start:
        tell("review", "must lie after the start")


def _people(people: Any, tell: Any) -> None:
    for one in people if isinstance(people, list) else ():
        if not isinstance(one, str):
            continue
        if "@" in one:
            tell("people", "holds an address: write the p-… handle of one who agreed to be named, or a team")
        elif not one.strip():
            tell("people", "holds an empty text")
        elif re.match(r"[pia]-[0-9a-f]", one) and not (HANDLE.fullmatch(one) and one[0] == "p"):
            tell("people", f"has {one[:40]!r}; it must look like p-0123456789ab")


def _areas(areas: Any, tell: Any) -> None:
    if isinstance(areas, list) and areas and all(isinstance(one, str) for one in areas):
        try:
            normal(areas)
        except UsageError as error:
            tell("areas", error.message)


def _review(entry: Mapping[str, Any], tell: Any) -> None:
    for key in ("by", "found", "contribution"):
        if isinstance(entry.get(key), str) and not entry[key].strip():
            tell(key, "is empty")
    end, decided = entry.get("review"), entry.get("decided")
    if type(end) is date and type(decided) is date and end <= decided:
        tell("review", "must lie after the day of the look back")
    if entry.get("state", "active") in OPEN and end is None:
        tell("review", "is needed while it goes on: when is it looked at again?")


def next_review(start: date, months: int = 6) -> date:
    """A day so many months on, for a draft."""
    return start + timedelta(days=round(months * MONTH))
