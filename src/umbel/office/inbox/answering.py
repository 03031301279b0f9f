# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Answers to requests, words about them, and taking them back."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from django.db import IntegrityError, transaction

from umbel.model.errors import UsageError
from umbel.office.accounts.models import User
from umbel.office.inbox import telling
from umbel.office.inbox.kinds import KINDS
from umbel.office.inbox.kinds.base import Asked
from umbel.office.inbox.models import APPROVED, DECLINED, EXPIRED, OPEN, WITHDRAWN, Event, Request
from umbel.office.records import Actor, audit, change
from umbel.office.records.actor import actor_of
from umbel.office.records.auditing import alone

if TYPE_CHECKING:
    from collections.abc import Mapping

    from umbel.app.workspace import Workspace

OFFICE = Actor("the office", None, "office")
"""Who acts where time does."""
OVER = "It isn't open any more."


class NotYours(Exception):
    """Somebody may not answer, or take back, what isn't theirs."""


class Over(Exception):
    """It was answered, taken back or ran out meanwhile."""


def others(request: Request) -> bool:
    """Whether anybody but who asked may answer it: has the role, and may see the project that it names."""
    accounts = User.objects.filter(is_active=True).exclude(pk=request.by_id or 0)
    return any(
        request.answerable_by(user.all_roles()) and telling.may_see(user, request)
        for user in accounts.iterator(chunk_size=500)
    )


def approve(
    who: Any, request: Request, given: Mapping[str, Any], comment: str, *, alone: bool = False
) -> None:
    """Approve it: writes the record that it asks for, and tells those whom it concerns.

    Nobody approves their own request, unless nobody else may and they say so (`alone`): then that is noted. Raises
    `NotYours`, `Over`, and what the core says against the record (`UsageError`); nothing is kept then.
    """
    _must_be_theirs(who, request)
    own = request.by_id == _user(who).pk
    if own and others(request):
        raise NotYours("This is your own request: somebody else answers it.")
    if own and not alone:
        raise NotYours("This is your own request. Say that nobody else may answer it.")
    kind, now = KINDS[request.kind], datetime.now(UTC)
    asked = Asked(
        fields=request.fields,
        given=dict(given),
        by=actor_of(who).name,
        asked=request.made_at.date(),
        today=now.date(),
    )
    detail = f"request #{request.pk}, asked by {request.asker}" + (
        "; approved by who asked for it: nobody else may answer" if own else ""
    )
    act = kind.act(asked)
    if act is None:
        with transaction.atomic():
            _locked()
            _settle(who, request, APPROVED, comment, alone=own)
            audit(who, kind.action, f"#{request.pk} {request.title}", detail)
        return

    def still_open(ws: Workspace) -> str:
        """Who comes second is told so, rather than that the record stands already."""
        _must_be_open(request)
        return act(ws)

    change(
        who,
        action=kind.action,
        subject=request.title,
        detail=detail,
        act=still_open,
        also=lambda record: _settle(who, request, APPROVED, comment, alone=own, record=record),
    )


def decline(who: Any, request: Request, comment: str) -> None:
    """Decline it, and say why. Raises `NotYours`, `Over`."""
    _must_be_theirs(who, request)
    if request.by_id == _user(who).pk:
        raise NotYours("This is your own request: take it back instead.")
    if not comment.strip():
        raise UsageError("Say why.", "Who asked for it wants to know.")
    _ended(who, request, DECLINED, comment)


def withdraw(who: Any, request: Request) -> None:
    """Take one's own request back. Raises `NotYours`, `Over`."""
    if request.by_id != _user(who).pk:
        raise NotYours("Only who asked for it can take it back.")
    _ended(who, request, WITHDRAWN, "")


def expire(request: Request) -> None:
    """Nobody needs an answer any more. Raises `Over`."""
    _ended(OFFICE, request, EXPIRED, "")


def comment(who: Any, request: Request, text: str, once: str) -> Event:
    """Say something of it; sent twice it is said once."""
    user, actor = _user(who), actor_of(who)
    try:
        with transaction.atomic():
            _locked()
            event = Event.objects.create(
                request=request, user=user, by=actor.name, kind="commented", text=text, once=once[:36]
            )
            audit(who, "request.comment", f"#{request.pk}", request.title)
            telling.happened(request, event)
    except IntegrityError as error:
        found = Event.objects.filter(once=once[:36], request=request, user=user).first()
        if found is None:
            raise UsageError("The form was sent in a way that can't be.", "Open it anew.") from error
        return found
    return event


def _ended(who: Any, request: Request, state: str, text: str) -> None:
    with transaction.atomic():
        _locked()
        _settle(who, request, state, text)
        audit(who, f"request.{_VERBS[state]}", f"#{request.pk}", request.title)


_VERBS = {DECLINED: "decline", WITHDRAWN: "withdraw", EXPIRED: "expire"}


def _settle(
    who: Any, request: Request, state: str, text: str, *, alone: bool = False, record: str = ""
) -> None:
    """Give an open request its end, once: of two who answer at once the second is told so."""
    actor, now = actor_of(who), datetime.now(UTC)
    told: dict[str, Any] = {"state": state}
    if state in {APPROVED, DECLINED}:
        told |= {"answered_by": actor.name, "answered_at": now, "alone": alone, "record": record[:200]}
    if Request.objects.filter(pk=request.pk, state=OPEN).update(**told) != 1:
        raise Over(OVER)
    request.refresh_from_db()
    event = Event.objects.create(
        request=request,
        at=now,
        user=_user(who),
        by=actor.name,
        kind=state,
        text=text,
        once=f"end-{request.pk}",
    )
    telling.happened(request, event)


def _must_be_open(request: Request) -> None:
    if not Request.objects.filter(pk=request.pk, state=OPEN).exists():
        raise Over(OVER)


def _must_be_theirs(who: Any, request: Request) -> None:
    if not request.answerable_by(_user(who).all_roles()):
        raise NotYours(f"Requests like this are answered by {request.answerer}.")


def _user(who: Any) -> Any:
    return None if isinstance(who, Actor) else getattr(who, "user", who)


def _locked() -> None:
    """The lock of records first, as every other change does: whoever takes locks in one order never waits in a ring."""
    alone()
