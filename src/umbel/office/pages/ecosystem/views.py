# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Pages of the ecosystem that are read: the petal's own, lists, control, money, the radar, contributions, owners."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import msgspec
from django.http import Http404
from django.shortcuts import render

from umbel.model.errors import UsageError
from umbel.office import seen
from umbel.office.confidential import masked
from umbel.office.core import workspace
from umbel.office.editions import State, figure_of
from umbel.office.figures import petals
from umbel.office.pages.ecosystem import figures, lists
from umbel.office.pages.ecosystem.allowed import may
from umbel.office.pages.ecosystem.forms import BudgetForm
from umbel.office.pages.ecosystem.readings import cards
from umbel.office.pages.portfolio.lists import list_page
from umbel.policy.evaluations import MEANING, RINGS
from umbel.reports import radar_page, radar_picture
from umbel.reports.markup import Html
from umbel.strategy.funding.proposal import propose

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse
    from django.http.response import HttpResponseBase

    from umbel.office.seen import Seen
    from umbel.strategy.funding.records import Candidate, Proposal

HOME = (
    "strategic_examined",
    "fragile_without_stance",
    "control_known",
    "contributions_on_track",
    "funding_given",
)
FRAGILE = ("upstream_examined", "fragile_known", "fragile_without_stance", "strategic_examined")
HELD = ("control_known", "single_vendor", "license_change_watched", "strategic_with_ours")
MONEY = ("funding_given", "memberships")
DONE = (
    "contribution_plans",
    "contributions_on_track",
    "contributions_upstream",
    "contributors_upstream",
    "contributions_strategic_share",
    "contributions_growth",
)
DECIDED = ("evaluations_decided", "evaluation_lead_time", "radar_published", "due_diligence")
OWNERS = ("owners_asked", "strategic_confirmed", "strategic_named", "products_with_owner")


def petal_context(looks: Seen, name: str) -> dict[str, Any]:
    """A petal's state as its page shows it: `petal` is None while it is coming."""
    found = figure_of(petals, looks)
    return {"petal": found.value.get(name) if found.value else None, "petal_found": found}


def home(request: HttpRequest) -> HttpResponse:
    """The petal: how it stands, and the few projects that matter."""
    looks = seen.of(request)
    found = figure_of(figures.ecosystem, looks)
    told = masked(found.value, looks)
    if told is not None and (kept := figures.kept_from(looks)):
        few = tuple(each for each in told.cards if each.project not in kept)
        told = msgspec.structs.replace(
            told, cards=few, dots=tuple(d for d in told.dots if d.project not in kept)
        )
    picture = Html(told.picture) if told and told.picture else None
    context = {"found": found, "told": told, "quadrant": picture, "cards": cards(looks, HOME)}
    return render(request, "ecosystem/home.html", context | may(looks) | petal_context(looks, "ecosystem"))


def strategic(request: HttpRequest) -> HttpResponseBase:
    """The strategic list."""
    return list_page(request, lists.strategic, template="ecosystem/strategic.html")


def fragility(request: HttpRequest) -> HttpResponseBase:
    """How fragile projects are, and by what that is told."""
    looks = seen.of(request)
    model = workspace().fragility_model()
    context: dict[str, Any] = {"cards": cards(looks, FRAGILE), "model": model}
    return list_page(request, lists.fragility, template="ecosystem/fragility.html", **context)


def sovereignty(request: HttpRequest) -> HttpResponseBase:
    """Who controls what business depends on."""
    looks = seen.of(request)
    found = figure_of(figures.sovereignty, looks)
    told = masked(found.value, looks)
    if told is not None and (kept := figures.kept_from(looks)):
        told = msgspec.structs.replace(
            told, leaving=tuple(each for each in told.leaving if each.project not in kept)
        )
    context: dict[str, Any] = {"sovereignty_found": found, "told": told, "cards": cards(looks, HELD)}
    return list_page(request, lists.control, template="ecosystem/sovereignty.html", **context)


