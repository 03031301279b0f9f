# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""The library that makes charts interactive: bundled once out of what draws them on the server, and kept as a file.

It interprets expressions (`ast`) instead of compiling them, so that it runs under a policy that forbids `eval`.
"""

from __future__ import annotations

import gzip
from functools import cache
from typing import TYPE_CHECKING

from django.http import HttpResponse

from umbel.office.config import config
from umbel.policy import files

if TYPE_CHECKING:
    from pathlib import Path

    from django.http import HttpRequest

SNIPPET = "window.umbelVega = vegaEmbed;"


@cache
def version() -> str:
    """Which bundle it is: its address changes with it."""
    from importlib.metadata import version as installed

    return f"{installed('vl-convert-python')}-1"


def library(request: HttpRequest, name: str) -> HttpResponse:
    """The bundle, packed where the browser takes it so. Pages ask for it when somebody wants a chart to answer."""
    if name != version():
        return HttpResponse("There is no such bundle.", status=404, content_type="text/plain")
    packed = bundle().read_bytes()
    takes = "gzip" in request.headers.get("Accept-Encoding", "")
    response = HttpResponse(
        packed if takes else gzip.decompress(packed), content_type="text/javascript; charset=utf-8"
    )
    if takes:
        response["Content-Encoding"] = "gzip"
    response["Vary"] = "Accept-Encoding"
    response["Cache-Control"] = "public, max-age=31536000, immutable"
    return response


def bundle() -> Path:
    """The packed file; made by the first who asks for it, in some two seconds."""
    path = config().folder / "cache" / f"vega-{version()}.js.gz"
    if not path.exists():
        import vl_convert

        script = vl_convert.javascript_bundle(snippet=SNIPPET).encode()
        files.replace(path, gzip.compress(script, 9, mtime=0))
    return path
