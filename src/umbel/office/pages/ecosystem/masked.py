# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Figures without the names of projects that are kept from whoever asks, wherever in a sentence they stand."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, Any, TypeVar

import msgspec

if TYPE_CHECKING:
    from umbel.office.seen import Seen

T = TypeVar("T")
INSTEAD = "a confidential project"
_WORD = re.compile(r"[\w@][\w@./*?-]*[\w*?]")
"""What may be a project's name, or a pattern of them."""


def masked(value: T, looks: Seen) -> T:
    """The same value; for those from whom projects are hidden, with other words in the place of their names."""
    if value is None or not looks.hidden:
        return value
    plain = _put(msgspec.to_builtins(value), _names(looks.hidden))
    made: T = msgspec.convert(plain, type=_type(value))
    return made


def without(text: str, hidden: frozenset[str]) -> str:
    """A text without hidden names; also without those that are gone and only a rule still knows."""
    if hidden:
        text = _names(hidden).sub(INSTEAD, text)
    return (
        _WORD.sub(lambda found: INSTEAD if found[0] in hidden else found[0], text) if _rules(hidden) else text
    )


def _rules(hidden: frozenset[str]) -> bool:
    """Whether there are rules, rather than names alone."""
    return type(hidden) is not frozenset


@lru_cache(maxsize=8)
def _names(hidden: frozenset[str]) -> re.Pattern[str]:
    """Hidden names as whole words, the longest first: one may lie in another, and in words that mean something else."""
    longest = sorted(hidden, key=len, reverse=True)
    return re.compile(rf"(?<![\w/@-])(?:{'|'.join(map(re.escape, longest))})(?![\w/-])")


def _put(value: Any, names: re.Pattern[str]) -> Any:
    if isinstance(value, str):
        return names.sub(INSTEAD, value)
    if isinstance(value, list | tuple):
        return [_put(each, names) for each in value]
    if isinstance(value, dict):
        return {key: _put(each, names) for key, each in value.items()}
    return value


def _type(value: object) -> Any:
    """What a value is converted to: lists are of one kind of record."""
    if isinstance(value, list):
        return list[type(value[0])] if value else list[Any]  # type: ignore[misc]
    return type(value)
