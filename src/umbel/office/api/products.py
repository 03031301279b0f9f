# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Products as they are declared: read, written, and taken out."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
from django.http import Http404, HttpResponse

from umbel.model.settings import Product
from umbel.office.api.acting import written
from umbel.office.api.answers import answer
from umbel.office.api.bodies import sent
from umbel.office.api.hidden import without
from umbel.office.api.machine import operation
from umbel.office.core import workspace
from umbel.office.roles import Who
from umbel.office.seen import of as seen_of

if TYPE_CHECKING:
    from django.http import HttpRequest

TAG = "Products"
_SAMPLE = {"name": "Nothing of this name"}


@operation(
    "GET", "/products/declared", tag=TAG, who=Who.VIEWER, name="products-declared", answers=list[Product],
    example="/api/v1/products/declared",
)  # fmt: skip
def declared(request: HttpRequest) -> HttpResponse:
    """Products as they are written down: owner, distribution, and the patterns that name their projects."""
    return answer(request, without(list(workspace().settings.products), seen_of(request)))


@operation(
    "GET", "/products/declared/{path:name}", tag=TAG, who=Who.VIEWER, name="product-declared", answers=Product,
    sample=_SAMPLE,
)  # fmt: skip
def one(request: HttpRequest, name: str) -> HttpResponse:
    """One product as it is written down."""
    return answer(request, without(_named(name), seen_of(request)))


@operation(
    "PUT", "/products/declared/{path:name}", tag=TAG, who=Who.OFFICE, scope="decide", name="product-set",
    answers=Product, sample=_SAMPLE, errors=(400,), takes=Product,
)  # fmt: skip
def put(request: HttpRequest, name: str) -> HttpResponse:
    """Write a product down, or anew where there is one of this name.

    What isn't sent is empty then. Another `name` in the body renames it.
    """
    made = sent(request, Product, {"name": name})
    if isinstance(made, HttpResponse):
        return made
    there = next((each for each in workspace().settings.products if each.name == name), None)
    return written(
        request,
        "product.change" if there else "product.add",
        made.name,
        lambda ws: ws.set_product(made, there.name if there else None),
        lambda kept: answer(request, kept),
    )


@operation(
    "DELETE", "/products/declared/{path:name}", tag=TAG, who=Who.OFFICE, scope="decide", name="product-end",
    sample=_SAMPLE,
)  # fmt: skip
def end(request: HttpRequest, name: str) -> HttpResponse:
    """Take a product out: its projects belong to none then."""
    found = _named(name)
    return written(
        request,
        "product.end",
        name,
        lambda ws: ws.end_product(found.name),
        lambda _: HttpResponse(status=204),
    )


def _named(name: str) -> Product:
    found = next((each for each in workspace().settings.products if each.name == name), None)
    if found is None:
        raise Http404("There is no such product.")
    return msgspec.structs.replace(found)
