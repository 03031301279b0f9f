# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""What evidence says of a practice: each check held against its indicator's reading, and what they come to."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Literal

import msgspec

from umbel.frameworks.indicators.sentences import number, percent

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from umbel.frameworks.interface import Check, Framework, Practice, Reading

Evidence = Literal["met", "stale", "unmet", "unknown", "error", "none"]
"""`stale`: it holds by evidence that is too old to say so; `none`: nothing is asked of evidence."""
_DAY = 86_400


class Judged(msgspec.Struct, frozen=True, kw_only=True):
    """What one check, or all of a practice's, come to; `said` in a sentence each, `gap` what is missing."""

    evidence: Evidence
    said: tuple[str, ...] = ()
    gap: str | None = None
    grade: int | None = None
    readings: tuple[Reading, ...] = ()


def judged(practice: Practice, framework: Framework, readings: Mapping[str, Reading]) -> Judged:
    """All checks of a practice together."""
    if not practice.checks:
        return Judged(evidence="none")
    each = [_check(check, readings.get(check.indicator), framework) for check in practice.checks]
    evidence = together([one.evidence for one in each], any_check=practice.any_check)
    behind = [one for one in each if one.evidence == evidence] or each
    shown = each if evidence in {"met", "stale"} and not practice.any_check else behind
    gaps = [one.gap for one in behind if one.gap]
    joint = " or: " if practice.any_check else " "
    return Judged(
        evidence=evidence,
        said=tuple(dict.fromkeys(said for one in shown for said in one.said)),
        gap=joint.join(dict.fromkeys(gaps)) or None,
        grade=_grade(practice, framework, each, evidence),
        readings=tuple(one for single in each for one in single.readings),
    )


def together(found: Sequence[Evidence], *, any_check: bool = False) -> Evidence:
    """What several checks come to: all must hold, or one is enough. What fails decides before what isn't known.

    >>> together(["met", "unknown"]), together(["unmet", "unknown"]), together(["met", "unknown"], any_check=True)
    ('unknown', 'unmet', 'met')
    """
    order: tuple[Evidence, ...] = ("unmet", "error", "unknown", "stale", "met")
    if any_check:
        order = ("met", "stale", "error", "unknown", "unmet")
    return next(each for each in order if each in found)


def limit(check: Check, unit: str) -> str:
    """What a check asks, in words: at least 80 %."""
    if check.at_least is not None:
        return "yes" if unit == "yes" else f"at least {shown(check.at_least, unit)}"
    return "no" if unit == "yes" else f"at most {shown(check.at_most or 0.0, unit)}"


def shown(value: float, unit: str) -> str:
    """A value with its unit."""
    if unit == "share":
        return percent(value)
    if unit in {"days", "years"}:
        return f"{number(value)} {unit.removesuffix('s') if value == 1 else unit}"
    return number(value)


def _check(check: Check, reading: Reading | None, framework: Framework) -> Judged:
    if reading is None:
        return Judged(evidence="error", said=(f"There is no indicator {check.indicator}.",))
    evidence, said, gap = _judge(check, reading)
    return Judged(
        evidence=evidence,
        said=(said,),
        gap=gap,
        grade=_steps(check, reading, framework, evidence),
        readings=(reading,),
    )


def _judge(check: Check, reading: Reading) -> tuple[Evidence, str, str | None]:
    told = reading.sentence.strip() or f"{reading.indicator}: {reading.why or reading.value}"
    if reading.error:
        return "error", f"{reading.indicator} can't be computed: {_clause(reading.why)}.", None
    asked = _ask(reading)
    if reading.value is None or not math.isfinite(reading.value):
        return "unknown", told, f"Nobody knows yet: {_clause(reading.why)}.{asked}"
    settled = _settled(check, reading)
    if not settled and reading.coverage is not None and reading.coverage < check.coverage:
        known, least = percent(reading.coverage), percent(check.coverage)
        return (
            "unknown",
            told,
            f"Only {known} of what it speaks of is known; {least} are needed to tell.{asked}",
        )
    if not settled and reading.denominator is not None and reading.denominator < check.of:
        few = f"{number(reading.denominator)} of at least {number(check.of)}"
        return "unknown", told, f"Too few to tell: {few}.{asked}"
    if not _holds(check, reading.value):
        return "unmet", told, _missing(check, reading)
    return _aged(check, reading, told)


