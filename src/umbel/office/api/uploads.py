# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Documents are handed in and judged; receipts of them are read."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

import msgspec
from django.core.files.uploadedfile import UploadedFile
from django.http import Http404, HttpResponse
from django.urls import reverse
from ninja import Field, Query, Schema

from umbel.office.api.answers import answer
from umbel.office.api.machine import fail, operation, unfit
from umbel.office.roles import Who
from umbel.office.seen import of as seen_of
from umbel.office.uploads import projects, reading, receiving
from umbel.office.uploads.bounds import BusyError, TooLargeError
from umbel.office.uploads.projects import Sent
from umbel.office.uploads.told import Finding, Gap, told_finding, told_gap, told_policy

if TYPE_CHECKING:
    from django.http import HttpRequest

    from umbel.office.uploads.models import Receipt

TAG = "Uploads"
SOME = "00000000-0000-4000-8000-000000000000"
VERDICTS = {0: "open", 1: "closed", 3: "unknown"}


class Fault(msgspec.Struct, kw_only=True):
    """Something wrong in a document, and its place."""

    code: str
    message: str
    place: str
    level: str


class VerdictTold(msgspec.Struct, kw_only=True):
    """What the policy in force says: open, closed, or unknown where the evidence is incomplete.

    `findings` are the gravest of them; `counts` counts all.
    """

    verdict: str
    exit_code: int
    policy: str
    counts: dict[str, int]
    findings: list[Finding]
    not_asked: list[Gap]


class ReceiptTold(msgspec.Struct, kw_only=True):
    """That a document was handed in, and what came of it."""

    token: str
    project: str
    version: str | None
    project_uuid: str
    part: str | None
    at: datetime
    by: str
    file_name: str
    sha256: str
    size: int
    format: str | None
    outcome: str
    components: int
    dependencies: int
    replaced: int
    stands: bool
    kept: bool
    faults: list[Fault]
    verdict: VerdictTold
    url: str


class ReceiptsTold(msgspec.Struct, kw_only=True):
    """Receipts, the newest first; `next` is the cursor of what comes after."""

    rows: list[ReceiptTold]
    next: str | None


class LookedAt(msgspec.Struct, kw_only=True):
    """What would come of a document."""

    project: str
    version: str | None
    format: str
    sha256: str
    components: int
    dependencies: int
    faults: list[Fault]
    verdict: VerdictTold


def told(request: HttpRequest, receipt: Receipt) -> ReceiptTold:
    """A receipt as it is answered."""
    return ReceiptTold(
        token=str(receipt.token),
        project=receipt.project.name,
        version=receipt.project.version or None,
        project_uuid=str(receipt.project_id),
        part=receipt.part or None,
        at=receipt.at,
        by=receipt.actor,
        file_name=receipt.file_name,
        sha256=receipt.sha256,
        size=receipt.size,
        format=receipt.format or None,
        outcome=receipt.outcome,
        components=receipt.components,
        dependencies=receipt.dependencies,
        replaced=receipt.replaced,
        stands=receipt.stands,
        kept=receipt.document_id is not None,
        faults=msgspec.convert(receipt.faults, list[Fault]),
        verdict=VerdictTold(
            verdict=VERDICTS.get(receipt.exit_code, "unknown"),
            exit_code=receipt.exit_code,
            policy=told_policy(receipt.policy),
            counts=receipt.counts,
            findings=msgspec.convert(receipt.findings, list[Finding]),
            not_asked=msgspec.convert(receipt.gaps, list[Gap]),
        ),
        url=request.build_absolute_uri(reverse("upload-receipt", args=[receipt.token])),
    )


class Form(Schema):
    """What a document is said to be of. Its name, a version (a branch or a release), and a part of the project."""

    project: str | None = Field(
        None, max_length=255, description="The project's name; else what the document says."
    )
    version: str | None = Field(
        None, max_length=255, description="A release or branch; the last one is shown."
    )
    part: str | None = Field(None, max_length=255, description="Parts of a project stand side by side.")
    latest: bool = Field(
        default=False, description="The portfolio shows this version, whichever comes later."
    )
    file_name: str | None = Field(None, max_length=255, description="Lockfiles are known by their names.")


_BODY: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "description": "The document itself, or a form with the field `file`. It may be packed by gzip.",
        "content": {
            "application/octet-stream": {"schema": {"type": "string", "format": "binary"}},
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "required": ["file"],
                    "properties": {"file": {"type": "string", "format": "binary"}},
                }
            },
        },
    }
}


def _sent(request: HttpRequest, asked: Form) -> Sent | None:
    """What was sent; None: nothing."""
    if (request.content_type or "").startswith("multipart/"):
        file = request.FILES.get("file")
        if not isinstance(file, UploadedFile):
            return None
        data, name = file.read(), asked.file_name or file.name
    else:
        data, name = request.body, asked.file_name
    return Sent(
        data=data,
        file_name=name or "bom.json",
        name=asked.project or None,
        version=asked.version or None,
        part=asked.part or "",
        latest=asked.latest,
    )


