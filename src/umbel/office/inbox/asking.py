# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Asking for something: what was said is tried out on a copy of the records, then a request stands."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.db import IntegrityError, transaction

from umbel.model.errors import UsageError
from umbel.model.settings import SettingsError
from umbel.office.core import workspace
from umbel.office.inbox import telling
from umbel.office.inbox.kinds import KINDS
from umbel.office.inbox.kinds.base import Asked
from umbel.office.inbox.models import OPEN, Event, Request
from umbel.office.inbox.reading import shown_to, visible
from umbel.office.inbox.text import line
from umbel.office.records import audit
from umbel.office.records.actor import actor_of
from umbel.office.records.auditing import alone
from umbel.office.records.changing import tried

if TYPE_CHECKING:
    from collections.abc import Mapping

    from umbel.model.errors import Fault
    from umbel.office.inbox.kinds import Kind
    from umbel.office.seen import Seen

_MOST_ALIKE = 3
WHOLE = "__all__"
"""Where what is wrong belongs to no field."""


def faults(kind: Kind, fields: Mapping[str, Any], seen: Seen) -> dict[str, str]:
    """What would stop it from being approved, by field: told to who asks rather than to who answers."""
    project = kind.project(fields)
    if project and not seen.shows(project):
        return {"project": "There is no project of this name."}
    today = datetime.now(UTC).date()
    asked = Asked(fields=dict(fields), given={}, by="somebody", asked=today, today=today)
    return tried_out(kind, asked)


def tried_out(kind: Kind, asked: Asked) -> dict[str, str]:
    """What the core says against the record that an approval would write, by field."""
    act = kind.act(asked)
    if act is None:
        return {}
    try:
        tried(act)
    except SettingsError as error:
        return {field_of(fault): fault.message for fault in error.faults}
    except UsageError as error:
        return {WHOLE: str(error)}
    return {}


def alike(kind: Kind, fields: Mapping[str, Any], seen: Seen, once: str = "") -> list[Request]:
    """Open requests for the same, but for this one sent again: whoever asks may rather join in there."""
    try:
        title = line(kind.title_of(fields))
    except KeyError:
        return []  # not enough is said yet
    same = visible(seen).filter(kind=kind.name, state=OPEN, title=title, project=kind.project(fields))
    return list(filter(shown_to(seen), same.exclude(once=once[:36] or "none")[:_MOST_ALIKE]))


def ask(who: Any, kind: Kind, fields: Mapping[str, Any], once: str) -> Request:
    """Put a request; sent twice it is one. `who` is a request of the web or an account."""
    user, actor, now = getattr(who, "user", who), actor_of(who), datetime.now(UTC)
    request = Request(
        kind=kind.name,
        title=line(kind.title_of(fields)),
        fields=dict(fields),
        project=kind.project(fields),
        answerer=kind.answerer(fields).value,
        by=user,
        asker=actor.name,
        made_at=now,
        due_at=now + timedelta(workspace().settings.office.answer_days),
        expires_on=kind.expires(fields, now.date()),
        once=once[:36],
    )
    try:
        with transaction.atomic():
            alone()
            request.save(force_insert=True)
            event = Event.objects.create(
                request=request, at=now, user=user, by=actor.name, kind="opened", once=f"open-{request.pk}"
            )
            audit(who, "request.open", f"#{request.pk}", request.title)
            telling.opened(request, event)
    except IntegrityError as error:
        found = Request.objects.filter(once=once[:36], by=user).first()
        if found is None:
            raise UsageError("The form was sent in a way that can't be.", "Open it anew.") from error
        return found
    return request


def kind_of(name: str | None) -> Kind | None:
    """A kind by its name."""
    return KINDS.get(name or "")


def field_of(fault: Fault) -> str:
    """The key that a fault speaks of: `line 5, exceptions[1].until`."""
    return re.split(r"[.,\s]", fault.place)[-1].partition("[")[0] or WHOLE
