# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""What every template knows."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any, cast

from django.db import DatabaseError

from umbel import __version__

if TYPE_CHECKING:
    from django.http import HttpRequest

    from umbel.office.seen import Seen

THEME = "umbel-theme"
"""The cookie that keeps the colours somebody chose."""
THEMES = ("light", "dark")

log = logging.getLogger("umbel.office")


def office(request: HttpRequest) -> dict[str, Any]:
    """The look of the whole office: who looks, at which day, and what stands in the menu."""
    from umbel.office import charts
    from umbel.office.navigation import link_to, menu, url_of

    looks = _looks(request)
    theme = request.COOKIES.get(THEME)
    found = None if looks is None else menu(request, looks)
    return {
        "seen": looks,
        "menu": found,
        "own_pages": [] if found is None else found.own,
        "theme": theme if theme in THEMES else "",
        "theme_url": url_of("theme"),
        "search_url": url_of("search"),
        "login_url": url_of("account_login"),
        "logout_url": url_of("account_logout"),
        "version": __version__,
        "charts_url": link_to("script-charts", charts.version()),
    }


def _looks(request: HttpRequest) -> Seen | None:
    """Who looks. A page that no route leads to (404) never came past the access table, so it is found out here."""
    from umbel.office.seen import seen

    known = getattr(request, "seen", None)
    if known is not None or not hasattr(request, "user"):
        return cast("Seen | None", known)
    try:
        return seen(request)
    except DatabaseError:
        log.warning("Who looks can't be found out: the database can't be reached")
        return None
