# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""What is answered when something can't be: a page for people, problem+json (RFC 9457) for programs."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from django.http import HttpResponse
from django.shortcuts import render

if TYPE_CHECKING:
    from django.http import HttpRequest

TITLES = {
    400: "That can't be read",
    401: "Please sign in",
    403: "This isn't yours to see",
    404: "There is nothing here",
    405: "That can't be done here",
    409: "Somebody was quicker",
    413: "That is too large",
    422: "That can't be taken",
    429: "Too many tries",
    500: "Something broke here",
    503: "The office can't answer just now",
}


def is_api(request: HttpRequest) -> bool:
    """Whether a program asks."""
    return request.path.startswith("/api/")


def problem(status: int, detail: str, *, hint: str | None = None, **more: Any) -> HttpResponse:
    """An error for programs, in the one shape that the API has."""
    body = {
        "type": "about:blank",
        "title": TITLES.get(status, "Error"),
        "status": status,
        "detail": detail,
        **more,
    }
    if hint:
        body["hint"] = hint
    return HttpResponse(json.dumps(body), status=status, content_type="application/problem+json")


def refused(
    request: HttpRequest, status: int, detail: str, hint: str | None = None, retry: int | None = None
) -> HttpResponse:
    """An error for whoever asked; `retry`: in so many seconds it may be otherwise."""
    response = _refused(request, status, detail, hint)
    if retry is not None:
        response["Retry-After"] = str(retry)
    return response


def _refused(request: HttpRequest, status: int, detail: str, hint: str | None) -> HttpResponse:
    if is_api(request):
        return problem(status, detail, hint=hint)
    told: dict[str, Any] = {
        "status": status,
        "title": TITLES.get(status, "Error"),
        "detail": detail,
        "hint": hint,
    }
    if status == 404:
        told["wanted"] = _words_of(request.path)
    if request.method == "GET":
        told["onward"] = request.get_full_path()
    return render(request, "error.html", told, status=status)


def _words_of(path: str) -> str:
    """What somebody may have looked for: the last words of an address."""
    return path.rstrip("/").rpartition("/")[2].replace("-", " ")[:200]


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:  # noqa: ARG001 - Django's
    """400."""
    return refused(request, 400, "The request can't be read.", "Go back and try again.")


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:  # noqa: ARG001 - Django's
    """403."""
    return refused(request, 403, "Your account may not see or do this.", "Ask the office if you need it.")


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """404; a sentence that was raised with it is told."""
    said = exception.args[0] if exception and exception.args and isinstance(exception.args[0], str) else None
    if is_api(request):
        return problem(
            404, said or f"There is no {request.path}.", hint="/api/v1/openapi.json lists what there is."
        )
    return refused(request, 404, said or f"There is no page {request.path}.")


def too_many(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:  # noqa: ARG001 - Django's
    """429."""
    return refused(request, 429, "There were too many tries.", "Wait a few minutes.")


def failed(request: HttpRequest) -> HttpResponse:
    """500: nothing of what broke is told, it is in the log."""
    return refused(
        request,
        500,
        "It was written to the log. Nothing that you sent was kept in part.",
        "Try again in a while.",
    )
