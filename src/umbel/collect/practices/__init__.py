# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Enters: a project's own files. Leaves: for every practice whether they show it, and which file does.

What is looked for stands in `rules.toml`, one rule a practice; what names can't tell is a function
of a module here. A file that is empty shows nothing.
"""

from __future__ import annotations

import importlib
import tomllib
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING

import msgspec

from umbel.collect.interface import Practice
from umbel.collect.practices._look import look
from umbel.collect.practices._shown import Shown

if TYPE_CHECKING:
    from collections.abc import Callable

    from umbel.collect._tree import Tree

FAILED = 300
"""Longest text of an error that is kept."""


class Text(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """An expression that a file's text must hold, and what it then shows."""

    holds: str
    shows: str


class Rule(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One practice and how it is seen; `rules.toml` says what each field is."""

    id: str
    title: str
    question: str
    limits: str = ""
    source: str = ""
    stems: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    places: tuple[str, ...] = ("",)
    paths: dict[str, str] = {}
    keys: dict[str, str] = {}
    texts: dict[str, tuple[Text, ...]] = {}
    pipelines: tuple[Text, ...] = ()
    check: str = ""


class _File(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    practices: tuple[Rule, ...]


@cache
def rules() -> tuple[Rule, ...]:
    """Every practice, in the order in which they are shown. Raises `ValueError` if two share an id."""
    text = (files(__package__) / "rules.toml").read_text("utf-8")
    found = msgspec.convert(tomllib.loads(text), _File).practices
    if len({rule.id for rule in found}) < len(found):
        raise ValueError("rules.toml names a practice twice")
    return found


def examine(tree: Tree) -> list[Practice]:
    """What a project's files show of every practice. One that can't be examined is an `error`."""
    shown = Shown(tree)
    return [_examine(rule, shown) for rule in rules()]


def unknown(reason: str) -> list[Practice]:
    """Every practice as unknown, with the reason: where no file can be seen."""
    return [Practice(practice=rule.id, outcome="unknown", detail=reason) for rule in rules()]


def _examine(rule: Rule, shown: Shown) -> Practice:
    try:
        found = _check(rule.check)(rule.id, shown) if rule.check else look(rule, shown)
        return msgspec.structs.replace(found, path=_sound(found.path), detail=_sound(found.detail))
    except (RecursionError, MemoryError, Exception) as error:  # noqa: BLE001 - one practice never stops the others
        return Practice(
            practice=rule.id, outcome="error", detail=_sound(f"{type(error).__name__}: {error}"[:FAILED])
        )


def _sound(text: str | None) -> str | None:
    """A text that can be stored: JSON can hold halves of characters."""
    return None if text is None else text.encode("utf-8", "replace").decode()


@cache
def _check(name: str) -> Callable[[str, Shown], Practice]:
    module, _, function = name.partition(":")
    found: Callable[[str, Shown], Practice] = getattr(
        importlib.import_module(f"umbel.collect.practices._{module}"), function
    )
    return found
