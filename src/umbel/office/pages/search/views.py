# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""The search of the whole office: a page, and the fragment that the palette shows while one types."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.shortcuts import render

from umbel.office import seen
from umbel.office.pages.search.finding import LONGEST, find

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse


def search(request: HttpRequest) -> HttpResponse:
    """What a few words mean, anywhere in the office."""
    text = request.GET.get("q", "")[:LONGEST]
    groups = find(text, seen.of(request))
    context = {
        "q": text.strip(),
        "groups": groups,
        "alike": bool(groups) and all(group.alike for group in groups),
    }
    fragment = request.headers.get("HX-Request") == "true"
    response = render(request, "search/_found.html" if fragment else "search/search.html", context)
    response["Vary"] = "HX-Request, Cookie"
    return response
