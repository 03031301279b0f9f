# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""The arithmetic of value for one project, over all draws at once.

Investment is what contributing cost in the window: our people's time, and money. Benefit is what it saved in the
window: private patches not carried, upgrades eased, costs not paid, and the losses that our share of the upkeep makes
less likely. Expected losses are reckoned, not single disasters: the range tells what isn't known, not luck.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import msgspec

from umbel.strategy.value import cocomo, words
from umbel.strategy.value.ledger import PROGRAM, Ledger, portion

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from umbel.strategy.value.answer import Unknown
    from umbel.strategy.value.facts import Facts
    from umbel.strategy.value.ledger import Patch

YEAR = 365.25


class Window(msgspec.Struct, frozen=True):
    """The days after `since`, up to and with `until`."""

    since: date
    until: date

    @property
    def years(self) -> float:
        """Its length."""
        return (self.until - self.since).days / YEAR

    @property
    def first(self) -> date:
        """Its first day."""
        return self.since + timedelta(days=1)


class Stream(msgspec.Struct, frozen=True, kw_only=True):
    """One part of a side as draws (an Arrow array), with its arithmetic in words."""

    of: str
    name: str
    draws: Any
    how: str
    stated: bool = False
    sources: tuple[str, ...] = ()


class Reckoned(msgspec.Struct, frozen=True, kw_only=True):
    """A project's parts, what is left out, and the cost of writing all of it anew (None: its size is unknown)."""

    streams: tuple[Stream, ...]
    unknown: tuple[Unknown, ...]
    rewrite: Any = None

    def side(self, name: str) -> Any:
        """The sum of a side's draws; None where no part of it is known."""
        return total([each.draws for each in self.streams if each.of == name])


def total(draws: list[Any]) -> Any:
    """The sum, draw by draw; None of nothing."""
    import pyarrow.compute as pc

    if not draws:
        return None
    found = draws[0]
    for each in draws[1:]:
        found = pc.add(found, each)
    return found


def reckon(
    facts: Facts, stated: Ledger, window: Window, drawn: Mapping[str, Any], not_code: Collection[str]
) -> Reckoned:
    """All parts of one project by what is known and what is stated of it (`Ledger.of`)."""
    import pyarrow.compute as pc

    rewrite = None
    lines = facts.size(not_code)
    if lines:
        effort = cocomo.person_months(pc.multiply(drawn["counted_share"], float(lines)), drawn)
        months = pc.multiply(effort, drawn["cocomo_error"])
        rewrite = pc.multiply(pc.multiply(months, drawn["hours_a_month"]), drawn["hour"])
    costs, unknown_costs = _investment(facts, stated, window, drawn)
    saved, unknown_saved = _stated_benefit(facts, stated, window, drawn)
    failures, unknown_failures = _failures(facts, stated, window, drawn, not_code)
    return Reckoned(
        streams=(*costs, *saved, *failures),
        unknown=(*unknown_costs, *unknown_saved, *unknown_failures, *_unseen(facts, stated, window)),
        rewrite=rewrite,
    )


def _investment(
    facts: Facts, stated: Ledger, window: Window, drawn: Mapping[str, Any]
) -> tuple[list[Stream], list[Unknown]]:
    import pyarrow.compute as pc

    streams, unknown = [], []
    if facts.days is not None:
        spent = pc.multiply(pc.multiply(drawn["hours_a_day"], float(facts.days)), drawn["hour"])
        streams.append(Stream(of="investment", name="time", draws=spent, how=words.time(facts)))
    elif facts.project != PROGRAM and not _covered(stated, window):
        unknown.append(words.unknown_time(examined=facts.examined))
    hours = _hours_in(stated, window)
    if hours:
        streams.append(_hours("investment", "stated time", hours, drawn, words.hours(hours), stated.hours))
    money = _money_in(stated, window)
    if money:
        streams.append(_money("investment", "money", money, drawn, stated.money))
    return streams, unknown


def _unseen(facts: Facts, stated: Ledger, window: Window) -> list[Unknown]:
    """Work of ours that may hide behind private addresses; stated hours tell all of it."""
    return [] if facts.days is None or _covered(stated, window) else words.unknown_commits(facts)


def _hours_in(stated: Ledger, window: Window) -> float:
    return sum(e.hours * portion(e.since, e.until, window.since, window.until) for e in stated.hours)


def _money_in(stated: Ledger, window: Window) -> float:
    return sum(e.amount * portion(e.date, e.until, window.since, window.until) for e in stated.money)


def _covered(stated: Ledger, window: Window) -> bool:
    """Whether one record of hours speaks of the whole window."""
    return any(each.since <= window.first and each.until >= window.until for each in stated.hours)


def _hours(
    of: str, name: str, hours: float, drawn: Mapping[str, Any], how: str, said: tuple[Any, ...]
) -> Stream:
    """Stated hours, as far as such can be believed, at what an hour costs."""
    import pyarrow.compute as pc

    draws = pc.multiply(pc.multiply(drawn["stated_hours"], hours), drawn["hour"])
    return Stream(of=of, name=name, draws=draws, how=how, stated=True, sources=words.sources(said))


