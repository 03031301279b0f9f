# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""The few questions worth asking a person: what no evidence answers, ordered by what the answers would move.

Evidence is collected rather than asked for, so practices that it answers alone are not in here; one question answers
every practice, of every framework, that stands on its claim.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from umbel.frameworks import moves
from umbel.frameworks.attestations import main_key
from umbel.frameworks.interface import Outcome  # noqa: TC001 - msgspec reads it

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from umbel.frameworks.claims import Claim
    from umbel.frameworks.interface import Answer, Assessment, Framework


class Question(msgspec.Struct, frozen=True, kw_only=True):
    """One question: its claim, its words, what counts as proof, what evidence says already.

    `months` is how long an answer lasts; `answers` the practices (`framework/practice`) that it answers; `worth` what a
    yes would move, summed over them; `grades` the names of a grade where one is asked for, and `met_at` the one from
    which it is met.
    """

    claim: str
    title: str
    question: str
    proof: str
    months: int
    evidence: str
    outcome: Outcome
    answers: tuple[str, ...]
    worth: float
    note: str = ""
    grades: tuple[str, ...] = ()
    met_at: int = 0


def questions(assessments: Sequence[Assessment], claims: Mapping[str, Claim]) -> list[Question]:
    """Every question that is open, the one whose answer would move most first."""
    groups: dict[str, list[tuple[Framework, Answer, float]]] = {}
    for assessed in assessments:
        gains = moves.gains(assessed)
        for each in assessed.answers:
            if asks(each):
                name = main_key(assessed.framework.id, each.practice)
                groups.setdefault(name, []).append((assessed.framework, each, gains[each.practice.id]))
    found = [_question(name, group, claims.get(name)) for name, group in groups.items()]
    return sorted(found, key=lambda each: (-each.worth, each.claim))


def about(claim: str, assessments: Iterable[Assessment], claims: Mapping[str, Claim]) -> Question | None:
    """The question of one claim, however it stands; None where no practice stands on it."""
    group = [
        (assessed.framework, each, 0.0)
        for assessed in assessments
        for each in assessed.answers
        if claim
        in {main_key(assessed.framework.id, each.practice), f"{assessed.framework.id}/{each.practice.id}"}
    ]
    return _question(claim, group, claims.get(claim)) if group else None


def asks(answer: Answer) -> bool:
    """Whether a person should be asked: nobody answered or confirmed it, or what they said has run out."""
    if answer.practice.kind == "evidence":
        return False
    return answer.by is None or (answer.outcome == "decayed" and answer.by == "attestation")


def _question(name: str, group: Sequence[tuple[Framework, Answer, float]], claim: Claim | None) -> Question:
    first = max(group, key=lambda each: each[2])[1]
    practice = first.practice
    said = [each.sentence for _, each, _ in group if each.readings]
    graded = next((one for one, _, _ in group if one.grades), None)
    return Question(
        claim=name,
        title=practice.title,
        question=claim.question if claim is not None else practice.question,
        proof=claim.proof if claim is not None else "",
        months=claim.expires if claim is not None else practice.expires,
        evidence=" ".join(dict.fromkeys(said)) or (first.sentence if first.outcome == "decayed" else ""),
        outcome=first.outcome,
        answers=tuple(f"{one.id}/{each.practice.id}" for one, each, _ in group),
        worth=sum(gain for _, _, gain in group),
        note=practice.note,
        grades=() if graded is None else graded.grades,
        met_at=0 if graded is None else graded.met_at,
    )
