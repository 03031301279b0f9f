# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Incidents and alerts: opened, noted, closed, taken care of, by programs that watch and by those of a help desk."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING, Literal

import msgspec
from django.http import Http404, HttpResponse
from ninja import Field, Schema

from umbel.office.api.acting import who_asks, written
from umbel.office.api.answers import answer
from umbel.office.api.hidden import without
from umbel.office.api.machine import operation, unfit
from umbel.office.core import workspace
from umbel.office.pages.security.alerts import book, is_seen
from umbel.office.pages.security.incidents import may_see
from umbel.office.roles import Who
from umbel.office.seen import of as seen_of
from umbel.policy import incidents as records

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpRequest

    from umbel.app.workspace import Workspace
    from umbel.policy.alerting.book import Standing

TAG = "Security"
_INCIDENT = {"name": "2026-01-01-nothing"}
_ALERT = {"name": "a-0000000000"}


class Opening(Schema):
    """What an incident is about: an advisory that is known here, or a package with its versions."""

    advisory: str | None = Field(None, max_length=100, description="CVE-…, GHSA-…")
    package: str | None = Field(
        None, max_length=300, description="pkg:npm/name@<1.2, where there is no advisory."
    )
    title: str | None = Field(None, max_length=200, description="Else as the advisory says.")
    severity: Literal["info", "low", "medium", "high", "critical"] | None = None
    due: date | None = Field(None, description="Else by the policy's days.")


class Note(Schema):
    """What is to be written into the journal."""

    text: str = Field(min_length=1, max_length=5000)


class Turn(Schema):
    """Why it is over, or begins again."""

    text: str | None = Field(None, max_length=5000)


class IncidentWhole(msgspec.Struct, kw_only=True):
    """An incident: what it is about, who was affected when it was opened, and what people did."""

    incident: records.Incident
    closed_at: datetime | None
    affected: list[records.Affected]
    events: list[records.Event]
    url: str


def _whole(request: HttpRequest, kept: records.Kept) -> HttpResponse:
    told = IncidentWhole(
        incident=kept.incident,
        closed_at=kept.closed_at,
        affected=kept.affected,
        events=kept.events,
        url=request.build_absolute_uri(f"/incidents/{kept.incident.id}/"),
    )
    return answer(request, without(told, seen_of(request)))


def _named(request: HttpRequest, name: str) -> str:
    """The name of an incident that there was on the day that is looked at."""
    here, looks = workspace(), seen_of(request)
    kept = records.load(here.folder, name) if name in records.names(here.folder) else None
    if kept is None or not may_see(kept, looks):
        raise Http404("There is no such incident.")
    if looks.day is not None and kept.incident.opened_at.date() > looks.day:
        raise Http404("There was no such incident by that day.")
    return name


@operation(
    "POST", "/incidents", tag=TAG, who=Who.SECURITY, scope="decide", name="incident-open", answers=IncidentWhole,
    errors=(400,),
)  # fmt: skip
def open_incident(request: HttpRequest, asked: Opening) -> HttpResponse:
    """Open an incident: who is affected is written down as it is known now."""
    if not asked.advisory and not asked.package:
        return unfit([{"place": "body", "message": "names neither an advisory nor a package"}])
    by = who_asks(request)

    def opened(kept: records.Kept) -> HttpResponse:
        response = _whole(request, kept)
        response.status_code = 201
        response["Location"] = f"/api/v1/incidents/{kept.incident.id}"
        return response

    return written(
        request,
        "incident.open",
        asked.advisory or asked.package or "",
        lambda ws: ws.open_incident(
            asked.advisory or None,
            title=asked.title or None,
            package=asked.package or None,
            by=by,
            due=asked.due,
            severity=asked.severity,
        ),
        opened,
    )


@operation(
    "GET",
    "/incidents/{name}",
    tag=TAG,
    who=Who.VIEWER,
    name="incident",
    answers=IncidentWhole,
    sample=_INCIDENT,
)
def incident(request: HttpRequest, name: str, as_of: date | None = None) -> HttpResponse:  # noqa: ARG001 - Seen has it
    """An incident with all that was written down of it."""
    return _whole(request, records.load(workspace().folder, _named(request, name)))


def _done(
    request: HttpRequest, name: str, does: str, act: Callable[[Workspace], object], status: int = 200
) -> HttpResponse:
    def told(_: object) -> HttpResponse:
        response = _whole(request, records.load(workspace().folder, name))
        response.status_code = status
        return response

    return written(request, f"incident.{does}", name, act, told)


