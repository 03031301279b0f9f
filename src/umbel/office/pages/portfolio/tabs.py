# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""The parts of a page that is about one thing, each with an address of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.urls import reverse

if TYPE_CHECKING:
    from collections.abc import Iterable


def tabs_of(parts: Iterable[tuple[str, str]], current: str, key: str) -> list[dict[str, Any]]:
    """For `parts/tabs.html`: of pairs of a route and its title."""
    return [
        {"title": title, "url": reverse(route, args=[key]), "current": route == current}
        for route, title in parts
    ]
