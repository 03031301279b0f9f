# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""The operations that clients of Dependency-Track use, at its addresses and in its words."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from uuid import NAMESPACE_URL, UUID, uuid5

from django.http import Http404, HttpResponse, QueryDict
from ninja import Field, Query, Schema

from umbel import __version__
from umbel.model.errors import UsageError
from umbel.office.api.answers import answer
from umbel.office.api.dependency_track import badges, bodies, found, known
from umbel.office.api.dependency_track.shapes import (
    FindingTold,
    MetricsTold,
    Permission,
    Processing,
    ProjectTold,
    TeamTold,
    TokenTold,
    VersionTold,
    ViolationTold,
    finding_told,
    project_told,
    violation_told,
)
from umbel.office.api.machine import fail, operation
from umbel.office.roles import Who, allows
from umbel.office.seen import of as seen_of
from umbel.office.uploads import projects, receiving
from umbel.office.uploads.bounds import BusyError, TooLargeError
from umbel.office.uploads.models import Project, Receipt

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpRequest

    from umbel.office.uploads.projects import Sent

TAG = "Dependency-Track"
COMPATIBLE = "4.13.0"
SOME = "00000000-0000-4000-8000-000000000000"
MOST = 10_000
_BODY = {
    "requestBody": {
        "required": True,
        "content": {
            "application/json": {
                "schema": {
                    "type": "object",
                    "required": ["bom"],
                    "properties": {
                        "bom": {"type": "string", "description": "The document in base64."},
                        "project": {
                            "type": "string",
                            "description": "The project's UUID; else its name and version.",
                        },
                        "projectName": {"type": "string"},
                        "projectVersion": {"type": "string"},
                        "autoCreate": {
                            "type": "boolean",
                            "description": "Make the project where there is none.",
                        },
                        "isLatest": {"type": "boolean", "description": "The portfolio shows this version."},
                        "parentUUID": {"type": "string"},
                        "parentName": {"type": "string"},
                        "parentVersion": {"type": "string"},
                        "projectTags": {
                            "type": "array",
                            "items": {"type": "object", "properties": {"name": {"type": "string"}}},
                        },
                    },
                }
            }
        },
    }
}
_FORM = {
    "requestBody": {
        "required": True,
        "content": {
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "required": ["bom"],
                    "properties": {
                        "bom": {"type": "string", "format": "binary"},
                        **{
                            name: {"type": "string"}
                            for name in (
                                "project", "projectName", "projectVersion", "autoCreate", "isLatest",
                                "parentUUID", "parentName", "parentVersion", "projectTags",
                            )
                        },
                    },
                }
            }
        },
    }
}  # fmt: skip


def _taken(request: HttpRequest, read: Callable[[HttpRequest], Sent]) -> HttpResponse:
    try:
        sent = read(request)
        if not sent.uuid and not sent.name:
            return fail(
                400, "Neither a project's UUID nor its name was sent.", "Send `project` or `projectName`."
            )
        receipt = receiving.take(request, sent, seen_of(request))
    except UsageError as error:
        return fail(400, error.message, error.hint or None)
    except projects.NotThereError as error:
        return fail(404, str(error), "Send `autoCreate`, or look for its name and version.")
    except TooLargeError as error:
        return fail(413, str(error))
    except BusyError:
        response = fail(503, "Too many documents are being read just now.", "Try again in a few seconds.")
        response["Retry-After"] = "5"
        return response
    return answer(request, TokenTold(str(receipt.token), str(receipt.project_id)))


@operation(
    "PUT", "/bom", tag=TAG, who=Who.CONTRIBUTOR, scope="upload", name="dt-bom", answers=TokenTold,
    errors=(400, 404, 413), extra=_BODY,
)  # fmt: skip
def put_bom(request: HttpRequest) -> HttpResponse:
    """Hand in an SBOM as JSON with base64, as clients of Dependency-Track do.

    It is worked in when this is answered; the body may be packed by gzip (`Content-Encoding`).
    """
    return _taken(request, bodies.of_json)


