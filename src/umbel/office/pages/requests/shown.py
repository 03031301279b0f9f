# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""What the pages of requests show: made here, so that views and templates have nothing to work out."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

import msgspec
from django.urls import reverse

from umbel.office.inbox import answering, reading
from umbel.office.inbox.kinds import KINDS
from umbel.office.inbox.models import COMMENTED
from umbel.office.roles import Role, Who, allows

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from umbel.office.inbox.kinds.base import AnswerForm
    from umbel.office.inbox.models import Event, Request
    from umbel.office.seen import Seen

_MOST_EVENTS = 500
_TONES = {"approved": "good", "declined": "bad", "expired": "warn"}
_HAPPENED = {
    "opened": "Asked",
    "approved": "Approved",
    "declined": "Declined",
    "withdrawn": "Taken back",
    "expired": "Run out: nobody answered",
}


class Page(msgspec.Struct, frozen=True, kw_only=True):
    """A page of requests."""

    rows: list[Any]
    total: int
    whole: int
    page: int
    pages: int


class Told(msgspec.Struct, frozen=True, kw_only=True):
    """An event of a request, as a timeline shows it."""

    moment: datetime
    title: str
    by: str
    text: str
    tone: str
    said: bool


def page_of(found: QuerySet[Request], number: str | None, seen: Seen) -> Page:
    """One page of requests; a page that there isn't is the nearest that there is."""
    total = found.count()
    pages = max(-(-total // reading.PER_PAGE), 1)
    asked = number if number and number.isdecimal() and len(number) < 8 else "1"
    page = min(max(int(asked), 1), pages)
    start = (page - 1) * reading.PER_PAGE
    rows = list(filter(reading.shown_to(seen), found[start : start + reading.PER_PAGE]))
    return Page(rows=rows, total=total, whole=total, page=page, pages=pages)


def request(found: Request, seen: Seen, answer: AnswerForm | None) -> dict[str, Any]:
    """A request with its talk, and the form to answer it where whoever looks may."""
    kind, own = KINDS[found.kind], found.by_id is not None and found.by_id == seen.user
    may_answer = found.is_open and found.answerable_by(seen.roles)
    others = answering.others(found) if may_answer and own else True
    form = answer
    if may_answer and (not own or not others) and form is None:
        form = kind.answer(initial={"until": found.fields.get("until"), "ring": "adopt"})
    if form is not None and not (own and not others):
        form.fields.pop("alone", None)
    return {
        "it": found,
        "kind": kind,
        "facts": [(term, value, isinstance(value, str)) for term, value in kind.facts(found.fields)],
        "talk": [_told(each) for each in found.events.all()[:_MOST_EVENTS]],
        "answer": form if may_answer else None,
        "own": own,
        "waits_for_others": own and may_answer and others,
        "may_withdraw": own and found.is_open,
        "shows_known": found.kind == "package",
        "record_url": record_url(found),
    }


def record_url(found: Request) -> str | None:
    """Where the record that an approval wrote stands."""
    if not found.record:
        return None
    if found.kind == "package":
        return f"{reverse('evaluations')}?{urlencode({'q': found.fields['package']})}"
    if found.kind == "release":
        return reverse("published")
    route = {"exception": "exception", "contribute": "contribution"}.get(found.kind)
    return None if route is None else reverse(route, args=[found.record])


def answers(seen: Seen) -> bool:
    """Whether somebody answers requests."""
    return allows(Who.APPROVER, seen.roles)


def asks(seen: Seen) -> bool:
    """Whether somebody may ask for something."""
    return allows(Who.CONTRIBUTOR, seen.roles)


def takes_part(seen: Seen) -> bool:
    """Whether somebody may say something of a request."""
    return bool(seen.roles - {Role.VIEWER})


def _told(event: Event) -> Told:
    return Told(
        moment=event.at,
        title=_HAPPENED.get(event.kind, "Said"),
        by=event.by,
        text=event.text,
        tone=_TONES.get(event.kind, ""),
        said=event.kind == COMMENTED,
    )
