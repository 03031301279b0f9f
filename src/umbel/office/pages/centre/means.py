# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""The office itself: mandate, people, means, channels and pilots; shown as they are written down at this moment."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.http import Http404, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse

from umbel.office import seen as seen_module
from umbel.office.core import workspace
from umbel.office.pages.centre import means_forms
from umbel.office.pages.centre.saying import today, tried
from umbel.office.records import change
from umbel.office.roles import Who, allows

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from umbel.frameworks.office import Entry, Office


def office_plan(request: HttpRequest) -> HttpResponse:
    """Mandate, people, means, channels and pilots of the office."""
    looks = seen_module.of(request)
    plan = workspace().office(looks.as_of)
    spent = zip(plan.budget, workspace().office_spent(plan, looks.as_of), strict=True)
    context = {
        "office": plan,
        "posts": plan.posts,
        "people": _named("people", plan),
        "technology": _named("technology", plan),
        "channels": _named("channels", plan),
        "pilots": [
            (means_forms.key("pilots", each), each, each.is_late(looks.day or today()))
            for each in plan.pilots
        ],
        "spent": [(means_forms.key("budget", line), line, told) for line, told in spent],
        "petals": dict(petals()),
        "kinds": means_forms.KINDS,
        "document": reverse("document", args=["office-plan"]),
        "may": looks.day is None and allows(Who.OFFICE, looks.roles),
    }
    return render(request, "centre/means.html", context)


def record(request: HttpRequest, kind: str) -> HttpResponse:
    """The form that writes a record of the office down, or amends one by a later record (`?of=` its name)."""
    chosen = means_forms.KINDS.get(kind)
    if chosen is None:
        raise Http404(f"The office has no {kind}.")
    name = "mandate" if kind == "mandate" else request.GET.get("of")
    before = None if name is None else means_forms.standing(workspace().office(), kind, name)
    if before is None and name is not None and kind != "mandate":
        raise Http404(f"The office has no such record: {name}.")
    form = chosen.form(
        request.POST or None,
        initial=means_forms.initial(before) if before else None,
        petals=petals(),
        amending=kind if before else None,
    )
    if request.method == "POST" and form.is_valid() and tried(form, lambda: _write(request, kind, form)):
        messages.success(request, "It is written down.")
        return HttpResponseRedirect(f"{reverse('office-plan')}#{kind}")
    context = {
        "form": form,
        "kind": chosen,
        "before": before,
        "title": f"Amend {name}" if before and kind != "mandate" else chosen.add,
    }
    return render(request, "centre/means_form.html", context, status=422 if form.errors else 200)


def _write(request: HttpRequest, kind: str, form: means_forms.Recorded) -> None:
    entry = means_forms.written(kind, form, request.user.get_username(), today())
    subject = entry.sponsor if kind == "mandate" else str(getattr(entry, means_forms.KEYS[kind][0]))  # type: ignore[union-attr]
    change(request, action="office.record", subject=subject, act=lambda ws: ws.record_office(entry))


def _named(kind: str, plan: Office) -> list[tuple[str, Entry]]:
    return [(means_forms.key(kind, each), each) for each in getattr(plan, kind)]


def petals() -> list[tuple[str, str]]:
    """The parts of the flower, as a form offers them."""
    return [(each.id, each.title) for each in workspace().frameworks().get("flower").petals]