@operation(
    "POST", "/incidents/{name}/notes", tag=TAG, who=Who.SECURITY, scope="decide", name="incident-note",
    answers=IncidentWhole, errors=(400,), sample=_INCIDENT,
)  # fmt: skip
def note(request: HttpRequest, name: str, word: Note) -> HttpResponse:
    """Write a note into an incident's journal."""
    found, by = _named(request, name), who_asks(request)
    return _done(request, found, "note", lambda ws: ws.note_incident(found, word.text, by), 201)


@operation(
    "POST", "/incidents/{name}/close", tag=TAG, who=Who.SECURITY, scope="decide", name="incident-close",
    answers=IncidentWhole, status=200, errors=(400,), sample=_INCIDENT,
)  # fmt: skip
def close(request: HttpRequest, name: str, word: Turn) -> HttpResponse:
    """Close an incident, and say how it ended."""
    found, by = _named(request, name), who_asks(request)
    return _done(request, found, "close", lambda ws: ws.close_incident(found, by, word.text))


@operation(
    "POST", "/incidents/{name}/reopen", tag=TAG, who=Who.SECURITY, scope="decide", name="incident-reopen",
    answers=IncidentWhole, status=200, errors=(400,), sample=_INCIDENT,
)  # fmt: skip
def reopen(request: HttpRequest, name: str, word: Turn) -> HttpResponse:
    """Open a closed incident again."""
    found, by = _named(request, name), who_asks(request)
    return _done(request, found, "reopen", lambda ws: ws.reopen_incident(found, by, word.text))


class AlertTold(msgspec.Struct, kw_only=True):
    """An alert: what somebody has to know, who takes care of it, and how it went."""

    id: str
    state: str
    cause: str | None
    what: str | None
    title: str | None
    reason: str | None
    remedy: str | None
    severity: str | None
    exploited: bool | None
    product: str | None
    projects: list[str]
    components: list[str]
    due: date | None
    raised_at: datetime
    resolved_at: datetime | None
    cared_by: str | None
    cared_note: str | None
    url: str


def _alert(request: HttpRequest, found: Standing) -> HttpResponse:
    told, care = found.told, found.acknowledged
    whole = AlertTold(
        id=found.id,
        state=found.state,
        cause=told.cause if told else None,
        what=told.what if told else None,
        title=told.title if told else None,
        reason=told.reason if told else None,
        remedy=told.remedy if told else None,
        severity=told.severity if told else None,
        exploited=told.exploited if told else None,
        product=told.product if told else None,
        projects=list(told.projects) if told else [],
        components=list(told.components) if told else [],
        due=told.due if told else None,
        raised_at=found.raised_at,
        resolved_at=found.resolved_at,
        cared_by=care.by if care else None,
        cared_note=care.note if care else None,
        url=request.build_absolute_uri(f"/alerts/{found.id}/"),
    )
    return answer(request, without(whole, seen_of(request)))


def _alert_named(request: HttpRequest, name: str) -> Standing:
    found = next((each for each in book(workspace()) if each.id == name), None)
    if found is None or not is_seen(found, seen_of(request)):
        raise Http404("There is no such alert.")
    return found


@operation("GET", "/alerts/{name}", tag=TAG, who=Who.VIEWER, name="alert", answers=AlertTold, sample=_ALERT)
def alert(request: HttpRequest, name: str) -> HttpResponse:
    """One alert, as it stands."""
    return _alert(request, _alert_named(request, name))


class Care(Schema):
    """What is done about it."""

    note: str | None = Field(
        None, max_length=2000, description="Counts until the alert gets graver or comes back."
    )


@operation(
    "POST", "/alerts/{name}/care", tag=TAG, who=Who.SECURITY, scope="decide", name="alert-care", answers=AlertTold,
    status=200, errors=(400,), sample=_ALERT,
)  # fmt: skip
def care(request: HttpRequest, name: str, said: Care) -> HttpResponse:
    """Say that you take care of an alert."""
    found, by = _alert_named(request, name), who_asks(request)
    return written(
        request,
        "alert.acknowledge",
        found.id,
        lambda ws: ws.acknowledge(found.id, by, said.note or None),
        lambda _: _alert(request, _alert_named(request, name)),
    )
