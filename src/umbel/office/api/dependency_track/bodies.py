# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Bodies of uploads as these clients send them: JSON with base64, or a form with a file; both may be packed by gzip."""

from __future__ import annotations

import base64
import binascii
from io import BytesIO
from typing import TYPE_CHECKING, Any

import msgspec
from django.core.files.uploadedfile import UploadedFile

from umbel.model.errors import UsageError
from umbel.office.uploads.bounds import TooLargeError, unpacked
from umbel.office.uploads.projects import Sent

if TYPE_CHECKING:
    from django.http import HttpRequest

MOST_BODY = 96 << 20
"""A document of 64 MiB in base64, and its envelope."""


class Tag(msgspec.Struct):
    """A tag, as an object with a name."""

    name: str = ""


class Body(msgspec.Struct, rename="camel"):
    """The JSON of `PUT /api/v1/bom`. Null is the same as nothing."""

    bom: str | None = None
    project: str | None = None
    project_name: str | None = None
    project_version: str | None = None
    auto_create: bool | str | None = None
    is_latest: bool | str | None = None
    is_latest_project_version: bool | str | None = None
    is_active: bool | str | None = None
    parent_u_u_i_d: str | None = msgspec.field(default=None, name="parentUUID")
    parent_name: str | None = None
    parent_version: str | None = None
    project_tags: list[Tag | str] | str | None = None


def of_json(request: HttpRequest) -> Sent:
    """A document that was sent as JSON. Raises `UsageError`, `TooLargeError`."""
    try:
        told = msgspec.json.decode(_plain(request), type=Body)
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError) as error:
        raise UsageError(
            f"The body can't be read: {str(error)[:200]}.", "Send JSON with `bom` in base64."
        ) from error
    if not told.bom:
        raise UsageError("There is no bom.", "Send it in base64.")
    try:
        data = base64.b64decode(told.bom.encode("ascii"), validate=False)
    except (binascii.Error, ValueError) as error:
        raise UsageError("The bom is no base64.", "Encode the file's bytes.") from error
    return Sent(
        data=data,
        file_name=_file_name(data),
        uuid=told.project or None,
        name=told.project_name or None,
        version=told.project_version or None,
        create=_true(told.auto_create),
        latest=_true(told.is_latest) or _true(told.is_latest_project_version),
        parent_uuid=told.parent_u_u_i_d or None,
        parent_name=told.parent_name or None,
        parent_version=told.parent_version or None,
        tags=_tags(told.project_tags),
    )


def of_form(request: HttpRequest) -> Sent:
    """A document that was sent as a form. Raises `UsageError`, `TooLargeError`."""
    if request.headers.get("Content-Encoding", "").lower() == "gzip":
        data = _plain(request)
        request._stream = BytesIO(data)  # noqa: SLF001 - Django has no other way in
        request._read_started = False  # type: ignore[attr-defined]  # noqa: SLF001
        del request._body  # noqa: SLF001
        request.META["CONTENT_LENGTH"] = str(len(data))
    told = request.POST
    file = request.FILES.get("bom")
    if isinstance(file, UploadedFile):
        data, name = file.read(), file.name or ""
    elif told.get("bom"):
        data, name = str(told["bom"]).encode(), ""
    else:
        raise UsageError("There is no bom.", "Send the file in the field `bom`.")
    return Sent(
        data=data,
        file_name=name if name and name != "blob" else _file_name(data),
        uuid=told.get("project") or None,
        name=told.get("projectName") or None,
        version=told.get("projectVersion") or None,
        create=_true(told.get("autoCreate")),
        latest=_true(told.get("isLatest")) or _true(told.get("isLatestProjectVersion")),
        parent_uuid=told.get("parentUUID") or None,
        parent_name=told.get("parentName") or None,
        parent_version=told.get("parentVersion") or None,
        tags=_tags(told.get("projectTags")),
    )


def _plain(request: HttpRequest) -> bytes:
    """The body as it was before it was packed, if it was."""
    data = request.body
    if request.headers.get("Content-Encoding", "").lower() != "gzip":
        return data
    try:
        return unpacked(data, MOST_BODY)
    except ValueError as error:
        raise UsageError(f"The body {error}.", "Pack it again, or send it as it is.") from error


def _file_name(data: bytes) -> str:
    """A name for a document that came without one: these clients send CycloneDX."""
    return "bom.xml" if data.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<") else "bom.json"


def _true(value: Any) -> bool:
    return value is True or (isinstance(value, str) and value.strip().lower() == "true")


def _tags(value: Any) -> tuple[str, ...]:
    if not value:
        return ()
    if isinstance(value, str):
        return tuple(part.strip() for part in value.split(",") if part.strip())
    return tuple(each if isinstance(each, str) else each.name for each in value)


__all__ = ["Body", "TooLargeError", "of_form", "of_json"]
