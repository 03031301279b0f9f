# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""One exception: of what it speaks, and taking it back before its day."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse

from umbel.model.errors import UmbelError
from umbel.office import seen as seen_module
from umbel.office.editions import Asked, list_of, row_of
from umbel.office.errors import refused
from umbel.office.inbox.kinds.exception import Excepting
from umbel.office.pages.legal.lists import EXCEPTIONS, FINDINGS, VIOLATIONS
from umbel.office.pages.security.lists import RISKS
from umbel.office.records import change
from umbel.office.roles import Role

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from umbel.office.editions import Row
    from umbel.office.seen import Seen

FEW = 50
STANDING = frozenset({"in-force", "ends-soon"})


class TakenBack(forms.Form):
    """Why an exception counts no more."""

    reason = forms.CharField(
        label="Why it is taken back",
        max_length=300,
        help_text="It counts no more from today on; what it covered is open again.",
    )


def exception(request: HttpRequest, key: str) -> HttpResponse:
    """One exception, the findings of which it speaks, and the form that takes it back."""
    looks = seen_module.of(request)
    found = row_of(EXCEPTIONS, key, looks)
    row = found.value
    if row is None and found.state == "ready":
        raise Http404(f"There is no exception {key}.")
    may = row is not None and row["state"] in STANDING and may_end(row, looks)
    if request.method == "POST" and not may:
        return refused(request, 403, "You can't take this exception back.", "Who grants its kind can, today.")
    form = TakenBack(request.POST if request.method == "POST" else None) if may else None
    if form is not None and request.method == "POST" and form.is_valid() and _ended(request, key, form):
        return HttpResponseRedirect(reverse("exceptions"))
    covered: list[Row] = []
    if row is not None:
        asked = Asked(filters={"exception_id": (key,)}, per_page=FEW)
        for listing in (VIOLATIONS, RISKS, FINDINGS):
            page = list_of(listing, asked, looks).value
            covered += page.rows if page else []
    context = {"found": found, "row": row, "covered": covered, "form": form}
    status = 422 if form is not None and form.errors else 200
    return render(request, "legal/exception.html", context, status=status)


def may_end(row: Row, looks: Seen) -> bool:
    """Whether somebody may take an exception back today: who would grant it."""
    answers = Excepting().answerer({"rule": row["rule"]})
    return looks.day is None and not {answers, Role.OFFICE}.isdisjoint(looks.roles)


def _ended(request: HttpRequest, key: str, form: TakenBack) -> bool:
    by, why = request.user.get_username(), form.cleaned_data["reason"]
    last = datetime.now(UTC).date() - timedelta(1)
    words = f"taken back by {by}: {why}"
    try:
        change(
            request,
            action="exception.end",
            subject=key,
            act=lambda ws: ws.end_exception(key, last, words),
            detail=why,
        )
    except UmbelError as error:
        form.add_error(None, str(error))
        return False
    messages.success(request, "Taken back: it counts no more. The list follows in a moment.")
    return True
