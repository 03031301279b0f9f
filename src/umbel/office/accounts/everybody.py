# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""All accounts, for the office."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from django.contrib import messages
from django.core.paginator import Paginator
from django.db import transaction
from django.db.models import Count, Exists, OuterRef, Q
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone

from umbel.model.errors import UsageError
from umbel.office.accounts import making
from umbel.office.accounts.forms import AccountForm, NewAccountForm
from umbel.office.accounts.links import link_for
from umbel.office.accounts.models import LINK_MINUTES, Token, User
from umbel.office.config import config
from umbel.office.records import audit

if TYPE_CHECKING:
    from django.http import HttpRequest

PER_PAGE = 50


def accounts(request: HttpRequest) -> HttpResponse:
    """The list: by name, found by any part of what is shown."""
    asked = request.GET.get("q", "").strip()[:100]
    found = User.objects.order_by("name").annotate(
        second=Exists(Authenticator.objects.filter(user=OuterRef("pk"), type="totp")),
        elsewhere=Exists(SocialAccount.objects.filter(user=OuterRef("pk"))),
        live_tokens=Count("tokens", filter=Q(tokens__revoked_at=None, tokens__expires_at__gt=timezone.now())),
    )
    whole = User.objects.count()
    if asked:
        found = found.filter(
            Q(name__icontains=asked) | Q(full_name__icontains=asked) | Q(email__icontains=asked)
        )
    page = Paginator(found, PER_PAGE).get_page(request.GET.get("page"))
    shown = {
        "page": page.number,
        "pages": page.paginator.num_pages,
        "total": page.paginator.count,
        "whole": whole,
    }
    told = {"accounts": page.object_list, "page": shown, "asked": asked, "noun": ("account", "accounts")}
    return render(request, "accounts/everybody.html", told)


def new(request: HttpRequest) -> HttpResponse:
    """A new account; its first way in is a link, shown once."""
    form = NewAccountForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        asked = form.cleaned_data
        try:
            user = making.create(
                asked["name"],
                email=asked["email"],
                full_name=asked["full_name"],
                roles=form.chosen(),
                by=request,
            )
        except UsageError as error:
            form.add_error("name", str(error))
        else:
            return _with_link(request, user)
    return render(request, "accounts/new.html", {"form": form})


def account(request: HttpRequest, name: str) -> HttpResponse:
    """One account: what it is, and the form that changes it."""
    user = get_object_or_404(User, name=name)
    form = AccountForm(request.POST or None, user=user)
    if request.method == "POST" and form.is_valid():
        try:
            _changed(request, user, form)
        except UsageError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, "Kept.")
            return HttpResponseRedirect(reverse("account", args=[user.name]))
    return render(request, "accounts/account.html", {"whose": user, "form": form, "facts": _facts(user)})


def _changed(request: HttpRequest, user: User, form: AccountForm) -> None:
    asked = form.cleaned_data
    email = asked["email"].casefold()
    with transaction.atomic():
        if email and User.objects.filter(email__iexact=email).exclude(pk=user.pk).exists():
            raise UsageError("There is an account with that address already.")
        told = [
            f"{what}: {before or 'none'} → {after or 'none'}"
            for what, before, after in (
                ("shown as", user.full_name, asked["full_name"]),
                ("e-mail", user.email, email),
            )
            if before != after
        ]
        user.full_name, moved, user.email = asked["full_name"], user.email != email, email
        if told:
            user.save(update_fields=["full_name", "email"])
            audit(request, "account.change", user.name, "; ".join(told))
        if moved:
            making.prove(user)
        making.set_roles(user, form.chosen(), request)


def _facts(user: User) -> list[tuple[str, Any]]:
    live = Token.objects.filter(user=user, revoked_at=None, expires_at__gt=timezone.now())
    proven = EmailAddress.objects.filter(user=user, verified=True).values_list("email", flat=True)
    ways = [
        *(["a password"] if user.has_usable_password() else []),
        *(["single sign-on"] if SocialAccount.objects.filter(user=user).exists() else []),
        *(["a second factor"] if Authenticator.objects.filter(user=user, type="totp").exists() else []),
    ]
    return [
        ("State", "open" if user.is_active else "closed"),
        ("Roles in all", ", ".join(sorted(user.all_roles())) or "none while it is closed"),
        ("By their groups", ", ".join(sorted(user.claimed_roles)) or "none"),
        ("Groups", ", ".join(user.groups) or "none told"),
        ("Proven addresses", ", ".join(proven) or "none"),
        ("Comes in with", ", ".join(ways) or "a link that the office makes"),
        ("Live tokens", live.count()),
        ("Last signed in", user.last_login or "never"),
        ("Since", user.created_at),
    ]


def close(request: HttpRequest, name: str) -> HttpResponse:
    """Close an account: its sessions, tokens and links end with it."""
    user = get_object_or_404(User, name=name)
    if user == request.user:
        raise UsageError("You can't close your own account.", "Another of the office can.")
    making.close(user, request)
    messages.success(request, f"{user.name} is out: sessions and tokens ended.")
    return HttpResponseRedirect(reverse("account", args=[user.name]))


def reopen(request: HttpRequest, name: str) -> HttpResponse:
    """Open it again."""
    user = get_object_or_404(User, name=name)
    making.reopen(user, request)
    messages.success(request, f"{user.name} may come in again; revoked tokens stay revoked.")
    return HttpResponseRedirect(reverse("account", args=[user.name]))


def link(request: HttpRequest, name: str) -> HttpResponse:
    """A link that signs them in once."""
    user = get_object_or_404(User, name=name)
    if not user.is_active:
        raise UsageError("This account is closed.", "Open it again first.")
    return _with_link(request, user)


def _with_link(request: HttpRequest, user: User) -> HttpResponse:
    home = config().address or request.build_absolute_uri("/").rstrip("/")
    url = home + link_for(user)
    audit(request, "account.link", user.name)
    response = render(request, "accounts/given.html", {"whose": user, "url": url, "minutes": LINK_MINUTES})
    response["Cache-Control"] = "no-store"
    return response
