# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Who has a stake: written and read by the office alone; no name stands in an address, and so in no log."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

import msgspec
from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse

from umbel.frameworks.stakeholders import ATTITUDES, Stakeholder
from umbel.office import seen as seen_module
from umbel.office.core import workspace
from umbel.office.pages.business import told
from umbel.office.pages.centre.means import petals
from umbel.office.pages.centre.saying import today, tried
from umbel.office.records import change
from umbel.office.roles import Who, allows

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

NEW = "new"
_FIGURES = [(each, str(each)) for each in range(1, 6)]


def _day(label: str, **more: Any) -> forms.DateField:
    widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    return forms.DateField(label=label, required=False, widget=widget, **more)


def _figure(label: str, **more: Any) -> forms.TypedChoiceField:
    return forms.TypedChoiceField(label=label, choices=_FIGURES, coerce=int, initial=3, **more)


class Written(forms.Form):
    """One who has a stake."""

    who = forms.CharField(label="Who", max_length=160, help_text="A role or a team does as well as a name.")
    petal = forms.ChoiceField(label="Part of the flower")
    influence = _figure("Influence", help_text="1 hardly any, 5 decides.")
    interest = _figure("Interest", help_text="1 hardly any, 5 asks every week.")
    attitude = forms.ChoiceField(
        label="Attitude", choices=[(each, each) for each in ATTITUDES], initial="neutral"
    )
    wants = forms.CharField(
        label="Hopes or fears", max_length=2000, required=False, widget=forms.Textarea(attrs={"rows": 2})
    )
    last = _day("Last talk")
    next = _day("Next talk")
    about = forms.CharField(label="To be about", max_length=500, required=False)

    def __init__(self, *args: Any, amending: bool, **kwargs: Any) -> None:
        """For somebody new, or for one whose name stays what it is."""
        super().__init__(*args, **kwargs)
        self.fields["petal"].choices = petals()  # type: ignore[attr-defined]
        if amending:
            self.fields["who"].disabled = True
            self.fields["gone"] = forms.BooleanField(label="Has no stake any more", required=False)


def stakeholders(request: HttpRequest) -> HttpResponse:
    """Who has a stake: for the office alone, never part of an edition."""
    looks = seen_module.of(request)
    found = told.stakeholders(workspace().stakeholders(looks.as_of), looks.day)
    context = {
        "stakeholders": [(each, key(each.said)) for each in found],
        "petals": dict(petals()),
        "may": looks.day is None and allows(Who.OFFICE, looks.roles),
    }
    return render(request, "business/stakeholders.html", context)


def stakeholder(request: HttpRequest, who: str) -> HttpResponse:
    """The form that writes one down, or amends what was said by a later record."""
    there = {key(each): each for each in workspace().stakeholders()}
    before = there.get(who)
    if before is None and who != NEW:
        raise Http404("There is no such stakeholder.")
    form = Written(
        request.POST or None,
        initial=msgspec.structs.asdict(before) if before else None,
        amending=before is not None,
    )
    if request.method == "POST" and form.is_valid() and tried(form, lambda: _write(request, form)):
        messages.success(request, "It is written down, for the office's eyes only.")
        return HttpResponseRedirect(reverse("stakeholders"))
    context = {"form": form, "before": before}
    return render(request, "business/stakeholder.html", context, status=422 if form.errors else 200)


def key(entry: Stakeholder) -> str:
    """What stands for somebody in an address."""
    return hashlib.sha256(entry.who.casefold().strip().encode()).hexdigest()[:20]


def _write(request: HttpRequest, form: Written) -> None:
    data: dict[str, Any] = {name: None if value == "" else value for name, value in form.cleaned_data.items()}
    gone, day = data.pop("gone", False), today()
    entry = Stakeholder(**data, by=request.user.get_username(), decided=day, ended=day if gone else None)
    change(
        request,
        action="stakeholder.record",
        subject="stakeholders",
        act=lambda ws: ws.record_stakeholder(entry),
    )
