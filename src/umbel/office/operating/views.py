# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""What orchestrators and monitors ask: is it alive, can it answer, how is it doing."""

from __future__ import annotations

import hmac
import os
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from django.db import DatabaseError, connection
from django.http import HttpResponse, JsonResponse
from prometheus_client import CONTENT_TYPE_LATEST

from umbel.model.errors import UmbelError
from umbel.office.config import config
from umbel.office.editions.store import Store
from umbel.office.operating import measures

if TYPE_CHECKING:
    from django.http import HttpRequest


def live(request: HttpRequest) -> HttpResponse:  # noqa: ARG001 - Django's
    """The process answers."""
    return HttpResponse("ok\n", content_type="text/plain")


def ready(request: HttpRequest) -> HttpResponse:  # noqa: ARG001 - Django's
    """Each thing that answers stand on: the database, the lake, an edition. 503 without database or lake."""
    found = {"database": _database(), "lake": _lake(), "edition": _edition()}
    works = found["database"] == "ok" and found["lake"] != "failed"
    return JsonResponse(found, status=200 if works else 503)


def metrics(request: HttpRequest) -> HttpResponse:
    """Prometheus's text. To loopback, or to who sends the token that the deployment gave out for it."""
    secret = os.environ.get("UMBEL_METRICS_TOKEN", "")
    given = request.headers.get("Authorization", "").removeprefix("Bearer ")
    forwarded = "X-Forwarded-For" in request.headers
    near = request.META.get("REMOTE_ADDR") in {"127.0.0.1", "::1"} and not forwarded
    if not near and not (secret and hmac.compare_digest(secret.encode(), given.encode())):
        return HttpResponse("Metrics are told to loopback, or with UMBEL_METRICS_TOKEN.\n", status=403)
    store = Store(config().folder)
    pointer = store.pointer(None)
    if pointer and pointer.finished and (edition := store.edition(pointer.finished)):
        measures.age.set((datetime.now(UTC) - edition.made_at).total_seconds())
    return HttpResponse(measures.told(), content_type=CONTENT_TYPE_LATEST)


def _database() -> str:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        return "failed"
    return "ok"


def _lake() -> str:
    from umbel.office.core import workspace

    try:
        lake = workspace()._lake_if_any()  # noqa: SLF001 - the core's own way to ask whether there is one
        if lake is None:
            return "empty"
        lake.pin()
    except (UmbelError, OSError):
        return "failed"
    return "ok"


def _edition() -> str:
    pointer = Store(config().folder).pointer(None)
    if pointer is None or pointer.finished is None:
        return "coming"
    return "ok" if pointer.finished == pointer.wanted else "older"
