# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Which upstream projects matter most to business, why, and how sure that is."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, NamedTuple

from umbel.app.names import one_of
from umbel.app.upstream import Upstream, has_upstream
from umbel.model.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence
    from datetime import datetime

    from umbel.evidence.session import Session
    from umbel.model.measurement import Measurement
    from umbel.strategy.control.records import Control
    from umbel.strategy.interface import Fragility, Mapped, Ranked
    from umbel.strategy.opinions import Opinions
    from umbel.strategy.score.ours import There
    from umbel.strategy.score.ranking import Order
    from umbel.strategy.stance import Signals

PEERS = ("criticality_score_readme", "criticality_score_yaml")
"""Metrics in which others say how critical a project is to the world, shown beside our figure."""


class Why(NamedTuple):
    """One project of the list with everything that its place stands on, and what others' scores say of it."""

    ranked: Ranked
    peers: list[Measurement]


class _Upstream(NamedTuple):
    there: dict[str, There]
    fragility: dict[str, Fragility]
    peers: list[Measurement]


class Ranking(NamedTuple):
    """The list, what it stands on, and the project that was named.

    `control` is of those that business depends on and that were examined.
    """

    ranked: list[Ranked]
    mapped: list[Mapped]
    control: list[Control]
    upstream: _Upstream
    meant: str | None


class Strategy(Upstream):
    """See `umbel.app.workspace`."""

    def strategy(self, as_of: datetime | None = None, order: Order = "strategic") -> list[Ranked]:
        """The strategic list: first those with a verdict in their order, then those of which too little is known.

        `strategic` orders by what business depends on times how hard it is to replace, `priority` by CHAOSS's
        criticality times health risk.
        """
        return self.ranking(as_of, order).ranked

    def strategy_why(self, project: str, as_of: datetime | None = None, order: Order = "strategic") -> Why:
        """Why a project stands where it stands. Raises `UsageError` for one that nothing comes from.

        A project is meant by its name, the end of it, or by one of its packages.
        """
        told = self.ranking(as_of, order, project)
        (found,) = (each for each in told.ranked if each.project == told.meant)
        return Why(found, told.upstream.peers)

    def strategy_peers(self, as_of: datetime | None = None) -> dict[str, dict[str, Measurement]]:
        """What others' scores (`PEERS`) say of every examined project: by project and metric; nothing without any."""
        from umbel.metrics.engine import TABLES_READ, Engine

        found: dict[str, dict[str, Measurement]] = {}
        if not has_upstream(self):
            return found
        with self.upstream_session(as_of, TABLES_READ) as session:
            engine, metrics = Engine(session, self.who()), self.metrics()
            for name in PEERS:
                for each in engine.measure(metrics.get(name)):
                    found.setdefault(each.subject, {})[name] = each
        return found

    def ranking(
        self, as_of: datetime | None = None, order: Order = "strategic", named: str | None = None
    ) -> Ranking:
        """The list and what it stands on; with `named` also this one, however low it ranks, and its peers' scores."""
        from umbel.strategy import mapping, opinions, signals, use
        from umbel.strategy.control.licensing import VERSION_TABLES
        from umbel.strategy.score.ours import home
        from umbel.strategy.score.ranking import Known, ranking

        if order == "strategic" and named is None and (there := self._answers_of(as_of)):
            return there.ranking
        tables = {*mapping.TABLES, *use.TABLES, *signals.TABLES, *VERSION_TABLES}
        with self.session(as_of, tables) as session, self._over_examined(session.as_of) as examined:
            mapped = mapping.mapped(session, self.settings.upstream)
            used = use.used(session, mapped, self._criticalities(session))
            names = [each.upstream for each in used]
            meant = None if named is None else _meant(session, named, names)
            upstream = self._upstream_known(examined, names, meant)
            said = opinions.load(self.folder, session.as_of)
            known = Known(
                there=upstream.there,
                home=home(session, self.who()),
                fragility=upstream.fragility,
                opinions=said,
            )
            ranked = ranking(session, used, known, order, also=() if meant is None else (meant,))
            control = self._controls(session, examined, ranked, mapped)
            turning = signals.signals(session, ranked, control)
            ranked = self._with_stances(ranked, upstream, turning, said, session.as_of)
        return Ranking(ranked, mapped, control, upstream, meant)

    @contextmanager
    def _over_examined(self, as_of: datetime) -> Iterator[Session | None]:
        """A session over all that is known of upstream projects; None where none was examined."""
        from umbel.strategy.control.control import TABLES as CONTROL_TABLES
        from umbel.strategy.fragility import TABLES
        from umbel.strategy.score.ours import UPSTREAM_TABLES

        if not has_upstream(self):
            yield None
            return
        with self.upstream_session(as_of, {*TABLES, *UPSTREAM_TABLES, *CONTROL_TABLES}) as session:
            yield session

    def _upstream_known(
        self, session: Session | None, projects: Collection[str], peers_of: str | None
    ) -> _Upstream:
        """What is known of the examined projects that we use; nothing where none was examined."""
        from umbel.metrics.engine import Engine
        from umbel.strategy.fragility import fragility
        from umbel.strategy.score.ours import there

        if session is None:
            return _Upstream({}, {}, [])
        who = self.who()
        Engine(session, who)  # holds who did what: all that follows asks it
        found = fragility(session, who, list(projects))
        seen = there(session, who)
        metrics = self.metrics()
        asked = [peers_of] if peers_of in seen else []
        peers = [
            each
            for name in (PEERS if asked else ())
            for each in Engine(session, who, asked, wide=False).measure(metrics.get(name))
        ]
        return _Upstream(seen, {each.project: each for each in found}, peers)

    def _controls(
        self, session: Session, examined: Session | None, ranked: Sequence[Ranked], mapped: Sequence[Mapped]
    ) -> list[Control]:
        """Who controls the examined projects that business depends on; of others it isn't looked at."""
        from umbel.strategy.control import decisions
        from umbel.strategy.control.control import controls
        from umbel.strategy.control.licensing import of_packages
        from umbel.strategy.stance_model import model

        line = model().lines["strategic"].value
        names = [
            each.project for each in ranked if each.fragility is not None and (each.strategic or 0.0) >= line
        ]
        if examined is None or not names:
            return []
        wanted = set(names)
        came_from = {each.package: each.project for each in mapped if each.project in wanted}
        versions = of_packages(session, {package: name for package, name in came_from.items() if name})
        return controls(examined, names, said=decisions.load(self.folder / decisions.FILE), versions=versions)

    def _with_stances(
        self,
        ranked: list[Ranked],
        upstream: _Upstream,
        signals: Mapping[str, Signals],
        said: Opinions,
        as_of: datetime,
    ) -> list[Ranked]:
        from umbel.strategy.stance import Ours, with_stances

        told = bool(self.settings.organisation.domains)
        ours = {
            name: Ours(
                people=each.our_people_now, commits=each.our_commits, total=each.commits, unknown=each.unknown
            )
            for name, each in upstream.there.items()
            if told
        }
        return with_stances(ranked, ours=ours, signals=signals, decided=said.stances, day=as_of.date())


def _meant(session: Session, name: str, known: list[str]) -> str:
    """The project that a person means. Raises `UsageError` for what is none."""
    sql = "SELECT DISTINCT upstream FROM strategy_packages WHERE package = $name OR upstream = $name"
    by_package = [upstream for (upstream,) in session.ask(sql, {"name": name}).rows()]
    if len(by_package) == 1:
        return str(by_package[0])
    try:
        return one_of(name, known)
    except UsageError as error:
        raise UsageError(f"Nothing in use comes from a project {name!r}.", error.hint) from error
