# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""What to do next: each open practice by what meeting it would move, divided by its effort.

What moves: its share of the framework's weight, and its part of the step to the next level where it holds that back. A
claim or an indicator that answers practices of several frameworks counts for all of them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from umbel.frameworks.attestations import main_key
from umbel.frameworks.indicators.sentences import percent
from umbel.frameworks.interface import Move
from umbel.frameworks.wording import OR

if TYPE_CHECKING:
    from collections.abc import Sequence

    from umbel.frameworks.interface import Answer, Assessment, Framework, Standing

EFFORT = {"small": 1.0, "medium": 3.0, "large": 8.0}
"""How much work each word stands for: of an order that people give, not of days."""


class _Open(NamedTuple):
    """One open practice, what it would move, and in what words."""

    framework: Framework
    answer: Answer
    gain: float
    words: str

    @property
    def name(self) -> str:
        return f"{self.framework.id}/{self.answer.practice.id}"

    @property
    def worth(self) -> float:
        return self.gain / EFFORT[self.answer.practice.effort]


def gains(assessed: Assessment) -> dict[str, float]:
    """By practice id: what meeting it would move, for each that counts and isn't met."""
    return {each.answer.practice.id: each.gain for each in _open(assessed)}


def moves(assessments: Sequence[Assessment]) -> tuple[Move, ...]:
    """Next actions over one or several frameworks, what is worth most first."""
    groups: dict[object, list[_Open]] = {}
    for assessed in assessments:
        for each in _open(assessed):
            groups.setdefault(_key(each), []).append(each)
    found = [_move(group) for group in groups.values()]
    return tuple(sorted(found, key=lambda move: (-move.worth, move.practice)))


def _open(assessed: Assessment) -> list[_Open]:
    counted = [each for each in assessed.answers if each.counts]
    whole = sum(each.practice.weight for each in counted)
    weights = {
        part.id: sum(each.practice.weight for each in counted if each.practice.dimension == part.id)
        for part in assessed.dimensions
    }
    found = []
    for each in counted:
        if each.met:
            continue
        share = each.practice.weight / whole
        words, gain = [f"{percent(share)} of {assessed.framework.title}"], share
        for standing in (assessed.overall, *assessed.dimensions):
            if each.practice.id not in standing.held_by or standing.next_level is None:
                continue
            is_whole = standing is assessed.overall
            gain += _part(standing, 1.0 if is_whole else weights[standing.id] / whole)
            words.insert(0, _step(standing, whole=is_whole, title=assessed.framework.title))
            break
        found.append(_Open(assessed.framework, each, gain, ", ".join(words)))
    return found


def _part(standing: Standing, whole: float) -> float:
    return whole / len(standing.held_by)


def _step(standing: Standing, *, whole: bool, title: str) -> str:
    level = standing.next_level
    name = "" if level is None else level.title
    where = "" if whole else f" of {standing.title}"
    held = len(standing.held_by)
    one = "the one thing missing to" if held == 1 else f"one of {held} missing to"
    return f"{one} “{name}”{where}" if not whole else f"{one} “{name}” ({title})"


def _key(each: _Open) -> object:
    """What one action answers: the same claim, or the same indicators with the same limits."""
    practice = each.answer.practice
    if practice.checks and (practice.kind == "evidence" or each.answer.outcome != "unknown"):
        return tuple(
            sorted((check.indicator, check.at_least, check.at_most) for check in practice.checks)
        ).__repr__()
    return main_key(each.framework.id, practice)


def _move(group: Sequence[_Open]) -> Move:
    best = max(group, key=lambda each: each.worth)
    practice = best.answer.practice
    others = sorted({each.framework.title for each in group if each.framework.id != best.framework.id})
    also = f"; also in {', '.join(others)}" if others else ""
    names = [best.name, *(each.name for each in group if each is not best)]
    action, why = _action(best.answer)
    return Move(
        practice=best.name,
        title=practice.title,
        action=action,
        petals=practice.petals,
        effort=practice.effort,
        moves=best.words + also,
        worth=sum(each.gain for each in group) / EFFORT[practice.effort],
        outcome=best.answer.outcome,
        template=next(
            (each.answer.practice.template for each in group if each.answer.practice.template), None
        ),
        answers=tuple(names),
        why=why,
    )


def _action(answer: Answer) -> tuple[str, str]:
    """One step, and what is behind it: what only people can tell is asked of them first."""
    practice, gap = answer.practice, answer.gap or ""
    ran_out = answer.outcome == "decayed" and answer.by == "attestation"
    if not ran_out and (practice.kind == "evidence" or answer.outcome not in {"unknown", "error"}):
        return practice.next or gap or practice.title, gap if practice.next else ""
    found, or_, told = gap.rpartition(OR)
    otherwise = f"If it isn't so: {practice.next}" if practice.next else ""
    return (told[:1].upper() + told[1:]).removesuffix(
        "."
    ), f"{found} {otherwise}".strip() if or_ else otherwise
