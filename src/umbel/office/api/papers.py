# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Papers: SBOMs and third-party notices of a project or a product, and the office's documents, as files."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Annotated, Literal

import msgspec
from django.http import HttpResponse, StreamingHttpResponse
from ninja import Field

from umbel.office.api.answers import answer, coming
from umbel.office.api.machine import operation
from umbel.office.core import workspace
from umbel.office.errors import refused
from umbel.office.pages.legal import making, notices
from umbel.office.pages.management import apart, papers
from umbel.office.roles import Who
from umbel.office.seen import of as seen_of
from umbel.reports.documents.write import FORMATS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from django.http import HttpRequest
    from django.http.response import HttpResponseBase

    from umbel.reports.sbom import Sbom

TAG = "Papers"
_ANY = "application/octet-stream"
_Product = Annotated[str | None, Field(max_length=300, description="Of this product, or")]
_Project = Annotated[
    str | None, Field(max_length=500, description="of this project (the end of its name will do).")
]


class PaperTold(msgspec.Struct, kw_only=True):
    """A document that can be had; `per_product`: it can be narrowed to a product, `slow`: it is made apart."""

    name: str
    title: str
    about: str
    per_product: bool
    slow: bool
    formats: list[str]


@operation(
    "GET",
    "/papers",
    tag=TAG,
    who=Who.VIEWER,
    name="papers",
    answers=list[PaperTold],
    example="/api/v1/papers",
)
def every(request: HttpRequest) -> HttpResponse:
    """Documents that the office writes: mandate, policies, strategy, reviews."""
    told = [
        PaperTold(
            name=each.name,
            title=each.title,
            about=each.about,
            per_product=each.product,
            slow=each.name in papers.SLOW,
            formats=list(FORMATS),
        )
        for each in papers.offered(seen_of(request))
    ]
    return answer(request, told)


@operation(
    "GET", "/papers/{name}", tag=TAG, who=Who.VIEWER, name="paper", media=_ANY, coming=True, errors=(403, 422),
    sample={"name": "nothing-there"},
)  # fmt: skip
def one(
    request: HttpRequest,
    name: str,
    format: Literal["pdf", "html", "md"] = "pdf",  # noqa: A002 - what it is called in the address
    product: Annotated[str | None, Field(max_length=300, description="Narrow it to one product.")] = None,
    as_of: date | None = None,  # noqa: ARG001 - Seen has it
) -> HttpResponse:
    """One document as a file. What takes long is made apart: until it is there the answer is 202."""
    looks = seen_of(request)
    about = papers.about(looks, name)
    if papers.speaks_of_hidden(looks, name):
        return refused(request, 403, *papers.NOT_FOR_YOU)
    wanted = workspace().product(product).name if product else None
    state = papers.state_of(looks, about.name, format, wanted)
    if state is not None and state.how == apart.How.FAILED:
        return refused(
            request, 503, f"It couldn't be written: {state.why}", "Its page in the office has it made again."
        )
    if state is not None and state.how != apart.How.READY:
        papers.ordered(looks, about.name, format, wanted)
        return coming("It is being written; ask again in a few seconds.")
    return papers.sent(looks, about.name, format, wanted)


@operation(
    "GET", "/notices", tag=TAG, who=Who.VIEWER, name="notices", media=_ANY, errors=(403, 413, 422, 503)
)
def notices_of(
    request: HttpRequest,
    product: _Product = None,
    project: _Project = None,
    shape: Literal["html", "text", "markdown"] = "text",
    everything: bool = False,  # noqa: FBT001, FBT002 - a word in the address
    as_of: date | None = None,  # noqa: ARG001 - Seen has it
) -> HttpResponse:
    """Third-party notices; `everything` takes in what only development and tests use."""
    return notices.made(request, making.wanted(product, project), shape, everything=everything)


@operation("GET", "/sbom", tag=TAG, who=Who.VIEWER, name="sbom", media=_ANY, errors=(403, 413, 422, 503))
def sbom(
    request: HttpRequest,
    product: _Product = None,
    project: _Project = None,
    format: Literal["cyclonedx", "spdx"] = "cyclonedx",  # noqa: A002 - what it is called in the address
    version: Annotated[str | None, Field(max_length=10, description="Else CycloneDX 1.6, SPDX 2.3.")] = None,
    as_of: date | None = None,  # noqa: ARG001 - Seen has it
) -> HttpResponseBase:
    """An SBOM from the evidence: all that the documents of a project, or of a product's projects, say, merged."""
    from umbel.reports.sbom import form

    looks, chosen = seen_of(request), form(format, version)
    asked = making.meant(making.wanted(product, project), looks)
    with making.a_place() as free:
        why = making.withheld(asked, looks, "umbel sbom") if free else making.BUSY
        if why:
            return refused(request, *why)
        made = workspace().sbom(asked.name, chosen, product=asked.product, as_of=looks.as_of)
    response = StreamingHttpResponse(_in_parts(made), content_type="application/json")
    ending = "cdx.json" if format == "cyclonedx" else "spdx.json"
    response["Content-Disposition"] = f'attachment; filename="{making.file_name(asked, "sbom", ending)}"'
    return response


def _in_parts(made: Sbom, least: int = 65_536) -> Iterator[bytes]:
    """A document's many small pieces as fewer that are larger: each is a message to the server."""
    part: list[bytes] = []
    size = 0
    for piece in made:
        part.append(piece)
        size += len(piece)
        if size >= least:
            yield b"".join(part)
            part, size = [], 0
    yield b"".join(part)
