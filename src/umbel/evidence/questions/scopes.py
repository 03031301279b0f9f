# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Several groups of projects asked of at once: the lake is read once for all of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from umbel.evidence.session import Session


def register(session: Session, name: str, scopes: Iterable[Collection[str]]) -> None:
    """Make a relation `name` (place, project): the projects of each group, by its place; one may be in several."""
    import pyarrow as pa

    listed = [(place, each) for place, scope in enumerate(scopes) for each in dict.fromkeys(scope)]
    columns = {
        "place": pa.array([place for place, _ in listed], pa.int64()),
        "project": pa.array([each for _, each in listed], pa.string()),
    }
    session.register(name, pa.table(columns))
