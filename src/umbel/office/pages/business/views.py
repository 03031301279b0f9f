# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Pages for business: exposure by product, what belongs to none, who holds what we rely on, who has a stake."""

from __future__ import annotations

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
from umbel.office.records import change
from umbel.office.roles import Who, allows

if TYPE_CHECKING:
    from django.http import HttpRequest

MOST_CLAIMED = 200


def home(request: HttpRequest) -> HttpResponse:
    """What business has: its products and what they are exposed to, and how the petal stands."""
    looks = seen_module.of(request)
    petals, found = figure_of(figures.petals, looks), figure_of(own.exposures, looks)
    context = {
        "petal_found": petals,
        "petal": (petals.value or {}).get("business"),
        "found": found,
        "exposures": found.value,
        "products": told.products(found.value),
        "rest": told.rest(found.value),
        "is_office": allows(Who.OFFICE, looks.roles),
    }
    return render(request, "business/home.html", context)


def exposure(request: HttpRequest) -> HttpResponse:
    """Products against what was found in them, rule by rule."""
    looks = seen_module.of(request)
    found = figure_of(own.exposures, looks)
    context = {"found": found, "matrix": told.matrix(found.value) if found.value else None}
    return render(request, "business/exposure.html", context)


def unclaimed(request: HttpRequest) -> HttpResponse:
    """The projects of no product, and the form that gives them to one."""
    looks = seen_module.of(request)
    if request.method == "POST":
        return _claimed(request)
    found = figure_of(own.exposures, looks)
    rest = told.rest(found.value)
    context = {
        "found": found,
        "rest": rest,
        "projects": [name for name in rest.members if looks.shows(name)] if rest else [],
        "products": [each.name for each in told.products(found.value)],
        "may": looks.day is None and allows(Who.OFFICE, looks.roles),
    }
    return render(request, "business/unclaimed.html", context)


def models(request: HttpRequest) -> HttpResponse:
    """Who holds the upstream projects that business relies on, and on what terms."""
    looks = seen_module.of(request)
    found = figure_of(own.held, looks)
    kept = kept_from(looks)
    held = [each for each in found.value or [] if each.name not in kept]
    return render(request, "business/models.html", {"found": found, "held": held})


def stakeholders(request: HttpRequest) -> HttpResponse:
    """Who has a stake: for the office alone, never part of an edition."""
    looks = seen_module.of(request)
    found = workspace().stakeholders(looks.as_of)
    return render(
        request, "business/stakeholders.html", {"stakeholders": told.stakeholders(found, looks.day)}
    )


def _claimed(request: HttpRequest) -> HttpResponse:
    """Give projects to a product by their whole names."""
    chosen = [each for each in request.POST.getlist("project") if each][:MOST_CLAIMED]
    product = workspace().product(request.POST.get("product", ""))
    if not chosen:
        raise UsageError("No project is chosen.", "Tick those that belong to the product.")
    more = tuple(each for each in dict.fromkeys(chosen) if each not in product.projects)
    made = msgspec.structs.replace(product, projects=(*product.projects, *more))
    change(request, action="product.claim", subject=product.name, act=lambda ws: ws.set_product(made))
    messages.success(request, f"{product.name} has {len(more)} more project{'' if len(more) == 1 else 's'}.")
    return HttpResponseRedirect(reverse("unclaimed"))
