# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""What is kept from whoever asks is taken out of an answer, wherever in it a name stands."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import msgspec

from umbel.office.confidential import names
from umbel.office.pages.ecosystem.figures import kept_from
from umbel.office.pages.legal.confidential import kept_back

if TYPE_CHECKING:
    from collections.abc import Callable

    from umbel.office.seen import Seen

    Tells = Callable[[str], bool]

INSTEAD = "confidential"
_GONE = object()
_WORD = re.compile(r"[^\s,;()\"']+")
"""What may be the name of a package or of an upstream project in a sentence."""


def without(value: Any, looks: Seen, *, fields: bool = False) -> Any:
    """A record without what names a confidential project, or what only such projects use: entries that do are left out.

    A text that stands alone says `confidential` in its place. Counts stay: they name nobody. `fields`: what mappings go
    by are names of columns, and none of projects.
    """
    if not looks.hidden:
        return value
    kept = _kept(value, _telling(looks), fields=fields)
    return None if kept is _GONE else kept


def _telling(looks: Seen) -> Tells:
    """What finds out whether a text tells of what is kept from somebody."""
    upstream, is_kept = kept_from(looks), kept_back(looks)

    def tells(text: str) -> bool:
        if text in upstream or names(text, looks.hidden):
            return True
        words = {word.rstrip(".:") for word in _WORD.findall(text)}
        if not upstream.isdisjoint(words):
            return True
        packages = [word for word in words if word.startswith("pkg:")]
        return bool(packages) and (is_kept is None or any(map(is_kept, packages)))

    return tells


def _kept(value: Any, tells: Tells, *, fields: bool) -> Any:
    if isinstance(value, str):
        return _GONE if tells(value) else value
    if isinstance(value, list | tuple | set | frozenset):
        told = [_kept(each, tells, fields=fields) for each in value]
        if _is_row(value) and any(_is_of_it(each) for each in told):
            return _GONE  # with a cell left out, the others would stand in the wrong places
        return [each for each in told if not _is_of_it(each)]
    if isinstance(value, msgspec.Struct):  # its fields are no names of projects, whatever these are called
        parts = zip(value.__struct_encode_fields__, value.__struct_fields__, strict=True)
        return {name: _or_instead(_kept(getattr(value, part), tells, fields=fields)) for name, part in parts}
    if isinstance(value, dict):
        return {
            key: _or_instead(_kept(each, tells, fields=fields))
            for key, each in value.items()
            if fields or not (isinstance(key, str) and tells(key))
        }
    return value


def _or_instead(kept: Any) -> Any:
    return INSTEAD if kept is _GONE else kept


def _is_row(value: Any) -> bool:
    """Whether it is a row of cells of several kinds, and no list of things of one kind."""
    if not isinstance(value, tuple):
        return False
    kinds = {
        msgspec.Struct if isinstance(each, msgspec.Struct) else type(each)
        for each in value
        if each is not None
    }
    return len(kinds) > 1


def _is_of_it(value: Any) -> bool:
    """Whether an entry was, or is of, what is confidential."""
    if value is _GONE:
        return True
    return isinstance(value, dict) and INSTEAD in value.values()
