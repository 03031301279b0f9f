# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Questions about one project or product that the evidence answers while somebody waits."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Annotated, Any, Literal

from ninja import Field

from umbel.evidence.questions.contradictions import Contradiction
from umbel.evidence.questions.diff import Change
from umbel.evidence.questions.obligations import Obliged
from umbel.evidence.questions.why import Reason
from umbel.model.errors import UsageError
from umbel.office.api.answers import answer
from umbel.office.api.machine import operation
from umbel.office.core import workspace
from umbel.office.errors import refused
from umbel.office.pages.legal import making
from umbel.office.roles import Who
from umbel.office.seen import of as seen_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpRequest, HttpResponse

    from umbel.app.workspace import Workspace

TAG = "Questions"
ERRORS = (403, 413, 422, 503)
_Project = Annotated[
    str, Field(min_length=1, max_length=500, description="A project, or the end of its name.")
]
_Either = Annotated[str | None, Field(max_length=500)]


def _answered(
    request: HttpRequest,
    wanted: making.Wanted,
    ask: Callable[[Workspace, str, datetime | None], Any],
    command: str,
) -> HttpResponse:
    """What was asked of a project or product, where whoever asks may know of it: `ask` gets its whole name."""
    looks = seen_of(request)
    wanted = making.meant(wanted, looks)
    with making.a_place() as free:
        why = making.withheld(wanted, looks, command) if free else making.BUSY
        return refused(request, *why) if why else answer(request, ask(workspace(), wanted.name, looks.as_of))


@operation("GET", "/paths", tag=TAG, who=Who.VIEWER, name="paths", answers=list[Reason], errors=ERRORS,
           example="/api/v1/paths?project=shop-api&component=inner")  # fmt: skip
def paths(
    request: HttpRequest,
    project: _Project,
    component: Annotated[
        str, Field(min_length=1, max_length=500, description="lodash, pkg:npm/lodash@<4.17.21")
    ],
    as_of: date | None = None,  # noqa: ARG001 - Seen has it
) -> HttpResponse:
    """Every shortest path by which a component came into a project."""
    return _answered(
        request,
        making.wanted(None, project),
        lambda ws, name, as_of: ws.why(component, name, as_of=as_of),
        "umbel why",
    )


@operation(
    "GET", "/differences", tag=TAG, who=Who.VIEWER, name="differences", answers=list[Change], errors=ERRORS
)
def differences(
    request: HttpRequest,
    project: _Project,
    since: Annotated[date, Field(description="What was in use at the end of this day, against")],
    until: Annotated[date | None, Field(description="the end of this one; else as it is now.")] = None,
) -> HttpResponse:
    """What came into a project, went, changed its version or licence between two days."""
    days = (since, until or datetime.now(UTC).date())

    def compared(ws: Workspace, name: str, _: datetime | None) -> list[Change]:
        for day in days:
            if not making.was_known(name, day):
                raise UsageError(f"There is no evidence of {name} by {day}.", "Choose a later day.")
        return ws.diff(*(f"{name}@{day.isoformat()}" for day in days))

    return _answered(request, making.wanted(None, project), compared, "umbel diff")


@operation(
    "GET", "/obligations/of", tag=TAG, who=Who.VIEWER, name="obligations-of", answers=Obliged, errors=ERRORS
)
def obligations(
    request: HttpRequest,
    project: _Either = None,
    product: _Either = None,
    as_of: date | None = None,  # noqa: ARG001 - Seen has it
) -> HttpResponse:
    """What licences ask of a project or a product in the use that is declared, with the packages that bring it."""
    wanted = making.wanted(product, project)
    return _answered(
        request,
        wanted,
        lambda ws, name, as_of: ws.obligations(name, product=wanted.product, as_of=as_of),
        "umbel obligations",
    )


@operation("GET", "/contradictions", tag=TAG, who=Who.VIEWER, name="contradictions", answers=list[Contradiction],
           errors=ERRORS)  # fmt: skip
def contradictions(
    request: HttpRequest,
    project: _Project,
    as_of: date | None = None,  # noqa: ARG001 - Seen has it
) -> HttpResponse:
    """Where the documents of a project contradict each other."""
    return _answered(
        request,
        making.wanted(None, project),
        lambda ws, name, as_of: ws.contradictions([name], as_of=as_of),
        "umbel inventory --contradictions",
    )


@operation("GET", "/sbom-quality", tag=TAG, who=Who.VIEWER, name="sbom-quality", answers=list[dict[str, Any]],
           errors=ERRORS)  # fmt: skip
def sbom_quality(
    request: HttpRequest,
    project: _Project,
    standard: Literal["ntia", "cisa", "bsi"] | None = None,
    as_of: date | None = None,  # noqa: ARG001 - Seen has it
) -> HttpResponse:
    """How well each document of a project says what standards ask of SBOMs, element by element."""
    return _answered(
        request,
        making.wanted(None, project),
        lambda ws, name, as_of: ws.sbom_quality(name, standard=standard, as_of=as_of),
        "umbel sbom-quality",
    )