@operation(
    "POST", "/bom", tag=TAG, who=Who.CONTRIBUTOR, scope="upload", name="dt-bom-form", answers=TokenTold, status=200,
    errors=(400, 404, 413), extra=_FORM,
)  # fmt: skip
def post_bom(request: HttpRequest) -> HttpResponse:
    """Hand in an SBOM as a form; the file, or the whole body, may be packed by gzip."""
    return _taken(request, bodies.of_form)


def _token(path: str, name: str) -> None:
    @operation(
        "GET", path, tag=TAG, who=Who.VIEWER, scope="upload", name=name, answers=Processing,
        sample={"token": SOME},
    )  # fmt: skip
    def processed(request: HttpRequest, token: UUID) -> HttpResponse:  # noqa: ARG001 - whichever it is
        """Whether an upload is still being worked on: never, it is done when it is answered."""
        return answer(request, Processing(processing=False))


_token("/bom/token/{uuid:token}", "dt-bom-token")
_token("/event/token/{uuid:token}", "dt-event-token")


READS = ("VIEW_PORTFOLIO", "VIEW_VULNERABILITY", "VIEW_POLICY_VIOLATION", "VIEW_BADGES")
SENDS = ("BOM_UPLOAD", "PROJECT_CREATION_UPLOAD")


@operation(
    "GET", "/team/self", tag=TAG, who=Who.VIEWER, scope="upload", name="dt-team", answers=TeamTold,
    example="/api/v1/team/self",
)  # fmt: skip
def team(request: HttpRequest) -> HttpResponse:
    """Whose key it is, and what it may, in the words of Dependency-Track's permissions."""
    token = getattr(request, "token", None)
    sends = allows(Who.CONTRIBUTOR, seen_of(request).roles) and (token is None or token.may("PUT", "upload"))
    name = request.user.get_username()
    told = TeamTold(
        uuid=str(uuid5(NAMESPACE_URL, f"account:{name}")),
        name=name,
        permissions=[Permission(each) for each in (*READS, *(SENDS if sends else ()))],
    )
    return answer(request, told)


class Paged(Schema):
    """Which page, in each of the ways that clients ask for one."""

    pageNumber: int = Field(1, ge=1, le=1_000_000)  # noqa: N815 - theirs
    pageSize: int = Field(100, ge=1, le=MOST)  # noqa: N815 - theirs
    page: int | None = Field(None, ge=1, le=1_000_000)
    limit: int | None = Field(None, ge=1, le=MOST)
    offset: int | None = Field(None, ge=0, le=1_000_000_000)

    def span(self) -> tuple[int, int]:
        """From which row to which."""
        size = self.limit or self.pageSize
        start = self.offset if self.offset is not None else ((self.page or self.pageNumber) - 1) * size
        return start, start + size


class ProjectsAsked(Paged):
    """Which projects."""

    name: str | None = None
    searchText: str | None = None  # noqa: N815 - theirs
    excludeInactive: bool = False  # noqa: N815 - theirs
    onlyRoot: bool = False  # noqa: N815 - theirs


def _projects(path: str, name: str) -> None:
    @operation(
        "GET", path, tag=TAG, who=Who.VIEWER, scope="upload", name=name, answers=list[ProjectTold],
        example="/api/v1/project?pageSize=2" if name == "dt-projects" else None,
    )  # fmt: skip
    def listed(request: HttpRequest, asked: Query[ProjectsAsked]) -> HttpResponse:
        """Projects with their UUIDs, a page at a time; `X-Total-Count` says how many there are."""
        name, inactive_too = asked.name, not asked.excludeInactive
        if not request.GET and request.body:  # one client sends its question as the body of a GET
            told = QueryDict(request.body[:2000])
            name, inactive_too = told.get("name"), told.get("excludeInactive") != "true"
        rows = known.projects(seen_of(request), name).select_related("parent")
        if asked.searchText:
            rows = rows.filter(name__icontains=projects.plain(asked.searchText))
        if not inactive_too:
            rows = rows.filter(active=True)
        first, last = asked.span()
        page = [row for row in rows[first:last] if projects.shows(row, seen_of(request))]
        above = set(Project.objects.filter(parent__in=page).values_list("parent_id", flat=True))
        shown = [
            project_told(row, has_children=row.uuid in above, parent=projects.above(row, seen_of(request)))
            for row in page
        ]
        response = answer(request, shown)
        response["X-Total-Count"] = str(rows.count())
        return response


