# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""What Prometheus is told: requests by route, method and outcome, and how long they took."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Final

from prometheus_client import REGISTRY as OF_THIS_PROCESS
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest, multiprocess

from umbel.office.operating.serving import MULTIPROCESS

if TYPE_CHECKING:
    from django.http import HttpRequest

BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.15, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)

requests = Counter("umbel_requests_total", "Requests answered.", ["route", "method", "status"])
seconds = Histogram("umbel_request_seconds", "How long answers took.", ["route", "method"], buckets=BUCKETS)
_MOST_RECENT: Final = "mostrecent"
age = Gauge(
    "umbel_edition_age_seconds", "How old the edition is that pages show.", multiprocess_mode=_MOST_RECENT
)
behind = Gauge(
    "umbel_edition_behind",
    "1 while there is newer evidence, or newer records, than pages show.",
    multiprocess_mode=_MOST_RECENT,
)
failed = Gauge(
    "umbel_edition_parts_failed",
    "Parts of the edition that couldn't be made.",
    multiprocess_mode=_MOST_RECENT,
)
days = Gauge("umbel_days_wanted", "Past days that wait to be made.", multiprocess_mode=_MOST_RECENT)
up = Gauge(
    "umbel_up",
    "1 where a thing that the office stands on is there.",
    ["part"],
    multiprocess_mode=_MOST_RECENT,
)
messages = Gauge(
    "umbel_messages",
    "Mail and webhooks that wait, and those that nobody took in the last days.",
    ["state"],
    multiprocess_mode=_MOST_RECENT,
)


def measured(request: HttpRequest, status: int, took: float, route: str) -> None:
    """Count one request. Routes are counted by name, so that nobody makes up labels."""
    method = (
        request.method if request.method in {"GET", "HEAD", "POST", "PUT", "DELETE", "PATCH"} else "other"
    )
    requests.labels(route, method, str(status)).inc()
    seconds.labels(route, method).observe(took)


def take_stock() -> None:
    """Note how everything stands just now."""
    from umbel.office.operating import standing

    found = standing.stock()
    for part, there in (("database", found.database), ("lake", found.lake), ("worker", found.worker)):
        up.labels(part).set(there)
    if found.edition_age is not None:
        age.set(found.edition_age)
    behind.set(found.edition_behind)
    failed.set(found.edition_failed)
    days.set(found.days_wanted)
    for state, number in (("waiting", found.mail_waiting), ("failed", found.mail_failed)):
        if number is not None:
            messages.labels(state).set(number)


def told() -> bytes:
    """Everything, in Prometheus's text format."""
    if os.environ.get(MULTIPROCESS):
        registry = CollectorRegistry()
        multiprocess.MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
        return generate_latest(registry)
    return generate_latest(OF_THIS_PROCESS)
