# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Days as moments."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta


def end_of(day: date) -> datetime:
    """The last moment of a day in UTC: it is still of that day. Raises `OverflowError` for the last day there is.

    >>> end_of(date(2024, 3, 1)).isoformat()
    '2024-03-01T23:59:59.999999+00:00'
    """
    return datetime.combine(day, time(), UTC) + timedelta(days=1) - timedelta(microseconds=1)
