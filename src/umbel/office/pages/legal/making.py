# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Papers of a product or project, made while somebody waits: who may have them, and within which bounds."""

from __future__ import annotations

import re
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING, NamedTuple

from django.http import Http404

from umbel.model.errors import UsageError
from umbel.office.core import workspace
from umbel.office.editions import figure_of, row_of
from umbel.office.errors import refused
from umbel.office.pages.legal import figures, told
from umbel.office.pages.portfolio.figures import PROJECTS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from django.http import HttpRequest, HttpResponse

    from umbel.office.seen import Seen

MOST_PACKAGES = 20_000
"""Of more packages papers are made by the command line: nobody waits minutes for a page."""
PATIENCE = 5.0
"""Seconds for which somebody waits for a place."""
_places = threading.BoundedSemaphore(2)
"""How many are made at a time in one process; each takes a second or more of a processor."""


class Wanted(NamedTuple):
    """Of what a paper is wanted."""

    name: str
    product: bool


class Withheld(NamedTuple):
    """Why somebody isn't given what they ask for."""

    status: int
    sentence: str
    hint: str


COMING = Withheld(503, "What belongs to it is still being worked out.", "Try again in a minute.")
BUSY = Withheld(503, "Others are having papers made just now.", "Try again in a minute.")


def wanted(product: str | None, project: str | None) -> Wanted:
    """One product or one project. Raises `UsageError` for none and for both."""
    if bool(product) == bool(project):
        raise UsageError("Say of which product or project.", "One of them: product=NAME or project=NAME.")
    return Wanted((product or project or "")[:500], bool(product))


@contextmanager
def a_place() -> Iterator[bool]:
    """One of the few places at which papers are made; False where none came free."""
    if not _places.acquire(timeout=PATIENCE):
        yield False
        return
    try:
        yield True
    finally:
        _places.release()


def withheld(asked: Wanted, looks: Seen, instead: str) -> Withheld | None:
    """Why somebody isn't given a paper; `instead` is the command that makes large ones.

    Raises `Http404` for what they don't know of, `UmbelError`.
    """
    if not asked.product:
        with workspace().session(looks.as_of) as session:
            full = workspace().project(session, asked.name)
        if not looks.shows(full):
            raise Http404(f"There is no project {asked.name[:80]}.")
        told_of = row_of(PROJECTS, full, looks).value
        return _too_many(asked, told_of["packages"] if told_of else None, instead)
    duties = figure_of(figures.product_duties, looks).value
    if duties is None and any(each.name == asked.name for each in workspace().settings.products):
        return COMING
    one = next((each for each in duties or [] if each.product == asked.name), None)
    if one is None:
        raise Http404(f"There is no product {asked.name[:80]}.")
    if not told.may_name(one, looks):
        return Withheld(403, "Projects of this product are kept from you.", "Ask the office for it.")
    return _too_many(asked, one.packages, instead)


def refusal(request: HttpRequest, why: Withheld) -> HttpResponse:
    """The same as an answer; what will be otherwise in a minute says so to programs, too."""
    response = refused(request, *why)
    if why.status == 503:
        response["Retry-After"] = "60"
    return response


def file_name(asked: Wanted, kind: str, ending: str) -> str:
    """What a browser is to call the file."""
    return f"{kind}-{re.sub(r'[^A-Za-z0-9.-]+', '-', asked.name).strip('-.')[:80] or 'all'}.{ending}"


def _too_many(asked: Wanted, packages: int | None, instead: str) -> Withheld | None:
    if (packages or 0) <= MOST_PACKAGES:
        return None
    return Withheld(
        413,
        f"{asked.name} has {packages:,} packages: too many to wait for.",
        f"{instead} makes it on the command line.",
    )