def _money(of: str, name: str, amount: float, drawn: Mapping[str, Any], said: tuple[Any, ...]) -> Stream:
    import pyarrow as pa

    draws = pa.array([amount] * len(drawn["hour"]), pa.float64())
    return Stream(
        of=of, name=name, draws=draws, how=words.money(said), stated=True, sources=words.sources(said)
    )


def _stated_benefit(
    facts: Facts, stated: Ledger, window: Window, drawn: Mapping[str, Any]
) -> tuple[list[Stream], list[Unknown]]:
    import pyarrow.compute as pc

    streams, unknown = (
        [],
        words.unknown_savings(
            facts, stated, _hours_in(stated, window), _money_in(stated, window), window.until
        ),
    )
    for each in stated.patch:
        if each.dropped > window.until:
            continue
        releases = each.releases if each.releases is not None else facts.releases
        if releases is None:
            unknown.append(words.unknown_releases(each))
            continue
        hours = each.patches * each.hours * releases
        carried = pc.multiply(_years_saved(each, window, drawn["patch_life"]), hours)
        draws = pc.multiply(pc.multiply(carried, drawn["stated_hours"]), drawn["hour"])
        how = words.patch(each, releases)
        streams.append(
            Stream(
                of="benefit",
                name="patches",
                draws=draws,
                how=how,
                stated=True,
                sources=words.sources((each,)),
            )
        )
    for one in stated.upgrade:
        years = _overlap(one.since, one.until, window)
        if years:
            hours = one.hours * one.upgrades * years
            streams.append(_hours("benefit", "upgrades", hours, drawn, words.upgrade(one), (one,)))
    amount = sum(e.amount * portion(e.date, e.until, window.since, window.until) for e in stated.avoided)
    if amount:
        streams.append(_money("benefit", "costs not paid", amount, drawn, stated.avoided))
    return streams, unknown


def _overlap(start: date, end: date | None, window: Window) -> float:
    """Years of the window that lie between two days."""
    last = window.until if end is None else min(end, window.until)
    return max((last - max(start, window.first)).days + 1, 0) / YEAR


def _years_saved(patch: Patch, window: Window, life: Any) -> Any:
    """Years of the window in which a patch would still have been carried, by how long such live."""
    import pyarrow as pa
    import pyarrow.compute as pc

    start = max(patch.dropped, window.first)
    before = max((start - patch.dropped).days, 0) / YEAR
    most = pa.scalar(_overlap(patch.dropped, None, window))
    left = pc.max_element_wise(pc.subtract(life, before), pa.scalar(0.0))
    return pc.min_element_wise(left, most)


def _failures(
    facts: Facts, stated: Ledger, window: Window, drawn: Mapping[str, Any], not_code: Collection[str]
) -> tuple[list[Stream], list[Unknown]]:
    """Losses by failures that our share of the upkeep makes less likely."""
    import pyarrow.compute as pc

    unknown = words.unknown_failures(facts)
    if facts.risk is None or facts.share is None or not facts.share:
        return [], unknown
    cost, how, sources, missing = _cost_of_failure(facts, stated, window, drawn, not_code)
    likely = pc.multiply(drawn["failures_a_year"], facts.risk * facts.share * window.years)
    draws = pc.multiply(pc.multiply(likely, drawn["additional"]), cost)
    told = words.failures(facts.risk, facts.share, how)
    stream = Stream(
        of="benefit", name="failures", draws=draws, how=told, stated=bool(sources), sources=sources
    )
    return [stream], [*unknown, *missing]


def _cost_of_failure(
    facts: Facts, stated: Ledger, window: Window, drawn: Mapping[str, Any], not_code: Collection[str]
) -> tuple[Any, str, tuple[str, ...], list[Unknown]]:
    """What a failure would cost: as stated last, else the hours at once and the way out."""
    import pyarrow as pa
    import pyarrow.compute as pc

    said = max((f for f in stated.failure if f.date <= window.until), key=lambda f: f.date, default=None)
    if said is not None:
        return (
            pa.array([said.cost] * len(drawn["hour"]), pa.float64()),
            words.stated_failure(said),
            words.sources((said,)),
            [],
        )
    hours, lines = drawn["failure_hours"], facts.size(not_code)
    missing: list[Unknown] = []
    if facts.moving is not None:
        moved = pc.multiply(drawn["moving"], facts.moving)
        hours = pc.add(hours, pc.multiply(drawn["without_heirs"], moved))
    elif lines:
        size = pc.multiply(pc.multiply(drawn["counted_share"], float(lines)), drawn["share_used"])
        months = pc.multiply(cocomo.person_months(size, drawn), drawn["cocomo_error"])
        anew = pc.multiply(months, drawn["hours_a_month"])
        way_out = pc.multiply(pc.multiply(drawn["without_heirs"], drawn["cheapest_way"]), anew)
        hours = pc.add(hours, way_out)
    else:
        missing.append(words.unknown_size(facts))
    return pc.multiply(hours, drawn["hour"]), words.cost_of_failure(lines, facts.moving), (), missing
