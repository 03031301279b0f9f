# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Goals, the KPIs that tell of them, and the figures that people import."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

import msgspec

from umbel.app.indicators import Indicators
from umbel.app.names import moment
from umbel.model.errors import UsageError

if TYPE_CHECKING:
    import os
    from collections.abc import Container, Iterable, Mapping, Sequence
    from pathlib import Path

    from umbel.frameworks.goals import Aim, Goal, Told
    from umbel.frameworks.imported import Series, Spent
    from umbel.frameworks.imported_rows import Rows
    from umbel.frameworks.interface import Indicator, Kpi, Reading, Target
    from umbel.frameworks.kpis import Group
    from umbel.frameworks.targets import Pursued
    from umbel.metrics.engine import Every


class Goals(Indicators):
    """See `umbel.app.workspace`."""

    # ---- goals

    def goals(self, as_of: datetime | None = None, *, ended: bool = False) -> list[Pursued]:
        """The goals in force as of a day, each with how its targets stand; with those that `ended` if asked.

        Raises `SettingsError` with every fault of the file.
        """
        from umbel.frameworks import goals as records

        return self._pursued((records.every if ended else records.load)(self.folder, _day(as_of)), as_of)

    def goal_records(self, as_of: datetime | None = None) -> list[Told]:
        """Every goal as it is written down by a day, ended ones too: no figure is asked. Raises `SettingsError`."""
        from umbel.frameworks import goals as records

        return records.every(self.folder, _day(as_of))

    def _pursued(self, found: Sequence[Told], as_of: datetime | None) -> list[Pursued]:
        from umbel.frameworks import targets

        standing = [each for each in found if each.goal.stands(_day(as_of))]
        told = self._targets(standing, as_of)
        return [
            targets.Pursued(
                told=each,
                targets=tuple(one for one in told if one.goal == each.goal.id),
                due=each.goal.due(_day(as_of)),
            )
            for each in found
        ]

    def goal(self, name: str, as_of: datetime | None = None) -> Pursued:
        """One goal by its id, ended or not. Raises `UsageError` with the ids that there are."""
        return self._pursued([self._told(name, as_of)], as_of)[0]

    def _told(self, name: str, as_of: datetime | None) -> Told:
        from umbel.frameworks import goals as records

        there = {each.goal.id: each for each in records.every(self.folder, _day(as_of))}
        if name.strip().casefold() not in there:
            known = f"There are: {', '.join(there)}." if there else "umbel goals add writes the first."
            raise UsageError(f"There is no goal {name!r}.", known)
        return there[name.strip().casefold()]

    def set_goal(self, goal: Goal) -> Goal:
        """Write a goal down, or amend one by a later record; gives the record as it was written.

        Where no baseline is told, that of the earlier record is kept, else what the evidence said on the day of the
        decision is written down.
        Raises `SettingsError` for what can't be, `UsageError` for a KPI or a target that is none.
        """
        from umbel.frameworks import goals as records

        before = {each.goal.id: each.goal for each in records.every(self.folder, goal.decided)}.get(goal.id)
        kept = {aim.kpi: aim for aim in before.kpis} if before else {}
        known = self._indicators([aim.kpi for aim in goal.kpis], None)
        for aim in goal.kpis:
            _must_be_target(aim, known[aim.kpi])
        unsaid = [aim.kpi for aim in goal.kpis if aim.baseline is None and aim.baseline_on is None]
        then = None if goal.decided >= _day(None) else moment(goal.decided.isoformat())
        now = self._figures([name for name in unsaid if name not in kept], then)
        aims = tuple(
            _with_baseline(aim, kept.get(aim.kpi), now.get(aim.kpi), goal.decided) for aim in goal.kpis
        )
        made = msgspec.structs.replace(goal, kpis=aims)
        records.add(self.folder, made)
        return made

    def end_goal(self, name: str, day: date, *, by: str, reason: str, dropped: bool = False) -> Goal:
        """Write down that a goal came to its end on a day, or was given up; its figures stay as they are.

        Raises `UsageError` if there is no such goal, or it had ended.
        """
        from umbel.frameworks import goals as records

        goal = self._told(name, None).goal
        if goal.end is not None:
            raise UsageError(f"{goal.id} has ended on {goal.end} already.")
        made = msgspec.structs.replace(
            goal,
            decided=day,
            review=max(goal.review, day),
            by=by,
            reason=reason,
            ended=None if dropped else day,
            dropped=day if dropped else None,
        )
        records.add(self.folder, made)
        return made

    def _targets(
        self, standing: Sequence[Told], as_of: datetime | None, wanted: Container[str] | None = None
    ) -> list[Target]:
        """How targets stand; baselines that nobody wrote down are read from the evidence of their days.

        Of `wanted` figures only, where they are named: the others are not even read.
        """
        from umbel.frameworks import targets

        if wanted is not None:
            standing = [_narrowed(told, wanted) for told in standing]
        aims = [(told, aim) for told in standing for aim in told.goal.kpis]
        names = sorted({aim.kpi for _, aim in aims} & self._there(as_of))
        readings, indicators = self._figures(names, as_of), self._indicators(names, as_of)
        return targets.stood(standing, readings, indicators, self._thens(aims, readings, as_of))

    def _thens(
        self, aims: Iterable[tuple[Told, Aim]], now: Mapping[str, Reading], as_of: datetime | None
    ) -> dict[tuple[str, date], Reading]:
        """Readings of the days on which lines begin whose baseline isn't written down, or have ended."""
        from umbel.frameworks import targets

        wanted: dict[date, set[str]] = {}
        for told, aim in aims:
            if aim.baseline is None and aim.kpi in now:
                wanted.setdefault(targets.starts_on(told, aim), set()).add(aim.kpi)
            if aim.until < _day(as_of) and aim.kpi in now and now[aim.kpi].value is not None:
                wanted.setdefault(aim.until, set()).add(aim.kpi)
        found: dict[tuple[str, date], Reading] = {}
        for day, names in wanted.items():
            if day > _day(as_of):
                continue
            read = now if day == _day(as_of) else self._figures(sorted(names), moment(day.isoformat()))
            found |= {(name, day): read[name] for name in names}
        return found

    # ---- KPIs

    def kpi_groups(self, as_of: datetime | None = None) -> list[Group]:
        """The KPIs there are, by petal: those that ship, the workspace's own, and what its goals name."""
        from umbel.frameworks import goals as records
        from umbel.frameworks import kpis as kpis_module

        named = [aim.kpi for told in records.load(self.folder, _day(as_of)) for aim in told.goal.kpis]
        shipped = [name for group in kpis_module.groups() for name in group.kpis]
        there, every = self._there(as_of), self.indicators()
        own = [name for name in every.names if every.get(name).own]
        known = self._indicators(sorted({*shipped, *named, *own, *self._series(as_of)} & there), as_of)
        return kpis_module.placed(known, named)

    def kpis(
        self,
        names: Sequence[str] | None = None,
        every: Every | None = None,
        number: int = 4,
        as_of: datetime | None = None,
        product: str | None = None,
    ) -> list[Kpi]:
        """KPIs as of a day, in the order of their groups, or some by name; with a series if `every` is told.

        A series has `number` points: the ends of the latest months, quarters or years, and the day itself. A point
        of which nobody knows says why. Targets are of all: of one product's figures none is told. Raises `UsageError`
        for a name that is none.
        """
        from umbel.frameworks import goals as records
        from umbel.frameworks import kpis as kpis_module

        groups = self.kpi_groups(as_of)
        wanted = (
            kpis_module.names(groups) if names is None else [self.kpi_name(name, as_of) for name in names]
        )
        wanted = list(dict.fromkeys(wanted))
        if every is None:
            now, over = self._figures(wanted, as_of, product), []
        else:
            over = self._over(wanted, every, number, as_of, product)
            now = over[-1][1]
        standing = [] if product is not None else records.load(self.folder, _day(as_of))
        told = self._targets(standing, as_of, wanted)
        indicators = self._indicators(wanted, as_of)
        return [
            kpis_module.made(indicators[name], now[name], [(day, each[name]) for day, each in over], told)
            for name in wanted
        ]

    def kpi_definitions(self, names: Iterable[str], as_of: datetime | None = None) -> dict[str, Indicator]:
        """What KPIs mean, by name; names that mean nothing are left out."""
        return self._indicators(sorted(set(names) & self._there(as_of)), as_of)

    def forecast_gap(self, kpi: Kpi) -> str | None:
        """Why a KPI has no forecast; None where it has one."""
        from umbel.frameworks import kpis as kpis_module
        from umbel.frameworks.forecast import forecast

        if kpi.forecast is not None or not kpi.series:
            return None
        found = forecast(kpi.series, kpis_module.ahead(kpi.series, kpi.targets))
        return found if isinstance(found, str) else None

    def kpi_name(self, name: str, as_of: datetime | None = None) -> str:
        """A KPI's name as it is written (dashes and capitals are fine). Raises `UsageError` with the nearest."""
        key = name.strip().casefold().replace("-", "_")
        return key if key in self._series(as_of) else self.indicators().get(name).name

    def export_kpis(
        self,
        path: str | os.PathLike[str],
        names: Sequence[str] | None = None,
        every: Every = "quarter",
        number: int = 4,
        as_of: datetime | None = None,
        product: str | None = None,
    ) -> Path:
        """Write KPIs with their series as one long table, Parquet or CSV by the file's ending; gives its place.

        Raises `UsageError` for another ending.
        """
        from umbel.reports.kpi_export import write

        return write(self.kpis(names, every, number, as_of, product), path)

    # ---- imported series

    def import_series(self, series: Series) -> Rows:
        """Write down where a stated figure comes from; gives the rows that it has, and every fault of the others.

        Raises `SettingsError` for a record that can't be, or rows of which none is sound.
        """
        from umbel.frameworks import imported

        imported.must_be_sound(self.folder, series)
        if series.id in self.indicators() and series.id not in self._series(None):
            raise UsageError(f"{series.id} is an indicator already.", "Give the series another id.")
        found = self.series_rows(series)
        imported.check(self.folder, series, found)
        imported.add(self.folder, series)
        return found

    def series_rows(self, series: Series, as_of: datetime | None = None) -> Rows:
        """What a series states, and what is wrong with the rest; days that had not come yet are told, too."""
        from umbel.frameworks.imported_rows import ahead

        found = self._rows(series, as_of or datetime.now(UTC))
        early = [] if series.budget_of else ahead(found.rows, _day(as_of))
        return found._replace(faults=[*found.faults, *early])

    def series_faults(self, name: str, as_of: datetime | None = None) -> list[str]:
        """What was left out of an imported series: a line each, with its place; none for what isn't imported."""
        series = self._series(as_of).get(name)
        found = [] if series is None else self.series_rows(series, as_of).faults
        return [f"{fault.place}: {fault.message}" for fault in found]

    def budgets(self, as_of: datetime | None = None) -> list[Spent]:
        """Each imported budget against what was spent of it, as both are stated."""
        from umbel.frameworks import imported

        there = self._series(as_of)
        pairs = [(each, there[each.budget_of]) for each in there.values() if each.budget_of in there]
        return [
            imported.spent(
                budget,
                self.series_rows(budget, as_of).rows,
                self.series_rows(actual, as_of).rows,
                _day(as_of),
            )
            for budget, actual in pairs
        ]

    def broken_series(self) -> list[str]:
        """What is wrong with the file of imported series: a line each, with its place."""
        from umbel.frameworks import imported

        return [str(each) for each in imported.definitions(self.folder)[1]]

    def _series(self, as_of: datetime | None) -> dict[str, Series]:
        """The imported series as of a day; none while their file is broken (`broken_series` says how)."""
        from umbel.frameworks import imported

        try:
            return imported.load(self.folder, _day(as_of))
        except UsageError:
            return {}

    def _stated(
        self, series: Series, as_of: datetime | None, product: str | None = None, rows: Rows | None = None
    ) -> Reading:
        from umbel.frameworks import imported

        day = as_of or datetime.now(UTC)
        read = imported.reading(series, rows or self._rows(series, day), day)
        if product is None:
            return read
        why = "it is stated of all, not of one product"
        return msgspec.structs.replace(
            read,
            value=None,
            numerator=None,
            denominator=None,
            why=why,
            sentence=f"{series.title}: unknown, since {why}.",
        )

    # ---- figures of both kinds

    def _there(self, as_of: datetime | None) -> set[str]:
        return {*self.indicators().names, *self._series(as_of)}

    def _indicators(self, names: Iterable[str], as_of: datetime | None) -> dict[str, Indicator]:
        """Definitions by name. Raises `UsageError` for a name that is none."""
        every, series = self.indicators(), self._series(as_of)
        return {
            name: series[name].indicator if name in series else every.get(name).indicator for name in names
        }

    def _figures(
        self, names: Sequence[str], as_of: datetime | None, product: str | None = None
    ) -> dict[str, Reading]:
        """What indicators and imported series say as of a day, by name."""
        series = self._series(as_of)
        observed = self.readings([name for name in names if name not in series], as_of, product=product)
        stated = {name: self._stated(series[name], as_of, product) for name in names if name in series}
        return observed | stated

    def _over(
        self, names: Sequence[str], every: Every, number: int, as_of: datetime | None, product: str | None
    ) -> list[tuple[datetime, dict[str, Reading]]]:
        series = self._series(as_of)
        asked = [name for name in names if name not in series]
        over = self.readings_over(asked, every, number, as_of, product=product)
        days = [day for day, _ in over]
        stated = {name: self._stated_over(series[name], days, product) for name in names if name in series}
        return [(day, found | {name: each[day] for name, each in stated.items()}) for day, found in over]

    def _stated_over(
        self, series: Series, days: Sequence[datetime], product: str | None
    ) -> dict[datetime, Reading]:
        """What a series states as of several days: a file is read once, a query that fails isn't asked again."""
        found: dict[datetime, Reading] = {}
        kept = self._rows(series, days[-1]) if series.file is not None else None
        for day in reversed(days):
            before = min(found, default=day)
            if before in found and found[before].error:
                found[day] = msgspec.structs.replace(found[before], as_of=day)
            else:
                found[day] = self._stated(series, day, product, kept)
        return found

    def _rows(self, series: Series, day: datetime) -> Rows:
        from umbel.frameworks import imported

        asked = imported.asker(self.folder, self.settings) if series.sql else None
        return imported.rows(series, self.folder, day, asked)


