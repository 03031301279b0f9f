# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Why a practice stands as it does, in one sentence, and what is missing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from umbel.frameworks.attestations import Said
    from umbel.frameworks.interface import Kind, Outcome, Practice
    from umbel.frameworks.judging import Judged

Word = Literal["none", "met", "unmet", "not-applicable", "ran-out", "lapsed"]
"""What a person says: `ran-out` is a claim that it is met whose last day has passed, `lapsed` any other such word."""
OR = " Or "
"""Between what evidence lacks and the word that would do instead."""
_IS = {"met": "it is met", "unmet": "it isn't met", "not-applicable": "it doesn't apply"}
_CALLED = {"met": "met", "unmet": "not met", "not-applicable": "not applicable"}


def sentence(found: Judged, said: Said | None, word: Word, outcome: Outcome, by: Kind | None) -> str:
    """Why it stands so."""
    evidence, told = " ".join(found.said), person(said, word)
    if outcome == "contradicted":
        return f"{told} The evidence says otherwise: {evidence}"
    if by is None:
        return _unanswered(found, told, evidence, word)
    if by == "attestation":
        alone = found.evidence in {"none", "unknown", "error"}
        return told if alone or not evidence else f"{told} {evidence}"
    if outcome == "decayed":
        old = found.evidence == "stale"
        return (
            f"{evidence} That is too old."
            if old
            else f"It was met a quarter before, and isn't now: {evidence}"
        )
    return f"{evidence} {told}" if by == "proxy" else evidence


def _unanswered(found: Judged, told: str, evidence: str, word: Word) -> str:
    if found.evidence == "met":
        return f"Evidence speaks for it, and nobody has confirmed it: {evidence}"
    if found.evidence == "stale":
        return f"Evidence spoke for it, and is old now; nobody has confirmed it: {evidence}"
    return evidence or (f"{told} It isn't known any more." if word == "lapsed" else "Nobody has said so yet.")


def person(said: Said | None, word: Word) -> str:
    """What a person says, since when, until when, on what proof."""
    if said is None:
        return ""
    told = said.attestation
    if word in {"ran-out", "lapsed"}:
        return f"{told.owner} called it {_CALLED[told.says]} on {told.decided}; that ran out on {said.until}."
    reason = f" ({told.reason.strip().rstrip('.')})" if told.reason.strip() else ""
    proof = "" if word != "met" else f"; proof: {told.proof}" if told.proof else "; no proof is named"
    return f"{told.owner} says that {_IS[word]}{reason}, from {told.decided} until {said.until}{proof}."


def gap(practice: Practice, claim: str, found: Judged, outcome: Outcome) -> str | None:
    """What is missing to meet it; None where nothing is."""
    if outcome in {"met", "not-applicable"}:
        return None
    if found.evidence in {"unmet", "stale"} and outcome != "unknown":
        return found.gap
    if outcome == "unmet":
        return practice.next or None
    return _to_say(practice, f"umbel maturity attest {claim}", found, outcome)


def _to_say(practice: Practice, command: str, found: Judged, outcome: Outcome) -> str:
    if outcome == "decayed":
        return f"Say it again ({command})."
    if practice.kind == "proxy" and found.evidence in {"met", "stale"}:
        return f"Confirm it ({command})."
    if found.gap is None:
        return f"Answer it ({command})."
    return found.gap if practice.kind == "evidence" else f"{found.gap}{OR}answer it ({command})."
