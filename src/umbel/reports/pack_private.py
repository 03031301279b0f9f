# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""What must not stand in an evidence pack: addresses of people, folders of a machine, and words that are secret.

An address becomes `[address 1]`, `[address 2]` … in the order in which a pack first has them: who is the same can
still be seen, who it is can't. What looks like one and is a version of a package (`pkg:maven/a/b@2.0.Final`) stays.
"""

from __future__ import annotations

import json
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
    """Takes addresses, logins, folders and secret words out of texts; the same address gets the same number."""

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        """Know the secret words; whatever their case they are found."""
        words = {word.strip() for word in secrets if word.strip()}
        words |= {json.dumps(word, ensure_ascii=ascii_)[1:-1] for word in words for ascii_ in (True, False)}
        longest = sorted(words, key=lambda word: (-len(word), word))
        self._words = re.compile("|".join(map(re.escape, longest)), re.IGNORECASE) if words else None
        self._folders: re.Pattern[str] | None = None
        self._labels: dict[str, str] = {}
        self._numbers: dict[str, int] = {}
        self._count = 0

    def hide(self, folder: str, others: Iterable[str]) -> None:
        """Know folders of this machine: the workspace's own is told as `[workspace]`, others by numbers."""
        own = folder.rstrip("/")
        roots = {own: "[workspace]"} if own else {}
        for other in outermost(others):
            if not f"{other}/".startswith(f"{own}/") or not own:
                roots[other] = f"[folder {len(roots) + (not own)}]"
        self._labels = roots
        longest = sorted(roots, key=lambda root: (-len(root), root))
        told = "|".join(map(re.escape, longest))
        self._folders = (
            re.compile(rf"(?:(?<=file://)|(?<![\w.\-/~%@]))(?:{told})(?![\w.\-])") if roots else None
        )

    def text(self, text: str) -> str:
        """A line without any of it."""
        return self.clean(text.encode("utf-8", "replace")).content.decode()

    def clean(self, content: bytes) -> Cleaned:
        """A file without any of it; bytes that are no text stay as they are."""
        text = content.decode("utf-8", "surrogateescape")
        self._count = 0
        if "@" in text or "%40" in text:
            text = _LOGIN.sub(self._login, text)
            text = "".join(self._pieces(text))
        if self._folders is not None:
            text = self._folders.sub(self._folder, text)
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

    def _folder(self, found: re.Match[str]) -> str:
        self._count += 1
        return self._labels[found[0]]

    def _home(self, found: re.Match[str]) -> str:
        self._count += 1
        return f"{found['root']}[user]"

    def _word(self, _: re.Match[str]) -> str:
        self._count += 1
        return "[left out]"


def outermost(folders: Iterable[str]) -> list[str]:
    """Folders of which none lies in another, in the order of their names; the root of all says nothing."""
    found: list[str] = []
    for folder in sorted({each.rstrip("/") for each in folders} - {""}, key=lambda each: f"{each}/"):
        if not found or not f"{folder}/".startswith(f"{found[-1]}/"):
            found.append(folder)
    return found


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
