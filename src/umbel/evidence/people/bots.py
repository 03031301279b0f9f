# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Which identities are programs: the list and patterns of `bots.toml`, and what a workspace adds."""

from __future__ import annotations

import re
import tomllib
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable

    from umbel.evidence.people.merge import Identity

_OTHERS = ("semantic-release", "release-please", "pre-commit", "auto", "github", "gitlab")
"""How names begin that the patterns know and that hold no `bot`."""
_BOT = re.compile(r"^\d+\+|\[bot\].*$|@.*$")


class Bots:
    """Tells programs from people by name and address.

    `more` and `fewer` are shell patterns of names or addresses, from `[people]` in the settings.
    """

    def __init__(self, more: Iterable[str] = (), fewer: Iterable[str] = ()) -> None:
        """Put the list and a workspace's own patterns together."""
        listed = _listed()
        self._names, self._emails = _table(listed, "names"), _table(listed, "emails")
        self._name = re.compile("|".join(listed["patterns"]["names"]))
        self._email = re.compile("|".join(listed["patterns"]["emails"]))
        self._more, self._fewer = _shell(more), _shell(fewer)

    def which(self, name: str | None, email: str | None) -> str | None:
        """The program's id (the same for each of its identities), or None for a person."""
        who, where = (name or "").strip().casefold(), (email or "").strip().casefold()
        if self._fewer and (self._fewer.fullmatch(who) or self._fewer.fullmatch(where)):
            return None
        return self._emails.get(where) or self._names.get(who) or self._by_pattern(who, where)

    def which_of(self, identities: Iterable[Identity]) -> list[str | None]:
        """The same for many, in their order."""
        which, listed = self.which, self._names.keys() | self._emails.keys()
        if self._more or self._fewer:
            return [which(one.name, one.email) for one in identities]
        found: list[str | None] = []
        for one in identities:
            who, where = (one.name or "").strip().casefold(), (one.email or "").strip().casefold()
            known = (
                who in listed or where in listed or "bot" in who or "bot" in where or who.startswith(_OTHERS)
            )
            found.append(which(one.name, one.email) if known else None)
        return found

    def _by_pattern(self, who: str, where: str) -> str | None:
        if self._more and (self._more.fullmatch(who) or self._more.fullmatch(where)):
            return _id(who or where)
        if "bot" not in who and "bot" not in where and not who.startswith(_OTHERS):
            return None  # most are people, and this is asked of everybody
        if self._name.search(who):
            return _id(who)
        if self._email.search(where):
            return _id(where if "[bot]" in where or not who else who)
        return None


def _id(text: str) -> str:
    short = _BOT.sub("", text).strip()
    return _table(_listed(), "names").get(short, short) or text


def _table(listed: dict[str, Any], what: str) -> dict[str, str]:
    return {text: bot["id"] for bot in listed["bots"] for text in bot.get(what, ())}


def _shell(patterns: Iterable[str]) -> re.Pattern[str] | None:
    parts = [re.escape(pattern.casefold()).replace(r"\*", ".*") for pattern in patterns]
    return re.compile("|".join(parts)) if parts else None


@cache
def _listed() -> dict[str, Any]:
    return tomllib.loads(Path(__file__).with_name("bots.toml").read_text("utf-8"))
