# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Static files under addresses that change with their content, so that browsers keep them for ever. No build step."""

from __future__ import annotations

import hashlib
from functools import cache
from typing import TYPE_CHECKING, cast

from django.conf import settings
from django.contrib.staticfiles import finders
from django.contrib.staticfiles.storage import StaticFilesStorage
from whitenoise.middleware import WhiteNoiseMiddleware  # type: ignore[import-untyped]

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

FOREVER = "public, max-age=31536000, immutable"


@cache
def _digest(name: str) -> str:
    found = finders.find(name)
    if not isinstance(found, str):
        return ""
    with open(found, "rb") as file:  # noqa: PTH123 - a path of Django's
        return hashlib.file_digest(file, "sha256").hexdigest()[:12]


class Digested(StaticFilesStorage):
    """Addresses end in a digest of what lies there: `office.css?3f2a…`."""

    def url(self, name: str | None) -> str:
        """The address of a file."""
        plain = super().url(name)
        digest = _digest(name or "")
        return f"{plain}?{digest}" if digest else plain


class Served(WhiteNoiseMiddleware):  # type: ignore[misc]
    """Serves them. What is asked for under the digest that it has is kept for ever, everything else for a minute."""

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer where a static file is asked for."""
        response = cast("HttpResponse", super().__call__(request))
        if request.path_info in self.files and response.status_code in {200, 304}:
            name = request.path_info.removeprefix(settings.STATIC_URL)
            if (asked := request.META.get("QUERY_STRING")) and asked == _digest(name):
                response["Cache-Control"] = FOREVER
        return response
