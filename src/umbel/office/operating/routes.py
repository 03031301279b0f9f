# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Addresses for those who run the office."""

from umbel.office.roles import Who
from umbel.office.routes import page

_VIEWS = "umbel.office.operating.views"
ROUTES = [
    page("healthz", f"{_VIEWS}.live", "healthz", who=Who.ANYONE),
    page("readyz", f"{_VIEWS}.ready", "readyz", who=Who.ANYONE),
    page("metrics", f"{_VIEWS}.metrics", "metrics", who=Who.ANYONE),
]
