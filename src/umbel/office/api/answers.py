# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Answers: typed records as JSON, tagged by the edition that they come from, so that what is known isn't sent again."""

from __future__ import annotations

import hashlib
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, TypeVar

import msgspec
from django.http import HttpResponse, HttpResponseNotModified
from django.utils.http import parse_etags

from umbel.office.api.machine import fail
from umbel.office.editions import Edition, Found, State
from umbel.office.seen import of as seen_of

if TYPE_CHECKING:
    from django.http import HttpRequest

T = TypeVar("T")
RETRY = "5"
VARY = "Authorization, X-Api-Key, Cookie"


class Coming(msgspec.Struct, frozen=True, kw_only=True):
    """What is asked for is being made; ask again in a few seconds."""

    state: str
    detail: str


def answer(request: HttpRequest, value: Any, *, status: int = 200, tag: str | None = None) -> HttpResponse:
    """A typed record as JSON. `tag` stands for what it was made of: whoever has that already is told so.

    Without one the answer itself is what it goes by: it is made, and not sent again.
    """
    if tag is not None:
        return tagged(request, tag, lambda: _body(value, status))
    made = _body(value, status)
    if request.method not in {"GET", "HEAD"} or status != HTTPStatus.OK:
        return made
    return tagged(request, hashlib.sha256(made.content).hexdigest(), lambda: made)


def tagged(request: HttpRequest, tag: str, make: Any) -> HttpResponse:
    """An answer with an ETag of what it was made of, the question, and what is kept from whoever asks."""
    looks = seen_of(request)
    text = "\0".join((tag, request.get_full_path(), str(bool(looks.hidden)), *sorted(looks.hidden)))
    etag = f'"{hashlib.blake2b(text.encode("utf-8", "replace"), digest_size=12).hexdigest()}"'
    told = parse_etags(request.headers.get("If-None-Match", ""))
    known = "*" in told or any(each.removeprefix("W/") == etag for each in told)
    response: HttpResponse = HttpResponseNotModified() if known else make()
    response["ETag"] = etag
    response["Vary"] = VARY
    return response


def _body(value: Any, status: int) -> HttpResponse:
    return HttpResponse(msgspec.json.encode(value), status=status, content_type="application/json")


def coming(detail: str) -> HttpResponse:
    """What is asked for is being made: 202, and when to ask again."""
    response = _body(Coming(state="coming", detail=detail), 202)
    response["Retry-After"] = RETRY
    return response


def of_edition(request: HttpRequest, found: Found[T], told: Any) -> HttpResponse:
    """What was found in an edition, as `told(value)` makes it; 202 while it is being made, 503 where it failed."""
    if found.state is State.COMING:
        return coming("It is being worked out; ask again in a few seconds.")
    if found.state is State.FAILED:
        return fail(503, found.why or "It couldn't be worked out.", "The log of the office says why.")
    if found.value is None:
        return fail(404, "There is no such thing.")
    edition = found.edition
    tag = f"{edition.key if edition else ''} {found.state.value}"
    return tagged(request, tag, lambda: _body(told(found.value), 200))


class EditionTold(msgspec.Struct, frozen=True, kw_only=True):
    """The edition that figures come from: of which evidence and records, as of which day, made when."""

    key: str
    day: str
    as_of: str | None
    made_at: str


def edition_told(edition: Edition | None) -> EditionTold | None:
    """An edition as it is answered."""
    if edition is None:
        return None
    return EditionTold(
        key=edition.key,
        day=edition.day.isoformat(),
        as_of=edition.as_of.isoformat() if edition.as_of else None,
        made_at=edition.made_at.isoformat(),
    )
