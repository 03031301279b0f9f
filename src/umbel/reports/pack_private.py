# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""What must not stand in an evidence pack: addresses of people, and words that are secret.

An address becomes `[address 1]`, `[address 2]` … in the order in which a pack first has them: who is the same can
still be seen, who it is can't. What looks like one and is a version of a package (`pkg:maven/a/b@2.0.Final`) stays.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

# Found from the @ on, and looked back from there: a pattern that began with the name before it would take time
# that grows with the square of a long word.
_AT = re.compile(r"(?:@|%40)((?:[\w-]{1,63}\.)+(?:[^\W\d_]{2,24}|xn--[a-zA-Z0-9-]{2,59}))(?![\w-])")
_LOCAL = re.compile(r"[^\s\"'<>(),;:@\[\]\\/=?&#|{}`]{1,64}\Z")
_ESCAPE = re.compile(r"u[0-9a-fA-F]{4}|.")
_TOKEN = re.compile(r"[^\s\"'<>()\[\],;|]*\Z")
_HOME = re.compile(r"(?P<root>/(?:home|Users)/|[A-Za-z]:\\+Users\\+)[^/\\\s\"'<>:,;]+")
_LOGIN = re.compile(r"(?<=://)[^/@\s\"'<>]{1,300}@")
_LOGINS = frozenset({"git", "hg", "svn"})


class Cleaned(NamedTuple):
    """A file's content without what must not stand in it, and how much was taken out."""

    content: bytes
    left_out: int


class Cleaner:
    """Takes addresses, logins, home folders and secret words out of texts; the same address gets the same number."""

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        """Know the secret words; whatever their case they are found."""
        words = sorted(
            {word.strip() for word in secrets if word.strip()}, key=lambda word: (-len(word), word)
        )
        self._words = re.compile("|".join(map(re.escape, words)), re.IGNORECASE) if words else None
        self._numbers: dict[str, int] = {}
        self._count = 0

    def clean(self, content: bytes) -> Cleaned:
        """A file without any of it; bytes that are no text stay as they are."""
        text = content.decode("utf-8", "surrogateescape")
        self._count = 0
        if "@" in text or "%40" in text:
            text = _LOGIN.sub(self._login, text)
            text = "".join(self._pieces(text))
        text = _HOME.sub(self._home, text)
        if self._words is not None:
            text = self._words.sub(self._word, text)
        return Cleaned(text.encode("utf-8", "surrogateescape"), self._count)

    def _pieces(self, text: str) -> Iterator[str]:
        """The text with numbers for addresses; components' versions and the logins of git stay."""
        done = 0
        for found in _AT.finditer(text):
            local = _LOCAL.search(text, max(done, found.start() - 64), found.start())
            if local is None:
                continue
            begin = local.start() + _escaped(text, local.start(), local[0])
            if begin == found.start() or self._stays(text, begin, found):
                continue
            yield text[done:begin]
            yield self._number(text[begin : found.end()].replace("%40", "@"))
            done = found.end()
        yield text[done:]

    def _stays(self, text: str, begin: int, found: re.Match[str]) -> bool:
        before = _TOKEN.search(text, max(0, begin - 300), begin)
        token = (before[0] if before else "") + text[begin : found.start()]
        if ("pkg:" in token and not _in_qualifier(token)) or _is_version(found[1]):
            return True
        return text[begin : found.start()] in _LOGINS and text[found.end() : found.end() + 1] in {":", "/"}

    def _number(self, address: str) -> str:
        self._count += 1
        return f"[address {self._numbers.setdefault(address.casefold(), len(self._numbers) + 1)}]"

    def _login(self, found: re.Match[str]) -> str:
        """A user and password in an address of the web; the user of a public clone says nothing."""
        if found[0][:-1] in _LOGINS:
            return found[0]
        self._count += 1
        return ""

    def _home(self, found: re.Match[str]) -> str:
        self._count += 1
        return f"{found['root']}[user]"

    def _word(self, _: re.Match[str]) -> str:
        self._count += 1
        return "[left out]"


def _escaped(text: str, at: int, local: str) -> int:
    """How many characters before a name belong to an escape of JSON (a line end, a bracket), which must stay whole."""
    slashes = 0
    while slashes < at and text[at - slashes - 1] == "\\":
        slashes += 1
    found = _ESCAPE.match(local) if slashes % 2 else None
    return 0 if found is None else found.end()


def _in_qualifier(token: str) -> bool:
    """Whether a purl's address stands in a part that isn't its version: after ? or #."""
    return "?" in token or "#" in token


def _is_version(domain: str) -> bool:
    """Whether what stands after an @ is a version: 2.0.0.Final, 1.x, 1.0.0-beta.rc."""
    first = domain.partition(".")[0]
    return (first.isdigit() and domain.count(".") >= 2) or (first[:1] == "v" and first[1:].isdigit())
