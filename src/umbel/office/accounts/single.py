# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Single sign-on: the provider says who somebody is and of which groups; `[office.roles]` says what that makes them."""

from __future__ import annotations

import logging
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import urlencode

from allauth.core.exceptions import ImmediateHttpResponse
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.providers.openid_connect import views
from django.http import QueryDict
from django.shortcuts import render
from requests import RequestException

from umbel.office.accounts import making
from umbel.office.accounts.adapter import signs_in_elsewhere
from umbel.office.config import config
from umbel.office.core import workspace
from umbel.office.errors import refused
from umbel.office.records import Actor, audit
from umbel.office.roles import Role

if TYPE_CHECKING:
    from collections.abc import Iterable

    from allauth.socialaccount.models import SocialLogin
    from django.http import HttpRequest, HttpResponse

    from umbel.office.accounts.models import User

log = logging.getLogger("umbel.office.accounts")
MOST_GROUPS = 500
_PROVIDER = Actor("single sign-on", via="office")


class SingleSignOn(DefaultSocialAccountAdapter):  # type: ignore[misc] # allauth tells no types
    """Accounts of people whom the provider vouches for."""

    def is_open_for_signup(self, request: HttpRequest, sociallogin: SocialLogin) -> bool:  # noqa: ARG002 - allauth's
        """Whom the provider knows, and the roles let in, needs no account beforehand."""
        return True

    def populate_user(self, request: HttpRequest, sociallogin: SocialLogin, data: dict[str, Any]) -> Any:
        """Name and address as the provider has them."""
        user = cast("User", super().populate_user(request, sociallogin, data))
        user.name = user.name.casefold()[:150]
        user.full_name = str(data.get("name") or "")[:200]
        return user

    def pre_social_login(self, request: HttpRequest, sociallogin: SocialLogin) -> None:
        """Roles follow the claims, at each sign-in. Raises `ImmediateHttpResponse` for who may not come in."""
        groups = groups_of(sociallogin.account.extra_data)
        roles = roles_of(groups)
        if roles is None:
            if sociallogin.is_existing and signs_in_elsewhere(sociallogin.user):
                making.shut_out_by_groups(sociallogin.user, groups, _PROVIDER)
            raise ImmediateHttpResponse(
                refused(
                    request,
                    403,
                    "None of your groups may use this office.",
                    "Ask the office to let yours in.",
                )
            )
        user = cast("User", sociallogin.user)
        if not sociallogin.is_existing and user.email and _taken(user.email):
            # Nobody proved that the address is theirs: otherwise allauth would have found the account by it.
            raise ImmediateHttpResponse(
                refused(
                    request,
                    403,
                    "There is an account with your address already, and your provider doesn't say that it is yours.",
                    "Ask the office to join the two.",
                )
            )
        told = ([role.value for role in sorted(roles)], groups)
        if told == (user.claimed_roles, user.groups):
            return
        before = list(user.claimed_roles)
        user.claimed_roles, user.groups = told
        if sociallogin.is_existing:
            user.save(update_fields=["claimed_roles", "groups"])
            audit(_PROVIDER, "account.roles", user.name, making.by_groups(before, told[0]))


def _taken(email: str) -> bool:
    from umbel.office.accounts.models import User

    return User.objects.filter(email__iexact=email).exists()


def groups_of(claims: Any) -> list[str]:
    """The groups that a provider tells of somebody: of the user info, else of the token of identity."""
    told = config().oidc
    named = told.groups if told is not None else "groups"
    claims = claims if isinstance(claims, dict) else {}
    for place in (claims.get("userinfo"), claims.get("id_token"), claims):
        value = place.get(named) if isinstance(place, dict) else None
        if isinstance(value, str):
            value = value.split()
        if isinstance(value, list):
            return sorted({str(group)[:200] for group in value if isinstance(group, (str, int))})[
                :MOST_GROUPS
            ]
    return []


def roles_of(groups: Iterable[str]) -> frozenset[Role] | None:
    """What somebody of these groups is; None: they may not come in."""
    said = workspace().settings.office.roles
    mine = list(groups)

    def of(role: Role) -> bool:
        patterns: tuple[str, ...] = getattr(said, role.value)
        return any(fnmatchcase(group, pattern) for pattern in patterns for group in mine)

    roles = frozenset(role for role in Role if of(role))
    if not roles and said.viewer:
        return None
    return roles - {Role.VIEWER}


def login(request: HttpRequest, provider_id: str) -> HttpResponse:
    """Off to the provider, by a page in between.

    A form's answer that leads to another site is stopped by browsers (`form-action`), and a provider may well send
    people on to a third one; a page that leads there is not.
    """
    if request.GET.get("process", "login") != "login" or request.POST.get("process", "login") != "login":
        return refused(
            request, 404, "Accounts are joined by the office."
        )  # allauth's other errands aren't offered
    request.GET = QueryDict(urlencode({"next": request.GET["next"]}) if "next" in request.GET else "")
    try:
        response = cast("HttpResponse", views.login(request, provider_id))
    except RequestException as error:
        return _away(request, error)
    onward = response.get("Location", "")
    if request.method == "POST" and onward.startswith(("https://", "http://")):
        response = render(request, "accounts/onward.html", {"onward": onward, "provider": _title()})
        response["Refresh"] = f"0; url={onward}"
    return response


def callback(request: HttpRequest, provider_id: str) -> HttpResponse:
    """Back from the provider."""
    try:
        return cast("HttpResponse", views.callback(request, provider_id))
    except RequestException as error:
        return _away(request, error)


def _away(request: HttpRequest, error: RequestException) -> HttpResponse:
    log.warning("The provider of single sign-on can't be reached: %s", error)
    return refused(request, 503, f"{_title()} can't be reached just now.", "Try again in a while.")


def _title() -> str:
    told = config().oidc
    return told.name if told is not None else ""
