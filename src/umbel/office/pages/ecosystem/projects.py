# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""One project's page, and what people say and decide of it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, NamedTuple

import msgspec
from django.contrib import messages
from django.http import Http404, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse

from umbel.office import seen
from umbel.office.confidential import masked
from umbel.office.core import workspace
from umbel.office.editions import State, row_of
from umbel.office.errors import refused
from umbel.office.pages.ecosystem import lists
from umbel.office.pages.ecosystem.allowed import may
from umbel.office.pages.ecosystem.forms import CoordinatorForm, OpinionForm, StanceForm, kept
from umbel.office.pages.ecosystem.gathered import ProjectFacts
from umbel.office.records import change
from umbel.reports.markup import Html
from umbel.strategy.interface import Opinion
from umbel.strategy.naming import Named
from umbel.strategy.opinions import Decided

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.forms import Form
    from django.http import HttpRequest, HttpResponse

    from umbel.app.workspace import Workspace
    from umbel.office.editions import Found
    from umbel.office.seen import Seen
    from umbel.strategy.interface import Ranked

WRITTEN = "Written down. Figures that stand on it follow with the next edition, in a moment."
PAST = "You look at a past day."
BACK = "Turn the office back to today, then decide."


class Drawing(NamedTuple):
    """A drawing for the page."""

    title: str
    now: str
    svg: Html


def facts_of(looks: Seen, project: str) -> tuple[Found[Any], ProjectFacts | None]:
    """What is known of a project. Raises `Http404` for one of which nothing in use comes."""
    found = row_of(lists.strategic_facts, project, looks)
    if found.value is None:
        if found.state in {State.READY, State.OLDER}:
            raise Http404(
                f"Nothing in use comes from a project {project[:200]!r}, or it isn't among those that are told."
            )
        return found, None
    told = msgspec.json.decode(found.value["facts"], type=ProjectFacts)
    return found, masked(told, looks)


def project_page(request: HttpRequest, project: str) -> HttpResponse:
    """Why a project is here, how it fares, who controls it, what we do about it."""
    looks = seen.of(request)
    found, told = facts_of(looks, project)
    context: dict[str, Any] = {"found": found, "told": told, "project": project} | may(looks)
    if told is not None:
        context |= {
            "ranked": told.ranked,
            "parts": list(told.ranked.parts.values()),
            "by_product": by_product(told.ranked),
            "signals": signals(told.ranked),
            "drawings": [Drawing(each.title, each.now, Html(each.svg)) for each in told.charts],
            "over_time": None
            if told.over_time is None
            else Drawing(told.over_time.title, told.over_time.now, Html(told.over_time.svg)),
            **said_of(looks, project),
        }
    return render(request, "ecosystem/project.html", context)


def said_of(looks: Seen, project: str) -> dict[str, Any]:
    """What people said of a project up to the day: read as it stands, so that one sees what one has just said."""
    space = workspace()
    opinions = space.opinions(looks.as_of)
    return {
        "opinions": list(opinions.of(project).values()),
        "ended": [each for each in opinions.ended if each.project == project],
        "decided": opinions.stances.get(project),
        "named": space.named_coordinators(looks.as_of).get(project),
        "answers": space.answers(looks.as_of).answers(project),
        "contributions": [
            each for each in space.standing_contributions(looks.as_of) if each.contribution.project == project
        ],
    }


def signals(ranked: Ranked) -> list[tuple[str, str, float | None]]:
    """What each part of the value was told by: the part, the signal, how strong it is (0 to 1)."""
    return [
        (part.name, name.replace("_", " "), value)
        for part in ranked.parts.values()
        for name, value in (part.evidence.get("signals") or {}).items()
    ]


def by_product(ranked: Ranked) -> list[dict[str, Any]]:
    """What each product has at stake, as the value was told by it."""
    part = ranked.parts.get("dependency")
    found: list[dict[str, Any]] = [] if part is None else part.evidence.get("by_product") or []
    return found


# ---- what people say


def stance(request: HttpRequest, project: str) -> HttpResponse:
    """Decide what is done with a project."""

    def entry(said: dict[str, Any], by: str) -> Callable[[Workspace], object]:
        made = Decided(project=project, by=by, decided=today(), **_without_nothing(said))
        return lambda space: space.decide_stance(made)

    return _asked(
        request, project, StanceForm, entry, action="strategy.decide", title="Decide what to do with it"
    )


def opinion(request: HttpRequest, project: str) -> HttpResponse:
    """Say an opinion about a part of a project's value."""

    def entry(said: dict[str, Any], by: str) -> Callable[[Workspace], object]:
        made = Opinion(project=project, by=by, decided=today(), **_without_nothing(said))
        return lambda space: space.say(made)

    return _asked(request, project, OpinionForm, entry, action="strategy.say", title="Say an opinion")


def coordinator(request: HttpRequest, project: str) -> HttpResponse:
    """Name who speaks for a project."""

    def entry(said: dict[str, Any], by: str) -> Callable[[Workspace], object]:
        made = Named(project=project, by=by, decided=today(), **said)
        return lambda space: space.name_coordinator(made)

    return _asked(
        request, project, CoordinatorForm, entry, action="strategy.coordinate", title="Name who speaks for it"
    )


def _asked(
    request: HttpRequest,
    project: str,
    kind: type[Form],
    entry: Callable[[dict[str, Any], str], Callable[[Workspace], object]],
    *,
    action: str,
    title: str,
) -> HttpResponse:
    """A form about a project: shown, or taken."""
    looks = seen.of(request)
    if looks.day is not None:
        return refused(request, 409, PAST, BACK)
    _, told = facts_of(looks, project)
    form = kind(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        act = entry(form.cleaned_data, by_of(request))
        if kept(form, lambda: change(request, action=action, subject=project, act=act)):
            messages.success(request, WRITTEN)
            return HttpResponseRedirect(reverse("strategic-project", args=[project]))
    context = {
        "form": form,
        "project": project,
        "title": title,
        "ranked": told.ranked if told else None,
        **said_of(looks, project),
    }
    return render(request, "ecosystem/say.html", context, status=422 if form.errors else 200)


def today() -> Any:
    """The day on which something is decided."""
    return datetime.now(UTC).date()


def by_of(request: HttpRequest) -> str:
    """Who decides, as records name it."""
    return str(request.user.get_username())


def _without_nothing(said: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in said.items() if value not in {None, ""}}
