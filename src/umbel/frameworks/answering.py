# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""How a practice stands, by what evidence says and what a person says: one table, and its words.

Evidence decides alone where a practice is answered by evidence; a person may answer what it leaves unknown, say that it
doesn't apply here, and is contradicted where it says otherwise. A proxy needs both. Nothing is met by neither.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from umbel.frameworks import wording
from umbel.frameworks.attestations import main_key
from umbel.frameworks.interface import Answer
from umbel.frameworks.judging import Judged, judged

if TYPE_CHECKING:
    from collections.abc import Mapping

    from umbel.frameworks.attestations import Said
    from umbel.frameworks.interface import Framework, Kind, Outcome, Practice, Reading
    from umbel.frameworks.judging import Evidence
    from umbel.frameworks.wording import Word

Decision = tuple["Outcome", "Kind | None"]
"""The outcome, and what answered it."""

_E: Kind = "evidence"
_P: Kind = "proxy"
_A: Kind = "attestation"
_SEEN: Decision = ("met", _E)
_BOTH: Decision = ("met", _P)
_SAID: Decision = ("met", _A)
_FAILS: Decision = ("unmet", _E)
_DENIED: Decision = ("unmet", _A)
_AGAINST: Decision = ("contradicted", _E)
_OLD: Decision = ("decayed", _E)
_RAN_OUT: Decision = ("decayed", _A)
_OPEN: Decision = ("unknown", None)
_NOT_HERE: Decision = ("not-applicable", _A)

_WORDS: tuple[Word, ...] = ("none", "met", "unmet", "not-applicable", "ran-out", "lapsed")
"""What a person says: the columns below."""
_TABLE: dict[tuple[Kind, Evidence], tuple[Decision, ...]] = {
    (_E, "met"):   (_SEEN,  _SEEN,    _SEEN,   _NOT_HERE, _SEEN,    _SEEN),
    (_E, "stale"): (_OLD,   _SAID,    _DENIED, _NOT_HERE, _OLD,     _OLD),
    (_E, "unmet"): (_FAILS, _AGAINST, _FAILS,  _NOT_HERE, _FAILS,   _FAILS),
    (_P, "met"):   (_OPEN,  _BOTH,    _DENIED, _NOT_HERE, _RAN_OUT, _OPEN),
    (_P, "stale"): (_OPEN,  _SAID,    _DENIED, _NOT_HERE, _RAN_OUT, _OPEN),
    (_P, "unmet"): (_FAILS, _AGAINST, _FAILS,  _NOT_HERE, _FAILS,   _FAILS),
}  # fmt: skip
_BY_WORD: tuple[Decision, ...] = (_OPEN, _SAID, _DENIED, _NOT_HERE, _RAN_OUT, _OPEN)
"""What a person's word alone comes to: where evidence isn't asked, or says nothing."""


def decide(kind: Kind, evidence: Evidence, word: Word, *, before: bool | None = None) -> Decision:
    """The outcome of a practice. `before`: whether evidence met it a quarter earlier; None wasn't looked at.

    >>> decide("proxy", "met", "none"), decide("evidence", "unmet", "met")
    (('unknown', None), ('contradicted', 'evidence'))
    """
    row = _TABLE.get((kind, evidence), _BY_WORD)
    outcome, by = row[_WORDS.index(word)]
    if outcome == "unknown" and evidence == "error":
        return "error", None
    if outcome == "unmet" and kind == _E and evidence == "unmet" and before:
        return "decayed", by
    return outcome, by


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """What one practice is answered from."""

    framework: Framework
    practice: Practice
    readings: Mapping[str, Reading]
    said: Said | None = None
    before: bool | None = None


def answer(asked: Asked) -> Answer:
    """How a practice stands, why in one sentence, and what is missing."""
    practice, framework = asked.practice, asked.framework
    claim = main_key(framework.id, practice)
    reading = asked.readings.get(practice.applies_if or "")
    if reading is not None and _none(reading):
        return Answer(
            practice=practice,
            outcome="not-applicable",
            by="evidence",
            sentence=f"It doesn't apply here: {reading.sentence or reading.indicator}",
            readings=(reading,),
            claim=claim,
        )
    found = judged(practice, framework, asked.readings)
    word = word_of(asked.said, framework)
    outcome, by = decide(practice.kind, found.evidence, word, before=asked.before)
    return Answer(
        practice=practice,
        outcome=outcome,
        by=by,
        sentence=wording.sentence(found, asked.said, word, outcome, by),
        gap=wording.gap(practice, claim, found, outcome),
        readings=found.readings,
        attestation=None if asked.said is None else asked.said.attestation,
        grade=_grade(framework, found, asked.said, outcome, by),
        before="met" if outcome in {"contradicted", "decayed"} else None,
        claim=claim,
    )


def _none(reading: Reading) -> bool:
    """Whether what a practice is about is known not to be there: none found in half of the places isn't none."""
    whole = reading.coverage is None or reading.coverage >= 1
    return reading.value == 0 and whole and not reading.error


def word_of(said: Said | None, framework: Framework) -> Word:
    """What a person says; where a framework has grades, a grade that was given decides what counts as met."""
    if said is None:
        return "none"
    says = said.attestation.says
    if framework.grades and said.attestation.grade is not None and says != "not-applicable":
        says = "met" if said.attestation.grade >= framework.met_at else "unmet"
    if said.state == "valid":
        return says
    return "ran-out" if says == "met" else "lapsed"


def _grade(
    framework: Framework, found: Judged, said: Said | None, outcome: Outcome, by: Kind | None
) -> int | None:
    if not framework.grades or by is None or outcome == "not-applicable":
        return None
    if by != "attestation" and found.grade is not None:
        return found.grade
    if said is None:
        return None
    given = said.attestation.grade
    if given is not None:
        return min(given, len(framework.grades) - 1)
    return framework.met_at if outcome == "met" else None
