# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""What a framework's file must mean beyond its types: every fault with its place, and what to do."""

from __future__ import annotations

import difflib
import math
import re
from typing import TYPE_CHECKING, Any

import msgspec

from umbel.frameworks.claims import LONGEST_MONTHS, SLUG
from umbel.frameworks.interface import Level, Part, Practice

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Mapping

    from umbel.frameworks.interface import Check
    from umbel.policy.records import Say

    Tell = Callable[[tuple[str | int, ...], str], None]

SHARES = {"share", "yes"}
"""Units of indicators whose values are 0 to 1."""
_TEXTS = ("title", "about", "version", "source", "license", "url")
_NOT_TOLD = ("overlaid", "own")


class Names(msgspec.Struct, frozen=True, kw_only=True):
    """What a framework may name: indicators with their units, claims, templates, petals. None isn't looked at."""

    indicators: Mapping[str, str | None] | None = None
    claims: Collection[str] | None = None
    templates: Collection[str] | None = None
    petals: Collection[str] | None = None


class Shape(msgspec.Struct, frozen=True, kw_only=True):
    """What a practice is held against: the parts and levels that its framework has."""

    dimensions: Mapping[str, Part]
    petals: Collection[str] | None
    levels: frozenset[int]
    grades: tuple[str, ...]
    met_at: int


def meaning(data: Mapping[str, Any], stem: str, names: Names, say: Say) -> None:
    """Tell every fault of a framework's parsed file."""
    for key in _NOT_TOLD:
        if key in data:
            say((key,), "is told by Umbel: leave it out")
    name = data.get("id")
    if name != stem and isinstance(name, str):
        say(("id",), f"is {name!r}; the file's name says {stem!r}: make them one")
    if not re.fullmatch(SLUG, stem):
        say(("id",), "name the file with small letters, digits and dashes: our-rules.toml")
    for key in _TEXTS:
        if isinstance(data.get(key), str) and not data[key].strip():
            say((key,), "is empty")
    dimensions = dict(_parts(data, "dimensions", say))
    petals = dict(_parts(data, "petals", say))
    _levels(data.get("levels"), ("levels",), say)
    shape = _shape(data, dimensions, petals, names)
    _whole(data, shape, say)
    _practices(data, shape, names, say)


def _shape(
    data: Mapping[str, Any], dimensions: dict[str, Part], petals: dict[str, Part], names: Names
) -> Shape:
    grades = _converted(data.get("grades", []), tuple[str, ...]) or ()
    met_at = data.get("met_at", 0)
    levels = (_converted(entry, Level) for entry in _entries(data, "levels"))
    return Shape(
        dimensions=dimensions,
        petals=petals or names.petals,
        levels=frozenset(level.number for level in levels if level is not None),
        grades=grades,
        met_at=met_at if type(met_at) is int else 0,
    )


def _whole(data: Mapping[str, Any], shape: Shape, say: Say) -> None:
    need, overall = data.get("need", 1), data.get("overall", "lowest")
    if type(need) in {int, float} and not 0 < need <= 1:
        say(("need",), "must be a share above 0 and at most 1")
    staged = any(part.staged and (part.levels or shape.levels) for part in shape.dimensions.values())
    if overall == "first" and not staged:
        say(("overall",), "is 'first', and no dimension has levels")
    if overall == "lowest" and not shape.levels and not staged and "overall" in data:
        say(("overall",), "is 'lowest', and there are no levels: write [[levels]], or overall = \"none\"")
    if shape.grades and not 1 <= shape.met_at < len(shape.grades):
        say(("met_at",), f"must name the grade from which a practice is met: 1 to {len(shape.grades) - 1}")
    if not shape.grades and shape.met_at:
        say(("met_at",), "is of grades, and there are none")


def _parts(data: Mapping[str, Any], group: str, say: Say) -> Iterator[tuple[str, Part]]:
    seen: set[str] = set()
    for index, entry in enumerate(_entries(data, group)):
        part = _converted(entry, Part)
        _levels(entry.get("levels") if isinstance(entry, dict) else None, (group, index, "levels"), say)
        if part is None:
            continue
        for fault in slug_faults(part.id, seen):
            say((group, index, "id"), fault)
        seen.add(part.id)
        if not part.title.strip():
            say((group, index, "title"), "is empty")
        if part.levels and not part.staged:
            say((group, index, "levels"), "are of a part that has none (staged = false)")
        yield part.id, part


def _levels(entries: Any, path: tuple[str | int, ...], say: Say) -> None:
    before: int | None = None
    for index, entry in enumerate(entries if isinstance(entries, list) else []):
        level = _converted(entry, Level)
        if level is None:
            continue
        if before is not None and level.number <= before:
            say(
                (*path, index, "number"),
                f"is {level.number} after {before}: write levels lowest first, each once",
            )
        before = level.number
        if not level.title.strip():
            say((*path, index, "title"), "is empty")


def _practices(data: Mapping[str, Any], shape: Shape, names: Names, say: Say) -> None:
    entries = _entries(data, "practices")
    if not entries:
        say(("practices",), "there are none: write [[practices]]")
    seen: set[str] = set()
    for index, entry in enumerate(entries):
        practice = _converted(entry, Practice)
        if practice is None:
            continue

        def tell(path: tuple[str | int, ...], words: str, index: int = index) -> None:
            say(("practices", index, *path), words)

        for fault in slug_faults(practice.id, seen):
            tell(("id",), fault)
        seen.add(practice.id)
        practice_faults(practice, shape, names, tell)


