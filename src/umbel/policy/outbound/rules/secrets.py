# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""An added line holds what looks like a secret."""

from __future__ import annotations

import hashlib
import importlib.util
import time
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Any

from umbel.model.finding import Level, Severity  # noqa: TC001 - msgspec reads it
from umbel.policy.interface import RuleLevel  # noqa: TC001 - msgspec reads it
from umbel.policy.outbound.interface import Around, OutboundJudgement, OutboundRule, OutboundSettings
from umbel.policy.outbound.patterns import meant

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from umbel.collect.outgoing import Change, Commit
    from umbel.policy.outbound.detectors import Detectors, Hit

MOST_SECONDS = 30.0
"""For what one commit adds to one file."""
_ROUNDS = 20_000
_SEVERITIES: dict[str, Severity] = {"shape": "critical", "word": "high", "random": "medium"}


class Settings(OutboundSettings, frozen=True, kw_only=True):
    """`random` is what a string is worth at most that only looks random; `without` are kinds that are not looked for.

    `except_files` are patterns of files in which nothing is looked for. `base64_limit` and `hex_limit` say from
    how many bits a character on a quoted string looks random.
    """

    level: RuleLevel = "fail"
    unknown: RuleLevel = "warn"
    random: Level = "warn"
    without: tuple[str, ...] = ("Public IP (ipv4)",)
    except_files: tuple[str, ...] = ()
    base64_limit: float = 4.5
    hex_limit: float = 3.0


class SecretsRule(OutboundRule):
    """One finding a secret and file. It names kind, place and a salted hash, never the secret."""

    id = "outbound-secrets"
    title = "Secret"
    what = "An added line or a commit's message holds what looks like a key, a token or a password (detect-secrets)."
    why = "A secret that was pushed is known to others, for good: it has to be changed, whatever happens to the commit."
    remedy = (
        "Take it out of the commits, and change it if it ever left. "
        "If it is none: a comment `pragma: allowlist secret` on its line, or an exception with its hash."
    )
    example = '[outbound.secrets]\nwithout = ["Public IP (ipv4)"]\nexcept_files = ["tests/data/*"]'
    must_be_asked = True
    settings = Settings

    def lacks(self, settings: Settings, around: Around) -> str | None:  # noqa: ARG002 - one signature
        """The library is only looked for here: it takes its time to load, and there may be nothing to look at."""
        found = importlib.util.find_spec("detect_secrets")
        return None if found else "The library detect-secrets isn't installed: pip install detect-secrets."

    def check(self, said: Mapping[str, Any]) -> Iterable[tuple[str, str]]:
        """Bits a character are between 0 and 8."""
        for key in ("base64_limit", "hex_limit"):
            value = said.get(key)
            if isinstance(value, int | float) and not 0 <= value <= 8:
                yield key, "must be between 0 and 8"

    def commit(self, commit: Commit, settings: Settings, around: Around) -> Iterable[OutboundJudgement]:  # noqa: ARG002 - one signature
        """One judgement a secret in the message."""
        detectors = _detectors_of(settings)
        where = f"the message of commit {commit.sha[:12]}"
        for text in commit.message.splitlines():
            for hit in detectors.hits("message", text, guess=False):
                yield self._judged(hit, settings, commit.sha, where)
        if commit.cut:
            yield OutboundJudgement(
                reason=f"T{where[1:]} is too long to be read to its end.",
                outcome="unknown",
                what=commit.sha[:12],
            )

    def change(self, change: Change, settings: Settings, around: Around) -> Iterable[OutboundJudgement]:  # noqa: ARG002 - one signature
        """One judgement a secret."""
        if meant(change.path, settings.except_files):
            return
        detectors = _detectors_of(settings)
        done = True
        deadline = time.monotonic() + MOST_SECONDS
        before = (0, "")
        for number, text in change.lines:
            previous = before[1] if before[0] == number - 1 else ""
            before = number, text
            try:
                found = detectors.hits(
                    change.path, text.rstrip("\r"), guess=not change.binary, deadline=deadline
                )
                hits = list(found)
            except TimeoutError:
                done = False
                break
            if hits and not detectors.is_allowed(change.path, text.rstrip("\r"), previous):
                for hit in hits:
                    yield self._judged(hit, settings, change.commit, f"line {number}", change.path, number)
        if change.cut or not done:
            yield OutboundJudgement(
                reason=f"{change.path} is too large to be read to its end: whether it holds a secret is unknown.",
                outcome="unknown",
                what=change.path,
                place=change.path,
                evidence={"commit": change.commit},
            )

    def _judged(
        self,
        hit: Hit,
        settings: Settings,
        commit: str,
        where: str,
        path: str | None = None,
        line: int | None = None,
    ) -> OutboundJudgement:
        mark = _hash(hit.kind, path or "", hit.secret)
        place = f"{path}, {where}" if path else where
        return OutboundJudgement(
            reason=f"{hit.kind} in {place} (commit {commit[:12]}); its hash is {mark}.",
            severity=_SEVERITIES[hit.sureness],
            level=settings.random if hit.sureness == "random" else None,
            what=mark,
            place=path,
            line=line,
            remedy=self.remedy,
            evidence={"commit": commit, "kind": hit.kind, "sureness": hit.sureness},
        )


@lru_cache(maxsize=65_536)
def _hash(kind: str, path: str, secret: str) -> str:
    """A name for a secret that doesn't give it away: slow to try, and another in every file."""
    salt = f"umbel outbound\0{kind}\0{path}".encode()
    return "s-" + hashlib.pbkdf2_hmac("sha256", secret.encode("utf-8", "replace"), salt, _ROUNDS, 5).hex()


def _detectors_of(settings: Settings) -> Detectors:
    return _detectors(frozenset(settings.without), settings.base64_limit, settings.hex_limit)


@cache
def _detectors(without: frozenset[str], base64_limit: float, hex_limit: float) -> Detectors:
    from umbel.policy.outbound.detectors import Detectors

    return Detectors(without, base64_limit, hex_limit)
