# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""What every request passes: a clear end for what goes wrong, headers, and the access table."""

from __future__ import annotations

import logging
import math
import re
import secrets
import time
from functools import cache
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from django.db import Error as DatabaseError
from django.http import HttpResponseRedirect
from django.urls import resolve, reverse

from umbel.model.errors import NoEvidenceError, UmbelError, UsageError
from umbel.office import away
from umbel.office.config import config
from umbel.office.errors import is_api, refused
from umbel.office.pace import Pace
from umbel.office.roles import allows
from umbel.office.routes import table
from umbel.office.seen import seen

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpRequest, HttpResponse

    from umbel.office.accounts.models import Token

log = logging.getLogger("umbel.office.requests")

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'; manifest-src 'self'"
)
_PLAIN = re.compile(r"[\w.:-]{1,64}", re.ASCII)
MENDED = "Whoever runs the office finds in the log what is to be mended in umbel.toml."
_QUIET = frozenset({"healthz", "readyz", "metrics"})
"""Asked every few seconds: a line of log only where something is wrong."""


class Watch:
    """Times each request, writes one line of log, and turns what went wrong below into an answer."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        """Stand around everything else."""
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer, whatever happens."""
        from umbel.office.operating.measures import measured

        started = time.perf_counter()
        request.umbel_id = _named(request)  # type: ignore[attr-defined]
        try:
            response = self.get_response(request)
        except Exception as error:  # noqa: BLE001 - not even the page that says so could be made
            response = headed(request, nobody_known(request, error) or broke(request, error))
        seconds = time.perf_counter() - started
        match = request.resolver_match
        route = match.url_name if match and match.url_name else "none"
        measured(request, response.status_code, seconds, route)
        _noted(request, response.status_code, seconds, route)
        response["X-Request-Id"] = request.umbel_id  # type: ignore[attr-defined]
        response["Server-Timing"] = f"total;dur={seconds * 1000:.1f}"
        return response


def _named(request: HttpRequest) -> str:
    """What a request is called in the log: as a proxy called it, where that is a plain word."""
    given = request.headers.get("X-Request-Id", "")
    return given if _PLAIN.fullmatch(given) else secrets.token_hex(8)


def _noted(request: HttpRequest, status: int, seconds: float, route: str) -> None:
    """One line of log. The pattern and not the address: addresses name projects, and some hold a secret."""
    if route in _QUIET and status < 400:
        return
    match = request.resolver_match
    where = f"/{match.route}" if match and match.route is not None else "-"
    log.log(
        logging.INFO if status < 500 else logging.WARNING,
        "%s %s %d in %.0f ms",
        request.method if (request.method or "").isalpha() else "?",
        where,
        status,
        seconds * 1000,
        extra={
            "id": request.umbel_id,  # type: ignore[attr-defined]
            "route": route,
            "status": status,
            "seconds": round(seconds, 4),
        },
    )


def told(request: HttpRequest, error: BaseException) -> HttpResponse | None:
    """What is said where something that answers stand on is away; None where nothing is."""
    found = away.away(error)
    if found is None:
        return None
    log.error("%s", found.logged, extra={"id": getattr(request, "umbel_id", "")})
    return away.answer(request, found.said)


def nobody_known(request: HttpRequest, error: BaseException) -> HttpResponse | None:
    """What is said where it can't be found out who asks, and what is theirs to see; None where nothing is away."""
    if (response := told(request, error)) is not None or not isinstance(error, UmbelError):
        return response
    log.error("%s", error)
    if isinstance(error, UsageError):
        return away.answer(request, "The office's settings have a fault.", MENDED)
    return away.answer(request, "The evidence can't be read just now.")


def broke(request: HttpRequest, error: BaseException) -> HttpResponse:
    """The plain end of what broke where even its page broke."""
    log.error("A request broke, and so did the page that says so", exc_info=error)
    return away.answer(request, "It was written to the log.", status=500)


class Probes:
    """Answers those who ask whether the office is well before anything is asked that may be away.

    Orchestrators ask by the address of a machine that isn't among the names of the office, and restart what answers
    wrongly: a database that is away mustn't look like a process that is.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        """Stand before sessions, tokens and accounts."""
        self.get_response = get_response
        self.views = {f"/{name}": name for name in ("healthz", "readyz", "metrics")}

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer, or go on."""
        name = self.views.get(request.path_info)
        if name is None or request.method not in {"GET", "HEAD"}:
            return self.get_response(request)
        match = request.resolver_match = resolve(request.path_info)
        response: HttpResponse = match.func(request, *match.args, **match.kwargs)
        return response


class Headers:
    """What browsers are told of every answer."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        """Stand around the rest."""
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer, with headers."""
        return headed(request, self.get_response(request))


def headed(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    """An answer with what browsers are to be told, unless its page says otherwise."""
    response.setdefault("Content-Security-Policy", POLICY)
    response.setdefault("Permissions-Policy", "camera=(), geolocation=(), microphone=(), payment=()")
    response.setdefault("Cross-Origin-Resource-Policy", "same-origin")
    response.setdefault("X-Content-Type-Options", "nosniff")
    if not request.path.startswith("/static/"):
        response.setdefault("Cache-Control", "private, no-cache")
    return response


@cache
def _paced() -> Pace:
    return Pace(config().pace)


def _too_often(request: HttpRequest, token: Token) -> HttpResponse | None:
    """The refusal of a token that asks faster than the office lets any."""
    wait = _paced().wait(token.pk)
    if not wait:
        return None
    seconds = math.ceil(wait)
    hint = f"Wait {seconds} s; whoever runs the office sets the pace."
    return refused(request, 429, "This token asks too often.", hint, seconds)


class Access:
    """Lets through whom the access table names, and nobody else; says in one line what a use case refused."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        """Stand before the views."""
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Go on, unless a token asks too often; `process_view` decides who may."""
        token = getattr(request, "token", None)
        refusal = None if token is None else _too_often(request, token)
        return self.get_response(request) if refusal is None else refusal

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
        try:
            looks = request.seen = seen(request)  # type: ignore[attr-defined]
        except (UmbelError, OSError, DatabaseError) as error:
            if (unknown := nobody_known(request, error)) is None:
                raise
            return unknown
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
            return refused(request, 409, exception.message, exception.hint)
        if isinstance(exception, UsageError):
            return refused(request, 422, exception.message, exception.hint)
        if (response := told(request, exception)) is not None:
            return response
        if isinstance(exception, UmbelError):
            log.warning("%s", exception)
            said = exception.message.replace(
                f"{config().workspace}/", ""
            )  # where it lies is nobody's business
            return refused(request, 503, said, exception.hint, away.RETRY)
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
