# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Figures: every figure of the editions as an operation, typed by what the figure itself declares."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

import msgspec

from umbel.office.api.answers import EditionTold, edition_told, of_edition
from umbel.office.api.hidden import without
from umbel.office.api.machine import operation
from umbel.office.editions import figure_of
from umbel.office.roles import Who
from umbel.office.seen import of as seen_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpRequest, HttpResponse

    from umbel.office.editions.registry import Figure
    from umbel.office.seen import Seen


def declare(
    figure: Figure,
    path: str,
    *,
    tag: str,
    who: Who = Who.VIEWER,
    example: bool = False,
    through: Callable[[Any, Seen], Any] | None = None,
) -> None:
    """Make the operation of a figure; `through` leaves out what whoever asks may not know of."""
    answers = msgspec.defstruct(
        f"{figure.name.title().replace('_', '')}Answer",
        [("value", figure.type), ("state", str), ("edition", EditionTold | None)],
        kw_only=True,
        frozen=True,
    )
    operation(
        "GET",
        path,
        tag=tag,
        who=who,
        name=f"figure-{figure.name.replace('_', '-')}",
        answers=answers,
        coming=True,
        example=f"/api/v1{path}" if example else None,
    )(_view(figure, answers, through))


def _view(
    figure: Figure, answers: Any, through: Callable[[Any, Seen], Any] | None
) -> Callable[..., HttpResponse]:
    def view(request: HttpRequest, as_of: date | None = None) -> HttpResponse:  # noqa: ARG001 - Seen has it
        looks = seen_of(request)
        found = figure_of(figure.make, looks)
        return of_edition(
            request,
            found,
            lambda value: answers(
                value=without(value if through is None else through(value, looks), looks),
                state=found.state.value,
                edition=edition_told(found.edition),
            ),
        )

    view.__annotations__["as_of"] = date | None
    view.__doc__ = figure.make.__doc__
    return view
