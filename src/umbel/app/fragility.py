# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""How fragile projects are, and how well that would have warned of what befell some."""

from __future__ import annotations

from typing import TYPE_CHECKING

from umbel.app.base import Base
from umbel.app.names import one_of

if TYPE_CHECKING:
    import os
    from collections.abc import Sequence
    from datetime import datetime

    from umbel.evidence.session import Session
    from umbel.strategy.fragility.backtest import Backtest
    from umbel.strategy.fragility.judge import Judged
    from umbel.strategy.fragility.model import Model


class Fragilities(Base):
    """See `umbel.app.workspace`."""

    def fragility(
        self,
        projects: Sequence[str] | None = None,
        *,
        ours: bool = False,
        as_of: datetime | None = None,
    ) -> list[Judged]:
        """How fragile upstream projects are (or our own repositories), the most fragile first.

        Without a verdict they come last. Raises `UsageError` for a project that isn't known, `EvidenceError` if
        none was examined.
        """
        from umbel.metrics.engine import projects_of
        from umbel.strategy.fragility.judge import fragility

        with self._told_by(as_of, ours=ours) as session:
            known = projects_of(session)
            named = None if projects is None else [one_of(name, known) for name in projects]
            found = fragility(session, self.who(), named)
        return sorted(found, key=lambda f: (f.risk is None, -(f.risk or 0), f.project))

    def fragility_model(self) -> Model:
        """The model by which that is told: its features, their weights and where they alarm."""
        from umbel.strategy.fragility.model import built_in

        return built_in()

    def backtest(
        self,
        events: str | os.PathLike[str] | None = None,
        *,
        leads: Sequence[int] | None = None,
        ours: bool = False,
        as_of: datetime | None = None,
    ) -> Backtest:
        """How well the model would have warned of events, against ordinary projects and simple signs.

        `events` is a file of them (None: those that come with Umbel), `leads` the days before. Raises `UsageError`
        or `SettingsError` where the file is missing or broken.
        """
        from pathlib import Path

        from umbel.strategy.fragility.backtest import LEADS, backtest
        from umbel.strategy.fragility.events import load

        told = load(None if events is None else Path(events))
        with self._told_by(as_of, ours=ours) as session:
            return backtest(session, self.who(), told, leads=tuple(dict.fromkeys(leads or LEADS)))

    def _told_by(self, as_of: datetime | None, *, ours: bool) -> Session:
        from umbel.strategy.fragility.judge import TABLES

        return self.session(as_of, TABLES) if ours else self.upstream_session(as_of, TABLES)