def _narrowed(told: Told, wanted: Container[str]) -> Told:
    """A goal with those of its figures only that are asked for."""
    aims = tuple(aim for aim in told.goal.kpis if aim.kpi in wanted)
    return msgspec.structs.replace(told, goal=msgspec.structs.replace(told.goal, kpis=aims))


def _must_be_target(aim: Aim, indicator: Indicator) -> None:
    if indicator.unit in {"share", "yes"} and not 0 <= aim.target <= 1:
        raise UsageError(f"{aim.kpi} is a share: {aim.target:g} is no target.", "Write 0.9, or 90%.")


def _with_baseline(aim: Aim, kept: Aim | None, now: Reading | None, day: date) -> Aim:
    """An aim with the baseline that it had, else with what is known on the day; nothing where nobody knows."""
    if aim.baseline is not None:
        return aim if aim.baseline_on else msgspec.structs.replace(aim, baseline_on=day)
    if aim.baseline_on is not None:
        return aim
    if kept is not None:
        return msgspec.structs.replace(aim, baseline=kept.baseline, baseline_on=kept.baseline_on)
    if now is None or now.value is None or (now.coverage is not None and now.coverage < aim.coverage):
        return aim
    return msgspec.structs.replace(aim, baseline=now.value, baseline_on=day)


def _day(as_of: datetime | None) -> date:
    return (as_of or datetime.now(UTC)).astimezone(UTC).date()
