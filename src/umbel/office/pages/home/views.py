# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""The first page, and the colours."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.http import url_has_allowed_host_and_scheme

from umbel.office.context import THEME, THEMES
from umbel.office.pages.home import shown
from umbel.office.seen import of

if TYPE_CHECKING:
    from django.http import HttpRequest

YEAR = 365 * 24 * 60 * 60


def home(request: HttpRequest) -> HttpResponse:
    """The flower, what changed, and what to do next."""
    return render(request, "home/home.html", shown.home(request, of(request)))


def theme(request: HttpRequest) -> HttpResponse:
    """Keep the colours that somebody chose in a cookie, and go back to where they were."""
    chosen = request.POST.get("theme", "")
    onward = request.POST.get("next", "")
    if not url_has_allowed_host_and_scheme(onward, {request.get_host()}, require_https=request.is_secure()):
        onward = "/"
    response = HttpResponseRedirect(onward)
    if chosen in THEMES:
        response.set_cookie(
            THEME, chosen, max_age=YEAR, secure=request.is_secure(), httponly=True, samesite="Lax"
        )
    else:
        response.delete_cookie(THEME, samesite="Lax")
    return response
