# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""What a metric gives: one figure about one subject on one day, with what it is of and why."""

from __future__ import annotations

from datetime import datetime  # noqa: TC003 - msgspec reads it
from typing import Any, Literal

import msgspec

Known = Literal["measured", "unknown", "error"]
Better = Literal["higher", "lower", "neither"]


class Measurement(msgspec.Struct, frozen=True, kw_only=True):
    """One figure: `value` in `unit` over the `window` days before `as_of` (None: the whole history).

    `value` is None where it isn't known, and `why` says why not; a value of 0 was counted.
    `denominator` is what the figure is of, in the metric's own terms. `evidence` answers "why?": the
    few figures that the value stands on.
    """

    metric: str
    subject: str
    value: float | None
    unit: str
    window: int | None
    as_of: datetime
    denominator: float | None = None
    evidence: dict[str, Any] | str | None = None
    outcome: Known = "measured"
    why: str | None = None
