# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""The audit log: its lines, one of them with what changed, whether it is whole."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.http import HttpResponse, StreamingHttpResponse
from django.shortcuts import render

from umbel.office import seen
from umbel.office.errors import refused
from umbel.office.pages.audit import lines
from umbel.office.records import audit
from umbel.office.records.auditing import verify

if TYPE_CHECKING:
    from django.http import HttpRequest
    from django.http.response import HttpResponseBase

CHECKED = 5_000
"""How many lines, the newest, a page checks; `umbel office check` walks the whole chain."""


def log(request: HttpRequest) -> HttpResponseBase:
    """Lines by who, what and when, the newest first; `?format=csv` or `json` takes them away."""
    asked, looks = lines.Asked.of(request.GET), seen.of(request)
    wanted = request.GET.get("format")
    if wanted in {"csv", "json"}:
        audit(request, "audit.export", wanted, asked.words)
        made = lines.as_csv(asked, looks) if wanted == "csv" else lines.as_json(asked, looks)
        kind = "text/csv; charset=utf-8" if wanted == "csv" else "application/x-ndjson"
        name = "audit.csv" if wanted == "csv" else "audit.jsonl"
        return StreamingHttpResponse(
            made, content_type=kind, headers={"Content-Disposition": f'attachment; filename="{name}"'}
        )
    context = {"asked": asked, "found": lines.page(asked, looks), "actions": lines.actions()}
    return render(request, "audit/log.html", context)


def entry(request: HttpRequest, number: int) -> HttpResponse:
    """One line, with what changed."""
    found = lines.one(number, seen.of(request))
    if found is None:
        return refused(request, 404, f"The log has no line {number}.")
    context = {
        "line": found,
        "difference": lines.marked(found.difference),
        "asked": lines.request_of(found),
    }
    return render(request, "audit/entry.html", context)


def check(request: HttpRequest) -> HttpResponse:
    """Whether the newest lines follow each other, and nobody changed them."""
    return render(request, "audit/check.html", {"found": verify(newest=CHECKED), "most": CHECKED})
