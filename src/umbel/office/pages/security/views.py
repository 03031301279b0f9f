# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""The pages of risks and advisories, as they are read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.http import Http404
from django.shortcuts import render

from umbel.office import seen as seen_module
from umbel.office.editions import Asked, figure_of, list_of, row_of
from umbel.office.pages.portfolio.lists import list_page
from umbel.office.pages.security import figures, told
from umbel.office.pages.security.lists import ADVISORIES, RISKS, VEX
from umbel.office.roles import Who, allows

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse
    from django.http.response import HttpResponseBase

FEW = 100


def risks(request: HttpRequest) -> HttpResponseBase:
    """Findings of the rules on vulnerabilities, with how much it is in all."""
    looks = seen_module.of(request)
    state = figure_of(figures.risk_state, looks)
    return list_page(
        request,
        RISKS,
        template="security/risks.html",
        state=state.value,
        state_found=state,
        mended_note=told.mended(state.value),
        open_query=told.OPEN,
    )


def advisories(request: HttpRequest) -> HttpResponseBase:
    """Each vulnerability once."""
    return list_page(request, ADVISORIES)


def advisory(request: HttpRequest, key: str) -> HttpResponse:
    """One vulnerability: who is affected, what clears it, what is said of it, what is done about it."""
    looks = seen_module.of(request)
    found = row_of(ADVISORIES, key, looks)
    row = found.value
    asked = Asked(filters={"ids": (key,)}, per_page=FEW)
    statements = list_of(VEX, asked, looks).value
    if row is None and found.state == "ready" and not (statements and statements.rows):
        raise Http404(f"{key} concerns nothing that is in use here, as far as is known.")
    context: dict[str, Any] = {"found": found, "row": row, "key": key, "statements": statements}
    if row is not None:
        context["uses"] = list_of(RISKS, Asked(filters={"advisory": (key,)}, per_page=FEW), looks).value
        context["packages"] = told.packages(row, context["uses"])
        context["may_open"] = looks.day is None and allows(Who.SECURITY, looks.roles)
    context["incidents"] = [
        each
        for each in told.lines(figure_of(figures.incident_lines, looks).value or [], looks)
        if key in (each.about, *each.ids)
    ]
    return render(request, "security/advisory.html", context)


def vex(request: HttpRequest) -> HttpResponseBase:
    """What is said of vulnerabilities in products."""
    return list_page(request, VEX)
