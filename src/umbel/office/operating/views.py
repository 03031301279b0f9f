# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""What orchestrators and monitors ask: is it alive, can it answer, how is it doing."""

from __future__ import annotations

import hmac
import os
from typing import TYPE_CHECKING

from django.http import HttpResponse, JsonResponse
from prometheus_client import CONTENT_TYPE_LATEST

from umbel.office.operating import measures, standing

if TYPE_CHECKING:
    from django.http import HttpRequest


def live(request: HttpRequest) -> HttpResponse:  # noqa: ARG001 - Django's
    """The process answers."""
    return HttpResponse("ok\n", content_type="text/plain")


def ready(request: HttpRequest) -> HttpResponse:  # noqa: ARG001 - Django's
    """Each thing that answers stand on. 503 where none can be given: without the database, or with nothing to show.

    A lake that is away is told and no reason to send nobody here: pages are read from editions.
    """
    found = {"database": standing.database(), "lake": standing.lake(), "edition": standing.edition()}
    works = found["database"] == "ok" and (found["lake"] != "failed" or found["edition"] != "coming")
    return JsonResponse(found, status=200 if works else 503)


def metrics(request: HttpRequest) -> HttpResponse:
    """Prometheus's text. To loopback, or to who sends the token that the deployment gave out for it."""
    secret = os.environ.get("UMBEL_METRICS_TOKEN", "")
    given = request.headers.get("Authorization", "").removeprefix("Bearer ")
    forwarded = "X-Forwarded-For" in request.headers
    near = request.META.get("REMOTE_ADDR") in {"127.0.0.1", "::1"} and not forwarded
    if not near and not (secret and hmac.compare_digest(secret.encode(), given.encode())):
        return HttpResponse("Metrics are told to loopback, or with UMBEL_METRICS_TOKEN.\n", status=403)
    measures.take_stock()
    return HttpResponse(measures.told(), content_type=CONTENT_TYPE_LATEST)