def _settled(check: Check, reading: Reading) -> bool:
    """Whether what isn't known yet can't change the answer: a plain count only grows with what is looked at.

    Means and medians of counts have a denominator and no numerator; they may fall.
    """
    plain = reading.unit == "count" and (reading.denominator is None or reading.numerator is not None)
    if not plain or reading.value is None:
        return False
    return _holds(check, reading.value) == (check.at_least is not None)


def _aged(check: Check, reading: Reading, told: str) -> tuple[Evidence, str, str | None]:
    if check.fresh is None:
        return "met", told, None
    seen = reading.oldest_at or reading.observed_at
    if seen is None:
        return "unknown", told, "How old its evidence is isn't known."
    days = (reading.as_of - seen).total_seconds() / _DAY
    if days <= check.fresh:
        return "met", told, None
    return (
        "stale",
        told,
        f"Its evidence is {int(days):,} days old; {check.fresh:,} are allowed: collect again.",
    )


def _holds(check: Check, value: float) -> bool:
    if check.at_least is not None:
        return value >= check.at_least or math.isclose(value, check.at_least, abs_tol=1e-9)
    most = math.inf if check.at_most is None else check.at_most
    return value <= most or math.isclose(value, most, abs_tol=1e-9)


def _missing(check: Check, reading: Reading) -> str:
    """How far it is to the limit, counted where it is a share of something."""
    value, unit = reading.value or 0.0, reading.unit
    if unit == "yes":
        return "It isn't so yet."
    asked = limit(check, unit)
    if unit == "share" and reading.denominator and reading.numerator is not None:
        if check.at_least is not None:
            more = math.ceil(check.at_least * reading.denominator - reading.numerator - 1e-9)
            return f"{shown(value, unit)} now, {asked} is asked: {number(more)} more of {number(reading.denominator)}."
        less = math.ceil(reading.numerator - (check.at_most or 0.0) * reading.denominator - 1e-9)
        return f"{shown(value, unit)} now, {asked} is asked: {number(less)} fewer of {number(reading.denominator)}."
    return f"{shown(value, unit)} now, {asked} is asked."


def _steps(check: Check, reading: Reading, framework: Framework, evidence: Evidence) -> int | None:
    if not framework.grades or evidence not in {"met", "stale", "unmet"} or reading.value is None:
        return None
    value, rising = reading.value, check.at_least is not None
    if not check.steps:
        return framework.met_at if evidence != "unmet" else int(_way(check, value) * framework.met_at)
    reached = [value >= step - 1e-9 if rising else value <= step + 1e-9 for step in check.steps]
    return next((grade for grade, holds in enumerate(reached) if not holds), len(reached))


def _way(check: Check, value: float) -> float:
    """How much of what is asked there is, below 1: nothing of it is the lowest grade, half of it half the way."""
    part = value / check.at_least if check.at_least else (check.at_most or 0.0) / value if value > 0 else 0.0
    return min(max(part, 0.0), math.nextafter(1.0, 0.0))


def _grade(
    practice: Practice, framework: Framework, each: Sequence[Judged], evidence: Evidence
) -> int | None:
    grades = [one.grade for one in each if one.grade is not None]
    if not grades or evidence not in {"met", "stale", "unmet"}:
        return None
    grade = max(grades) if practice.any_check else min(grades)
    return max(grade, framework.met_at) if evidence != "unmet" else min(grade, framework.met_at - 1)


def _ask(reading: Reading) -> str:
    """The command that shows more, unless the reason names it already."""
    return f" Look there ({reading.ask})." if reading.ask and reading.ask not in (reading.why or "") else ""


def _clause(text: str | None) -> str:
    return (text or "nothing is known of it").strip().rstrip(".")
