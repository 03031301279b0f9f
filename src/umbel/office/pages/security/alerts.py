# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Alerts: what somebody has to know, who takes care of it, and how it went. Read as they stand, at any moment."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any, NamedTuple

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse

from umbel.model.errors import UmbelError
from umbel.office import seen as seen_module
from umbel.office.core import workspace
from umbel.office.pages.security import told
from umbel.office.records import change
from umbel.office.roles import Who, allows
from umbel.policy.alerting import acknowledged

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from django.http import HttpRequest, HttpResponse

    from umbel.app.workspace import Workspace
    from umbel.office.seen import Seen
    from umbel.policy.alerting.book import Standing

PER_PAGE = 50
STATES = ("open", "acknowledged", "resolved")

_kept: tuple[tuple[Any, ...], list[Standing]] | None = None
_lock = threading.Lock()


class Care(forms.Form):
    """That somebody takes care of an alert."""

    note = forms.CharField(
        label="What you do about it",
        max_length=2000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="Counts until the alert gets graver or comes back.",
    )


class Paged(NamedTuple):
    """A page of alerts, as `parts/pages.html` shows it."""

    rows: list[Standing]
    total: int
    whole: int
    page: int
    pages: int


def book(here: Workspace) -> list[Standing]:
    """Every alert, the gravest first; read anew when the journal or people's words change."""
    global _kept  # noqa: PLW0603 - one for the whole process
    stamp = tuple(
        _stamp(path) for path in (here.folder / here.settings.alerts.journal, here.folder / acknowledged.FILE)
    )
    with _lock:
        if _kept is None or _kept[0] != stamp:
            _kept = (stamp, list(here.alerts()))
        return _kept[1]


def _stamp(path: Path) -> tuple[str, int, int]:
    try:
        there = path.stat()
    except OSError:
        return (str(path), -1, -1)
    return (str(path), there.st_size, there.st_mtime_ns)


def alerts(request: HttpRequest) -> HttpResponse:
    """All alerts by what became of them, with a search."""
    looks = seen_module.of(request)
    every = [each for each in book(workspace()) if is_seen(each, looks)]
    state = request.GET.get("state", "open")
    state = state if state in STATES else "open"
    text = " ".join(request.GET.get("q", "")[:200].casefold().split())
    mine = [each for each in every if each.state == state and told.fits(each, text)]
    counts = {name: sum(each.state == name for each in every) for name in STATES}
    tabs = [
        {"title": name.capitalize(), "url": f"?state={name}", "current": name == state, "count": counts[name]}
        for name in STATES
    ]
    context = {
        "page": _paged(mine, len(every), request.GET.get("page", "1")),
        "tabs": tabs,
        "state": state,
        "q": request.GET.get("q", "")[:200],
        "any": bool(every),
        "noun": ("alert", "alerts"),
    }
    return render(request, "security/alerts.html", context)


def alert(request: HttpRequest, name: str) -> HttpResponse:
    """One alert: what, where, whom it was told to; and the form by which somebody takes care of it."""
    looks = seen_module.of(request)
    found = next((each for each in book(workspace()) if each.id == name), None)
    if found is None or not is_seen(found, looks):
        raise Http404(f"There is no alert {name}.")
    may = looks.day is None and found.resolved_at is None and allows(Who.SECURITY, looks.roles)
    form = Care(request.POST if request.method == "POST" else None) if may else None
    if request.method == "POST" and form is not None and form.is_valid():
        by, note = request.user.get_username(), form.cleaned_data["note"] or None
        try:
            change(
                request,
                action="alert.acknowledge",
                subject=name,
                act=lambda ws: ws.acknowledge(name, by, note),
            )
        except UmbelError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, "Written down: you take care of it.")
            return HttpResponseRedirect(reverse("alert", args=[name]))
    context = {
        "one": found,
        "told": found.told,
        "projects": [each for each in found.told.projects if looks.shows(each)] if found.told else [],
        "components": told.components(found, looks),
        "ways": told.ways(found, looks),
        "grade": acknowledged.grade_words(found.grade),
        "events": told.events(found),
        "form": form,
        "link": told.link(found),
    }
    return render(
        request, "security/alert.html", context, status=422 if form is not None and form.errors else 200
    )


def is_seen(found: Standing, looks: Seen) -> bool:
    """Whether somebody may know of it: from the day it was raised, unless all its projects are kept from them."""
    if looks.day is not None and found.raised_at.date() > looks.day:
        return False
    named = found.told.projects if found.told else ()
    if not named:
        return True
    whole = found.told is None or found.told.projects_total > len(named)
    return whole or any(looks.shows(each) for each in named)


def _paged(rows: Sequence[Standing], whole: int, asked: str) -> Paged:
    pages = max(1, -(-len(rows) // PER_PAGE))
    number = min(max(int(asked), 1), pages) if asked.isdecimal() and len(asked) < 8 else 1
    start = (number - 1) * PER_PAGE
    return Paged(list(rows[start : start + PER_PAGE]), len(rows), whole, number, pages)
