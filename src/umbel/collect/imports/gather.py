# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Adding up the imports of all files, within bounds."""

from __future__ import annotations

from typing import TYPE_CHECKING

from umbel.collect.interface import Import

if TYPE_CHECKING:
    from collections.abc import Iterable

    from umbel.collect.faults import Faults
    from umbel.collect.imports.parsing import Found
    from umbel.collect.imports.resolve import Resolved

_MOST_NAMES = 1000
"""Names of one module; the largest real number seen is some hundred."""
_MOST_MODULES = 20_000
_TYPED = frozenset({"Python", "JavaScript", "TypeScript"})
"""Languages in which an import can be for types only."""
_LONGEST = 200
"""Characters of a module or name; longer ones are no one's."""


class _Sum:
    __slots__ = ("cut", "files", "names", "sites", "test_files", "type_files")

    def __init__(self) -> None:
        self.files = self.test_files = self.type_files = self.sites = 0
        self.names: set[str] = set()
        self.cut = False


class Gathered:
    """Sums by language and module."""

    def __init__(self) -> None:
        """Begin with none."""
        self._sums: dict[tuple[str, Resolved], _Sum] = {}
        self._full = False

    def add(self, language: str, found: Iterable[tuple[Resolved | None, Found]], *, test: bool) -> None:
        """Count one file's imports; None is what turned out to be no import."""
        seen: dict[Resolved, bool] = {}
        for what, one in found:
            if what is None or len(what.module) > _LONGEST:
                continue
            row = what._replace(inside="")
            total = self._sum((language, row))
            if total is None:
                continue
            total.sites += 1
            if row not in seen:
                seen[row] = True
                total.files += 1
                total.test_files += test
            seen[row] &= one.types
            if what.kind != "own":
                _name(total, what, one)
        for row, types in seen.items():
            self._sums[language, row].type_files += types

    def _sum(self, key: tuple[str, Resolved]) -> _Sum | None:
        total = self._sums.get(key)
        if total is None and len(self._sums) < _MOST_MODULES:
            total = self._sums[key] = _Sum()
        self._full |= total is None
        return total

    def rows(self, faults: Faults) -> list[Import]:
        """A row a module, in order of language and module."""
        if self._full:
            said = f"imports more than {_MOST_MODULES:,} modules; only the first are kept"
            faults.add("imports-many", said)
        for (language, what), total in self._sums.items():
            if total.cut:
                said = (
                    f"uses more than {_MOST_NAMES:,} names of {what.module} ({language}); only some are kept"
                )
                faults.add("imports-names", said, level="note")
        return [
            Import(
                language=language,
                module=what.module,
                package=what.package,
                known_by=what.known_by,
                kind=what.kind,
                files=total.files,
                sites=total.sites,
                names=tuple(sorted(total.names)),
                test_files=total.test_files,
                type_files=total.type_files if language in _TYPED else None,
            )
            for (language, what), total in sorted(
                self._sums.items(), key=lambda item: (item[0][0], item[0][1][:2])
            )
        ]


def _name(total: _Sum, what: Resolved, one: Found) -> None:
    inside = what.inside
    for name in one.names:
        if len(total.names) >= _MOST_NAMES:
            total.cut |= name not in total.names
        elif len(name) <= _LONGEST:
            total.names.add(f"{inside}{name}" if inside else name)