_projects("/project", "dt-projects")
_projects("/project/", "dt-projects-slash")


@operation(
    "GET", "/project/lookup", tag=TAG, who=Who.VIEWER, scope="upload", name="dt-project-lookup", answers=ProjectTold,
    errors=(404,),
)  # fmt: skip
def lookup(request: HttpRequest, name: str, version: str | None = None) -> HttpResponse:
    """A project by its name and version."""
    looks = seen_of(request)
    if not Project.objects.filter(name=projects.plain(name)).exists():
        known.bring(looks)
    return answer(request, _told(request, _there(lambda: projects.by_name(name, version, looks))))


@operation(
    "GET", "/project/latest/{name}", tag=TAG, who=Who.VIEWER, scope="upload", name="dt-project-latest",
    answers=ProjectTold, sample={"name": "nothing-of-this-name"},
)  # fmt: skip
def latest(request: HttpRequest, name: str) -> HttpResponse:
    """The version of a project that the portfolio shows."""
    row = known.projects(seen_of(request), name).filter(latest=True).first()
    if row is None or not projects.shows(row, seen_of(request)):
        raise Http404("The project could not be found.")
    return answer(request, _told(request, row))


def _one(path: str, name: str) -> None:
    @operation(
        "GET", path, tag=TAG, who=Who.VIEWER, scope="upload", name=name, answers=ProjectTold,
        sample={"uuid": SOME},
    )  # fmt: skip
    def one(request: HttpRequest, uuid: UUID) -> HttpResponse:
        """A project by its UUID."""
        return answer(request, _told(request, _project(request, uuid)))

    @operation(
        "DELETE", path, tag=TAG, who=Who.CONTRIBUTOR, scope="upload", name=f"{name}-delete",
        errors=(409,), sample={"uuid": SOME},
    )  # fmt: skip
    def deleted(request: HttpRequest, uuid: UUID) -> HttpResponse:
        """Take back what was handed in for a project. The evidence of past days stays.

        What was collected in another way isn't taken back by this: 409.
        """
        row = _project(request, uuid)
        if row.imported_at is None:
            return fail(
                409,
                "Nothing was handed in for this project; it was collected.",
                "umbel collect withdraws it.",
            )
        receiving.take_back(request, row)
        return HttpResponse(status=204)


_one("/project/{uuid:uuid}", "dt-project")
_one("/project/{uuid:uuid}/", "dt-project-slash")


class FindingsAsked(Schema):
    """Which findings."""

    suppressed: bool = False
    pageNumber: int | None = Field(None, ge=1, le=1_000_000)  # noqa: N815 - theirs
    pageSize: int | None = Field(None, ge=1, le=MOST)  # noqa: N815 - theirs
    source: str | None = None

    def of(self, rows: list[Any]) -> list[Any]:
        """The page that is asked for; all where none is."""
        if self.pageSize is None:
            return rows
        start = ((self.pageNumber or 1) - 1) * self.pageSize
        return rows[start : start + self.pageSize]


@operation(
    "GET", "/finding/project/{uuid:uuid}", tag=TAG, who=Who.VIEWER, scope="upload", name="dt-findings",
    answers=list[FindingTold], sample={"uuid": SOME},
)  # fmt: skip
def findings(request: HttpRequest, uuid: UUID, asked: Query[FindingsAsked]) -> HttpResponse:
    """Known vulnerabilities of a project's components, of every severity."""
    row = _project(request, uuid)
    several = [
        finding_told(each, row.uuid)
        for each in found.judged(row).vulnerabilities
        if asked.suppressed or not each.excused
    ]
    if asked.source:
        several = [each for each in several if each.vulnerability.source == asked.source]
    response = answer(request, asked.of(several))
    response["X-Total-Count"] = str(len(several))
    return response


