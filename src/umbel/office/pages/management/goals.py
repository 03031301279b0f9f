# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Goals: what the program is for, who answers for it, by which figures one tells; the forms of the office."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec
from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse

from umbel.frameworks.goals import Aim, Goal
from umbel.office import figures
from umbel.office import seen as seen_module
from umbel.office.core import workspace
from umbel.office.editions import figure_of
from umbel.office.pages.centre.saying import today, tried
from umbel.office.pages.management import figures as own
from umbel.office.pages.management import told
from umbel.office.records import change
from umbel.office.roles import Who, allows
from umbel.reports import kpi_chart
from umbel.reports.markup import Html

if TYPE_CHECKING:
    from django.http import HttpRequest

    from umbel.office.seen import Seen

ROWS = 5
"""Figures that a goal may name on the form; a file may hold more."""


def _day(label: str, **more: Any) -> forms.DateField:
    return forms.DateField(label=label, widget=forms.DateInput(attrs={"type": "date"}), **more)


class Written(forms.Form):
    """A goal with the figures that tell of it."""

    id = forms.SlugField(
        label="Short name",
        max_length=64,
        help_text="Small letters, digits and dashes, as licences-known. It never changes.",
    )
    statement = forms.CharField(label="What shall be so", max_length=500)
    serves = forms.CharField(label="Which goal of the business it serves", max_length=500)
    owner = forms.CharField(label="Who answers for it", max_length=160, help_text="A person or a role.")
    review = _day("Looked at next on")

    def __init__(self, *args: Any, choices: list[tuple[str, str]], **kwargs: Any) -> None:
        """With the figures that there are to choose from."""
        super().__init__(*args, **kwargs)
        self.choices = choices
        for row in range(1, ROWS + 1):
            self.fields[f"kpi_{row}"] = forms.CharField(
                label=f"Figure {row}",
                max_length=64,
                required=False,
                widget=forms.TextInput(attrs={"list": "figures", "autocomplete": "off"}),
            )
            self.fields[f"target_{row}"] = forms.CharField(label="shall be", max_length=40, required=False)
            self.fields[f"until_{row}"] = _day("by", required=False)

    def clean(self) -> dict[str, Any]:
        """Figures are told whole or not at all."""
        data: dict[str, Any] = super().clean() or {}
        aims = []
        for row in range(1, ROWS + 1):
            kpi, target, until = (data.get(f"{part}_{row}") for part in ("kpi", "target", "until"))
            if not kpi and not target and not until:
                continue
            number = _number(target or "")
            if kpi and all(kpi != name for name, _ in self.choices):
                self.add_error(f"kpi_{row}", f"There is no figure {kpi}.")
                continue
            if not kpi or number is None or until is None:
                self.add_error(f"target_{row}", "A figure, a number and a day belong together.")
                continue
            aims.append(Aim(kpi=kpi, target=number, until=until))
        data["aims"] = tuple(aims)
        return data


class Ended(forms.Form):
    """The end of a goal."""

    reason = forms.CharField(
        label="What came of it", max_length=2000, widget=forms.Textarea(attrs={"rows": 3})
    )
    dropped = forms.BooleanField(label="It was given up, not reached", required=False)


def goals(request: HttpRequest) -> HttpResponse:
    """Every goal with how its targets stand."""
    looks = seen_module.of(request)
    found = figure_of(own.goals, looks)
    context = {
        "found": found,
        "goals": every(looks),
        "may": _may(request),
    }
    return render(request, "management/goals.html", context)


def goal(request: HttpRequest, name: str) -> HttpResponse:
    """One goal: its targets, its figures, and how it was amended."""
    looks = seen_module.of(request)
    found = figure_of(own.goals, looks)
    aimed = _named(request, name)
    groups = figure_of(own.kpi_groups, looks).value or []
    known = {each.name: each for group in groups for each in group.kpis}
    defined = figure_of(figures.indicators, looks).value or {}
    context = {
        "found": found,
        "name": name,
        "aimed": aimed,
        "goal": aimed.pursued.goal,
        "targets": told.targets(aimed.pursued, known, defined),
        "charts": _charts(looks, aimed),
        "records": told.history(aimed.pursued, defined),
        "end_form": Ended() if _may(request) and not aimed.ended else None,
        "may": _may(request) and not aimed.ended,
    }
    return render(request, "management/goal.html", context)


def new(request: HttpRequest) -> HttpResponse:
    """The form of a new goal."""
    return _form(request, None)


def edit(request: HttpRequest, name: str) -> HttpResponse:
    """The form that amends a goal by a later record."""
    return _form(request, _named(request, name).pursued.goal)


