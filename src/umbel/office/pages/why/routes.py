# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Who may ask why: whoever may see a figure."""

from __future__ import annotations

from umbel.office.routes import page

_VIEWS = "umbel.office.pages.why.views"

ROUTES = [
    page("why/", f"{_VIEWS}.home", "why", title="Every figure and why"),
    page(
        "why/indicator/<slug:name>/",
        f"{_VIEWS}.indicator",
        "why-indicator",
        sample={"name": "inventory_coverage"},
    ),
    page("why/metric/<slug:name>/", f"{_VIEWS}.metric", "why-metric", sample={"name": "absence_factor"}),
    page("why/practice/", f"{_VIEWS}.practice", "why-practice"),
    page("why/edition/", f"{_VIEWS}.edition", "why-edition", title="How the figures were made"),
]
