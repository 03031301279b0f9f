# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Word of what happened to a request: to whom it goes, and what it says. It is sent later, by another process."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec
from django.conf import settings
from django.db.models import Q
from django.urls import reverse

from umbel.office.accounts.models import User
from umbel.office.accounts.rules import hidden_from
from umbel.office.config import config
from umbel.office.core import workspace
from umbel.office.inbox.models import APPROVED, COMMENTED, DECLINED, EXPIRED, Notices, Outgoing, Word
from umbel.office.inbox.reading import shown_to
from umbel.office.inbox.text import line, mentions
from umbel.office.seen import Seen

if TYPE_CHECKING:
    from collections.abc import Iterable

    from umbel.office.inbox.models import Event, Request

_MOST_ANSWERERS = 200
_TOLD = 400
"""Characters of a comment that a mail tells."""
_WHY = {APPROVED: "answered", DECLINED: "answered", EXPIRED: "answered", COMMENTED: "commented"}
_SAYS = {
    "opened": "{by} asks: {title}",
    "commented": "{by} on {title}",
    "approved": "Approved: {title}",
    "declined": "Declined: {title}",
    "withdrawn": "Taken back: {title}",
    "expired": "Run out without an answer: {title}",
    "late": "Late: {title}",
}


def opened(request: Request, event: Event) -> None:
    """Somebody asked: those who may answer get a mail; their inbox shows it anyway."""
    _mail(answerers(request), "asked", request, event.kind, event.by, "", f"{event.pk}")
    _hooks(request, event.kind, event.by, f"{event.pk}")


def late(request: Request) -> None:
    """Nobody answered in time: those who may are told once more."""
    _mail(answerers(request), "asked", request, "late", "", "", f"late-{request.pk}")
    _hooks(request, "late", "", f"late-{request.pk}")


def happened(request: Request, event: Event) -> None:
    """Something was said or decided: whoever took part is told, and who is mentioned."""
    mentioned = {user.pk: user for user in _mentioned(request, event.text) if user.pk != event.user_id}
    partners = {
        user.pk: user for user in _partners(request) if user.pk != event.user_id and user.pk not in mentioned
    }
    why = _WHY.get(event.kind)
    words = [Word(user=user, request=request, event=event, why="mentioned") for user in mentioned.values()]
    if why is not None:
        words += [Word(user=user, request=request, event=event, why=why) for user in partners.values()]
    Word.objects.bulk_create(words, ignore_conflicts=True)
    _mail(mentioned.values(), "mentioned", request, event.kind, event.by, event.text, f"{event.pk}")
    if why is not None:
        _mail(partners.values(), why, request, event.kind, event.by, event.text, f"{event.pk}")
    _hooks(request, event.kind, event.by, f"{event.pk}")


def answerers(request: Request) -> list[User]:
    """Those who may answer a request, but for who asked."""
    accounts = User.objects.filter(is_active=True).exclude(pk=request.by_id or 0).order_by("pk")
    found = []
    for user in accounts.iterator(chunk_size=500):
        if request.answerable_by(user.all_roles()) and may_see(user, request):
            found.append(user)
        if len(found) == _MOST_ANSWERERS:
            break
    return found


def may_see(user: User, request: Request) -> bool:
    """Whether what a request names may be named to somebody."""
    return shown_to(Seen(roles=user.all_roles(), hidden=hidden_from(user), user=user.pk))(request)


def sends_mail() -> bool:
    """Whether the deployment says how mail is sent."""
    return not settings.EMAIL_BACKEND.endswith("dummy.EmailBackend")


def address(request: Request) -> str:
    """Where a request is found."""
    path = reverse("request", args=[request.pk])
    return f"{config().address or 'http://localhost'}{path}"


def _partners(request: Request) -> list[User]:
    """Who asked, and everybody who said something."""
    named = request.events.exclude(user=None).values_list("user_id", flat=True).distinct()
    every = User.objects.filter(Q(pk__in=list(named)) | Q(pk=request.by_id or 0), is_active=True)
    return [user for user in every if may_see(user, request)]


def _mentioned(request: Request, text: str) -> list[User]:
    names = mentions(text)
    if not names:
        return []
    found = User.objects.filter(Q(name__in=names) | Q(email__in=names), is_active=True)
    return [user for user in found if may_see(user, request)]


def _mail(users: Iterable[User], why: str, request: Request, what: str, by: str, text: str, key: str) -> None:
    wanted = [user for user in users if user.email]
    if not wanted or not sends_mail():
        return
    unwanted = set(Notices.objects.filter(user__in=wanted, **{why: False}).values_list("user_id", flat=True))
    subject = line(_SAYS[what].format(by=by, title=request.title), 180)
    body = _body(request, subject, by, text)
    Outgoing.objects.bulk_create(
        [
            Outgoing(
                kind="mail",
                to=user.email,
                subject=f"[Umbel] {subject}"[:200],
                body=body,
                key=f"{key}-{user.pk}",
            )
            for user in wanted
            if user.pk not in unwanted
        ],
        ignore_conflicts=True,
    )


def _body(request: Request, subject: str, by: str, text: str) -> str:
    said = text if len(text) <= _TOLD else f"{text[:_TOLD]}…"
    words = "\n".join(f"> {each}" for each in said.splitlines())
    parts = [
        subject,
        f"{by} wrote:\n{words}" if said and by else words,
        f"Request #{request.pk}: {address(request)}",
    ]
    if request.is_open:
        parts.append(f"To be answered by {request.due_on}.")
    return (
        "\n\n".join(each for each in parts if each)
        + "\n\n-- \nYou choose what you get mail of: see Notices in Umbel.\n"
    )


def _hooks(request: Request, what: str, by: str, key: str) -> None:
    """Word to the targets that `[office] notify` names; of a confidential project nothing but the number."""
    said = workspace().settings
    named = [
        target
        for target in said.alerts.targets
        if target.name in said.office.notify and target.kind == "webhook"
    ]
    if not named:
        return
    secret = not shown_to(Seen(hidden=hidden_from(None)))(request)
    told: dict[str, Any] = {
        "number": request.pk,
        "kind": request.kind,
        "state": request.state,
        "url": address(request),
    }
    if not secret:
        told |= {
            "title": request.title,
            "asked_by": request.asker,
            "due": request.due_on,
            "project": request.project,
        }
    body = msgspec.json.encode({"event": f"request.{what}", "by": by, "request": told}).decode()
    Outgoing.objects.bulk_create(
        [
            Outgoing(kind="webhook", to=str(each.name)[:254], body=body, key=f"{key}-{each.name}"[:80])
            for each in named
        ],
        ignore_conflicts=True,
    )
