# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Forms beyond one project's: contributions and their reviews, decisions about software, owners' answers."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.http import Http404, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse

from umbel.office import seen
from umbel.office.core import workspace
from umbel.office.errors import refused
from umbel.office.pages.ecosystem.allowed import may
from umbel.office.pages.ecosystem.forms import (
    AnswerForm,
    ContributionForm,
    DecisionForm,
    ReviewForm,
    kept,
    several,
)
from umbel.office.pages.ecosystem.projects import BACK, PAST, WRITTEN, by_of, today
from umbel.office.pages.ecosystem.views import sheet_of
from umbel.office.records import change
from umbel.office.roles import Role
from umbel.policy.evaluations import Evaluation
from umbel.strategy.contributions import Contribution, Review, next_review
from umbel.strategy.owners import Answer

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from umbel.office.pages.ecosystem.figures import OwnerSheet
    from umbel.office.seen import Seen
    from umbel.strategy.contributions import Standing
    from umbel.strategy.owners_sheet import Candidate

QUARTER = timedelta(days=91)


def contribution_new(request: HttpRequest) -> HttpResponse:
    """Write down what we mean to do in a project."""
    if seen.of(request).day is not None:
        return refused(request, 409, PAST, BACK)
    start = today()
    first = {
        "project": request.GET.get("project", "")[:300],
        "start": start,
        "review": next_review(start),
        "measure": "our_commits",
    }
    form = ContributionForm(request.POST) if request.method == "POST" else ContributionForm(initial=first)
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        people, areas = several(said.pop("people")), several(said.pop("areas"))
        entry = Contribution(by=by_of(request), decided=start, people=people, areas=areas, **said)
        if kept(
            form,
            lambda: change(
                request,
                action="contribution.add",
                subject=entry.name,
                detail=entry.project[:200],
                act=lambda space: space.add_contribution(entry),
            ),
        ):
            messages.success(request, WRITTEN)
            return HttpResponseRedirect(reverse("contribution", args=[entry.name]))
    context = {
        "form": form,
        "title": "What we mean to do",
        "back": reverse("contributions"),
        "of": "Contributions",
    }
    return render(request, "ecosystem/form.html", context, status=422 if form.errors else 200)


def contribution(request: HttpRequest, name: str) -> HttpResponse:
    """One contribution with its reviews, and the form for the next one."""
    looks = seen.of(request)
    standing = _standing(looks, name)
    form = ReviewForm(
        request.POST if request.method == "POST" else None, initial={"review": today() + QUARTER}
    )
    if request.method == "POST":
        if looks.day is not None:
            return refused(request, 409, PAST, BACK)
        if form.is_valid() and _reviewed(request, name, form):
            return HttpResponseRedirect(reverse("contribution", args=[name]))
    followed = _followed(looks, name)
    context = {"form": form, "standing": standing, "said": standing.contribution, "followed": followed}
    context |= may(looks)
    return render(request, "ecosystem/contribution.html", context, status=422 if form.errors else 200)


def _reviewed(request: HttpRequest, name: str, form: ReviewForm) -> bool:
    entry = Review(contribution=name, by=by_of(request), decided=today(), **form.cleaned_data)
    done = kept(
        form,
        lambda: change(
            request,
            action="contribution.review",
            subject=name,
            act=lambda space: space.review_contribution(entry),
        ),
    )
    if done:
        messages.success(request, WRITTEN)
    return done


def _standing(looks: Seen, name: str) -> Standing:
    for each in workspace().standing_contributions(looks.as_of):
        if each.contribution.name == name:
            return each
    raise Http404(f"There is no contribution {name[:80]!r}.")


def _followed(looks: Seen, name: str) -> Any:
    from umbel.office.confidential import masked
    from umbel.office.editions import figure_of
    from umbel.office.pages.ecosystem.figures import followed

    found = masked(figure_of(followed, looks).value, looks) or ()
    return next((each for each in found if each.standing.contribution.name == name), None)


