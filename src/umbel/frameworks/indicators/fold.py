# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Indicators that fold a metric of many projects into one figure."""

from __future__ import annotations

from statistics import median
from typing import TYPE_CHECKING

from umbel.frameworks.indicators import shared
from umbel.frameworks.indicators.found import Found, unknown
from umbel.frameworks.indicators.query import UNEXAMINED
from umbel.metrics.engine import FIRST

if TYPE_CHECKING:
    from umbel.frameworks.indicators.definition import Body, Definition
    from umbel.frameworks.indicators.state import State
    from umbel.frameworks.interface import Known
    from umbel.metrics.definition import Definition as Metric
    from umbel.model.measurement import Measurement

_NONE = {
    "own": "",
    "upstream": "no upstream project is known of what is in use (umbel upstream)",
    "strategic": "no project is strategic by a verdict (umbel strategy)",
}


def fold(known: Known, kept: State, definition: Definition) -> Found:
    """One figure of the projects that are asked of, and of how many of them it was known."""
    said = definition.body
    metric = known.metrics.get(said.metric or "")
    if metric.header.reads == "remediations" and said.of == "own" and known.index is None:
        return unknown("no advisories are known (umbel sync advisories)")
    asked = _subjects(known, said)
    if asked is not None and not asked:
        return unknown(_NONE[said.of])
    if said.of != "own" and known.upstream is None:
        return unknown(UNEXAMINED)
    measured = _measured(known, kept, said, metric)
    if asked is not None:
        measured = [each for each in measured if each.subject in asked]
    number = _should(known, said, metric, asked, measured)
    told = [each for each in measured if each.value is not None]
    if not told:
        return unknown(_why(measured), subjects=number)
    empty = sum(_has_nothing(each) for each in measured) if said.fold == "weighted" else 0
    return _folded(said, told, number, empty)


def _should(
    known: Known, said: Body, metric: Metric, asked: frozenset[str] | None, measured: list[Measurement]
) -> int:
    """How many should have been looked at: all strategic ones; all projects for what their documents tell.

    Of histories, and of upstream projects, those that were read.
    """
    if said.of == "strategic" and asked is not None:
        return len(asked)
    if said.of == "own" and metric.header.reads == "remediations":
        return len(shared.names(known))
    return len(measured)


def _has_nothing(each: Measurement) -> bool:
    """Whether it was looked at and there was nothing to count: it weighs nothing, and is known all the same."""
    return each.value is None and each.denominator == 0 and each.outcome != "error"


def _subjects(known: Known, said: Body) -> frozenset[str] | None:
    """The projects that are asked of, of a product those that it stands on; None is all of the lake."""
    from umbel.frameworks.indicators import _asked

    if said.of == "own":
        return None if known.projects is None else frozenset(known.projects)
    if said.of == "upstream":
        return _asked.upstream_projects(known)
    return frozenset(each.project for each in _asked.strategic(known))


def _measured(known: Known, kept: State, said: Body, metric: Metric) -> list[Measurement]:
    """The metric of every subject of a lake, once for all indicators that fold it."""
    lake = "own" if said.of == "own" else "upstream"
    window = FIRST if said.window is None else None if said.window == "all" else said.window
    key = (lake, metric.name, window)
    if key not in kept.measured:
        session = known.session if lake == "own" else known.upstream
        assert session is not None  # noqa: S101 - asked for before
        engine = kept.engine(known, session, lake)
        shared.make(known, kept, session, lake, metric.header.reads)
        if metric.header.reads == "lifecycles":
            shared.make(known, kept, session, lake, "life_ends")
        kept.measured[key] = engine.measure(metric, window=window)
    return kept.measured[key]


def _folded(said: Body, told: list[Measurement], number: int, empty: int) -> Found:
    values = [each.value for each in told if each.value is not None]
    evidence = {"subjects": number, "measured": len(told), "nothing_to_count": empty}
    found = Found(known=len(told) + empty, whole=number, evidence=evidence)
    import msgspec

    with_ = msgspec.structs.replace
    if said.fold == "sum":
        return with_(found, value=sum(values))
    if said.fold == "median":
        return with_(found, value=median(values), denominator=len(values))
    if said.fold == "share":
        met = sum(_meets(said, value) for value in values)
        return with_(found, numerator=met, denominator=len(values))
    return _weighted(said, told, found)


def _weighted(said: Body, told: list[Measurement], found: Found) -> Found:
    """Each by its denominator; where the metric has none, each counts the same."""
    import msgspec

    weighed = [(each.value or 0.0, each.denominator) for each in told]
    if any(weight is None for _, weight in weighed):
        weighed = [(value, 1.0) for value, _ in weighed]
    total = sum(weight or 0.0 for _, weight in weighed)
    if not total:
        return unknown("there is nothing to count", **found.evidence)
    made = sum(value * (weight or 0.0) for value, weight in weighed)
    if said.unit == "share":
        numerator = total - made if said.one_minus else made
        return msgspec.structs.replace(found, numerator=_whole(numerator), denominator=_whole(total))
    return msgspec.structs.replace(found, value=made / total, denominator=_whole(total))


def _whole(number: float) -> float:
    """A count that went through a division, as the count that it is."""
    near = round(number)
    return float(near) if abs(number - near) < 1e-6 * max(1.0, abs(number)) else number


def _meets(said: Body, value: float) -> bool:
    if said.at_least is not None:
        return value >= said.at_least
    return said.at_most is not None and value <= said.at_most


def _why(measured: list[Measurement]) -> str:
    """Why none of them has a value: the reason that most give."""
    reasons = [each.why for each in measured if each.why]
    if not reasons:
        return ""
    counted = sorted(set(reasons), key=lambda reason: (-reasons.count(reason), reason))
    return counted[0]
