# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Who may see and say what of risks, alerts and incidents."""

from __future__ import annotations

import umbel.office.pages.portfolio.keys  # noqa: F401 - the converter <key:…>
from umbel.office.roles import Who
from umbel.office.routes import page

_VIEWS = "umbel.office.pages.security.views"
_ALERTS = "umbel.office.pages.security.alerts"
_INCIDENTS = "umbel.office.pages.security.incidents"
_ENDS = "umbel.office.pages.security.ends"
_INCIDENT = {"name": "2026-01-01-cve-2026-0001"}

ROUTES = [
    page("risks/", f"{_VIEWS}.risks", "risks", title="Risks"),
    page("advisories/", f"{_VIEWS}.advisories", "advisories", title="Advisories"),
    page("advisories/<key:key>/", f"{_VIEWS}.advisory", "advisory", sample={"key": "CVE-2026-0001"}),
    page("alerts/", f"{_ALERTS}.alerts", "alerts", title="Alerts"),
    page(
        "alerts/<slug:name>/",
        f"{_ALERTS}.alert",
        "alert",
        post=Who.SECURITY,
        scope="decide",
        sample={"name": "a-0000000000"},
    ),
    page("incidents/", f"{_INCIDENTS}.incidents", "incidents", title="Incidents"),
    page(
        "incidents/open/",
        f"{_INCIDENTS}.open_one",
        "incident-open",
        who=Who.SECURITY,
        post=Who.SECURITY,
        scope="decide",
    ),
    page(
        "incidents/<slug:name>/",
        f"{_INCIDENTS}.incident",
        "incident",
        post=Who.SECURITY,
        scope="decide",
        sample=_INCIDENT,
    ),
    page(
        "incidents/<slug:name>/words/",
        f"{_INCIDENTS}.words",
        "incident-words",
        who=Who.APPROVER,
        sample=_INCIDENT,
    ),
    page("end-of-life/", f"{_ENDS}.ends", "end-of-life", title="End of life"),
    page(
        "end-of-life/plan/",
        f"{_ENDS}.decide",
        "plan-decide",
        who=Who.APPROVER,
        post=Who.APPROVER,
        scope="decide",
    ),
    page("vex/", f"{_VIEWS}.vex", "vex", title="VEX"),
]
