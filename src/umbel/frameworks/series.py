# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""How a framework stood at the end of each period: the same questions, asked as of those days."""

from __future__ import annotations

from datetime import datetime  # noqa: TC003 - msgspec reads it
from typing import TYPE_CHECKING

import msgspec

from umbel.frameworks.assess import assess
from umbel.frameworks.interface import Standing  # noqa: TC001 - msgspec reads it

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from umbel.frameworks.assess import Facts
    from umbel.frameworks.interface import Assessment, Framework, Reading


class Stood(msgspec.Struct, frozen=True, kw_only=True):
    """One point of the series: the day, and how the whole stood on it."""

    as_of: datetime
    overall: Standing


def over(
    framework: Framework,
    readings: Iterable[tuple[datetime, Mapping[str, Reading]]],
    facts: Callable[[datetime, Mapping[str, Reading]], Facts],
) -> list[Assessment]:
    """The framework of today as of each day, oldest first; what people said counts from its own day on."""
    return [assess(framework, facts(day, found)) for day, found in readings]


def stood(assessments: Iterable[Assessment]) -> list[Stood]:
    """The points of a series."""
    return [Stood(as_of=each.as_of, overall=each.overall) for each in assessments]
