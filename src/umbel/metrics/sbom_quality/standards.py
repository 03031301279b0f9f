# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Standards for SBOMs as data: a TOML file each, whose stem is the standard's name everywhere."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib.resources import files
from typing import Literal

import msgspec

from umbel.model.errors import UsageError

Level = Literal["document", "component", "use"]


class Element(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One thing that a standard asks of an SBOM.

    `met` is a condition in SQL: true, false, or NULL where the evidence can't tell. `level` says of
    what it is asked, and thereby which columns it may name:

    - `document`: those of the view `documents`, `format`, `listed` (the number of its components) and
      `told` (False where Umbel didn't keep what the document says of itself);
    - `component`: those of `components`, `license` (the effective one), `license_stated`, `algorithms` of
      its hashes, `reference_kinds`, `stated` (properties as `name=value`), and `used`, False for
      what is only described as a whole;
    - `use`: `format`, `root`, `placed` (an edge names it), `part` (it is a part of another) and `alone`
      (there is no other component).

    `applies` leaves out what is not asked. `lost` is the code of a fault that stands for a component which
    could not be kept for the lack of this. In formats that begin as one of `unseen` Umbel doesn't see it
    everywhere: what isn't found there is unknown. `what` completes "lacks …"; `advice` is what to ask the
    producer for, and `tools` how, by the tool's name. `required` is False where the standard asks only for
    what exists.
    """

    id: str
    name: str
    question: str
    source: str
    level: Level
    what: str
    met: str
    advice: str
    applies: str = "true"
    lost: str | None = None
    unseen: tuple[str, ...] = ()
    required: bool = True
    tools: dict[str, str] = {}


class Standard(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A standard: where it comes from, what Umbel can't see of it, and its elements in its own order."""

    id: str
    title: str
    edition: str
    source: str
    limits: str
    elements: tuple[Element, ...]


def names() -> list[str]:
    """The standards that there are, by their files' stems."""
    found = (entry.name for entry in files(__package__).iterdir())
    return sorted(name.removesuffix(".toml") for name in found if name.endswith(".toml"))


@cache
def standard(name: str) -> Standard:
    """A standard by its name. Raises `UsageError` with those there are."""
    if name not in names():
        raise UsageError(f"There is no standard {name!r}.", f"There are: {', '.join(names())}.")
    text = (files(__package__) / f"{name}.toml").read_text("utf-8")
    found = msgspec.convert(tomllib.loads(text) | {"id": name}, Standard)
    ids = [element.id for element in found.elements]
    if len(set(ids)) < len(ids):
        raise ValueError(f"{name}.toml names an element twice")
    return found


def chosen(names_: str | None) -> tuple[Standard, ...]:
    """The standard of a name, or all."""
    return tuple(standard(name) for name in (names() if names_ is None else [names_]))
