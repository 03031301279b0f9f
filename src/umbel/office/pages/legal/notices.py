# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Third-party notices to take away: made by the core while somebody waits, within bounds."""

from __future__ import annotations

import re
import threading
from typing import TYPE_CHECKING, NamedTuple, cast

from django.http import Http404, HttpResponse
from django.shortcuts import render

from umbel.model.errors import UmbelError
from umbel.office import seen as seen_module
from umbel.office.core import workspace
from umbel.office.editions import figure_of, row_of
from umbel.office.errors import refused
from umbel.office.pages.legal import figures, told
from umbel.office.pages.portfolio.figures import PROJECTS

if TYPE_CHECKING:
    from django.http import HttpRequest

    from umbel.office.seen import Seen
    from umbel.reports.notices_text import Shape

SHAPES = {
    "html": ("text/html; charset=utf-8", "html"),
    "text": ("text/plain; charset=utf-8", "txt"),
    "markdown": ("text/markdown; charset=utf-8", "md"),
}
MOST_PACKAGES = 20_000
"""Of more packages notices are made by the command line: nobody waits minutes for a page."""
_places = threading.BoundedSemaphore(2)
"""How many are made at a time in one process; each takes a second or more of a processor."""


class _Wanted(NamedTuple):
    name: str
    product: bool
    shape: str
    everything: bool


def choose(request: HttpRequest) -> HttpResponse:
    """The products and what their notices would lack, and the form that makes them."""
    looks = seen_module.of(request)
    found = figure_of(figures.product_duties, looks)
    context = {
        "found": found,
        "products": found.value or [],
        "texts": told.cards(looks, ("license_texts_known", "obligations_known")),
        "project": request.GET.get("project", "")[:300],
        "most": MOST_PACKAGES,
    }
    return render(request, "legal/notices.html", context)


def file(request: HttpRequest) -> HttpResponse:
    """The notices of a product or a project as a file."""
    looks = seen_module.of(request)
    wanted = _wanted(request)
    if wanted is None:
        return refused(request, 422, "Say of which product or project.", "Choose one on the page of notices.")
    if not _places.acquire(timeout=5):
        return refused(request, 503, "Others are having notices made just now.", "Try again in a minute.")
    try:
        if (why := _withheld(wanted, looks)) is not None:
            return refused(request, *why)
        return _made(wanted, looks)
    except UmbelError as error:
        return refused(request, 422, error.message, error.hint)
    finally:
        _places.release()


def _wanted(request: HttpRequest) -> _Wanted | None:
    product, project = request.GET.get("product", ""), request.GET.get("project", "")
    shape = request.GET.get("shape", "html")
    if bool(product) == bool(project) or shape not in SHAPES:
        return None
    return _Wanted(product or project, bool(product), shape, request.GET.get("all") == "1")


def _withheld(wanted: _Wanted, looks: Seen) -> tuple[int, str, str] | None:
    """Why somebody isn't given what they ask for: status, sentence, hint."""
    if not wanted.product:
        with workspace().session(looks.as_of) as session:
            full = workspace().project(session, wanted.name)
        if not looks.shows(full):
            raise Http404(f"There is no project {wanted.name[:80]}.")
        told_of = row_of(PROJECTS, full, looks).value
        return _too_many(wanted, told_of["packages"] if told_of else None)
    one = next(
        (
            each
            for each in figure_of(figures.product_duties, looks).value or []
            if each.product == wanted.name
        ),
        None,
    )
    if one is None:
        raise Http404(f"There is no product {wanted.name[:80]}.")
    if not told.may_name(one, looks):
        return 403, "Projects of this product are kept from you.", "Ask the office for its notices."
    return _too_many(wanted, one.packages)


def _too_many(wanted: _Wanted, packages: int | None) -> tuple[int, str, str] | None:
    if (packages or 0) <= MOST_PACKAGES:
        return None
    return (
        413,
        f"{wanted.name} has {packages:,} packages: too many to wait for.",
        "umbel notices makes them on the command line.",
    )


def _made(wanted: _Wanted, looks: Seen) -> HttpResponse:
    from umbel.reports.notices_text import rendered

    notices = workspace().notices(
        wanted.name, product=wanted.product, everything=wanted.everything, as_of=looks.as_of
    )
    kind, end = SHAPES[wanted.shape]
    response = HttpResponse(
        rendered(notices, cast("Shape", wanted.shape)).encode("utf-8", "replace"), content_type=kind
    )
    name = re.sub(r"[^A-Za-z0-9.-]+", "-", wanted.name).strip("-.")[:80] or "notices"
    response["Content-Disposition"] = f'attachment; filename="notices-{name}.{end}"'
    return response
