# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""One's tokens: what programs show in place of a password."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from allauth.account.internal.flows.reauthentication import did_recently_reauthenticate
from allauth.core.exceptions import ReauthenticationRequired
from django.contrib import messages
from django.http import HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from umbel.office.accounts.forms import TokenForm
from umbel.office.accounts.models import Token, User
from umbel.office.errors import refused
from umbel.office.records import audit

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

MOST = 100
"""Tokens that one account may have at a time."""


def tokens(request: HttpRequest) -> HttpResponse:
    """One's tokens, and the form of a new one. Its secret is on the answer to the form and never again."""
    user = cast("User", request.user)
    if not did_recently_reauthenticate(request):
        # A token is as good as a password: a browser that was left open gives none away.
        raise ReauthenticationRequired
    form, secret = TokenForm(request.POST or None), None
    if request.method == "POST" and form.is_valid():
        if Token.objects.filter(user=user, revoked_at=None, expires_at__gt=timezone.now()).count() >= MOST:
            return refused(request, 409, f"You have {MOST} tokens.", "Revoke some that nothing uses.")
        asked = form.cleaned_data
        token, secret = Token.issue(user, asked["name"], asked["scopes"], asked["days"])
        audit(
            request,
            "token.create",
            f"{token.prefix}… {token.name}",
            f"may {', '.join(token.scopes)} until {token.expires_at:%Y-%m-%d}",
        )
        form = TokenForm()
    mine = Token.objects.filter(user=user).order_by("-created_at", "-pk")[: 2 * MOST]
    told = {"form": form, "secret": secret, "tokens": mine, "now": timezone.now()}
    response = render(request, "accounts/tokens.html", told)
    response["Cache-Control"] = "no-store"
    return response


def revoke(request: HttpRequest, key: int) -> HttpResponse:
    """End one of one's tokens, at once."""
    mine = Token.objects.filter(user=cast("User", request.user), pk=key).first()
    if mine is None:
        return refused(request, 404, "You have no such token.")
    if Token.objects.filter(pk=mine.pk, revoked_at=None).update(revoked_at=timezone.now()):
        audit(request, "token.revoke", f"{mine.prefix}… {mine.name}")
    messages.success(request, f"{mine.name} opens nothing any more.")
    return HttpResponseRedirect(reverse("me-tokens"))
