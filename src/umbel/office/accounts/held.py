# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""What is held about somebody, shown to themselves; their wish to be named; addresses that they claim."""

from __future__ import annotations

import tempfile
import threading
from collections import OrderedDict
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from django.contrib import messages
from django.http import HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse

from umbel.app.people_held import Held
from umbel.model.errors import UsageError
from umbel.office import seen
from umbel.office.accounts.adapter import sends_mail
from umbel.office.accounts.forms import ClaimForm
from umbel.office.accounts.models import Session, Token, User
from umbel.office.core import workspace
from umbel.office.errors import refused
from umbel.office.records import change

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from umbel.app.people_held import HeldPerson
    from umbel.app.workspace import Workspace

MOST_KEPT = 16
_kept_held: OrderedDict[tuple[str, tuple[str, ...]], Held] = OrderedDict()
_guard = threading.Lock()


def held(request: HttpRequest) -> HttpResponse:
    """The page: what the account keeps, and what evidence holds under its proven addresses."""
    user = cast("User", request.user)
    mine = _held(user)
    told = {
        "mine": mine,
        "people": [_shown(request, person) for person in mine.people],
        "kept": _kept(user),
        "signers": workspace().settings.people.allowed_signers,
        "mail": sends_mail(),
        "holder": user.email,
    }
    return render(request, "accounts/held.html", told)


def _held(user: User) -> Held:
    """What is held: telling everybody apart takes seconds, so it is kept until evidence or records change."""
    here, mine = workspace(), tuple(sorted(user.proven_addresses))
    if not mine:
        return Held(addresses=(), people=())
    key = (here.readings_key(None, None), mine)
    with _guard:
        if key in _kept_held:
            _kept_held.move_to_end(key)
            return _kept_held[key]
    found = here.people_held(mine)
    with _guard:
        _kept_held[key] = found
        while len(_kept_held) > MOST_KEPT:
            _kept_held.popitem(last=False)
    return found


def _shown(request: HttpRequest, person: HeldPerson) -> dict[str, Any]:
    looks = seen.of(request)
    work = [each for each in person.work if looks.shows(each.project)]
    return {"is": person, "work": work[:200], "more": len(person.work) - len(work[:200])}


def _kept(user: User) -> list[tuple[str, Any]]:
    from umbel.office.records.models import Entry

    return [
        ("Account", user.name),
        ("Shown as", user.full_name or "your account's name"),
        ("E-mail", ", ".join(sorted(user.proven_addresses)) or user.email or "none"),
        ("Groups told by your provider", ", ".join(user.groups) or "none"),
        ("Last signed in", user.last_login or "never"),
        ("Sessions (which browser, since when)", Session.objects.filter(user=user).count()),
        ("Tokens (also those that ended)", Token.objects.filter(user=user).count()),
        ("Lines of the audit log that name your account", Entry.objects.filter(actor=user.name).count()),
    ]


def _place(ws: Workspace, *, upstream: bool) -> Workspace:
    return ws.over_upstream() if upstream else ws


def named(request: HttpRequest) -> HttpResponse:
    """Be named, or no longer: one's own wish, of whoever stands behind one's proven addresses."""
    user, asked, given = (
        cast("User", request.user),
        request.POST.get("person", ""),
        request.POST.get("named") == "yes",
    )
    mine = next((each for each in _held(user).people if each.person == asked), None)
    if mine is None:
        return refused(request, 404, "That person isn't known by an address of yours.")

    def act(ws: Workspace) -> None:
        with _place(ws, upstream=mine.upstream).people_office() as office:
            office.consent(mine.person, given=given)

    change(request, action="person.opt-in" if given else "person.opt-out", subject=mine.person, act=act)
    messages.success(request, "Your name is shown from now on." if given else "Your name is shown no longer.")
    return HttpResponseRedirect(reverse("me-held"))


def claim(request: HttpRequest) -> HttpResponse:
    """Claim an address: by a mail that was answered, or by a signature where the office knows people's keys."""
    user = cast("User", request.user)
    asked = request.POST.get("confirmed", "").casefold()
    if request.method == "POST" and asked:
        if asked not in user.proven_addresses or not user.email:
            return refused(
                request, 409, "That address isn't confirmed to be yours.", "Add it to your addresses first."
            )
        return _kept_claim(request, lambda ws: ws.people_confirmed(asked, user.email))
    form = ClaimForm(request.POST or None)
    text = None
    if request.method == "POST" and form.is_valid():
        sent = form.cleaned_data
        try:
            if sent["proof"].strip():
                return _kept_claim(request, lambda ws: _signed(ws, sent))
            with workspace().people_office() as office:
                text = office.challenge(sent["address"], sent["since"])
        except UsageError as error:
            form.add_error(None, str(error))
    told = {"form": form, "text": text, "signers": workspace().settings.people.allowed_signers}
    return render(request, "accounts/claim.html", told)


def _signed(ws: Workspace, sent: dict[str, Any]) -> str:
    with tempfile.TemporaryDirectory() as folder:
        proof = Path(folder) / "proof.sig"
        proof.write_text(sent["proof"].replace("\r\n", "\n").strip() + "\n", "utf-8")
        return ws.people_claim(sent["address"], proof, sent["since"])


def _kept_claim(request: HttpRequest, act: Any) -> HttpResponse:
    # The log names the account, and the record its handle: addresses stand in neither.
    change(request, action="person.claim", subject=cast("User", request.user).name, act=act)
    messages.success(request, "Claimed: what was done under it counts as yours.")
    return HttpResponseRedirect(reverse("me-held"))


def revoke(request: HttpRequest) -> HttpResponse:
    """Take the claim of one of one's addresses back."""
    user, asked = cast("User", request.user), request.POST.get("address", "").casefold()
    if asked not in user.proven_addresses:
        return refused(request, 409, "That address isn't confirmed to be yours.")

    def act(ws: Workspace) -> str:
        with ws.people_office() as office:
            return office.revoke(asked)

    change(request, action="person.revoke", subject=user.name, act=act)
    messages.success(request, "Taken back.")
    return HttpResponseRedirect(reverse("me-held"))
