# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""What is kept from whoever asks is taken out of an answer, wherever in it a name stands."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import msgspec

if TYPE_CHECKING:
    from umbel.office.seen import Seen

INSTEAD = "confidential"
_GONE = object()


def without(value: Any, looks: Seen) -> Any:
    """A record without what names a confidential project: such entries of lists and mappings are left out.

    A text that stands alone says `confidential` in its place. Counts stay: they name nobody.
    """
    if not looks.hidden:
        return value
    kept = _kept(msgspec.to_builtins(value, str_keys=True), looks, _named_in(frozenset(looks.hidden)))
    return None if kept is _GONE else kept


@lru_cache(maxsize=64)
def _named_in(names: frozenset[str]) -> re.Pattern[str]:
    """What finds any of the names in a text, as a word: a project `ui` isn't named by `build` or `required`."""
    several = "|".join(re.escape(name) for name in sorted(names, key=len, reverse=True) if name)
    return re.compile(rf"(?<![^\W_])(?:{several})(?![^\W_])" if several else r"(?!)")


def _names(text: str, looks: Seen, named: re.Pattern[str]) -> bool:
    return not looks.shows(text) or named.search(text) is not None


def _kept(value: Any, looks: Seen, named: re.Pattern[str]) -> Any:
    if isinstance(value, str):
        return _GONE if _names(value, looks, named) else value
    if isinstance(value, list | tuple | set | frozenset):
        told = [_kept(each, looks, named) for each in value]
        if _is_row(value) and any(_is_of_it(each) for each in told):
            return _GONE  # with a cell left out, the others would stand in the wrong places
        return [each for each in told if not _is_of_it(each)]
    if not isinstance(value, dict):
        return value
    found: dict[str, Any] = {}
    for key, each in value.items():
        if _names(key, looks, named):
            continue
        kept = _kept(each, looks, named)
        found[key] = INSTEAD if kept is _GONE else kept
    return found


def _is_row(value: Any) -> bool:
    """Whether it is a row of cells of several kinds, and no list of things of one kind."""
    return isinstance(value, tuple) and len({type(each) for each in value if each is not None}) > 1


def _is_of_it(value: Any) -> bool:
    """Whether an entry was, or is of, what is confidential."""
    if value is _GONE:
        return True
    return isinstance(value, dict) and INSTEAD in value.values()
