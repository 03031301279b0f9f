# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Who may see and say what of licences, findings and exceptions."""

from __future__ import annotations

from umbel.office.roles import Who
from umbel.office.routes import page

_VIEWS = "umbel.office.pages.legal.views"
_SAYING = "umbel.office.pages.legal.saying"
_ENDING = "umbel.office.pages.legal.ending"
_NOTICES = "umbel.office.pages.legal.notices"

ROUTES = [
    page("legal/", f"{_VIEWS}.home", "legal", title="Legal"),
    page("licenses/", f"{_VIEWS}.licenses", "licenses", title="Licences"),
    page("licenses/<str:key>/", f"{_VIEWS}.license_page", "license", sample={"key": "MIT"}),
    page("violations/", f"{_VIEWS}.violations", "violations", title="Licence findings"),
    page("other-findings/", f"{_VIEWS}.findings", "findings", title="Other findings"),
    page("findings/<slug:key>/", f"{_VIEWS}.finding", "finding", sample={"key": "f-0000000000"}),
    page("legal/undecided/", f"{_VIEWS}.undecided", "undecided", title="To decide"),
    page(
        "legal/decide/<slug:key>/",
        f"{_SAYING}.decide",
        "license-decide",
        post=Who.LEGAL,
        scope="decide",
        sample={"key": "q-0000000000000000"},
    ),
    page("legal/obligations/", f"{_VIEWS}.obligations", "obligations", title="Obligations"),
    page("legal/notices/", f"{_NOTICES}.choose", "license-notices", title="Notices"),
    page("legal/notices/file/", f"{_NOTICES}.file", "license-notices-file"),
    page("exceptions/", f"{_VIEWS}.exceptions", "exceptions", title="Exceptions"),
    page(
        "exceptions/<str:key>/",
        f"{_ENDING}.exception",
        "exception",
        post=Who.APPROVER,
        scope="decide",
        sample={"key": "x-00000000"},
    ),
    page("policy/", f"{_VIEWS}.policy", "policy", title="Policy"),
    page("legal/regulation/", f"{_VIEWS}.regulation", "regulation", title="Regulation"),
]
