# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""`decisions/strategy.toml`: what people say of a project's score, and what they decided to do with it.

An opinion overrules the data, which stays beside it. One that has ended is told and counts no more; one that was
decided after the day asked for isn't there yet. What product owners say (`umbel.strategy.owners`) counts where
nobody wrote an opinion.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, get_args

import msgspec

from umbel.policy import records
from umbel.strategy import owners
from umbel.strategy.interface import Opinion, PartName, StanceName

if TYPE_CHECKING:
    from pathlib import Path

    from umbel.policy.records import Say

FILE = "decisions/strategy.toml"
LOWEST, HIGHEST = 1.0, 10.0
"""Between which a part of a score lies, as in CHAOSS's practitioner guide."""
_HEADER = """\
# What people say of upstream projects: a part of the score with [[opinion]], what to do with [[stance]].
# Written by `umbel strategy say` and `decide`, and free to be edited. The newest that has not ended counts.
"""


class Decided(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What somebody decided to do with a project, why, and when that is to be looked at again."""

    project: str
    stance: StanceName
    by: str
    decided: date
    reason: str
    review: date | None = None


class _File(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    opinion: tuple[Opinion, ...] = ()
    stance: tuple[Decided, ...] = ()


class Opinions(Mapping[tuple[str, str], Opinion]):
    """What people say, as of a day: (project, part) → the opinion that counts.

    `ended` are those that no longer do, `stances` what was decided by project. Without a day nothing has ended.
    """

    def __init__(
        self,
        opinions: Iterable[Opinion] = (),
        stances: Iterable[Decided] = (),
        day: date | None = None,
        answers: Mapping[str, Opinion] | None = None,
    ) -> None:
        """Keep what counts on the day; `answers` are the words of product owners, by project."""
        known = sorted(
            (each for each in opinions if day is None or each.decided <= day), key=lambda each: each.decided
        )
        self.day = day
        self.ended = tuple(each for each in known if _over(each, day))
        counting = {(each.project, each.part): each for each in (answers or {}).values()}
        counting |= {(each.project, each.part): each for each in known if not _over(each, day)}
        self._counting = counting
        ordered = sorted(stances, key=lambda each: each.decided)
        self.stances = {each.project: each for each in ordered if day is None or each.decided <= day}

    def __getitem__(self, key: tuple[str, str]) -> Opinion:
        """The opinion of a project's part."""
        return self._counting[key]

    def __iter__(self) -> Iterator[tuple[str, str]]:
        """Every project and part of which somebody said something."""
        return iter(self._counting)

    def __len__(self) -> int:
        """How many opinions count."""
        return len(self._counting)

    def of(self, project: str) -> dict[str, Opinion]:
        """The opinions of one project, by part."""
        return {part: each for (name, part), each in self._counting.items() if name == project}


def load(folder: Path, day: date | datetime | None = None) -> Opinions:
    """Read what people say in a workspace's folder, as of a day. Raises `SettingsError` with every fault."""
    on = day.date() if isinstance(day, datetime) else day
    found = records.load(folder / FILE, _File, _meaning)
    answers = owners.load(folder, on)
    return Opinions(found.opinion, found.stance, on, answers.opinions())


def say(folder: Path, opinion: Opinion) -> None:
    """Write one more opinion at the file's end. Raises `SettingsError` for one that can't be."""
    records.add(folder / FILE, "opinion", opinion, _File, _HEADER, _meaning)


def decide(folder: Path, stance: Decided) -> None:
    """Write down what is done with a project. Raises `SettingsError` for what can't be."""
    records.add(folder / FILE, "stance", stance, _File, _HEADER, _meaning)


def _over(opinion: Opinion, day: date | None) -> bool:
    return day is not None and opinion.until is not None and opinion.until < day


def _meaning(data: Mapping[str, Any], say: Say) -> None:
    """What types can't say: parts exist, values lie on the scale, days are in order, texts say something."""
    for table in ("opinion", "stance"):
        entries = data.get(table)
        for index, entry in enumerate(entries if isinstance(entries, list) else []):
            if not isinstance(entry, dict):
                continue

            def tell(key: str, words: str, at: tuple[str, int] = (table, index)) -> None:
                say((*at, key), words)

            _entry(entry, tell)


def _entry(entry: Mapping[str, Any], tell: Any) -> None:
    for key in ("by", "reason"):
        if isinstance(entry.get(key), str) and not entry[key].strip():
            tell(key, "is empty")
    project = entry.get("project")
    if isinstance(project, str) and not owners.is_project(project):
        tell("project", "must be a project's name: github.com/pallets/flask")
    part, value = entry.get("part"), entry.get("value")
    if isinstance(part, str) and part not in get_args(PartName):
        tell("part", f"is {part[:40]!r}; it must be one of {', '.join(get_args(PartName))}")
    if isinstance(value, int | float) and not LOWEST <= value <= HIGHEST:  # which no NaN does
        said = (
            f"is {value:g}; it " if abs(value) < 1e9 else ""
        )  # a number may have more digits than can be shown
        tell("value", f"{said}must lie between {LOWEST:.0f} and {HIGHEST:.0f}")
    for key in ("until", "review"):
        end, decided = entry.get(key), entry.get("decided")
        if type(end) is date and type(decided) is date and end < decided:
            tell(key, "lies before the day of the decision")
