# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""What appeared and went from one edition to the next: how it stood last is kept, and each difference is written down.

It is what the office *learned* and when, not when things happened: evidence may be collected late. One file holds
both, replaced as a whole, so that a difference is neither lost nor told twice.
"""

from __future__ import annotations

import zlib
from datetime import datetime
from typing import TYPE_CHECKING

import msgspec

from umbel.policy import files

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from pathlib import Path

NAME = "changes"
VERSION = 1
MOST_STEPS = 200
MOST_ITEMS = 12
"""Of each kind in one step: the rest is counted."""


class Thing(msgspec.Struct, frozen=True, array_like=True):
    """Something that is there: what it is called, in which projects (None: in many), how grave, and its newest word."""

    title: str
    projects: tuple[str, ...] | None = None
    grade: str | None = None
    newest: str | None = None


class Item(msgspec.Struct, frozen=True, kw_only=True):
    """Something that appeared or went. `kind` is package, project or finding; `turn` new, gone or newer."""

    kind: str
    turn: str
    key: str
    title: str
    projects: tuple[str, ...] | None = None
    grade: str | None = None


class Step(msgspec.Struct, frozen=True, kw_only=True):
    """What changed when an edition was made. `counts` are whole, by `kind turn`; of items the first are kept."""

    at: datetime
    edition: str
    counts: dict[str, int]
    items: tuple[Item, ...]


State = dict[str, dict[str, Thing]]
"""What is there, by kind and key."""


class Journal(msgspec.Struct, frozen=True, kw_only=True):
    """How it stood last, and what changed before that, newest first."""

    version: int
    began: datetime
    edition: str
    state: State
    steps: tuple[Step, ...] = ()


def load(folder: Path) -> Journal | None:
    """What was kept; None where nothing was, or it can't be read any more."""
    try:
        kept = msgspec.msgpack.decode(zlib.decompress((folder / NAME).read_bytes()), type=Journal)
    except (OSError, zlib.error, msgspec.MsgspecError):
        return None
    return kept if kept.version == VERSION else None


def take(folder: Path, edition: str, now: datetime, state: State) -> Journal:
    """Write down what changed since the state that was kept; gives the journal. Raises `OSError`."""
    before = load(folder)
    if before is None:
        journal = Journal(version=VERSION, began=now, edition=edition, state=state)
    else:
        step = difference(before.state, state, now, edition)
        steps = (step, *before.steps)[:MOST_STEPS] if step.counts else before.steps
        if not step.counts and before.edition == edition:
            return before
        journal = msgspec.structs.replace(before, edition=edition, state=state, steps=steps)
    files.replace(folder / NAME, zlib.compress(msgspec.msgpack.encode(journal), 1))
    return journal


def difference(before: State, after: State, now: datetime, edition: str) -> Step:
    """What appeared, what went, and of what there is newer evidence."""
    counts: dict[str, int] = {}
    items: list[Item] = []

    def told(kind: str, turn: str, keys: Iterable[str], things: Mapping[str, Thing]) -> None:
        found = sorted(keys, key=lambda key: (_weight(things[key].grade), key))
        if found:
            counts[f"{kind} {turn}"] = len(found)
            items.extend(_item(kind, turn, key, things[key]) for key in found[:MOST_ITEMS])

    for kind in sorted({*before, *after}):
        old, new = before.get(kind, {}), after.get(kind, {})
        told(kind, "new", new.keys() - old.keys(), new)
        told(kind, "gone", old.keys() - new.keys(), old)
        told(
            kind, "newer", (key for key in new.keys() & old.keys() if new[key].newest != old[key].newest), new
        )
    return Step(at=now, edition=edition, counts=counts, items=tuple(items))


def _item(kind: str, turn: str, key: str, thing: Thing) -> Item:
    return Item(kind=kind, turn=turn, key=key, title=thing.title, projects=thing.projects, grade=thing.grade)


_GRADES = ("critical", "high", "medium", "low")


def _weight(grade: str | None) -> int:
    return _GRADES.index(grade) if grade in _GRADES else len(_GRADES)


class Told(msgspec.Struct, frozen=True, kw_only=True):
    """All changes of one kind since a moment: how many, and the first of them."""

    kind: str
    turn: str
    count: int
    items: list[Item]


def since(steps: Iterable[Step], moment: datetime, may_see: Callable[[Item], bool]) -> list[Told]:
    """What changed after a moment, by kind. Where all of a kind are kept, only what may be seen is counted."""
    counts: dict[str, int] = {}
    items: dict[str, list[Item]] = {}
    for step in steps:
        if step.at <= moment:
            continue
        for name, count in step.counts.items():
            kept = [each for each in step.items if f"{each.kind} {each.turn}" == name]
            shown = [each for each in kept if may_see(each)]
            counts[name] = counts.get(name, 0) + (len(shown) if len(kept) == count else count)
            items.setdefault(name, []).extend(shown)
    return [
        Told(kind=kind, turn=turn, count=counts[name], items=items[name][:MOST_ITEMS])
        for name in sorted(counts)
        for kind, turn in [name.split(" ")]
        if counts[name]
    ]
