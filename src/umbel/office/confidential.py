# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Names of projects that are kept from whoever asks: found in a text, and other words put in their place."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, Any, TypeVar

import msgspec
import msgspec.inspect

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
    made: T = _put(value, _known(looks.hidden))
    return made


def without(text: str, hidden: frozenset[str]) -> str:
    """A text without hidden names; also without those that are gone and only a rule still knows."""
    if not hidden:
        return text
    if text in hidden:
        return INSTEAD
    told = _known(hidden).sub(INSTEAD, text)
    return _WORD.sub(lambda found: INSTEAD if found[0] in hidden else found[0], told)


def names(text: str, hidden: frozenset[str]) -> bool:
    """Whether a text names a hidden project."""
    return bool(hidden) and (text in hidden or _known(hidden).search(text) is not None)


@lru_cache(maxsize=64)
def _known(hidden: frozenset[str]) -> re.Pattern[str]:
    """What finds the names as whole words, the longest first: one may lie in another.

    A plain word such as `core` is also a part of names of packages, and means something else there (`@babel/core`): it
    counts where it stands alone or begins a path. A name of several words counts anywhere, in whatever case.
    """
    longest = [each for each in sorted(hidden, key=len, reverse=True) if each]
    plain = "|".join(each for each in longest if each.isalnum())
    several = "|".join(re.escape(each) for each in longest if not each.isalnum())
    ways = [rf"(?<![\w-])(?i:{several})(?![\w-])"] if several else []
    ways += [rf"(?<![\w/@.-])(?:{plain})(?![\w-])"] if plain else []
    return re.compile("|".join(ways) or r"(?!)")


def _put(value: Any, names_: re.Pattern[str]) -> Any:
    """The same with other words in it: texts alone, since days, words of a fixed set and keys name no project."""
    if type(value) is str:
        return names_.sub(INSTEAD, value)
    if isinstance(value, list | tuple):
        told = [_put(each, names_) for each in value]
        return (
            told
            if isinstance(value, list)
            else type(value)(*told)
            if hasattr(value, "_fields")
            else tuple(told)
        )
    if isinstance(value, dict):
        return {key: _put(each, names_) for key, each in value.items()}
    if isinstance(value, msgspec.Struct):
        free = {name: getattr(value, name) for name in _free(type(value))}
        changed = {name: new for name, old in free.items() if (new := _put(old, names_)) != old}
        return msgspec.structs.replace(value, **changed) if changed else value
    return value


@lru_cache(maxsize=256)
def _free(kind: type[msgspec.Struct]) -> tuple[str, ...]:
    """The fields of a record that aren't words of a fixed set."""
    fixed = (msgspec.inspect.LiteralType, msgspec.inspect.EnumType)

    def is_fixed(of: msgspec.inspect.Type) -> bool:
        if isinstance(of, msgspec.inspect.UnionType):
            return any(map(is_fixed, of.types))
        return isinstance(of, fixed)

    found = msgspec.inspect.type_info(kind)
    fields = found.fields if isinstance(found, msgspec.inspect.StructType) else ()
    return tuple(field.name for field in fields if not is_fixed(field.type))
