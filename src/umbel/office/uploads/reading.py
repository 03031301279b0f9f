# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Receipts as somebody may see them."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING
from urllib.parse import quote
from uuid import UUID

from django.db.models import Q
from django.http import Http404, HttpResponse

from umbel.model.errors import UsageError
from umbel.office.uploads.models import Receipt
from umbel.office.uploads.projects import plain
from umbel.office.uploads.receiving import content

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from umbel.office.seen import Seen


def visible(seen: Seen) -> QuerySet[Receipt]:
    """The receipts that may be shown to somebody, with their projects."""
    hidden = list(seen.hidden)
    found = Receipt.objects.select_related("project").order_by("-at", "token")
    return found.exclude(Q(subject__in=hidden) | Q(project__name__in=hidden)) if hidden else found


def one(seen: Seen, token: UUID) -> Receipt | None:
    """A receipt; None where there is none that may be shown."""
    found = Receipt.objects.select_related("project").filter(token=token).first()
    return found if found is not None and shows(seen, found) else None


def shows(seen: Seen, receipt: Receipt) -> bool:
    """Whether a receipt may be shown to somebody."""
    return seen.shows(receipt.subject) and seen.shows(receipt.project.name)


def page(
    seen: Seen,
    *,
    project: str | None = None,
    standing: bool = False,
    after: str | None = None,
    limit: int = 50,
) -> tuple[list[Receipt], str | None]:
    """Some receipts, the newest first, and the cursor of what comes after. Raises `UsageError` for another cursor."""
    rows = visible(seen)
    if seen.as_of is not None:
        rows = rows.filter(at__lt=seen.as_of)
    if project is not None:
        rows = rows.filter(project__name=plain(project))
    if standing:
        rows = rows.filter(stands=True)
    if after is not None:
        at, token = _place(after)
        rows = rows.filter(Q(at__lt=at) | Q(at=at, token__gt=token))
    found = list(rows[: limit + 1])
    shown = [each for each in found[:limit] if shows(seen, each)]
    last = found[limit - 1] if len(found) > limit else None
    return shown, None if last is None else f"{last.at.isoformat()}_{last.token}"


def _place(cursor: str) -> tuple[datetime, UUID]:
    moment, _, token = cursor.partition("_")
    at: datetime | None
    named: UUID | None
    try:
        at, named = datetime.fromisoformat(moment), UUID(token)
    except (ValueError, OverflowError):
        at, named = None, None
    if at is None or named is None or at.tzinfo is None:
        raise UsageError("That cursor is none.", "Begin without `after`.")
    return at, named


def downloaded(receipt: Receipt) -> HttpResponse:
    """The bytes of a receipt's document, to be saved and never shown."""
    if receipt.document is None:
        raise Http404("A newer document took its place, and this one is no longer kept.")
    response = HttpResponse(content(receipt.document), content_type="application/octet-stream")
    response["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(receipt.file_name)}"
    response["X-Content-Type-Options"] = "nosniff"
    return response
