# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Who may ask, answer and read requests."""

from __future__ import annotations

from umbel.office.roles import Who
from umbel.office.routes import Route, page

_VIEWS = "umbel.office.pages.requests.views"
_HERE = {"number": "1"}

ROUTES = [
    page("inbox/", f"{_VIEWS}.inbox", "inbox", title="Inbox", post=Who.VIEWER),
    page("requests/", f"{_VIEWS}.listed", "requests", title="Requests"),
    page(
        "requests/new",
        f"{_VIEWS}.new",
        "request-new",
        post=Who.CONTRIBUTOR,
        who=Who.CONTRIBUTOR,
        scope="decide",
    ),
    page("requests/<int:number>", f"{_VIEWS}.one", "request", sample=_HERE),
    page("requests/<int:number>/known", f"{_VIEWS}.known", "request-known", sample=_HERE),
    Route(
        path="requests/<int:number>/comment",
        name="request-comment",
        view=f"{_VIEWS}.commented",
        allow={"POST": Who.CONTRIBUTOR},
        scope="decide",
        sample=_HERE,
    ),
    Route(
        path="requests/<int:number>/answer",
        name="request-answer",
        view=f"{_VIEWS}.answered",
        allow={"POST": Who.APPROVER},
        scope="decide",
        sample=_HERE,
    ),
    Route(
        path="requests/<int:number>/withdraw",
        name="request-withdraw",
        view=f"{_VIEWS}.withdrawn",
        allow={"POST": Who.CONTRIBUTOR},
        scope="decide",
        sample=_HERE,
    ),
    page("inbox/notices", f"{_VIEWS}.notices", "notices", post=Who.VIEWER),
]
