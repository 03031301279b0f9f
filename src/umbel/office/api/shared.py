# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Records that people keep for each other: shared links, what the office is made of, who has a stake."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from umbel.frameworks.links import Link
from umbel.frameworks.office import Office
from umbel.frameworks.stakeholders import Stakeholder
from umbel.office.api.answers import answer
from umbel.office.api.hidden import without
from umbel.office.api.machine import operation
from umbel.office.core import workspace
from umbel.office.roles import Who
from umbel.office.seen import of as seen_of

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

TAG = "The office"


@operation(
    "GET", "/links", tag=TAG, who=Who.VIEWER, name="links", answers=list[Link], example="/api/v1/links"
)
def links(request: HttpRequest, as_of: date | None = None) -> HttpResponse:  # noqa: ARG001 - Seen has it
    """Addresses that people share, by petal."""
    looks = seen_of(request)
    return answer(request, without(workspace().links(looks.as_of), looks))


@operation(
    "GET",
    "/office-plan",
    tag=TAG,
    who=Who.VIEWER,
    name="office-plan",
    answers=Office,
    example="/api/v1/office-plan",
)
def office_plan(request: HttpRequest, as_of: date | None = None) -> HttpResponse:  # noqa: ARG001 - as above
    """What the office is made of: mandate, roles, tools, budget, channels, pilots."""
    looks = seen_of(request)
    return answer(request, without(workspace().office(looks.as_of), looks))


@operation("GET", "/stakeholders", tag=TAG, who=Who.OFFICE, name="stakeholders", answers=list[Stakeholder])
def stakeholders(request: HttpRequest, as_of: date | None = None) -> HttpResponse:  # noqa: ARG001 - as above
    """Who has a stake, the most influential first: for the office's eyes only."""
    return answer(request, workspace().stakeholders(seen_of(request).as_of))
