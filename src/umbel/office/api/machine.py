# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""The API: operations that declare who may use them, one shape of error, and lines of the access table made of both."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec
from django.core.exceptions import RequestDataTooBig, TooManyFieldsSent
from django.http import Http404
from ninja import NinjaAPI
from ninja.errors import HttpError, ValidationError
from ninja.parser import Parser

from umbel.model.errors import UsageError
from umbel.office.errors import TITLES, problem
from umbel.office.roles import Who
from umbel.office.routes import Route

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from django.http import HttpRequest, HttpResponse

PREFIX = "api/v1"
MOST_FAULTS = 100
_METHODS = {"GET": 200, "POST": 201, "PUT": 200, "PATCH": 200, "DELETE": 204}


class Operation(msgspec.Struct, frozen=True, kw_only=True):
    """One operation: its method and path below /api/v1, who may use it, and what it answers.

    `answers` is a type that msgspec knows, or a JSON schema; None: no body, or one that is no JSON (`media` says what).
    `scope` is what a token needs for it. `sample` fills the path; `example` is a whole call that the docs show and a
    test makes. `own_prefix`: the path is not below /api/v1. `takes` is the record that its body is, without the fields
    of `given`, which the office says itself.
    """

    method: str
    path: str
    view: Callable[..., Any]
    tag: str
    who: Who
    scope: str | None = None
    name: str
    answers: Any = None
    media: str = "application/json"
    status: int = 200
    coming: bool = False
    """Whether it may say that what is asked for is being made."""
    errors: tuple[int, ...] = ()
    sample: Mapping[str, str] = {}
    example: str | None = None
    own_prefix: bool = False
    extra: Mapping[str, Any] = {}
    takes: type[msgspec.Struct] | None = None
    given: tuple[str, ...] = ()


class _Strict(Parser):
    """JSON as it is written down in the norm; what isn't is a fault and no crash."""

    def parse_body(self, request: HttpRequest) -> Any:
        return msgspec.json.decode(request.body)


api = NinjaAPI(
    title="Umbel",
    version="1",
    description="The open source program office, for programs.",
    openapi_url=None,
    docs_url=None,
    parser=_Strict(),
    urls_namespace="umbel-api",
)
_operations: list[Operation] = []


