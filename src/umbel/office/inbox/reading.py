# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Requests as somebody may see them: to answer, their own, all of them; and word that they haven't read."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import msgspec
from django.db.models import Q

from umbel.office.inbox.models import OPEN, STATES, Request, Word
from umbel.office.roles import Role

if TYPE_CHECKING:
    from collections.abc import Mapping

    from django.db.models import QuerySet

    from umbel.office.seen import Seen

PER_PAGE = 50
_MOST = 100


class Waiting(msgspec.Struct, frozen=True, kw_only=True):
    """How much waits for somebody."""

    to_answer: int
    late: int
    unread: int

    @property
    def all(self) -> int:
        """Everything that waits."""
        return self.to_answer + self.unread


class Next(msgspec.Struct, frozen=True, kw_only=True):
    """Something that waits for somebody: what, where, why, until when."""

    title: str
    url: str
    reason: str
    due: datetime | None
    role: str
    late: bool


def next_up(seen: Seen, number: int = 5) -> list[Next]:
    """What waits for somebody most: requests to answer, those due first, then word that they haven't read."""
    from django.urls import reverse

    found = [
        Next(
            title=each.title,
            url=reverse("request", args=[each.pk]),
            reason=f"{each.asker} asks; {each.clock}",
            due=each.due_at,
            role=each.answerer,
            late=each.is_late,
        )
        for each in to_answer(seen, number)
    ]
    left = number - len(found)
    told = [
        Next(
            title=word.request.title,
            url=reverse("request", args=[word.request_id]),
            reason=f"{word.event.by} {_SAID[word.why]}",
            due=None,
            role="",
            late=False,
        )
        for word in (words(seen, left) if left else [])
    ]
    return found + told


_SAID = {"answered": "answered", "commented": "commented on it", "mentioned": "mentions you"}


def visible(seen: Seen) -> QuerySet[Request]:
    """The requests that may be shown to somebody; of a page of them ask `seen.shows` once more."""
    return Request.objects.exclude(project__in=list(seen.hidden)) if seen.hidden else Request.objects.all()


def one(seen: Seen, number: int) -> Request | None:
    """A request by its number; None where there is none that may be shown."""
    found = Request.objects.select_related("by").filter(pk=number).first()
    return found if found is not None and _shows(seen, found) else None


def to_answer(seen: Seen, most: int = _MOST) -> list[Request]:
    """Open requests that somebody may answer and didn't put themselves, those due first."""
    found = _to_answer(seen).order_by("due_at", "id")[:most]
    return [each for each in found if _shows(seen, each)]


def own(seen: Seen, most: int = PER_PAGE) -> list[Request]:
    """What somebody asked for themselves, what is open first."""
    mine = Request.objects.filter(by=seen.user)
    opened = list(mine.filter(state=OPEN)[:most])
    return [each for each in [*opened, *mine.exclude(state=OPEN)[: most - len(opened)]] if _shows(seen, each)]


def words(seen: Seen, most: int = PER_PAGE) -> list[Word]:
    """Word that somebody hasn't read yet, the newest first."""
    found = Word.objects.filter(user=seen.user, read_at=None).select_related("request", "event")[:most]
    return [each for each in found if _shows(seen, each.request)]


def read(seen: Seen, request: Request | None = None) -> None:
    """Somebody has read the words of a request; of all, where none is named."""
    mine = Word.objects.filter(user=seen.user, read_at=None)
    (mine if request is None else mine.filter(request=request)).update(read_at=datetime.now(UTC))


def waiting(seen: Seen) -> Waiting:
    """How much waits for somebody: two short queries."""
    from django.db.models import Count

    now = datetime.now(UTC)
    told = _to_answer(seen).aggregate(to_answer=Count("id"), late=Count("id", filter=Q(due_at__lt=now)))
    return Waiting(unread=Word.objects.filter(user=seen.user, read_at=None).count(), **told)


def searched(seen: Seen, asked: Mapping[str, Any]) -> QuerySet[Request]:
    """Requests by state, kind, whose, and words of their title."""
    found = visible(seen).order_by("-id")
    if asked.get("state") in STATES:
        found = found.filter(state=asked["state"])
    if asked.get("kind"):
        found = found.filter(kind=asked["kind"])
    if asked.get("mine"):
        found = found.filter(by=seen.user)
    text = str(asked.get("q") or "").strip()[:100]
    if text.lstrip("#").isdecimal():
        return found.filter(Q(pk=min(int(text.lstrip("#")), 1 << 60)) | Q(title__icontains=text))
    return found.filter(Q(title__icontains=text) | Q(asker__icontains=text)) if text else found


def _to_answer(seen: Seen) -> QuerySet[Request]:
    roles = {role.value for role in (Role.LEGAL, Role.SECURITY, Role.OFFICE) if role in seen.roles}
    if Role.OFFICE in seen.roles:
        roles = {Role.LEGAL.value, Role.SECURITY.value, Role.OFFICE.value}
    return visible(seen).filter(state=OPEN, answerer__in=roles).exclude(by=seen.user)


def _shows(seen: Seen, request: Request) -> bool:
    return not request.project or seen.shows(request.project)
