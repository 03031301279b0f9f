# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""A name as commits write it → what it is compared by."""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING

import msgspec

from umbel.evidence.people.words import words

if TYPE_CHECKING:
    from collections.abc import Iterable

LONGEST = 200
_ASIDE = re.compile(r"\([^)]*\)|\[[^\]]*\]|<[^>]*>|\"[^\"]*\"")
_BETWEEN = str.maketrans(dict.fromkeys(".,;:_'’\"()[]<>", " "))


class Name(msgspec.Struct, frozen=True, gc=False):
    """A name to compare: its words in order of the alphabet, and whether they name one person.

    `full` needs two words (or three letters of a script that writes no spaces) that are no
    placeholder. A name that is no full one may be a login, or nothing at all (`key` is empty).
    """

    key: str
    full: bool


NOTHING = Name("", full=False)


def parse(text: str | None) -> Name:
    """What a name is compared by: case, accents, order and brackets make no difference."""
    raw = (text or "").strip()
    if not raw or len(raw) > LONGEST or "@" in raw:
        return NOTHING
    if not raw.isascii():
        decomposed = unicodedata.normalize("NFKD", raw)
        raw = unicodedata.normalize("NFC", "".join(c for c in decomposed if not unicodedata.combining(c)))
    if "(" in raw or "[" in raw or "<" in raw or '"' in raw:
        raw = _ASIDE.sub(" ", raw)
    parts = sorted(raw.casefold().translate(_BETWEEN).split())
    if words().placeholder_words.issuperset(parts):
        return NOTHING
    return Name(" ".join(parts), _full(parts))


def parse_all(texts: Iterable[str | None]) -> dict[str | None, Name]:
    """What many names are compared by, each spelling once."""
    found: dict[str | None, Name] = {}
    placeholders = words().placeholder_words
    for text in dict.fromkeys(texts):
        letters = text.replace(" ", "") if text else ""
        if text and letters.isalnum() and text.isascii() and len(text) <= LONGEST:  # most
            parts = text.lower().split()
            parts.sort()
            if not placeholders.issuperset(parts):
                two = len(parts) == 2 and len(parts[0]) > 1 and len(parts[1]) > 1
                found[text] = Name(" ".join(parts), not letters.isdigit() if two else _full(parts))
                continue
        found[text] = parse(text)
    return found


def _full(parts: list[str]) -> bool:
    if len(parts) == 1:
        return len(parts[0]) >= 3 and all("\u2e80" <= letter <= "\ud7ff" for letter in parts[0])
    real = [part for part in parts if len(part) > 1 or not part.isascii()]
    return len(real) >= 2 and not "".join(real).isdigit()


def agree(one: str, other: str) -> bool:
    """Whether two full names can be one person's: equal, or one has a word more."""
    if one == other:
        return True
    a, b = set(one.split()), set(other.split())
    return a <= b or b <= a
