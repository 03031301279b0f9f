# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Holds the rows of one engine against those of another: what differs, a line each."""

from __future__ import annotations

import math
from decimal import Decimal
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

COLUMNS = ("subject", "value", "denominator", "evidence", "why")
"""What a row of a metric holds, in this order."""
CLOSE = 1e-12
"""Sums of doubles depend on the order of their rows, in the last digits only."""


def differences(ours: Iterable[Sequence[Any]], theirs: Iterable[Sequence[Any]]) -> list[str]:
    """What two engines answer otherwise: rows of `COLUMNS`, in any order, a subject once in each."""
    left, right = list(ours), list(theirs)
    mine, other = {row[0]: row for row in left}, {row[0]: row for row in right}
    found = [
        f"{side} gives {len(rows) - len(unique)} subjects twice"
        for side, rows, unique in (("ours", left, mine), ("theirs", right, other))
        if len(rows) != len(unique)
    ]
    found += [f"{subject}: only ours" for subject in sorted(mine.keys() - other.keys(), key=str)]
    found += [f"{subject}: only theirs" for subject in sorted(other.keys() - mine.keys(), key=str)]
    for subject in sorted(mine.keys() & other.keys(), key=str):
        for name, a, b in zip(COLUMNS, mine[subject], other[subject], strict=True):
            found += [f"{subject}: {path}: {x!r} is {y!r} there" for path, x, y in _apart(name, a, b)]
    return found


def _apart(path: str, a: Any, b: Any) -> list[tuple[str, Any, Any]]:
    """The innermost places at which two values differ."""
    if isinstance(a, dict) and isinstance(b, dict) and list(a) == list(b):
        return [each for name in a for each in _apart(f"{path}.{name}", a[name], b[name])]
    if isinstance(a, list) and isinstance(b, list) and len(a) == len(b):
        return [
            each for n, pair in enumerate(zip(a, b, strict=True)) for each in _apart(f"{path}[{n}]", *pair)
        ]
    return [] if _same(a, b) else [(path, a, b)]


def _same(a: Any, b: Any) -> bool:
    if a is None or b is None:
        return a is b
    if _is_number(a) and _is_number(b):
        if isinstance(a, int) and isinstance(b, int):
            return a == b
        x, y = float(a), float(b)
        return (math.isnan(x) and math.isnan(y)) or math.isclose(x, y, rel_tol=CLOSE, abs_tol=CLOSE)
    return type(a) is type(b) and bool(a == b)


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float | Decimal) and not isinstance(value, bool)
