# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""One requirement, as `name[extras]>=1; marker` or `name @ address` → its parts.

The plain forms, which nearly all have, are read by a pattern, thirty times faster than by
packaging; all others are packaging's to read.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

_LONGEST = 1 << 16
_CACHED = 512
_NAME = r"[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?"
_CLAUSE = r"(?:===?|~=|!=|<=?|>=?)\s*[0-9][A-Za-z0-9_.*+!-]*"
_PLAIN = re.compile(
    rf"\s*({_NAME})\s*(?:\[\s*({_NAME}(?:\s*,\s*{_NAME})*)\s*\]\s*)?"
    rf"(\(\s*)?({_CLAUSE}(?:\s*,\s*{_CLAUSE})*)?(?(3)\s*\))\s*(?:;\s*(\S.*))?"
)
_EXACT = re.compile(r"===?\s*([^\s,]+)")


class Requirement(NamedTuple):
    """What is asked for. `specifier`, `url` and `marker` are None where there is none."""

    name: str
    extras: tuple[str, ...] = ()
    specifier: str | None = None
    url: str | None = None
    marker: str | None = None

    @property
    def exact(self) -> str | None:
        """The only version that may be meant; None if several may be."""
        for clause in (self.specifier or "").split(","):
            match = _EXACT.fullmatch(clause.strip())
            if match and (clause.strip().startswith("===") or not match[1].endswith(".*")):
                return match[1]
        return None


def parse(text: str) -> Requirement | None:
    """The parts of a requirement; None if it is none."""
    if len(text) > _CACHED:
        return None if len(text) > _LONGEST else _parse.__wrapped__(text)
    return _parse(text)


@lru_cache(maxsize=1 << 15)
def _parse(text: str) -> Requirement | None:
    match = _PLAIN.fullmatch(text)
    if match is None:
        return _by_the_book(text)
    name, extras, _, specifier, marker = match.groups()
    listed = tuple(sorted({extra.strip() for extra in extras.split(",")})) if extras else ()
    tidy = "".join(specifier.split()) if specifier else None
    return Requirement(name, listed, tidy, None, marker.rstrip() if marker else None)


def _by_the_book(text: str) -> Requirement | None:
    from packaging.requirements import InvalidRequirement
    from packaging.requirements import Requirement as Book

    try:
        book = Book(text)
    except (InvalidRequirement, ValueError, RecursionError):
        return None
    marker = str(book.marker) if book.marker is not None else None
    return Requirement(book.name, tuple(sorted(book.extras)), str(book.specifier) or None, book.url, marker)


def rest(
    extras: tuple[str, ...], specifier: str | None, marker: str | None, address: str | None = None
) -> str | None:
    """A requirement without the name, as edges state it; None if nothing but the name was asked for.

    >>> rest(("socks",), ">=2", "os_name == 'nt'")
    "[socks]>=2; os_name == 'nt'"
    """
    text = f"[{','.join(extras)}]" if extras else ""
    text += f" @ {address}" if address else (specifier or "")
    text += f"; {marker}" if marker else ""
    return text.strip() or None
