# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""How well a score tells projects that came to harm from ordinary ones of the same day, and how sure that is.

A score that isn't known tells nothing: it counts as a tie, and as no warning.
"""

from __future__ import annotations

import random
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

Wins = dict[str, float]
"""Of one event, by ordinary project: 1 where the event's project scored higher that day, 0 where lower, 0.5: a tie."""


class Interval(NamedTuple):
    """The middle 95 % of what redrawn samples give."""

    low: float
    high: float


def wins(score: float | None, ordinary: Mapping[str, float | None]) -> Wins:
    """How one event's project compares with each ordinary one of the same day."""
    return {
        name: 0.5 if score is None or other is None or score == other else float(score > other)
        for name, other in ordinary.items()
    }


def area(compared: Sequence[Wins]) -> float | None:
    """Area under the ROC curve within days: the chance that an event's project scores above an ordinary one.

    The mean of the events, each against the ordinary projects of its own day; None without any. 0.5 is chance.
    """
    each = [sum(won.values()) / len(won) for won in compared if won]
    return sum(each) / len(each) if each else None


def intervals(
    by_score: Mapping[str, Sequence[Wins]], *, draws: int, seed: int
) -> tuple[dict[str, Interval], dict[str, Interval]]:
    """95 % intervals of `area` by score, and of the first score's lead over each other.

    Events and ordinary projects, whole, are drawn anew with replacement, the same for all scores, so that a lead's
    interval is that of the difference.
    """
    names = list(by_score)
    number = len(by_score[names[0]]) if names else 0
    ordinary = sorted({project for compared in by_score.values() for won in compared for project in won})
    if number < 2 or len(ordinary) < 2:
        return {}, {}
    chance = random.Random(seed)  # noqa: S311 - a repeatable sample, no secret
    matrices = {
        name: [[won.get(project) for project in ordinary] for won in compared]
        for name, compared in by_score.items()
    }
    areas: dict[str, list[float]] = {name: [] for name in names}
    for _ in range(draws):
        events = chance.choices(range(number), k=number)
        projects = chance.choices(range(len(ordinary)), k=len(ordinary))
        for name in names:
            found = [_mean(matrices[name][event], projects) for event in events]
            told = [each for each in found if each is not None]
            areas[name].append(sum(told) / len(told) if told else 0.5)
    first = areas[names[0]]
    leads = {name: _middle([a - b for a, b in zip(first, areas[name], strict=True)]) for name in names[1:]}
    return {name: _middle(values) for name, values in areas.items()}, leads


def recall(
    events: Sequence[float | None], ordinary: Sequence[Sequence[float | None]], false_alarms: float
) -> float | None:
    """Share of the events whose score is above all but a share of the ordinary projects' scores of the day."""
    if not events:
        return None
    caught = 0
    for score, others in zip(events, ordinary, strict=True):
        if score is None or not others:
            continue
        above = sum(1 for other in others if other is not None and other >= score)
        caught += above <= false_alarms * len(others)
    return caught / len(events)


def top(score: float | None, ordinary: Mapping[str, float | None], k: int) -> bool:
    """Whether a project would stand among the first k of a list of that day; ties count against it."""
    return score is not None and sum(1 for o in ordinary.values() if o is not None and o >= score) < k


def _mean(row: Sequence[float | None], chosen: Sequence[int]) -> float | None:
    told = [value for index in chosen if (value := row[index]) is not None]
    return sum(told) / len(told) if told else None


def _middle(values: Sequence[float]) -> Interval:
    ordered = sorted(values)
    last = len(ordered) - 1
    return Interval(ordered[round(0.025 * last)], ordered[round(0.975 * last)])
