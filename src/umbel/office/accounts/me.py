# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""One's own page: how one is shown, what one comes in with, where one is signed in."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any, cast

from allauth.mfa.utils import is_mfa_enabled
from django.contrib import messages
from django.http import HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from umbel.office.accounts.adapter import sends_mail, signs_in_elsewhere
from umbel.office.accounts.forms import ProfileForm
from umbel.office.accounts.models import Session, User
from umbel.office.config import config
from umbel.office.errors import refused
from umbel.office.records import audit

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse


def me(request: HttpRequest) -> HttpResponse:
    """The page, and its one form."""
    user = cast("User", request.user)
    form = ProfileForm(request.POST or None, initial={"full_name": user.full_name})
    if request.method == "POST" and form.is_valid():
        before, user.full_name = user.full_name, form.cleaned_data["full_name"].strip()
        if user.full_name != before:
            user.save(update_fields=["full_name"])
            audit(
                request,
                "account.shown-as",
                user.name,
                f"{before or user.name} → {user.full_name or user.name}",
            )
        messages.success(request, "Kept.")
        return HttpResponseRedirect(reverse("me"))
    told = {
        "form": form,
        "facts": _facts(user),
        "proofs": _proofs(user),
        "sessions": _sessions(request, user),
    }
    return render(request, "accounts/me.html", told)


def _facts(user: User) -> list[tuple[str, Any]]:
    given, told = sorted(user.roles), sorted(user.claimed_roles)
    return [
        ("Account", user.name),
        ("E-mail", user.email or "none"),
        ("Roles", ", ".join(sorted(user.all_roles()))),
        ("Given by the office", ", ".join(given) or "none beyond reading"),
        ("By your groups", ", ".join(told) or "none"),
        ("Since", user.created_at),
    ]


def _proofs(user: User) -> dict[str, Any]:
    elsewhere = signs_in_elsewhere(user)
    told = config().oidc
    return {
        "elsewhere": elsewhere,
        "provider": told.name if told is not None else "single sign-on",
        "password": user.has_usable_password(),
        "second": is_mfa_enabled(user),
        "mail": sends_mail(),
    }


def _sessions(request: HttpRequest, user: User) -> list[dict[str, Any]]:
    open_now = Session.objects.filter(user=user, expire_date__gt=timezone.now()).order_by("-began_at")[:50]
    return [
        {
            "id": _id(session),
            "browser": _browser(session.agent),
            "began_at": session.began_at,
            "here": session.session_key == request.session.session_key,
        }
        for session in open_now
    ]


def _id(session: Session) -> str:
    """What a page may know of a session: its key is what signs in, and never stands on one."""
    return hashlib.sha256(session.session_key.encode()).hexdigest()[:20]


_BROWSERS = (
    ("Edg/", "Edge"),
    ("OPR/", "Opera"),
    ("Firefox/", "Firefox"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
)
_SYSTEMS = (
    ("Android", "Android"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Windows", "Windows"),
    ("Mac OS", "macOS"),
    ("Linux", "Linux"),
)


def _browser(agent: str) -> str:
    """A browser in words; as it calls itself where that isn't known."""
    name = next((name for mark, name in _BROWSERS if mark in agent), None)
    system = next((name for mark, name in _SYSTEMS if mark in agent), None)
    return f"{name} on {system}" if name and system else name or agent[:60] or "unknown"


def end(request: HttpRequest) -> HttpResponse:
    """End one of one's sessions, or all but this one."""
    user, wanted = cast("User", request.user), request.POST.get("session", "")
    others = Session.objects.filter(user=user).exclude(session_key=request.session.session_key)
    keys = [each.session_key for each in others if wanted in {"others", _id(each)}]
    if not keys and wanted != "others":
        return refused(request, 404, "That session has ended already.")
    ended, _ = Session.objects.filter(session_key__in=keys).delete()
    if ended:
        audit(request, "session.end", user.name, f"{ended} of {user.name}'s")
    messages.success(request, "Signed out there." if ended else "There was no other.")
    return HttpResponseRedirect(reverse("me"))