def funding(request: HttpRequest) -> HttpResponse:
    """Where money would help, and a proposal for a budget."""
    looks = seen.of(request)
    found = figure_of(figures.funding, looks)
    told = masked(found.value, looks)
    if told is not None and (kept := figures.kept_from(looks)):
        left = tuple(each for each in told.candidates if each.project not in kept)
        told = msgspec.structs.replace(told, candidates=left)
    form = BudgetForm(request.GET if "budget" in request.GET else None)
    proposal = _proposal(form, told) if told and form.is_bound and form.is_valid() else None
    context = {
        "found": found,
        "told": told,
        "rows": [_in_need(each) for each in told.candidates if each.priority is not None] if told else [],
        "form": form,
        "proposal": proposal,
        "cards": cards(looks, MONEY),
    }
    return render(request, "ecosystem/funding.html", context)


class InNeed(NamedTuple):
    """A candidate as the table shows it: what it is called, and why money would help, in words."""

    each: Candidate
    called: str
    why: str


def _in_need(each: Candidate) -> InNeed:
    why = "; ".join(part.reason for part in each.need.parts if part.value)
    return InNeed(each, figures.called(each.project), f"{why[:1].upper()}{why[1:]}.")


def _proposal(form: BudgetForm, told: figures.Money) -> Proposal | None:
    said = form.cleaned_data
    least = {} if said["least"] is None else {"least": said["least"]}
    try:
        return propose(told.candidates, said["budget"], currency=said["currency"], most=said["most"], **least)
    except UsageError as error:
        form.add_error(None, f"{error.message} {error.hint or ''}".strip())
        return None


def contributions(request: HttpRequest) -> HttpResponse:
    """What we mean to do upstream, and what was done."""
    looks = seen.of(request)
    found = figure_of(figures.followed, looks)
    done = {each.standing.contribution.name: each for each in masked(found.value, looks) or ()}
    standing = [
        (each, done.get(each.contribution.name)) for each in workspace().standing_contributions(looks.as_of)
    ]
    context = {"found": found, "standing": standing, "cards": cards(looks, DONE)} | may(looks)
    return render(request, "ecosystem/contributions.html", context)


def radar(request: HttpRequest) -> HttpResponse:
    """The technology radar: the picture, its list, what nobody decided."""
    looks = seen.of(request)
    found = figure_of(figures.technology_radar, looks)
    told = masked(found.value, looks)
    context: dict[str, Any] = {"found": found, "told": told, "cards": cards(looks, DECIDED)} | may(looks)
    if told is not None:
        context["summary"] = radar_page.summary(told)
        context["meaning"] = [(ring, MEANING[ring]) for ring in RINGS]
        if told.blips:
            context["picture"], context["key"] = radar_picture.figure(told), radar_picture.key()
    return render(request, "ecosystem/radar.html", context)


def evaluations(request: HttpRequest) -> HttpResponseBase:
    """Decisions about software as a list."""
    return list_page(
        request, lists.evaluations, template="ecosystem/evaluations.html", **may(seen.of(request))
    )


def owners(request: HttpRequest) -> HttpResponse:
    """What product owners are asked, product by product."""
    looks = seen.of(request)
    found = figure_of(figures.owner_sheets, looks)
    answered = _answered(looks)
    rows = [
        (sheet, sum((each.project, sheet.product) in answered for each in sheet.candidates))
        for sheet in _sheets(found.value, looks)
    ]
    context = {"found": found, "rows": rows, "cards": cards(looks, OWNERS)}
    return render(request, "ecosystem/owners.html", context)


def _sheets(found: list[figures.OwnerSheet] | None, looks: Seen) -> list[figures.OwnerSheet]:
    """The sheets without what whoever asks may not know of."""
    told, kept = masked(found, looks) or [], figures.kept_from(looks)
    if not kept:
        return told
    return [
        msgspec.structs.replace(each, candidates=tuple(c for c in each.candidates if c.project not in kept))
        for each in told
    ]


def _answered(looks: Seen) -> set[tuple[str, str]]:
    return set(workspace().answers(looks.as_of).newest)


def sheet_of(looks: Seen, product: str) -> tuple[Any, figures.OwnerSheet | None]:
    """One product's questions, as they were found. Raises `Http404` for a product that has none."""
    found = figure_of(figures.owner_sheets, looks)
    if found.value is None:
        return found, None
    for each in _sheets(found.value, looks):
        if each.product == product:
            return found, each
    if found.state is State.FAILED:
        return found, None
    raise Http404(f"There are no questions for a product {product!r}.")
