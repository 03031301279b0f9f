# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Programs come in with a token in place of a session."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib.auth.models import AnonymousUser

from umbel.office.accounts.models import BADGE, VOUCHED_DAYS, Token
from umbel.office.errors import is_api, refused

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpRequest, HttpResponse


ASKS_NOBODY = frozenset({"/metrics", "/api/version"})
"""Prometheus shows a token of its own; clients ask for the version first, and are told of a bad key at the next."""


class Tokens:
    """Sets `request.token`, and its person as `request.user`.

    A token that opens nothing is refused, never passed over: a session that comes along isn't used in its place.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        """Stand before the access table."""
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Go on as the token's person, or as whoever the session knows."""
        secret = None if request.path in ASKS_NOBODY else given(request)
        shown = in_address(request) if secret is None else None
        if secret is None and shown is None:
            request.token = None  # type: ignore[attr-defined]
            return self.get_response(request)
        token = Token.of(secret or shown or "")
        if token is not None and shown is not None and token.scopes != [BADGE]:
            token = None  # what stands in addresses is read by many: it must open nothing else
        if token is None:
            request.user = AnonymousUser()
            response = refused(
                request,
                401,
                "This token is unknown, has run out or was revoked, or its person wasn't here for long.",
                f"Sign in (single sign-on: every {VOUCHED_DAYS} days), and look at your tokens: /me/tokens/.",
            )
            response["WWW-Authenticate"] = 'Bearer error="invalid_token"'
            return response
        token.used()
        request.token = token  # type: ignore[attr-defined]
        request.user = token.user
        # A browser never sends a token by itself, so that no other site can make it do so.
        request._dont_enforce_csrf_checks = True  # type: ignore[attr-defined]  # noqa: SLF001 - Django's own switch
        return self.get_response(request)

    def process_view(
        self,
        request: HttpRequest,
        view: Any,  # noqa: ARG002 - Django's
        args: Any,  # noqa: ARG002 - Django's
        kwargs: Any,  # noqa: ARG002 - Django's
    ) -> HttpResponse | None:
        """Whoever holds a token can't get at what the account itself is proven by."""
        from umbel.office.accounts.routes import PERSONAL

        name = request.resolver_match.url_name if request.resolver_match else None
        if getattr(request, "token", None) is not None and name in PERSONAL:
            return refused(request, 403, "No token opens this page.", "Sign in with your browser.")
        return None


def stale(request: HttpRequest, reason: str = "") -> HttpResponse:  # noqa: ARG001 - Django's
    """A form without the sign that its page was made for this browser: most often the page was open for too long."""
    if is_api(request):
        return refused(request, 403, "A browser's session alone changes nothing here.", "Send a token.")
    return refused(
        request,
        403,
        "This form comes from an older page, or from another site. Nothing was done.",
        "Go back, load the page again, and send it once more.",
    )


def in_address(request: HttpRequest) -> str | None:
    """The token that stands in the address of a badge, as Dependency-Track's do."""
    return request.GET.get("apiKey") if request.path.startswith("/api/v1/badge/") else None


def given(request: HttpRequest) -> str | None:
    """The token that a request shows; None: it shows none, and is somebody's at a browser."""
    key = request.headers.get("X-Api-Key")
    if key is not None:
        return key.strip()
    scheme, _, value = request.headers.get("Authorization", "").partition(" ")
    return value.strip() if scheme.casefold() == "bearer" else None
