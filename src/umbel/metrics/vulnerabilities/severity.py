# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""One severity of what several advisories say."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from umbel.model.vulnerability import SEVERITIES, rating

if TYPE_CHECKING:
    from collections.abc import Iterable

    from umbel.model.vulnerability import Severity


class Rated(NamedTuple):
    """A severity: its word, and the base score and vector where it is by CVSS."""

    severity: Severity | None = None
    score: float | None = None
    vector: str | None = None


def worst(given: Iterable[Rated]) -> Rated:
    """The most severe of them: unknown ones don't count. A score beats the same word without one."""
    return max(
        given, key=lambda one: (rank(one.severity), one.score or -1.0, one.vector or ""), default=Rated()
    )


def rank(severity: str | None) -> int:
    """Place on the scale; -1 where it isn't known."""
    return SEVERITIES.index(severity) if severity in SEVERITIES else -1


def of_package(own: str | None, severity: str | None, score: float | None, vector: str | None) -> Rated:
    """What counts for one package: a severity of its own beats that of the whole advisory."""
    if own in SEVERITIES and own != severity:
        return Rated(own)
    if score is not None:
        return Rated(rating(score), score, vector)
    return Rated(severity if severity in SEVERITIES else None)
