# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""How strategic a project is: what business has at stake with it, times how hard it is to replace.

Figures only; `umbel.strategy.score.words` says them. Every input that isn't known stands with what is usual (never with
nothing), lowers the confidence, and widens the range.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

from umbel.strategy.score.model import (
    Mean,
    Model,
    Signal,
    half,
    kinds,
    logarithm,
    mean,
    model,
    points,
)

if TYPE_CHECKING:
    from umbel.strategy.use import Used


class Effort(NamedTuple):
    """Person-days to replace a project: as the assumptions give it, and the range."""

    days: float
    low: float
    high: float


class Hardness(NamedTuple):
    """How hard to replace, 0 to 1: the mean of its `signals`, how far it is a framework to us, and the effort."""

    total: Mean
    signals: dict[str, Signal]
    inversion: float | None
    effort: Effort | None


class Dependency(NamedTuple):
    """The part `dependency` of a project: points from 1 to 10, the range, how sure, and what it is made of."""

    value: float
    low: float
    high: float
    confidence: float
    use: float
    hardness: Hardness
    known: dict[str, Signal]


def dependency(used: Used, size: int | None = None, chosen: Model | None = None) -> Dependency:
    """What the model says of one project. `size` are its lines of code, where it was examined."""
    numbers = chosen or model()
    hard = _hardness(used, size, numbers)
    known = _known(used, size, numbers)
    return Dependency(
        value=_both(used.use, hard.total.value, numbers),
        low=_both(used.use_low, hard.total.low, numbers),
        high=_both(used.use_high, hard.total.high, numbers),
        confidence=sum(each.weight * (each.value or 0.0) for each in known.values()),
        use=used.use,
        hardness=hard,
        known=known,
    )


def code_read(used: Used) -> bool:
    """Whether anything is known of how our code uses it."""
    return used.read > 0 or used.files > 0


def _both(use: float, hardness: float, numbers: Model) -> float:
    powers = numbers.dependency
    total = powers["use"] + powers["hardness"]
    return points(math.pow(use, powers["use"] / total) * math.pow(hardness, powers["hardness"] / total))


def _hardness(used: Used, size: int | None, numbers: Model) -> Hardness:
    hard = numbers.hardness
    inverted = inversion(used, numbers)
    effort = effort_of(used, numbers)
    days = None if effort is None else logarithm(effort.days, hard["effort_low"], hard["effort_high"])
    lines = None if size is None else logarithm(size, hard["size_low"], hard["size_high"])
    signals = {
        "kind": Signal(_kind(used, inverted or 0.0), 0.0, hard["kind"]),
        "effort": Signal(days, hard["usual_effort"], hard["effort"]),
        "lock_in": Signal(_lock_in(used, hard), hard["usual_lock_in"], hard["lock_in"]),
        "size": Signal(lines, hard["usual_size"], hard["size"]),
        "alternatives": Signal(_alternatives(used, hard), hard["usual_alternatives"], hard["alternatives"]),
    }
    return Hardness(mean(list(signals.values())), signals, inverted, effort)


def inversion(used: Used, numbers: Model) -> float | None:
    """How far it is a framework to us, 0 to 1: many files know it, by many names, or others plug into it.

    None where nobody read the code and nothing plugs into it.
    """
    if not code_read(used) and not used.plugs:
        return None
    spread = 1 - math.exp(-used.file_share / numbers.depth["share_scale"])
    broad = half(used.names, numbers.depth["names_half"])
    plugged = half(used.plugs, numbers.inversion["plugs_half"])
    return 1 - (1 - math.sqrt(spread * broad)) * (1 - plugged)


def is_framework_by_signs(used: Used, numbers: Model) -> bool:
    """Whether what no table lists is called a framework for what our code shows."""
    return not used.listed and (inversion(used, numbers) or 0.0) >= numbers.inversion["framework"]


def _kind(used: Used, inverted: float) -> float:
    """How hard the kind is to replace: a library towards a framework, as far as the code is built on it."""
    table = kinds().kinds
    own, framework = used.kind_hardness, table["framework"].hardness
    if not table[used.kind].imported or own >= framework:
        return own
    return own + (framework - own) * inverted


def _lock_in(used: Used, hard: dict[str, float]) -> float | None:
    if not used.wired and not used.plugs:
        return None
    return (
        hard["plugs"] * half(used.plugs, hard["plugs_half"])
        + hard["stand"] * half(used.stand, hard["stand_half"])
        + hard["sole"] * half(used.sole, hard["sole_half"])
    )


def listed_alternatives(used: Used) -> int | None:
    """How many others the table of kinds names for the same role and type of package; None: it isn't listed."""
    if used.role is None:
        return None
    role = next(each for each in kinds().roles if each.name == used.role)
    return sum(name.startswith(f"pkg:{used.type}/") for name in role.packages) - 1


def _alternatives(used: Used, hard: dict[str, float]) -> float | None:
    number = listed_alternatives(used)
    if not number:
        return None
    left = 1 - half(number, hard["alternatives_half"])
    return left * (hard["alternative_here"] if used.alternatives_here else 1.0)


def effort_of(used: Used, numbers: Model) -> Effort | None:
    """Person-days to replace it in our code; None where too little code was read, or where it would be settings."""
    told = numbers.effort
    little = used.read_share < told["read_least"] or not kinds().kinds[used.kind].imported
    if not code_read(used) or (not used.files and little):
        return None
    hours = used.sites * told["minutes_a_site"] / 60 + used.names * told["hours_a_name"]
    days = max(told["days_at_least"], hours / told["hours_a_day"] + used.plugs * told["days_a_plug"])
    return Effort(days, days * told["low"], days * told["high"])


def _known(used: Used, size: int | None, numbers: Model) -> dict[str, Signal]:
    """How much of each input was known, 0 to 1 (None: not at all), with its share of the whole."""
    said = numbers.known
    sure: dict[str, float] = {
        "criticality": used.declared,
        "direct": 0.0 if used.direct is None else 0.5 if used.direct_open else 1.0,
        "scope": 0.0 if used.scope is None else 0.5 if used.scope_open else 1.0,
        "code": used.read_share if kinds().kinds[used.kind].imported else 1.0,
        "kind": _kind_known(used, numbers),
        "edges": min(1.0, used.wired / used.uses) if used.uses else 0.0,
        "alternatives": 0.0 if used.role is None else said["alternatives_listed"],
        "size": 0.0 if size is None else 1.0,
        "project": used.sure,
    }
    return {name: Signal(value or None, 0.0, said[name]) for name, value in sure.items()}


def _kind_known(used: Used, numbers: Model) -> float:
    if used.listed:
        return numbers.known["listed"]
    if is_framework_by_signs(used, numbers):
        return numbers.inversion["sure"]
    return numbers.known["unlisted"]


__all__ = ["Dependency", "Effort", "Hardness", "dependency", "effort_of", "inversion"]
