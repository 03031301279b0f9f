# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""When somebody was last here. Looks within an hour are one visit: news don't vanish when a page is loaded anew."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from umbel.office.accounts.models import User

VISIT = timedelta(hours=1)
MINUTE = timedelta(minutes=1)


def before(user: User, now: datetime | None = None) -> datetime | None:
    """The end of somebody's visit before this one; None: they were never here. Notes that they are here."""
    from umbel.office.accounts.models import User

    now = now or datetime.now(UTC)
    last: datetime | None = user.here_at
    if last is not None and now - last < MINUTE:
        return user.here_before
    if last is not None and now - last > VISIT:
        user.here_before = last
    user.here_at = now
    User.objects.filter(pk=user.pk).update(here_at=now, here_before=user.here_before)
    return user.here_before
