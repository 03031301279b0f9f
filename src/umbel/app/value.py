# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""What contributing is worth."""

from __future__ import annotations

import re
from contextlib import suppress
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import msgspec

from umbel.app.base import Base
from umbel.app.names import one_of
from umbel.app.upstream import has_upstream
from umbel.model.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from pathlib import Path

    from umbel.evidence.people.attach import Attached
    from umbel.evidence.session import Session
    from umbel.strategy.interface import Fragility
    from umbel.strategy.value.answer import Valued
    from umbel.strategy.value.facts import Facts
    from umbel.strategy.value.ledger import Ledger

_OVER = re.compile(r"(?:(\d{1,3})\s*)?(month|quarter|half-year|year)s?")
_MONTHS = {"month": 1, "quarter": 3, "half-year": 6, "year": 12}
_FIRST_YEAR = 1970


class Value(Base):
    """See `umbel.app.workspace`."""

    def value(
        self,
        projects: Sequence[str] = (),
        *,
        over: str = "year",
        seed: int | None = None,
        as_of: datetime | None = None,
    ) -> Valued:
        """What contributing cost and saved in the time before a day: ranges, by project and in all.

        Of the projects named (by their address or its end), else of all to which our people contributed or of which
        a record in `decisions/value.toml` speaks. `over` is a month, quarter, half-year, year, or some of these
        (`2 years`). Raises `UsageError` for a name or a time that is none, `SettingsError` with every fault of the
        assumptions or the records.
        """
        from umbel.strategy.value import assumptions, ledger, reckoning, sampling

        until = as_of or datetime.now(UTC)
        since = _before(until, over)
        assumed = assumptions.load(self.folder / assumptions.FILE)
        stated = ledger.load(self.folder / ledger.FILE, assumed.currency)
        facts, left_out = self._value_facts(projects, stated, since, until)
        asked = reckoning.Asked(
            since=since,
            as_of=until,
            assumptions=assumed,
            ledger=stated,
            seed=sampling.SEED if seed is None else seed,
        )
        return reckoning.value(facts, asked, left_out)

    def write_assumptions(self) -> Path:
        """Write the built-in assumptions as a file to be edited, each explained; gives its place.

        Raises `UsageError` where there is one already.
        """
        from umbel.policy import files
        from umbel.strategy.value import assumptions

        path = self.folder / assumptions.FILE
        if path.exists() or path.is_symlink():
            raise UsageError(f"{path} is there already.", "Edit it; delete it first to begin anew.")
        try:
            files.replace(path, assumptions.template().encode())
        except OSError as error:
            raise UsageError(f"{path} can't be written: {error.strerror}.") from error
        return path

    def _value_facts(
        self, projects: Sequence[str], stated: Ledger, since: datetime, until: datetime
    ) -> tuple[list[Facts], int]:
        """What is known of the projects asked for, and how many others were examined without a trace of us."""
        from umbel.strategy.value.facts import TABLES, Facts, read

        if self._lake_if_any() is None or not has_upstream(self):
            names = _chosen(projects, stated.projects, stated.projects)
            return [Facts(project=name) for name in names], 0
        from umbel.evidence.people import attach
        from umbel.strategy import fragility

        with self.upstream_session(until, {*TABLES, *fragility.TABLES}) as session:
            attached = attach.attach(session, self.who())
            named = bool(self.settings.organisation.domains)
            known = read(session, since, until, stated.hours, named=named)
            touched = {name for name, each in known.items() if each.ours} | set(stated.projects)
            names = _chosen(projects, sorted({*known, *stated.projects}), sorted(touched))
            risks = _risks(session, attached, [name for name in names if name in known])
        moving = self._moving({name for name in names if name in known}, until)
        found = [
            _completed(known.get(name) or Facts(project=name), risks.get(name), moving.get(name))
            for name in names
        ]
        return found, 0 if projects else len(set(known) - touched)

    def _moving(self, projects: Collection[str], until: datetime) -> dict[str, float]:
        """Hours of moving our code away from projects, of those whose imports were read."""
        from umbel.strategy import mapping, use
        from umbel.strategy.score.dependency import effort_of
        from umbel.strategy.score.model import model

        if not projects:
            return {}
        with self.session(until, {*mapping.TABLES, *use.TABLES}) as session:
            mapped = mapping.mapped(session, self.settings.upstream)
            products = {
                each.name: (each.criticality, self.scope(session, each.name) or [])
                for each in self.settings.products
            }
            ours = [each for each in mapped if each.project in projects]
            found = {each.upstream: effort_of(each, model()) for each in use.used(session, ours, products)}
        hours = model().effort["hours_a_day"]
        return {name: effort.days * hours for name, effort in found.items() if effort and name in projects}


def _chosen(asked: Sequence[str], known: Sequence[str], otherwise: Sequence[str]) -> list[str]:
    if not asked:
        return list(otherwise)
    try:
        return list(dict.fromkeys(one_of(name, known) for name in asked))
    except UsageError as error:
        near = error.hint.startswith("Did you mean") or "Give more" in error.hint
        raise UsageError(error.message, error.hint if near else "umbel upstream lists them.") from error


def _risks(session: Session, attached: Attached, projects: Sequence[str]) -> Mapping[str, Fragility]:
    from umbel.strategy.fragility import fragility

    found = fragility(session, attached.rules, projects) if projects else []
    return {each.project: each for each in found}


def _completed(facts: Facts, found: Fragility | None, moving: float | None) -> Facts:
    """Facts with what other models say of the project."""
    risk, why = (None, None) if found is None else (found.risk, found.why)
    return msgspec.structs.replace(facts, risk=risk, risk_why=why, moving=moving)


def _before(until: datetime, over: str) -> datetime:
    """The same day some months earlier (the last of its month where there is no such day)."""
    found = _OVER.fullmatch(over.strip().casefold())
    months = int(found[1] or 1) * _MONTHS[found[2]] if found else 0
    years, month = divmod(until.year * 12 + until.month - 1 - months, 12)
    if not months or years < _FIRST_YEAR:
        raise UsageError(f"{over!r} is no time to look back over.", "Write it as year, quarter or '2 years'.")
    for day in range(until.day, until.day - 4, -1):
        with suppress(ValueError):
            return until.replace(year=years, month=month + 1, day=day)
    raise UsageError(f"{over!r} before {until:%Y-%m-%d} is no day.")
