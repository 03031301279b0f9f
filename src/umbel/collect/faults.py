# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Gathering what is wrong with one document, without letting it fill the memory."""

from __future__ import annotations

from collections import Counter

from umbel.model.errors import Fault, Level

MOST = 100
"""Faults of one code that a document may have before they are only counted."""


class Faults:
    """Collects a document's faults: at most `MOST` of each code, the rest as a number."""

    def __init__(self) -> None:
        """Begin with none."""
        self._list: list[Fault] = []
        self._counts: Counter[str] = Counter()
        self._levels: dict[str, Level] = {}

    def add(self, code: str, message: str, place: str = "", level: Level = "warning") -> None:
        """Note one fault."""
        self._counts[code] += 1
        if self._counts[code] <= MOST:
            self._list.append(Fault(code, message, place, level))
        elif level == "error" or code not in self._levels:
            self._levels[code] = level

    def once(self, code: str, message: str, place: str = "", level: Level = "warning") -> None:
        """Note a fault unless one of its code is there already."""
        if not self._counts[code]:
            self.add(code, message, place, level)

    def list(self) -> list[Fault]:
        """All of them, in the order in which they were found."""
        more = [
            Fault(code, f"has {self._counts[code] - MOST:,} more faults of this kind", "", level)
            for code, level in self._levels.items()
        ]
        return self._list + more


def own_packages(verb: str, count: int) -> str:
    """The sentence for packages of the project's own: "holds 2 packages of the project's own …"."""
    if count == 1:
        return f"{verb} one package of the project's own, which counts as the project"
    return f"{verb} {count:,} packages of the project's own, which count as the project"
