# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Incidents: who is affected, how far it is, what people did; opening one, notes, closing, and words for others."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse

from umbel.model.errors import UmbelError
from umbel.model.finding import SEVERITIES
from umbel.office import seen as seen_module
from umbel.office.core import workspace
from umbel.office.editions import figure_of
from umbel.office.errors import refused
from umbel.office.pages.legal.confidential import kept_back
from umbel.office.pages.security import figures, told
from umbel.office.records import change
from umbel.office.roles import Who, allows

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpRequest

    from umbel.app.workspace import Workspace
    from umbel.office.seen import Seen
    from umbel.policy.incidents import Kept

REVIEW = "review"


class Opened(forms.Form):
    """What an incident is about."""

    advisory = forms.CharField(
        label="Advisory", max_length=100, required=False, help_text="CVE-…, GHSA-…: one that is known here."
    )
    package = forms.CharField(
        label="Or a package with its versions",
        max_length=300,
        required=False,
        help_text="pkg:npm/name@<1.2, where there is no advisory yet.",
    )
    title = forms.CharField(
        label="Title", max_length=200, required=False, help_text="Empty: as the advisory says."
    )
    severity = forms.ChoiceField(
        label="Severity",
        required=False,
        choices=[("", "as the advisory says"), *((each, each) for each in reversed(SEVERITIES))],
    )
    due = forms.DateField(
        label="Over by",
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}),
        help_text="Empty: by the policy's days.",
    )

    def clean(self) -> dict[str, Any] | None:
        """One of the two is said."""
        said = super().clean() or self.cleaned_data
        if not said.get("advisory") and not said.get("package"):
            raise forms.ValidationError("Say what it is about: an advisory, or a package.")
        return said


class Word(forms.Form):
    """A note, or the end or beginning of an incident with its reason."""

    does = forms.ChoiceField(
        choices=[("note", "note"), ("close", "close"), ("reopen", "reopen")], widget=forms.HiddenInput
    )
    text = forms.CharField(
        label="Note", max_length=5000, required=False, widget=forms.Textarea(attrs={"rows": 3}),
        help_text="Stands in the journal, with your name and the time.",
    )  # fmt: skip


def incidents(request: HttpRequest) -> HttpResponse:
    """All incidents, those that run first."""
    looks = seen_module.of(request)
    found = figure_of(figures.incident_lines, looks)
    lines = sorted(told.lines(found.value or [], looks), key=lambda each: each.closed_at is not None)
    context = {
        "found": found,
        "lines": lines,
        "may_open": looks.day is None and allows(Who.SECURITY, looks.roles),
    }
    return render(request, "security/incidents.html", context)


def open_one(request: HttpRequest) -> HttpResponse:
    """The form that opens an incident: who is affected is frozen as it is known now."""
    given = {name: request.GET.get(name, "") for name in ("advisory", "package")}
    form = Opened(request.POST if request.method == "POST" else None, initial=given)
    if request.method == "POST" and form.is_valid():
        said, by = form.cleaned_data, request.user.get_username()
        try:
            kept = change(
                request,
                action="incident.open",
                subject=said["advisory"] or said["package"],
                act=lambda ws: ws.open_incident(
                    said["advisory"] or None,
                    title=said["title"] or None,
                    package=said["package"] or None,
                    by=by,
                    due=said["due"],
                    severity=said["severity"] or None,
                ),
            )
        except UmbelError as error:
            form.add_error("advisory" if said["advisory"] else "package", error.message)
        else:
            messages.success(
                request, "The incident is open. Who is affected is written down as it is known now."
            )
            return HttpResponseRedirect(reverse("incident", args=[kept.incident.id]))
    return render(request, "security/incident_open.html", {"form": form}, status=422 if form.errors else 200)


def incident(request: HttpRequest, name: str) -> HttpResponse:
    """One incident: affected, progress, timeline, and what may be said and done."""
    looks = seen_module.of(request)
    kept = _kept(name, looks)
    may = looks.day is None and allows(Who.SECURITY, looks.roles)
    form = Word(request.POST if request.method == "POST" else None) if may else None
    if request.method == "POST" and form is not None and form.is_valid() and _said(request, name, form):
        return HttpResponseRedirect(reverse("incident", args=[name]))
    found = figure_of(figures.incidents_told, looks)
    line = next(
        (each for each in figure_of(figures.incident_lines, looks).value or [] if each.name == name), None
    )
    far = (found.value or {}).get(name)
    late = line is not None and line.state == "overdue"
    context = {
        "late": late and kept.closed_at is None,
        "kept": kept,
        "one": kept.incident,
        "found": found,
        "line": line,
        "far": far,
        "parts": looks.shown(far.parts) if far else [],
        "new": looks.shown(far.new) if far else [],
        "events": told.timeline(kept),
        "form": form,
        "audiences": figures.AUDIENCES,
        "worded": far is not None and _may_word(far, looks),
    }
    return render(
        request, "security/incident.html", context, status=422 if form is not None and form.errors else 200
    )


def words(request: HttpRequest, name: str) -> HttpResponse:
    """A draft of a message, or the review, as a file: nothing is sent."""
    looks = seen_module.of(request)
    _kept(name, looks)
    far = (figure_of(figures.incidents_told, looks).value or {}).get(name)
    if far is None:
        return refused(request, 503, "How far it is is being worked out.", "Try again in a minute.")
    if not _may_word(far, looks):
        return refused(request, 403, "It names projects that are kept from you.", "Ask the office for it.")
    to = request.GET.get("to", REVIEW)
    text = far.review if to == REVIEW else far.messages.get(to)
    if text is None:
        raise Http404("There is no such message.")
    response = HttpResponse(text.encode("utf-8", "replace"), content_type="text/markdown; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}-{to}.md"'
    return response


def _kept(name: str, looks: Seen) -> Kept:
    here = workspace()
    from umbel.policy import incidents as records

    kept = records.load(here.folder, name) if name in records.names(here.folder) else None
    if kept is None or not may_see(kept, looks):
        raise Http404(f"There is no incident {name}.")
    if looks.day is not None and kept.incident.opened_at.date() > looks.day:
        raise Http404(f"There was no incident {name} by that day.")
    return kept


def may_see(kept: Kept, looks: Seen) -> bool:
    """Whether somebody may know of an incident: not where all that it affects is confidential to them."""
    projects = figures.affected_projects(kept)
    if projects:
        return any(map(looks.shows, projects))
    back = kept_back(looks)
    return kept.incident.package is None or (back is not None and not back(kept.incident.package))


def _said(request: HttpRequest, name: str, form: Word) -> bool:
    """Write a word down; False where it is refused, which the form then says."""
    does, text, by = form.cleaned_data["does"], form.cleaned_data["text"], request.user.get_username()
    acts: dict[str, Callable[[Workspace], Kept]] = {
        "note": lambda ws: ws.note_incident(name, text, by),
        "close": lambda ws: ws.close_incident(name, by, text or None),
        "reopen": lambda ws: ws.reopen_incident(name, by, text or None),
    }
    try:
        change(request, action=f"incident.{does}", subject=name, act=acts[does])
    except UmbelError as error:
        form.add_error(None, str(error))
        return False
    done = {
        "note": "The note is in the journal.",
        "close": "The incident is closed.",
        "reopen": "The incident runs again.",
    }
    messages.success(request, done[does])
    return True


def _may_word(far: figures.IncidentTold, looks: Seen) -> bool:
    return all(looks.shows(each) for each in far.projects)