def _refusal(error: Exception) -> HttpResponse:
    if isinstance(error, TooLargeError):
        return fail(413, str(error))
    if isinstance(error, projects.NotThereError):
        return fail(404, str(error))
    response = fail(503, "Too many documents are being read just now.", "Try again in a few seconds.")
    response["Retry-After"] = "5"
    return response


@operation(
    "POST", "/uploads", tag=TAG, who=Who.CONTRIBUTOR, scope="upload", name="upload", answers=ReceiptTold,
    errors=(400, 404, 413), extra=_BODY,
)  # fmt: skip
def upload(request: HttpRequest, asked: Query[Form]) -> HttpResponse:
    """Hand in an SBOM, a lockfile or a manifest: it is worked in, judged, and answered with its verdict."""
    sent = _sent(request, asked)
    if sent is None:
        return unfit([{"place": "form.file", "message": "is missing"}])
    try:
        receipt = receiving.take(request, sent, seen_of(request))
    except (TooLargeError, projects.NotThereError, BusyError) as error:
        return _refusal(error)
    response = answer(request, told(request, receipt), status=201)
    response["Location"] = reverse("api-upload-one", args=[receipt.token])
    return response


@operation(
    "POST", "/check", tag=TAG, who=Who.CONTRIBUTOR, scope="upload", name="check", answers=LookedAt, status=200,
    errors=(400, 404, 413), extra=_BODY,
)  # fmt: skip
def check(request: HttpRequest, asked: Query[Form]) -> HttpResponse:
    """Judge a document by the policy in force, and keep nothing of it."""
    sent = _sent(request, asked)
    if sent is None:
        return unfit([{"place": "form.file", "message": "is missing"}])
    try:
        found = receiving.looked_at(sent, seen_of(request))
    except (TooLargeError, projects.NotThereError, BusyError) as error:
        return _refusal(error)
    document, verdict = found.document, found.verdict
    return answer(
        request,
        LookedAt(
            project=document.project,
            version=document.version,
            format=document.reading.format or "",
            sha256=document.sha256,
            components=len(document.reading.components),
            dependencies=len(document.reading.edges),
            faults=[
                Fault(code=each.code, message=each.message, place=each.place, level=each.level)
                for each in document.reading.faults[: receiving.MOST_FAULTS]
            ],
            verdict=VerdictTold(
                verdict=VERDICTS.get(verdict.exit_code, "unknown"),
                exit_code=verdict.exit_code,
                policy=told_policy(verdict.policy),
                counts=verdict.counted(),
                findings=[told_finding(each) for each in verdict.findings[: receiving.MOST_FINDINGS]],
                not_asked=[told_gap(each) for each in verdict.gaps],
            ),
        ),
    )


class Receipts(Schema):
    """Which receipts."""

    project: str | None = Field(None, max_length=255, description="Those of one project, by its name.")
    standing: bool = Field(default=False, description="Only those whose documents stand.")
    limit: int = Field(50, ge=1, le=200)
    after: str | None = Field(None, max_length=100, description="Where to go on: `next` of the page before.")


@operation(
    "GET", "/uploads", tag=TAG, who=Who.VIEWER, scope="upload", name="uploads", answers=ReceiptsTold,
    example="/api/v1/uploads?limit=2",
)  # fmt: skip
def uploads(request: HttpRequest, asked: Query[Receipts]) -> HttpResponse:
    """Receipts of what was handed in, the newest first."""
    rows, onward = reading.page(
        seen_of(request), project=asked.project, standing=asked.standing, after=asked.after, limit=asked.limit
    )
    return answer(request, ReceiptsTold(rows=[told(request, row) for row in rows], next=onward))


@operation(
    "GET", "/uploads/{uuid:token}", tag=TAG, who=Who.VIEWER, scope="upload", name="upload-one",
    answers=ReceiptTold, sample={"token": SOME},
)  # fmt: skip
def one(request: HttpRequest, token: UUID) -> HttpResponse:
    """A receipt by its token."""
    return answer(request, told(request, _receipt(request, token)))


@operation(
    "GET", "/uploads/{uuid:token}/document", tag=TAG, who=Who.VIEWER, scope="upload", name="upload-document",
    media="application/octet-stream", sample={"token": SOME},
)  # fmt: skip
def document(request: HttpRequest, token: UUID) -> HttpResponse:
    """The document as it was handed in, while it is kept."""
    return reading.downloaded(_receipt(request, token))


def _receipt(request: HttpRequest, token: UUID) -> Receipt:
    found = reading.one(seen_of(request), token)
    if found is None:
        raise Http404("There is no such receipt.")
    return found
