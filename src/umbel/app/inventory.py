# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""What open source is in use and where, how much of that is known, and what changed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from umbel.app.asking import ask_coverage, ask_inventory
from umbel.app.base import Base
from umbel.app.names import is_day, moment, query_of
from umbel.app.products import ProductState, product_states
from umbel.model.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    import pyarrow as pa

    from umbel.evidence.questions.contradictions import Contradiction
    from umbel.evidence.questions.diff import Change
    from umbel.evidence.questions.inventory import By, Filter
    from umbel.evidence.questions.where import Hit
    from umbel.evidence.questions.why import Reason

HOT = ("usage",)
GRAPH = ("usage", "dependencies")


class Inventory(Base):
    """See `umbel.app.workspace`."""

    def inventory(
        self,
        by: By = "component",
        filter: Filter | None = None,  # noqa: A002 - the word people use
        *,
        product: str | None = None,
        as_of: datetime | None = None,
    ) -> pa.Table:
        """The open source in use, as an Arrow table: one row per component, or as `by` says."""
        with self.session(as_of) as session:
            return ask_inventory(self, session, by, filter, product).arrow()

    def where(
        self,
        query: str,
        *,
        product: str | None = None,
        as_of: datetime | None = None,
        paths: int | None = None,
    ) -> list[Hit]:
        """Every project that has a package (`lodash`, `pkg:npm/lodash@<4.17.21`).

        The shortest path is looked for in the first `paths` of them; None is all.
        """
        from umbel.evidence.questions.where import where

        parsed = query_of(query)
        with self.session(as_of, HOT if paths == 0 else GRAPH) as session:
            return where(session, parsed, self.scope(session, product), paths=paths)

    def why(self, component: str, project: str, *, as_of: datetime | None = None) -> list[Reason]:
        """Every shortest path by which a component came into a project."""
        from umbel.evidence.questions.why import why

        parsed = query_of(component)
        with self.session(as_of, GRAPH) as session:
            return why(session, parsed, self.project(session, project))

    def diff(self, old: str, new: str, *, product: str | None = None) -> list[Change]:
        """What changed between two states.

        Each is a day (of the whole portfolio, or of the product), a project, a project as of a day
        (`shop@2024-03-01`) or in a version (`shop@2.1`).
        """
        from umbel.evidence.questions.diff import diff

        return diff(self._state(old, product), self._state(new, product))

    def coverage(self, *, product: str | None = None, as_of: datetime | None = None) -> pa.Table:
        """Projects with and without evidence, and how old it is, as an Arrow table."""
        with self.session(as_of) as session:
            return ask_coverage(self, session, product).arrow()

    def status(self, *, product: str | None = None, as_of: datetime | None = None) -> dict[str, Any]:
        """The portfolio in one record."""
        from umbel.evidence.questions.coverage import totals

        with self.session(as_of) as session:
            return totals(session, self.scope(session, product)).records()[0]

    def products(self, *, as_of: datetime | None = None) -> list[ProductState]:
        """Each product with the projects that make it up, and the projects of no product last."""
        with self.session(as_of) as session:
            return product_states(self, session)

    def contradictions(
        self,
        projects: Sequence[str] | None = None,
        *,
        product: str | None = None,
        as_of: datetime | None = None,
    ) -> list[Contradiction]:
        """Where present documents of one project contradict each other: a record for each point."""
        from umbel.evidence.questions.contradictions import TABLES, contradictions

        with self.session(as_of, TABLES) as session:
            scope = self.scope(session, product)
            if projects is not None:
                named = [self.project(session, name) for name in projects]
                scope = named if scope is None else [name for name in named if name in scope]
            return contradictions(session, scope)

    def query(
        self, sql: str, *, as_of: datetime | None = None, limit: int | None = None, seconds: float = 30.0
    ) -> pa.Table:
        """Run a user's own SELECT, read-only, in a process of its own that can reach nothing else."""
        from umbel.evidence.ask import ask

        return ask(self.lake(), sql, as_of=as_of, limit=limit, seconds=seconds)

    def _state(self, text: str, product: str | None) -> dict[tuple[str, str | None], str | None]:
        from umbel.evidence.questions.diff import state, state_of_version

        name, at, rest = text.rpartition("@")
        if is_day(text):
            with self.session(moment(text)) as session:
                return state(session, self.scope(session, product))
        if at and is_day(rest):
            with self.session(moment(rest)) as session:
                return state(session, [self.project(session, name)])
        with self.session() as session:
            if not at or not name:
                return state(session, [self.project(session, text)])
            found = state_of_version(session, [self.project(session, name)], rest)
            if found is None:
                raise UsageError(f"There is no evidence of version {rest!r} of {name}.")
            return found
