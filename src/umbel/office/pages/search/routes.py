# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Who may search: everybody, among what they may open."""

from __future__ import annotations

from umbel.office.roles import Who
from umbel.office.routes import page

ROUTES = [
    page("search/", "umbel.office.pages.search.views.search", "search", who=Who.CATALOGUE, title="Search")
]
