# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""First uses of record types, one at a time.

msgspec learns what a type is made of when it is first read as such. Two threads that do so at once meet a half-made
description, and the whole process ends with a segmentation fault (msgspec 0.22.0; a process that has just started and
is asked by many is where that happens). Here every first use is alone; all later ones are as quick as before.
"""

from __future__ import annotations

import functools
import threading
from typing import TYPE_CHECKING, Any

import msgspec

if TYPE_CHECKING:
    from collections.abc import Callable

_alone = threading.RLock()
_known: set[Any] = set()
_PLACES: tuple[tuple[Any, str, int], ...] = (
    (msgspec, "convert", 1),
    (msgspec.json, "decode", 1),
    (msgspec.json, "Decoder", 0),
    (msgspec.msgpack, "decode", 1),
    (msgspec.msgpack, "Decoder", 0),
    (msgspec.toml, "decode", 1),
    (msgspec.yaml, "decode", 1),
)
"""What reads something as a type, and at which place the type stands where it isn't named."""


def alone() -> None:
    """Let types be described by one thread at a time from now on, in this process. Doing it twice does no more."""
    for place, name, position in _PLACES:
        function = getattr(place, name)
        if not hasattr(function, "__wrapped__"):
            setattr(place, name, _guarded(function, position))


def _guarded(function: Callable[..., Any], position: int) -> Callable[..., Any]:
    describe = msgspec.msgpack.Decoder  # what it learns of a type serves every format

    @functools.wraps(function)
    def guarded(*arguments: Any, **more: Any) -> Any:
        kind = more.get("type", arguments[position] if len(arguments) > position else Any)
        try:
            if kind in _known:
                return function(*arguments, **more)
        except TypeError:  # it can't be remembered
            with _alone:
                return function(*arguments, **more)
        with _alone:
            describe(kind)
            _known.add(kind)
        return function(*arguments, **more)

    return guarded
