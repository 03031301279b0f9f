# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""What licenses ask of those who use the software: which obligations an expression brings in a use.

The table stands in `data/obligations.toml`, in our own words. A license that it doesn't list is given what its
group mostly asks, marked as `derived`: never silently complete. It is no legal advice.
"""

from __future__ import annotations

import tomllib
from fnmatch import fnmatchcase
from functools import cache, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from umbel.model.license_logic import Part, alternatives, leaves, narrow, render, tree
from umbel.model.license_policy import Linkage, Use, group_of
from umbel.model.settings import Distribution  # noqa: TC001 - msgspec reads it at run time

if TYPE_CHECKING:
    from umbel.model.license_logic import Node

__all__ = ["Duty", "Obligation", "Use", "duties", "obligations"]

MOST_ALTERNATIVES = 64
_LIFTED = frozenset({"same-license", "provide-source", "offer-source", "allow-relinking"})
"""What exceptions are written to lift, in part or whole."""


class Duty(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One kind of obligation, and what triggers it; an empty condition always does."""

    id: str
    title: str
    text: str
    when: tuple[Distribution, ...] = ()
    linkage: tuple[Linkage, ...] = ()
    modified: bool | None = None


class Obligation(msgspec.Struct, frozen=True, kw_only=True):
    """What one license asks in one use.

    `applies` is None where that depends on something that nobody knows or decided: `open` says on what.
    `derived` tells that the license isn't in the table and its group speaks for it.
    """

    id: str
    title: str
    text: str
    license: str
    applies: bool | None
    open: str | None = None
    derived: bool = False


class _Entry(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    licenses: tuple[str, ...]
    obligations: tuple[str, ...]


class _Table(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    obligations: tuple[Duty, ...]
    licenses: tuple[_Entry, ...]
    groups: dict[str, tuple[str, ...]]


@cache
def _table() -> _Table:
    text = (Path(__file__).parent / "data/obligations.toml").read_text("utf-8")
    return msgspec.convert(tomllib.loads(text), _Table)


@cache
def duties() -> dict[str, Duty]:
    """Every kind of obligation by its id, in the order of the table."""
    return {duty.id: duty for duty in _table().obligations}


@lru_cache(maxsize=1 << 12)
def duties_of(license_id: str, exception: str | None = None) -> tuple[tuple[str, ...], bool]:
    """The obligations that a license's text holds, and whether they were only derived from its group.

    An exception mostly lifts some of them: then the license's own are kept, and its terms are to be read.
    """
    plain = license_id.removesuffix("+")
    entry = next(
        (e for e in _table().licenses if any(fnmatchcase(plain, pattern) for pattern in e.licenses)), None
    )
    found = entry.obligations if entry else _table().groups[group_of(license_id)]
    if exception is not None and "read-terms" not in found:
        return (*found, "read-terms"), entry is None
    return found, entry is None


def obligations(expression: str | None, use: Use, choice: str | None = None) -> list[Obligation]:
    """What an expression asks in a use, in the order of the table; what surely doesn't apply is left out.

    Of a choice (OR) that nobody made, what every alternative asks applies, and the rest is open. What isn't
    understood asks for one thing: to find out. A license that asks nothing gives an empty list.
    """
    return list(_obligations(expression, use, choice))


@lru_cache(maxsize=1 << 13)
def _obligations(expression: str | None, use: Use, choice: str | None) -> tuple[Obligation, ...]:
    found, note = tree(expression) if expression is not None else (None, "nobody said what its license is")
    if found is None:
        return (_made("clarify", expression or "NOASSERTION", None, note),)
    if choice is not None:
        found = narrow(found, choice) or found
    asked = {part: _of_part(part, use) for part in leaves(found)}
    ways = alternatives(found, MOST_ALTERNATIVES)
    sure = _sure(found, ways, asked)
    listed = [
        each
        if (each.id, part) in sure
        else msgspec.structs.replace(each, applies=None, open=_and(f"whether {part} is chosen", each.open))
        for part, those in asked.items()
        for each in those
    ]
    order = list(duties())
    return tuple(sorted(listed, key=lambda each: (order.index(each.id), each.license)))


def _sure(found: Node, ways: list[Node] | None, asked: dict[Part, list[Obligation]]) -> set[tuple[str, Part]]:
    """What has to be done whichever alternative is chosen."""
    if ways is None:
        return set()
    common = set.intersection(*({each.id for p in leaves(way) for each in asked[p]} for way in ways))
    everywhere = set.intersection(*(set(leaves(way)) for way in ways))
    return {
        (each.id, part)
        for part in leaves(found)
        for each in asked[part]
        if part in everywhere or each.id in common
    }


def _of_part(part: Part, use: Use) -> list[Obligation]:
    if not part.known:
        return [_made("clarify", str(part), None, "SPDX doesn't know it")]
    named, derived = duties_of(part.license, part.exception)
    made = []
    for name in named:
        applies, on = _triggered(duties()[name], use)
        if part.exception is not None and name in _LIFTED and applies is not False:
            applies, on = None, _and(f"what {part.exception} lifts", on)
        if applies is not False:
            made.append(_made(name, str(part), applies, on, derived=derived))
    return made


def _made(
    name: str, license_: str, applies: bool | None, on: str | None, *, derived: bool = False  # noqa: FBT001 - a value
) -> Obligation:  # fmt: skip
    duty = duties()[name]
    return Obligation(
        id=name, title=duty.title, text=duty.text, license=license_, applies=applies, open=on, derived=derived
    )


def _triggered(duty: Duty, use: Use) -> tuple[bool | None, str | None]:
    """Whether a use triggers an obligation, and on what it depends where that isn't known."""
    unknown = []
    if use.scope in {"development", "test", "excluded"} and duty.when:
        return False, None
    if duty.when and use.distribution and not set(duty.when) & set(use.distribution):
        return False, None
    if duty.when and not use.distribution:
        unknown.append("how the product reaches its users")
    if duty.linkage and use.linkage is not None and use.linkage not in duty.linkage:
        return False, None
    if duty.linkage and use.linkage is None:
        unknown.append("how it is linked")
    if duty.modified is not None and use.modified is not None and use.modified is not duty.modified:
        return False, None
    if duty.modified is not None and use.modified is None:
        unknown.append("whether it was changed")
    return (None, " and ".join(unknown)) if unknown else (True, None)


def _and(one: str, other: str | None) -> str:
    return one if other is None else f"{one}; {other}"


def alternatives_of(expression: str) -> tuple[str, ...]:
    """The alternatives that an expression leaves to choose from; empty where there is no choice."""
    found, _ = tree(expression)
    ways = None if found is None else alternatives(found, MOST_ALTERNATIVES)
    return tuple(dict.fromkeys(map(render, ways))) if ways and len(ways) > 1 else ()
