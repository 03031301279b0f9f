# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""What is said while something that answers stand on is away: the database, the disk, the settings.

Its page is made without templates, sessions or accounts: they ask what is away.
"""

from __future__ import annotations

import errno
from typing import TYPE_CHECKING

import msgspec
from django.db import Error as DatabaseError
from django.db import InterfaceError, OperationalError, ProgrammingError
from django.http import HttpResponse
from django.templatetags.static import static
from django.utils.html import escape

from umbel.model.errors import EvidenceError
from umbel.office.errors import TITLES, is_api, problem

if TYPE_CHECKING:
    from collections.abc import Iterator

    from django.http import HttpRequest

NO_ROOM = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
NOT_WRITABLE = frozenset({errno.EROFS, errno.EIO})
_FULL = ("no space left", "disk is full", "disk i/o error", "file too large", "quota exceeded")
"""What lakes, databases and engines say of a full disk in words of their own."""
NOTHING_KEPT = "Nothing that you sent was kept in part. Try again in a while."
RETRY = 10
"""Seconds after which programs may ask again."""


class Away(msgspec.Struct, frozen=True):
    """What is away, in a sentence; `logged` is for whoever runs the office."""

    said: str
    logged: str


def away(error: BaseException) -> Away | None:
    """What is away, going by an error and what it came of. None: nothing is, the office itself broke."""
    for each in chain(error):
        if isinstance(each, OSError) and each.errno in NO_ROOM | NOT_WRITABLE:
            full = each.errno in NO_ROOM
            said = "There is no room on the office's disk." if full else "The office's disk can't be written."
            return Away(said, f"{said} {each}")
        if isinstance(each, DatabaseError) and (found := _of_database(each)):
            return found
        if isinstance(each, EvidenceError) and says_full(str(each)):
            return Away("There is no room on the office's disk.", str(each))
    return None


def says_full(text: str) -> bool:
    """Whether words of an error speak of a disk without room."""
    return any(words in text.casefold() for words in _FULL)


def _of_database(error: DatabaseError) -> Away | None:
    lines = str(error).strip().splitlines()
    first = lines[0] if lines else type(error).__name__
    words = first.casefold()
    if isinstance(error, ProgrammingError | OperationalError) and (
        "no such table" in words or "no such column" in words or "does not exist" in words
    ):
        return Away("Its database isn't at this version.", f"umbel office migrate is to be run: {first}")
    if says_full(words):
        return Away("There is no room on the office's disk.", f"The database can't write: {first}")
    if "readonly database" in words or "read-only" in words:
        return Away("The office's database can't be written just now.", f"The database: {first}")
    if "is locked" in words:
        return Away("Too many are writing just now.", f"The database: {first}")
    if isinstance(error, OperationalError | InterfaceError):
        return Away("Its database can't be reached.", f"The database can't be reached: {first}")
    return None


def chain(error: BaseException) -> Iterator[BaseException]:
    """An error, and what it came of."""
    seen: set[int] = set()
    each: BaseException | None = error
    while each is not None and id(each) not in seen:
        seen.add(id(each))
        yield each
        each = each.__cause__ or each.__context__


def answer(request: HttpRequest, said: str, hint: str = NOTHING_KEPT, *, status: int = 503) -> HttpResponse:
    """A clear end where no page can be made: a plain one for people, problem+json for programs."""
    if is_api(request):
        response = problem(status, said, hint=hint)
    else:
        response = HttpResponse(_page(request, said, hint, status), status=status)
    response._has_been_logged = True  # type: ignore[attr-defined]  # noqa: SLF001 - Django would say it once more
    if status == 503:
        response["Retry-After"] = str(RETRY)
    return response


def _page(request: HttpRequest, said: str, hint: str, status: int) -> str:
    title = TITLES.get(status, "Error")
    known = escape(getattr(request, "umbel_id", ""))
    again = (
        f'<p class="actions"><a class="button" href="{escape(request.get_full_path())}">Try again</a></p>'
        if request.method in {"GET", "HEAD"}
        else ""
    )
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        '<meta name="color-scheme" content="light dark"><meta name="robots" content="noindex">'
        f'<title>{escape(title)} · Umbel</title><link rel="stylesheet" href="{escape(static("office/office.css"))}">'
        '</head><body class="alone"><main id="main"><div class="head"><div class="head-words">'
        f'<h1>{escape(title)}</h1><p class="lead">{escape(said)}</p></div></div>'
        f'<p>{escape(hint)}</p>{again}<p class="small soft">{status} · the log has it as <code>{known}</code></p>'
        "</main></body></html>"
    )
