# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""HTML that can't be broken from inside: every text is escaped unless it is `Html` already.

An f-string over `Html` gives a plain text and is escaped again: a mistake shows, it never opens a hole.
"""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from collections.abc import Iterable

MOST_CHARACTERS = 200
"""A document may give a whole license text as a name; no cell shows more than this."""

NO_BREAK = "\u00a0"

_VOID = frozenset({"br", "col", "input", "link", "meta", "path", "rect"})


class Html(str):
    """Text that is HTML already and safe to put in a page."""

    __slots__ = ()


def printable(value: object) -> str:
    """Text without control characters or marks that turn its direction: each shows as U+FFFD."""
    text = str(value)
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() or c == NO_BREAK else "\ufffd" for c in text)


def short(value: object, most: int = MOST_CHARACTERS) -> str:
    """Text of at most so many characters; what is left out shows as an ellipsis."""
    text = str(value)
    return text if len(text) <= most else text[: most - 1] + "…"


def text(value: object) -> Html:
    """What a document says, as HTML: printable and escaped, also for attributes."""
    return Html(escape(printable(value)))


def join(parts: Iterable[str], between: str = "") -> Html:
    """Parts one after the other; those that aren't `Html` are escaped."""
    glue = between if isinstance(between, Html) else text(between)
    return Html(glue.join(part if isinstance(part, Html) else text(part) for part in parts))


def element(name: str, /, *children: str, **attributes: str | int | bool | None) -> Html:
    """One element. `class_` is written `class`, `aria_sort` is `aria-sort`; None and False leave out."""
    written = "".join(
        f" {key.rstrip('_').replace('_', '-')}" + ("" if value is True else f'="{text(value)}"')
        for key, value in attributes.items()
        if value is not None and value is not False
    )
    if name in _VOID:
        return Html(f"<{name}{written}>")
    return Html(f"<{name}{written}>{join(children)}</{name}>")


def link(address: str, label: str) -> Html:
    """A link where the address is plain http or https without a login in it; else only its text."""
    shown = text(short(label))
    try:
        parts = urlsplit(address)
        sound = parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.username is None
    except ValueError:
        sound = False
    if not sound or not address.isprintable() or " " in address:
        return shown
    return element("a", shown, href=address, rel="noopener noreferrer nofollow")
