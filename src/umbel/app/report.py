# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""The portfolio as one page: everything that is known, for people who don't use a command line."""

from __future__ import annotations

from typing import TYPE_CHECKING

from umbel.app.control import Control
from umbel.app.documents import Documents
from umbel.app.products import declared, product_states
from umbel.app.strategy import Strategy
from umbel.app.upstream import has_upstream

if TYPE_CHECKING:
    import os
    from collections.abc import Sequence
    from datetime import datetime
    from pathlib import Path

    from umbel.metrics.health import Health
    from umbel.reports.facts import Risks
    from umbel.reports.strategy import Strategic
    from umbel.strategy.interface import Ranked


class Report(Documents, Strategy, Control):
    """See `umbel.app.workspace`."""

    def report(
        self, path: str | os.PathLike[str], *, product: str | None = None, as_of: datetime | None = None
    ) -> Path:
        """Write the portfolio as one self-contained HTML page; gives the file's full path."""
        from umbel.metrics.engine import TABLES_READ, projects_of
        from umbel.metrics.health import health
        from umbel.metrics.sbom_quality.rating import TABLES
        from umbel.reports.facts import gather
        from umbel.reports.files import checked
        from umbel.reports.portfolio import write

        checked(path)
        name = None if product is None else self.product(product).name
        risks, strategic = self._risks_told(name, as_of), self.strategic(name, as_of)
        with self.session(as_of, (*TABLES, *TABLES_READ)) as session:
            scope = self.scope(session, name)
            facts = gather(
                session,
                organisation=self.settings.organisation.name,
                product=name,
                projects=scope,
                products=product_states(self, session),
                declared=declared(self, session, name),
                health=health(session, scope, rules=self.who(), before=False).projects
                if projects_of(session)
                else (),
                risks=risks,
                strategy=strategic,
            )
        return write(facts, path)

    def strategic(self, product: str | None = None, as_of: datetime | None = None) -> Strategic | None:
        """What a page tells of the projects that matter; None where no upstream project was examined.

        `product` leaves in what it uses, in the order and with the figures of the whole portfolio.
        """
        import msgspec

        from umbel.reports import control_chart
        from umbel.reports.quadrant import Lines
        from umbel.reports.strategy import MOST_CARDS, Strategic
        from umbel.strategy.stance_model import model

        if not has_upstream(self):
            return None
        told = self.ranking(as_of)
        ranked = [each for each in told.ranked if product is None or product in each.products]
        mapped = told.mapped
        lines = model().lines
        fragile = 1 + 9 * lines["fragile"].value  # the line is of a risk from 0 to 1
        found = Strategic(
            ranked=ranked,
            lines=Lines(strategic=lines["strategic"].value, fragile=fragile),
            packages=len(mapped),
            mapped=sum(each.project is not None for each in mapped),
            projects=len({each.project for each in mapped if each.project is not None}),
        )
        health = {each.project: each for each in self._histories(found.told[:MOST_CARDS], as_of)}
        over = self.controls_over(list(health), "year", as_of=as_of) if health else {}
        control = {name: drawn for name, points in over.items() if (drawn := control_chart.series(points))}
        return msgspec.structs.replace(found, health=health, control=control)

    def _histories(self, chosen: Sequence[Ranked], as_of: datetime | None) -> Sequence[Health]:
        """The histories of those among some projects that were examined."""
        from umbel.metrics.engine import TABLES_READ, projects_of
        from umbel.metrics.health import health

        with self.upstream_session(as_of, TABLES_READ) as session:
            there = sorted({each.project for each in chosen} & set(projects_of(session)))
            return health(session, there, rules=self.who(), before=False).projects if there else ()

    def _risks_told(self, product: str | None, as_of: datetime | None) -> Risks:
        """What the policy says of a product or of all, without its notes."""
        from umbel.reports.facts import Risks

        found = self.verdict(product=product, as_of=as_of)
        told = [finding for finding in found.findings if finding.level != "note"]
        return Risks(
            found,
            self.risks(told, "rule", as_of=as_of),
            self.risks([finding for finding in told if not finding.excused], "upgrade", as_of=as_of),
        )
