# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Pages of the office itself: how mature, why, what next, where the evidence comes from."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.http import Http404
from django.shortcuts import render

from umbel.office import figures
from umbel.office import seen as seen_module
from umbel.office.confidential import masked
from umbel.office.editions import figure_of
from umbel.office.pages.centre import figures as own
from umbel.office.pages.centre import told
from umbel.office.pages.ecosystem.figures import kept_from
from umbel.office.pages.legal.confidential import kept_back
from umbel.office.roles import Who, allows
from umbel.reports.markup import Html

if TYPE_CHECKING:
    from collections.abc import Iterable

    from django.http import HttpRequest, HttpResponse

    from umbel.office.seen import Seen
    from umbel.strategy.actions import Action

MOST_MOVES = 15

FIRST_QUESTIONS, MORE_QUESTIONS = 8, 24
"""How many questions are told with what counts as proof, and how many in a line each unless all are asked for."""


def home(request: HttpRequest) -> HttpResponse:
    """How the program stands by every framework, and how the office itself does."""
    looks = seen_module.of(request)
    petals = figure_of(figures.petals, looks)
    found = figure_of(figures.assessments, looks)
    before = figure_of(own.turns, looks).value or {}
    context = {
        "found": found,
        "petal_found": petals,
        "petal": (petals.value or {}).get("office"),
        "frameworks": told.frameworks(found.value or {}, before),
    }
    return render(request, "centre/home.html", context)


def framework(request: HttpRequest, framework: str) -> HttpResponse:
    """How the program stands by one framework: its picture, its practices, what turned, how it went."""
    looks = seen_module.of(request)
    found = figure_of(figures.assessments, looks)
    if found.value is None:
        return render(request, "centre/framework.html", {"found": found, "name": framework})
    assessed = found.value.get(framework)
    if assessed is None:
        raise Http404(f"There is no framework {framework}.")
    before = figure_of(own.turns, looks)
    stages = figure_of(own.stages, looks)
    outcome, part = request.GET.get("outcome", ""), request.GET.get("part", "")
    picture = (figure_of(own.pictures, looks).value or {}).get(framework)
    context = {
        "found": found,
        "assessed": assessed,
        "name": assessed.framework.title,
        "picture": Html(picture) if picture else None,
        "parts": told.parts(assessed, (before.value or {}).get(framework)),
        "whole": told.part(assessed.overall),
        "sections": told.sections(assessed, outcome, part),
        "narrowed": bool(outcome or part),
        "outcomes": told.outcomes(assessed, outcome),
        "before": (before.value or {}).get(framework),
        "before_found": before,
        "stages": (stages.value or {}).get(framework, ()),
        "stages_found": stages,
        "moves": assessed.moves[:10],
    }
    return render(request, "centre/framework.html", context)


def practice(request: HttpRequest, framework: str, practice: str) -> HttpResponse:
    """Why one practice stands as it does, and what would change it."""
    looks = seen_module.of(request)
    found = figure_of(figures.assessments, looks)
    if found.value is None:
        return render(request, "centre/practice.html", {"found": found, "name": practice})
    one = told.practice(found.value, framework, practice)
    if one is None:
        raise Http404(f"There is no practice {framework}/{practice}.")
    defined = figure_of(figures.indicators, looks).value or {}
    before = (figure_of(own.turns, looks).value or {}).get(framework)
    context = {
        "found": found,
        "one": one,
        "name": one.answer.practice.title,
        "readings": [
            figures.shown(each, defined[each.indicator])
            for each in one.answer.readings
            if each.indicator in defined
        ],
        "turn": told.turn(before, practice),
        "may_attest": looks.day is None and allows(Who.APPROVER, looks.roles),
    }
    return render(request, "centre/practice.html", context)


def plan(request: HttpRequest) -> HttpResponse:
    """What to do next: over all frameworks, and about what business relies on."""
    looks = seen_module.of(request)
    found, doing = figure_of(figures.plan, looks), figure_of(own.actions, looks)
    petal, effort = request.GET.get("petal", ""), request.GET.get("effort", "")
    petals = figure_of(figures.petals, looks).value or {}
    chosen = told.chosen(found.value, petal, effort)
    context = {
        "found": found,
        "doing_found": doing,
        "doing": told.alike(_may_be_told(doing.value or [], looks)),
        "chosen": chosen,
        "moves": chosen.moves if request.GET.get("all") else chosen.moves[:MOST_MOVES],
        "petals": [(each.id, each.title) for each in petals.values()],
        "petal": petal,
        "effort": effort,
    }
    return render(request, "centre/plan.html", context)


def _may_be_told(actions: Iterable[Action], looks: Seen) -> list[Action]:
    """Without what speaks of confidential projects, or of what only they use; in reasons their names are masked."""
    kept, is_kept_back = kept_from(looks), kept_back(looks)
    found = [
        each
        for each in actions
        if looks.shows(each.about)
        and each.about not in kept
        and not (each.about.startswith("pkg:") and (is_kept_back is None or is_kept_back(each.about)))
    ]
    return masked(found, looks)


def questions(request: HttpRequest) -> HttpResponse:
    """What to ask people, the answer that would move most first."""
    looks = seen_module.of(request)
    found = figure_of(own.interview, looks)
    asked = found.value or []
    others = asked[FIRST_QUESTIONS:]
    shown = others if request.GET.get("all") else others[:MORE_QUESTIONS]
    context = {
        "found": found,
        "number": len(asked),
        "first": asked[:FIRST_QUESTIONS],
        "others": shown,
        "is_cut": len(shown) < len(others),
        "may_attest": allows(Who.APPROVER, looks.roles),
    }
    return render(request, "centre/questions.html", context)


def sources(request: HttpRequest) -> HttpResponse:
    """What is collected, how old it is, and what failed."""
    looks = seen_module.of(request)
    found = figure_of(own.sources, looks)
    oldest = looks.shown(found.value.oldest) if found.value else []
    return render(request, "centre/sources.html", {"found": found, "sources": found.value, "oldest": oldest})
