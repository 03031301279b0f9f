# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Passwords and addresses of local accounts; whom a provider vouches for has neither here."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from allauth.account import views

from umbel.office.accounts.adapter import sends_mail, signs_in_elsewhere
from umbel.office.errors import refused

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse


def first(request: HttpRequest) -> HttpResponse:
    """The first password of an account that has none; with single sign-on it would outlive somebody's leaving there."""
    if signs_in_elsewhere(request.user):
        return refused(request, 409, "You come in by single sign-on: there is no password of yours here.")
    return cast("HttpResponse", views.password_set(request))


def email(request: HttpRequest) -> HttpResponse:
    """One's addresses: each is confirmed by a mail before it counts."""
    if request.method == "POST" and not sends_mail():
        return refused(
            request, 409, "This office sends no mail, so no address can be confirmed.", "Ask the office."
        )
    return cast("HttpResponse", views.email(request))
