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
    from collections.abc import Callable, Mapping

    from django.db.models import QuerySet

    from umbel.office.seen import Seen

PER_PAGE = 50
_MOST = 100
_COUNTED = 1_000
"""Of what waits for somebody from whom something is kept, so many are looked at one by one."""


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
    """The requests that may be shown to somebody; of a page of them ask `shown_to` once more."""
    if not seen.hidden:
        return Request.objects.all()
    named = Request.objects.exclude(project="").order_by().values_list("project", flat=True).distinct()
    return Request.objects.exclude(project__in=[name for name in named if not seen.shows(name)])


def shown_to(seen: Seen) -> Callable[[Request], bool]:
    """What tells whether somebody may see a request: not where it names a project that is kept from them.

    Nor where it names a package that only such projects use, but for who asked.
    """
    if not seen.hidden:
        return lambda _: True
    from umbel.office.pages.legal.confidential import kept_back

    kept = kept_back(seen)

    def shows(request: Request) -> bool:
        if request.project and not seen.shows(request.project):
            return False
        package = request.fields.get("package")
        if not package or (seen.user is not None and request.by_id == seen.user):
            return True
        return kept is not None and not kept(package)

    return shows


def one(seen: Seen, number: int) -> Request | None:
    """A request by its number; None where there is none that may be shown."""
    found = Request.objects.select_related("by").filter(pk=number).first()
    return found if found is not None and shown_to(seen)(found) else None


def plain(found: Request) -> dict[str, Any]:
    """A request as programs and spreadsheets get it, field by field."""
    return {
        "number": found.pk,
        "kind": found.kind,
        "title": found.title,
        "state": found.state,
        "fields": found.fields,
        "project": found.project or None,
        "answerer": found.answerer,
        "asked_by": found.asker,
        "made_at": found.made_at,
        "due_at": found.due_at,
        "late": found.is_late,
        "expires_on": found.expires_on,
        "answered_by": found.answered_by or None,
        "answered_at": found.answered_at,
        "record": found.record or None,
    }


def to_answer(seen: Seen, most: int = _MOST) -> list[Request]:
    """Open requests that somebody may answer and didn't put themselves, those due first."""
    return list(filter(shown_to(seen), _to_answer(seen).order_by("due_at", "id")[:most]))


def own(seen: Seen, most: int = PER_PAGE) -> list[Request]:
    """What somebody asked for themselves, what is open first."""
    mine = Request.objects.filter(by=seen.user)
    opened = list(mine.filter(state=OPEN)[:most])
    return list(filter(shown_to(seen), [*opened, *mine.exclude(state=OPEN)[: most - len(opened)]]))


def words(seen: Seen, most: int = PER_PAGE) -> list[Word]:
    """Word that somebody hasn't read yet, the newest first."""
    found, shows = _unread(seen).select_related("request", "event")[:most], shown_to(seen)
    return [each for each in found if shows(each.request)]


def read(seen: Seen, request: Request) -> None:
    """Somebody has read the words of a request."""
    _unread(seen).filter(request=request).update(read_at=datetime.now(UTC))


def read_between(seen: Seen, oldest: int, newest: int) -> None:
    """Somebody has read the words that a page showed, by their numbers; what came since they haven't."""
    _unread(seen).filter(pk__range=(oldest, newest)).update(read_at=datetime.now(UTC))


def waiting(seen: Seen) -> Waiting:
    """How much waits for somebody: two short queries. Where something is kept from them, what they see is counted."""
    from django.db.models import Count

    now = datetime.now(UTC)
    if seen.hidden:
        shows = shown_to(seen)
        mine = list(filter(shows, _to_answer(seen)[:_COUNTED]))
        unread = _unread(seen).select_related("request")[:_COUNTED]
        return Waiting(
            to_answer=len(mine),
            late=sum(each.due_at < now for each in mine),
            unread=sum(shows(each.request) for each in unread),
        )
    told = _to_answer(seen).aggregate(to_answer=Count("id"), late=Count("id", filter=Q(due_at__lt=now)))
    return Waiting(unread=_unread(seen).count(), **told)


def searched(seen: Seen, asked: Mapping[str, Any]) -> QuerySet[Request]:
    """Requests by state, kind, whose, whether they wait for whoever asks (those due first), and words."""
    found = visible(seen).order_by("-id")
    if asked.get("state") in STATES:
        found = found.filter(state=asked["state"])
    if asked.get("kind"):
        found = found.filter(kind=asked["kind"])
    if asked.get("mine"):
        found = found.filter(by=seen.user)
    if asked.get("waits"):
        found = found.filter(pk__in=_to_answer(seen).values("pk")).order_by("due_at", "id")
    text = str(asked.get("q") or "").strip()[:100]
    if text.lstrip("#").isdecimal():
        return found.filter(Q(pk=min(int(text.lstrip("#")), 1 << 60)) | Q(title__icontains=text))
    return found.filter(Q(title__icontains=text) | Q(asker__icontains=text)) if text else found


def _to_answer(seen: Seen) -> QuerySet[Request]:
    roles = {role.value for role in (Role.LEGAL, Role.SECURITY, Role.OFFICE) if role in seen.roles}
    if Role.OFFICE in seen.roles:
        roles = {Role.LEGAL.value, Role.SECURITY.value, Role.OFFICE.value}
    return visible(seen).filter(state=OPEN, answerer__in=roles).exclude(by=seen.user)


def _unread(seen: Seen) -> QuerySet[Word]:
    return Word.objects.filter(user=seen.user, read_at=None)
