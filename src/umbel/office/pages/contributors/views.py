# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""The contributors' pages: the catalogue, who works on what, where help is wanted, thanks, links, golden paths."""

from __future__ import annotations

from collections import Counter
from itertools import groupby
from typing import TYPE_CHECKING, Any, NamedTuple

import msgspec
from django.contrib import messages
from django.http import Http404, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.safestring import mark_safe

from umbel.frameworks.catalogue import Entry
from umbel.frameworks.links import Link, Withdrawn
from umbel.frameworks.recognition import BADGES, Earned
from umbel.office import figures as shared_figures
from umbel.office import seen
from umbel.office.confidential import masked
from umbel.office.core import workspace
from umbel.office.editions import State, figure_of, row_of
from umbel.office.errors import refused
from umbel.office.pages.contributors import figures, lists, paths
from umbel.office.pages.contributors.forms import LinkForm, WithdrawForm
from umbel.office.pages.ecosystem.allowed import may
from umbel.office.pages.ecosystem.figures import kept_from
from umbel.office.pages.ecosystem.forms import kept
from umbel.office.pages.ecosystem.projects import BACK, PAST, by_of, today
from umbel.office.pages.ecosystem.readings import cards
from umbel.office.pages.ecosystem.views import petal_context
from umbel.office.pages.portfolio.lists import list_page
from umbel.office.records import change

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse
    from django.http.response import HttpResponseBase

    from umbel.office.seen import Seen

HOME = (
    "contributors_upstream",
    "sustained_contributors",
    "approval_lead_time",
    "people_opted_in",
    "innersource_ready",
)
INNER = ("innersource_ready", "innersource_share", "innersource_projects", "innersource_reuse")
PETAL = "contributors"


def home(request: HttpRequest) -> HttpResponse:
    """The petal: how it stands, and where to go."""
    looks = seen.of(request)
    helped = figure_of(figures.help_wanted, looks)
    context = {
        "cards": cards(looks, HOME),
        "catalogued": figure_of(figures.catalogued, looks),
        "help_found": helped,
        "help": _helped(helped.value, looks)[:3],
        "paths": paths.paths(workspace()),
    }
    return render(request, "contributors/home.html", context | petal_context(looks, PETAL))


def catalogue(request: HttpRequest) -> HttpResponseBase:
    """The InnerSource catalogue; a deployment may make it public."""
    looks = seen.of(request)
    told = cards(looks, INNER) if looks.roles else []
    found = figure_of(figures.catalogued, looks)
    return list_page(
        request, lists.catalogue, template="contributors/catalogue.html", cards=told, catalogued=found
    )


def catalogue_project(request: HttpRequest, project: str) -> HttpResponse:
    """One project of the catalogue: what its files show, and how to take part."""
    looks = seen.of(request)
    found = row_of(lists.catalogue_facts, project, looks)
    if found.value is None and found.state in {State.READY, State.OLDER}:
        raise Http404(f"There is no project {project[:200]!r} in the catalogue.")
    entry = None
    if found.value is not None:
        entry = masked(msgspec.json.decode(found.value["facts"], type=Entry), looks)
    context = {"found": found, "entry": entry, "project": project, "practices": _practices(entry)}
    return render(request, "contributors/project.html", context)


def _practices(entry: Entry | None) -> list[tuple[str, str, Any]]:
    """Each practice that is shown, its question, and what is known of it."""
    from umbel.collect.practices import rules
    from umbel.frameworks.catalogue import SHOWN

    if entry is None:
        return []
    told = {rule.id: rule for rule in rules()}
    return [(told[name].title, told[name].question, entry.practice(name)) for name in SHOWN if name in told]


def who_works(request: HttpRequest) -> HttpResponseBase:
    """Who works on what: numbers, and the names of those who agreed."""
    looks = seen.of(request)
    agreed = figure_of(figures.opted_in, looks)
    return list_page(request, lists.who_works, template="contributors/who.html", agreed=agreed.value)


def help_wanted(request: HttpRequest) -> HttpResponse:
    """Projects that need help, and what the frameworks recommend to this petal."""
    looks = seen.of(request)
    found = figure_of(figures.help_wanted, looks)
    plan = figure_of(shared_figures.plan, looks).value
    advice = [each for each in plan.recommendations if each.petal == PETAL] if plan else []
    context = {"found": found, "helped": _helped(found.value, looks), "advice": masked(advice, looks)}
    context |= may(looks)
    return render(request, "contributors/help.html", context)


