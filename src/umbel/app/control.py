# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Who controls the projects that we stand on, and where money would help them."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from umbel.app.base import Base
from umbel.app.names import one_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from datetime import datetime
    from decimal import Decimal

    from umbel.evidence.session import Session
    from umbel.strategy.control.licensing import Statement
    from umbel.strategy.control.records import Control as ControlRecord
    from umbel.strategy.control.records import Point
    from umbel.strategy.control.series import Every
    from umbel.strategy.funding.records import Asks, Candidate, Proposal
    from umbel.strategy.interface import Ranked


class Control(Base):
    """See `umbel.app.workspace`."""

    def control(
        self, projects: Sequence[str] | None = None, *, as_of: datetime | None = None
    ) -> list[ControlRecord]:
        """Who controls upstream projects: those named, in their order, or all, the most exposed first.

        Raises `UsageError` for a name that is none, `EvidenceError` where no upstream project was examined.
        """
        from umbel.strategy.control import decisions
        from umbel.strategy.control.control import by_exposure, controls

        with self._control_session(as_of) as session:
            known = _known(session)
            chosen = known if projects is None else [one_of(name, known) for name in projects]
            found = controls(
                session,
                chosen,
                said=decisions.load(self.folder / decisions.FILE),
                versions=self._licenses_over_time(chosen, as_of),
            )
        return found if projects is not None else by_exposure(found)

    def control_over(self, project: str, every: Every, *, as_of: datetime | None = None) -> list[Point]:
        """Organisations' shares of a project's commits by quarter or year, oldest first, the unknown among them."""
        (found,) = self.controls_over([project], every, as_of=as_of).values()
        return found

    def controls_over(
        self, projects: Sequence[str], every: Every, *, as_of: datetime | None = None
    ) -> dict[str, list[Point]]:
        """The same of several projects, by their full names."""
        from umbel.strategy.control import series, shares

        with self._control_session(as_of) as session:
            known = _known(session)
            chosen = [one_of(name, known) for name in projects]
            shares.hold(session, chosen, whole=True)
            return {name: series.over(session, name, every) for name in chosen}

    def funding(self, projects: Sequence[str] | None = None, *, as_of: datetime | None = None) -> list[Asks]:
        """Where upstream projects say that they take money: those named, in their order, or all."""
        with self._control_session(as_of) as session:
            known = _known(session)
            chosen = known if projects is None else [one_of(name, known) for name in projects]
            return list(self._funding_asks(session, chosen, as_of).values())

    def funding_proposal(
        self,
        budget: Decimal,
        *,
        currency: str = "EUR",
        most: int | None = None,
        least: Decimal | None = None,
        ranked: Sequence[Ranked] | None = None,
        priorities: Mapping[str, float] | None = None,
        as_of: datetime | None = None,
    ) -> Proposal:
        """A budget split over projects by priority and need: the strategic list, a list given, or priorities given.

        `priorities` names projects with the priority (1 to 100) that somebody gives them; no other gets any then.
        Raises `UsageError` for amounts that are none.
        """
        from decimal import Decimal

        from umbel.strategy.funding.proposal import propose

        if priorities:
            found = self._funding_given(priorities, as_of)
        else:
            found = self._funding_candidates(self._funding_ranked(as_of) if ranked is None else ranked, as_of)
        return propose(found, budget, currency=currency, most=most, least=least or Decimal(0))

    def _funding_candidates(self, listed: Sequence[Ranked], as_of: datetime | None) -> list[Candidate]:
        from umbel.strategy.funding.candidates import candidates

        with self._control_session(as_of) as session:
            names = [each.project for each in listed]
            who = self._funding_control(session, names)
            return candidates(listed, who, self._funding_asks(session, names, as_of))

    def _funding_given(self, priorities: Mapping[str, float], as_of: datetime | None) -> list[Candidate]:
        from umbel.strategy.fragility import fragility
        from umbel.strategy.funding.candidates import given

        products = self._products_by_upstream(as_of)
        with self._control_session(as_of) as session:
            nameable = sorted({*_known(session), *products})
            said = {one_of(name, nameable): value for name, value in priorities.items()}
            who = self._funding_control(session, said)
            asks = self._funding_asks(session, list(said), as_of)
            risks = {each.project: each.risk for each in fragility(session, None, sorted(who))} if who else {}
        return given(said, who, asks, risks, products)

    def _funding_control(self, session: Session, names: Iterable[str]) -> dict[str, ControlRecord]:
        """Who controls those of some projects that were examined."""
        from umbel.strategy.control import decisions
        from umbel.strategy.control.control import controls

        words = decisions.load(self.folder / decisions.FILE)
        found = controls(session, sorted(set(_known(session)) & set(names)), said=words)
        return {each.project: each for each in found}

    @contextmanager
    def _control_session(self, as_of: datetime | None) -> Iterator[Session]:
        """A session over the upstream lake in which it is told who is who."""
        from umbel.evidence.people import attach
        from umbel.strategy.control.control import TABLES

        with self.upstream_session(as_of, TABLES) as session:
            attach.attach(session, self.who())
            yield session

    def _funding_ranked(self, as_of: datetime | None) -> Sequence[Ranked]:
        """The strategic list; empty where nothing is in use here."""
        rank = getattr(self, "strategy", None)
        found: Sequence[Ranked] = [] if rank is None or self._lake_if_any() is None else rank(as_of=as_of)
        return found

    def _products_by_upstream(self, as_of: datetime | None) -> dict[str, int]:
        """How many of our products rely on each upstream project; nothing where nothing is collected here."""
        find: Any = getattr(self, "upstream_states", None)
        if find is None or self._lake_if_any() is None:
            return {}
        return {each.project: each.products for each in find(as_of)}

    def _funding_asks(
        self, session: Session, projects: Sequence[str], as_of: datetime | None
    ) -> dict[str, Asks]:
        """Where projects take money, by their files and by what registries say of their packages."""
        from umbel.strategy.funding import asking

        came_from = self._packages_from(projects, as_of)
        told: dict[str, list[tuple[str, str]]] = {}
        if came_from:
            with self.session(as_of, asking.PACKAGE_TABLES) as own:
                told = asking.of_packages(own, came_from)
        return asking.asks(session, projects, told)

    def _licenses_over_time(
        self, projects: Sequence[str], as_of: datetime | None
    ) -> dict[str, dict[str, list[Statement]]]:
        """The licences of the versions of our packages that come from these projects, by project and package."""
        from umbel.strategy.control.licensing import VERSION_TABLES, of_packages

        came_from = self._packages_from(projects, as_of)
        if not came_from:
            return {}
        with self.session(as_of, VERSION_TABLES) as session:
            return of_packages(session, came_from)

    def _packages_from(self, projects: Sequence[str], as_of: datetime | None) -> dict[str, str]:
        """The packages in use that come from some projects, with the project; none where nothing is collected."""
        find: Any = getattr(self, "upstreams", None)
        if find is None or self._lake_if_any() is None:
            return {}
        wanted = set(projects)
        return {each.package: each.project for each in find(as_of) if each.project in wanted}


def _known(session: Session) -> list[str]:
    """The upstream projects of which a history is known."""
    from umbel.metrics.engine import projects_of

    return projects_of(session)
