# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""What is done whenever somebody came in or changed what they come in with, by whatever page."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from allauth.account import signals as account
from allauth.mfa import signals as factor
from allauth.socialaccount import signals as social
from django.contrib.auth.signals import user_logged_in
from django.dispatch import receiver
from django.utils import timezone

from umbel.office.accounts.models import VOUCHED_HOURS
from umbel.office.accounts.sessions import AGENT, BEGAN
from umbel.office.records import Actor, audit

if TYPE_CHECKING:
    from django.http import HttpRequest

    from umbel.office.accounts.models import User


@receiver(user_logged_in)
def came_in(request: HttpRequest, **_: Any) -> None:
    """Keep in the session where and when it began, so that its person can tell it from others."""
    request.session[AGENT] = request.headers.get("User-Agent", "")[:200]
    request.session[BEGAN] = timezone.now().isoformat()


@receiver(account.user_logged_in)
def vouched_for(request: HttpRequest, sociallogin: Any = None, **_: Any) -> None:
    """Roles follow the provider at each sign-in, so whom it vouches for signs in again each working day."""
    if sociallogin is not None:
        request.session.set_expiry(timezone.now() + timedelta(hours=VOUCHED_HOURS))


def _noted(user: User, action: str, detail: str = "") -> None:
    audit(Actor(user.name, user.pk), action, user.name, detail)


@receiver(account.user_signed_up)
def signed_up(user: User, sociallogin: Any = None, **_: Any) -> None:
    """Somebody made an account, or single sign-on made one for them."""
    how = "by single sign-on" if sociallogin is not None else "their own"
    roles = f"roles: {', '.join(sorted(user.all_roles()))}"
    _noted(user, "account.create", f"{how}; {roles}")


@receiver(account.password_set)
@receiver(account.password_changed)
@receiver(account.password_reset)
def password(user: User, **_: Any) -> None:
    """Another password: every session but the one at hand ends by itself, links must be ended."""
    user.links.all().delete()
    _noted(user, "account.password")


@receiver(account.email_confirmed)
def confirmed(email_address: Any, **_: Any) -> None:
    """An address was proven to be theirs."""
    _noted(email_address.user, "account.address", "one more was confirmed")


@receiver(account.email_removed)
def removed(user: User, **_: Any) -> None:
    """An address is theirs no longer."""
    _noted(user, "account.address", "one was removed")


@receiver(account.email_changed)
def changed(user: User, **_: Any) -> None:
    """Mail goes to another address."""
    _noted(user, "account.address", "mail goes to another one")


@receiver(factor.authenticator_added)
@receiver(factor.authenticator_removed)
@receiver(factor.authenticator_reset)
def second_factor(user: User, authenticator: Any, signal: Any, **_: Any) -> None:
    """A second factor came, went, or got fresh codes."""
    done = {
        id(factor.authenticator_added): "added",
        id(factor.authenticator_removed): "removed",
        id(factor.authenticator_reset): "made anew",
    }
    _noted(user, "account.second-factor", f"{authenticator.get_type_display()} {done[id(signal)]}")


@receiver(social.social_account_added)
def joined(sociallogin: Any, **_: Any) -> None:
    """An account that was there is entered by single sign-on from now on."""
    _noted(sociallogin.user, "account.single-sign-on", "joined by a proven address")
