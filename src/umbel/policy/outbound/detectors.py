# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""The library detect-secrets, asked line by line: what looks like a secret, and how sure that is.

Its plugins only look at text here: nothing is verified over a network, and no setting of its own is read. Its
filters for what merely looks random are asked of guesses only: the shape of a token is telling in any line.
"""

from __future__ import annotations

import importlib
import pkgutil
import re
import time
from functools import cache
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

Sureness = Literal["shape", "word", "random"]
"""It has a token's own shape; it stands where a password would; it only looks random."""

PIECE = 600
"""Characters of a line that are looked at together: some of the library's expressions need the square of it."""
OVERLAP = 200
_PRAGMA = "pragma"
_SPACES = re.compile(r"\s{2,}")
_WORDS = re.compile("key|pass|pwd|secret|contrase", re.IGNORECASE)
"""What the library's own words for passwords have in common: other lines need not be asked for them."""


class Hit(NamedTuple):
    """Something that looks like a secret. `secret` must never be shown."""

    kind: str
    sureness: Sureness
    secret: str


class Detectors:
    """The plugins, made once with the limits of a policy."""

    def __init__(self, without: frozenset[str], base64_limit: float, hex_limit: float) -> None:
        """Raises `ImportError` where the library is missing."""
        heuristic = importlib.import_module("detect_secrets.filters.heuristic")
        self._allowlist = importlib.import_module("detect_secrets.filters.allowlist")
        self._keyword = importlib.import_module("detect_secrets.plugins.keyword")
        self._filetype = importlib.import_module("detect_secrets.util.filetype").determine_file_type
        self._no_secret = (
            heuristic.is_sequential_string,
            heuristic.is_potential_uuid,
            heuristic.is_templated_secret,
            heuristic.is_prefixed_with_dollar_sign,
            heuristic.is_not_alphanumeric_string,
        )
        self._heuristic = heuristic
        limits = {"Base64 High Entropy String": base64_limit, "Hex High Entropy String": hex_limit}
        self._shapes: list[Any] = []
        self._random: list[Any] = []
        self._words: Any = None
        for kind, plugin in _plugins().items():
            if kind in without:
                continue
            if kind in limits:
                self._random.append(plugin(limit=limits[kind]))
            elif plugin is self._keyword.KeywordDetector:
                self._words = plugin()
            else:
                self._shapes.append(plugin())

    def is_allowed(self, path: str, line: str, before: str) -> bool:
        """Whether a comment says that this line may hold one: `pragma: allowlist secret`, also on the line before."""
        if _PRAGMA not in line and _PRAGMA not in before:
            return False
        context = _Context(before)
        return bool(self._allowlist.is_line_allowlisted(path, line, context))

    def hits(
        self, path: str, line: str, *, guess: bool = True, deadline: float | None = None
    ) -> Iterator[Hit]:
        """What looks like a secret in a line of a file; shapes only, unless `guess`.

        Raises `TimeoutError` after the deadline, a moment of `time.monotonic`.
        """
        guess = guess and not self._is_noisy(path)
        seen: set[tuple[str, str]] = set()
        for piece in _pieces(_SPACES.sub(" ", line)):
            if deadline is not None and time.monotonic() > deadline:
                raise TimeoutError
            for hit in self._of_piece(path, piece, guess=guess):
                if (hit.kind, hit.secret) not in seen:
                    seen.add((hit.kind, hit.secret))
                    yield hit

    def _of_piece(self, path: str, text: str, *, guess: bool) -> Iterator[Hit]:
        for plugin in self._shapes:
            for secret in plugin.analyze_string(text):
                if secret and not self._heuristic.is_templated_secret(secret):
                    yield Hit(plugin.secret_type, "shape", secret)
        guessed = list(self._guesses(path, text)) if guess else []
        if guessed and not self._heuristic.is_indirect_reference(text):
            yield from guessed

    def _guesses(self, path: str, text: str) -> Iterator[Hit]:
        if self._words is not None and _WORDS.search(text):
            groups = self._keyword.REGEX_BY_FILETYPE.get(
                self._filetype(path), self._keyword.QUOTES_REQUIRED_DENYLIST_REGEX_TO_GROUP
            )
            for secret in self._words.analyze_string(text, groups):
                if secret and not self._is_none(secret, text):
                    yield Hit(self._words.secret_type, "word", secret)
        if '"' not in text and "'" not in text:
            return
        for plugin in self._random:
            for secret in plugin.analyze_string(text):
                random = plugin.calculate_shannon_entropy(secret) > plugin.entropy_limit
                if random and not self._is_none(secret, text):
                    yield Hit(plugin.secret_type, "random", secret)

    def _is_none(self, secret: str, line: str) -> bool:
        return any(test(secret) for test in self._no_secret) or self._heuristic.is_likely_id_string(
            secret, line
        )

    def _is_noisy(self, path: str) -> bool:
        """Whether a file is full of hashes by its nature."""
        h = self._heuristic
        return bool(h.is_lock_file(path) or h.is_non_text_file(path) or h.is_swagger_file(path))


class _Context(NamedTuple):
    """What the library's filter asks of the lines around."""

    previous_line: str


def kinds() -> list[str]:
    """What the library looks for, by its own names, sorted. Raises `ImportError` where it is missing."""
    return sorted(_plugins())


@cache
def _plugins() -> dict[str, Any]:
    package = importlib.import_module("detect_secrets.plugins")
    base = importlib.import_module("detect_secrets.plugins.base").BasePlugin
    found: dict[str, Any] = {}
    for info in pkgutil.iter_modules(package.__path__, "detect_secrets.plugins."):
        for value in vars(importlib.import_module(info.name)).values():
            is_one = isinstance(value, type) and issubclass(value, base) and value.__module__ == info.name
            if is_one and isinstance(getattr(value, "secret_type", None), str):
                found[value.secret_type] = value
    return dict(sorted(found.items()))


def _pieces(line: str) -> Iterator[str]:
    if len(line) <= PIECE:
        yield line
        return
    for start in range(0, len(line) - OVERLAP, PIECE - OVERLAP):
        yield line[start : start + PIECE]
