# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Who may use the office's own pages."""

from __future__ import annotations

from umbel.office.roles import Who
from umbel.office.routes import page

_FRAMEWORK = {"framework": "flower"}
_PRACTICE = {"framework": "flower", "practice": "office-mandate"}
_VIEWS = "umbel.office.pages.centre.views"
_MEANS = "umbel.office.pages.centre.means"

ROUTES = [
    page("office/", f"{_VIEWS}.home", "centre", title="Maturity and plan"),
    page("office/frameworks/<slug:framework>/", f"{_VIEWS}.framework", "framework", sample=_FRAMEWORK),
    page(
        "office/frameworks/<slug:framework>/<slug:practice>/",
        f"{_VIEWS}.practice",
        "practice",
        sample=_PRACTICE,
    ),
    page("office/plan/", f"{_VIEWS}.plan", "action-plan", title="Action plan"),
    page("office/questions/", f"{_VIEWS}.questions", "questions", title="Questions to answer"),
    page(
        "office/questions/<path:claim>/",
        "umbel.office.pages.centre.saying.attest",
        "attest",
        post=Who.APPROVER,
        scope="decide",
        sample={"claim": "mandate"},
    ),
    page("office/sources/", f"{_VIEWS}.sources", "sources", title="Evidence sources"),
    page(
        "office/published/",
        "umbel.office.pages.centre.saying.published",
        "published",
        post=Who.OFFICE,
        scope="decide",
        title="Published projects",
    ),
    page("office/means/", f"{_MEANS}.office_plan", "office-plan", title="The office itself"),
    page(
        "office/means/<slug:kind>/",
        f"{_MEANS}.record",
        "office-record",
        who=Who.OFFICE,
        post=Who.OFFICE,
        scope="decide",
        sample={"kind": "people"},
    ),
]
