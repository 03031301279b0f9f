# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""The strategic list: every project scored, the first told in full, people's word before the data's.

`Priority = Criticality x Health risk`, criticality the mean of dependency, opportunity and supportability, each from 1
to 10: CHAOSS, practitioner guide on demonstrating organisational value.
"""

from __future__ import annotations

from bisect import bisect_right
from typing import TYPE_CHECKING, Literal, NamedTuple

import msgspec

from umbel.strategy.interface import MIN_CONFIDENCE, PARTS, Fragility, Opinion, Part, Ranked
from umbel.strategy.score.dependency import Dependency, dependency
from umbel.strategy.score.model import model
from umbel.strategy.score.ours import Home, There
from umbel.strategy.score.parts import health_part, opportunity_part, supportability_part
from umbel.strategy.score.words import dependency_part

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

    from umbel.evidence.session import Session
    from umbel.strategy.use import Detail, Used

Order = Literal["strategic", "priority"]
_MOST_TOLD = 4
"""Things to find out that a project without a verdict is listed with."""


class Known(msgspec.Struct, frozen=True, kw_only=True):
    """What is known beside the use of a project: of the examined ones, of us, and what people say."""

    there: Mapping[str, There] = {}
    home: Home = Home(code={}, patched={}, told=False)
    fragility: Mapping[str, Fragility] = {}
    opinions: Mapping[tuple[str, str], Opinion] = {}


class _Scored(NamedTuple):
    used: Used
    found: Dependency
    strategic: float
    sure: float


def criticality(
    dependency: float | None, opportunity: float | None, supportability: float | None
) -> float | None:
    """The mean of the three, each 1 to 10. One that isn't known leaves no mean: else what is missing could raise it.

    >>> criticality(10, 7, 8)
    8.333333333333334
    """
    parts = (dependency, opportunity, supportability)
    if any(part is None for part in parts):
        return None
    return sum(part for part in parts if part is not None) / len(parts)


def priority(criticality: float | None, health_risk: float | None) -> float | None:
    """Criticality times health risk, 1 to 100; None where one isn't known."""
    return None if criticality is None or health_risk is None else criticality * health_risk


def ranking(
    session: Session,
    used: Sequence[Used],
    known: Known,
    order: Order = "strategic",
    also: Collection[str] = (),
) -> list[Ranked]:
    """Projects in their order: those with a verdict have a place, those of which too little is known follow.

    `used` is what `umbel.strategy.use.used` found in the session. Told are the first of the model's `shortlist`, all
    that somebody has an opinion of, for `priority` all that were examined, and `also` these.
    """
    from umbel.strategy.use import details

    scored = [_scored(each, known) for each in used]
    chosen = _shortlist(scored, known, order, also)
    told = details(session, [each.used.upstream for each in chosen])
    listed = placed([_ranked(each, told[each.used.upstream], known, order) for each in chosen], order)
    return listed if order == "priority" or len(chosen) == len(scored) else _among_all(listed, scored)


def _among_all(listed: Sequence[Ranked], scored: Iterable[_Scored]) -> list[Ranked]:
    """The list with places that also count those that aren't told."""
    values = sorted(each.strategic for each in scored if each.sure >= MIN_CONFIDENCE)

    def place(of: Ranked) -> int | None:
        return None if of.place is None or of.strategic is None else _above(values, of.strategic) + 1

    return [msgspec.structs.replace(each, place=place(each)) for each in listed]


def _above(values: Sequence[float], value: float) -> int:
    return len(values) - bisect_right(values, value)


def placed(ranked: Iterable[Ranked], order: Order) -> list[Ranked]:
    """Sorted and numbered: equal figures share a place; without a verdict there is none."""
    figure = "strategic" if order == "strategic" else "priority"

    def value(each: Ranked) -> float:
        return float(getattr(each, figure) or 0.0)

    listed = sorted(
        ranked, key=lambda each: (not each.verdict, -value(each), -(each.strategic or 0.0), each.project)
    )
    placed: list[Ranked] = []
    for number, each in enumerate(listed, 1):
        if not each.verdict:
            placed.append(each)
            continue
        before = placed[-1] if placed else None
        same = before is not None and value(before) == value(each)
        placed.append(msgspec.structs.replace(each, place=before.place if same and before else number))
    return placed


