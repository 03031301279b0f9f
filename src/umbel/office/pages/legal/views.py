# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""The legal pages, as they are read."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from django.http import Http404
from django.shortcuts import render
from django.urls import reverse

from umbel.office import figures as shared_figures
from umbel.office import seen as seen_module
from umbel.office.editions import Asked, figure_of, list_of, row_of
from umbel.office.inbox.asking import alike
from umbel.office.inbox.kinds import KINDS
from umbel.office.pages.legal import figures, told
from umbel.office.pages.legal.lists import EXCEPTIONS, FINDINGS, LICENSES, UNDECIDED, UNKNOWN, VIOLATIONS
from umbel.office.pages.portfolio.lists import list_page
from umbel.office.pages.requests.prefilled import given
from umbel.office.pages.security.lists import RISKS
from umbel.office.roles import Who, allows

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse
    from django.http.response import HttpResponseBase

    from umbel.office.editions import Found, Listing, Row

FIGURES = ("licenses_concluded", "obligations_known", "license_texts_known")
"""The indicators that the petal's home shows beside what is open."""
REGULATION = ("cra", "iso-5230", "iso-18974", "sbom-minimum")
FEW = 50
FIRST = 5
"""Questions that the petal's home shows; the list has the rest."""


def home(request: HttpRequest) -> HttpResponse:
    """The legal petal: how it stands, what is open, what to do next."""
    looks = seen_module.of(request)
    petals = figure_of(shared_figures.petals, looks)
    state = figure_of(figures.legal_state, looks)
    context = {
        "petal_found": petals,
        "petal": (petals.value or {}).get("legal"),
        "found": state,
        "state": state.value,
        "ending": told.ending(state.value.ending, looks) if state.value else [],
        "cards": told.cards(looks, FIGURES),
        "waiting": list_of(UNDECIDED, Asked(per_page=FIRST), looks).value,
    }
    return render(request, "legal/home.html", context)


def licenses(request: HttpRequest) -> HttpResponseBase:
    """Every licence in use."""
    return list_page(request, LICENSES)


def license_page(request: HttpRequest, key: str) -> HttpResponse:
    """One licence: what it asks, where it is used, what the policy and people say of it."""
    looks = seen_module.of(request)
    found = row_of(LICENSES, key, looks)
    row = _there(found, f"No licence {key} is in use.")
    context: dict[str, Any] = {"found": found, "row": row, "key": key, "unknown": key == UNKNOWN}
    if row is not None:
        expression = None if key == UNKNOWN else str(row["license"])
        asked = Asked(
            filters={"license": (expression,)} if expression else {"rule": ("license-unknown",)}, per_page=FEW
        )
        context |= {
            "how": told.how(row),
            "parts": told.parts(expression),
            "duties": told.duties(expression),
            "tops": told.tops(expression, looks),
            "violations": list_of(VIOLATIONS, asked, looks).value,
            "decisions": told.decisions(expression, looks),
        }
    return render(request, "legal/license.html", context)


def violations(request: HttpRequest) -> HttpResponseBase:
    """Findings of the rules on licences."""
    return list_page(request, VIOLATIONS)


def findings(request: HttpRequest) -> HttpResponseBase:
    """Findings of other rules."""
    return list_page(request, FINDINGS)


def undecided(request: HttpRequest) -> HttpResponseBase:
    """Packages whose licence waits for a decision."""
    since = told.decided_since(seen_module.of(request))
    return list_page(request, UNDECIDED, template="legal/undecided.html", since=list(since.values()))


def exceptions(request: HttpRequest) -> HttpResponseBase:
    """What is accepted although a rule says otherwise."""
    return list_page(request, EXCEPTIONS)


def finding(request: HttpRequest, key: str) -> HttpResponse:
    """One finding: what, why, the rule, the evidence, the way in, what to do."""
    looks = seen_module.of(request)
    every = [(listing, row_of(listing, key, looks)) for listing in (VIOLATIONS, RISKS, FINDINGS)]
    # While one of the lists is still being made nobody can say that there is no such finding.
    unready = [pair for pair in every if pair[1].state != "ready"]
    listing, found = next((pair for pair in every if pair[1].value is not None), (unready or every)[0])
    row = _there(found, f"There is no finding {key}: it was mended, or it never was.")
    if row is None:
        return render(request, "legal/finding.html", {"found": found, "row": None})
    may_ask = looks.day is None and allows(Who.CONTRIBUTOR, looks.roles)
    context = {
        "asked": alike(KINDS["exception"], given({"finding": key}, looks)[0], looks) if may_ask else [],
        "found": found,
        "row": row,
        "rule": told.rule(str(row["rule"])),
        "evidence": told.evidence(json.loads(str(row["evidence"] or "{}"))),
        "history": told.history(row),
        "back": _list_of(listing),
        "why": told.why(row),
        "may_ask": may_ask,
    }
    return render(request, "legal/finding.html", context)


def _list_of(listing: Listing) -> tuple[str, str]:
    return listing.name, listing.title


def policy(request: HttpRequest) -> HttpResponse:
    """The policy in force: which rules are asked, what each is worth, and how a gate elsewhere takes it."""
    looks = seen_module.of(request)
    found = figure_of(figures.policy_told, looks)
    context = {
        "found": found,
        "told": found.value,
        "groups": told.ruled(found.value) if found.value else [],
        "overrides": told.overrides(found.value, looks) if found.value else [],
        "address": request.build_absolute_uri(reverse("api-policy")),
    }
    return render(request, "legal/policy.html", context)


def obligations(request: HttpRequest) -> HttpResponse:
    """What the licences of each product ask for, by how it reaches its users."""
    looks = seen_module.of(request)
    found = figure_of(figures.product_duties, looks)
    chosen = request.GET.get("product", "")
    every = found.value or []
    one = next((each for each in every if each.product == chosen), None)
    if chosen and every and one is None:
        raise Http404(f"There is no product {chosen[:80]}.")
    context = {
        "found": found,
        "products": every,
        "one": one,
        "named": one is None or told.may_name(one, looks),
    }
    return render(request, "legal/obligations.html", context)


def regulation(request: HttpRequest) -> HttpResponse:
    """How far the program is with what law and standards ask, and what is missing."""
    looks = seen_module.of(request)
    found = figure_of(shared_figures.assessments, looks)
    every = found.value or {}
    chosen = [told.regulation(every[name]) for name in REGULATION if name in every]
    return render(request, "legal/regulation.html", {"found": found, "frameworks": chosen})


def _there(found: Found[Row], sentence: str) -> Row | None:
    """A row, or None while it is coming. Raises `Http404` where there is none."""
    if found.value is None and found.state == "ready":
        raise Http404(sentence)
    return found.value
