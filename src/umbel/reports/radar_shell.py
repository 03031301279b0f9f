# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""The shell of the pages on evaluations and the radar: as `reports.page`, with the styles of both."""

from __future__ import annotations

from typing import TYPE_CHECKING

from umbel._version import __version__
from umbel.reports.markup import Html, element
from umbel.reports.page import asset, document

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime


def shell(title: str, kicker: str, as_of: datetime, body: Sequence[Html], foot: str) -> str:
    """A whole page that stands alone, with its head and its foot."""
    about = element("div", element("p", kicker, class_="kicker"), element("h1", element("bdi", title)))
    dates = element("dl", element("dt", "As of"), element("dd", f"{as_of:%Y-%m-%d}"), class_="when")
    top = element("header", asset("mark.svg"), about, dates, class_="top")
    footer = element("footer", element("p", f"Made by umbel {__version__}. {foot}"))
    return document(
        f"{kicker}: {title}", top, element("main", *body), footer, styles=("report.css", "radar.css")
    )
