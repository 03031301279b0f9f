# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""What is known of packages that people ask for: worked out in the background, and kept with the request."""

from __future__ import annotations

import logging
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import msgspec
from django.db.models import Q

from umbel.model.errors import UmbelError
from umbel.office.core import workspace
from umbel.office.inbox.models import OPEN, Known, Request
from umbel.office.inbox.text import clean
from umbel.strategy.evaluate.records import ROWS

if TYPE_CHECKING:
    from umbel.office.seen import Seen
    from umbel.strategy.evaluate.records import Candidate

log = logging.getLogger(__name__)
_FRESH = timedelta(days=1)
_NAMES_PROJECTS = frozenset({"used", "alternatives"})
"""Rows that speak of projects of ours."""


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that is known of a package, or isn't."""

    name: str
    title: str
    text: str
    known: bool
    notes: tuple[str, ...] = ()
    find_out: str | None = None


def evaluate_due(most: int = 1) -> int:
    """Work out what is known for open requests of which nobody did today; gives for how many. Twice does no harm."""
    stale = Q(known=None) | Q(known__made_at__lt=datetime.now(UTC) - _FRESH)
    due = Request.objects.filter(stale, kind="package", state=OPEN).order_by("-id")[:most]
    for request in due:
        _evaluate(request)
    return len(due)


def lines(known: Known, seen: Seen) -> list[Line]:
    """What is known, for somebody: without what may name projects, where some are kept from them."""
    found = msgspec.convert(known.lines, list[Line])
    if not seen.hidden:
        return found
    left_out = "left out: it may name what is kept from you"
    return [
        Line(name=each.name, title=each.title, text=left_out, known=False)
        if each.name in _NAMES_PROJECTS
        else each
        for each in found
    ]


def _evaluate(request: Request) -> None:
    said, told = request.fields, dict[str, Any](summary="", lines=[], why="")
    try:
        evaluated = workspace().evaluate([said["package"]], use=said.get("use"), product=said.get("product"))
        (candidate,) = evaluated.candidates
        told |= {"summary": clean(candidate.summary), "lines": _told(candidate)}
    except UmbelError as error:
        log.warning("Of %s nothing can be said: %s", request, error)
        told["why"] = str(error)
    except Exception:  # a package of which nothing can be said must not keep all others from being looked at
        log.exception("Of %s nothing can be said", request)
        told["why"] = "It couldn't be worked out; the office's log says why."
    Known.objects.update_or_create(request=request, defaults={"made_at": datetime.now(UTC), **told})


def _told(candidate: Candidate) -> list[Any]:
    found = []
    for name, title in ROWS.items():
        cell = candidate.cells.get(name)
        if cell is not None:
            notes = tuple(clean(note) for note in cell.notes)
            line = Line(
                name=name,
                title=title,
                text=clean(cell.text),
                known=cell.known,
                notes=notes,
                find_out=cell.find_out,
            )
            found.append(msgspec.to_builtins(line))
    return found
