# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""What has to be done to ship: every obligation of the licenses in use, with the packages that bring it."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any, Literal, NamedTuple, Protocol

import msgspec

from umbel.evidence.questions.scopes import register
from umbel.model import purl
from umbel.model.errors import UsageError
from umbel.model.obligations import Use, duties, obligations

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from umbel.evidence.session import Session
    from umbel.model.obligations import Obligation

TABLES = ("usage",)
"""What a session must have open."""

_IN_USE = """
SELECT s.place, u.package, u.version, list(DISTINCT u.license) FILTER (u.license IS NOT NULL) AS licenses,
       list(DISTINCT u.scope) AS scopes, list(DISTINCT u.project ORDER BY u.project) AS projects
FROM usage AS u JOIN obliged_scopes AS s ON s.project = u.project
GROUP BY ALL ORDER BY s.place, u.package, u.version
"""
_NOT_SHIPPED = ("development", "test", "excluded")


class Scope(NamedTuple):
    """Of what is asked: some projects under one name, how they are used, what was decided for them."""

    name: str
    projects: Sequence[str]
    use: Use
    decided: Decided | None = None


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
    ((_, found),) = obliged_each(session, [Scope(name, projects, use, decided)])
    if found is None:
        raise UsageError(f"There is no evidence of {name}.", "umbel coverage lists what there is.")
    return found


def obliged_each(session: Session, scopes: Sequence[Scope]) -> Iterator[tuple[str, Obliged | None]]:
    """The whole answer for each of several, the lake read once for all of them; None for one without evidence."""
    register(session, "obliged_scopes", [scope.projects for scope in scopes])
    used = session.ask(_IN_USE).arrow()
    numbers = {each["values"]: each["counts"] for each in used["place"].value_counts().to_pylist()}
    start = 0
    for place, scope in enumerate(scopes):
        rows = used.slice(start, numbers.get(place, 0)).to_pylist()
        start += len(rows)
        if rows:
            found = _duties(rows, scope.use, scope.decided)
            yield scope.name, Obliged(name=scope.name, use=scope.use, packages=len(rows), duties=tuple(found))
        else:
            yield scope.name, None


def _duties(rows: Sequence[Mapping[str, Any]], use: Use, decided: Decided | None) -> list[Duty]:
    """Obligations of what is used, in the order of the table.

    The scope is each package's own; what people `decided` counts before what documents say. A package whose license
    nobody knows brings one: to find out.
    """
    found: dict[str, dict[Bringer, bool]] = {}
    asked = _asked_once(use)
    for row in rows:
        reach = _reach(row["scopes"])
        for expression, choice in _licenses(row, decided):
            for each in asked(expression, reach, choice):
                bringer = _bringer(row, each, expression)
                mine = found.setdefault(each.id, {})
                mine[bringer] = mine.get(bringer, False) or each.derived
    return [_duty(name, found[name]) for name in duties() if name in found]


def _asked_once(use: Use) -> Callable[[str | None, str | None, str | None], tuple[Obligation, ...]]:
    """What an expression, a scope and a choice ask for: licences are few, and packages many."""

    @cache
    def asked(expression: str | None, scope: str | None, choice: str | None) -> tuple[Obligation, ...]:
        return tuple(obligations(expression, msgspec.structs.replace(use, scope=scope), choice))

    return asked


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
    shipped = sorted((scope for scope in scopes if scope not in _NOT_SHIPPED), key=str)
    if not shipped:
        return min(scope for scope in scopes if scope is not None)
    return "runtime" if "runtime" in shipped else shipped[0]


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
