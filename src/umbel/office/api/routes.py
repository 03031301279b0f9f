# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""The API's lines of the access table, made from its operations."""

from __future__ import annotations

from umbel.office.api import (
    asked,
    catalogue,
    decisions,
    incidents,
    metrics,
    office,
    papers,
    products,
    reference,
    requests,
    shared,
    uploads,
)
from umbel.office.api.dependency_track import operations
from umbel.office.api.machine import routes
from umbel.office.roles import Who
from umbel.office.routes import page

DECLARED = (
    office,
    uploads,
    requests,
    decisions,
    products,
    incidents,
    shared,
    asked,
    papers,
    metrics,
    operations,
)
"""Modules that declare operations when they are imported, in the order of the reference."""

catalogue.declare()
ROUTES = [
    page("api/v1/openapi.json", reference.described, "api-openapi", who=Who.VIEWER, scope="upload"),
    page("reference/", reference.page, "api", who=Who.VIEWER, title="API"),
    page(
        "reference/<slug:name>",
        reference.operation_page,
        "api-operation",
        who=Who.VIEWER,
        sample={"name": "me"},
    ),
    *routes(),
]