def practice_faults(practice: Practice, shape: Shape, names: Names, tell: Tell) -> None:
    """Tell every fault of one practice."""
    for key in ("title", "question"):
        if not getattr(practice, key).strip():
            tell((key,), "is empty")
    _place(practice, shape, tell)
    check_faults(practice, shape, names, tell)
    if not practice.weight > 0 or not math.isfinite(practice.weight):
        tell(("weight",), "must be above 0; a practice that shouldn't count is left out")
    if not 1 <= practice.expires <= LONGEST_MONTHS:
        tell(("expires",), f"must be 1 to {LONGEST_MONTHS} months")
    _named("claim", practice.claim, names.claims, tell)
    _named("template", practice.template, names.templates, tell)
    _named("applies_if", practice.applies_if, names.indicators, tell)


def check_faults(practice: Practice, shape: Shape, names: Names, tell: Tell) -> None:
    """Tell every fault of a practice's checks."""
    if practice.kind == "attestation" and practice.checks:
        tell(("checks",), 'are of evidence: make kind "evidence" or "proxy", or leave them out')
    if practice.kind != "attestation" and not practice.checks:
        tell(("kind",), f"{practice.kind!r} needs at least one of [[practices.checks]]")
    if practice.any_check and len(practice.checks) < 2:
        tell(("any_check",), "is of several checks")
    for number, check in enumerate(practice.checks):
        for fault in _check(check, shape, names):
            tell(("checks", number), f"{check.indicator}: {fault}")


def _place(practice: Practice, shape: Shape, tell: Tell) -> None:
    if shape.dimensions and practice.dimension not in shape.dimensions:
        _named("dimension", practice.dimension, shape.dimensions, tell)
    if not shape.dimensions and practice.dimension:
        tell(("dimension",), "is of a framework with [[dimensions]], and there are none")
    for petal in practice.petals:
        _named("petals", petal, shape.petals, tell)
    part = shape.dimensions.get(practice.dimension)
    levels = {level.number for level in part.levels} if part and part.levels else shape.levels
    if part is not None and not part.staged:
        return
    if levels and practice.level not in levels:
        tell(("level",), f"is {practice.level}; there are {', '.join(map(str, sorted(levels)))}")
    if not levels and practice.level:
        tell(("level",), f"is {practice.level}, and there are no levels")


def _check(check: Check, shape: Shape, names: Names) -> Iterator[str]:
    limits = [limit for limit in (check.at_least, check.at_most) if limit is not None]
    if len(limits) != 1:
        yield "needs one of at_least and at_most"
    if not 0 <= check.coverage <= 1:
        yield "coverage must be a share, 0 to 1"
    if not check.of >= 0:
        yield "of must be the least denominator, 0 or more"
    if check.fresh is not None and check.fresh < 1:
        yield "fresh must be days, 1 or more"
    if any(not math.isfinite(value) for value in (*limits, *check.steps)):
        yield "a threshold must be a number"
    yield from _steps(check, shape, limits)
    if names.indicators is None:
        return
    if check.indicator not in names.indicators:
        yield f"there is no such indicator{_close(check.indicator, names.indicators)}"
        return
    if names.indicators[check.indicator] in SHARES and any(
        not 0 <= value <= 1 for value in (*limits, *check.steps)
    ):
        yield "is a share from 0 to 1 (80 % is 0.8)"


def _steps(check: Check, shape: Shape, limits: list[float]) -> Iterator[str]:
    if not check.steps:
        return
    if not shape.grades:
        yield "steps are of a framework with grades"
        return
    if len(check.steps) != len(shape.grades) - 1:
        yield f"needs {len(shape.grades) - 1} steps, one for each grade above {shape.grades[0]!r}"
        return
    rising = check.at_least is not None
    if list(check.steps) != sorted(check.steps, reverse=not rising):
        yield f"steps must {'rise' if rising else 'fall'}"
    if 1 <= shape.met_at < len(shape.grades) and limits and check.steps[shape.met_at - 1] != limits[0]:
        yield f"the limit must be that of the grade from which it is met: {check.steps[shape.met_at - 1]:g}"


def slug_faults(name: str, seen: Collection[str]) -> Iterator[str]:
    """What is wrong with an id beside others."""
    if not re.fullmatch(SLUG, name):
        yield f"{name[:80]!r} must be small letters, digits and dashes"
    if name in seen:
        yield f"{name!r} is used twice"


def _named(key: str, name: str | None, known: Collection[str] | None, tell: Tell) -> None:
    if name is not None and known is not None and name not in known:
        tell((key,), f"{name[:80]!r} isn't known{_close(name, known)}")


def _close(name: str, known: Collection[str]) -> str:
    close = difflib.get_close_matches(name, known, 1)
    few = ", ".join(sorted(known)[:12])
    return (
        f"; did you mean {close[0]!r}?" if close else f"; known are {few}{', …' if len(known) > 12 else ''}"
    )


def _entries(data: Mapping[str, Any], group: str) -> list[Any]:
    entries = data.get(group)
    return entries if isinstance(entries, list) else []


def _converted(entry: Any, kind: Any) -> Any:
    """A part of the file as its record; None where its types are wrong, which is told elsewhere."""
    try:
        return msgspec.convert(entry, kind)
    except msgspec.ValidationError:
        return None
