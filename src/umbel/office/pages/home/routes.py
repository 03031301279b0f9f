# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Who may see the first page, choose colours, and look at the parts."""

from __future__ import annotations

from umbel.office.roles import Who
from umbel.office.routes import Route, page

_HERE = "umbel.office.pages.home"

ROUTES = [
    page("", f"{_HERE}.views.home", "home", title="Home"),
    page("style/", f"{_HERE}.style.style", "style", who=Who.OFFICE),
    page(
        "charts/<str:name>.js",
        "umbel.office.charts.library",
        "script-charts",
        who=Who.ANYONE,
        sample={"name": "none"},
    ),
    Route(path="theme/", view=f"{_HERE}.views.theme", name="theme", allow={"POST": Who.ANYONE}),
]
