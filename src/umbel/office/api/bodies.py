# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Bodies that are records of the core: whoever sends one is told every fault that it has, with its place."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

import msgspec

from umbel.office.api.machine import fail, unfit

if TYPE_CHECKING:
    from collections.abc import Mapping

    from django.http import HttpRequest, HttpResponse

T = TypeVar("T", bound=msgspec.Struct)


def sent(
    request: HttpRequest,
    record: type[T],
    otherwise: Mapping[str, Any] | None = None,
    given: Mapping[str, Any] | None = None,
) -> T | HttpResponse:
    """The record that was sent, or what is wrong with it.

    `otherwise` stands for fields that weren't sent, `given` for those that nobody may send.
    """
    try:
        said = msgspec.json.decode(request.body)
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError):
        return fail(400, "The body can't be read as JSON.")
    if not isinstance(said, dict):
        return unfit([{"place": "body", "message": "is no object"}])
    said, given = {**(otherwise or {}), **said}, given or {}
    fields = msgspec.structs.fields(record)
    names = {each.encode_name for each in fields}
    faults = [
        {"place": f"body.{name}", "message": "is no field of this record"}
        for name in sorted(set(said) - names)
    ]
    faults += [
        {"place": f"body.{name}", "message": "is said by the office"} for name in given if name in said
    ]
    faults += [
        {"place": f"body.{each.encode_name}", "message": "is missing"}
        for each in fields
        if each.required and each.encode_name not in {*given, *said}
    ]
    if not faults:
        try:
            return msgspec.convert({**said, **given}, record)
        except (msgspec.ValidationError, ValueError, OverflowError) as error:
            message, _, place = str(error).partition(" - at `$")
            faults = [{"place": f"body{place.rstrip('`')}", "message": message}]
    return unfit(faults)
