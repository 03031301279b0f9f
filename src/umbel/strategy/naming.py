# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""`decisions/coordinators.toml`: who speaks for a project, as somebody decided; it goes before what the data propose.

A coordinator is a department, a team or a role: no person's name or address stands here.
"""

from __future__ import annotations

from datetime import date  # noqa: TC003 - msgspec reads it
from typing import TYPE_CHECKING, Any

import msgspec

from umbel.policy import records
from umbel.strategy.owners import is_project

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from umbel.policy.records import Say

FILE = "decisions/coordinators.toml"
LONGEST = {"coordinator": 120, "by": 200, "reason": 500}
_HEADER = """\
# Who speaks for an upstream project: a department, a team or a role. The newest entry of a project counts.
# Written by the office, and free to be edited.
"""


class Named(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Who speaks for a project, who said so, and why."""

    project: str
    coordinator: str
    by: str
    decided: date
    reason: str


class _File(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    coordinator: tuple[Named, ...] = ()


def load(folder: Path, day: date) -> dict[str, Named]:
    """Who was named up to a day, by project. Raises `SettingsError` with every fault."""
    found = records.load(folder / FILE, _File, _meaning).coordinator
    return {each.project: each for each in sorted(found, key=lambda one: one.decided) if each.decided <= day}


def add(folder: Path, entry: Named) -> None:
    """Write one more at the file's end. Raises `SettingsError` for one that can't be."""
    records.add(folder / FILE, "coordinator", entry, _File, _HEADER, _meaning)


def _meaning(data: Mapping[str, Any], say: Say) -> None:
    """What types can't say: a project is one, texts say something, nobody's address stands here."""
    entries = data.get("coordinator")
    for index, entry in enumerate(entries if isinstance(entries, list) else []):
        if isinstance(entry, dict):
            _entry(entry, lambda key, words, at=index: say(("coordinator", at, key), words))


def _entry(entry: Mapping[str, Any], tell: Any) -> None:
    for key, most in LONGEST.items():
        text = entry.get(key)
        if not isinstance(text, str):
            continue
        if not text.strip():
            tell(key, "is empty")
        if len(text) > most:
            tell(key, f"has {len(text):,} characters; {most:,} are allowed")
        elif not text.isprintable():
            tell(key, "has characters that can't be printed")
    project, named = entry.get("project"), entry.get("coordinator")
    if isinstance(project, str) and not is_project(project):
        tell("project", "must be a project's name: github.com/pallets/flask")
    if isinstance(named, str) and "@" in named:
        tell("coordinator", "holds an address: name a department, a team or a role")
