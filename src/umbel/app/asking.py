# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Questions in a session that is open already."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from umbel.app.names import members, one_of
from umbel.app.products import declared

if TYPE_CHECKING:
    from collections.abc import Sequence

    from umbel.app.base import Base
    from umbel.evidence.answer import Answer
    from umbel.evidence.questions.inventory import By, Filter
    from umbel.evidence.session import Session


def with_history(
    workspace: Base, session: Session, projects: Sequence[str] | None, product: str | None
) -> list[str] | None:
    """The projects with a history that are named, of a product, or both; None is all.

    A history tells of days before it was collected, so the projects are those known by now.
    """
    from umbel.metrics.engine import projects_of

    if projects is None and product is None:
        return None
    known = projects_of(session)
    scope = known if product is None else members(workspace.product(product), known)
    if projects is None:
        return scope
    named = {one_of(name, known) for name in projects}
    return [name for name in scope if name in named]


def ask_inventory(
    workspace: Base, session: Session, by: By, chosen: Filter | None, product: str | None
) -> Answer:
    """`Base.inventory` in a session that is open already."""
    from umbel.evidence.questions.inventory import Filter, inventory

    filter_ = chosen or Filter()
    if product is not None:
        filter_ = msgspec.structs.replace(filter_, projects=workspace.scope(session, product))
    elif filter_.projects is not None:
        filter_ = msgspec.structs.replace(
            filter_, projects=[workspace.project(session, name) for name in filter_.projects]
        )
    return inventory(session, by, filter_)


def ask_coverage(workspace: Base, session: Session, product: str | None) -> Answer:
    """`Base.coverage` in a session that is open already.

    Projects that a product names without a pattern sign count as declared: they are missed.
    """
    from umbel.evidence.questions.coverage import coverage

    missed = declared(workspace, session, product)
    scope = workspace.scope(session, product)
    return coverage(session, missed, None if scope is None else [*scope, *missed])
