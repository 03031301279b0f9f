# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Requests: what people ask for, what is said of them, and how they are answered."""

from __future__ import annotations

import secrets
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, Literal

import msgspec
from django.http import Http404, HttpResponse
from ninja import Field, Query, Schema

from umbel.model.errors import UsageError
from umbel.office.api.answers import answer
from umbel.office.api.machine import fail, operation, unfit
from umbel.office.inbox import answering, asking, reading
from umbel.office.inbox.kinds import KINDS
from umbel.office.roles import Who
from umbel.office.seen import of as seen_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpRequest

    from umbel.office.inbox.models import Request

TAG = "Requests"
_HERE = {"number": "999999"}


class Said(msgspec.Struct, kw_only=True):
    """Something that happened to a request, or was said of it."""

    at: datetime
    by: str
    kind: str
    text: str


class RequestTold(msgspec.Struct, kw_only=True):
    """A request."""

    number: int
    kind: str
    title: str
    state: str
    fields: dict[str, Any]
    project: str | None
    answerer: str
    asked_by: str
    made_at: datetime
    due_at: datetime
    late: bool
    expires_on: date
    answered_by: str | None
    answered_at: datetime | None
    record: str | None


class RequestWhole(RequestTold, kw_only=True):
    """A request with all that was said of it."""

    said: list[Said]


class RequestsTold(msgspec.Struct, kw_only=True):
    """Requests, the newest first; `next` is the cursor of what comes after."""

    rows: list[RequestTold]
    next: int | None


class KindTold(msgspec.Struct, kw_only=True):
    """Something that can be asked for, with the fields that it has and those that it needs."""

    name: str
    title: str
    about: str
    fields: dict[str, str]
    needed: list[str]


def _whole(found: Request) -> RequestWhole:
    said = [Said(at=each.at, by=each.by, kind=each.kind, text=each.text) for each in found.events.all()]
    return RequestWhole(**reading.plain(found), said=said)


class Which(Schema):
    """Which requests."""

    state: Literal["open", "approved", "declined", "withdrawn", "expired"] | None = None
    kind: str | None = Field(None, max_length=20)
    mine: bool = False
    q: str | None = Field(None, max_length=100, description="Words of the title, or a number.")
    limit: int = Field(50, ge=1, le=200)
    after: int | None = Field(None, ge=0, le=1 << 60)


@operation(
    "GET",
    "/requests",
    tag=TAG,
    who=Who.VIEWER,
    name="requests",
    answers=RequestsTold,
    example="/api/v1/requests?limit=2",
)
def requests(request: HttpRequest, asked: Query[Which]) -> HttpResponse:
    """Requests that you may see, the newest first."""
    looks = seen_of(request)
    rows = reading.searched(looks, asked.model_dump())
    if asked.after is not None:
        rows = rows.filter(pk__lt=asked.after)
    found = list(rows[: asked.limit + 1])
    shown = [
        RequestTold(**reading.plain(each))
        for each in found[: asked.limit]
        if not each.project or looks.shows(each.project)
    ]
    onward = found[asked.limit - 1].pk if len(found) > asked.limit else None
    return answer(request, RequestsTold(rows=shown, next=onward))


@operation(
    "GET",
    "/requests/kinds",
    tag=TAG,
    who=Who.VIEWER,
    name="request-kinds",
    answers=list[KindTold],
    example="/api/v1/requests/kinds",
)
def kinds(request: HttpRequest) -> HttpResponse:
    """What can be asked for, and what has to be said for it."""
    told = [
        KindTold(
            name=kind.name,
            title=str(kind.title),
            about=str(kind.about),
            fields={
                name: str(field.label or name)
                for name, field in kind.form.base_fields.items()
                if name != "once"
            },
            needed=[name for name, field in kind.form.base_fields.items() if field.required],
        )
        for kind in KINDS.values()
    ]
    return answer(request, told)


class Asking(Schema):
    """What is asked for. Sent twice with the same `once` it is one request."""

    kind: str = Field(max_length=20)
    fields: dict[str, str | int | bool | None] = Field(description="By the names that /requests/kinds tells.")
    once: str | None = Field(None, max_length=36)


