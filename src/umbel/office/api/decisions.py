# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Decisions: each kind of record as an operation that writes it. Who decides and the day are the office's to say."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import msgspec
from django.http import Http404, HttpResponse
from ninja import Field, Schema

from umbel.office.api.acting import who_asks, written
from umbel.office.api.answers import answer
from umbel.office.api.bodies import sent
from umbel.office.api.kinds import KINDS_OF_RECORDS, Kind
from umbel.office.api.machine import fail, operation, unfit
from umbel.office.editions import row_of
from umbel.office.inbox.kinds import KINDS
from umbel.office.pages.legal.ending import may_end
from umbel.office.pages.legal.lists import EXCEPTIONS
from umbel.office.roles import Who, allows
from umbel.office.seen import of as seen_of

if TYPE_CHECKING:
    from django.http import HttpRequest

    from umbel.office.seen import Seen

TAG = "Decisions"
GIVEN = ("by", "decided")
"""Fields that nobody sends: the account that asks, and today."""


class Written(msgspec.Struct, kw_only=True):
    """What was written, by whom."""

    kind: str
    subject: str
    by: str
    decided: str


def declare(kind: Kind) -> None:
    """Make the operation of a kind."""

    def decide(request: HttpRequest) -> HttpResponse:
        said = {"by": who_asks(request), "decided": datetime.now(UTC).date().isoformat()}
        entry: Any = sent(request, kind.record, given=said)
        if isinstance(entry, HttpResponse):
            return entry
        project = getattr(entry, "project", None)
        looks = seen_of(request)
        if isinstance(project, str) and not looks.shows(project):
            return unfit([{"place": "body.project", "message": "There is no project of this name."}])
        if (refused := _not_theirs(kind, entry, looks)) is not None:
            return refused
        subject = str(getattr(entry, kind.subject))[:200] if kind.subject else kind.name
        told = Written(kind=kind.name, subject=subject, by=entry.by, decided=entry.decided.isoformat())
        return written(
            request,
            kind.action,
            subject,
            lambda ws: kind.write(ws, entry),
            lambda _: answer(request, told, status=201),
        )

    decide.__doc__ = f"{kind.about}\n\nWho decides is the account that asks, the day is today."
    operation(
        "POST",
        f"/decisions/{kind.name}",
        tag=TAG,
        who=kind.who,
        scope="decide",
        name=f"decide-{kind.name}",
        answers=Written,
        errors=(400,),
        takes=kind.record,
        given=GIVEN,
    )(decide)


def _not_theirs(kind: Kind, entry: Any, looks: Seen) -> HttpResponse | None:
    """Legal excepts from rules of licences, security from those of vulnerabilities: as requests are answered."""
    if kind.name != "exceptions":
        return None
    role = KINDS["exception"].answerer(msgspec.to_builtins(entry))
    if allows(Who(role.value), looks.roles):
        return None
    return fail(403, f"Exceptions from this rule are granted by {role.value}.")


for each in KINDS_OF_RECORDS:
    declare(each)


class TakenBack(Schema):
    """Why it counts no more."""

    reason: str = Field(min_length=1, max_length=300)


@operation(
    "POST", "/exceptions/{name}/end", tag=TAG, who=Who.APPROVER, scope="decide", name="exception-end",
    answers=Written, status=200, errors=(400,), sample={"name": "e-nothing"},
)  # fmt: skip
def end(request: HttpRequest, name: str, said: TakenBack) -> HttpResponse:
    """Take an exception back: it counts no more from today on. Who grants its kind may."""
    looks, by = seen_of(request), who_asks(request)
    row = row_of(EXCEPTIONS, name, looks).value
    if row is None:
        raise Http404("There is no such exception.")
    if not may_end(row, looks):
        return fail(403, "You can't take this exception back.", "Who grants its kind can, today.")
    today = datetime.now(UTC).date()
    told = Written(kind="exceptions", subject=name, by=by, decided=today.isoformat())
    return written(
        request,
        "exception.end",
        name,
        lambda ws: ws.end_exception(name, today - timedelta(1), f"taken back by {by}: {said.reason}"),
        lambda _: answer(request, told),
    )
