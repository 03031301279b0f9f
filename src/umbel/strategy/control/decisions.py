# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""`decisions/control.toml`: who holds a project, as somebody found out and wrote down; it goes before all data.

An entry `[[holder]]` has `project` (an address or a pattern), `kind` (foundation or vendor), `name` (left out: there
is none), `by`, `decided`, `reason`, and perhaps `until`.
"""

from __future__ import annotations

from datetime import date
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any, Literal

import msgspec

from umbel.policy import records

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from umbel.policy.records import Say

FILE = "decisions/control.toml"


class Holder(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Who holds the projects that a pattern names: a foundation, or a vendor; no `name` says that there is none."""

    project: str
    kind: Literal["foundation", "vendor"]
    by: str
    decided: date
    reason: str
    name: str | None = None
    until: date | None = None


class Holders(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The whole file."""

    holder: tuple[Holder, ...] = ()

    def of(self, project: str, kind: str, day: date) -> Holder | None:
        """The last word on a project by a day; None if nobody said anything that still counts."""
        said = [
            each
            for each in self.holder
            if each.kind == kind
            and fnmatchcase(project.casefold(), each.project.casefold())
            and each.decided <= day
            and (each.until is None or day <= each.until)
        ]
        return max(reversed(said), key=lambda each: each.decided, default=None)


def load(path: Path) -> Holders:
    """Read and check the file; a missing one says nothing. Raises `SettingsError` with every fault."""
    return records.load(path, Holders, _meaning)


def _meaning(data: Mapping[str, Any], say: Say) -> None:
    """What types can't say: texts say something, days are in order."""
    entries = data.get("holder")
    for index, entry in enumerate(entries if isinstance(entries, list) else []):
        if not isinstance(entry, dict):
            continue
        for key in ("project", "by", "reason", "name"):
            if isinstance(entry.get(key), str) and not entry[key].strip():
                say(("holder", index, key), "is empty")
        decided, until = entry.get("decided"), entry.get("until")
        if type(decided) is date and type(until) is date and until < decided:
            say(("holder", index, "until"), "lies before the day of the decision")
