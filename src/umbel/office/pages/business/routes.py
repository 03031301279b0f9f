# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Who may use the pages for business."""

from __future__ import annotations

from umbel.office.roles import Who
from umbel.office.routes import page

_VIEWS = "umbel.office.pages.business.views"
_STAKES = "umbel.office.pages.business.stakes"

ROUTES = [
    page("business/", f"{_VIEWS}.home", "business", title="Business"),
    page("business/exposure/", f"{_VIEWS}.exposure", "exposure", title="Exposure"),
    page(
        "business/unclaimed/",
        f"{_VIEWS}.unclaimed",
        "unclaimed",
        title="In no product",
        post=Who.OFFICE,
        scope="decide",
    ),
    page("business/models/", f"{_VIEWS}.models", "models", title="Who holds what we rely on"),
    page(
        "business/stakeholders/",
        f"{_STAKES}.stakeholders",
        "stakeholders",
        who=Who.OFFICE,
        title="Stakeholders",
    ),
    page(
        "business/stakeholders/<slug:who>/",
        f"{_STAKES}.stakeholder",
        "stakeholder",
        who=Who.OFFICE,
        post=Who.OFFICE,
        scope="decide",
        sample={"who": "new"},
    ),
]