def operation(  # noqa: PLR0913 - a declaration
    method: str,
    path: str,
    *,
    tag: str,
    who: Who,
    name: str | None = None,
    scope: str | None = None,
    answers: Any = None,
    media: str = "application/json",
    status: int | None = None,
    coming: bool = False,
    errors: tuple[int, ...] = (),
    sample: Mapping[str, str] | None = None,
    example: str | None = None,
    own_prefix: bool = False,
    extra: Mapping[str, Any] | None = None,
    takes: type[msgspec.Struct] | None = None,
    given: tuple[str, ...] = (),
) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Declare an operation of the API. Who may use it is part of it; there is no other way into the access table."""

    def declared(view: Callable[..., Any]) -> Callable[..., Any]:
        made = Operation(
            method=method,
            path=path,
            view=view,
            tag=tag,
            who=who,
            name=name or view.__name__.replace("_", "-"),
            scope=scope,
            answers=answers,
            media=media,
            status=status or _METHODS[method],
            coming=coming,
            errors=errors,
            sample=sample or {},
            example=example,
            own_prefix=own_prefix,
            extra=extra or {},
            takes=takes,
            given=given,
        )
        _operations.append(made)
        api.default_router.add_api_operation(
            path,
            [method],
            view,
            operation_id=made.name,
            summary=_sentence(view),
            description=_rest(view) or None,
            tags=[tag],
            url_name=f"{method.lower()}-{made.name}",
            openapi_extra=dict(made.extra),
        )
        return view

    return declared


def operations() -> list[Operation]:
    """Every operation, in the order of their declaration."""
    return list(_operations)


def _sentence(view: Callable[..., Any]) -> str:
    return (view.__doc__ or "").strip().splitlines()[0].rstrip(".")


def _rest(view: Callable[..., Any]) -> str:
    lines = (view.__doc__ or "").strip().splitlines()[1:]
    return "\n".join(line.strip() for line in lines).strip()


def routes() -> list[Route]:
    """The lines of the access table: one an address, with each of its methods."""
    views: dict[str, Any] = {str(pattern.pattern): pattern.callback for pattern in api.urls[0]}
    by_path: dict[str, list[Operation]] = {}
    for each in _operations:
        by_path.setdefault(address(each), []).append(each)
    made = []
    for path, several in by_path.items():
        first = several[0]
        scopes = {each.scope for each in several if each.scope}
        if len(scopes) > 1:
            raise ValueError(f"{path} asks for several scopes: {sorted(scopes)}.")
        made.append(
            Route(
                path=path,
                name=f"api-{first.name}",
                view=_guarded(views[_pattern(first)]),
                allow={each.method: each.who for each in several},
                scope=next(iter(scopes), None),
                sample=first.sample,
            )
        )
    # An address with a blank in it takes what is written like it, one with a path whatever begins so: others go first.
    return sorted(made, key=lambda route: ("<path:" in route.path, route.path.count("<")))


def _pattern(each: Operation) -> str:
    """The path as Django writes it."""
    from ninja.utils import replace_path_param_notation

    # ninja keeps UUIDs as texts until it checks them, by a converter of its own
    return str(replace_path_param_notation(each.path)).lstrip("/").replace("<uuid:", "<uuidstr:")


def address(each: Operation) -> str:
    """Where an operation lies, as Django writes it."""
    return _pattern(each) if each.own_prefix else f"{PREFIX}/{_pattern(each)}"


def _guarded(view: Callable[..., Any]) -> Callable[..., Any]:
    """The view without ninja's freedom from CSRF checks: a browser's session is no token."""

    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        return view(request, *args, **kwargs)

    return guarded


def fail(status: int, detail: str, hint: str | None = None, **more: Any) -> HttpResponse:
    """An error, in the shape that all have."""
    return problem(status, detail, hint=hint, **more)


@api.exception_handler(ValidationError)
def _invalid(request: HttpRequest, error: ValidationError) -> HttpResponse:  # noqa: ARG001 - ninja's
    faults = [
        {
            "place": ".".join(str(part) for part in each.get("loc", ())),
            "message": str(each.get("msg", ""))[:300],
        }
        for each in error.errors[:MOST_FAULTS]
    ]
    return unfit(faults)


def unfit(faults: list[dict[str, str]]) -> HttpResponse:
    """422, with every fault and its place."""
    number = "One thing doesn't" if len(faults) == 1 else f"{len(faults)} things don't"
    return fail(422, f"{number} fit; nothing was done.", faults=faults)


@api.exception_handler(HttpError)
def _told(request: HttpRequest, error: HttpError) -> HttpResponse:  # noqa: ARG001 - ninja's
    detail = "The body can't be read as JSON." if "parse request body" in error.message else error.message
    return fail(error.status_code, detail or TITLES.get(error.status_code, "Error"))


@api.exception_handler(Http404)
def _missing(request: HttpRequest, error: Http404) -> HttpResponse:  # noqa: ARG001 - ninja's
    said = error.args[0] if error.args and isinstance(error.args[0], str) else "There is no such thing."
    return fail(404, said)


@api.exception_handler(UsageError)
def _unusable(request: HttpRequest, error: UsageError) -> HttpResponse:  # noqa: ARG001 - ninja's
    return fail(422, error.message, error.hint or None, faults=[])


@api.exception_handler(RequestDataTooBig)
def _large(request: HttpRequest, error: RequestDataTooBig) -> HttpResponse:  # noqa: ARG001 - ninja's
    return fail(413, "More was sent than is taken.", "A document may have 64 MiB.")


@api.exception_handler(TooManyFieldsSent)
def _many(request: HttpRequest, error: TooManyFieldsSent) -> HttpResponse:  # noqa: ARG001 - ninja's
    return fail(400, "There are too many fields.")
