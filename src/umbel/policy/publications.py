# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""`decisions/published.toml`: which projects of ours are public, since when, and who decided it.

Nothing that is collected tells whether a repository can be read by everybody: somebody says it here. Entries are
added; the last word on a project counts, and `withdrawn` takes one back.
"""

from __future__ import annotations

from datetime import date
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any

import msgspec

from umbel.policy import records

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from umbel.policy.records import Say

FILE = "decisions/published.toml"
_HEADER = """\
# Which of our projects are public: by whose decision, since when; `asked` is the day on which somebody asked for it.
# Free to be edited. A later entry about a project counts instead of an earlier one; withdrawn = true takes it back.
"""


def named(pattern: str, project: str) -> bool:
    """Whether a pattern names a project: by its whole name, or the end of it after a slash; any case.

    >>> named("shop*", "github.com/acme/Shop-ui"), named("acme", "github.com/acme/shop")
    (True, False)
    """
    name, wanted = project.casefold(), pattern.casefold()
    return fnmatchcase(name, wanted) or fnmatchcase(name, f"*/{wanted}")


class Publication(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One decision: the projects that a pattern names (`github.com/acme/*`) are public from `decided` on.

    `asked` is the day on which somebody asked to publish, `until` the last day on which it counts, `withdrawn` says
    that they are public no more.
    """

    project: str
    by: str
    decided: date
    reason: str = ""
    asked: date | None = None
    until: date | None = None
    withdrawn: bool = False

    def means(self, project: str) -> bool:
        """Whether it speaks of a project: by its whole name, or the end of it after a slash."""
        return named(self.project, project)

    def stands(self, day: date) -> bool:
        """Whether it says on a day that they are public."""
        return self.decided <= day and not self.withdrawn and (self.until is None or day <= self.until)


class Publications(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The whole file."""

    published: tuple[Publication, ...] = ()

    def known(self, day: date) -> list[Publication]:
        """What had been decided by a day, the earliest first."""
        return sorted((each for each in self.published if each.decided <= day), key=lambda each: each.decided)

    def standing(self, day: date) -> list[Publication]:
        """Of each pattern the last word up to a day, unless it was taken back or has run out."""
        last = {each.project.casefold(): each for each in self.known(day)}
        return [each for each in last.values() if each.stands(day)]

    def of(self, projects: Iterable[str], day: date) -> list[str]:
        """Those of some projects that are public on a day, in their order."""
        said = self.known(day)
        found = []
        for name in projects:
            last = next((each for each in reversed(said) if each.means(name)), None)
            if last is not None and last.stands(day):
                found.append(name)
        return found


def load(path: Path) -> Publications:
    """Read and check the file; a missing one says nothing. Raises `SettingsError` with every fault."""
    return records.load(path, Publications, _meaning)


def add(path: Path, one: Publication) -> None:
    """Write one more at the file's end. Raises `SettingsError` for one that can't be."""
    records.add(path, "published", one, Publications, _HEADER, _meaning)


def _meaning(data: Mapping[str, Any], say: Say) -> None:
    """What types can't say: texts say something, days are in order."""
    entries = data.get("published")
    for index, entry in enumerate(entries if isinstance(entries, list) else []):
        if not isinstance(entry, dict):
            continue
        for key in ("project", "by"):
            if isinstance(entry.get(key), str) and not entry[key].strip():
                say(("published", index, key), "is empty")
        decided, asked, until = (entry.get(key) for key in ("decided", "asked", "until"))
        if type(decided) is date and type(asked) is date and decided < asked:
            say(("published", index, "asked"), "lies after the day of the decision")
        if type(decided) is date and type(until) is date and until < decided:
            say(("published", index, "until"), "lies before the day of the decision")
