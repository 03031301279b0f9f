# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Links that sign in once: for the first start, and for whom the office lets in."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from allauth.account.internal.flows.login import perform_login, record_authentication
from allauth.account.models import Login
from django.shortcuts import render
from django.urls import reverse

from umbel.office.accounts.models import LINK_MINUTES, SignInLink
from umbel.office.errors import refused

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from umbel.office.accounts.models import User


def link_for(user: User) -> str:
    """The path of a fresh link that signs an account in: once, within a quarter of an hour."""
    return reverse("sign-in-link", args=[SignInLink.issue(user)])


def enter(request: HttpRequest, secret: str) -> HttpResponse:
    """Asks for a click, then signs in.

    The click is a POST: programs that look at every link in a mail or a chat would use it up before its person does.
    Whether the link is good is told after the click only.
    """
    if request.method != "POST":
        return _private(render(request, "accounts/link.html"))
    user = SignInLink.take(secret)
    if user is None:
        return refused(
            request,
            404,
            f"This link was used, or is older than {LINK_MINUTES} minutes.",
            "Ask for another one: the office makes them, and so does umbel serve when it starts.",
        )
    record_authentication(request, user, method="link")
    login = Login(user=user, email_verification="none")
    return _private(cast("HttpResponse", perform_login(request, login)))


def _private(response: HttpResponse) -> HttpResponse:
    response["Cache-Control"] = "no-store"
    response["Referrer-Policy"] = "same-origin"
    return response