def recognition(request: HttpRequest) -> HttpResponse:
    """Who agreed to be named, and what for they are thanked; and how each badge is told."""
    looks = seen.of(request)
    found = figure_of(figures.recognition, looks)
    unseen = kept_from(looks)
    told = [
        each
        for each in found.value or ()
        if all(looks.shows(name) and name not in unseen for name in each.projects)
    ]
    thanked = [
        Thanked(name=name, for_=[(_TITLES[each.badge], each) for each in mine])
        for name, mine in _by_name(told).items()
    ]
    had = Counter(each.badge for each in told)
    context = {
        "found": found,
        "thanked": thanked,
        "badges": [(badge, had[badge.id]) for badge in BADGES],
        "agreed": figure_of(figures.opted_in, looks).value,
    }
    return render(request, "contributors/recognition.html", context)


class Thanked(NamedTuple):
    """Somebody who agreed to be named, and what for they are thanked: each with what it is called."""

    name: str
    for_: list[tuple[str, Earned]]


_TITLES = {badge.id: badge.title for badge in BADGES}


def _by_name(earned: list[Earned]) -> dict[str, list[Earned]]:
    """By who agreed, in the order of names: nothing is ranked."""
    found: dict[str, list[Earned]] = {}
    for each in sorted(earned, key=lambda one: (one.name.casefold(), one.person)):
        found.setdefault(each.name, []).append(each)
    return found


def _helped(found: list[figures.Helped] | None, looks: Seen) -> list[figures.Helped]:
    """Those that whoever asks may know of."""
    unseen = kept_from(looks)
    return [each for each in masked(found, looks) or [] if each.project not in unseen]


# ---- links


def shared_links(request: HttpRequest) -> HttpResponse:
    """Addresses that people share, by petal."""
    looks = seen.of(request)
    space = workspace()
    titles = dict(_petals())
    every = space.links(looks.as_of)
    groups = [
        (
            titles.get(petal, petal),
            [(each, WithdrawForm(initial={"url": each.url}, auto_id=False)) for each in mine],
        )
        for petal, mine in groupby(every, key=lambda each: each.petal)
    ]
    return render(request, "contributors/links.html", {"groups": groups} | may(looks))


def link_new(request: HttpRequest) -> HttpResponse:
    """Share one more address."""
    if seen.of(request).day is not None:
        return refused(request, 409, PAST, BACK)
    sent = request.POST if request.method == "POST" else None
    form = LinkForm(sent, petals=_petals(), initial={"petal": PETAL})
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        entry = Link(
            title=said["title"],
            url=said["url"],
            petal=said["petal"],
            keeper=said["keeper"],
            about=said["about"] or None,
            by=by_of(request),
            decided=today(),
        )
        if kept(
            form,
            lambda: change(
                request,
                action="link.share",
                subject=entry.url[:200],
                act=lambda space: space.share_link(entry),
            ),
        ):
            messages.success(request, "It is shared.")
            return HttpResponseRedirect(reverse("shared-links"))
    context = {"form": form, "title": "Share a link"}
    return render(request, "contributors/form.html", context, status=422 if form.errors else 200)


def link_withdraw(request: HttpRequest) -> HttpResponse:
    """Share an address no longer."""
    if seen.of(request).day is not None:
        return refused(request, 409, PAST, BACK)
    form = WithdrawForm(request.POST)
    if form.is_valid():
        said = form.cleaned_data
        entry = Withdrawn(url=said["url"], reason=said["reason"], by=by_of(request), decided=today())
        if kept(
            form,
            lambda: change(
                request,
                action="link.withdraw",
                subject=entry.url[:200],
                act=lambda space: space.withdraw_link(entry),
            ),
        ):
            messages.success(request, "It is shared no longer.")
            return HttpResponseRedirect(reverse("shared-links"))
    context = {"form": form, "title": "Share a link no longer"}
    return render(request, "contributors/form.html", context, status=422)


def _petals() -> list[tuple[str, str]]:
    return [(part.id, part.title) for part in workspace().frameworks().petals()]


# ---- golden paths


def golden_paths(request: HttpRequest) -> HttpResponse:
    """How things are done here."""
    return render(request, "contributors/paths.html", {"paths": paths.paths(workspace())})


def golden_path(request: HttpRequest, name: str) -> HttpResponse:
    """One path, step by step."""
    found = paths.path(workspace(), name)
    if found is None:
        raise Http404(f"There is no path {name[:80]!r}.")
    own = None if found.html is None else mark_safe(found.html)  # noqa: S308 - nh3 made it safe
    return render(request, "contributors/path.html", {"path": found, "own": own})
