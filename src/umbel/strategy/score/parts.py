# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Opportunity, supportability and health risk as parts of a score, in plain words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from umbel.metrics.words import percent
from umbel.strategy.interface import Fragility, Opinion, Part, Reason
from umbel.strategy.score.model import model
from umbel.strategy.score.ours import There, languages_of, opportunity, supportability

if TYPE_CHECKING:
    from collections.abc import Mapping

    from umbel.strategy.score.model import Signal
    from umbel.strategy.score.ours import Home, OurSide
    from umbel.strategy.use import Used

_EXAMINE = "its history: umbel collect upstream examines it"
_WHO = "who our people are: name the organisation's domains in umbel.toml"


def opportunity_part(
    used: Used, seen: There | None, ours: Home, patches: list[str], opinion: Opinion | None
) -> Part:
    """What we would gain by taking part there; `patches` are packages that we have from a place of ours."""
    side = opportunity(used, seen, len(patches), told=ours.told)
    texts = {
        "patches": f"We use copies of our own of {', '.join(patches[:3])}: work again at each upgrade."
        if patches
        else "No package of it comes from a repository of ours.",
        "use": f"At stake with it is {percent(used.use)} of the most that could be.",
    }
    if seen:
        texts |= {
            "standing": f"{seen.our_commits:,} of {seen.commits:,} commits of the last year are of our people.",
            "door": f"{_people(seen.newcomers)} first contributed within the last year.",
        }
    evidence = {"patches": len(patches), **_seen(seen, ours)}
    gaps = [
        *_gaps(seen, ours),
        "private patches that no lockfile shows: pedigrees in SBOMs aren't kept, ask the developers",
    ]
    return _part("opportunity", side, texts, evidence, gaps, opinion)


def supportability_part(used: Used, seen: There | None, ours: Home, opinion: Opinion | None) -> Part:
    """Whether we could carry it."""
    side = supportability(used, seen, ours.code, told=ours.told)
    spoken = languages_of(used, seen, model())
    main = max(spoken, key=lambda name: (spoken[name], ours.code.get(name, 0)), default=None)
    texts = {}
    if main is not None and ours.code:
        texts["skills"] = (
            f"It is written in {main}, of which we have {ours.code.get(main, 0):,} lines of our own."
        )
    if seen:
        texts["people"] = f"{_people(seen.our_people)} of ours committed there within two years."
        texts["work"] = f"Keeping up means {seen.commits:,} commits a year."
    if seen and seen.code is not None:
        texts["size"] = f"It has {seen.code:,} lines."
    evidence = {
        "language": main,
        "our_lines": ours.code.get(main or "") if ours.code else None,
        **_seen(seen, ours),
    }
    gaps = _gaps(seen, ours)
    if seen and seen.code is None:
        gaps.append("its size and languages: umbel collect upstream --top reads the files of more projects")
    if not ours.code:
        gaps.append("which languages we write: collect our checkouts")
    return _part("supportability", side, texts, evidence, gaps, opinion)


def health_part(found: Fragility | None, opinion: Opinion | None) -> Part:
    """The health risk: how fragile the project is, from 1 to 10."""
    if found is None:
        return Part(name="health_risk", value=None, confidence=0.0, missing=(_EXAMINE,), opinion=opinion)
    return Part(
        name="health_risk",
        value=found.health_risk,
        confidence=found.confidence,
        reasons=(*found.reasons, *found.relief),
        missing=() if found.why is None else (found.why,),
        evidence={"risk": found.risk, "level": found.level},
        opinion=opinion,
    )


def _part(
    name: str,
    side: OurSide,
    texts: Mapping[str, str],
    evidence: dict[str, Any],
    gaps: list[str],
    opinion: Opinion | None,
) -> Part:
    signals: Mapping[str, Signal] = side.signals
    reasons = [
        Reason(text=text, of=of, weight=signals[of].weight * signals[of].taken)
        for of, text in texts.items()
        if signals[of].value is not None
    ]
    told = {of: None if each.value is None else round(each.value, 3) for of, each in signals.items()}
    return Part(
        name=name,
        value=side.value,
        confidence=side.confidence,
        reasons=tuple(sorted(reasons, key=lambda each: -each.weight)),
        missing=tuple(gaps),
        evidence=evidence | {"signals": told, "model": model().version},
        opinion=opinion,
    )


def _gaps(seen: There | None, ours: Home) -> list[str]:
    return [*([] if seen else [_EXAMINE]), *([] if ours.told else [_WHO])]


def _seen(seen: There | None, ours: Home) -> dict[str, Any]:
    if seen is None:
        return dict.fromkeys(("commits", "our_commits", "our_people", "newcomers", "code"))
    return {
        "commits": seen.commits,
        "our_commits": seen.our_commits if ours.told else None,
        "our_people": seen.our_people if ours.told else None,
        "newcomers": seen.newcomers,
        "code": seen.code,
    }


def _people(number: int) -> str:
    return "1 person" if number == 1 else f"{number:,} people"
