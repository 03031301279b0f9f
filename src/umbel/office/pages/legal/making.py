# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Papers of a product or project, made while somebody waits: who may have them, and within which bounds."""

from __future__ import annotations

import re
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING, NamedTuple

from django.http import Http404

from umbel.app.names import one_of
from umbel.evidence.questions.coverage import known_projects
from umbel.model.days import end_of
from umbel.model.errors import UsageError
from umbel.office.core import workspace
from umbel.office.editions import figure_of, row_of
from umbel.office.pages.legal import figures, told
from umbel.office.pages.portfolio.figures import PROJECTS

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

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
    retry: int | None = None


KEPT = Withheld(403, "Projects of this product are kept from you.", "Ask the office for it.")
COMING = Withheld(503, "What belongs to it is still being worked out.", "Try again in a minute.", 60)
BUSY = Withheld(503, "Others are having papers made just now.", "Try again in a minute.", 60)


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


def meant(asked: Wanted, looks: Seen) -> Wanted:
    """The same by the whole name of the project, of those that somebody may know of; raises `UsageError` for others.

    The core is asked by this name alone: a shorter one could mean another project there, or a product.
    """
    if asked.product:
        return asked
    with workspace().session(looks.as_of) as session:
        shown = list(filter(looks.shows, known_projects(session)))
    return Wanted(one_of(asked.name, shown), product=False)


def was_known(project: str, day: date) -> bool:
    """Whether evidence of a day spoke of a project."""
    with workspace().session(end_of(day)) as session:
        return project in known_projects(session)


def withheld(asked: Wanted, looks: Seen, instead: str) -> Withheld | None:
    """Why somebody isn't given a paper; `instead` is the command that makes large ones.

    Raises `Http404` for a product that there isn't, `UmbelError`.
    """
    if not asked.product:
        if any(each.name == asked.name for each in workspace().settings.products) and _has_hidden(
            asked, looks
        ):
            return KEPT  # the core may take the name for the product's
        told_of = row_of(PROJECTS, asked.name, looks).value
        return _too_many(asked, told_of["packages"] if told_of else None, instead)
    if all(each.name != asked.name for each in workspace().settings.products):
        raise Http404(f"There is no product {asked.name[:80]}.")
    duties = figure_of(figures.product_duties, looks).value
    if duties is None:
        return COMING
    one = next((each for each in duties if each.product == asked.name), None)
    if (one is not None and not told.may_name(one, looks)) or _has_hidden(asked, looks):
        return KEPT
    return _too_many(asked, one.packages if one else None, instead)


def _has_hidden(asked: Wanted, looks: Seen) -> bool:
    """Whether a product has projects by now that are kept from somebody."""
    if not looks.hidden:
        return False
    with workspace().session(looks.as_of) as session:
        return not all(map(looks.shows, workspace().scope(session, asked.name) or []))


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
