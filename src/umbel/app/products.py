# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Products, and what is known of each."""

from __future__ import annotations

from datetime import date  # noqa: TC003 - msgspec reads it
from typing import TYPE_CHECKING

import msgspec

from umbel.app.names import matches, members

if TYPE_CHECKING:
    from collections.abc import Sequence

    from umbel.app.base import Base
    from umbel.evidence.session import Session
    from umbel.model.settings import Product


class ProductState(msgspec.Struct, frozen=True, kw_only=True):
    """A product and what is known of it; `name` is None for the projects that belong to none.

    `projects` counts those with evidence or a checkout; `unmatched` are patterns that match none.
    """

    name: str | None
    owner: str | None
    department: str | None
    criticality: str | None
    distribution: str
    projects: int
    components: int
    license_unknown: int
    members: list[str]
    unmatched: list[str]
    end_of_support: date | None


def declared(workspace: Base, session: Session, product: str | None) -> list[str]:
    """Projects that someone named, whether or not evidence speaks of them."""
    from umbel.evidence.questions.coverage import known_projects

    known = known_projects(session)
    chosen = workspace.settings.products if product is None else (workspace.product(product),)
    declared = [p for each in chosen for p in unmatched(each, known) if not set(p) & set("*?[")]
    if product is None:
        declared += [rule.name for rule in workspace.settings.projects]
    return declared


def unmatched(product: Product, known: Sequence[str]) -> list[str]:
    """Patterns of a product that name no known project."""
    return [p for p in product.projects if not any(matches(p, name) for name in known)]


def product_states(workspace: Base, session: Session) -> list[ProductState]:
    """Each product in the order of the settings, then the projects of none."""
    from umbel.evidence.questions.coverage import components_each, known_projects

    known = known_projects(session)
    declared: list[Product | None] = list(workspace.settings.products)
    scopes = [members(product, known) for product in workspace.settings.products]
    owned = {name for mine in scopes for name in mine}
    rest = [name for name in known if name not in owned]
    if rest:
        declared.append(None)
        scopes.append(rest)
    return [
        _product_state(product, mine, unmatched(product, known) if product else [], *counts)
        for product, mine, counts in zip(declared, scopes, components_each(session, scopes), strict=True)
    ]


def _product_state(
    product: Product | None, mine: list[str], unmatched: list[str], components: int, licensed: int
) -> ProductState:
    ends = [release.end_of_support for release in product.releases] if product else []
    known_ends = [end for end in ends if end]
    return ProductState(
        name=product.name if product else None,
        owner=product.owner if product else None,
        department=product.department if product else None,
        criticality=product.criticality if product else None,
        distribution=", ".join(product.distribution) if product else "",
        projects=len(mine),
        components=components,
        license_unknown=components - licensed,
        members=mine,
        unmatched=unmatched,
        end_of_support=max(known_ends) if known_ends else None,
    )
