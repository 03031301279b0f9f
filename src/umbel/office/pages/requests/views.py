# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""The inbox, requests, and what is said of them."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, cast

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse

from umbel.model.errors import UmbelError
from umbel.model.settings import SettingsError
from umbel.office import seen as seen_module
from umbel.office.editions import figure_of
from umbel.office.errors import refused
from umbel.office.inbox import answering, asking, evaluating, reading, telling
from umbel.office.inbox.kinds import KINDS
from umbel.office.inbox.models import STATES, Known, Notices, Request
from umbel.office.pages.requests import export, prefilled, shown
from umbel.office.pages.requests.figures import alerts_open, mine
from umbel.office.pages.requests.forms import CommentForm, NoticesForm
from umbel.office.records import audit

if TYPE_CHECKING:
    from django.http import HttpRequest
    from django.http.response import HttpResponseBase

    from umbel.office.accounts.models import User
    from umbel.office.inbox.kinds.base import AnswerForm


def inbox(request: HttpRequest) -> HttpResponse:
    """What waits for somebody, and what they asked for. A form says that all word was read."""
    seen, user = seen_module.of(request), cast("User", request.user)
    if request.method == "POST":
        reading.read_between(seen, _number(request, "oldest"), _number(request, "newest"))
        return HttpResponseRedirect(reverse("inbox"))
    found, names = figure_of(alerts_open, seen), {user.name, user.email}
    told = {
        "to_answer": reading.to_answer(seen, _MOST_TO_ANSWER),
        "waiting": reading.waiting(seen),
        "words": reading.words(seen),
        "own": reading.own(seen),
        "alerts_found": found,
        "alerts": mine(found.value, seen, names, datetime.now(UTC).date()) if found.value else None,
        "answers": shown.answers(seen),
        "asks": shown.asks(seen),
    }
    return render(request, "requests/inbox.html", told)


_MOST_TO_ANSWER = 20


def _number(request: HttpRequest, name: str) -> int:
    said = request.POST.get(name, "")
    return int(said) if said.isascii() and said.isdecimal() and len(said) < 19 else 0


def listed(request: HttpRequest) -> HttpResponseBase:
    """All requests that somebody may see, by state, kind and words; `?format=csv` or `json` takes them away."""
    seen = seen_module.of(request)
    if (form := request.GET.get("format")) in {"csv", "json"}:
        return export.sent(reading.searched(seen, request.GET), form, seen)
    page = shown.page_of(reading.searched(seen, request.GET), request.GET.get("page"), seen)
    told = {
        "page": page,
        "states": STATES,
        "kinds": KINDS,
        "nouns": ("request", "requests"),
        "asked": request.GET,
        "asks": shown.asks(seen),
        "answers": shown.answers(seen),
    }
    return render(request, "requests/list.html", told)


def new(request: HttpRequest) -> HttpResponse:
    """Choose what to ask for, and ask."""
    kind = asking.kind_of(request.GET.get("kind"))
    if kind is None:
        return render(request, "requests/kinds.html", {"kinds": KINDS})
    seen = seen_module.of(request)
    if request.method != "POST":
        given, why = prefilled.given(request.GET, seen)
        first = kind.initial(given)
        told = {"kind": kind, "form": kind.form(initial=first), "why": why}
        return render(request, "requests/new.html", told | {"alike": asking.alike(kind, first, seen)})
    form = kind.form(request.POST)
    if form.is_valid():
        form.refuse(asking.faults(kind, form.plain(), seen))
    if not form.is_valid():
        return render(request, "requests/new.html", {"kind": kind, "form": form.focused()}, status=422)
    if not request.POST.get("anyway") and (alike := asking.alike(kind, form.plain(), seen, form.number())):
        told = {"kind": kind, "form": form, "alike": alike, "asked": True}
        return render(request, "requests/new.html", told, status=409)
    made = asking.ask(request, kind, form.plain(), form.number())
    messages.success(request, f"Request #{made.pk} stands. It is to be answered by {made.due_on}.")
    return HttpResponseRedirect(reverse("request", args=[made.pk]))


def one(request: HttpRequest, number: int) -> HttpResponse:
    """A request, its talk, and who may answers."""
    found = reading.one(seen_module.of(request), number)
    if found is None:
        return _none(request, number)
    return _page(request, found)


