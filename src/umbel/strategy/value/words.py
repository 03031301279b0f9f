# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""How value's arithmetic, its gaps and its figures are said."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from umbel.strategy.value.answer import Unknown
from umbel.strategy.value.ledger import PROGRAM

if TYPE_CHECKING:
    from datetime import date

    from umbel.strategy.value.answer import Range, Side
    from umbel.strategy.value.facts import Facts
    from umbel.strategy.value.ledger import Failure, Ledger, Patch, Upgrade


def amount(value: float) -> str:
    """A sum of money to two places that count: more would claim more than is known."""
    return f"{_rounded(value):,.0f}" if abs(value) >= 1 else "0"


def percent(value: float) -> str:
    """A share in percent, two places that count."""
    return f"{_rounded(value * 100):+,.0f} %" if abs(value) >= 0.005 else "0 %"


def _rounded(value: float) -> float:
    return float(f"{value:.2g}")


def span(found: Range | None, how: Any = amount) -> str:
    """A range as low to high, with the middle; `?` where it is unknown."""
    if found is None:
        return "?"
    low, middle, high = how(found.p10), how(found.p50), how(found.p90)
    bound = {"lower": " or more", "upper": " or less", "open": ", more or less", None: ""}[found.bound]
    return f"{low}{bound}" if low == high else f"{low} to {high} (middle {middle}){bound}"


def short(found: Range | None, how: Any = amount) -> str:
    """A range for a table: low … high, `≥` or `≤` where it is a bound, `~` where it may lie either way."""
    if found is None:
        return "?"
    low, high = how(found.p10), how(found.p90)
    mark = {"lower": "≥ ", "upper": "≤ ", "open": "~ ", None: ""}[found.bound]
    return f"{mark}{low}" if low == high else f"{mark}{low} … {high}"


def counted(number: float, noun: str, many: str | None = None) -> str:
    """A number and its noun."""
    return f"{number:,.10g} {noun if number == 1 else many or noun + 's'}"


def time(facts: Facts) -> str:
    """Our people's time by their commits, and how many commits are of nobody knows whose people."""
    if facts.days:
        of = counted(facts.people or 0, "person", "people")
        told = f"{counted(facts.days, 'day')} with commits by {of} of ours × hours a day × an hour"
    else:
        told = "no day with a commit by our people"
    if not facts.unaffiliated:
        return told
    return f"{told}; of {facts.commits:,} commits {facts.unaffiliated:,} are by people of unknown affiliation"


def hours(number: float) -> str:
    """Stated time."""
    return f"{counted(round(number, 1), 'stated hour')} × an hour"


def money(said: tuple[Any, ...]) -> str:
    """Stated sums of money."""
    kinds = sorted({str(getattr(one, "kind", None) or one.what) for one in said})
    return f"stated: {', '.join(kinds)}"


def patch(one: Patch, releases: float) -> str:
    """A patch no longer carried."""
    number = counted(one.patches, "patch", "patches")
    told = f"{number} × {counted(one.hours, 'hour')} × {counted(releases, 'release')} a year × an hour"
    return f"{told}, while it would have been carried since {one.dropped}"


def upgrade(one: Upgrade) -> str:
    """Upgrades eased."""
    return f"{counted(one.hours, 'hour')} × {counted(one.upgrades, 'upgrade')} a year × an hour since {one.since}"


def failures(risk: float, share: float, cost: str) -> str:
    """Losses made less likely."""
    part = f"our {share * 100:.0f} % of the upkeep × what nobody else would do"
    return f"fragility {risk:.2f} × failures a year × {part} × cost of a failure ({cost})"


def stated_failure(said: Failure) -> str:
    """A stated cost."""
    return f"stated {amount(said.cost)}"


def cost_of_failure(lines: int | None, moving: float | None) -> str:
    """What a failure's cost is made of."""
    if moving is not None:
        told = counted(round(moving) or round(moving, 1), "hour")
        return f"hours at once + moving our code away, {told} by its imports, where nobody takes it over"
    if not lines:
        return "hours at once"
    way_out = f"the cheapest way out of writing an assumed part of {lines:,} lines anew"
    return f"hours at once + {way_out}, where nobody takes it over"


def sources(said: tuple[Any, ...]) -> tuple[str, ...]:
    """Who stated records, and where they are from."""
    return tuple(dict.fromkeys(f"{one.source} ({one.owner})" for one in said))


def unknown_time(*, examined: bool) -> Unknown:
    """Nobody can tell our people's time."""
    if examined:
        find = (
            "name your domains in umbel.toml ([organisation] domains), or state hours in decisions/value.toml"
        )
        return Unknown(of="investment", what="whose commits are ours", find_out=find)
    find = "examine the project (umbel collect upstream), or state hours in decisions/value.toml"
    return Unknown(of="investment", what="our people's time: nobody examined the history", find_out=find)


def unknown_commits(facts: Facts) -> list[Unknown]:
    """None of ours is known to have worked there, but there are commits of which nobody knows whose they are."""
    if facts.ours or not facts.unaffiliated:
        return []
    what = f"whether any of {facts.unaffiliated:,} commits by people of unknown affiliation are ours"
    find = "let colleagues claim their private addresses (umbel people claim)"
    sides: tuple[Side, ...] = ("investment", "benefit")
    return [Unknown(of=side, what=what, find_out=find) for side in sides]


def unknown_releases(one: Patch) -> Unknown:
    """A patch of which nobody knows how often it would have been carried over."""
    named = f" ({one.what})" if one.what else ""
    return Unknown(
        of="benefit",
        what=f"what a private patch{named} would have cost: releases a year are not known",
        find_out="add releases to the record, or examine the project (umbel collect upstream)",
    )


def unknown_size(facts: Facts) -> Unknown:
    """Nobody counted the project's lines."""
    why = "holds no code" if facts.lines else "was not counted"
    return Unknown(
        of="benefit",
        what=f"what replacing it would cost: our code's imports were not read, and its size {why}",
        find_out="collect our code, or its files (umbel collect upstream --top N), or state a [[failure]] cost",
    )


def unknown_failures(facts: Facts) -> list[Unknown]:
    """What can't be told of losses avoided."""
    if facts.project == PROGRAM:
        return []
    found = []
    if facts.share is None and facts.commits != 0:
        what = "how much of its upkeep is ours, so what losses that makes less likely"
        found.append(Unknown(of="benefit", what=what, find_out="see what is said of our people's time"))
    if facts.risk is None and facts.share != 0:
        why = f": {facts.risk_why}" if facts.risk_why else ""
        what = f"how likely it is to fail{why}"
        found.append(
            Unknown(of="benefit", what=what, find_out="examine its history (umbel collect upstream)")
        )
    return found


def unknown_savings(facts: Facts, stated: Ledger, hours: float, money: float, until: date) -> list[Unknown]:
    """What our work or money saves us beyond losses made less likely, where nobody stated any of it up to a day.

    Nothing that can be seen tells it, and it may be the larger part: it is a gap, not a nothing.
    """
    begun = [*(one.dropped for one in stated.patch), *(one.since for one in stated.upgrade)]
    if any(day <= until for day in (*begun, *(one.date for one in stated.avoided))):
        return []
    spent = {"our commits": facts.ours, "our hours": hours, "our money": money}
    what = [name for name, some in spent.items() if some]
    if not what:
        return []
    verb = "saves" if what == ["our money"] else "save"
    return [
        Unknown(
            of="benefit",
            what=f"what {' and '.join(what)} {verb} us: patches no longer carried, upgrades eased, costs not paid",
            find_out="ask those who know, and state it in decisions/value.toml (0 where it is nothing)",
        )
    ]
