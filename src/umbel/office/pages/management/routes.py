# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Who may use the pages for management."""

from __future__ import annotations

from typing import Any

from umbel.office.roles import Who
from umbel.office.routes import page

_VIEWS = "umbel.office.pages.management.views"
_GOALS = "umbel.office.pages.management.goals"
_PAPERS = "umbel.office.pages.management.papers"
_WRITTEN: dict[str, Any] = {"who": Who.OFFICE, "post": Who.OFFICE, "scope": "decide"}
_GOAL = {"name": "licences-known"}

ROUTES = [
    page("management/", f"{_VIEWS}.home", "management", title="Goals and value"),
    page("management/goals/", f"{_GOALS}.goals", "goals", title="Goals"),
    page("management/goals/new/", f"{_GOALS}.new", "goal-new", **_WRITTEN),
    page("management/goals/<slug:name>/", f"{_GOALS}.goal", "goal", sample=_GOAL),
    page("management/goals/<slug:name>/edit/", f"{_GOALS}.edit", "goal-edit", sample=_GOAL, **_WRITTEN),
    page("management/goals/<slug:name>/end/", f"{_GOALS}.end", "goal-end", sample=_GOAL, **_WRITTEN),
    page("management/kpis/", f"{_VIEWS}.kpis", "kpis", title="Key figures"),
    page("management/kpis/<slug:name>/", f"{_VIEWS}.kpi", "kpi", sample={"name": "inventory_coverage"}),
    page("management/value/", f"{_VIEWS}.value", "value", title="Value"),
    page("management/budgets/", f"{_VIEWS}.budgets", "budgets", title="Budgets"),
    page("management/documents/", f"{_PAPERS}.documents", "documents", title="Documents"),
    page("management/documents/pack/", f"{_PAPERS}.pack", "pack", **_WRITTEN),
    page(
        "management/documents/<slug:name>/",
        f"{_PAPERS}.document",
        "document",
        post=Who.VIEWER,
        scope="read",
        sample={"name": "policy-use"},
    ),
]