@operation(
    "POST",
    "/requests",
    tag=TAG,
    who=Who.CONTRIBUTOR,
    scope="decide",
    name="request-new",
    answers=RequestWhole,
)
def ask(request: HttpRequest, asked: Asking) -> HttpResponse:
    """Ask for something: an exception, a package, a contribution, a release, or an answer."""
    kind = asking.kind_of(asked.kind)
    if kind is None:
        return unfit([{"place": "body.kind", "message": f"is none of {', '.join(KINDS)}"}])
    given = {name: value for name, value in asked.fields.items() if value is not None}
    strange = sorted(set(given) - set(kind.form.base_fields))
    form = kind.form({**given, "once": asked.once or secrets.token_hex(16)})
    if form.is_valid():
        form.refuse(asking.faults(kind, form.plain(), seen_of(request)))
    faults = [{"place": f"body.fields.{name}", "message": "is no field of this kind"} for name in strange]
    faults += [
        {"place": "body" if name == "__all__" else f"body.fields.{name}", "message": str(text)}
        for name, several in form.errors.items()
        for text in several
    ]
    if faults:
        return unfit(faults)
    return answer(request, _whole(asking.ask(request, kind, form.plain(), form.number())), status=201)


@operation(
    "GET",
    "/requests/{int:number}",
    tag=TAG,
    who=Who.VIEWER,
    name="request",
    answers=RequestWhole,
    sample=_HERE,
)
def one(request: HttpRequest, number: int) -> HttpResponse:
    """A request with all that was said of it."""
    return answer(request, _whole(_found(request, number)))


class Word(Schema):
    """Something that is said."""

    text: str = Field(min_length=1, max_length=4000)


class Answering(Schema):
    """An answer: a word (needed to decline), and what a kind asks who approves."""

    comment: str = Field("", max_length=4000)
    alone: bool = Field(
        default=False, description="Nobody else may answer: I approve what I asked for myself."
    )
    given: dict[str, str | int | bool | None] = {}


@operation(
    "POST", "/requests/{int:number}/comments", tag=TAG, who=Who.CONTRIBUTOR, scope="decide", name="request-comment",
    answers=RequestWhole, sample=_HERE,
)  # fmt: skip
def comment(request: HttpRequest, number: int, word: Word) -> HttpResponse:
    """Say something of a request."""
    found = _found(request, number)
    answering.comment(request, found, word.text, secrets.token_hex(16))
    return answer(request, _whole(found), status=201)


@operation(
    "POST", "/requests/{int:number}/approve", tag=TAG, who=Who.APPROVER, scope="decide", name="request-approve",
    answers=RequestWhole, status=200, errors=(409,), sample=_HERE,
)  # fmt: skip
def approve(request: HttpRequest, number: int, word: Answering) -> HttpResponse:
    """Approve a request: the record that it asks for is written."""
    found = _found(request, number)
    given = {name: value for name, value in word.given.items() if value is not None}
    form = KINDS[found.kind].answer({**given, "comment": word.comment, "alone": word.alone})
    if not form.is_valid():
        return unfit(
            [
                {"place": f"body.given.{name}", "message": str(text)}
                for name, several in form.errors.items()
                for text in several
            ]
        )
    extra = {name: value for name, value in form.plain().items() if name not in {"comment", "alone"}}
    return _done(
        request, found, lambda: answering.approve(request, found, extra, word.comment, alone=word.alone)
    )


@operation(
    "POST", "/requests/{int:number}/decline", tag=TAG, who=Who.APPROVER, scope="decide", name="request-decline",
    answers=RequestWhole, status=200, errors=(409,), sample=_HERE,
)  # fmt: skip
def decline(request: HttpRequest, number: int, word: Answering) -> HttpResponse:
    """Decline a request, and say why."""
    found = _found(request, number)
    return _done(request, found, lambda: answering.decline(request, found, word.comment))


@operation(
    "POST", "/requests/{int:number}/withdraw", tag=TAG, who=Who.CONTRIBUTOR, scope="decide", name="request-withdraw",
    answers=RequestWhole, status=200, errors=(409,), sample=_HERE,
)  # fmt: skip
def withdraw(request: HttpRequest, number: int) -> HttpResponse:
    """Take your own request back."""
    found = _found(request, number)
    return _done(request, found, lambda: answering.withdraw(request, found))


def _done(request: HttpRequest, found: Request, act: Callable[[], None]) -> HttpResponse:
    try:
        act()
    except answering.NotYours as error:
        return fail(403, str(error))
    except answering.Over as error:
        return fail(409, str(error))
    except UsageError as error:
        return unfit([{"place": "body", "message": str(error)[:600]}])
    found.refresh_from_db()
    return answer(request, _whole(found))


def _found(request: HttpRequest, number: int) -> Request:
    found = reading.one(seen_of(request), min(number, 1 << 60))
    if found is None:
        raise Http404(f"There is no request #{number}.")
    return found
