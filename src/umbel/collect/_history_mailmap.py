# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""A repository's `.mailmap`: who is whom, by the rules of git's own documentation (gitmailmap).

It is read from HEAD's tree, so that a bare repository has one, too, and taken apart here, since a
hostile one can keep git busy for hours.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from umbel.collect._history_people import text_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from umbel.collect._history_people import Identity

MOST_BYTES = 8 << 20
_SPACE = b" \t\n\v\f\r"
_Pair = tuple[bytes | None, bytes | None]


class Mailmap:
    """What to call an identity: by its address, or by its name and address."""

    def __init__(self, text: bytes) -> None:
        """Read it; lines that say nothing are passed over."""
        self._simple: dict[str, _Pair] = {}
        self._named: dict[tuple[str, str], _Pair] = {}
        self._addresses: set[str] = set()
        for line in text[:MOST_BYTES].split(b"\n"):
            if not line.startswith(b"#"):
                self._line(line.partition(b"\0")[0])

    def _line(self, line: bytes) -> None:
        first = _take(line, empty=False)
        if first is None:
            return
        new_name, new_email, rest = first
        second = _take(rest, empty=True)
        old_name: bytes | None = None
        if second is None:
            old_email, target = new_email, None
        else:
            old_name, old_email, _ = second
            target = new_email
        place = _fold(old_email)
        self._addresses.add(place)
        if old_name:
            self._named[place, _fold(old_name)] = (new_name, target)
        else:
            name, email = self._simple.get(place, (None, None))
            self._simple[place] = (new_name or name, target if target is not None else email)

    def canonical(self, name: str | None, email: str | None) -> tuple[str | None, str | None] | None:
        """Name and address as they should be; None if nothing is to be changed."""
        place = (email or "").encode().decode("latin-1").lower()
        if place not in self._addresses:
            return None
        found = self._named.get((place, (name or "").encode().decode("latin-1").lower()))
        if found is None:
            found = self._simple.get(place)
        if found is None:
            return None
        new_name, new_email = found
        better = (
            text_of(new_name)[0] if new_name is not None else name,
            text_of(new_email)[0] if new_email is not None else email,
        )
        return None if better == (name, email) else better

    def aliases(self, people: Iterable[Identity]) -> Iterator[tuple[int, str | None, str | None]]:
        """Key of an identity, and the name and address that it should have."""
        for identity in people:
            better = self.canonical(identity.name, identity.email)
            if better is not None:
                yield identity.key, *better


def _fold(text: bytes) -> str:
    """As git compares: letters of ASCII in either case."""
    return text.lower().decode("latin-1")


def _take(text: bytes, *, empty: bool) -> tuple[bytes | None, bytes, bytes] | None:
    """The next name and address of a line, and what stands behind them."""
    left = text.find(b"<")
    right = text.find(b">", left + 1)
    if left < 0 or right < 0 or (not empty and right == left + 1):
        return None
    return text[:left].strip(_SPACE) or None, text[left + 1 : right], text[right + 1 :]
