# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""What is kept from whoever asks is taken out of an answer, wherever in it a name stands."""

from __future__ import annotations

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
    names = tuple(name for name in looks.hidden if name)
    kept = _kept(msgspec.to_builtins(value, str_keys=True), looks, names)
    return None if kept is _GONE else kept


def _named(text: str, looks: Seen, names: tuple[str, ...]) -> bool:
    return not looks.shows(text) or any(name in text for name in names)


def _kept(value: Any, looks: Seen, names: tuple[str, ...]) -> Any:
    if isinstance(value, str):
        return _GONE if _named(value, looks, names) else value
    if isinstance(value, list | tuple | set | frozenset):
        return [each for each in (_kept(each, looks, names) for each in value) if not _is_of_it(each)]
    if not isinstance(value, dict):
        return value
    told: dict[str, Any] = {}
    for key, each in value.items():
        if _named(key, looks, names):
            continue
        kept = _kept(each, looks, names)
        told[key] = INSTEAD if kept is _GONE else kept
    return told


def _is_of_it(value: Any) -> bool:
    """Whether an entry was, or is of, what is confidential."""
    if value is _GONE:
        return True
    return isinstance(value, dict) and INSTEAD in value.values()
