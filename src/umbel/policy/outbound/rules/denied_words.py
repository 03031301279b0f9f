# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""A word, a host or a code name that must not leave."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from umbel.policy.interface import RuleLevel  # noqa: TC001 - msgspec reads it
from umbel.policy.outbound.interface import Around, OutboundJudgement, OutboundRule, OutboundSettings, Tip
from umbel.policy.outbound.patterns import meant

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from umbel.collect.outgoing import Change, Commit


class Settings(OutboundSettings, frozen=True, kw_only=True):
    """`words` are looked for as whole words, whatever the case; a host also stands for those below it.

    `except_files` are patterns of files in which they may stand. `withheld` counts words that an office doesn't tell to
    whoever asked for its policy: nobody can say then whether one of them leaves.
    """

    level: RuleLevel = "fail"
    unknown: RuleLevel = "warn"
    words: tuple[str, ...] = ()
    except_files: tuple[str, ...] = ()
    withheld: int | None = None


class DeniedWordsRule(OutboundRule):
    """One finding a word and line, file name or message."""

    id = "outbound-denied-words"
    title = "Word that must not leave"
    what = (
        "An added line, a file's name or a commit's message holds a word, host or code name that is listed."
    )
    why = "Names of customers, unannounced products and inner hosts are secrets that no pattern of a key would find."
    remedy = "Take the word out of the commits: git rebase -i, git commit --amend."
    example = '[outbound.denied-words]\nwords = ["bluebird", "intranet.acme.example"]'
    settings = Settings

    def lacks(self, settings: Settings, around: Around) -> str | None:  # noqa: ARG002 - one signature
        """An empty list denies nothing."""
        told = settings.words or settings.withheld
        return None if told else "No words are listed: [outbound.denied-words] words."

    def check(self, said: Mapping[str, Any]) -> Iterable[tuple[str, str]]:
        """A word has letters."""
        words = said.get("words")
        for number, word in enumerate(words if isinstance(words, list) else [], 1):
            if isinstance(word, str) and not word.strip():
                yield "words", f"word {number} is empty"
        withheld = said.get("withheld")
        if isinstance(withheld, int) and withheld < 0:
            yield "withheld", "must be at least 0"

    def commit(self, commit: Commit, settings: Settings, around: Around) -> Iterable[OutboundJudgement]:  # noqa: ARG002 - one signature
        """One judgement a word in the message."""
        for word in _found(commit.message, settings.words):
            yield self._judged(word, f"the message of commit {commit.sha[:12]}", commit.sha)
        if commit.cut:
            yield self._unread(f"The message of commit {commit.sha[:12]}", commit.sha[:12])

    def change(self, change: Change, settings: Settings, around: Around) -> Iterable[OutboundJudgement]:  # noqa: ARG002 - one signature
        """One judgement a word in the path, or in a line."""
        if meant(change.path, settings.except_files):
            return
        if change.status != "modified":
            for word in _found(change.path, settings.words):
                yield self._judged(word, "its name", change.commit, change.path)
        for number, text in change.lines:
            for word in _found(text, settings.words):
                yield self._judged(word, f"line {number}", change.commit, change.path, number)
        if change.cut:
            yield self._unread(change.path, change.path, change.path)

    def tip(self, tip: Tip, settings: Settings, around: Around) -> Iterable[OutboundJudgement]:  # noqa: ARG002 - one signature
        """One judgement on the words that aren't told here."""
        if number := settings.withheld:
            words = (
                "1 word that must not leave is"
                if number == 1
                else f"{number:,} words that must not leave are"
            )
            yield OutboundJudgement(
                reason=f"{words} kept from this account: nobody can say whether one of them is in it.",
                outcome="unknown",
                severity="info",
                what="words withheld",
                remedy="Fetch the policy with the token of somebody who writes code here (contributor).",
            )

    def _judged(
        self, word: str, where: str, commit: str, path: str | None = None, line: int | None = None
    ) -> OutboundJudgement:
        place = f"{path}: {where}" if path else where
        return OutboundJudgement(
            reason=f"{place[0].upper() if not path else place[0]}{place[1:]} holds {word!r}, which must not leave.",
            severity="high",
            what=f"{word} in {place}",
            place=path,
            line=line,
            remedy=self.remedy,
            evidence={"commit": commit, "word": word, "ids": [word, *([path] if path else [])]},
        )

    def _unread(self, what: str, key: str, place: str | None = None) -> OutboundJudgement:
        reason = f"{what} is too large to be read to its end."
        return OutboundJudgement(reason=reason, outcome="unknown", severity="info", what=key, place=place)


def _found(text: str, words: tuple[str, ...]) -> list[str]:
    """The listed words that stand in a text, as the list spells them, each once."""
    if not words:
        return []
    pattern, spelled = _pattern(words)
    folded = text.casefold()
    return list(dict.fromkeys(spelled[found] for found in pattern.findall(folded)))


@lru_cache(maxsize=8)
def _pattern(words: tuple[str, ...]) -> tuple[re.Pattern[str], dict[str, str]]:
    spelled = {word.strip().casefold(): word.strip() for word in words}
    longest = sorted(spelled, key=len, reverse=True)
    # An underscore parts words here: names of code are put together with it.
    return re.compile(r"(?<![^\W_])(?:" + "|".join(map(re.escape, longest)) + r")(?![^\W_])"), spelled