def evaluation_decide(request: HttpRequest) -> HttpResponse:
    """Write down a decision about software."""
    if seen.of(request).day is not None:
        return refused(request, 409, PAST, BACK)
    products = [product.name for product in workspace().settings.products]
    first = {"package": request.GET.get("package", "")[:300]}
    sent = request.POST if request.method == "POST" else None
    form = DecisionForm(sent, products=products, initial=first)
    if request.method == "POST" and form.is_valid():
        said = {name: value for name, value in form.cleaned_data.items() if value not in {None, ""}}
        entry = Evaluation(by=by_of(request), decided=today(), **said)
        if kept(
            form,
            lambda: change(
                request,
                action="evaluation.decide",
                subject=entry.package[:200],
                act=lambda space: space.decide_evaluation(entry),
            ),
        ):
            messages.success(request, WRITTEN)
            return HttpResponseRedirect(reverse("radar"))
    context = {
        "form": form,
        "title": "Decide about software",
        "back": reverse("radar"),
        "of": "Technology radar",
    }
    return render(request, "ecosystem/form.html", context, status=422 if form.errors else 200)


# ---- product owners


def may_answer(request: HttpRequest, sheet: OwnerSheet | None) -> bool:
    """Whether somebody speaks for a product: its owner, by the name or address in the settings, or the office."""
    looks = seen.of(request)
    if Role.OFFICE in looks.roles:
        return True
    if sheet is None or not sheet.owner:
        return False
    mine = {
        str(request.user.get_username()).casefold(),
        str(getattr(request.user, "email", "")).casefold(),
    } - {""}
    return sheet.owner.casefold() in mine


def owner_questions(request: HttpRequest, product: str) -> HttpResponse:
    """What the owner of a product is asked: read, answered one project at a time."""
    looks = seen.of(request)
    found, sheet = sheet_of(looks, product)
    allowed = may_answer(request, sheet) and looks.day is None
    wrong: AnswerForm | None = None
    if request.method == "POST":
        if looks.day is not None:
            return refused(request, 409, PAST, BACK)
        if not allowed:
            return refused(
                request,
                403,
                "Only the product's owner or the office answers.",
                "Ask the office to change the owner.",
            )
        wrong = AnswerForm(request.POST)
        if wrong.is_valid() and _answer(request, product, sheet, wrong):
            return HttpResponseRedirect(reverse("owner-questions-of", args=[product]))
    newest = workspace().answers(looks.as_of).newest
    told = [(each, newest.get((each.project, product))) for each in (sheet.candidates if sheet else ())]
    chosen = _chosen(request, wrong, told)
    asked = [
        (each, said, _form(each.project, said, wrong) if allowed and each.project == chosen else None)
        for each, said in told
    ]
    context = {"found": found, "sheet": sheet, "product": product, "asked": asked, "allowed": allowed}
    return render(request, "ecosystem/owner.html", context, status=422 if wrong is not None else 200)


def _chosen(
    request: HttpRequest, wrong: AnswerForm | None, told: list[tuple[Candidate, Answer | None]]
) -> str | None:
    """The project whose form is shown: what was sent and is wrong, what is asked for, the first without an answer."""
    asked = request.GET.get("about") if wrong is None else wrong.data.get("project")
    known = {each.project for each, _ in told}
    return asked if asked in known else next((each.project for each, said in told if said is None), None)


def _form(project: str, said: Answer | None, wrong: AnswerForm | None) -> AnswerForm:
    if wrong is not None and wrong.data.get("project") == project:
        return wrong
    first: dict[str, Any] = {"project": project}
    if said is not None:
        first |= {
            "without": said.without,
            "replacement": said.replacement,
            "areas": ", ".join(said.areas),
            "dependency": said.dependency,
            "reason": said.reason,
        }
    return AnswerForm(initial=first)


def _answer(request: HttpRequest, product: str, sheet: OwnerSheet | None, form: AnswerForm) -> bool:
    said = form.cleaned_data
    project = said["project"]
    if sheet is None or all(each.project != project for each in sheet.candidates):
        form.add_error(None, "That project isn't among those that are asked about.")
        return False
    entry = Answer(
        project=project,
        product=product,
        by=by_of(request),
        decided=today(),
        without=said["without"] or None,
        replacement=said["replacement"] or None,
        areas=several(said["areas"]),
        dependency=said["dependency"],
        reason=said["reason"] or None,
    )
    if entry.blank:
        form.add_error(None, "Nothing was answered.")
        return False
    done = kept(
        form,
        lambda: change(
            request,
            action="owner.answer",
            subject=product,
            detail=project,
            act=lambda space: space.answer([entry]),
        ),
    )
    if done:
        messages.success(request, WRITTEN)
    return done
