# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Which cycle a version belongs to: the one whose name begins it, up to a boundary; the longest counts."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

T = TypeVar("T")

_LONGEST = 200
_EPOCH = re.compile(r"\d{1,4}:(?=\d)").match
_PREFIX = re.compile(r"(?:v|go)(?=\d)").match
_COMMIT = re.compile(r"(?=[0-9]*[a-f])[0-9a-f]{7,64}(?![0-9a-z.])").match
_WORD = re.compile(
    r"(?:z?[a-z]|alpha|beta|cr|dev|esr|final|ga|lts|milestone|post|pre|preview|rc|snapshot|sp)(?![a-z])"
).match
"""What may follow a number without a dot and still be that number: 3.13rc1, 1.1.1k, 8u392, 1.0.2zg."""
_ENDINGS = (".x", ".*", "-lts", " lts", " (lts)")


def keys_of(entries: Iterable[tuple[T, str, Sequence[str]]]) -> dict[str, T]:
    """What begins the versions of each cycle: its name, its name without `.x` or `-lts`, its code names.

    What is meant by two cycles means none of them; a cycle's own name comes first.
    """
    names: dict[str, T] = {}
    others: dict[str, list[T]] = {}
    for cycle, name, codenames in entries:
        written = name.strip().lower()
        names.setdefault(written, cycle)
        for ending in _ENDINGS:
            if written.endswith(ending) and len(written) > len(ending):
                others.setdefault(written[: -len(ending)], []).append(cycle)
        for codename in codenames:
            whole = codename.strip().lower()
            for key in {whole, whole.partition(" ")[0]}:
                if key[:1].isalpha() and len(key) > 2:
                    others.setdefault(key, []).append(cycle)
    names.pop("", None)
    return {**{key: found[0] for key, found in others.items() if len(found) == 1}, **names}


def place_of(version: str, lengths: Sequence[int], keys: Collection[str], written: str = "") -> str | None:
    """The longest of the keys that begins a version; None if none does. `lengths` are theirs, longest first.

    `written` is what the product's versions may begin with that its cycles' names lack.
    """
    text = version[:_LONGEST].strip().lower()
    epoch = _EPOCH(text)
    if epoch is not None:
        text = text[epoch.end() :]
    prefix = _PREFIX(text)
    if prefix is not None:
        text = text[prefix.end() :]
    if _COMMIT(text) is not None:
        return None
    found = _begins(text, lengths, keys)
    if found is None and written and text.startswith(written):
        found = _begins(text[len(written) :], lengths, keys)
    return found


def _begins(text: str, lengths: Sequence[int], keys: Collection[str]) -> str | None:
    for length in lengths:
        key = text[:length]
        if len(key) == length and key in keys and _ends(text, length):
            return key
    return None


def _ends(text: str, at: int) -> bool:
    """Whether a name that ends there is over: 3.1 is not 3.11, but 3.1-slim, 3.1.4, 3.1rc1."""
    after = text[at : at + 1]
    if not after.isalnum():
        return True
    return not after.isdigit() and text[at - 1].isdigit() and _WORD(text, at) is not None
