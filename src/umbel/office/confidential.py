# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Names of projects that are kept from whoever asks: found in a text, and other words put in their place."""

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
    plain = _put(msgspec.to_builtins(value), looks.hidden)
    made: T = msgspec.convert(plain, type=_type(value))
    return made


def without(text: str, hidden: frozenset[str]) -> str:
    """A text without hidden names; also without those that are gone and only a rule still knows."""
    if not hidden:
        return text
    told = _known(hidden).sub(INSTEAD, text)
    return _WORD.sub(lambda found: INSTEAD if found[0] in hidden else found[0], told)


def names(text: str, hidden: frozenset[str]) -> bool:
    """Whether a text names a hidden project."""
    if not hidden:
        return False
    return (
        text in hidden
        or _known(hidden).search(text) is not None
        or any(word in hidden for word in _WORD.findall(text))
    )


@lru_cache(maxsize=64)
def _known(hidden: frozenset[str]) -> re.Pattern[str]:
    """What finds the names as whole words, the longest first: one may lie in another.

    A plain word such as `core` is also a part of names of packages, and means something else there (`@babel/core`,
    `core.js`): it counts where it stands alone. A name of several words counts in addresses and paths, too.
    """
    longest = [each for each in sorted(hidden, key=len, reverse=True) if each]
    plain = "|".join(each for each in longest if each.isalnum())
    several = "|".join(re.escape(each) for each in longest if not each.isalnum())
    ways = [rf"(?<![\w-])(?:{several})(?![\w-])"] if several else []
    ways += [rf"(?<![\w/@.-])(?:{plain})(?![\w/-]|\.\w)"] if plain else []
    return re.compile("|".join(ways) or r"(?!)")


def _put(value: Any, hidden: frozenset[str]) -> Any:
    if isinstance(value, str):
        return without(value, hidden)
    if isinstance(value, list | tuple):
        return [_put(each, hidden) for each in value]
    if isinstance(value, dict):
        return {key: _put(each, hidden) for key, each in value.items()}
    return value


def _type(value: object) -> Any:
    """What a value is converted to: lists are of one kind of record."""
    if isinstance(value, list):
        return list[type(value[0])] if value else list[Any]  # type: ignore[misc]
    return type(value)
