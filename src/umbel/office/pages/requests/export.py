# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Requests taken away: all that were asked for, as CSV for a spreadsheet or as JSON, sent while they are read."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

from django.http import StreamingHttpResponse

from umbel.office.editions.listing import Kind
from umbel.office.inbox import reading
from umbel.office.pages.portfolio import export

if TYPE_CHECKING:
    from collections.abc import Iterator

    from django.db.models import QuerySet

    from umbel.office.inbox.models import Request
    from umbel.office.seen import Seen

_AT_A_TIME = 500
_COLUMNS = {
    "number": Kind.NUMBER,
    "kind": Kind.TEXT,
    "title": Kind.TEXT,
    "project": Kind.TEXT,
    "state": Kind.TEXT,
    "asked_by": Kind.TEXT,
    "made_at": Kind.MOMENT,
    "answerer": Kind.TEXT,
    "due_at": Kind.MOMENT,
    "late": Kind.YES,
    "answered_by": Kind.TEXT,
    "answered_at": Kind.MOMENT,
    "expires_on": Kind.DAY,
    "record": Kind.TEXT,
}
"""As the API calls them."""


def sent(found: QuerySet[Request], form: str, seen: Seen) -> StreamingHttpResponse:
    """The requests as a file: `csv` or `json`."""
    rows = _rows(found, seen)
    if form == "csv":
        made, kind = export.as_csv(_COLUMNS, rows), "text/csv; charset=utf-8"
    else:
        made, kind = export.as_json(_COLUMNS, rows, {"list": "requests"}), "application/json"
    return StreamingHttpResponse(
        made, content_type=kind, headers={"Content-Disposition": f'attachment; filename="requests.{form}"'}
    )


def _rows(found: QuerySet[Request], seen: Seen) -> Iterator[dict[str, Any]]:
    shows = reading.shown_to(seen)
    for each in filter(shows, found.iterator(chunk_size=_AT_A_TIME)):
        told = reading.plain(each)
        yield {name: _plain(told[name]) for name in _COLUMNS}


def _plain(value: Any) -> Any:
    """Days and moments as texts."""
    return value.isoformat() if isinstance(value, date) else value
