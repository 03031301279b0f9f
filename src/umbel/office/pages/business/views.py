# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Pages for business: exposure by product, what belongs to none, who holds what we rely on, who has a stake."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING

import msgspec
from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse

from umbel.model.errors import UsageError
from umbel.office import figures
from umbel.office import seen as seen_module
from umbel.office.core import workspace
from umbel.office.editions import figure_of
from umbel.office.pages.business import figures as own
from umbel.office.pages.business import told
from umbel.office.pages.ecosystem.figures import kept_from
from umbel.office.pages.products.figures import project_names
from umbel.office.records import change
from umbel.office.roles import Who, allows

if TYPE_CHECKING:
    from django.http import HttpRequest

    from umbel.app.workspace import Workspace

MOST_CLAIMED = 200
SHOWN = 100
MOST_HELD = 30


def home(request: HttpRequest) -> HttpResponse:
    """What business has: its products and what they are exposed to, and how the petal stands."""
    looks = seen_module.of(request)
    petals, found = figure_of(figures.petals, looks), figure_of(own.exposures, looks)
    context = {
        "petal_found": petals,
        "petal": (petals.value or {}).get("business"),
        "found": found,
        "exposures": found.value,
        "products": told.products(found.value, workspace().settings.products),
        "rest": told.rest(found.value),
        "is_office": allows(Who.OFFICE, looks.roles),
    }
    return render(request, "business/home.html", context)


def exposure(request: HttpRequest) -> HttpResponse:
    """Products against what was found in them, rule by rule."""
    looks = seen_module.of(request)
    found = figure_of(own.exposures, looks)
    context = {
        "found": found,
        "matrix": told.matrix(found.value, workspace().settings.products) if found.value else None,
    }
    return render(request, "business/exposure.html", context)


def unclaimed(request: HttpRequest) -> HttpResponse:
    """The projects of no product, and the form that gives them to one."""
    looks = seen_module.of(request)
    if request.method == "POST":
        return _claimed(request)
    asked = request.GET.get("q", "").strip()[:200]
    found, known = figure_of(own.exposures, looks), figure_of(project_names, looks)
    free = told.unclaimed(known.value or (), workspace().settings.products, asked)
    may_see = filter(looks.shows, free)
    context = {
        "found": found,
        "names_found": known,
        "rest": told.rest(found.value),
        "asked": asked,
        "free": len(free),
        "projects": list(islice(may_see, SHOWN)),
        "products": sorted(each.name for each in workspace().settings.products),
        "may": looks.day is None and allows(Who.OFFICE, looks.roles),
    }
    return render(request, "business/unclaimed.html", context)


def models(request: HttpRequest) -> HttpResponse:
    """Who holds the upstream projects that business relies on, and on what terms."""
    looks = seen_module.of(request)
    found = figure_of(own.held, looks)
    kept = kept_from(looks)
    held = [each for each in found.value or [] if each.name not in kept]
    shown = held if request.GET.get("all") else held[:MOST_HELD]
    return render(request, "business/models.html", {"found": found, "held": shown, "whole": len(held)})


def _claimed(request: HttpRequest) -> HttpResponse:
    """Give projects to a product by their whole names."""
    chosen = list(dict.fromkeys(filter(None, request.POST.getlist("project"))))
    name = workspace().product(request.POST.get("product", "")).name
    if not chosen:
        raise UsageError("No project is chosen.", "Tick those that belong to the product.")
    if len(chosen) > MOST_CLAIMED:
        raise UsageError(
            f"{len(chosen)} projects are more than the {MOST_CLAIMED} that can be claimed at once.",
            "Claim some, then the others; or write a pattern on the product's form.",
        )

    def claimed(ws: Workspace) -> int:
        product = ws.product(name)
        more = tuple(each for each in chosen if each not in product.projects)
        ws.set_product(msgspec.structs.replace(product, projects=(*product.projects, *more)))
        return len(more)

    more = change(request, action="product.claim", subject=name, act=claimed)
    messages.success(request, f"{name} has {more} more project{'' if more == 1 else 's'}.")
    return HttpResponseRedirect(reverse("unclaimed"))
