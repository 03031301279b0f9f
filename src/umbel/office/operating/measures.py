# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""What Prometheus is told: requests by route, method and outcome, and how long they took."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from prometheus_client import REGISTRY as OF_THIS_PROCESS
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest, multiprocess

if TYPE_CHECKING:
    from django.http import HttpRequest

BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.15, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)
MULTIPROCESS = "PROMETHEUS_MULTIPROC_DIR"
"""Where processes of one server put their counts, so that any of them tells all; `umbel serve` sets it."""

requests = Counter("umbel_requests_total", "Requests answered.", ["route", "method", "status"])
seconds = Histogram("umbel_request_seconds", "How long answers took.", ["route", "method"], buckets=BUCKETS)
age = Gauge(
    "umbel_edition_age_seconds",
    "How old the edition is that pages show.",
    multiprocess_mode="mostrecent",
)
uploads = Counter("umbel_uploads_total", "Documents that were uploaded, by outcome.", ["outcome"])


def measured(request: HttpRequest, status: int, took: float, route: str) -> None:
    """Count one request. Routes are counted by name, so that nobody makes up labels."""
    method = (
        request.method if request.method in {"GET", "HEAD", "POST", "PUT", "DELETE", "PATCH"} else "other"
    )
    requests.labels(route, method, str(status)).inc()
    seconds.labels(route, method).observe(took)


def told() -> bytes:
    """Everything, in Prometheus's text format."""
    if os.environ.get(MULTIPROCESS):
        registry = CollectorRegistry()
        multiprocess.MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
        return generate_latest(registry)
    return generate_latest(OF_THIS_PROCESS)
