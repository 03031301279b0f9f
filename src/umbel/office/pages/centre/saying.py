# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""What people say on the office's pages: answers to claims, and which projects are public."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse

from umbel.frameworks.interface import Attestation
from umbel.model.errors import UsageError
from umbel.office import seen as seen_module
from umbel.office.editions import figure_of
from umbel.office.pages.centre import figures as own
from umbel.office.records import change
from umbel.office.roles import Who, allows
from umbel.policy.publications import Publication

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpRequest, HttpResponse


class Said(forms.Form):
    """What somebody says of a claim."""

    says = forms.ChoiceField(
        label="The answer",
        choices=[
            ("met", "Yes, it is so"),
            ("unmet", "No, it isn't"),
            ("not-applicable", "It doesn't apply here"),
        ],
        widget=forms.RadioSelect,
    )
    owner = forms.CharField(
        label="Who answers for it", max_length=160, help_text="A person or a role that can be asked."
    )
    reason = forms.CharField(
        label="Why, in a sentence", max_length=2000, required=False, widget=forms.Textarea(attrs={"rows": 3})
    )
    proof = forms.CharField(
        label="Proof", max_length=1000, required=False, help_text="A link, or a file beside the records."
    )
    grade = forms.TypedChoiceField(label="Grade", coerce=int, empty_value=None, required=False)
    until = forms.DateField(
        label="Good until",
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}),
        help_text="Left empty: for as long as such an answer lasts.",
    )


class Published(forms.Form):
    """A decision that projects are public, or are no more."""

    project = forms.CharField(
        label="Project or pattern",
        max_length=300,
        help_text="github.com/acme/shop, or github.com/acme/* for all of them.",
    )
    asked = forms.DateField(
        label="Asked for on", required=False, widget=forms.DateInput(attrs={"type": "date"})
    )
    until = forms.DateField(label="Until", required=False, widget=forms.DateInput(attrs={"type": "date"}))
    reason = forms.CharField(
        label="Why", max_length=2000, required=False, widget=forms.Textarea(attrs={"rows": 2})
    )
    withdrawn = forms.BooleanField(label="It is public no more", required=False)


def attest(request: HttpRequest, claim: str) -> HttpResponse:
    """The question behind a claim, what is said of it, and the form that answers it."""
    looks = seen_module.of(request)
    found = figure_of(own.claims, looks)
    if found.value is None:
        return render(request, "centre/attest.html", {"found": found, "claim": claim})
    question = found.value.get(claim)
    if question is None:
        raise Http404(f"No practice stands on a claim {claim}.")
    form = Said(request.POST or None, initial={"owner": request.user.get_username()})
    form.fields["grade"].choices = [("", "–"), *enumerate(question.grades)]  # type: ignore[attr-defined]
    if not question.grades:
        del form.fields["grade"]
    if (
        request.method == "POST"
        and form.is_valid()
        and tried(form, lambda: _attested(request, question.claim, form))
    ):
        messages.success(request, "It is written down, and counts from now on.")
        return HttpResponseRedirect(reverse("practice", args=question.answers[0].split("/", 1)))
    context = {
        "found": found,
        "question": question,
        "claim": claim,
        "practices": [(*name.split("/", 1), name) for name in question.answers],
        "form": form if looks.day is None and allows(Who.APPROVER, looks.roles) else None,
    }
    return render(request, "centre/attest.html", context, status=422 if form.errors else 200)


def _attested(request: HttpRequest, claim: str, form: forms.Form) -> None:
    data = form.cleaned_data
    entry = Attestation(
        claim=claim,
        says=data["says"],
        owner=data["owner"],
        by=request.user.get_username(),
        decided=today(),
        reason=data["reason"],
        proof=data["proof"] or None,
        until=data["until"],
        grade=data.get("grade"),
    )
    change(request, action="attestation.add", subject=claim, act=lambda ws: ws.attest(entry))


def published(request: HttpRequest) -> HttpResponse:
    """Which of our projects are public, by whose decision; the form that records a decision."""
    looks = seen_module.of(request)
    may = looks.day is None and allows(Who.OFFICE, looks.roles)
    form = Published(request.POST or None, initial={"project": request.GET.get("project", "")[:300]})
    if request.method == "POST" and form.is_valid() and tried(form, lambda: _published(request, form)):
        messages.success(request, "The decision is written down.")
        return HttpResponseRedirect(reverse("published"))
    found = figure_of(own.estate, looks)
    estate = found.value
    context = {
        "found": found,
        "estate": estate,
        "decisions": [
            (each, [name for name in names if looks.shows(name)]) for each, names in estate.decisions
        ]
        if estate
        else [],
        "projects": [name for name in estate.projects if looks.shows(name)] if estate else [],
        "form": form if may else None,
    }
    return render(request, "centre/published.html", context, status=422 if form.errors else 200)


def _published(request: HttpRequest, form: forms.Form) -> None:
    data = form.cleaned_data
    entry = Publication(
        project=data["project"].strip(),
        by=request.user.get_username(),
        decided=today(),
        reason=data["reason"],
        asked=data["asked"],
        until=data["until"],
        withdrawn=data["withdrawn"],
    )
    action = "publication.withdraw" if entry.withdrawn else "publication.add"
    change(request, action=action, subject=entry.project, act=lambda ws: ws.publish(entry))


def tried(form: forms.Form, act: Callable[[], object]) -> bool:
    """Whether it could be done; what the core refuses is said at the form, with what was typed still there."""
    try:
        act()
    except UsageError as error:
        form.add_error(None, " ".join(filter(None, (str(error), getattr(error, "hint", None)))))
        return False
    return True


def today() -> date:
    """The day of a decision."""
    return datetime.now(UTC).date()
