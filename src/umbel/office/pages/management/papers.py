# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Documents: which there are, and one to take away; what takes long is made apart and waited for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.http import FileResponse, Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse

from umbel.model.errors import UsageError
from umbel.office import seen as seen_module
from umbel.office.core import workspace
from umbel.office.editions import newest
from umbel.office.errors import refused
from umbel.office.pages.management import apart
from umbel.office.records import audit
from umbel.office.roles import Who, allows
from umbel.reports.documents.write import FORMATS

if TYPE_CHECKING:
    from django.http import HttpRequest
    from django.http.response import HttpResponseBase

    from umbel.app.offering import About
    from umbel.office.seen import Seen

PRIVATE = frozenset({"stakeholder-map"})
"""Documents with people in them: for the office only, and never written to a folder."""
SLOW = frozenset({"quarterly-review", "executive-page", "office-plan", "strategy"})
"""Documents of the whole portfolio: each takes seconds to minutes, and names projects."""
NOT_FOR_YOU = ("It speaks of every project, also of some that you may not see.", "Ask the office.")
TYPES = {"pdf": "application/pdf", "html": "text/html; charset=utf-8", "md": "text/markdown; charset=utf-8"}


def documents(request: HttpRequest) -> HttpResponse:
    """Every document that can be had."""
    looks = seen_module.of(request)
    context = {
        "documents": offered(looks),
        "is_office": allows(Who.OFFICE, looks.roles),
        "pack": _pack_state(request),
    }
    return render(request, "management/documents.html", context)


def document(request: HttpRequest, name: str) -> HttpResponse:
    """One document: what it is, and its PDF, page or Markdown once it is there."""
    looks = seen_module.of(request)
    told_of = about(looks, name)
    if speaks_of_hidden(looks, name):
        return refused(request, 403, *NOT_FOR_YOU)
    product = _product(request)
    form = request.POST.get("format") or request.GET.get("format")
    if form is not None and form not in FORMATS:
        raise UsageError(f"A document isn't written as {form!r}.", f"There are: {', '.join(FORMATS)}.")
    if request.method == "POST":
        ordered(looks, name, form or "pdf", product)
        return HttpResponseRedirect(request.get_full_path())
    if form is not None:
        return sent(looks, name, form, product)
    states = [(each, state_of(looks, name, each, product)) for each in FORMATS]
    context = {
        "about": told_of,
        "states": states,
        "is_slow": name in SLOW,
        "waiting": any(state and state.how == apart.How.COMING for _, state in states),
        "product": product or "",
        "products": [each.name for each in workspace().settings.products] if told_of.product else [],
    }
    return render(request, "management/document.html", context)


def pack(request: HttpRequest) -> HttpResponseBase:
    """The evidence pack for auditors: made apart, for the office alone."""
    looks = seen_module.of(request)
    key = _pack_key(looks)
    if request.method == "POST":
        arguments = ["pack", "write", "-o", "{path}", "-C", str(workspace().folder), *_as_of(looks)]
        apart.order(key, "zip", arguments)
        audit(request, "pack.order", _day(looks), "")
        return HttpResponseRedirect(reverse("pack"))
    state = apart.made(key, "zip")
    if request.GET.get("format") == "zip" and state.how == apart.How.READY:
        audit(request, "pack.take", _day(looks), "")
        name = f"evidence-pack-{_day(looks)}.zip"
        return FileResponse(
            state.path.open("rb"), as_attachment=True, filename=name, content_type="application/zip"
        )
    return render(request, "management/pack.html", {"state": state, "waiting": state.how == apart.How.COMING})


def about(looks: Seen, name: str) -> About:
    """A document by its name. Raises `Http404` where there is none that may be had."""
    found = next((each for each in offered(looks) if each.name == name), None)
    if found is None:
        raise Http404(f"There is no document {name[:80]}.")
    return found


def speaks_of_hidden(looks: Seen, name: str) -> bool:
    """Whether a document may speak of projects that are kept from somebody."""
    return name in SLOW and bool(looks.hidden)


def offered(looks: Seen) -> list[About]:
    """The documents that may be had, those of the whole program first."""
    is_office = allows(Who.OFFICE, looks.roles)
    found = [each for each in workspace().documents_there() if is_office or each.name not in PRIVATE]
    return sorted(found, key=lambda each: (each.name not in SLOW, each.title))


def sent(looks: Seen, name: str, form: str, product: str | None) -> HttpResponse:
    """The document itself. Raises `UsageError` where it isn't there yet."""
    if name in SLOW:
        state = state_of(looks, name, form, product)
        if state is None or state.how != apart.How.READY:
            raise UsageError(
                "This document isn't there yet.", "Ask for it on its page, and look again in a minute."
            )
        content = state.path.read_bytes()
    else:
        content = workspace().written_document(name, form, looks.as_of, product)  # type: ignore[arg-type]
    response = HttpResponse(content, content_type=TYPES[form])
    response["Content-Disposition"] = f'attachment; filename="{name}-{_day(looks)}.{form}"'
    response["X-Content-Type-Options"] = "nosniff"
    return response


def ordered(looks: Seen, name: str, form: str, product: str | None) -> apart.Made | None:
    """Have a document of the whole portfolio made, once; None: it is written when it is asked for."""
    if name not in SLOW:
        return None
    narrowed = [] if product is None else ["--product", product]
    folder = str(workspace().folder)
    arguments = ["document", name, "-f", form, "-o", "{path}", "-C", folder, *_as_of(looks), *narrowed]
    return apart.order(_key(looks, name, form, product), form, arguments)


def state_of(looks: Seen, name: str, form: str, product: str | None) -> apart.Made | None:
    """How a document stands; None: it is written when it is asked for."""
    return apart.made(_key(looks, name, form, product), form) if name in SLOW else None


def _key(looks: Seen, name: str, form: str, product: str | None) -> list[str]:
    return ["document", name, form, product or "", _edition(looks), _day(looks)]


def _pack_key(looks: Seen) -> list[str]:
    return ["pack", _edition(looks), _day(looks)]


def _pack_state(request: HttpRequest) -> Any:
    looks = seen_module.of(request)
    return apart.made(_pack_key(looks), "zip") if allows(Who.OFFICE, looks.roles) else None


def _edition(looks: Seen) -> str:
    """What a document stands on: the edition that is shown beside it."""
    edition = newest(looks).edition
    return edition.key if edition else "none"


def _as_of(looks: Seen) -> list[str]:
    return [] if looks.day is None else ["--as-of", looks.day.isoformat()]


def _day(looks: Seen) -> str:
    from umbel.office.pages.centre.saying import today

    return (looks.day or today()).isoformat()


def _product(request: HttpRequest) -> str | None:
    """The product that is asked for. Raises `UsageError` for one that there isn't."""
    asked = request.POST.get("product") or request.GET.get("product")
    return workspace().product(asked).name if asked else None
