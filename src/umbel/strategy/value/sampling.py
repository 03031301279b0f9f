# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Draws of the assumptions: many at random, by a seed, or one assumption moved at a time.

An assumption is drawn once and holds for all projects: what isn't known of an hour isn't known anywhere. Its stream
of chance is its own (seed and name), so that another assumption, or another project, changes none of its draws.
"""

from __future__ import annotations

import random
from functools import lru_cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from umbel.strategy.value.assumptions import Assumption, Assumptions

DRAWS = 10_000
SEED = 1
LOW, HIGH = 0.1, 0.9


def draws(assumptions: Assumptions, seed: int = SEED, number: int = DRAWS) -> dict[str, Any]:
    """An Arrow array of `number` draws for each assumption, the same for the same seed on every machine."""
    return {name: _drawn(each, seed, number) for name, each in assumptions.by_name.items()}


@lru_cache(maxsize=128)
def _drawn(each: Assumption, seed: int, number: int) -> Any:
    """One assumption's draws; arrays are never changed, so that equal ones are drawn once."""
    import pyarrow as pa

    if each.shape == "fixed" or each.low == each.high:
        values = each.at((0.5,)) * number
    else:
        chance = random.Random(f"{seed}:{each.name}")  # noqa: S311 - a simulation, which must be repeatable
        values = each.at([chance.random() for _ in range(number)])
    return pa.array(values, pa.float64())


def one_at_a_time(assumptions: Assumptions) -> tuple[list[str], dict[str, Any]]:
    """Each assumption that isn't fixed at its P10 and its P90, all others at their median.

    Gives their names, and an array for each assumption: first the medians, then two rows for each name.
    """
    import pyarrow as pa

    names = [n for n, each in assumptions.by_name.items() if each.shape != "fixed" and each.low != each.high]
    found = {}
    for name, each in assumptions.by_name.items():
        values = [each.middle] * (1 + 2 * len(names))
        if name in names:
            place = 1 + 2 * names.index(name)
            values[place : place + 2] = each.at((LOW, HIGH))
        found[name] = pa.array(values, pa.float64())
    return names, found
