# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""The shell of the pages on evaluations and the radar: as `reports.page`, with the styles of both."""

from __future__ import annotations

from base64 import b64encode
from hashlib import sha256
from typing import TYPE_CHECKING

from umbel._version import __version__
from umbel.reports.markup import Html, element, join
from umbel.reports.page import asset

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime


def shell(title: str, kicker: str, as_of: datetime, body: Sequence[Html], foot: str) -> str:
    """A whole page that stands alone. Its policy allows its own style and script by their hashes, and no connection."""
    style, script = Html(f"{asset('report.css')}\n{asset('radar.css')}"), asset("report.js")
    policy = (
        f"default-src 'none'; style-src '{_hash(style)}'; script-src '{_hash(script)}'; "
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
        element("title", f"{kicker}: {title}"),
        element("style", style),
    )
    about = element("div", element("p", kicker, class_="kicker"), element("h1", element("bdi", title)))
    dates = element("dl", element("dt", "As of"), element("dd", f"{as_of:%Y-%m-%d}"), class_="when")
    top = element("header", asset("mark.svg"), about, dates, class_="top")
    footer = element("footer", element("p", f"Made by umbel {__version__}. {foot}"))
    whole = element("body", top, element("main", *body), footer, element("script", script))
    return join([Html("<!doctype html>\n"), element("html", head, Html("\n"), whole, lang="en"), Html("\n")])


def _hash(content: str) -> str:
    return "sha256-" + b64encode(sha256(content.encode()).digest()).decode()
