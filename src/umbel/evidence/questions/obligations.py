# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""What has to be done to ship: every obligation of the licenses in use, with the packages that bring it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, Protocol

import msgspec

from umbel.model import purl
from umbel.model.errors import UsageError
from umbel.model.obligations import Use, duties, obligations

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from umbel.evidence.session import Session
    from umbel.model.obligations import Obligation

TABLES = ("usage",)
"""What a session must have open."""

_IN_USE = """
SELECT package, version, list(DISTINCT license) FILTER (license IS NOT NULL) AS licenses,
       list(DISTINCT scope) AS scopes, list(DISTINCT project ORDER BY project) AS projects
FROM usage
WHERE $projects IS NULL OR list_contains($projects::VARCHAR[], project)
GROUP BY package, version ORDER BY package, version
"""
_NUMBER = """
SELECT count(DISTINCT (package, version)) FROM usage WHERE list_contains($projects::VARCHAR[], project)
"""
_NOT_SHIPPED = ("development", "test", "excluded")


class Decided(Protocol):
    """What people decided of licences."""

    def license_of(self, package: str, version: str | None) -> str | None:
        """What was concluded; None if nobody did."""

    def chosen(
        self, package: str, version: str | None, expression: str, projects: Sequence[str]
    ) -> list[str | None]:
        """The alternatives that projects take of an expression; None where nobody chose."""


class Bringer(msgspec.Struct, frozen=True, kw_only=True, order=True):
    """A package that brings an obligation: by which license, and on what that still depends (None: nothing)."""

    package: str
    version: str | None
    license: str
    open: str | None = None

    @property
    def name(self) -> str:
        """As people write it."""
        return f"{purl.display(self.package)} {self.version or ''}".rstrip()


class Duty(msgspec.Struct, frozen=True, kw_only=True):
    """One obligation: what has to be done, for which packages and licenses.

    `sure` are the packages for which it surely has to be done, `open` those for which that depends on
    something unknown. `derived` are licenses of which only the kind was known.
    """

    id: str
    title: str
    text: str
    state: Literal["to do", "open"]
    packages: int
    licenses: tuple[str, ...]
    sure: tuple[Bringer, ...]
    open: tuple[Bringer, ...]
    derived: tuple[str, ...]


class Obliged(msgspec.Struct, frozen=True, kw_only=True):
    """What a product or project has to do to ship, in the use that was asked for or declared."""

    name: str
    use: Use
    packages: int
    duties: tuple[Duty, ...]


def obliged(
    session: Session,
    name: str,
    projects: Sequence[str],
    use: Use,
    decided: Decided | None = None,
) -> Obliged:
    """The whole answer for a product or project. Raises `UsageError` if it has no evidence."""
    number = session.ask(_NUMBER, {"projects": list(projects)}).one()[0]
    if not number:
        raise UsageError(f"There is no evidence of {name}.", "umbel coverage lists what there is.")
    found = duties_in(session, projects, use, decided)
    return Obliged(name=name, use=use, packages=number, duties=tuple(found))


def duties_in(
    session: Session,
    projects: Sequence[str] | None,
    use: Use,
    decided: Decided | None = None,
) -> list[Duty]:
    """Obligations of what projects use, in the order of the table; None is all projects.

    `use` tells how it is used; its scope is each package's own. What people `decided` counts before what
    documents say. A package whose license nobody knows brings one: to find out.
    """
    found: dict[str, dict[Bringer, bool]] = {}
    rows = session.ask(_IN_USE, {"projects": None if projects is None else list(projects)}).records()
    for row in rows:
        own = msgspec.structs.replace(use, scope=_reach(row["scopes"]))
        for expression, choice in _licenses(row, decided):
            for each in obligations(expression, own, choice):
                bringer = _bringer(row, each, expression)
                mine = found.setdefault(each.id, {})
                mine[bringer] = mine.get(bringer, False) or each.derived
    return [_duty(name, found[name]) for name in duties() if name in found]


def _licenses(row: Mapping[str, Any], decided: Decided | None) -> Iterator[tuple[str | None, str | None]]:
    """Each licence of a package's version, and each choice that was made of it."""
    package, version = row["package"], row["version"]
    concluded = decided.license_of(package, version) if decided else None
    for expression in [concluded] if concluded else sorted(row["licenses"] or ()) or [None]:
        if decided is None or expression is None:
            yield expression, None
        else:
            for choice in decided.chosen(package, version, expression, row["projects"]):
                yield expression, choice


def _reach(scopes: Sequence[str | None]) -> str | None:
    """The scope that matters: what is shipped in one place is shipped."""
    if all(scope in _NOT_SHIPPED for scope in scopes):
        return scopes[0]
    return "runtime" if "runtime" in scopes else next((s for s in scopes if s not in _NOT_SHIPPED), None)


def _bringer(row: Mapping[str, Any], each: Obligation, expression: str | None) -> Bringer:
    name = each.license if expression is not None else "unknown"
    reason = each.open if each.applies is None else None
    return Bringer(package=row["package"], version=row["version"], license=name, open=reason)


def _duty(name: str, bringers: Mapping[Bringer, bool]) -> Duty:
    about = duties()[name]
    sure = {each for each in bringers if each.open is None}
    settled = {(each.package, each.version) for each in sure}
    # A package for which it has to be done anyway is no question any more.
    doubtful = {each for each in bringers if each.open and (each.package, each.version) not in settled}

    def order(each: Bringer) -> tuple[str, str, str, str]:
        return each.package, each.version or "", each.license, each.open or ""

    return Duty(
        id=name,
        title=about.title,
        text=about.text,
        state="to do" if sure else "open",
        packages=len({(each.package, each.version) for each in bringers}),
        licenses=tuple(sorted({each.license for each in sure | doubtful})),
        sure=tuple(sorted(sure, key=order)),
        open=tuple(sorted(doubtful, key=order)),
        derived=tuple(sorted({each.license for each, derived in bringers.items() if derived})),
    )
