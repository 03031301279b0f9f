# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""The lists of the portfolio."""

from __future__ import annotations

from typing import TYPE_CHECKING

from umbel.office.pages.portfolio.figures import COMPONENTS, PACKAGES, PEOPLE, PROJECTS, UPSTREAMS
from umbel.office.pages.portfolio.lists import list_page

if TYPE_CHECKING:
    from django.http import HttpRequest
    from django.http.response import HttpResponseBase


def projects(request: HttpRequest) -> HttpResponseBase:
    """Our projects."""
    return list_page(request, PROJECTS)


def packages(request: HttpRequest) -> HttpResponseBase:
    """The packages in use."""
    return list_page(request, PACKAGES)


def components(request: HttpRequest) -> HttpResponseBase:
    """The package versions in use."""
    return list_page(request, COMPONENTS)


def upstreams(request: HttpRequest) -> HttpResponseBase:
    """The projects that packages come from."""
    return list_page(request, UPSTREAMS)


def people(request: HttpRequest) -> HttpResponseBase:
    """Those who write what we use and what we make."""
    return list_page(request, PEOPLE)