def _scored(used: Used, known: Known) -> _Scored:
    seen = known.there.get(used.upstream)
    found = dependency(used, seen.code if seen else None)
    said = _word(used, found.value, known)
    if said is not None:
        return _Scored(used, found, said.value, 1.0)
    return _Scored(used, found, found.value, found.confidence)


def _word(used: Used, data: float, known: Known) -> Opinion | None:
    """What people say of how much depends on it. Owners of some of its products can't lower it for the others."""
    said = known.opinions.get((used.upstream, "dependency"))
    if said is None or not said.products or said.value >= data or len(said.products) >= used.products:
        return said
    return None


def _shortlist(scored: Iterable[_Scored], known: Known, order: Order, also: Collection[str]) -> list[_Scored]:
    """Those that are told: the first, what somebody spoke of, and `also` these, however low they rank."""
    ordered = sorted(scored, key=lambda each: (-each.strategic, each.used.upstream))
    most = int(model().dependency["shortlist"])
    spoken = {project for project, _ in known.opinions}.union(also)
    examined = known.fragility.keys() if order == "priority" else frozenset()
    return ordered[:most] + [
        each for each in ordered[most:] if each.used.upstream in spoken or each.used.upstream in examined
    ]


def _ranked(scored: _Scored, detail: Detail, known: Known, order: Order) -> Ranked:
    used, name = scored.used, scored.used.upstream
    parts = _parts(scored, detail, known)
    said = {part: each.effective for part, each in parts.items()}
    data = {part: each.value for part, each in parts.items()}
    critical = criticality(*(said[part] for part in PARTS))
    figure = said["dependency"] if order == "strategic" else priority(critical, said["health_risk"])
    sure = confidence(parts, order)
    return Ranked(
        project=name,
        url=detail.url,
        packages=detail.packages,
        products=detail.products,
        parts=parts,
        strategic=said["dependency"],
        criticality=critical,
        health_risk=said["health_risk"],
        priority=priority(critical, said["health_risk"]),
        by_data=priority(criticality(*(data[part] for part in PARTS)), data["health_risk"]),
        confidence=sure,
        verdict=figure is not None and sure >= MIN_CONFIDENCE,
        find_out=_find_out(parts, order),
        fragility=known.fragility.get(used.upstream),
    )


def _parts(scored: _Scored, detail: Detail, known: Known) -> dict[str, Part]:
    used, name = scored.used, scored.used.upstream
    seen = known.there.get(name)
    patches = sorted(package for package in detail.packages if package in known.home.patched)

    def says(part: str) -> Opinion | None:
        return known.opinions.get((name, part))

    return {
        "dependency": dependency_part(used, scored.found, detail, _word(used, scored.found.value, known)),
        "opportunity": opportunity_part(used, seen, known.home, patches, says("opportunity")),
        "supportability": supportability_part(used, seen, known.home, says("supportability")),
        "health_risk": health_part(known.fragility.get(name), says("health_risk")),
    }


def confidence(parts: Mapping[str, Part], order: Order) -> float:
    """How sure the figure is that the list is ordered by: of `priority` both factors count alike."""
    if order == "strategic":
        return parts["dependency"].sureness
    critical = sum(_sure(parts[name]) for name in PARTS) / len(PARTS)
    return (critical + _sure(parts["health_risk"])) / 2


def _sure(part: Part) -> float:
    return 0.0 if part.effective is None else part.sureness


def _find_out(parts: Mapping[str, Part], order: Order) -> tuple[str, ...]:
    asked = ("dependency",) if order == "strategic" else ("health_risk", *PARTS)
    open_ = (gap for name in asked if parts[name].opinion is None for gap in parts[name].missing)
    return tuple(dict.fromkeys(open_))[:_MOST_TOLD]
