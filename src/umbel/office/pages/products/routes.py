# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Who may use the pages of products."""

from __future__ import annotations

from typing import Any

from umbel.office.roles import Who
from umbel.office.routes import page

_VIEWS = "umbel.office.pages.products.views"
_WRITTEN: dict[str, Any] = {"who": Who.OFFICE, "post": Who.OFFICE, "scope": "decide"}
_SHOP = {"name": "Shop"}

ROUTES = [
    page("products/", f"{_VIEWS}.products", "products", title="Products"),
    page("products/new/", f"{_VIEWS}.new", "product-new", **_WRITTEN),
    page("products/matching/", f"{_VIEWS}.matching", "product-matching", who=Who.OFFICE),
    page("products/named/<path:name>/edit/", f"{_VIEWS}.edit", "product-edit", sample=_SHOP, **_WRITTEN),
    page("products/named/<path:name>/end/", f"{_VIEWS}.end", "product-end", sample=_SHOP, **_WRITTEN),
    page("products/named/<path:name>/", f"{_VIEWS}.product", "product", sample=_SHOP),
    page(
        "products/papers/<str:kind>/<path:name>/",
        "umbel.office.pages.products.papers.paper",
        "product-paper",
        sample={"kind": "sbom", "name": "Shop"},
        post=Who.VIEWER,
        scope="read",
    ),
]
