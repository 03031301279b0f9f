# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""What every request passes: a clear end for what goes wrong, headers, and the access table."""

from __future__ import annotations

import logging
import secrets
import time
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from django.db import Error as DatabaseError
from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse

from umbel.model.errors import NoEvidenceError, UmbelError, UsageError
from umbel.office.errors import is_api, refused
from umbel.office.roles import allows
from umbel.office.routes import table
from umbel.office.seen import seen

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpRequest

log = logging.getLogger("umbel.office.requests")

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'; manifest-src 'self'"
)


class Watch:
    """Times each request, writes one line of log, and turns what went wrong below into an answer."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        """Stand around everything else."""
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer, whatever happens."""
        from umbel.office.operating import measured

        started = time.perf_counter()
        request.umbel_id = request.headers.get("X-Request-Id", "")[:64] or secrets.token_hex(8)  # type: ignore[attr-defined]
        try:
            response = self.get_response(request)
        except DatabaseError:
            log.exception("The database can't be reached")
            response = unreachable()
        seconds = time.perf_counter() - started
        match = request.resolver_match
        route = match.url_name if match and match.url_name else "none"
        measured(request, response.status_code, seconds, route)
        response["X-Request-Id"] = request.umbel_id  # type: ignore[attr-defined]
        response["Server-Timing"] = f"total;dur={seconds * 1000:.1f}"
        return response


def unreachable() -> HttpResponse:
    """What is said while the database is away: no template, since these ask it."""
    return HttpResponse(
        "<!doctype html><html lang=en><meta charset=utf-8><title>Umbel</title><h1>The office can't answer just now</h1>"
        "<p>Its database can't be reached. Nothing that you sent was kept in part. Try again in a while.</p>",
        status=503,
        headers={"Retry-After": "10"},
    )


class Headers:
    """What browsers are told of every answer."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        """Stand around the rest."""
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer, with headers."""
        response = self.get_response(request)
        response.setdefault("Content-Security-Policy", POLICY)
        response.setdefault("Permissions-Policy", "camera=(), geolocation=(), microphone=(), payment=()")
        response.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        if not request.path.startswith("/static/"):
            response.setdefault("Cache-Control", "private, no-cache")
        return response


class Access:
    """Lets through whom the access table names, and nobody else; says in one line what a use case refused."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        """Stand before the views."""
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Go on; `process_view` decides."""
        return self.get_response(request)

    def process_view(
        self,
        request: HttpRequest,
        _view: Any,
        _args: Any,
        _kwargs: Any,
    ) -> HttpResponse | None:
        """None where the table allows it, else the refusal."""
        name = request.resolver_match.url_name if request.resolver_match else None
        route = table().get(name or "")
        if route is None:  # whitenoise and the like never come here
            return refused(request, 404, f"There is no page {request.path}.")
        who = route.who(request.method or "GET")
        if who is None:
            offered = ", ".join(sorted(route.allow))
            response = refused(request, 405, f"{request.method} isn't offered here.", f"Offered: {offered}.")
            response["Allow"] = offered
            return response
        looks = seen(request)
        request.seen = looks  # type: ignore[attr-defined]
        if not allows(who, looks.roles, public_catalogue=looks.public_catalogue):
            return self._refuse(request, signed_in=looks.user is not None)
        token = getattr(request, "token", None)
        if token is not None and not token.may(request.method or "GET", route.scope):
            return refused(
                request, 403, "This token may not do that.", "Its scopes are shown with your tokens."
            )
        return None

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """What the core refuses is told as it says it."""
        if isinstance(exception, NoEvidenceError):
            return refused(request, 409, str(exception), getattr(exception, "hint", None))
        if isinstance(exception, UsageError):
            return refused(request, 422, str(exception), getattr(exception, "hint", None))
        if isinstance(exception, UmbelError):
            log.warning("%s", exception)
            return refused(request, 503, str(exception), getattr(exception, "hint", None))
        if isinstance(exception, DatabaseError):
            log.error("The database can't be reached: %s", type(exception).__name__)
            return unreachable()
        return None

    def _refuse(self, request: HttpRequest, *, signed_in: bool) -> HttpResponse:
        if signed_in:
            return refused(
                request, 403, "Your account may not see or do this.", "Ask the office if you need it."
            )
        if is_api(request):
            response = refused(
                request, 401, "No account or token was given.", "Send `Authorization: Bearer …`."
            )
            response["WWW-Authenticate"] = "Bearer"
            return response
        onward = request.get_full_path() if request.method in {"GET", "HEAD"} else "/"
        return HttpResponseRedirect(f"{reverse('account_login')}?{urlencode({'next': onward})}")