def known(request: HttpRequest, number: int) -> HttpResponse:
    """What is known of the package that a request is of: it is worked out apart, since it takes seconds."""
    seen = seen_module.of(request)
    found = reading.one(seen, number)
    if found is None or found.kind != "package":
        return _none(request, number)
    kept = Known.objects.filter(request=found).first()
    told = {"it": found, "known": kept, "lines": evaluating.lines(kept, seen) if kept else []}
    part = request.headers.get("HX-Request") == "true"
    return render(request, "requests/_known.html" if part else "requests/known.html", told)


def commented(request: HttpRequest, number: int) -> HttpResponse:
    """Say something."""
    found = reading.one(seen_module.of(request), number)
    if found is None:
        return _none(request, number)
    form = CommentForm(request.POST)
    if not form.is_valid():
        return _page(request, found, comment=cast("CommentForm", form.focused()), status=422)
    answering.comment(request, found, form.cleaned_data["text"], form.number())
    return HttpResponseRedirect(f"{reverse('request', args=[number])}#talk")


def answered(request: HttpRequest, number: int) -> HttpResponse:
    """Approve or decline."""
    seen = seen_module.of(request)
    found = reading.one(seen, number)
    if found is None:
        return _none(request, number)
    if not found.answerable_by(seen.roles):
        return refused(request, 403, f"Requests like this are answered by {found.answerer}.")
    form = KINDS[found.kind].answer(request.POST)
    if form.is_valid():
        again = _answer(request, found, form)
        if again is None:
            return HttpResponseRedirect(reverse("request", args=[number]))
        if again != _FORM:
            return refused(request, *again)
    return _page(request, found, answer=cast("AnswerForm", form.focused()), status=422)


def withdrawn(request: HttpRequest, number: int) -> HttpResponse:
    """Take one's own back."""
    found = reading.one(seen_module.of(request), number)
    if found is None:
        return _none(request, number)
    try:
        answering.withdraw(request, found)
    except answering.NotYours as error:
        return refused(request, 403, str(error))
    except answering.Over as error:
        if found.state != "withdrawn":
            return refused(request, 409, str(error))
    return HttpResponseRedirect(reverse("request", args=[number]))


def notices(request: HttpRequest) -> HttpResponse:
    """Of what somebody wants mail."""
    user = cast("User", request.user)
    mine = Notices.objects.filter(user=user).first() or Notices(user=user)
    form = NoticesForm(request.POST or None, instance=mine)
    if request.method == "POST" and form.is_valid():
        form.save()
        audit(request, "notices.change", user.name)
        messages.success(request, "Kept.")
        return HttpResponseRedirect(reverse("notices"))
    return render(
        request, "requests/notices.html", {"form": form, "mail": telling.sends_mail(), "address": user.email}
    )


_FORM = (0, "")
"""The form says what is wrong."""


def _answer(request: HttpRequest, found: Request, form: AnswerForm) -> tuple[int, str] | None:
    """Answer by the button that was pressed. None: done; else a status and words, or `_FORM`."""
    said, word = form.plain(), form.cleaned_data.get("comment", "")
    wanted = "declined" if request.POST.get("answer") == "decline" else "approved"
    try:
        if wanted == "declined":
            answering.decline(request, found, word)
        else:
            answering.approve(request, found, said, word, alone=bool(said.get("alone")))
    except answering.NotYours as error:
        form.add_error("alone" if "Say that" in str(error) else None, str(error))
        return (403, str(error)) if "somebody else" in str(error) else _FORM
    except answering.Over as error:
        found.refresh_from_db()
        name = cast("User", request.user).name
        return None if (found.state, found.answered_by) == (wanted, name) else (409, str(error))
    except SettingsError as error:
        form.refuse({asking.field_of(fault): fault.message for fault in error.faults})
        return _FORM
    except UmbelError as error:
        form.add_error("comment" if wanted == "declined" else None, str(error))
        return _FORM
    messages.success(request, f"Request #{found.pk} is {wanted}.")
    return None


def _page(
    request: HttpRequest,
    found: Request,
    *,
    comment: CommentForm | None = None,
    answer: AnswerForm | None = None,
    status: int = 200,
) -> HttpResponse:
    seen = seen_module.of(request)
    reading.read(seen, found)
    told = shown.request(found, seen, answer)
    told |= {"comment": comment or CommentForm(), "may_comment": shown.takes_part(seen)}
    return render(request, "requests/one.html", told, status=status)


def _none(request: HttpRequest, number: int) -> HttpResponse:
    return refused(
        request, 404, f"There is no request #{number}.", "Perhaps it is of a project that you may not see."
    )
