# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""End of life: what ends, and by what it is replaced."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import messages
from django.http import HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse

from umbel.model.errors import UmbelError
from umbel.office import seen as seen_module
from umbel.office.core import workspace
from umbel.office.pages.legal.confidential import kept_back
from umbel.office.pages.legal.refusing import known_product, refuse
from umbel.office.pages.portfolio.lists import list_page
from umbel.office.pages.security.lists import ENDS
from umbel.office.records import change
from umbel.office.roles import Who, allows
from umbel.policy.plans import Plan

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse
    from django.http.response import HttpResponseBase

    from umbel.office.seen import Seen

MOST = 100


class Decision(forms.Form):
    """By what something that ends is replaced, by whom, until when."""

    software = forms.CharField(
        label="Software",
        max_length=200,
        required=False,
        help_text="As the lists of lifecycles call it: python, nodejs.",
    )
    cycle = forms.CharField(
        label="Release", max_length=100, required=False, help_text="3.8; empty: all releases of it."
    )
    package = forms.CharField(
        label="Or a package",
        max_length=300,
        required=False,
        help_text="pkg:npm/angular@<2, where it isn't in a list.",
    )
    product = forms.CharField(
        label="Only in this product", max_length=200, required=False, help_text="Empty: everywhere."
    )
    replacement = forms.CharField(label="Replaced by", max_length=300, required=False)
    mitigation = forms.CharField(
        label="What protects it until then",
        max_length=2000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    owner = forms.CharField(label="Who sees to it", max_length=200)
    until = forms.DateField(label="Last day of its use", widget=forms.DateInput(attrs={"type": "date"}))

    def clean_product(self) -> str:
        """A product that there is."""
        return known_product(str(self.cleaned_data["product"]))

    def clean(self) -> dict[str, Any] | None:
        """Exactly one thing goes."""
        said = super().clean() or self.cleaned_data
        if bool(said.get("software")) == bool(said.get("package")):
            raise forms.ValidationError("Say what goes: software, or a package.")
        return said


def ends(request: HttpRequest) -> HttpResponseBase:
    """What is past its end of life or near it, and the plans."""
    looks = seen_module.of(request)
    return list_page(
        request,
        ENDS,
        template="security/ends.html",
        plans=_plans(looks),
        may_plan=_may(looks),
        today=datetime.now(UTC).date(),
    )


def _may(looks: Seen) -> bool:
    return looks.day is None and allows(Who.APPROVER, looks.roles)


def _plans(looks: Seen) -> list[Plan]:
    """Standing plans by their day; those decided by the day that is looked at."""
    told = workspace().plans()
    known = told.standing if looks.day is None else [each for each in told.plans if each.decided <= looks.day]
    kept = kept_back(looks)
    shown = [each for each in known if kept is not None and not kept(each.package)]
    return sorted(shown, key=lambda each: each.until)[:MOST]


def decide(request: HttpRequest) -> HttpResponse:
    """The form that writes a plan down."""
    given = {name: request.GET.get(name, "") for name in ("software", "cycle", "package", "product")}
    form = Decision(request.POST if request.method == "POST" else None, initial=given)
    if request.method == "POST" and form.is_valid():
        said: dict[str, Any] = {name: value or None for name, value in form.cleaned_data.items()}
        plan = Plan(**said, decided=datetime.now(UTC).date(), by=request.user.get_username())
        try:
            change(request, action="plan.decide", subject=plan.goes, act=lambda ws: ws.plan(plan))
        except UmbelError as error:
            refuse(form, error)
        else:
            messages.success(request, f"Written down: {plan.sentence}")
            return HttpResponseRedirect(reverse("end-of-life"))
    return render(request, "security/plan.html", {"form": form}, status=422 if form.errors else 200)
