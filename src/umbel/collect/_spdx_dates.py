# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Times as SPDX writes them, and as others do."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from umbel.collect.faults import Faults

_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")
_ZONE = re.compile(r"T.*(?:[Zz]|[+-]\d\d:?\d\d)$")
_LONGEST = 80
_FIRST_YEAR = 1990


def moment(text: str, faults: Faults, place: str) -> datetime | None:
    """A time in UTC; None, with a fault, if it is none or from before there were SBOMs.

    A day alone counts from its beginning, a time without a zone as UTC. Fractions of a second and
    other zones than Z aren't SPDX's, but plain: a note tells.
    """
    short = text[:_LONGEST]
    try:
        found = datetime.fromisoformat(short.strip())
        found = found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)
    except (ValueError, OverflowError):
        faults.add("invalid-time", f"has {short!r}, which is no date and time", place)
        return None
    if found.year < _FIRST_YEAR:
        faults.add("invalid-time", f"has {short!r}, which no SBOM can be from", place)
        return None
    if _TIME.fullmatch(text) is None:
        message = f"has {short!r} where a time like '2024-03-01T12:00:00Z' is due"
        faults.add("invalid-time", message, place, "note" if _ZONE.search(short) else "warning")
    return found
