# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""The OpenAPI description: what django-ninja knows of paths and parameters, with the schemas of what is answered."""

from __future__ import annotations

from functools import cache
from http import HTTPStatus
from typing import Any

import msgspec

from umbel.office.api.answers import Coming, EditionTold
from umbel.office.api.machine import PREFIX, Operation, api, operations
from umbel.office.roles import Who
from umbel.office.routes import table

REF = "#/components/schemas/{name}"
WORDS = {
    Who.ANYONE: "anyone",
    Who.CATALOGUE: "any account; anyone where the catalogue is public",
    Who.VIEWER: "any account",
    Who.CONTRIBUTOR: "contributors, legal, security, the office",
    Who.APPROVER: "legal, security, the office",
    Who.LEGAL: "legal, the office",
    Who.SECURITY: "security, the office",
    Who.OFFICE: "the office",
}


class Fault(msgspec.Struct, kw_only=True):
    """One thing that doesn't fit, and its place."""

    place: str
    message: str


class Problem(msgspec.Struct, kw_only=True, omit_defaults=True):
    """An error (RFC 9457): the one shape that all have."""

    type: str
    title: str
    status: int
    detail: str
    hint: str | None = None
    faults: list[Fault] = []


@cache
def described() -> dict[str, Any]:
    """The whole description, as a JSON-encodable dictionary."""
    table()  # whoever describes the API first must have all of it declared
    base: dict[str, Any] = dict(api.get_openapi_schema(path_prefix=""))
    every = operations()
    types = [each.answers for each in every if _is_type(each.answers)]
    types += [each.takes for each in every if each.takes is not None]
    schemas, components = msgspec.json.schema_components(
        [*types, Coming, EditionTold, Problem], ref_template=REF
    )
    by_type = {id(kind): schema for kind, schema in zip(types, schemas, strict=False)}
    base["components"]["schemas"] = {**components, **base["components"]["schemas"]}
    base["components"]["securitySchemes"] = {
        "token": {
            "type": "http",
            "scheme": "bearer",
            "description": "A token of an account, made on its page.",
        },
        "key": {"type": "apiKey", "in": "header", "name": "X-Api-Key", "description": "The same token."},
    }
    base["security"] = [{"token": []}, {"key": []}]
    base["info"]["license"] = {"name": "Apache-2.0", "identifier": "Apache-2.0"}
    base.pop("servers", None)
    paths: dict[str, Any] = {}
    for each in every:
        path = _path(each)
        told = base["paths"][path][each.method.lower()]
        _completed(told, each, by_type)
        if each.takes is not None:
            named = by_type[id(each.takes)]["$ref"].rpartition("/")[2]
            told["requestBody"] = _body(components[named], each.given)
        paths.setdefault(path if each.own_prefix else f"/{PREFIX}{path}", {})[each.method.lower()] = told
    base["paths"] = dict(sorted(paths.items()))
    plain: dict[str, Any] = msgspec.json.decode(msgspec.json.encode(base))
    return plain


def _body(record: dict[str, Any], given: tuple[str, ...]) -> dict[str, Any]:
    """A record as it is sent: without what the office says itself."""
    fields = {name: each for name, each in record["properties"].items() if name not in given}
    needed = [name for name in record.get("required", ()) if name not in given]
    schema = {**record, "properties": fields, "required": needed, "additionalProperties": False}
    return {"required": True, "content": {"application/json": {"schema": schema}}}


def _path(each: Operation) -> str:
    import re

    return "/" + re.sub(r"{[^}:]+:", "{", each.path).lstrip("/")


def _is_type(answers: Any) -> bool:
    return answers is not None and not isinstance(answers, dict)


def _completed(told: dict[str, Any], each: Operation, by_type: dict[int, Any]) -> None:
    """Who may, what is answered, and which errors there are."""
    scope = f" A token needs the scope `{each.scope}`." if each.scope else ""
    words = f"Who may: {WORDS[each.who]}.{scope}"
    told["description"] = f"{told['description']}\n\n{words}" if told.get("description") else words
    told["x-who"] = each.who.value
    if each.scope:
        told["x-scope"] = each.scope
    if each.example:
        told["x-example"] = each.example
    if each.who is Who.ANYONE:
        told["security"] = []
    answers: dict[str, Any] = {}
    good: dict[str, Any] = {"description": HTTPStatus(each.status).phrase}
    schema = each.answers if isinstance(each.answers, dict) else by_type.get(id(each.answers))
    if schema is not None:
        good["content"] = {each.media: {"schema": schema}}
    elif each.status != HTTPStatus.NO_CONTENT:
        good["content"] = {each.media: {"schema": {"type": "string"}}}
    answers[str(each.status)] = good
    if each.coming:
        answers["202"] = {
            "description": "It is being made; `Retry-After` says when to ask again.",
            "content": {"application/json": {"schema": {"$ref": REF.format(name="Coming")}}},
        }
        answers["304"] = {"description": "Nothing is new since `If-None-Match`."}
    wrong = {"content": {"application/problem+json": {"schema": {"$ref": REF.format(name="Problem")}}}}
    for status in sorted(
        {401, 403, 422, 503, *each.errors, *((404,) if "{" in each.path or each.coming else ())}
    ):
        answers[str(status)] = {"description": HTTPStatus(status).phrase, **wrong}
    told["responses"] = answers
