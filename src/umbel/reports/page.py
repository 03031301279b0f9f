# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""The shell of a page that stands alone: style and script inside, and nothing may be loaded."""

from __future__ import annotations

from base64 import b64encode
from functools import cache
from hashlib import sha256
from importlib.resources import files
from typing import TYPE_CHECKING

from umbel.reports.markup import Html, element, join

if TYPE_CHECKING:
    from collections.abc import Sequence


@cache
def asset(name: str) -> Html:
    """The text of a file beside this module that belongs to the package."""
    return Html((files("umbel.reports") / "assets" / name).read_text("utf-8").strip())


def document(
    title: str, *body: Html, styles: Sequence[str] = ("report.css",), script: str = "report.js"
) -> str:
    """A whole HTML page with these assets. Its policy allows them by their hashes, and no connection."""
    style, code = join([asset(name) for name in styles], Html("\n")), asset(script)
    policy = (
        f"default-src 'none'; style-src '{_hash(style)}'; script-src '{_hash(code)}'; "
        "base-uri 'none'; form-action 'none'"
    )
    head = element(
        "head",
        element("meta", charset="utf-8"),
        Html(f'<meta http-equiv="Content-Security-Policy" content="{policy}">'),
        element("meta", name="viewport", content="width=device-width, initial-scale=1"),
        element("meta", name="color-scheme", content="light dark"),
        element("meta", name="referrer", content="no-referrer"),
        element("meta", name="robots", content="noindex"),
        element("title", title),
        element("style", style),
    )
    whole = element(
        "html", Html("\n"), head, Html("\n"), element("body", *body, element("script", code)), lang="en"
    )
    return join([Html("<!doctype html>\n"), whole, Html("\n")])


def _hash(content: str) -> str:
    return "sha256-" + b64encode(sha256(content.encode()).digest()).decode()
