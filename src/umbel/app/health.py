# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Who keeps projects alive: figures, sentences, pages."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from umbel.app.asking import with_history
from umbel.app.names import matches
from umbel.app.people import People

if TYPE_CHECKING:
    import os
    from collections.abc import Sequence
    from pathlib import Path

    from umbel.metrics.engine import Every
    from umbel.metrics.health import Answer as HealthAnswer
    from umbel.model.measurement import Measurement


class Health(People):
    """See `umbel.app.workspace`."""

    def metric(  # noqa: PLR0913 - what a figure can be asked of
        self,
        name: str,
        projects: Sequence[str] | None = None,
        *,
        window: str | None = None,
        over: Every | None = None,
        periods: int = 8,
        product: str | None = None,
        paths: Sequence[str] = (),
        as_of: datetime | None = None,
    ) -> list[Measurement]:
        """One metric for every project with a history, or for some; a value, or why it is unknown.

        `window` is a number of days or "all" (None: the metric's first); `over` asks for a series of so many
        `periods`, oldest first; `paths` ask about a part of the named projects. Raises `UsageError` for a name
        or a window that is none, and for paths of which nothing is known.
        """
        from umbel.metrics import engine

        chosen = self.metrics().get(name)
        days = engine.window_of(window)
        if chosen.header.reads != "history":
            moments = engine.periods(over, periods, as_of or datetime.now(UTC)) if over else [as_of]
            return [each for day in moments for each in self._of_use(chosen, projects, product, day, days)]
        with self.session(as_of, engine.tables_for([chosen], paths=bool(paths))) as session:
            scope = with_history(self, session, projects, product)
            asked = engine.Engine(session, self.who(), scope, wide=over is not None, paths=paths)
            points = engine.periods(over, periods, session.as_of) if over else [session.as_of]
            return asked.series(chosen, points, window=days)

    def health(
        self,
        projects: Sequence[str] | None = None,
        *,
        match: str | None = None,
        product: str | None = None,
        periods: int = 12,
        before: bool = True,
        paths: Sequence[str] = (),
        as_of: datetime | None = None,
    ) -> HealthAnswer:
        """Who keeps projects alive: sentences, figures with what they were before, series by quarter.

        Of every project with a history, of those whose name matches a pattern, or of those named; `paths` ask
        about a part of them. Raises `UsageError` if nothing is known of a path.
        """
        from umbel.metrics import engine
        from umbel.metrics.health import health

        known = self.metrics()
        with self.session(
            as_of, engine.tables_for(known.told_by_history().values(), paths=bool(paths))
        ) as session:
            scope = with_history(self, session, projects, product)
            if match is not None:
                names = engine.projects_of(session) if scope is None else scope
                scope = [name for name in names if matches(match, name)]
            return health(
                session, scope, rules=self.who(), metrics=known, paths=paths, before=before, number=periods
            )

    def health_areas(
        self, project: str, under: Sequence[str] = (), *, as_of: datetime | None = None
    ) -> list[dict[str, Any]]:
        """The folders at a project's top, or in some folders, side by side: a record each, the busiest first.

        Raises `UsageError` if nothing is known of the project's paths, or of one of the folders.
        """
        from umbel.evidence.people.shown import Shown
        from umbel.evidence.questions.areas import TABLES, areas

        with self.attached(as_of, TABLES) as (session, attached):
            (named,) = with_history(self, session, [project], None) or [project]
            return areas(session, named, under, Shown(attached))

    def health_page(
        self,
        project: str,
        path: str | os.PathLike[str],
        *,
        paths: Sequence[str] = (),
        as_of: datetime | None = None,
    ) -> Path:
        """Write the health of one project, or of a part of it, as a self-contained HTML page; gives its full path."""
        from umbel._version import __version__
        from umbel.metrics import engine
        from umbel.metrics.health import health
        from umbel.reports.facts import Facts
        from umbel.reports.files import checked
        from umbel.reports.health import write

        checked(path)
        known = self.metrics()
        with self.session(
            as_of, engine.tables_for(known.told_by_history().values(), paths=bool(paths))
        ) as session:
            scope = with_history(self, session, [project], None)
            (found,) = health(session, scope, rules=self.who(), metrics=known, paths=paths).projects
            facts = Facts(
                organisation=self.settings.organisation.name,
                product=None,
                as_of=session.as_of,
                generated_at=datetime.now(UTC),
                tool_version=__version__,
                lake=dict(sorted(session.pin.versions.items())),
                collected_at=session.ask("SELECT max(collected_at) FROM histories").one()[0],
            )
        return write(facts, found, path)