@operation(
    "GET", "/violation/project/{uuid:uuid}", tag=TAG, who=Who.VIEWER, scope="upload", name="dt-violations",
    answers=list[ViolationTold], sample={"uuid": SOME},
)  # fmt: skip
def violations(request: HttpRequest, uuid: UUID, asked: Query[FindingsAsked]) -> HttpResponse:
    """What the policy in force forbids or warns of in a project, and nobody excused."""
    row, now = _project(request, uuid), datetime.now(UTC)
    several = [violation_told(each, row, now) for each in found.judged(row).violations]
    response = answer(request, asked.of(several))
    response["X-Total-Count"] = str(len(several))
    return response


@operation(
    "GET", "/metrics/project/{uuid:uuid}/current", tag=TAG, who=Who.VIEWER, scope="upload", name="dt-metrics",
    answers=MetricsTold, sample={"uuid": SOME},
)  # fmt: skip
def metrics(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Figures of a project, as they are now."""
    row = _project(request, uuid)
    return answer(request, found.metrics(row, found.judged(row), datetime.now(UTC)))


def _badges(kind: str) -> None:
    def drawn(row: Project) -> HttpResponse:
        told = found.metrics(row, found.judged(row), datetime.now(UTC))
        if kind == "vulns":
            picture = badges.vulnerabilities(told.critical, told.high, told.medium, told.low, told.unassigned)
        else:
            picture = badges.violations(told.policy_violations_fail, told.policy_violations_warn)
        response = HttpResponse(str(picture), content_type="image/svg+xml")
        response["Cross-Origin-Resource-Policy"] = "cross-origin"  # a README elsewhere shows it
        return response

    about: dict[str, Any] = {"who": Who.VIEWER, "scope": "badge", "media": "image/svg+xml", "tag": TAG}

    @operation(
        "GET", f"/badge/{kind}/project/{{uuid:uuid}}", name=f"dt-badge-{kind}", sample={"uuid": SOME}, **about
    )
    def by_uuid(request: HttpRequest, uuid: UUID) -> HttpResponse:
        """A badge of a project, as an SVG picture.

        A token with the scope `badge` alone may stand in the address: `?apiKey=umbel_…`.
        """
        return drawn(_project(request, uuid))

    @operation(
        "GET",
        f"/badge/{kind}/project/{{name}}/{{version}}",
        name=f"dt-badge-{kind}-named",
        sample={"name": "nothing", "version": "1"},
        **about,
    )
    def by_name(request: HttpRequest, name: str, version: str) -> HttpResponse:
        """A badge of a project by its name and version, as an SVG picture."""
        return drawn(_there(lambda: projects.by_name(name, version, seen_of(request))))


_badges("vulns")
_badges("violations")


@operation(
    "GET",
    "/api/version",
    tag=TAG,
    who=Who.ANYONE,
    name="dt-version",
    scope="upload",
    answers=VersionTold,
    own_prefix=True,
    example="/api/version",
)
def version(request: HttpRequest) -> HttpResponse:
    """Which server this is, and with which version of Dependency-Track's interface it is compatible."""
    return answer(request, VersionTold(version=COMPATIBLE, application="Umbel", umbel=__version__))


def _there(look: Callable[[], Project]) -> Project:
    try:
        return look()
    except projects.NotThereError as error:
        raise Http404(str(error)) from error


def _project(request: HttpRequest, uuid: UUID) -> Project:
    return _there(lambda: projects.by_uuid(str(uuid), seen_of(request)))


def _told(request: HttpRequest, row: Project) -> ProjectTold:
    newest = Receipt.objects.filter(project=row).order_by("-at").values_list("format", flat=True).first()
    return project_told(
        row,
        newest or "",
        has_children=row.children.exists(),
        parent=projects.above(row, seen_of(request)),
    )
