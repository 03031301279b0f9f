# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""What befell projects, and when: the events that a backtest is asked about, from a TOML file."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from umbel.model.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from umbel.policy.records import Say

_EARLIEST = 1980
FILE = Path(__file__).parent.parent / "data" / "incidents.toml"
"""Those that come with Umbel: publicly known, each with its source."""


class Event(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What befell a project on a day: its `kind` in a word, and where it can be read. `also` are other names."""

    project: str
    day: date
    kind: str
    source: str
    what: str = ""
    also: tuple[str, ...] = ()

    def among(self, known: Iterable[str]) -> str | None:
        """The name of its project among those of a lake, any case."""
        by_name = {name.casefold(): name for name in known}
        return next(
            (by_name[n.casefold()] for n in (self.project, *self.also) if n.casefold() in by_name), None
        )


class Events(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The file: one `[[event]]` each."""

    event: tuple[Event, ...] = ()


def load(path: Path | None = None) -> tuple[Event, ...]:
    """The events of a file, those that come with Umbel without one; by day.

    Raises `UsageError` if there is no such file, `SettingsError` with every fault and its line.
    """
    from umbel.policy import records

    place = path or FILE
    if not place.is_file():
        raise UsageError(
            f"There is no file {place}.", "Write one [[event]] each: project, day, kind, source."
        )
    return tuple(sorted(records.load(place, Events, _meaning).event, key=lambda e: (e.day, e.project)))


def _meaning(data: Mapping[str, Any], say: Say) -> None:
    """A project named twice would count twice; and of days before the first history nothing is known."""
    met: set[str] = set()
    for number, each in enumerate(data.get("event", ())):
        name = str(each.get("project", "")).casefold() if isinstance(each, dict) else ""
        if name in met:
            say(("event", number, "project"), "has an event already: one a project, the first that harmed")
        met.add(name)
        day = each.get("day") if isinstance(each, dict) else None
        if isinstance(day, date) and day.year < _EARLIEST:
            say(("event", number, "day"), "lies before any history")
