# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""How projects are named: what a workspace says overrules what was found."""

from __future__ import annotations

from fnmatch import fnmatchcase
from functools import lru_cache
from typing import NamedTuple


class Rule(NamedTuple):
    """A project's name and the patterns of found names or origins that are it."""

    name: str
    patterns: tuple[str, ...]


class Naming(NamedTuple):
    """All of a workspace's rules; the first that matches wins."""

    rules: tuple[Rule, ...] = ()

    def project(self, found: str, origin: str = "") -> str:
        """The project's name for a found name and its origin."""
        return _named(self.rules, found, origin) if self.rules else found


@lru_cache(maxsize=65536)
def _named(rules: tuple[Rule, ...], found: str, origin: str) -> str:
    place = origin.partition(":")[2]
    candidates = (found, origin, place)
    for rule in rules:
        for pattern in rule.patterns:
            whole = any(fnmatchcase(text, pattern) for text in candidates)
            if whole or fnmatchcase(place, f"*/{pattern}") or fnmatchcase(place, f"*#{pattern}"):
                return rule.name
    return found
