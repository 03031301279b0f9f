# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""What every template knows."""

from __future__ import annotations

import logging
from functools import cache
from typing import TYPE_CHECKING, Any, cast

from django.db import DatabaseError

from umbel import __version__
from umbel.model.errors import UmbelError

if TYPE_CHECKING:
    from django.http import HttpRequest

    from umbel.office.editions import Edition
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
        "edition_url": url_of("why-edition") if looks is not None and looks.roles else None,
        "version": __version__,
        "shown_edition": cache(lambda: _edition(looks)),
        "charts_url": link_to("script-charts", charts.version()),
    }


def _edition(looks: Seen | None) -> Edition | None:
    """The edition that figures are of. A page is complete without it."""
    from umbel.office.editions import newest

    try:
        return None if looks is None else newest(looks).edition
    except (OSError, UmbelError) as error:
        log.warning("The edition can't be read: %s", error)
        return None


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
