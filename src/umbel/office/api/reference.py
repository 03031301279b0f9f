# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""The reference of the API: its OpenAPI description, and pages for people that are made from the same."""

from __future__ import annotations

import hashlib
from functools import cache
from typing import TYPE_CHECKING, Any

import msgspec
from django.http import Http404, HttpResponse
from django.shortcuts import render

from umbel.office.api import schemas
from umbel.office.api.answers import tagged

if TYPE_CHECKING:
    from django.http import HttpRequest

MOST_DEEP = 6
FIRST = ("Uploads", "Dependency-Track", "Decisions", "Requests")
"""Subjects that the page begins with: what most come for."""


class Shown(msgspec.Struct, frozen=True, kw_only=True):
    """An operation, as the reference shows it."""

    name: str
    method: str
    path: str
    summary: str
    words: list[str]
    tag: str
    example: str | None
    details: dict[str, Any]


def described(request: HttpRequest) -> HttpResponse:
    """The OpenAPI description."""
    text = _text()
    return tagged(
        request, hashlib.sha256(text).hexdigest(), lambda: HttpResponse(text, content_type="application/json")
    )


@cache
def _text() -> bytes:
    return msgspec.json.format(msgspec.json.encode(schemas.described()), indent=1)


@cache
def shown() -> tuple[Shown, ...]:
    """Every operation."""
    found = []
    for path, methods in schemas.described()["paths"].items():
        for method, told in methods.items():
            found.append(
                Shown(
                    name=told["operationId"],
                    method=method.upper(),
                    path=path,
                    summary=told["summary"],
                    words=[part.replace("`", "") for part in told["description"].split("\n\n")],
                    tag=told["tags"][0],
                    example=told.get("x-example"),
                    details=told,
                )
            )
    return tuple(sorted(found, key=lambda each: (each.tag, each.path, each.method)))


def page(request: HttpRequest) -> HttpResponse:
    """Every operation by its subject, for people."""
    groups: dict[str, list[Shown]] = {tag: [] for tag in FIRST}
    for each in shown():
        groups.setdefault(each.tag, []).append(each)
    return render(
        request, "api/reference.html", {"groups": groups, "number": len(shown()), "open": FIRST[:1]}
    )


def operation_page(request: HttpRequest, name: str) -> HttpResponse:
    """One operation: what it takes, what it answers, and an example."""
    found = next((each for each in shown() if each.name == name), None)
    if found is None:
        raise Http404(f"There is no operation {name}.")
    told = {
        "it": found,
        "parameters": [_parameter(each) for each in found.details.get("parameters", ())],
        "body": _body(found.details.get("requestBody")),
        "answers": [_answer(status, each) for status, each in found.details["responses"].items()],
    }
    return render(request, "api/operation.html", told)


def _parameter(told: dict[str, Any]) -> dict[str, Any]:
    return {
        "name": told["name"],
        "where": told["in"],
        "needed": told.get("required", False),
        "kind": _kind(told.get("schema", {})),
        "about": told.get("description", ""),
    }


def _body(told: dict[str, Any] | None) -> list[dict[str, Any]]:
    if told is None:
        return []
    return [{"media": media, "lines": _lines(each["schema"])} for media, each in told["content"].items()]


def _answer(status: str, told: dict[str, Any]) -> dict[str, Any]:
    content = told.get("content", {})
    media = next(iter(content), "")
    lines = (
        _lines(content[media]["schema"]) if media == "application/json" and status.startswith("20") else []
    )
    return {"status": status, "about": told["description"], "media": media, "lines": lines}


def _named(schema: dict[str, Any]) -> dict[str, Any]:
    """A schema, looked up where it is a reference."""
    name = schema.get("$ref", "").rpartition("/")[2]
    found: dict[str, Any] = schemas.described()["components"]["schemas"][name] if name else schema
    return found


def _kind(schema: dict[str, Any]) -> str:
    """What a value is, in a word or two."""
    if "$ref" in schema:
        return str(schema["$ref"].rpartition("/")[2])
    if "enum" in schema:
        return " | ".join("null" if each is None else str(each) for each in schema["enum"][:12])
    several = schema.get("anyOf") or schema.get("oneOf")
    if several:
        return " or ".join(dict.fromkeys(_kind(each) for each in several))
    kind = schema.get("type", "anything")
    words = " or ".join(kind) if isinstance(kind, list) else str(kind)
    if "items" in schema and isinstance(schema["items"], dict):
        return f"{words} of {_kind(schema['items'])}"
    return f"{words} ({schema['format']})" if "format" in schema else words


def _lines(schema: dict[str, Any], depth: int = 0, seen: tuple[str, ...] = ()) -> list[dict[str, Any]]:
    """The fields of a record, those of the records in it beneath them."""
    name = schema.get("$ref", "")
    if depth >= MOST_DEEP or (name and name in seen):
        return []
    beneath = (*seen, name) if name else seen
    whole = _named(schema)
    several = [
        each for each in (whole.get("anyOf") or whole.get("oneOf") or ()) if each.get("type") != "null"
    ]
    if len(several) == 1:
        return _lines(several[0], depth, beneath)
    if isinstance(whole.get("items"), dict):
        return _lines(whole["items"], depth, beneath)
    if isinstance(whole.get("additionalProperties"), dict) and "properties" not in whole:
        return _lines(whole["additionalProperties"], depth, beneath)
    needed = set(whole.get("required", ()))
    found: list[dict[str, Any]] = []
    for field, each in whole.get("properties", {}).items():
        found.append(
            {
                "name": field,
                "level": depth + 1,
                "kind": _kind(each),
                "needed": field in needed,
                "about": each.get("description", ""),
            }
        )
        found += _lines(each, depth + 1, beneath)
    return found[:400]
