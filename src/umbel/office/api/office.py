# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""The office itself: who asks, which edition stands, search over everything, the merged policy, the audit log."""

from __future__ import annotations

import hashlib
from datetime import date, datetime
from typing import TYPE_CHECKING, Annotated

import msgspec
from django.http import HttpResponse
from ninja import Field, Query, Schema

from umbel import __version__
from umbel.office.api.answers import RETRY, EditionTold, answer, edition_told, of_edition, tagged
from umbel.office.api.hidden import without
from umbel.office.api.machine import fail, operation
from umbel.office.editions import newest, registry, search
from umbel.office.pages.audit import lines
from umbel.office.pages.legal.policy_text import policy_text
from umbel.office.roles import Who
from umbel.office.seen import of as seen_of

if TYPE_CHECKING:
    from django.http import HttpRequest

TAG = "The office"
MOST_HITS = 20


class Me(msgspec.Struct, kw_only=True):
    """Who asks: the account, its roles, what its token may (None: no token), and the day that is looked at."""

    name: str
    roles: list[str]
    scopes: list[str] | None
    as_of: date | None
    version: str


@operation("GET", "/me", tag=TAG, who=Who.VIEWER, name="me", answers=Me, example="/api/v1/me")
def me(request: HttpRequest) -> HttpResponse:
    """Who you are here, and what you may."""
    looks, token = seen_of(request), getattr(request, "token", None)
    told = Me(
        name=request.user.get_username(),
        roles=sorted(role.value for role in looks.roles),
        scopes=None if token is None else list(token.scopes),
        as_of=looks.day,
        version=__version__,
    )
    return answer(request, told)


class Standing(msgspec.Struct, kw_only=True):
    """The edition that figures and lists are read from: whether all of it is made, and what couldn't be."""

    edition: EditionTold | None
    state: str
    complete: bool
    figures: int
    failed: dict[str, str]


@operation(
    "GET",
    "/edition",
    tag=TAG,
    who=Who.VIEWER,
    name="edition",
    answers=Standing,
    coming=True,
    example="/api/v1/edition",
)
def edition(request: HttpRequest, as_of: date | None = None) -> HttpResponse:  # noqa: ARG001 - Seen has it
    """Which edition you are shown: of which evidence and records, made when."""
    found = newest(seen_of(request))
    return of_edition(
        request,
        found,
        lambda made: Standing(
            edition=edition_told(found.edition),
            state=found.state.value,
            complete=made.complete,
            figures=len(made.seconds),
            failed=made.failed,
        ),
    )


class Hit(msgspec.Struct, kw_only=True):
    """Something that was found: in which list, what it is, and its key there."""

    list: str
    kind: str
    key: str
    text: str


@operation(
    "GET",
    "/search",
    tag=TAG,
    who=Who.VIEWER,
    name="search",
    answers=list[Hit],
    example="/api/v1/search?q=inner",
)
def searched(
    request: HttpRequest,
    q: Annotated[str, Field(max_length=200)],
    limit: Annotated[int, Field(ge=1, le=MOST_HITS)] = 8,
) -> HttpResponse:
    """Find a package, a project, a person, an advisory, a licence: what is meant most comes first in each list."""
    looks = seen_of(request)
    hits = []
    for name, rows in search(q, looks, number=limit).items():
        listing = registry.listings()[name]
        shown = next((column.name for column in listing.columns if column.searched), "key")
        hits += [
            Hit(
                list=name,
                kind=listing.global_search or "",
                key=row["key"],
                text=str(row[shown] or row["key"]),
            )
            for row in without(rows, looks)
        ]
    return answer(request, hits)


@operation(
    "GET",
    "/policy",
    tag=TAG,
    who=Who.VIEWER,
    name="policy",
    media="application/toml",
    example="/api/v1/policy",
)
def policy(request: HttpRequest, as_of: date | None = None) -> HttpResponse:  # noqa: ARG001 - Seen has it
    """The policy in force with all that was decided beside it, in one file: `umbel check --policy URL` takes it."""
    looks = seen_of(request)
    text = policy_text(looks)
    if text is None:
        response = fail(
            503, "Which packages may be named is being worked out.", "Ask again in a few seconds."
        )
        response["Retry-After"] = RETRY
        return response
    digest = hashlib.sha256(text).hexdigest()
    return tagged(request, digest, lambda: HttpResponse(text, content_type="application/toml; charset=utf-8"))


class Line(msgspec.Struct, kw_only=True):
    """A line of the audit log: who did what, and the hash of the line before."""

    number: int
    at: datetime
    actor: str
    via: str
    action: str
    subject: str
    detail: str
    difference: str
    before: str
    hash: str


class Lines(msgspec.Struct, kw_only=True):
    """Lines, the newest first; `next` is the cursor of what comes after."""

    rows: list[Line]
    next: int | None


class Audited(Schema):
    """Which lines."""

    actor: str | None = Field(None, max_length=160)
    action: str | None = Field(None, max_length=60)
    since: date | None = None
    until: date | None = None
    limit: int = Field(50, ge=1, le=500)
    after: int | None = Field(None, ge=0, le=1 << 60)


@operation("GET", "/audit", tag=TAG, who=Who.OFFICE, name="audit", answers=Lines)
def audit(request: HttpRequest, asked: Query[Audited]) -> HttpResponse:
    """The audit log: who changed what, line by line, the newest first."""
    rows = lines.searched(
        lines.Asked(
            actor=(asked.actor or "").replace("\0", ""),
            action=(asked.action or "").replace("\0", ""),
            since=asked.since,
            until=asked.until,
            before=asked.after,
        )
    )
    looks = seen_of(request)
    found = [lines.shown(each, looks) for each in rows[: asked.limit + 1]]
    told = [
        Line(
            number=each.pk,
            at=each.at,
            actor=each.actor,
            via=each.via,
            action=each.action,
            subject=each.subject,
            detail=each.detail,
            difference=each.difference,
            before=each.before,
            hash=each.hash,
        )
        for each in found[: asked.limit]
    ]
    return answer(request, Lines(rows=told, next=told[-1].number if len(found) > asked.limit else None))