def end(request: HttpRequest, name: str) -> HttpResponse:
    """The form that ends a goal."""
    _named(request, name)
    form = Ended(request.POST or None)
    if request.method == "POST" and form.is_valid() and tried(form, lambda: _ended(request, name, form)):
        messages.success(request, "The goal has ended.")
        return HttpResponseRedirect(reverse("goal", args=[name]))
    context = {"form": form, "name": name}
    return render(request, "management/goal_end.html", context, status=422 if form.errors else 200)


def _form(request: HttpRequest, goal: Goal | None) -> HttpResponse:
    looks = seen_module.of(request)
    defined = figure_of(figures.indicators, looks).value or {}
    choices = sorted(((name, each.title) for name, each in defined.items()), key=lambda pair: pair[1])
    form = Written(request.POST or None, initial=_initial(goal), choices=choices)
    if goal is not None:
        form.fields["id"].disabled = True
    if request.method == "POST" and form.is_valid() and tried(form, lambda: _set(request, form, goal)):
        messages.success(request, "The goal is written down.")
        return HttpResponseRedirect(reverse("goal", args=[form.cleaned_data["id"]]))
    rows = [[form[f"{part}_{row}"] for part in ("kpi", "target", "until")] for row in range(1, ROWS + 1)]
    first = [form[name] for name in ("id", "statement", "serves", "owner", "review")]
    context = {"form": form, "goal": goal, "first": first, "rows": rows}
    return render(request, "management/goal_form.html", context, status=422 if form.errors else 200)


def _set(request: HttpRequest, form: Written, before: Goal | None) -> None:
    data = form.cleaned_data
    made = Goal(
        id=data["id"],
        statement=data["statement"],
        serves=data["serves"],
        owner=data["owner"],
        review=data["review"],
        by=request.user.get_username(),
        decided=today(),
        kpis=_with_coverage(data["aims"], before) + (before.kpis[ROWS:] if before else ()),
    )
    action = "goal.amend" if before else "goal.add"
    change(request, action=action, subject=made.id, act=lambda ws: ws.set_goal(made))


def _with_coverage(aims: tuple[Aim, ...], before: Goal | None) -> tuple[Aim, ...]:
    """Targets with how much must be known of each, which the form doesn't ask, as it was."""
    asked = {each.kpi: each.coverage for each in before.kpis} if before else {}
    return tuple(msgspec.structs.replace(each, coverage=asked.get(each.kpi, each.coverage)) for each in aims)


def _ended(request: HttpRequest, name: str, form: Ended) -> None:
    data, who = form.cleaned_data, request.user.get_username()
    change(
        request,
        action="goal.drop" if data["dropped"] else "goal.end",
        subject=name,
        act=lambda ws: ws.end_goal(name, today(), by=who, reason=data["reason"], dropped=data["dropped"]),
    )


def _initial(goal: Goal | None) -> dict[str, Any]:
    if goal is None:
        return {}
    found: dict[str, Any] = {
        name: getattr(goal, name) for name in ("id", "statement", "serves", "owner", "review")
    }
    for row, aim in enumerate(goal.kpis[:ROWS], 1):
        found |= {f"kpi_{row}": aim.kpi, f"target_{row}": f"{aim.target:.15g}", f"until_{row}": aim.until}
    return found


def every(looks: Seen) -> list[told.Aimed]:
    """Every goal as it is written down at this moment, with how it stands by the newest edition."""
    written = workspace().goal_records(looks.as_of)
    return told.standing(written, figure_of(own.goals, looks).value, looks.day)


def _charts(looks: Seen, aimed: told.Aimed) -> list[tuple[Html, dict[str, Any], str, str]]:
    """The course of each figure that a goal has a target for: drawn, what draws it, its name and where it is told."""
    courses = figure_of(own.courses, looks).value or {}
    return [
        (
            Html(courses[name].picture),
            kpi_chart.one(courses[name].kpi),
            courses[name].kpi.indicator.title,
            reverse("kpi", args=[name]),
        )
        for name in dict.fromkeys(each.kpi for each in aimed.pursued.targets)
        if name in courses
    ]


def _named(request: HttpRequest, name: str) -> told.Aimed:
    for each in every(seen_module.of(request)):
        if each.pursued.goal.id == name:
            return each
    raise Http404(f"There is no goal {name}.")


def _may(request: HttpRequest) -> bool:
    looks = seen_module.of(request)
    return looks.day is None and allows(Who.OFFICE, looks.roles)


def _number(text: str) -> float | None:
    """A number as people write it: 12, 0.9 or 90%."""
    bare = text.strip().replace("\u00a0", "").removesuffix("%").strip()
    try:
        found = float(bare)
    except ValueError:
        return None
    return found / 100 if text.strip().endswith("%") else found
