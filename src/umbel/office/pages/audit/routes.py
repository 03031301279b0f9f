# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Who may read the audit log: the office."""

from __future__ import annotations

from umbel.office.roles import Who
from umbel.office.routes import page

_VIEWS = "umbel.office.pages.audit.views"

ROUTES = [
    page("audit/", f"{_VIEWS}.log", "audit", who=Who.OFFICE, title="Audit log"),
    page("audit/check", f"{_VIEWS}.check", "audit-check", who=Who.OFFICE),
    page("audit/<int:number>", f"{_VIEWS}.entry", "audit-entry", who=Who.OFFICE, sample={"number": "1"}),
]
