# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Third-party notices to take away."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from django.http import HttpResponse
from django.shortcuts import render

from umbel.model.errors import UmbelError
from umbel.office import seen as seen_module
from umbel.office.core import workspace
from umbel.office.editions import figure_of
from umbel.office.errors import refused
from umbel.office.pages.legal import figures, making, told

if TYPE_CHECKING:
    from django.http import HttpRequest

    from umbel.office.seen import Seen
    from umbel.reports.notices_text import Shape

SHAPES = {
    "html": ("text/html; charset=utf-8", "html"),
    "text": ("text/plain; charset=utf-8", "txt"),
    "markdown": ("text/markdown; charset=utf-8", "md"),
}


def choose(request: HttpRequest) -> HttpResponse:
    """The products and what their notices would lack, and the form that makes them."""
    looks = seen_module.of(request)
    found = figure_of(figures.product_duties, looks)
    context = {
        "found": found,
        "products": found.value or [],
        "texts": told.cards(looks, ("license_texts_known", "obligations_known")),
        "project": request.GET.get("project", "")[:300],
        "most": making.MOST_PACKAGES,
    }
    return render(request, "legal/notices.html", context)


def file(request: HttpRequest) -> HttpResponse:
    """The notices of a product or a project as a file."""
    shape = request.GET.get("shape", "html")
    try:
        asked = making.wanted(request.GET.get("product"), request.GET.get("project"))
        if shape not in SHAPES:
            return refused(
                request, 422, f"Notices aren't written as {shape[:20]!r}.", f"There are: {', '.join(SHAPES)}."
            )
        return made(request, asked, shape, everything=request.GET.get("all") == "1")
    except UmbelError as error:
        return refused(request, 422, error.message, error.hint)


def made(request: HttpRequest, asked: making.Wanted, shape: str, *, everything: bool) -> HttpResponse:
    """The notices as a file, or why they aren't given. Raises `Http404`, `UmbelError`."""
    looks = seen_module.of(request)
    asked = making.meant(asked, looks)
    with making.a_place() as free:
        why = making.withheld(asked, looks, "umbel notices") if free else making.BUSY
        return refused(request, *why) if why else _written(asked, shape, looks, everything=everything)


def _written(asked: making.Wanted, shape: str, looks: Seen, *, everything: bool) -> HttpResponse:
    from umbel.reports.notices_text import rendered

    notices = workspace().notices(asked.name, product=asked.product, everything=everything, as_of=looks.as_of)
    kind, end = SHAPES[shape]
    text = rendered(notices, cast("Shape", shape)).encode("utf-8", "replace")
    response = HttpResponse(text, content_type=kind)
    response["Content-Disposition"] = f'attachment; filename="{making.file_name(asked, "notices", end)}"'
    return response
