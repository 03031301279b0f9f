# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Time goes by: requests that nobody answered in time are late, and those that nobody needs any more run out."""

from __future__ import annotations

from datetime import UTC, datetime

from django.db import transaction

from umbel.office.inbox import answering, telling
from umbel.office.inbox.models import OPEN, Request

_AT_ONCE = 500


def expire_due() -> int:
    """Let requests run out, and remind of late ones; gives how many ran out. Done twice at once it counts once."""
    now, ended = datetime.now(UTC), 0
    for request in Request.objects.filter(state=OPEN, expires_on__lt=now.date())[:_AT_ONCE]:
        try:
            answering.expire(request)
            ended += 1
        except answering.Over:
            continue
    late = Request.objects.filter(state=OPEN, due_at__lt=now, reminded_at=None, expires_on__gte=now.date())
    for request in late[:_AT_ONCE]:
        with transaction.atomic():
            mine = Request.objects.filter(pk=request.pk, state=OPEN, reminded_at=None)
            if mine.update(reminded_at=now) == 1:
                telling.late(request)
    return ended
