# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Pages of products: the list, one product with what it is exposed to, the forms of the office."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import quote

import msgspec
from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse

from umbel.model.errors import UsageError
from umbel.office import seen as seen_module
from umbel.office.core import workspace
from umbel.office.editions import figure_of
from umbel.office.pages.business import told
from umbel.office.pages.business.figures import exposures
from umbel.office.pages.centre.saying import tried
from umbel.office.pages.ecosystem.figures import kept_from
from umbel.office.pages.products import forms, papers
from umbel.office.records import change
from umbel.office.roles import Who, allows

if TYPE_CHECKING:
    from django.http import HttpRequest

    from umbel.model.settings import Product

SHOWN = 100


def products(request: HttpRequest) -> HttpResponse:
    """Every product with who answers for it."""
    looks = seen_module.of(request)
    found = figure_of(exposures, looks)
    context = {
        "found": found,
        "exposures": found.value,
        "products": told.products(found.value, workspace().settings.products),
        "rest": told.rest(found.value),
        "may": _may(request),
    }
    return render(request, "products/list.html", context)


def product(request: HttpRequest, name: str) -> HttpResponse:
    """One product: what it is, its projects, what it is exposed to, its papers."""
    looks = seen_module.of(request)
    found = figure_of(exposures, looks)
    (one,) = told.products(found.value, [_named(name)])
    members = [each for each in one.members if looks.shows(each)]
    kept = kept_from(looks)
    context = {
        "found": found,
        "one": one,
        "name": name,
        "name_in_url": quote(name, safe=""),
        "is_fresh": one.projects is None and found.value is not None and found.value.is_collected,
        "members": members[:SHOWN],
        "more": max(len(members) - SHOWN, 0),
        "rules": told.by_rule(one),
        "ends": looks.shown(one.ends),
        "strategic": [each for each in one.strategic if each.name not in kept],
        "patterns": papers.told_patterns(looks, one.patterns),
        "unmatched": papers.told_patterns(looks, one.unmatched),
        "gaps": sorted(found.value.gaps.items()) if found.value else [],
        "is_ranked": found.value.is_ranked if found.value else False,
        "papers": papers.offered(looks, name),
        "may": _may(request),
    }
    return render(request, "products/product.html", context)


def new(request: HttpRequest) -> HttpResponse:
    """The form of a new product."""
    return _form(request, None)


def edit(request: HttpRequest, name: str) -> HttpResponse:
    """The form that changes a product."""
    return _form(request, _named(name))


def end(request: HttpRequest, name: str) -> HttpResponse:
    """Take a product out: its projects belong to none then."""
    one = _named(name)
    if request.method == "POST":
        change(request, action="product.end", subject=one.name, act=lambda ws: ws.end_product(one.name))
        messages.success(request, f"{one.name} is no product any more. Its projects belong to none now.")
        return HttpResponseRedirect(reverse("products"))
    return render(request, "products/end.html", {"one": one})


def matching(request: HttpRequest) -> HttpResponse:
    """How many known projects the patterns on the form name, and which come first: while somebody types."""
    patterns = list(filter(None, map(str.strip, request.GET.get("projects", "")[:60_000].splitlines())))
    return render(request, "products/matching.html", {"matched": _matched(request, patterns)})


def _form(request: HttpRequest, one: Product | None) -> HttpResponse:
    told_of = papers.told_patterns(seen_module.of(request), one.projects) if one else ()
    form = forms.Written(request.POST or None, initial=forms.initial(one, told_of) if one else None)
    if request.method == "POST" and form.is_valid() and tried(form, lambda: _set(request, form, one)):
        messages.success(request, f"{form.product().name} is written down.")
        return HttpResponseRedirect(reverse("product", args=[form.product().name]))
    patterns = form.data.get("projects", "").splitlines() if form.is_bound else list(told_of)
    context = {
        "form": form,
        "one": one,
        "matched": _matched(request, [each.strip() for each in patterns if each.strip()]),
    }
    return render(request, "products/form.html", context, status=422 if form.errors else 200)


def _set(request: HttpRequest, form: forms.Written, one: Product | None) -> None:
    made, was = form.product(), one.name if one else None
    if one is not None:  # what whoever writes may not know of stays
        told_of = papers.told_patterns(seen_module.of(request), one.projects)
        unsaid = tuple(each for each in one.projects if each not in told_of and each not in made.projects)
        made = msgspec.structs.replace(made, projects=(*made.projects, *unsaid))
    if one is None and any(
        each.name.casefold() == made.name.casefold() for each in workspace().settings.products
    ):
        raise UsageError(
            f"There is a product {made.name} already.", "Change that one, or choose another name."
        )
    action = "product.change" if one else "product.add"
    change(request, action=action, subject=made.name, act=lambda ws: ws.set_product(made, was))


def _matched(request: HttpRequest, patterns: list[str]) -> dict[str, object] | None:
    """What patterns name: how many, and the first ones that may be told. None: nothing was asked."""
    if not patterns:
        return None
    looks = seen_module.of(request)
    found = papers.matched(looks, patterns[: forms.MOST_PATTERNS])
    if found is None:
        return {"coming": True}
    may_see = [each for each in found if looks.shows(each)]
    return {"count": len(may_see), "first": may_see[:12]}


def _named(name: str) -> Product:
    found = next((each for each in workspace().settings.products if each.name == name), None)
    if found is None:
        raise Http404(f"There is no product {name}.")
    return found


def _may(request: HttpRequest) -> bool:
    looks = seen_module.of(request)
    return looks.day is None and allows(Who.OFFICE, looks.roles)
