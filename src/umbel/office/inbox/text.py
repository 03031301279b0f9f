# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""What people write: plain text without signs that turn it around, and the names that it mentions."""

from __future__ import annotations

import re
import unicodedata

LONGEST = 8_000
_MENTION = re.compile(r"(?<![\w@.+/-])@([A-Za-z0-9][\w.+-]{0,149}(?:@[\w.-]{1,150})?)")
_MOST_MENTIONS = 10
_HIDDEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn"})
_KEPT = frozenset("\n\t\u200c\u200d")
"""Joiners that scripts need stay; what turns the direction of text around doesn't."""


def clean(text: str) -> str:
    """Text as it is kept."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    return "".join(
        sign for sign in text if sign in _KEPT or unicodedata.category(sign) not in _HIDDEN
    ).strip()


def line(text: str, most: int = 200) -> str:
    """Text in one line, cut where it is too long."""
    one = " ".join(clean(text).split())
    return one if len(one) <= most else one[: most - 1] + "…"


def mentions(text: str) -> list[str]:
    """Names of accounts, or addresses, that a text mentions (`@mate`), in lower case.

    >>> mentions("Thanks @Mate, and @legal@acme.example. Not me@acme.example")
    ['mate', 'legal@acme.example']
    """
    found = (name.rstrip(".-+").casefold() for name in _MENTION.findall(text))
    return list(dict.fromkeys(found))[:_MOST_MENTIONS]
