# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""A framework's practices, answered as of a day from readings and attestations, and what they come to."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from umbel.frameworks import moves, stages
from umbel.frameworks.answering import Asked, answer
from umbel.frameworks.interface import Assessment
from umbel.frameworks.judging import judged

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from datetime import datetime

    from umbel.frameworks.attestations import Book
    from umbel.frameworks.claims import Claim
    from umbel.frameworks.interface import Answer, Framework, Part, Practice, Reading

    Earlier = Callable[[Sequence[str]], Mapping[str, Reading]]


class Facts(msgspec.Struct, frozen=True, kw_only=True):
    """What practices are answered from: readings as of a day by indicator, what people said up to it, shared claims.

    `petals` are the flower's, for frameworks that have none of their own. `earlier` gives readings of some indicators a
    quarter before; without it nothing is looked up there, and nothing decays by turning.
    """

    as_of: datetime
    readings: Mapping[str, Reading]
    book: Book
    claims: Mapping[str, Claim]
    petals: tuple[Part, ...] = ()
    earlier: Earlier | None = None


def wanted(frameworks: Iterable[Framework]) -> list[str]:
    """The indicators that frameworks ask, each once."""
    names: dict[str, None] = {}
    for framework in frameworks:
        for practice in framework.practices:
            names.update(dict.fromkeys(check.indicator for check in practice.checks))
            if practice.applies_if is not None:
                names[practice.applies_if] = None
    return list(names)


def assess(framework: Framework, facts: Facts) -> Assessment:
    """How a framework stands as of a day."""
    (found,) = assess_all([framework], facts)
    return found


def assess_all(frameworks: Sequence[Framework], facts: Facts) -> list[Assessment]:
    """How several stand, on the same readings; the quarter before is asked once for all of them."""
    first = [_answers(framework, facts, {}) for framework in frameworks]
    turned = _turned(frameworks, first, facts)
    return [
        _assessment(framework, _answers(framework, facts, turned) if turned else answers, facts)
        for framework, answers in zip(frameworks, first, strict=True)
    ]


def _assessment(framework: Framework, answers: tuple[Answer, ...], facts: Facts) -> Assessment:
    parts = framework.petals or facts.petals
    found = Assessment(
        framework=framework,
        as_of=facts.as_of,
        answers=answers,
        overall=stages.overall(framework, answers),
        dimensions=stages.dimensions(framework, answers),
        petals=stages.petals(framework, parts, answers),
        moves=(),
        adapted=framework.overlaid,
    )
    return msgspec.structs.replace(found, moves=moves.moves([found]))


def _answers(framework: Framework, facts: Facts, before: Mapping[str, bool]) -> tuple[Answer, ...]:
    return tuple(
        answer(
            Asked(
                framework=framework,
                practice=practice,
                readings=facts.readings,
                said=facts.book.said(framework.id, practice, facts.claims.get(practice.claim or "")),
                before=before.get(f"{framework.id}/{practice.id}"),
            )
        )
        for practice in framework.practices
    )


def _turned(
    frameworks: Sequence[Framework], answers: Sequence[tuple[Answer, ...]], facts: Facts
) -> dict[str, bool]:
    """By framework/practice: whether what evidence fails now held a quarter before; empty where none did."""
    if facts.earlier is None:
        return {}
    failed: list[tuple[Framework, Practice]] = [
        (framework, each.practice)
        for framework, some in zip(frameworks, answers, strict=True)
        for each in some
        if each.practice.kind == "evidence" and each.outcome == "unmet" and each.by == "evidence"
    ]
    names = {check.indicator: None for _, practice in failed for check in practice.checks}
    if not names:
        return {}
    readings = facts.earlier(list(names))
    held = {
        f"{framework.id}/{practice.id}": judged(practice, framework, readings).evidence == "met"
        for framework, practice in failed
    }
    return {name: True for name, did in held.items() if did}
