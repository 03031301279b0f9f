# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""What a request may see: the roles behind it, the day to which it turned the office back, and what is kept from it."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, TypeVar, cast

import msgspec

from umbel.model.days import end_of
from umbel.office.errors import is_api
from umbel.office.roles import Role

if TYPE_CHECKING:
    from collections.abc import Iterable

    from django.http import HttpRequest

T = TypeVar("T")
SESSION = "as_of"
"""Where a session keeps the day that somebody turned the office back to."""


class Seen(msgspec.Struct, frozen=True, kw_only=True):
    """What one request may see."""

    roles: frozenset[Role] = frozenset()
    day: date | None = None
    """The day that is looked at; None is today, with all that is known by now."""
    hidden: frozenset[str] = frozenset()
    """Projects that are confidential to others."""
    public_catalogue: bool = False
    user: int | None = None

    @property
    def as_of(self) -> datetime | None:
        """The end of the day that is looked at; None is now."""
        return None if self.day is None else end_of(self.day)

    def shows(self, project: str | None) -> bool:
        """Whether a project may be named to whoever asks."""
        return project not in self.hidden

    def shown(self, rows: Iterable[T]) -> list[T]:
        """Of things with a `project`, those that may be named."""
        return [row for row in rows if getattr(row, "project", None) not in self.hidden]


def seen(request: HttpRequest) -> Seen:
    """What this request may see. A day in the address (`?as_of=2026-10-01`) is kept for the session until `today`."""
    from umbel.office.accounts.rules import hidden_from, public_catalogue

    user = request.user if request.user.is_authenticated else None
    return Seen(
        roles=frozenset() if user is None else user.all_roles(),
        day=_day(request),
        hidden=hidden_from(user),
        public_catalogue=public_catalogue(),
        user=None if user is None else user.pk,
    )


def of(request: HttpRequest) -> Seen:
    """What was found out of a request when it came in."""
    return cast("Seen", request.seen)  # type: ignore[attr-defined]


def _day(request: HttpRequest) -> date | None:
    asked = request.GET.get("as_of")
    token = getattr(request, "token", None)
    if asked is None:
        return None if token is not None else _past(request.session.get(SESSION))
    day = _past(asked)
    if token is None and request.user.is_authenticated and not is_api(request):
        if day is None:
            request.session.pop(SESSION, None)
        else:
            request.session[SESSION] = day.isoformat()
    return day


def _past(text: str | None) -> date | None:
    """A day that is over, by its name; None for today, days to come (a clock was set back) and what is no day."""
    try:
        day = date.fromisoformat(text or "")
    except ValueError:
        return None
    return day if day < datetime.now(UTC).date() else None
